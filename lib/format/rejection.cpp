#include "format/rejection.hpp"

namespace trade::format {

std::string_view hint_of(RejectReason reason) {
  switch (reason) {
    case RejectReason::none:
      return "";
    case RejectReason::insufficient_buying_power:
      return "deposit cash, cancel open buy orders, or order less: 'trade account show' tells the buying "
             "power";
    case RejectReason::insufficient_shares:
      return "sell no more than is held and not already offered: 'trade portfolio' lists what is held";
    case RejectReason::account_not_active:
      return "an operator can resume it: trade account resume ID";
    case RejectReason::position_limit:
    case RejectReason::order_size:
      return "order less, or have the limit raised: trade account limits ID";
    case RejectReason::market_closed:
      return "wait for the session, or place it gtc; 'trade market status' tells";
    case RejectReason::pattern_day_trader:
      return "hold positions overnight, or keep at least the equity that 'trade rules show' names";
    case RejectReason::unknown_symbol:
      return "'trade symbol list' names what is traded; add one: trade symbol add";
    case RejectReason::symbol_halted:
      return "wait until it resumes: 'trade symbol show' tells the reason";
    case RejectReason::price_increment:
      return "round the price to the symbol's tick: trade symbol show";
    case RejectReason::lot_size:
      return "order a multiple of the symbol's lot: trade symbol show";
    case RejectReason::duplicate_client_order_id:
      return "this id was used for an order with other content: choose a new one";
    case RejectReason::no_liquidity:
      return "nobody offers the other side: place a limit order to wait for it";
    case RejectReason::price_collar:
      return "the best price is too far from the last: place a limit order";
    case RejectReason::unknown_account:
      return "'trade account list' names those there are";
    case RejectReason::unknown_order:
      return "'trade orders --status all' lists those there are";
    case RejectReason::not_your_order:
      return "name the account that owns it with --account";
    case RejectReason::order_not_cancellable:
    case RejectReason::order_not_replaceable:
      return "it has ended, or stands for an auction that is about to execute: 'trade order ID' tells";
    case RejectReason::invalid_order:
    case RejectReason::invalid_price:
      return "see 'trade help place' for the prices that each order type takes";
    case RejectReason::invalid_quantity:
      return "a quantity is a whole number from 1 to 1000000000";
    case RejectReason::intraday_margin_deficit:
      return "deposit cash, close positions, or order less";
    case RejectReason::account_exists:
    case RejectReason::symbol_exists:
    case RejectReason::venue_exists:
      return "";
    case RejectReason::invalid_amount:
      return "an amount is above zero, in dollars with at most four decimals";
    case RejectReason::insufficient_funds:
      return "only cash that is not held for open orders can be withdrawn: 'trade account show' tells";
    case RejectReason::capacity_reached:
      return "end open orders, or raise the capacity in the configuration";
    case RejectReason::invalid_command:
      return "";
    case RejectReason::no_change:
      return "it is that way already";
    case RejectReason::post_only:
      return "name a price that does not meet the other side's best, or let it slide: --post-only slide";
    case RejectReason::no_reference_price:
      return "wait for a first trade, or give the symbol a previous close";
    case RejectReason::invalid_expiry:
      return "an order with --tif gtd needs --until with a time that is still to come, and no other takes it";
    case RejectReason::market_phase:
      return "see 'trade help market' for what each phase takes; 'trade symbol show' tells the phase";
    case RejectReason::account_kill_switch:
      return "an operator can lift it: trade kill account ID --lift";
    case RejectReason::symbol_kill_switch:
      return "an operator can lift it: trade kill symbol SYMBOL --lift";
    case RejectReason::market_kill_switch:
      return "an operator can lift it: trade kill market --lift";
    case RejectReason::price_band:
      return "the best price is beyond the symbol's band: place a limit order for the auction that follows";
    case RejectReason::invalid_legs:
      return "a bracket needs --take-profit and --stop-loss, an oto one of them, an oco both; profit lies "
             "beyond the "
             "order's price, loss before it, and --tif is day, gtc or gtd";
    case RejectReason::short_sale_not_permitted:
      return "open a margin account: trade account open ID --type margin";
    case RejectReason::long_position:
      return "sell what is held first, with a plain sell: 'trade portfolio' lists it";
    case RejectReason::no_locate:
      return "an operator can grant one: trade locate grant ID SYMBOL --quantity N";
    case RejectReason::short_sale_price_test:
      return "name a price above the best bid: 'trade quote' tells it";
    case RejectReason::unknown_venue:
      return "'trade route list' names those there are";
    case RejectReason::venue_down:
      return "try again when 'trade route list' says that its session is up, or have orders held: trade "
             "route "
             "add --when-down hold";
    case RejectReason::venue_unsupported:
      return "place it as a market, limit or stop order without legs, or have the symbol's orders matched "
             "here: "
             "trade route set SYMBOL internal";
    case RejectReason::venue_rejected:
      return "'trade order ID' tells what the venue said";
    case RejectReason::open_orders:
      return "cancel the open orders first: 'trade orders' lists them; and set the routes of symbols that go "
             "there: 'trade route list'";
    case RejectReason::unknown_execution:
    case RejectReason::duplicate_execution:
      return "";
    case RejectReason::pending_at_venue:
      return "wait for the venue's answer: 'trade order ID' tells";
    case RejectReason::overloaded:
      return "try again in a moment";
  }
  return "";
}

Error rejection(RejectReason reason, std::string_view about) {
  const RejectReasonRow& row = row_of(reason);
  ErrorCode code = ErrorCode::rejected;
  if (reason == RejectReason::not_your_order) code = ErrorCode::not_permitted;
  if (reason == RejectReason::unknown_order || reason == RejectReason::unknown_account ||
      reason == RejectReason::unknown_venue)
    code = ErrorCode::not_found;
  std::string message(row.text);
  if (!about.empty()) message += ": " + std::string(about);
  return Error{code, std::string(row.name), std::move(message), std::string(hint_of(reason))};
}

}  // namespace trade::format
