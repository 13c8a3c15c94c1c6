// Listing orders: newest first, along an account's chain or down the ids.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/broken.hpp"
#include "ledger/views.hpp"

namespace trade::ledger {

namespace {

/// The words of an OrdersRequest, as ids.
struct OrdersWanted {
  AccountId account;
  SymbolId symbol;
  OrderFilter filter = OrderFilter::all;
  OrderId before;
  std::uint32_t limit = 0;
};

bool matches(const OrdersWanted& wanted, const OrderRecord& record) {
  if (wanted.account && record.account != wanted.account) return false;
  if (wanted.symbol && record.symbol != wanted.symbol) return false;
  switch (wanted.filter) {
    case OrderFilter::open:
      return !is_terminal(record.status);
    case OrderFilter::closed:
      return is_terminal(record.status);
    case OrderFilter::all:
      return true;
  }
  return false;
}

std::unexpected<Error> no_such_order(const std::string& which) {
  return fail_named(ErrorCode::not_found, "unknown_order", "no order " + which,
                    "'trade orders --status all' lists the orders");
}

std::unexpected<Error> lacks_order(OrderId id) {
  return fail(ErrorCode::corrupt, "the saved ledger lacks order " + std::to_string(id.value), rebuild_hint);
}

/// The open orders that are wanted, newest first, while they are looked for.
struct OpenOrders {
  std::uint64_t left = 0;  ///< open orders not seen yet: of the account where one is wanted, else of all
  std::vector<OrderView> views;

  [[nodiscard]] bool complete(const OrdersWanted& wanted) const {
    return left == 0 || views.size() >= wanted.limit;
  }
  void see(const Ledger& ledger, const OrdersWanted& wanted, const OrderSight& sight) {
    if (is_terminal(sight.record.status)) return;
    if (!wanted.account || sight.record.account == wanted.account) --left;
    if ((!wanted.before || sight.id < wanted.before) && matches(wanted, sight.record))
      views.push_back(order_view(ledger, sight));
  }
};

/// Along the account's chain: most accounts have few orders. False when that would take too long, or leads to
/// an order that cannot be read, which need not be an open one: the pages that have some tell.
bool find_open_in_chain(const Ledger& ledger, const OrdersWanted& wanted, OrderPageSource* source,
                        OpenOrders& found) {
  const OrderTable& orders = ledger.orders();
  OrderId id = ledger.account(wanted.account)->newest_order;
  std::uint32_t saved_looked_at = 0;
  for (std::uint32_t looked_at = 0; id && !found.complete(wanted); ++looked_at) {
    if (orders.find(id) == nullptr) ++saved_looked_at;
    if (looked_at == chain_looked_at_max || saved_looked_at > saved_chain_looked_at_max) return false;
    const auto sight = orders.look(id, source);
    if (!sight || !*sight) return false;
    found.see(ledger, wanted, **sight);
    id = (*sight)->record.previous_of_account;
  }
  return true;
}

/// Through the pages that have open orders, rather than through all orders.
Status find_open_in_pages(const Ledger& ledger, const OrdersWanted& wanted, OrderPageSource* source,
                          OpenOrders& found) {
  const OrderTable& orders = ledger.orders();
  std::uint32_t saved_looked_at = 0;
  for (std::uint32_t page = orders.page_count(); page-- > 0 && !found.complete(wanted);) {
    const std::uint32_t open = orders.open_in_page(page);
    if (open == 0) continue;
    const std::uint64_t first = OrderTable::first_of(page).value;
    if (!wanted.account && wanted.before && wanted.before.value <= first) {
      found.left -= open;
      continue;
    }
    if (!orders.in_memory(page) && ++saved_looked_at > saved_pages_looked_at_max)
      return looked_at_too_many("pages of orders", saved_pages_looked_at_max, found.views.size());
    std::uint32_t seen = 0;
    for (std::uint64_t id = first + order_page_records;
         id-- > first && seen < open && !found.complete(wanted);) {
      auto sight = orders.look(OrderId{id}, source);
      if (!sight) return pass_on(std::move(sight));
      if (!*sight || is_terminal((*sight)->record.status)) continue;
      ++seen;
      found.see(ledger, wanted, **sight);
    }
    if (seen < open && !found.complete(wanted)) return lacks_order(OrderId{first});
  }
  return {};
}

Result<std::vector<OrderView>> open_orders(const Ledger& ledger, const OrdersWanted& wanted,
                                           OrderPageSource* source) {
  const std::uint64_t left =
      wanted.account ? ledger.account(wanted.account)->open_orders : ledger.orders().open_count();
  OpenOrders found{left, {}};
  if (wanted.account && find_open_in_chain(ledger, wanted, source, found)) return std::move(found.views);
  found = {left, {}};
  if (Status looked = find_open_in_pages(ledger, wanted, source, found); !looked)
    return pass_on(std::move(looked));
  return std::move(found.views);
}

Result<std::vector<OrderView>> listed_orders(const Ledger& ledger, const OrdersWanted& wanted,
                                             OrderPageSource* source) {
  const OrderTable& orders = ledger.orders();
  std::vector<OrderView> views;
  OrderId id = wanted.account ? ledger.account(wanted.account)->newest_order : orders.newest();
  if (wanted.before && wanted.before <= id) {
    // Pages of a list go on from an order of the list, as a rule: the way there need not be gone again.
    auto sight = orders.look(wanted.before, source);
    if (!sight) return pass_on(std::move(sight));
    if (!wanted.account) {
      id = OrderId{wanted.before.value - 1};
    } else if (*sight && (*sight)->record.account == wanted.account) {
      id = (*sight)->record.previous_of_account;
    }
  }
  std::uint32_t saved_looked_at = 0;
  for (std::uint32_t looked_at = 0; id && views.size() < wanted.limit; ++looked_at) {
    if (orders.find(id) == nullptr) ++saved_looked_at;
    if (looked_at == orders_looked_at_max || saved_looked_at > saved_orders_looked_at_max) {
      return looked_at_too_many("orders", looked_at, views.size());
    }
    auto looked = orders.look(id, source);
    if (!looked) return pass_on(std::move(looked));
    const std::optional<OrderSight>& sight = *looked;
    if (sight && (!wanted.before || id < wanted.before) && matches(wanted, sight->record)) {
      views.push_back(order_view(ledger, *sight));
    }
    if (wanted.account) {
      if (!sight) return lacks_order(id);
      id = sight->record.previous_of_account;
    } else {
      --id.value;
    }
  }
  return views;
}

}  // namespace

std::unexpected<Error> no_order(OrderId id) {
  return no_such_order(std::to_string(id.value));
}

OrderView order_view(const Ledger& ledger, const OrderSight& sight) {
  const OrderRecord& record = sight.record;
  const AccountRecord* account = ledger.account(record.account);
  const SymbolRecord* symbol = ledger.symbol(record.symbol);
  OrderView view;
  view.id = sight.id;
  view.client_order_id = sight.client_order_id;
  if (account != nullptr) view.account = account->name.string();
  if (symbol != nullptr) view.symbol = symbol->symbol.string();
  view.type = record.type;
  view.side = record.side;
  view.time_in_force = record.time_in_force;
  view.status = record.status;
  view.quantity = record.quantity;
  view.limit_price = record.limit_price;
  view.stop_price = record.stop_price;
  view.filled_quantity = record.filled_quantity;
  view.filled_notional = record.filled_notional;
  view.reject_reason = record.reject_reason;
  if (record.cancel_reason != 0) view.cancel_reason = static_cast<CancelReason>(record.cancel_reason);
  view.created_at = record.created_at;
  view.updated_at = record.updated_at;
  view.instructions = record.instructions();
  view.link = record.link();
  if (record.venue == 0) {
    view.reference_price = {record.reference_units};
  } else {
    view.venue = ledger.venue_name(record.venue);
    view.venue_state = value_numbered<VenueState>(record.venue_state);
    view.venue_order_id = sight.venue_order_id;
  }
  return view;
}

Result<std::vector<OrderView>> orders_view(const Ledger& ledger, const OrdersRequest& request,
                                           OrderPageSource* source) {
  if (request.order) {
    auto sight = ledger.orders().look(request.order, source);
    if (!sight) return pass_on(std::move(sight));
    if (!*sight) return no_order(request.order);
    OrderView view = order_view(ledger, **sight);
    // Whoever asks for an account's order is not shown another's.
    if (!request.account.empty() && view.account != request.account) {
      return fail_named(ErrorCode::not_permitted, "not_your_order",
                        "order " + std::to_string(request.order.value) + " is not of " + request.account,
                        "'trade orders' shows the account's own");
    }
    return std::vector<OrderView>{std::move(view)};
  }
  if (!request.orders.empty()) {
    std::vector<OrderView> views;
    for (const OrderId id : request.orders) {
      auto sight = ledger.orders().look(id, source);
      if (!sight) return pass_on(std::move(sight));
      if (*sight) views.push_back(order_view(ledger, **sight));
    }
    return views;
  }
  OrdersWanted wanted{{}, {}, request.filter, request.before, request.limit};
  if (!request.account.empty()) {
    Result<AccountId> account = account_named(ledger, request.account);
    if (!account) return pass_on(std::move(account));
    wanted.account = *account;
  }
  if (!request.client_order_id.empty()) {
    if (!wanted.account) {
      return fail(ErrorCode::usage, "a client order id without an account", "say whose order is meant");
    }
    auto id = ledger.orders().find_client_id(wanted.account, request.client_order_id, source);
    if (!id) return pass_on(std::move(id));
    if (!*id)
      return no_such_order("with client id '" + request.client_order_id + "' in account '" + request.account +
                           "'");
    auto sight = ledger.orders().look(*id, source);
    if (!sight) return pass_on(std::move(sight));
    if (!*sight) return lacks_order(*id);
    return std::vector<OrderView>{order_view(ledger, **sight)};
  }
  if (Status status = check_limit(request.limit); !status) return pass_on(std::move(status));
  if (!request.symbol.empty()) {
    Result<SymbolId> symbol = symbol_named(ledger, request.symbol);
    if (!symbol) return pass_on(std::move(symbol));
    wanted.symbol = *symbol;
  }
  if (wanted.filter == OrderFilter::open) return open_orders(ledger, wanted, source);
  return listed_orders(ledger, wanted, source);
}

}  // namespace trade::ledger
