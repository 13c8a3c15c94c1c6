// The surface that bots written for Alpaca's API speak: /v2, the market data under /v2/stocks, and the
// streams. share/doc/alpaca.md lists each path: works, partly, not.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "format/json.hpp"
#include "gatewayd/answer.hpp"
#include "gatewayd/call.hpp"

namespace trade::gatewayd::alpaca {

std::span<const Route> order_routes();
std::span<const Route> position_routes();
std::span<const Route> account_routes();
std::span<const Route> activity_routes();
std::span<const Route> portfolio_routes();
std::span<const Route> watchlist_routes();
std::span<const Route> asset_routes();
std::span<const Route> data_routes();
std::span<const Route> history_routes();
std::span<const Route> stream_routes();
/// Paths of that API that are known and not served: each says so.
std::span<const Route> unsupported_routes();

/// `{"code": …, "message": …}`, with the status as that API gives it.
http::Response error(const Error& error);
http::Response error(int status, std::string_view message);

// Ids there are UUIDs: ours are written into them and read back.
enum class IdKind : std::uint16_t { order = 1, account = 2, asset = 3, trade = 4, watchlist = 5, fee = 6 };
/// 7 of the orders is 74726164-0000-4001-8000-000000000007.
std::string uuid_of(IdKind kind, std::uint64_t number);
/// Nothing when it is no UUID made here, or one of another kind.
std::optional<std::uint64_t> number_of(IdKind kind, std::string_view uuid);

std::string_view type_name(OrderType type);
std::string_view status_name(const OrderView& order);
format::Json order_json(const OrderView& order);
format::Json asset_json(const SymbolView& symbol);

/// The symbol of this name; `not_found`.
Task<Result<SymbolView>> find_symbol(Call& call, std::string symbol);
/// How a sale that says nothing of it is to be marked: as a short one where the account may sell short, holds
/// no shares of the symbol, and the sale is not refused for another reason.
Task<Result<std::optional<ShortSale>>> short_sale_mark(Call& call, PlaceOrder order, std::string symbol);
/// What the account was worth when the last date in New York ended; `otherwise` where nothing is known of it.
Task<Result<Money>> equity_of_yesterday(Call& call, Money otherwise);
/// Every symbol, page by page.
Task<Result<std::vector<SymbolView>>> all_symbols(Call& call);

}  // namespace trade::gatewayd::alpaca
