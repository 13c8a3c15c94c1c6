#include "engine/state.hpp"

#include <algorithm>
#include <type_traits>

#include "engine/open_orders.hpp"

namespace trade {

namespace {

constexpr EngineCapacity bounded(EngineCapacity capacity) {
  capacity.open_orders_max = std::min(capacity.open_orders_max, BookPool::orders_max);
  capacity.ended_orders_kept = std::min(capacity.ended_orders_kept, BookPool::orders_max);
  return capacity;
}

template <class Body>
constexpr bool about_orders = std::is_same_v<Body, PlaceOrder> || std::is_same_v<Body, CancelOrder> ||
                              std::is_same_v<Body, CancelAllOrders> || std::is_same_v<Body, ReplaceOrder> ||
                              std::is_same_v<Body, SetKillSwitch> || std::is_same_v<Body, VenueReport>;

template <class Body>
AccountId account_of(const Body& body) {
  if constexpr (requires { AccountId{body.account}; }) return body.account;
  return {};
}

}  // namespace

Engine::State::State(const EngineCapacity& capacity)
    : capacity_(bounded(capacity)),
      orders_(capacity_.ended_orders_kept),
      risk_(accounts_, symbols_, rules_) {}

void Engine::State::add_to(ForkSnapshot& snapshot) const {
  accounts_.add_to(snapshot);
  client_ids_.add_to(snapshot);
  orders_.add_to(snapshot);
  symbols_.pool().add_to(snapshot);
}

ApplyResult Engine::State::apply(const Command& command, std::vector<Event>& events) {
  // Time never goes back: an earlier stamp counts as the last one.
  log_.begin(std::max(command.timestamp, log_.now()), events);
  // What is due comes first, whole, as if a command of its own had come in between.
  if (const auto due = next_expiry(); due && *due <= log_.now()) [[unlikely]] {
    expire_orders();
    end_pauses();
    double_bands();
    review_references();
    settle_command();
    orders_.recycle(client_ids_);
  }
  const ApplyResult result = perform(command.body);
  settle_command();
  orders_.recycle(client_ids_);
  return result;
}

ApplyResult Engine::State::perform(const CommandBody& command) {
  // Nearly all are one of these.
  if (const auto* const place = std::get_if<PlaceOrder>(&command)) return perform(*place);
  if (const auto* const cancel = std::get_if<CancelOrder>(&command)) return perform(*cancel);
  return std::visit(
      [&](const auto& body) -> ApplyResult {
        using Body = std::decay_t<decltype(body)>;
        if constexpr (about_orders<Body>) {
          return perform(body);
        } else {
          const RejectReason reason = refusal(body);
          if (reason == RejectReason::none) {
            perform(body);
          } else {
            log_.emit(CommandRejected{.reason = reason, .account = account_of(body), .order = {}});
          }
          return {.reason = reason};
        }
      },
      command);
}

ApplyResult Engine::State::check(const Command& command) const {
  return std::visit(
      [&](const auto& one) -> ApplyResult {
        using Body = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<Body, PlaceOrder>) {
          return answer(decide(one, std::max(command.timestamp, log_.now())));
        } else if constexpr (std::is_same_v<Body, CancelOrder>) {
          const Lookup found = decide(one);
          return {.reason = found.reason, .order = found.id};
        } else if constexpr (std::is_same_v<Body, ReplaceOrder>) {
          const Lookup found = decide(one, std::max(command.timestamp, log_.now())).order;
          return {.reason = found.reason, .order = found.id};
        } else if constexpr (std::is_same_v<Body, VenueReport>) {
          return {.reason = decide(one), .order = one.order};
        } else if constexpr (std::is_same_v<Body, CancelAllOrders> || std::is_same_v<Body, SetKillSwitch>) {
          ApplyResult result{.reason = decide(one)};
          if (result.reason != RejectReason::none) return result;
          for_each_of(one, [&](OrderSlot) { ++result.affected; });
          return result;
        } else {
          return {.reason = refusal(one)};
        }
      },
      command.body);
}

}  // namespace trade
