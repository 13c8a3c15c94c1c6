// The suite's own key pair on the network: one for all its daemons, in the home.
#pragma once

#include <filesystem>

#include "base/curve_key.hpp"
#include "base/result.hpp"

namespace trade::access {

/// `<home>/curve/server.key`, mode 0600: the secret key in hexadecimal digits.
std::filesystem::path server_key_file(const std::filesystem::path& home);

/// The pair of this home, made when there is none: whoever comes first makes it, and everybody then has the
/// same. `not_permitted` when the file can be read by other users; `corrupt` when it holds no key.
Result<CurveKeyPair> load_or_make_server_key(const std::filesystem::path& home);

}  // namespace trade::access
