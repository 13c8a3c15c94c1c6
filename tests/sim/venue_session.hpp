// The line between the router and another market, and what each end keeps of what was said over it: messages
// are numbered, and what the other end missed is said again over the next line, as FIX does.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "lib/engine/other_market.hpp"
#include "sim/world.hpp"

namespace trade::sim {

/// Said by the router.
struct ToVenue {
  enum class Kind : std::uint8_t { request = 1, question, question_about_all };
  Kind kind = Kind::request;
  VenueRequestMade request;
  OrderId order;  ///< of a question
};
/// Said by the market: a report, or that all open orders have been told of.
struct FromVenue {
  engine_test::ToldReport report;
  bool all_told = false;
};

/// A connection: in order, until it is cut, with all that is on its way.
class VenueLine {
 public:
  enum class End : std::uint8_t { venue = 0, router = 1 };

  explicit VenueLine(World& world) : world_(world) {}

  [[nodiscard]] bool up() const { return up_; }
  void begin() {
    up_ = true;
    ++connection_;
  }
  void cut() { up_ = false; }
  /// Brings something to that end, unless it is lost or the line is cut before it arrives.
  void carry(End to, std::function<void()> deliver) {
    if (!up_ || world_.happens(Fault::venue_message_lost)) return;
    if (world_.happens(Fault::venue_message_doubled)) arrive(to, deliver);
    arrive(to, std::move(deliver));
  }

 private:
  void arrive(End to, std::function<void()> deliver) {
    std::int64_t delay = static_cast<std::int64_t>(50 + world_.below(500)) * microsecond;
    if (world_.happens(Fault::venue_message_delayed))
      delay += static_cast<std::int64_t>(world_.below(60)) * millisecond;
    std::int64_t& last = last_arrival_ns_[static_cast<std::size_t>(to)];
    last = std::max(last, world_.monotonic_ns() + delay);
    world_.after(last - world_.monotonic_ns(),
                 [this, connection = connection_, deliver = std::move(deliver)] {
                   if (up_ && connection == connection_) deliver();
                 });
  }

  World& world_;
  bool up_ = false;
  std::uint64_t connection_ = 0;
  std::array<std::int64_t, 2> last_arrival_ns_{};
};

/// What one end has said and heard since the numbers began.
template <class Said>
struct SessionNumbers {
  std::vector<Said> said;
  std::uint64_t heard = 0;

  void begin_anew() {
    said.clear();
    heard = 0;
  }
};

/// What becomes of a message by its number: taken, known already, or proof that one before it is missing.
inline bool take_number(std::uint64_t& heard, std::uint64_t number, VenueLine& line) {
  if (number > heard) line.cut();
  if (number != heard) return false;
  ++heard;
  return true;
}

}  // namespace trade::sim
