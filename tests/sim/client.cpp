#include "sim/client.hpp"

#include <utility>

namespace trade::sim {

namespace {

constexpr std::size_t open_max = 4;
/// The flow's own commands are a microsecond apart.
constexpr std::int64_t flow_slowness = 1'000;

}  // namespace

bool Placed::is_well_formed() const {
  switch (answer ? answer->reason : RejectReason::none) {
    case RejectReason::invalid_order:
    case RejectReason::invalid_price:
    case RejectReason::invalid_quantity:
    case RejectReason::invalid_legs:
    case RejectReason::unknown_account:
    case RejectReason::unknown_symbol:
      return false;
    default:
      return true;
  }
}

Client::Client(World& world, std::uint32_t number, Hooks hooks)
    : world_(world),
      number_(number),
      hooks_(std::move(hooks)),
      name_("client" + std::to_string(number)),
      flow_(world.below(1ULL << 32), flow_slowness) {
  steps_ = 20 + world_.below(60);
}

const Placed* Client::find(std::string_view client_order_id) const {
  const auto found = by_client_order_id_.find(client_order_id);
  return found == by_client_order_id_.end() ? nullptr : &placed_[found->second];
}

std::optional<std::size_t> Client::index_of(OrderId order) const {
  const auto found = by_order_.find(order.value);
  return found == by_order_.end() ? std::nullopt : std::optional(found->second);
}

void Client::start() {
  world_.after(static_cast<std::int64_t>(world_.below(20)) * millisecond, [this] { act(); });
}

void Client::act() {
  if (planned_ == steps_) return;
  if (open_ < open_max) {
    ++planned_;
    ++open_;
    flow_.set_time(world_.now());
    Action& action = actions_.emplace_back();
    action.body = world_.below(40) == 0 ? about_venues() : flow_.next_body();
    std::visit([&](auto& body) { prepare(body, action); }, action.body);
    send(actions_.size() - 1);
  }
  world_.after(static_cast<std::int64_t>(world_.below(25)) * millisecond, [this] { act(); });
}

/// Mostly refused: orders are open, or the symbol is routed.
CommandBody Client::about_venues() {
  const VenueId venue{1};
  switch (world_.below(8)) {
    case 0:
      return RemoveVenue{venue};
    case 1:
      return AddVenue{*VenueName::make("north"),
                      world_.below(3) == 0 ? WhenVenueDown::refuse : WhenVenueDown::hold};
    default:
      return SetRoute{SymbolId{static_cast<std::uint32_t>(1 + world_.below(RandomFlow::symbols))},
                      world_.below(2) == 0 ? venue : VenueId{}};
  }
}

/// A client order id that was never used before.
std::string_view Client::new_name(std::size_t order) {
  const std::string& name = texts_.emplace_back(name_ + "-" + std::to_string(texts_.size() + 1));
  by_client_order_id_[name] = order;
  return name;
}

void Client::prepare(PlaceOrder& order, Action& action) {
  action.order = placed_.size();
  order.client_order_id = new_name(placed_.size());
  Placed& placed = placed_.emplace_back();
  placed.order = order;
  placed.account = "account" + std::to_string(order.account.value);
  placed.symbol = "SYM" + std::to_string(order.symbol.value);
}

void Client::prepare(CancelOrder& cancel, Action& action) {
  action.order = index_of(cancel.order);
  // By the client's own id at times, perhaps before the order is answered.
  if ((cancel.order && world_.below(3) != 0) || placed_.empty()) {
    cancel.client_order_id = {};
    return;
  }
  action.order = world_.below(placed_.size());
  const PlaceOrder& order = placed_[*action.order].order;
  cancel = {.account = order.account, .order = {}, .client_order_id = order.client_order_id};
}

void Client::prepare(ReplaceOrder& replace, Action& action) {
  action.order = index_of(replace.order);
  const bool renames = !replace.new_client_order_id.empty() && action.order;
  replace.new_client_order_id = renames ? new_name(*action.order) : std::string_view{};
}

/// Of the day that it is.
void Client::prepare(SetSession& session, Action&) const {
  session.trading_date = {};
}

/// The clock jumps by days, and all that is due on the way comes in turn: with limit states of seconds that
/// would be one after another, some hundred thousand times.
void Client::prepare(SetPriceBands& bands, Action&) {
  constexpr std::int64_t seconds_per_second_of_flow = 3'600;
  bands.limit_state_seconds *= seconds_per_second_of_flow;
}

void Client::send(std::size_t index) {
  const Action& action = actions_[index];
  SubmitRequest request;
  SubmittedCommand command;
  command.body = action.body;
  // Orders name their account and their symbol, as clients do.
  if (auto* order = std::get_if<PlaceOrder>(&command.body)) {
    const Placed& placed = placed_[*action.order];
    command.account_name = placed.account;
    command.symbol_name = placed.symbol;
    order->account = {};
    order->symbol = {};
    if (world_.is_broken(Breakage::forgotten_client)) order->client_order_id = new_name(*action.order);
  }
  request.commands.push_back(command);
  const std::uint64_t id = std::uint64_t{number_} << 32 | (requests_.size() + 1);
  requests_[id] = index;
  hooks_.send(encoder_.encode(Request{id, request}));
  world_.after(static_cast<std::int64_t>(40 + world_.below(60)) * millisecond, [this, index] {
    if (actions_[index].answered) return;
    if (actions_[index].is_once) return give_up(index);
    ++retries_;
    send(index);
  });
}

void Client::give_up(std::size_t index) {
  actions_[index].answered = true;
  --open_;
}

void Client::receive(const Reply& reply) {
  const auto request = requests_.find(reply.id);
  if (request == requests_.end()) return hooks_.violation(name_ + " got a reply to nothing");
  const auto* submitted = std::get_if<SubmitReply>(&reply.body);
  // Refused as a whole, which is no answer: it is sent again.
  if (submitted == nullptr) return;
  if (submitted->results.size() != 1) return hooks_.violation(name_ + " got a reply of another size");
  Action& action = actions_[request->second];
  take_answer(action, submitted->results[0]);
  if (std::exchange(action.answered, true)) return;
  --open_;
}

void Client::take_answer(Action& action, const CommandResult& result) {
  if (!action.order) return;
  Placed& placed = placed_[*action.order];
  const bool done = result.reason == RejectReason::none;
  if (std::holds_alternative<CancelOrder>(action.body) && done) placed.cancelled = true;
  if (!std::holds_alternative<PlaceOrder>(action.body)) return;
  const Placed::Answer answer{result.reason, result.order};
  if (!placed.answer) {
    placed.answer = answer;
    if (done) {
      by_order_[answer.order.value] = *action.order;
      flow_.learn(answer.order, placed.order.account);
      // Its legs can be cancelled and replaced too.
      if (placed.order.legs.order_class != OrderClass::simple)
        flow_.learn({answer.order.value + 1}, placed.order.account);
    }
  }
  if (*placed.answer == answer || !placed.is_well_formed()) return;
  // A venue may have refused what was taken here; and of two answers the later one may come first.
  const bool refused_there =
      answer.reason == RejectReason::venue_rejected || placed.answer->reason == RejectReason::venue_rejected;
  if (refused_there && answer.order == placed.answer->order) return;
  hooks_.violation(std::string(placed.order.client_order_id) + " was answered as order " +
                   std::to_string(placed.answer->order.value) + " (" +
                   std::string(row_of(placed.answer->reason).name) + "), then as order " +
                   std::to_string(answer.order.value) + " (" + std::string(row_of(answer.reason).name) + ")");
}

}  // namespace trade::sim
