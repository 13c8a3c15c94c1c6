#include "wire/packed.hpp"

#include <limits>
#include <variant>

namespace trade::wire {

namespace {

template <class Struct>
std::size_t bytes_of(const std::vector<Struct>& list) {
  return list.size() * sizeof(Struct);
}

/// The list, if its elements may be read.
template <class T>
const flatbuffers::Vector<T>* readable(Checker& check, const flatbuffers::Vector<T>* list, const char* name) {
  return check.readable(list, name) ? list : nullptr;
}

}  // namespace

void PackedWriter::start() {
  command_forms_.clear();
  place_orders_.clear();
  client_order_ids_.clear();
  cancel_orders_.clear();
  event_forms_.clear();
  orders_accepted_.clear();
  orders_rested_.clear();
  trades_executed_.clear();
  orders_cancelled_.clear();
}

bool PackedWriter::add_command(const CommandBody& body) {
  placed_ = nullptr;
  accepted_ = {};
  if (const auto* order = std::get_if<PlaceOrder>(&body); order != nullptr && add(*order)) return true;
  if (const auto* cancel = std::get_if<CancelOrder>(&body); cancel != nullptr && add(*cancel)) return true;
  command_forms_.push_back(schema::CommandForm::table);
  return false;
}

bool PackedWriter::add_event(const EventBody& body) {
  if (const auto* accepted = std::get_if<OrderAccepted>(&body); accepted != nullptr && add(*accepted))
    return true;
  if (const auto* rested = std::get_if<OrderRested>(&body); rested != nullptr && add(*rested)) return true;
  if (const auto* traded = std::get_if<TradeExecuted>(&body); traded != nullptr && add(*traded)) return true;
  if (const auto* cancelled = std::get_if<OrderCancelled>(&body); cancelled != nullptr && add(*cancelled))
    return true;
  event_forms_.push_back(schema::EventForm::table);
  return false;
}

bool PackedWriter::add(const PlaceOrder& order) {
  if (order.session.value != 0 || order.client_order_id.size() > std::numeric_limits<std::uint8_t>::max() ||
      order.instructions != OrderInstructions{} || order.legs != OrderLegs{}) {
    return false;
  }
  command_forms_.push_back(schema::CommandForm::place_order);
  place_orders_.emplace_back(order.quantity.shares, order.limit_price.units, order.stop_price.units,
                             order.account.value, order.symbol.value, to_schema(order.side),
                             to_schema(order.type), to_schema(order.time_in_force),
                             static_cast<std::uint8_t>(order.client_order_id.size()), 0);
  client_order_ids_.insert(client_order_ids_.end(), order.client_order_id.begin(),
                           order.client_order_id.end());
  placed_ = &order;
  return true;
}

bool PackedWriter::add(const CancelOrder& cancel) {
  if (!cancel.client_order_id.empty()) return false;
  command_forms_.push_back(schema::CommandForm::cancel_order);
  cancel_orders_.emplace_back(cancel.order.value, cancel.account.value, 0);
  return true;
}

bool PackedWriter::add(const OrderAccepted& event) {
  if (placed_ == nullptr || accepted_ || !event.order || event.account != placed_->account ||
      event.symbol != placed_->symbol || event.side != placed_->side || event.type != placed_->type ||
      event.time_in_force != placed_->time_in_force || event.status != OrderStatus::submitted ||
      event.quantity != placed_->quantity || event.limit_price != placed_->limit_price ||
      event.stop_price != placed_->stop_price || event.client_order_id != placed_->client_order_id ||
      event.instructions != OrderInstructions{} || event.link != OrderLink{}) {
    return false;
  }
  event_forms_.push_back(schema::EventForm::order_accepted);
  orders_accepted_.push_back(event.order.value);
  accepted_ = event.order;
  return true;
}

bool PackedWriter::add(const OrderRested& event) {
  if (!accepted_ || event.order != accepted_ || event.symbol != placed_->symbol ||
      event.side != placed_->side || event.price != placed_->limit_price) {
    return false;
  }
  event_forms_.push_back(schema::EventForm::order_rested);
  orders_rested_.push_back(event.quantity.shares);
  return true;
}

bool PackedWriter::add(const TradeExecuted& event) {
  if (event.in_auction) return false;
  event_forms_.push_back(schema::EventForm::trade_executed);
  trades_executed_.push_back(trade_executed_struct(event));
  return true;
}

bool PackedWriter::add(const OrderCancelled& event) {
  event_forms_.push_back(schema::EventForm::order_cancelled);
  orders_cancelled_.push_back(order_cancelled_struct(event));
  return true;
}

std::size_t PackedWriter::bytes() const {
  return bytes_of(command_forms_) + bytes_of(place_orders_) + bytes_of(client_order_ids_) +
         bytes_of(cancel_orders_) + bytes_of(event_forms_) + bytes_of(orders_accepted_) +
         bytes_of(orders_rested_) + bytes_of(trades_executed_) + bytes_of(orders_cancelled_);
}

PackedWriter::Offsets PackedWriter::write(TableBuilder& builder) const {
  Offsets offsets;
  offsets.orders_cancelled = write_structs(builder, orders_cancelled_);
  offsets.trades_executed = write_structs(builder, trades_executed_);
  offsets.orders_rested = write_list(builder, orders_rested_);
  offsets.orders_accepted = write_list(builder, orders_accepted_);
  offsets.event_forms = write_list(builder, event_forms_);
  offsets.cancel_orders = write_structs(builder, cancel_orders_);
  offsets.client_order_ids = write_list(builder, client_order_ids_);
  offsets.place_orders = write_structs(builder, place_orders_);
  offsets.command_forms = write_list(builder, command_forms_);
  return offsets;
}

PackedReader::PackedReader(Checker& check, const schema::JournalBatch& table)
    : place_orders_(readable(check, table.place_orders(), "place_orders"), "place_orders"),
      cancel_orders_(readable(check, table.cancel_orders(), "cancel_orders"), "cancel_orders"),
      orders_accepted_(readable(check, table.orders_accepted(), "orders_accepted"), "orders_accepted"),
      orders_rested_(readable(check, table.orders_rested(), "orders_rested"), "orders_rested"),
      trades_executed_(readable(check, table.trades_executed(), "trades_executed"), "trades_executed"),
      orders_cancelled_(readable(check, table.orders_cancelled(), "orders_cancelled"), "orders_cancelled") {
  if (const auto* ids = table.client_order_ids())
    client_order_ids_ = {reinterpret_cast<const char*>(ids->data()), ids->size()};
}

std::string_view PackedReader::take_client_order_id(Checker& check, std::size_t bytes) {
  if (bytes > client_order_ids_.size()) [[unlikely]] {
    check.refuse("client_order_ids", "shorter than the batch says");
    return {};
  }
  const std::string_view id = client_order_ids_.substr(0, bytes);
  client_order_ids_.remove_prefix(bytes);
  return check.client_order_id(id, "client_order_id");
}

void PackedReader::read_place_order(Checker& check, CommandBody* body) {
  check.enter("PackedPlaceOrder");
  accepted_ = {};
  placed_ = place_orders_.take(check);
  if (placed_ == nullptr) [[unlikely]]
    return;
  client_order_id_ = take_client_order_id(check, placed_->client_order_id_bytes());
  if (body == nullptr) return;
  body->emplace<PlaceOrder>(
      PlaceOrder{.account = AccountId{placed_->account()},
                 .symbol = SymbolId{placed_->symbol()},
                 .side = check.enumeration<Side>(placed_->side(), "side"),
                 .type = check.enumeration<OrderType>(placed_->type(), "type"),
                 .time_in_force = check.enumeration<TimeInForce>(placed_->time_in_force(), "time_in_force"),
                 .quantity = check.quantity(placed_->quantity(), "quantity"),
                 .limit_price = check.price(placed_->limit_price(), "limit_price"),
                 .stop_price = check.price(placed_->stop_price(), "stop_price"),
                 .client_order_id = client_order_id_});
}

void PackedReader::read_cancel_order(Checker& check, CommandBody* body) {
  check.enter("PackedCancelOrder");
  skip_command();
  const schema::PackedCancelOrder* cancel = cancel_orders_.take(check);
  if (cancel == nullptr || body == nullptr) return;
  body->emplace<CancelOrder>(CancelOrder{
      .account = AccountId{cancel->account()}, .order = OrderId{cancel->order()}, .client_order_id = {}});
}

void PackedReader::skip_order_accepted(Checker& check) {
  check.enter("OrderAccepted");
  const OrderId order{orders_accepted_.take(check)};
  if (placed_ == nullptr || accepted_ || !order) [[unlikely]]
    check.refuse("orders_accepted", "not of an order that its command placed");
  accepted_ = order;
}

void PackedReader::read_order_accepted(Checker& check, EventBody& body) {
  skip_order_accepted(check);
  if (placed_ == nullptr) [[unlikely]]
    return;
  body.emplace<OrderAccepted>(OrderAccepted{
      .order = accepted_,
      .account = AccountId{placed_->account()},
      .symbol = SymbolId{placed_->symbol()},
      .side = check.enumeration<Side>(placed_->side(), "side"),
      .type = check.enumeration<OrderType>(placed_->type(), "type"),
      .time_in_force = check.enumeration<TimeInForce>(placed_->time_in_force(), "time_in_force"),
      .status = OrderStatus::submitted,
      .quantity = check.quantity(placed_->quantity(), "quantity"),
      .limit_price = check.price(placed_->limit_price(), "limit_price"),
      .stop_price = check.price(placed_->stop_price(), "stop_price"),
      .client_order_id = client_order_id_});
}

void PackedReader::read_order_rested(Checker& check, EventBody& body) {
  check.enter("OrderRested");
  const std::int64_t shares = orders_rested_.take(check);
  if (placed_ == nullptr || !accepted_) [[unlikely]]
    return check.refuse("orders_rested", "not of an order that was accepted");
  body.emplace<OrderRested>(OrderRested{.order = accepted_,
                                        .symbol = SymbolId{placed_->symbol()},
                                        .side = check.enumeration<Side>(placed_->side(), "side"),
                                        .price = check.price(placed_->limit_price(), "limit_price"),
                                        .quantity = check.quantity(shares, "quantity")});
}

void PackedReader::read_trade_executed(Checker& check, EventBody& body) {
  check.enter("TradeExecuted");
  if (const auto* fields = trades_executed_.take(check))
    body.emplace<TradeExecuted>(wire::read_trade_executed(check, *fields));
}

void PackedReader::read_order_cancelled(Checker& check, EventBody& body) {
  check.enter("OrderCancelled");
  if (const auto* fields = orders_cancelled_.take(check))
    body.emplace<OrderCancelled>(wire::read_order_cancelled(check, *fields));
}

void PackedReader::check_used_up(Checker& check) const {
  check.enter("JournalBatch");
  place_orders_.check_used_up(check);
  cancel_orders_.check_used_up(check);
  orders_accepted_.check_used_up(check);
  orders_rested_.check_used_up(check);
  trades_executed_.check_used_up(check);
  orders_cancelled_.check_used_up(check);
  if (!client_order_ids_.empty()) check.refuse("client_order_ids", "longer than the batch says");
}

}  // namespace trade::wire
