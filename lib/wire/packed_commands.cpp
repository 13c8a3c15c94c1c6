#include "wire/packed_commands.hpp"

#include <limits>
#include <variant>

#include "wire/codec.hpp"

namespace trade::wire {

void PackedCommandWriter::start() {
  forms_.clear();
  place_orders_.clear();
  client_order_ids_.clear();
  cancel_orders_.clear();
}

bool PackedCommandWriter::add(const CommandBody& body) {
  placed_ = nullptr;
  if (const auto* order = std::get_if<PlaceOrder>(&body); order != nullptr && add(*order)) return true;
  if (const auto* cancel = std::get_if<CancelOrder>(&body); cancel != nullptr && add(*cancel)) return true;
  add_table();
  return false;
}

void PackedCommandWriter::add_table() {
  placed_ = nullptr;
  forms_.push_back(schema::CommandForm::table);
}

bool PackedCommandWriter::add(const PlaceOrder& order) {
  if (order.session.value != 0 || order.client_order_id.size() > std::numeric_limits<std::uint8_t>::max() ||
      order.instructions != OrderInstructions{} || order.legs != OrderLegs{}) {
    return false;
  }
  forms_.push_back(schema::CommandForm::place_order);
  place_orders_.emplace_back(order.quantity.shares, order.limit_price.units, order.stop_price.units,
                             order.account.value, order.symbol.value, to_schema(order.side),
                             to_schema(order.type), to_schema(order.time_in_force),
                             static_cast<std::uint8_t>(order.client_order_id.size()), 0);
  client_order_ids_.insert(client_order_ids_.end(), order.client_order_id.begin(),
                           order.client_order_id.end());
  placed_ = &order;
  return true;
}

bool PackedCommandWriter::add(const CancelOrder& cancel) {
  if (!cancel.client_order_id.empty()) return false;
  forms_.push_back(schema::CommandForm::cancel_order);
  cancel_orders_.emplace_back(cancel.order.value, cancel.account.value, 0);
  return true;
}

std::size_t PackedCommandWriter::bytes() const {
  return bytes_of(forms_) + bytes_of(place_orders_) + bytes_of(client_order_ids_) + bytes_of(cancel_orders_);
}

PackedCommandWriter::Offsets PackedCommandWriter::write(TableBuilder& builder) const {
  Offsets offsets;
  offsets.cancel_orders = write_structs(builder, cancel_orders_);
  offsets.client_order_ids = write_list(builder, client_order_ids_);
  offsets.place_orders = write_structs(builder, place_orders_);
  offsets.forms = write_list(builder, forms_);
  return offsets;
}

bool PackedCommandReader::read(Checker& check, schema::CommandForm form, CommandBody* body) {
  placed_ = nullptr;
  switch (form) {
    case schema::CommandForm::table:
      return false;
    case schema::CommandForm::place_order:
      read_place_order(check, body);
      return true;
    case schema::CommandForm::cancel_order:
      read_cancel_order(check, body);
      return true;
  }
  check.refuse("command_forms", "this is no form");
  return true;
}

std::string_view PackedCommandReader::take_client_order_id(Checker& check, std::size_t bytes) {
  if (bytes > client_order_ids_.size()) [[unlikely]] {
    check.refuse("client_order_ids", "shorter than the forms say");
    return {};
  }
  const std::string_view id = client_order_ids_.substr(0, bytes);
  client_order_ids_.remove_prefix(bytes);
  return check.client_order_id(id, "client_order_id");
}

void PackedCommandReader::read_place_order(Checker& check, CommandBody* body) {
  check.enter("PackedPlaceOrder");
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

void PackedCommandReader::read_cancel_order(Checker& check, CommandBody* body) {
  check.enter("PackedCancelOrder");
  const schema::PackedCancelOrder* cancel = cancel_orders_.take(check);
  if (cancel == nullptr || body == nullptr) return;
  body->emplace<CancelOrder>(CancelOrder{
      .account = AccountId{cancel->account()}, .order = OrderId{cancel->order()}, .client_order_id = {}});
}

void PackedCommandReader::check_used_up(Checker& check) const {
  place_orders_.check_used_up(check);
  cancel_orders_.check_used_up(check);
  if (!client_order_ids_.empty()) check.refuse("client_order_ids", "longer than the forms say");
}

}  // namespace trade::wire
