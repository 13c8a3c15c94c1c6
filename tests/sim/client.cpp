#include "sim/client.hpp"

#include <utility>

namespace trade::sim {

namespace {
constexpr std::size_t open_max = 4;
constexpr const char* symbols[] = {"AAA", "BBB", "CCC"};
}  // namespace

Client::Client(World& world, std::uint32_t number, Hooks hooks)
    : world_(world), number_(number), hooks_(std::move(hooks)), account_("client" + std::to_string(number)) {
  steps_ = 20 + world_.below(60);
}

void Client::start() {
  world_.after(static_cast<std::int64_t>(world_.below(20)) * millisecond, [this] { act(); });
}

void Client::act() {
  if (planned_ == steps_) return;
  if (open_ < open_max) {
    ++planned_;
    ++open_;
    const std::uint64_t kind = world_.below(10);
    if (kind < 7 || placed_.empty()) {
      place();
    } else {
      Action& action = actions_.emplace_back();
      action.kind = kind < 9 ? Kind::cancel : Kind::replace;
      action.order = world_.below(placed_.size());
      action.quantity = Quantity{static_cast<std::int64_t>(1 + world_.below(60))};
    }
    send(actions_.size() - 1);
  }
  world_.after(static_cast<std::int64_t>(world_.below(25)) * millisecond, [this] { act(); });
}

void Client::place() {
  Placed& placed = placed_.emplace_back();
  placed.client_order_id = account_ + "-" + std::to_string(placed_.size());
  placed.symbol = symbols[world_.below(std::size(symbols))];
  PlaceOrder& order = placed.order;
  order.client_order_id = placed.client_order_id;
  order.side = world_.below(2) == 0 ? Side::buy : Side::sell;
  order.quantity = Quantity{static_cast<std::int64_t>(1 + world_.below(50))};
  order.time_in_force = world_.below(3) == 0   ? TimeInForce::day
                        : world_.below(4) == 0 ? TimeInForce::ioc
                                               : TimeInForce::gtc;
  const Price price{static_cast<std::int64_t>(970 + world_.below(60)) * 100};
  const std::uint64_t type = world_.below(10);
  order.type = type < 7 ? OrderType::limit : type < 8 ? OrderType::market : OrderType::stop_limit;
  if (order.type != OrderType::market) order.limit_price = price;
  if (order.type == OrderType::stop_limit) {
    order.stop_price = price;
    order.time_in_force = TimeInForce::gtc;
  }
  Action& action = actions_.emplace_back();
  action.order = placed_.size() - 1;
}

void Client::send(std::size_t index) {
  const Action& action = actions_[index];
  const Placed& placed = placed_[action.order];
  SubmitRequest request;
  SubmittedCommand command;
  command.account_name = account_;
  switch (action.kind) {
    case Kind::place:
      command.body = placed.order;
      command.symbol_name = placed.symbol;
      break;
    case Kind::cancel:
      command.body = CancelOrder{.account = {}, .order = {}, .client_order_id = placed.client_order_id};
      break;
    case Kind::replace: {
      ReplaceOrder replace;
      replace.client_order_id = placed.client_order_id;
      replace.quantity = action.quantity;
      command.body = replace;
      break;
    }
  }
  request.commands.push_back(command);
  const std::uint64_t id = std::uint64_t{number_} << 32 | (requests_.size() + 1);
  requests_[id] = index;
  hooks_.send(encoder_.encode(Request{id, request}));
  world_.after(static_cast<std::int64_t>(40 + world_.below(60)) * millisecond, [this, index] {
    if (actions_[index].answered) return;
    ++retries_;
    send(index);
  });
}

void Client::receive(const Reply& reply) {
  const auto request = requests_.find(reply.id);
  if (request == requests_.end()) return hooks_.violation(account_ + " got a reply to nothing");
  const auto* submitted = std::get_if<SubmitReply>(&reply.body);
  // Refused as a whole, which is no answer: it is sent again.
  if (submitted == nullptr) return;
  if (submitted->results.size() != 1) return hooks_.violation(account_ + " got a reply of another size");
  Action& action = actions_[request->second];
  take_answer(action, submitted->results[0]);
  if (std::exchange(action.answered, true)) return;
  --open_;
}

void Client::take_answer(Action& action, const CommandResult& result) {
  Placed& placed = placed_[action.order];
  if (action.kind == Kind::cancel && result.reason == RejectReason::none) placed.cancelled = true;
  if (action.kind != Kind::place) return;
  const Placed::Answer answer{result.reason, result.order};
  if (!placed.answer) placed.answer = answer;
  if (*placed.answer == answer) return;
  hooks_.violation(placed.client_order_id + " was answered as order " +
                   std::to_string(placed.answer->order.value) + " (" +
                   std::string(row_of(placed.answer->reason).name) + "), then as order " +
                   std::to_string(answer.order.value) + " (" + std::string(row_of(answer.reason).name) + ")");
}

}  // namespace trade::sim
