// /v2/account/activities: an account's fills and the fees that it was charged, page by page.
#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "gatewayd/alpaca.hpp"

namespace trade::gatewayd::alpaca {

namespace {

constexpr std::uint32_t activities_page = 100;
/// Fills, or fees, that are asked for at a time.
constexpr std::uint32_t asked_at_once = 1'000;
/// Fills, or fees, that are looked through for one page.
constexpr std::size_t looked_through_max = 50'000;

struct Wanted {
  bool fills = true;
  bool fees = true;
  std::uint32_t size = activities_page;
  bool ascending = false;
  Timestamp after;  ///< later than this; zero: whenever
  Timestamp until;  ///< before this; zero: whenever
  std::string token;
};

/// One of the two.
struct Activity {
  const FillView* fill = nullptr;
  const FeeView* fee = nullptr;

  [[nodiscard]] Timestamp time() const { return fill != nullptr ? fill->executed_at : fee->charged_at; }
  /// What its venue has undone never was.
  [[nodiscard]] bool is_told() const { return fill == nullptr || !fill->busted; }
};

std::string id_of(const Activity& activity) {
  if (activity.fee != nullptr) return uuid_of(IdKind::fee, activity.fee->sequence);
  const FillView& fill = *activity.fill;
  return uuid_of(IdKind::trade, fill.id.value) + "::" + uuid_of(IdKind::order, fill.order_id.value);
}

/// Which kinds there are in a list like "FILL,FEE"; empty: all.
Status read_types(std::string_view types, Wanted& wanted) {
  if (types.empty()) return {};
  wanted.fills = wanted.fees = false;
  while (!types.empty()) {
    const std::string_view type = types.substr(0, types.find(','));
    if (type != "FILL" && type != "FEE")
      return fail(ErrorCode::usage, "only activities of the types FILL and FEE are told");
    (type == "FILL" ? wanted.fills : wanted.fees) = true;
    types.remove_prefix(std::min(type.size() + 1, types.size()));
  }
  return {};
}

Result<Wanted> read_wanted(const Call& call, std::string_view types) {
  Wanted wanted;
  if (Status read = read_types(types, wanted); !read) return pass_on(std::move(read));
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
  if (category != nullptr && !category->empty()) {
    if (*category != "trade_activity" && *category != "non_trade_activity")
      return fail(ErrorCode::usage, "category must be trade_activity or non_trade_activity");
    (*category == "trade_activity" ? wanted.fees : wanted.fills) = false;
  }
  if (const std::string* token = call.request.parameter("page_token")) wanted.token = *token;
  return wanted;
}

/// All of them newest first. Where older fills are still to be asked for, fees older than these are left out.
std::vector<Activity> merge(const std::vector<FillView>& fills, const std::vector<FeeView>& fees,
                            bool all_fills) {
  std::vector<Activity> merged;
  merged.reserve(fills.size() + fees.size());
  auto fee = fees.begin();
  const auto take_fees = [&](Timestamp from) {
    for (; fee != fees.end() && fee->charged_at >= from; ++fee)
      merged.push_back({.fee = &*fee});
  };
  for (const FillView& fill : fills) {
    take_fees(fill.executed_at);
    merged.push_back({.fill = &fill});
  }
  if (all_fills) take_fees({});
  return merged;
}

/// The page of what is wanted among these activities, newest first.
struct Page {
  std::vector<Activity> activities;
  bool token_found = false;
  bool from_the_end = false;  ///< nothing older than these could belong to it
};

Page page_of(const std::vector<Activity>& found, const Wanted& wanted) {
  Page page;
  page.token_found = wanted.token.empty();
  const auto take = [&](const Activity& activity) {
    if (!page.token_found) {
      page.token_found = id_of(activity) == wanted.token;
      return;
    }
    const bool late = wanted.until && activity.time() >= wanted.until;
    const bool early = wanted.after && activity.time() <= wanted.after;
    if (activity.is_told() && !late && !early && page.activities.size() < wanted.size)
      page.activities.push_back(activity);
  };
  if (wanted.ascending) {
    std::ranges::for_each(found.rbegin(), found.rend(), take);
  } else {
    std::ranges::for_each(found, take);
  }
  const bool all_late_enough = wanted.after && !found.empty() && found.back().time() <= wanted.after;
  page.from_the_end = all_late_enough || (!wanted.ascending && page.activities.size() == wanted.size);
  return page;
}

/// Of the orders that these fills are of, those that sell short: a fill itself tells no more than buy or
/// sell.
Task<Result<std::set<OrderId>>> short_sales_of(Call& call, std::vector<Activity> activities) {
  std::set<OrderId> orders;
  for (const Activity& activity : activities) {
    if (activity.fill != nullptr && activity.fill->side == Side::sell) orders.insert(activity.fill->order_id);
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

format::Json json_of(const Activity& activity, const std::set<OrderId>& short_sales) {
  format::Json row;
  row["id"] = id_of(activity);
  if (activity.fee != nullptr) {
    const FeeView& fee = *activity.fee;
    row["activity_type"] = "FEE";
    row["date"] = format_timestamp(fee.charged_at).substr(0, 10);
    row["created_at"] = format::time_or_null(fee.charged_at);
    row["net_amount"] = format_money(-fee.amount);
    row["symbol"] = fee.symbol;
    row["qty"] = std::to_string(-fee.quantity.shares);
    row["description"] = "Fee for borrowing " + std::to_string(fee.quantity.shares) + " " + fee.symbol;
    row["status"] = "executed";
    row["currency"] = "USD";
    return row;
  }
  const FillView& fill = *activity.fill;
  row["activity_type"] = "FILL";
  row["transaction_time"] = format::time_or_null(fill.executed_at);
  row["price"] = format_price(fill.price);
  row["qty"] = std::to_string(fill.quantity.shares);
  row["side"] = side_name(
      fill.side, short_sales.contains(fill.order_id) ? std::optional(ShortSale::sell_short) : std::nullopt);
  row["symbol"] = fill.symbol;
  row["order_id"] = uuid_of(IdKind::order, fill.order_id.value);
  return row;
}

/// The trade of a fill's id; zero where it is none.
TradeId trade_of(std::string_view id) {
  return TradeId{number_of(IdKind::trade, id.substr(0, id.find("::"))).value_or(0)};
}

std::unexpected<Error> looked_through_too_many(const char* what) {
  return fail(ErrorCode::usage, "more than " + std::to_string(looked_through_max) + " " + what +
                                    " would have to be looked through: narrow it with after");
}

/// Newest first, back to where they are too early to be wanted.
Task<Result<std::vector<FeeView>>> find_fees(Call& call, const Wanted& wanted) {
  std::vector<FeeView> found;
  while (wanted.fees) {
    FeesRequest request;
    request.account = call.key->account;
    request.limit = asked_at_once;
    request.before = found.empty() ? 0 : found.back().sequence;
    RequestBody body(std::move(request));
    auto reply = co_await call.upstream().ask<FeesReply>(Daemon::ledgerd, std::move(body));
    if (!reply) co_return std::unexpected(reply.error());
    const bool all = reply->fees.size() < asked_at_once;
    std::ranges::move(reply->fees, std::back_inserter(found));
    if (all || (wanted.after && found.back().charged_at <= wanted.after)) break;
    if (found.size() >= looked_through_max) co_return looked_through_too_many("fees");
  }
  co_return found;
}

/// Goes back through the fills until the page is among them and the fees.
Task<http::Response> tell(Call& call, std::string_view types) {
  const auto wanted = read_wanted(call, types);
  if (!wanted) co_return error(wanted.error());
  const auto fees = co_await find_fees(call, *wanted);
  if (!fees) co_return error(fees.error());
  std::vector<FillView> fills;
  // Going down, what is newer than the page's start need not be looked at: from the token's own trade on.
  TradeId before;
  if (const TradeId trade = trade_of(wanted->token); trade && !wanted->ascending) {
    before = TradeId{trade.value + 1};
  }
  for (;;) {
    bool all = true;
    if (wanted->fills) {
      FillsRequest request;
      request.account = call.key->account;
      request.limit = asked_at_once;
      request.before = before;
      RequestBody body(std::move(request));
      auto reply = co_await call.upstream().ask<FillsReply>(Daemon::ledgerd, std::move(body));
      if (!reply) co_return error(reply.error());
      all = reply->fills.size() < asked_at_once;
      if (!all) before = reply->fills.back().id;
      std::ranges::move(reply->fills, std::back_inserter(fills));
    }
    const Page page = page_of(merge(fills, *fees, all), *wanted);
    if (all && !page.token_found) co_return error(422, "page_token is the id of no activity of this account");
    if (all || (page.token_found && page.from_the_end)) {
      const auto short_sales = co_await short_sales_of(call, page.activities);
      if (!short_sales) co_return error(short_sales.error());
      format::Json json = format::Json::array();
      for (const Activity& activity : page.activities)
        json.push_back(json_of(activity, *short_sales));
      co_return json_response(200, json);
    }
    if (fills.size() >= looked_through_max) co_return error(looked_through_too_many("fills").error());
  }
}

Task<http::Response> activities(Call& call) {
  std::string_view types;
  if (const std::string* asked = call.request.parameter("activity_types")) types = *asked;
  co_return co_await tell(call, types);
}

Task<http::Response> activities_of_type(Call& call) {
  co_return co_await tell(call, call.arguments[0]);
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
