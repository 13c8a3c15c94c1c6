// The way into a daemon over TCP: who may come in, and what for. Every connection and every request is asked
// about in the table of client keys as it is at that moment, so a key that is revoked opens nothing more, on
// connections that stand either.
//
// What a daemon publishes over TCP is the market's data, which is for the holder of any key. A publisher
// cannot be asked who its subscribers are: when the key of one of them is revoked or expires, all are
// disconnected, and whoever may connects again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "access/client_key_store.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "bus/sockets.hpp"
#include "model/messages.hpp"

namespace trade::access {

/// What `tcp_listen` and `tcp_publish` of a daemon say where it does not listen on TCP.
constexpr std::string_view tcp_off = "off";

/// Where a daemon listens on TCP: "127.0.0.1:9101", or `tcp_off`.
struct DoorAddresses {
  std::string requests{tcp_off};
  std::string publications{tcp_off};
};

class NetworkDoor {
 public:
  /// Has the server, and the publisher where there is one, listen on TCP for whoever has a key in this home's
  /// table; null where the addresses say that nothing does. Makes the table and the suite's own key pair
  /// where they are missing. The door must be there as long as the server takes requests; the server and the
  /// publisher may be moved meanwhile, but not end.
  static Result<std::unique_ptr<NetworkDoor>> open(const std::filesystem::path& home,
                                                   const bus::Context& context,
                                                   const DoorAddresses& addresses, bus::RequestServer& server,
                                                   bus::Publisher* publisher = nullptr);

  /// Whether the holder of the key `sender` may ask this. Narrows the request as `access::permit` does. Keys
  /// expire by the machine's clock, whatever the suite's own time is.
  Status permit(std::string_view sender, RequestBody& request);

  /// To be called every second or so: disconnects the publisher's subscribers over TCP where one of them may
  /// not be there any more, or where they burden it. An error says that nobody can connect to it for now; the
  /// next call tries again.
  Status look_after(bus::Publisher& publisher, Timestamp now);

  /// For the log: "clients with a key are served over TCP, port 9101".
  [[nodiscard]] std::string summary() const;
  /// Adds its counters to a daemon's status.
  void describe(DaemonView& view) const;

 private:
  explicit NetworkDoor(std::unique_ptr<ClientKeyStore> keys) : keys_(std::move(keys)) {}
  std::optional<std::string> admit(const CurveKey& public_key, bus::Purpose purpose);
  /// Whether all who were let in to the publications may still be there.
  [[nodiscard]] bool subscribers_usable(Timestamp now);

  std::unique_ptr<ClientKeyStore> keys_;
  std::mutex mutex_;
  std::set<std::string, std::less<>> subscribers_;  ///< guarded: keys let in since the last disconnection
  bool disconnected_ = false;  ///< what was to be disconnected is not yet listened to again
  std::uint16_t port_ = 0;
  std::uint16_t publications_port_ = 0;
  std::uint64_t requests_refused_ = 0;
  std::uint64_t disconnections_ = 0;
  std::optional<bus::Authenticator> authenticator_;  ///< last, so that its thread ends first
};

/// Whether whoever sent the request that the server received last may ask this. Everybody on this machine
/// may, who has no name; and without a door nobody comes from elsewhere.
Status permit_through(NetworkDoor* door, std::string_view sender, RequestBody& request);

}  // namespace trade::access
