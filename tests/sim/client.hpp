// A careful client in the virtual world: every order has a client order id, and what was not answered is sent
// again until it is. It remembers what it was told.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "model/messages.hpp"
#include "sim/world.hpp"
#include "wire/wire.hpp"

namespace trade::sim {

/// An order and what was said of it.
struct Placed {
  std::string client_order_id;
  std::string symbol;
  PlaceOrder order;  ///< its client order id is a view of the one above
  struct Answer {
    RejectReason reason = RejectReason::none;
    OrderId order;
    bool operator==(const Answer&) const = default;
  };
  std::optional<Answer> answer;  ///< the first that came
  bool cancelled = false;        ///< a cancel of it was acknowledged
};

class Client {
 public:
  struct Hooks {
    std::function<void(wire::Bytes request)> send;
    std::function<void(const std::string& problem)> violation;
  };
  Client(World& world, std::uint32_t number, Hooks hooks);

  [[nodiscard]] const std::string& account() const { return account_; }
  [[nodiscard]] const std::deque<Placed>& placed() const { return placed_; }
  [[nodiscard]] bool done() const { return open_ == 0 && planned_ == steps_; }
  [[nodiscard]] std::uint64_t retries() const { return retries_; }

  /// Begins to act, after a while.
  void start();
  /// A reply to one of its requests, perhaps not the first.
  void receive(const Reply& reply);
  /// Whose request this is.
  static std::uint32_t number_of(std::uint64_t request_id) {
    return static_cast<std::uint32_t>(request_id >> 32);
  }

 private:
  enum class Kind : std::uint8_t { place, cancel, replace };
  struct Action {
    Kind kind = Kind::place;
    std::size_t order = 0;  ///< index of the order that it is about
    Quantity quantity;      ///< of a replace
    bool answered = false;
  };
  void act();
  void send(std::size_t action);
  void place();
  void take_answer(Action& action, const CommandResult& result);

  World& world_;
  std::uint32_t number_;
  Hooks hooks_;
  std::string account_;
  std::deque<Placed> placed_;
  std::deque<Action> actions_;
  std::map<std::uint64_t, std::size_t> requests_;  ///< by request id: which action
  std::size_t steps_ = 0;
  std::size_t planned_ = 0;
  std::size_t open_ = 0;
  std::uint64_t retries_ = 0;
  wire::Encoder encoder_;
};

}  // namespace trade::sim
