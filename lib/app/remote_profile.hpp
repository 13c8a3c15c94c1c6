// A client's profile of a suite on the network: whom it talks with, and by which key it is known there. A
// file of its own, mode 0600, since the client's secret key is in it.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/curve_key.hpp"
#include "base/result.hpp"

namespace trade::app {

/// The daemons that can be reached over the network.
constexpr std::array<std::string_view, 3> remote_daemons = {"tradingd", "ledgerd", "feedd"};
/// Those of them that can publish over the network.
constexpr std::array<std::string_view, 1> remote_publishers = {"feedd"};

/// No profile is larger.
constexpr std::size_t profile_bytes_max = 64u << 10;

struct RemoteProfile {
  CurveKey server_key{};  ///< the suite's public key
  CurveKeyPair client_keys;
  std::string account;  ///< that commands are for when none is named; empty: none
  using Addresses = std::map<std::string, std::string, std::less<>>;
  Addresses addresses;     ///< "tradingd" -> "tcp://127.0.0.1:9101"
  Addresses publications;  ///< where daemons publish: "feedd" -> "tcp://127.0.0.1:9104"; may be empty
};

/// `not_permitted` when other users can read it; `usage` when something in it is missing, unknown or wrong,
/// which never shows a key.
Result<RemoteProfile> load_profile(const std::filesystem::path& file);

/// The profile as a file's text.
std::string text_of(const RemoteProfile& profile);

/// Writes a new file, mode 0600; `usage` when there is one of this name already.
Status create_profile(const std::filesystem::path& file, const RemoteProfile& profile);

}  // namespace trade::app
