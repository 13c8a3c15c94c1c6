// /v2/account/activities: an account's fills, page by page.
#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "gatewayd/alpaca.hpp"

namespace trade::gatewayd::alpaca {

namespace {

constexpr std::uint32_t activities_page = 100;
/// Fills that are asked for at a time.
constexpr std::uint32_t fills_asked = 1'000;
/// Fills that are looked through for one page.
constexpr std::size_t fills_reached = 50'000;

struct Wanted {
  std::uint32_t size = activities_page;
  bool ascending = false;
  Timestamp after;  ///< later than this; zero: whenever
  Timestamp until;  ///< before this; zero: whenever
  std::string token;
};

std::string id_of(const FillView& fill) {
  return uuid_of(IdKind::trade, fill.id.value) + "::" + uuid_of(IdKind::order, fill.order_id.value);
}

Result<Wanted> read_wanted(const Call& call) {
  Wanted wanted;
  const auto size = number_parameter(call.request, "page_size", 1, activities_page, activities_page);
  if (!size) return std::unexpected(size.error());
  wanted.size = *size;
  const auto after = time_parameter(call.request, "after");
  if (!after) return std::unexpected(after.error());
  const auto until = time_parameter(call.request, "until");
  if (!until) return std::unexpected(until.error());
  const auto date = time_parameter(call.request, "date");
  if (!date) return std::unexpected(date.error());
  if (*date && (*after || *until)) return fail(ErrorCode::usage, "date goes with neither after nor until");
  wanted.after = *after;
  wanted.until = *until;
  if (*date) {
    constexpr std::int64_t day_ns = 86'400 * nanoseconds_per_second;
    const std::int64_t begins_ns = date->nanoseconds - date->nanoseconds % day_ns;
    wanted.after = {begins_ns - 1};
    wanted.until = {begins_ns + day_ns};
  }
  const std::string* direction = call.request.parameter("direction");
  if (direction != nullptr && !direction->empty() && *direction != "asc" && *direction != "desc") {
    return fail(ErrorCode::usage, "direction must be asc or desc");
  }
  wanted.ascending = direction != nullptr && *direction == "asc";
  const std::string* category = call.request.parameter("category");
  if (category != nullptr && !category->empty() && *category != "trade_activity") {
    return fail(ErrorCode::usage, "only the category trade_activity is told");
  }
  if (const std::string* token = call.request.parameter("page_token")) wanted.token = *token;
  return wanted;
}

/// The page of what is wanted among these fills, newest first.
struct Page {
  std::vector<const FillView*> fills;
  bool token_found = false;
  bool from_the_end = false;  ///< nothing older than these fills could belong to it
};

Page page_of(const std::vector<FillView>& fills, const Wanted& wanted) {
  Page page;
  page.token_found = wanted.token.empty();
  const auto take = [&](const FillView& fill) {
    if (!page.token_found) {
      page.token_found = id_of(fill) == wanted.token;
      return;
    }
    const bool late = wanted.until && fill.executed_at >= wanted.until;
    const bool early = wanted.after && fill.executed_at <= wanted.after;
    // What its venue has undone never was.
    if (!fill.busted && !late && !early && page.fills.size() < wanted.size) page.fills.push_back(&fill);
  };
  if (wanted.ascending) {
    std::ranges::for_each(fills.rbegin(), fills.rend(), take);
  } else {
    std::ranges::for_each(fills, take);
  }
  const bool all_late_enough = wanted.after && !fills.empty() && fills.back().executed_at <= wanted.after;
  page.from_the_end = all_late_enough || (!wanted.ascending && page.fills.size() == wanted.size);
  return page;
}

/// Of the orders that these fills are of, those that sell short: a fill itself tells no more than buy or
/// sell.
Task<Result<std::set<OrderId>>> short_sales_of(Call& call, std::vector<const FillView*> fills) {
  std::set<OrderId> orders;
  for (const FillView* fill : fills) {
    if (fill->side == Side::sell) orders.insert(fill->order_id);
  }
  if (orders.empty()) co_return orders;
  OrdersRequest request;
  request.orders.assign(orders.begin(), orders.end());
  RequestBody body(std::move(request));
  const auto reply = co_await call.upstream().ask<OrdersReply>(Daemon::ledgerd, std::move(body));
  if (!reply) co_return std::unexpected(reply.error());
  orders.clear();
  for (const OrderView& order : reply->orders) {
    if (order.instructions.short_sale) orders.insert(order.id);
  }
  co_return orders;
}

format::Json json_of(const FillView& fill, bool is_short) {
  format::Json row;
  row["activity_type"] = "FILL";
  row["id"] = id_of(fill);
  row["transaction_time"] = format::time_or_null(fill.executed_at);
  row["price"] = format_price(fill.price);
  row["qty"] = std::to_string(fill.quantity.shares);
  row["side"] = side_name(fill.side, is_short ? std::optional(ShortSale::sell_short) : std::nullopt);
  row["symbol"] = fill.symbol;
  row["order_id"] = uuid_of(IdKind::order, fill.order_id.value);
  return row;
}

/// The trade of a fill's id; zero where it is none.
TradeId trade_of(std::string_view id) {
  return TradeId{number_of(IdKind::trade, id.substr(0, id.find("::"))).value_or(0)};
}

/// Goes back through the fills until the page is among them.
Task<http::Response> fills(Call& call) {
  const auto wanted = read_wanted(call);
  if (!wanted) co_return error(wanted.error());
  std::vector<FillView> found;
  // Going down, what is newer than the page's start need not be looked at: from the token's own trade on.
  TradeId before;
  if (const TradeId trade = trade_of(wanted->token); trade && !wanted->ascending) {
    before = TradeId{trade.value + 1};
  }
  for (;;) {
    FillsRequest request;
    request.account = call.key->account;
    request.limit = fills_asked;
    request.before = before;
    RequestBody body(std::move(request));
    auto reply = co_await call.upstream().ask<FillsReply>(Daemon::ledgerd, std::move(body));
    if (!reply) co_return error(reply.error());
    const bool all = reply->fills.size() < fills_asked;
    // Who trades with himself has two fills of one trade, and an answer may end between them: the last trade
    // is left to the next one.
    if (!all) {
      before = TradeId{reply->fills.back().id.value + 1};
      std::erase_if(reply->fills, [&](const FillView& fill) { return fill.id.value + 1 == before.value; });
    }
    std::ranges::move(reply->fills, std::back_inserter(found));
    const Page page = page_of(found, *wanted);
    if (all && !page.token_found) co_return error(422, "page_token is the id of no activity of this account");
    if (all || (page.token_found && page.from_the_end)) {
      const auto short_sales = co_await short_sales_of(call, page.fills);
      if (!short_sales) co_return error(short_sales.error());
      format::Json json = format::Json::array();
      for (const FillView* fill : page.fills)
        json.push_back(json_of(*fill, short_sales->contains(fill->order_id)));
      co_return json_response(200, json);
    }
    if (found.size() >= fills_reached) {
      co_return error(422, "more than " + std::to_string(fills_reached) +
                               " fills would have to be looked through: narrow it with after");
    }
  }
}

Task<http::Response> activities(Call& call) {
  const std::string* types = call.request.parameter("activity_types");
  if (types != nullptr && !types->empty() && *types != "FILL") {
    co_return error(422, "only activities of the type FILL are told");
  }
  co_return co_await fills(call);
}

Task<http::Response> activities_of_type(Call& call) {
  if (call.arguments[0] != "FILL") co_return error(422, "only activities of the type FILL are told");
  co_return co_await fills(call);
}

constexpr std::array routes{
    Route{"GET", "/v2/account/activities", Access::view, activities},
    Route{"GET", "/v2/account/activities/{type}", Access::view, activities_of_type},
};

}  // namespace

std::span<const Route> activity_routes() {
  return routes;
}

}  // namespace trade::gatewayd::alpaca
