// Orders as both surfaces handle them: asked of the daemons, with another account's kept apart.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gatewayd/call.hpp"
#include "model/command.hpp"

namespace trade::gatewayd {

/// What came of a command about an order: the order as it stands, or why not.
Task<Result<OrderView>> change_order(Call& call, std::string account, std::string symbol, CommandBody body,
                                     std::string about);

/// An order and its legs.
struct OrderGroup {
  OrderView order;
  std::vector<OrderView> legs;
};
/// The same as change_order, with the legs as they stand.
Task<Result<OrderGroup>> change_group(Call& call, std::string account, std::string symbol, CommandBody body,
                                      std::string about);
/// The legs of these orders, by ascending id; of a leg there are none.
Task<Result<std::vector<OrderView>>> find_legs(Call& call, std::vector<OrderView> orders);

/// One order that the key may see; `not_permitted` for another account's, `not_found`.
Task<Result<OrderView>> find_order(Call& call, OrderId id);
/// Whose orders the key may change: its account's, and tradingd refuses another's. Empty for an operator,
/// whom tradingd lets act for the account whose order it is: getting out of an order is not to wait for the
/// books.
std::string acting_account(const Call& call);
/// "cancel order 7 of alice"
std::string about_order(std::string_view what, OrderId id, const std::string& account);
/// The order of this account that the client named so.
Task<Result<OrderView>> find_order_by_client_id(Call& call, std::string account, std::string client_order_id);

/// "buy 100 AAPL limit 150.00 day"
std::string describe(const PlaceOrder& order, std::string_view symbol);

/// The client's id of an order to be placed: the body's, else the header Idempotency-Key. Either makes it
/// safe to ask again.
Result<std::string> client_order_id_of(const Call& call, const std::optional<std::string>& given);

/// The open session of the account that an order is to be bound to: the one given, else the one that the
/// header Trade-Session names; zero: none. Why it cannot be.
Result<ClientSessionId> session_of(const Call& call, const std::optional<std::string>& given,
                                   std::string_view account);

/// What the legs that are given mean, where the class is not said.
OrderClass implied_class(bool takes_profit, bool stops_loss);
/// The given legs, and the order's own limit price: an oco is its own take-profit.
OrderLegs legs_of(std::optional<OrderClass> order_class, std::optional<Price> take_profit,
                  std::optional<Price> stop_loss, std::optional<Price> stop_loss_limit,
                  std::optional<Price>& limit_price);

/// The type that the given prices mean.
OrderType implied_type(bool has_limit, bool has_stop);
/// `usage` when the type needs a price that is not given, or is given one that it does not take.
Status check_prices(OrderType type, bool has_limit, bool has_stop);

}  // namespace trade::gatewayd
