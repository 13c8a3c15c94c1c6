// /v2/account/activities: an account's fills, page by page.
#include <algorithm>
#include <array>

#include "gatewayd/alpaca.hpp"

namespace trade::gatewayd::alpaca {

namespace {

constexpr std::uint32_t activities_page = 100;
/// How far back pages reach: what ledgerd tells of fills at one time.
constexpr std::uint32_t fills_reached = 50'000;
constexpr std::uint32_t growth = 8;

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
    if (!late && !early && page.fills.size() < wanted.size) page.fills.push_back(&fill);
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

format::Json json_of(const FillView& fill) {
  format::Json row;
  row["activity_type"] = "FILL";
  row["id"] = id_of(fill);
  row["transaction_time"] = format::time_or_null(fill.executed_at);
  row["price"] = format_price(fill.price);
  row["qty"] = std::to_string(fill.quantity.shares);
  row["side"] = name_of(fill.side);
  row["symbol"] = fill.symbol;
  row["order_id"] = uuid_of(IdKind::order, fill.order_id.value);
  return row;
}

/// Asks for more and more of the newest fills until the page is among them.
Task<http::Response> fills(Call& call) {
  const auto wanted = read_wanted(call);
  if (!wanted) co_return error(wanted.error());
  std::uint32_t limit = wanted->ascending ? fills_reached : wanted->size + 1;
  for (;;) {
    FillsRequest request;
    request.account = call.key->account;
    request.limit = limit;
    RequestBody body(std::move(request));
    const auto reply = co_await call.upstream().ask<FillsReply>(Daemon::ledgerd, std::move(body));
    if (!reply) co_return error(reply.error());
    const Page page = page_of(reply->fills, *wanted);
    const bool all = reply->fills.size() < limit;
    if (all && !page.token_found) co_return error(422, "page_token is the id of no activity of this account");
    if (all || (page.token_found && page.from_the_end)) {
      format::Json json = format::Json::array();
      for (const FillView* fill : page.fills)
        json.push_back(json_of(*fill));
      co_return json_response(200, json);
    }
    if (limit == fills_reached) {
      co_return error(422, "the account has more fills than the latest " + std::to_string(fills_reached) +
                               ", which are told: narrow it with after");
    }
    limit = std::min(fills_reached, limit * growth);
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
