// An order as the FIX door knows it.
#pragma once

#include <optional>
#include <string>

#include "base/byte_stream.hpp"
#include "model/enums.hpp"
#include "model/ids.hpp"
#include "model/instructions.hpp"
#include "model/numbers.hpp"
#include "model/reject_reason.hpp"

namespace trade::fixd {

/// A side as FIX tells it: of a sale also whether it is short.
struct MarkedSide {
  Side side = Side::buy;
  std::optional<ShortSale> short_sale;

  bool operator==(const MarkedSide&) const = default;
};

struct KnownOrder {
  OrderId id;
  std::string account;
  std::string symbol;
  std::string client_order_id;
  std::string comp_id;  ///< of the session that sent it; empty: it came by another door
  Side side = Side::buy;
  OrderType type = OrderType::market;
  TimeInForce time_in_force = TimeInForce::day;
  OrderStatus status = OrderStatus::pending;
  Quantity quantity;
  Price limit_price;
  Price stop_price;
  Quantity filled_quantity;
  Money filled_notional;
  OrderInstructions instructions;
  RejectReason reject_reason = RejectReason::none;

  [[nodiscard]] MarkedSide marked_side() const { return {side, instructions.short_sale}; }
  void set_marked_side(MarkedSide marked) {
    side = marked.side;
    instructions.short_sale = marked.short_sale;
  }

  bool operator==(const KnownOrder&) const = default;
};

/// As it is stored; `read_order` is false where the bytes are not such an order.
void write_order(ByteWriter& writer, const KnownOrder& order);
bool read_order(ByteReader& reader, KnownOrder& order);

}  // namespace trade::fixd
