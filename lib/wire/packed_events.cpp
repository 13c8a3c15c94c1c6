#include "wire/packed_events.hpp"

#include <variant>

namespace trade::wire {

void PackedEventWriter::start() {
  forms_.clear();
  orders_accepted_.clear();
  orders_rested_.clear();
  trades_executed_.clear();
  orders_cancelled_.clear();
}

void PackedEventWriter::start_command(const PlaceOrder* placed) {
  placed_ = placed;
  accepted_ = {};
}

bool PackedEventWriter::add(const EventBody& body) {
  if (const auto* accepted = std::get_if<OrderAccepted>(&body); accepted != nullptr && add(*accepted))
    return true;
  if (const auto* rested = std::get_if<OrderRested>(&body); rested != nullptr && add(*rested)) return true;
  if (const auto* traded = std::get_if<TradeExecuted>(&body); traded != nullptr && add(*traded)) return true;
  if (const auto* cancelled = std::get_if<OrderCancelled>(&body); cancelled != nullptr && add(*cancelled))
    return true;
  forms_.push_back(schema::EventForm::table);
  return false;
}

bool PackedEventWriter::add(const OrderAccepted& event) {
  if (placed_ == nullptr || accepted_ || !event.order || event.account != placed_->account ||
      event.symbol != placed_->symbol || event.side != placed_->side || event.type != placed_->type ||
      event.time_in_force != placed_->time_in_force || event.status != OrderStatus::submitted ||
      event.quantity != placed_->quantity || event.limit_price != placed_->limit_price ||
      event.stop_price != placed_->stop_price || event.client_order_id != placed_->client_order_id ||
      event.instructions != OrderInstructions{} || event.link != OrderLink{}) {
    return false;
  }
  forms_.push_back(schema::EventForm::order_accepted);
  orders_accepted_.push_back(event.order.value);
  accepted_ = event.order;
  return true;
}

bool PackedEventWriter::add(const OrderRested& event) {
  if (!accepted_ || event.order != accepted_ || event.symbol != placed_->symbol ||
      event.side != placed_->side || event.price != placed_->limit_price) {
    return false;
  }
  forms_.push_back(schema::EventForm::order_rested);
  orders_rested_.push_back(event.quantity.shares);
  return true;
}

bool PackedEventWriter::add(const TradeExecuted& event) {
  if (event.in_auction) return false;
  forms_.push_back(schema::EventForm::trade_executed);
  trades_executed_.push_back(trade_executed_struct(event));
  return true;
}

bool PackedEventWriter::add(const OrderCancelled& event) {
  forms_.push_back(schema::EventForm::order_cancelled);
  orders_cancelled_.push_back(order_cancelled_struct(event));
  return true;
}

std::size_t PackedEventWriter::bytes() const {
  return bytes_of(forms_) + bytes_of(orders_accepted_) + bytes_of(orders_rested_) +
         bytes_of(trades_executed_) + bytes_of(orders_cancelled_);
}

PackedEventWriter::Offsets PackedEventWriter::write(TableBuilder& builder) const {
  Offsets offsets;
  offsets.orders_cancelled = write_structs(builder, orders_cancelled_);
  offsets.trades_executed = write_structs(builder, trades_executed_);
  offsets.orders_rested = write_list(builder, orders_rested_);
  offsets.orders_accepted = write_list(builder, orders_accepted_);
  offsets.forms = write_list(builder, forms_);
  return offsets;
}

PackedEventReader::PackedEventReader(Checker& check, const schema::JournalBatch& table)
    : orders_accepted_(readable_list(check, table.orders_accepted(), "orders_accepted"), "orders_accepted"),
      orders_rested_(readable_list(check, table.orders_rested(), "orders_rested"), "orders_rested"),
      trades_executed_(readable_list(check, table.trades_executed(), "trades_executed"), "trades_executed"),
      orders_cancelled_(readable_list(check, table.orders_cancelled(), "orders_cancelled"),
                        "orders_cancelled") {}

void PackedEventReader::skip_order_accepted(Checker& check, const PackedCommandReader& commands) {
  check.enter("OrderAccepted");
  const OrderId order{orders_accepted_.take(check)};
  if (commands.placed() == nullptr || accepted_ || !order) [[unlikely]]
    check.refuse("orders_accepted", "not of an order that its command placed");
  accepted_ = order;
}

void PackedEventReader::read_order_accepted(Checker& check, const PackedCommandReader& commands,
                                            EventBody& body) {
  skip_order_accepted(check, commands);
  const schema::PackedPlaceOrder* placed = commands.placed();
  if (placed == nullptr) [[unlikely]]
    return;
  body.emplace<OrderAccepted>(
      OrderAccepted{.order = accepted_,
                    .account = AccountId{placed->account()},
                    .symbol = SymbolId{placed->symbol()},
                    .side = check.enumeration<Side>(placed->side(), "side"),
                    .type = check.enumeration<OrderType>(placed->type(), "type"),
                    .time_in_force = check.enumeration<TimeInForce>(placed->time_in_force(), "time_in_force"),
                    .status = OrderStatus::submitted,
                    .quantity = check.quantity(placed->quantity(), "quantity"),
                    .limit_price = check.price(placed->limit_price(), "limit_price"),
                    .stop_price = check.price(placed->stop_price(), "stop_price"),
                    .client_order_id = commands.client_order_id()});
}

void PackedEventReader::read_order_rested(Checker& check, const PackedCommandReader& commands,
                                          EventBody& body) {
  check.enter("OrderRested");
  const std::int64_t shares = orders_rested_.take(check);
  const schema::PackedPlaceOrder* placed = commands.placed();
  if (placed == nullptr || !accepted_) [[unlikely]]
    return check.refuse("orders_rested", "not of an order that was accepted");
  body.emplace<OrderRested>(OrderRested{.order = accepted_,
                                        .symbol = SymbolId{placed->symbol()},
                                        .side = check.enumeration<Side>(placed->side(), "side"),
                                        .price = check.price(placed->limit_price(), "limit_price"),
                                        .quantity = check.quantity(shares, "quantity")});
}

void PackedEventReader::read_trade_executed(Checker& check, EventBody& body) {
  check.enter("TradeExecuted");
  if (const auto* fields = trades_executed_.take(check))
    body.emplace<TradeExecuted>(wire::read_trade_executed(check, *fields));
}

void PackedEventReader::read_order_cancelled(Checker& check, EventBody& body) {
  check.enter("OrderCancelled");
  if (const auto* fields = orders_cancelled_.take(check))
    body.emplace<OrderCancelled>(wire::read_order_cancelled(check, *fields));
}

void PackedEventReader::check_used_up(Checker& check) const {
  orders_accepted_.check_used_up(check);
  orders_rested_.check_used_up(check);
  trades_executed_.check_used_up(check);
  orders_cancelled_.check_used_up(check);
}

}  // namespace trade::wire
