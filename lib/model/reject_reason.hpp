// The one table of reasons for which a command is refused: the same names and texts on the command line,
// in REST and in FIX.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "model/enums.hpp"

namespace trade {

// X(name, number, text, http_status, fix_ord_rej_reason)
//   number: part of the stored format, never reused
//   http_status: as the REST gateway answers
//   fix_ord_rej_reason: tag 103 of FIX 4.4 (0 broker option, 1 unknown symbol, 2 exchange closed,
//     3 order exceeds limit, 5 unknown order, 6 duplicate order, 11 unsupported characteristic,
//     13 incorrect quantity, 15 unknown account, 99 other)
#define TRADE_REJECT_REASONS(X)                                                                     \
  X(insufficient_buying_power, 1, "Insufficient buying power", 400, 3)                              \
  X(insufficient_shares, 2, "Insufficient shares", 400, 3)                                          \
  X(account_not_active, 3, "Account not active", 403, 0)                                            \
  X(position_limit, 4, "Position limit exceeded", 400, 3)                                           \
  X(order_size, 5, "Order too large", 400, 3)                                                       \
  X(market_closed, 6, "Market closed", 400, 2)                                                      \
  X(pattern_day_trader, 7, "PDT limit reached", 403, 0)                                             \
  X(unknown_symbol, 8, "Unknown symbol", 404, 1)                                                    \
  X(symbol_halted, 9, "Symbol halted", 400, 2)                                                      \
  X(price_increment, 10, "Price is not a multiple of the tick", 400, 99)                            \
  X(lot_size, 11, "Quantity is not a multiple of the lot", 400, 13)                                 \
  X(duplicate_client_order_id, 12, "Duplicate client order id", 409, 6)                             \
  X(no_liquidity, 13, "No liquidity", 400, 0)                                                       \
  X(price_collar, 14, "Price collar reached", 400, 3)                                               \
  X(unknown_account, 15, "Unknown account", 404, 15)                                                \
  X(unknown_order, 16, "Unknown order", 404, 5)                                                     \
  X(not_your_order, 17, "Not your order", 403, 0)                                                   \
  X(order_not_cancellable, 18, "Order can no longer be cancelled", 409, 0)                          \
  X(order_not_replaceable, 19, "Order can no longer be replaced", 409, 0)                           \
  X(invalid_order, 20, "Order is not well formed", 422, 11)                                         \
  X(invalid_price, 21, "Price missing, out of range or not wanted", 422, 99)                        \
  X(invalid_quantity, 22, "Quantity out of range", 422, 13)                                         \
  X(intraday_margin_deficit, 23, "Order would create an intraday margin deficit", 403, 3)           \
  X(account_exists, 24, "Account exists already", 409, 0)                                           \
  X(symbol_exists, 25, "Symbol exists already", 409, 0)                                             \
  X(invalid_amount, 26, "Amount out of range", 422, 0)                                              \
  X(insufficient_funds, 27, "Insufficient funds to withdraw", 400, 0)                               \
  X(capacity_reached, 28, "A capacity limit of the system is reached", 503, 0)                      \
  X(invalid_command, 29, "Command is not well formed", 422, 0)                                      \
  X(no_change, 30, "Nothing to change", 400, 0)                                                     \
  X(overloaded, 31, "System overloaded, try again", 503, 0)                                         \
  X(post_only, 32, "Post-only order would trade at once", 400, 0)                                   \
  X(no_reference_price, 33, "No price yet that a stop could trail", 400, 99)                        \
  X(invalid_expiry, 34, "Expiry missing, not in the future or not wanted", 422, 99)                 \
  X(market_phase, 35, "Order is not taken in this phase of the market", 400, 2)                     \
  X(account_kill_switch, 36, "Kill switch of the account is on", 403, 0)                            \
  X(symbol_kill_switch, 37, "Kill switch of the symbol is on", 403, 0)                              \
  X(market_kill_switch, 38, "Kill switch of the market is on", 403, 0)                              \
  X(price_band, 39, "Price band reached", 400, 3)                                                   \
  X(invalid_legs, 40, "Take-profit or stop-loss missing, not wanted or on the wrong side", 422, 99) \
  X(short_sale_not_permitted, 41, "Only a margin account may sell short", 403, 0)                   \
  X(long_position, 42, "Account holds shares: sell them, not short", 400, 0)                        \
  X(no_locate, 43, "No shares located to borrow", 403, 0)                                           \
  X(short_sale_price_test, 44, "Short sale at or below the best bid is restricted", 400, 0)         \
  X(unknown_venue, 45, "Unknown venue", 404, 0)                                                     \
  X(venue_exists, 46, "Venue exists already", 409, 0)                                               \
  X(venue_down, 47, "Venue's session is down", 503, 0)                                              \
  X(venue_unsupported, 48, "Venue takes no such order", 422, 11)                                    \
  X(venue_rejected, 49, "Venue refused the order", 400, 0)                                          \
  X(open_orders, 50, "Orders are open or go there", 409, 0)                                         \
  X(unknown_execution, 51, "Unknown execution", 404, 0)                                             \
  X(duplicate_execution, 52, "Execution is known already", 409, 0)                                  \
  X(pending_at_venue, 53, "A change of the order is under way at its venue", 409, 0)

enum class RejectReason : std::uint8_t {
  none = 0,
#define TRADE_ENUMERATOR(name, number, text, http, fix) name = (number),
  TRADE_REJECT_REASONS(TRADE_ENUMERATOR)
#undef TRADE_ENUMERATOR
};

/// One row of the table.
struct RejectReasonRow {
  RejectReason reason;
  std::string_view name;  ///< "insufficient_buying_power"
  std::string_view text;  ///< "Insufficient buying power"
  int http_status;
  int fix_ord_rej_reason;
};

/// The row of a reason; that of `none` has empty name and text.
const RejectReasonRow& row_of(RejectReason reason);
/// What the owner of a market order is told that found nothing at all, so that it reads like a rejection.
constexpr RejectReason reason_of_nothing_filled(CancelReason reason) {
  switch (reason) {
    case CancelReason::no_liquidity:
      return RejectReason::no_liquidity;
    case CancelReason::price_collar:
      return RejectReason::price_collar;
    case CancelReason::price_band:
      return RejectReason::price_band;
    case CancelReason::short_sale_price_test:
      return RejectReason::short_sale_price_test;
    case CancelReason::insufficient_buying_power:
      return RejectReason::insufficient_buying_power;
    default:
      return RejectReason::none;
  }
}
std::optional<RejectReason> reject_reason_numbered(std::uint8_t number);
std::optional<RejectReason> reject_reason_named(std::string_view name);

}  // namespace trade
