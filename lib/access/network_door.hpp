// The way into a daemon over TCP: who may come in, and what for. Every connection and every request is asked
// about in the table of client keys as it is at that moment, so a key that is revoked opens nothing more, on
// connections that stand either.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "access/client_key_store.hpp"
#include "base/result.hpp"
#include "bus/sockets.hpp"
#include "model/messages.hpp"

namespace trade::access {

/// What `tcp_listen` of a daemon says where it does not listen on TCP.
constexpr std::string_view tcp_off = "off";

class NetworkDoor {
 public:
  /// Has the server listen on TCP at `address` ("127.0.0.1:9101") for whoever has a key in this home's table.
  /// Makes the table and the suite's own key pair where they are missing. The door must be there as long as
  /// the server takes requests.
  static Result<std::unique_ptr<NetworkDoor>> open(const std::filesystem::path& home,
                                                   const bus::Context& context, bus::RequestServer& server,
                                                   std::string_view address);

  /// Whether the holder of the key `sender` may ask this. Narrows the request as `access::permit` does. Keys
  /// expire by the machine's clock, whatever the suite's own time is.
  Status permit(std::string_view sender, RequestBody& request);

  /// Adds its counters to a daemon's status.
  void describe(DaemonView& view) const;

 private:
  NetworkDoor() = default;

  std::unique_ptr<ClientKeyStore> keys_;
  std::optional<bus::Authenticator> authenticator_;
  std::uint16_t port_ = 0;
  std::uint64_t requests_refused_ = 0;
};

/// Whether whoever sent the request that the server received last may ask this. Everybody on this machine
/// may, who has no name; and without a door nobody comes from elsewhere.
Status permit_through(NetworkDoor* door, std::string_view sender, RequestBody& request);

}  // namespace trade::access
