#include "itch_player.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "format/rejection.hpp"

namespace trade::cmd {

namespace {

constexpr std::size_t commands_per_request = 512;
constexpr std::size_t requests_under_way_max = 32;
constexpr std::size_t client_id_bytes = 64;
static_assert(commands_per_request <= submit_commands_max);
static_assert(client_id_bytes <= client_order_id_bytes_max);

/// Refusals that only say that an order has been filled before: by clients, who take part in the market.
bool says_gone(RejectReason reason) {
  return reason == RejectReason::order_not_cancellable || reason == RejectReason::order_not_replaceable ||
         reason == RejectReason::unknown_order || reason == RejectReason::no_change;
}

}  // namespace

ItchPlayer::ItchPlayer(const ClientOptions& options, AccountId house, std::string run,
                       const std::vector<SymbolView>& known_symbols)
    : pipeline_(options), timeout_(options.timeout), house_(house), prefix_("itch:" + std::move(run) + ":") {
  for (const SymbolView& symbol : known_symbols)
    symbols_.insert(symbol.symbol);
  request_.want_fills = true;
}

std::uint64_t ItchPlayer::resting_orders() const {
  return orders_.size() - ended_orders_;
}

ItchPlayer::Order* ItchPlayer::find(std::uint64_t reference) {
  const auto found = orders_.find(reference);
  if (found != orders_.end() && !found->second.ended) return &found->second;
  ++counts_.unknown_references;
  return nullptr;
}

std::string_view ItchPlayer::client_id(std::uint64_t reference) {
  if (texts_used_ == texts_.size()) texts_.push_back(std::make_unique<char[]>(client_id_bytes));
  char* text = texts_[texts_used_++].get();
  char* end = std::copy(prefix_.begin(), prefix_.end(), text);
  end = std::to_chars(end, text + client_id_bytes, reference).ptr;
  return {text, end};
}

std::string_view ItchPlayer::symbol_name(const itch::Stock& stock) {
  return *symbols_.find(std::string(stock.view()));
}

Status ItchPlayer::command(CommandBody body, std::string_view symbol, const Pending& pending) {
  request_.commands.push_back({std::move(body), {}, symbol});
  pending_.push_back(pending);
  if (request_.commands.size() < commands_per_request) return {};
  return flush();
}

Status ItchPlayer::know_symbol(const itch::Stock& stock) {
  if (symbols_.contains(std::string(stock.view()))) return {};
  const Result<Symbol> symbol = parse_symbol(stock.view());
  if (!symbol) return std::unexpected(symbol.error());
  symbols_.insert(symbol->string());
  return command(AddSymbol{.symbol = *symbol, .previous_close = {}}, {}, {});
}

Status ItchPlayer::place(std::uint64_t reference, const Order& order) {
  PlaceOrder placed;
  placed.account = house_;
  placed.side = order.side;
  placed.type = OrderType::limit;
  placed.time_in_force = TimeInForce::gtc;
  placed.quantity = order.leaves;
  placed.limit_price = order.price;
  placed.client_order_id = client_id(reference);
  return command(placed, order.symbol_name,
                 {.kind = Kind::place, .last = false, .reference = reference, .shares = {}});
}

Status ItchPlayer::add(const itch::Stock& stock, std::uint64_t reference, Side side, Quantity shares,
                       Price price) {
  if (Status known = know_symbol(stock); !known) return known;
  Order order;
  order.symbol_name = symbol_name(stock);
  order.side = side;
  order.price = price;
  order.quantity = shares;
  order.leaves = shares;
  const auto [placed, is_new] = orders_.try_emplace(reference, order);
  if (!is_new) {
    return fail(ErrorCode::corrupt, "order reference " + std::to_string(reference) + " is added twice");
  }
  return place(reference, placed->second);
}

Status ItchPlayer::execute(std::uint64_t reference, Quantity shares) {
  Order* order = find(reference);
  if (order == nullptr) return {};
  ++counts_.executions;
  PlaceOrder aggressor;
  aggressor.account = house_;
  aggressor.side = opposite(order->side);
  aggressor.type = OrderType::limit;
  aggressor.time_in_force = TimeInForce::ioc;
  aggressor.quantity = shares;
  aggressor.limit_price = order->price;
  order->leaves -= std::min(shares, order->leaves);
  const bool last = !order->leaves;
  if (last) {
    order->ended = true;
    ++ended_orders_;
  }
  return command(aggressor, order->symbol_name,
                 {.kind = Kind::execute, .last = last, .reference = reference, .shares = shares});
}

Status ItchPlayer::reduce(std::uint64_t reference, Quantity shares) {
  Order* order = find(reference);
  if (order == nullptr) return {};
  if (shares >= order->leaves) return remove(reference);
  order->leaves -= shares;
  order->quantity -= shares;
  ReplaceOrder smaller;
  smaller.account = house_;
  smaller.order = order->id;
  if (!order->id) smaller.client_order_id = client_id(reference);
  smaller.quantity = order->quantity;
  return command(smaller, {}, {.kind = Kind::change, .last = false, .reference = reference, .shares = {}});
}

Status ItchPlayer::remove(std::uint64_t reference) {
  Order* order = find(reference);
  if (order == nullptr) return {};
  order->ended = true;
  ++ended_orders_;
  CancelOrder cancel;
  cancel.account = house_;
  cancel.order = order->id;
  if (!order->id) cancel.client_order_id = client_id(reference);
  return command(cancel, {}, {.kind = Kind::change, .last = true, .reference = reference, .shares = {}});
}

Status ItchPlayer::replace(const itch::OrderReplace& message) {
  const Order* old = find(message.original_order_reference_number);
  if (old == nullptr) return {};
  Order order = *old;
  order.id = {};
  order.price = message.price;
  order.quantity = message.shares;
  order.leaves = message.shares;
  if (Status removed = remove(message.original_order_reference_number); !removed) return removed;
  const auto [placed, is_new] = orders_.try_emplace(message.new_order_reference_number, order);
  if (!is_new) {
    return fail(ErrorCode::corrupt,
                "order reference " + std::to_string(message.new_order_reference_number) + " is added twice");
  }
  return place(message.new_order_reference_number, placed->second);
}

Status ItchPlayer::print(const itch::Stock& stock, Quantity shares, Price price) {
  // A cross in which nothing was traded has neither.
  if (!shares || !price) return {};
  if (Status known = know_symbol(stock); !known) return known;
  return command(PrintTrade{.symbol = {}, .price = price, .quantity = shares}, symbol_name(stock), {});
}

Status ItchPlayer::play(const itch::Message& message) {
  if (const auto* body = std::get_if<itch::AddOrder>(&message)) {
    return add(body->stock, body->order_reference_number, body->side, body->shares, body->price);
  }
  if (const auto* body = std::get_if<itch::AddOrderMpid>(&message)) {
    return add(body->stock, body->order_reference_number, body->side, body->shares, body->price);
  }
  if (const auto* body = std::get_if<itch::OrderDelete>(&message))
    return remove(body->order_reference_number);
  if (const auto* body = std::get_if<itch::OrderExecuted>(&message)) {
    return execute(body->order_reference_number, body->executed_shares);
  }
  if (const auto* body = std::get_if<itch::OrderExecutedWithPrice>(&message)) {
    // One that is not printable is told again as part of a cross, which prints it.
    return body->printable ? execute(body->order_reference_number, body->executed_shares)
                           : reduce(body->order_reference_number, body->executed_shares);
  }
  if (const auto* body = std::get_if<itch::OrderCancel>(&message)) {
    return reduce(body->order_reference_number, body->cancelled_shares);
  }
  if (const auto* body = std::get_if<itch::OrderReplace>(&message)) return replace(*body);
  if (const auto* body = std::get_if<itch::Trade>(&message))
    return print(body->stock, body->shares, body->price);
  if (const auto* body = std::get_if<itch::CrossTrade>(&message)) {
    return print(body->stock, body->shares, body->cross_price);
  }
  if (const auto* body = std::get_if<itch::StockDirectory>(&message)) return know_symbol(body->stock);
  return {};
}

Status ItchPlayer::flush() {
  if (request_.commands.empty()) return {};
  if (Status room = wait_for_room(requests_under_way_max); !room) return room;
  Result<std::uint64_t> id = pipeline_.send(request_);
  if (!id) return pass_on(std::move(id));
  unanswered_.push_back({*id, std::exchange(pending_, {})});
  request_.commands.clear();
  texts_used_ = 0;
  return {};
}

Status ItchPlayer::take_answers() {
  while (!unanswered_.empty()) {
    Result<std::optional<Reply>> reply = pipeline_.receive(std::chrono::milliseconds(0));
    if (!reply) return pass_on(std::move(reply));
    if (!*reply) break;
    if (Status taken = take_answer(**reply); !taken) return taken;
  }
  return {};
}

Status ItchPlayer::wait_for_room(std::size_t requests_max) {
  if (Status taken = take_answers(); !taken) return taken;
  while (unanswered_.size() >= requests_max) {
    Result<std::optional<Reply>> reply = pipeline_.receive(timeout_);
    if (!reply) return pass_on(std::move(reply));
    if (!*reply) {
      return fail(ErrorCode::timed_out,
                  "tradingd does not answer within " + std::to_string(timeout_.count()) + " ms",
                  "see 'trade status'; wait longer with --timeout SECONDS");
    }
    if (Status taken = take_answer(**reply); !taken) return taken;
  }
  return {};
}

Status ItchPlayer::finish() {
  if (Status flushed = flush(); !flushed) return flushed;
  return wait_for_room(1);
}

Status ItchPlayer::take_answer(const Reply& reply) {
  const PendingRequest request = std::move(unanswered_.front());
  unanswered_.pop_front();
  if (const auto* error = std::get_if<ErrorReply>(&reply.body)) return std::unexpected(error->error);
  const auto* answer = std::get_if<SubmitReply>(&reply.body);
  if (answer == nullptr || reply.id != request.id || answer->results.size() != request.commands.size()) {
    return fail(ErrorCode::corrupt, "tradingd's answer is not that of the request");
  }
  for (std::size_t i = 0; i < request.commands.size(); ++i)
    count_answer(request.commands[i], answer->results[i]);
  return {};
}

void ItchPlayer::count_answer(const Pending& pending, const CommandResult& result) {
  const auto order = pending.reference == 0 ? orders_.end() : orders_.find(pending.reference);
  if (result.reason != RejectReason::none) {
    if (pending.kind == Kind::change && says_gone(result.reason)) {
      ++counts_.orders_gone;
    } else if (counts_.rejected++ == 0) {
      counts_.first_rejection = row_of(result.reason).text;
    }
  } else if (pending.kind == Kind::place && order != orders_.end()) {
    order->second.id = result.order;
  } else if (pending.kind == Kind::execute && order != orders_.end()) {
    Quantity filled;
    for (const ImmediateFill& fill : result.fills) {
      if (fill.maker_order == order->second.id) filled += fill.quantity;
    }
    const bool only_that = std::ranges::all_of(
        result.fills, [&](const ImmediateFill& fill) { return fill.maker_order == order->second.id; });
    if (only_that && filled == pending.shares) ++counts_.executions_exact;
  }
  if (pending.last && order != orders_.end()) {
    orders_.erase(order);
    --ended_orders_;
  }
}

}  // namespace trade::cmd
