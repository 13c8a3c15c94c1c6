// LMDB's and the system's error numbers as errors that say what was tried, where, and what to do.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.hpp"

namespace trade::store {

/// `code` is an errno value or one of LMDB's; `what` completes "cannot …", such as "open the database".
Error make_error(int code, const std::filesystem::path& path, std::string_view what);

}  // namespace trade::store
