// A result that goes into a file of its own.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace trade::cmd {

/// In place of what the file held. An error says that it cannot be written; what it held may be gone then.
Status write_file(const std::string& path, std::string_view bytes);

}  // namespace trade::cmd
