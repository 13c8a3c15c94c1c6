// Another market in the virtual world. It never fails, and remembers all that it has said and heard.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "lib/engine/other_market.hpp"
#include "sim/venue_session.hpp"

namespace trade::sim {

class VenueNode {
 public:
  struct Hooks {
    /// A message has reached the router.
    std::function<void(std::uint64_t number, const FromVenue& said)> to_router;
    std::function<void(const std::string& problem)> violation;
  };
  VenueNode(World& world, VenueLine& line, VenueId venue, Hooks hooks);

  [[nodiscard]] const engine_test::OtherMarket& market() const { return market_; }
  [[nodiscard]] const SessionNumbers<FromVenue>& numbers() const { return numbers_; }
  /// Whether sessions may lose what they were to say again. A market at which that happens undoes no trades:
  /// what is lost of that, no question brings back.
  [[nodiscard]] bool loses_numbers() const { return loses_numbers_; }

  /// Something happens there, perhaps.
  void work();
  /// A new line, at whose other end so many messages have been heard.
  void begin_line(std::uint64_t heard_there);
  void begin_anew() { numbers_.begin_anew(); }
  void hear(std::uint64_t number, const ToVenue& said);
  /// So many have been said at the other end.
  void hear_count(std::uint64_t said_there);
  /// Tells how many it has said.
  void beat(std::function<void(std::uint64_t said_here)> to_router);

 private:
  void say(FromVenue said);
  void transmit();

  World& world_;
  VenueLine& line_;
  Hooks hooks_;
  engine_test::OtherMarket market_;
  SessionNumbers<FromVenue> numbers_;
  std::uint64_t transmitted_ = 0;
  bool loses_numbers_;
};

}  // namespace trade::sim
