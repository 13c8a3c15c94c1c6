// How often strangers may connect over TCP: what a handshake costs is spent before anybody knows who it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace trade::bus {

/// So many at once, and from then on so many a second. Both above zero.
struct ConnectionRate {
  int burst = 1;
  int per_second = 1;
};

/// Counts the connections of each address and of all together. One address that has used up its own takes
/// nothing from the others. Belongs to one thread at a time.
class ConnectionLimiter {
 public:
  /// Addresses that are remembered; of those beyond, only the rate of all counts.
  static constexpr std::size_t addresses_max = 4'096;

  ConnectionLimiter(ConnectionRate each, ConnectionRate all);

  /// Whether a connection from this address, in bytes, may come in at this moment of a clock that never goes
  /// back. One that may not is not counted.
  [[nodiscard]] bool admit(std::string_view address, std::int64_t now_ns);

 private:
  /// The moment at which everything that was taken would have come at the steady rate.
  using SettledAt = std::int64_t;
  struct Bound {
    std::int64_t interval_ns;
    std::int64_t ahead_ns_max;  ///< how far that moment may lie ahead
    [[nodiscard]] bool has_room(SettledAt settled_at, std::int64_t now_ns) const {
      return settled_at - now_ns <= ahead_ns_max;
    }
    [[nodiscard]] SettledAt after_one_more(SettledAt settled_at, std::int64_t now_ns) const;
  };
  static Bound bound_of(ConnectionRate rate);
  void forget_settled(std::int64_t now_ns);

  Bound each_;
  Bound all_;
  SettledAt all_settled_at_ = 0;
  std::int64_t forgot_at_ns_ = 0;
  std::unordered_map<std::string, SettledAt> addresses_;
};

}  // namespace trade::bus
