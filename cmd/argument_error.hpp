// How a value that cannot be read leaves the parser.
#pragma once

#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "base/result.hpp"

namespace trade::cmd {

/// Leaves the parser's callbacks; holds the Error that is to be shown.
class ArgumentError : public CLI::ValidationError {
 public:
  ArgumentError(const std::string& argument, trade::Error error)
      : CLI::ValidationError(argument, error.message), error_(std::move(error)) {
    error_.message = argument + ": " + error_.message;
  }
  [[nodiscard]] const trade::Error& error() const { return error_; }

 private:
  trade::Error error_;  // CLI::Error is a base class's name
};

}  // namespace trade::cmd
