// Completion scripts, made of the command table and of the arguments that the commands define.
#pragma once

#include <string>

#include "command_line.hpp"

namespace trade::cmd {

std::string bash_completion(const CommandLine& line);
std::string zsh_completion(const CommandLine& line);
std::string fish_completion(const CommandLine& line);

}  // namespace trade::cmd
