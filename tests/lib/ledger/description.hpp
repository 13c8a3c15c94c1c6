// All that a ledger says, as text: two ledgers that say the same are the same to whoever asks them.
#pragma once

#include <cstdint>
#include <string>

#include "ledger/ledger.hpp"
#include "ledger/views.hpp"

namespace trade::ledger::test {

/// Everything that a ledger says, as text, so that two can be compared.
inline std::string description(const Ledger& ledger, OrderPageSource* source) {
  std::string text = std::to_string(ledger.sequence()) + " " + std::to_string(ledger.posting_count()) + "\n";
  for (std::uint32_t number = 1; number <= ledger.account_count(); ++number) {
    const AccountRecord& account = *ledger.account(AccountId{number});
    text += account.name.string() + " " + format_money(account.cash) + " " + format_money(account.external) +
            " " + format_money(account.realized) + " " + format_money(account.fees()) + " " +
            std::to_string(account.changed_at) + " " + std::to_string(account.open_orders) + " " +
            std::to_string(account.last_entry) + "\n";
    const auto portfolio = portfolio_view(ledger, account.name.view());
    for (const PositionView& position : portfolio->positions) {
      text += " " + position.symbol + " " + std::to_string(position.quantity.shares) + " " +
              format_money(position.cost) + " " + format_money(position.realized_pnl) + " " +
              format_price(position.market_price) + "\n";
    }
    for (const OrderFilter filter : {OrderFilter::all, OrderFilter::open}) {
      OrdersRequest request;
      request.account = account.name.string();
      request.filter = filter;
      request.limit = answer_rows_max;
      const auto orders = orders_view(ledger, request, source);
      if (!orders) return orders.error().message;
      for (const OrderView& order : *orders) {
        text += "  " + std::to_string(order.id.value) + " " + std::string(name_of(order.status)) + " " +
                std::to_string(order.filled_quantity.shares) + "/" + std::to_string(order.quantity.shares) +
                " " + format_money(order.filled_notional) + " " + order.client_order_id;
        if (order.venue_state)
          text +=
              " " + order.venue + " " + std::string(name_of(*order.venue_state)) + " " + order.venue_order_id;
        text += "\n";
      }
    }
    const auto fills = fills_view(ledger, {AccountId{number}, {}, {}, answer_rows_max});
    for (const FillView& fill : fills->fills) {
      text += "   " + std::to_string(fill.id.value) + " " + std::to_string(fill.order_id.value) + " " +
              std::to_string(fill.quantity.shares) + " " + format_price(fill.price) + " " + fill.venue +
              (fill.busted ? " busted\n" : "\n");
    }
  }
  return text;
}

}  // namespace trade::ledger::test
