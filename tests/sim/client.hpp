// A careful client in the virtual world: every order has a client order id, and what was not answered is sent
// again until it is. It remembers what it was told. Which commands it sends, the random flow says that the
// engine is tested with.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "lib/engine/random_flow.hpp"
#include "model/messages.hpp"
#include "sim/world.hpp"
#include "wire/wire.hpp"

namespace trade::sim {

using engine_test::RandomFlow;

/// An order and what was said of it.
struct Placed {
  PlaceOrder order;  ///< its client order id is kept by the client
  std::string account;
  std::string symbol;
  struct Answer {
    RejectReason reason = RejectReason::none;
    OrderId order;
    bool operator==(const Answer&) const = default;
  };
  std::optional<Answer> answer;  ///< the first that came
  bool cancelled = false;        ///< a cancel of it was acknowledged

  /// What is not well formed is refused each time, under a number of its own.
  [[nodiscard]] bool is_well_formed() const;
};

class Client {
 public:
  struct Hooks {
    std::function<void(wire::Bytes request)> send;
    std::function<void(const std::string& problem)> violation;
  };
  Client(World& world, std::uint32_t number, Hooks hooks);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::deque<Placed>& placed() const { return placed_; }
  /// The order that has, or was to get, this client order id; null: none of this client's.
  [[nodiscard]] const Placed* find(std::string_view client_order_id) const;
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
  struct Action {
    CommandBody body;
    std::optional<std::size_t> order;  ///< index of the order that it is about, if it is one of its own
    bool is_once = false;              ///< it would do something else if it came twice
    bool answered = false;
  };
  void act();
  void send(std::size_t action);
  void give_up(std::size_t action);
  void take_answer(Action& action, const CommandResult& result);
  // Fit what the flow made up for this client.
  void prepare(PlaceOrder& order, Action& action);
  void prepare(CancelOrder& cancel, Action& action);
  void prepare(ReplaceOrder& replace, Action& action);
  void prepare(SetSession& session, Action&) const;
  static void prepare(SetPriceBands& bands, Action&);
  void prepare(DepositCash&, Action& action) const { action.is_once = true; }
  void prepare(WithdrawCash&, Action& action) const { action.is_once = true; }
  void prepare(TransferShares&, Action& action) const { action.is_once = true; }
  void prepare(PrintTrade&, Action& action) const { action.is_once = true; }
  void prepare(auto&, Action&) const {}
  CommandBody about_venues();
  std::string_view new_name(std::size_t order);
  [[nodiscard]] std::optional<std::size_t> index_of(OrderId order) const;

  World& world_;
  std::uint32_t number_;
  Hooks hooks_;
  std::string name_;
  RandomFlow flow_;
  std::deque<Placed> placed_;
  std::deque<std::string> texts_;  ///< that commands point into
  std::map<std::string, std::size_t, std::less<>> by_client_order_id_;
  std::map<std::uint64_t, std::size_t> by_order_;
  std::deque<Action> actions_;
  std::map<std::uint64_t, std::size_t> requests_;  ///< by request id: which action
  std::size_t steps_ = 0;
  std::size_t planned_ = 0;
  std::size_t open_ = 0;
  std::uint64_t retries_ = 0;
  wire::Encoder encoder_;
};

}  // namespace trade::sim
