// Where the daemons of a suite listen: unix sockets in a directory that only the suite's user can enter, and,
// for clients that come over the network, TCP sockets that CURVE protects.
#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/curve_key.hpp"
#include "base/result.hpp"

namespace trade::bus {

/// Every daemon of a suite, in the order in which they are started.
constexpr std::array<std::string_view, 5> daemon_names = {"tradingd", "ledgerd", "feedd", "gatewayd", "fixd"};

/// The longest path a unix socket can have, in bytes (sun_path less its ending zero).
constexpr std::size_t socket_path_bytes_max = 107;

/// A suite on the network, as one of its clients knows it.
struct RemoteSuite {
  CurveKey server_key{};                                      ///< public: whoever answers has its secret part
  CurveKeyPair client_keys;                                   ///< by which the client is known there
  std::map<std::string, std::string, std::less<>> addresses;  ///< "tradingd" -> "tcp://127.0.0.1:9001"
  /// Where daemons publish: "feedd" -> "tcp://127.0.0.1:9004".
  std::map<std::string, std::string, std::less<>> publications = {};
};

/// The sockets of one suite. They are in `<home>/run`, or, where that would be too long a path, in a short
/// directory of their own under $XDG_RUNTIME_DIR or /tmp, which `<home>/run/sockets` then links to, so that
/// every process finds the same one whatever its environment.
class Endpoints {
 public:
  /// Only looks; nothing is created. `home` need not exist.
  explicit Endpoints(const std::filesystem::path& home);
  /// Of a suite that is reached over the network. For clients only: nothing can be bound there.
  explicit Endpoints(std::shared_ptr<const RemoteSuite> remote) : remote_(std::move(remote)) {}

  /// Null: on this machine.
  [[nodiscard]] const RemoteSuite* remote() const { return remote_.get(); }
  /// For messages, where a daemon is looked for: "home /x", or its address.
  [[nodiscard]] std::string place_of(std::string_view daemon) const;
  [[nodiscard]] const std::filesystem::path& home() const { return home_; }
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

  /// For daemons, before they bind: creates the directory (0700) where it is missing, and checks it.
  Status prepare();
  /// For clients, before they connect: `not_permitted` when the directory belongs to another user or is open
  /// to others. A missing one is no error.
  [[nodiscard]] Status check() const;

  /// For daemons, when they end: takes away the socket at `path`, which is theirs, and the short directory
  /// where there is one and this was the last socket in it.
  void remove_socket(const std::filesystem::path& path) const;

  /// The socket that takes requests: a path, and the same as an address to bind or connect to.
  [[nodiscard]] std::filesystem::path request_path(std::string_view daemon) const;
  /// Empty where a remote suite does not have this daemon.
  [[nodiscard]] std::string request_address(std::string_view daemon) const;
  /// The socket that publishes.
  [[nodiscard]] std::filesystem::path publication_path(std::string_view daemon) const;
  /// Empty where a remote suite's daemon publishes nothing over the network.
  [[nodiscard]] std::string publication_address(std::string_view daemon) const;

  /// Whether a process listens on the socket at `path`. A socket file left behind by a killed one is not
  /// enough.
  static bool is_listening(const std::filesystem::path& path);

 private:
  std::filesystem::path home_;
  std::filesystem::path directory_;
  bool short_directory_ = false;
  std::shared_ptr<const RemoteSuite> remote_;
};

}  // namespace trade::bus
