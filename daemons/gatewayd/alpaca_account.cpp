#include <algorithm>
#include <array>

#include "calendar/calendar.hpp"
#include "gatewayd/accounts.hpp"
#include "gatewayd/alpaca.hpp"
#include "gatewayd/input.hpp"
#include "gatewayd/services.hpp"

namespace trade::gatewayd::alpaca {

namespace {

constexpr int calendar_days_max = 4'000;

Task<Result<SessionView>> ask_session(Call& call) {
  RequestBody body(SessionRequest{});
  auto reply = co_await call.upstream().ask<SessionReply>(Daemon::tradingd, std::move(body));
  if (!reply) co_return pass_on(std::move(reply));
  co_return std::move(reply->session);
}

/// What an account may buy for each dollar that it has, in whole ones as that API tells it.
std::string multiplier_of(const AccountView& account, const SessionView& session) {
  const std::int64_t whole = session.rules.margin_multiplier_basis_points / 10'000;
  return std::to_string(account.type == AccountType::margin ? whole : 1);
}

Task<http::Response> account(Call& call) {
  const auto risk = co_await find_account(call, call.key->account);
  if (!risk) co_return error(risk.error());
  const auto books = co_await find_portfolio(call, call.key->account);
  if (!books) co_return error(books.error());
  const auto session = co_await ask_session(call);
  if (!session) co_return error(session.error());
  const auto last_equity = co_await equity_of_yesterday(call, risk->equity);
  if (!last_equity) co_return error(last_equity.error());
  Money long_value;
  Money short_value;  // zero or less
  for (const PositionView& position : books->positions)
    (position.quantity.shares < 0 ? short_value : long_value) += position.current_value;
  const bool active = risk->status == AccountStatus::active;
  const bool margin = risk->type == AccountType::margin;
  format::Json json;
  json["id"] = uuid_of(IdKind::account, risk->number.value);
  json["account_number"] = risk->id;
  json["status"] = active ? "ACTIVE" : "ACCOUNT_CLOSED";
  json["currency"] = "USD";
  json["cash"] = format_money(risk->cash_balance);
  json["portfolio_value"] = format_money(risk->equity);
  json["equity"] = format_money(risk->equity);
  json["last_equity"] = format_money(*last_equity);
  json["buying_power"] = format_money(risk->buying_power);
  json["regt_buying_power"] = format_money(risk->buying_power);
  json["daytrading_buying_power"] = format_money(risk->buying_power);
  json["non_marginable_buying_power"] = format_money(std::max(Money{}, risk->cash_balance - risk->reserved));
  json["long_market_value"] = format_money(long_value);
  json["short_market_value"] = format_money(short_value);
  json["multiplier"] = multiplier_of(*risk, *session);
  json["daytrade_count"] = risk->day_trades;
  json["pattern_day_trader"] = false;
  json["shorting_enabled"] = margin;
  json["account_blocked"] = !active;
  json["trading_blocked"] = !active;
  json["transfers_blocked"] = false;
  json["trade_suspended_by_user"] = false;
  json["created_at"] = format::time_or_null(risk->created_at);
  co_return json_response(200, json);
}

/// What of that API's settings holds here, and cannot be changed.
format::Json configuration_json(const AccountView& account, const SessionView& session) {
  format::Json json;
  json["dtbp_check"] = "entry";
  json["fractional_trading"] = false;
  json["max_margin_multiplier"] = multiplier_of(account, session);
  json["no_shorting"] = account.type != AccountType::margin;
  json["pdt_check"] = "entry";
  json["suspend_trade"] = false;
  json["trade_confirm_email"] = "none";
  json["ptp_no_exception_entry"] = false;
  return json;
}

Task<Result<format::Json>> find_configuration(Call& call) {
  const auto account = co_await find_account(call, call.key->account);
  if (!account) co_return std::unexpected(account.error());
  const auto session = co_await ask_session(call);
  if (!session) co_return std::unexpected(session.error());
  co_return configuration_json(*account, *session);
}

Task<http::Response> configurations(Call& call) {
  const auto current = co_await find_configuration(call);
  if (!current) co_return error(current.error());
  co_return json_response(200, *current);
}

/// A setting that is as it is wanted is no error; any other cannot be had.
Task<http::Response> change_configurations(Call& call) {
  const auto input = parse_input(call.request.body);
  if (!input) co_return error(input.error());
  if (input->kind != Input::Kind::object) co_return error(422, "a JSON object is wanted");
  const auto current = co_await find_configuration(call);
  if (!current) co_return error(current.error());
  for (std::size_t i = 0; i < input->names.size(); ++i) {
    const std::string& name = input->names[i];
    const Input& value = input->items[i];
    const auto has = current->find(name);
    const bool alike =
        has != current->end() &&
        ((has->is_boolean() && value.kind == Input::Kind::boolean && has->get<bool>() == value.truth) ||
         (has->is_string() && value.text == has->get<std::string>()));
    if (!alike) co_return error(422, name.substr(0, 64) + ": this setting cannot be changed here");
  }
  co_return json_response(200, *current);
}

std::string hour_minute(Timestamp timestamp) {
  const std::int32_t minutes = calendar::to_new_york(timestamp).second_of_day / 60;
  const auto two = [](std::int32_t number) { return std::to_string(100 + number).substr(1); };
  return two(minutes / 60) + ":" + two(minutes % 60);
}

/// The time by which the suite goes: its clock may be a simulated one.
Task<Result<Timestamp>> suite_time(Call& call) {
  RequestBody body(ClockRequest{});
  const auto reply = co_await call.upstream().ask<ClockReply>(Daemon::tradingd, std::move(body));
  if (!reply) co_return std::unexpected(reply.error());
  co_return reply->clock.now;
}

/// The session as it is set; when it changes next is New York's to say.
Task<http::Response> clock(Call& call) {
  const auto session = co_await ask_session(call);
  if (!session) co_return error(session.error());
  const auto time = co_await suite_time(call);
  if (!time) co_return error(time.error());
  const Timestamp now = *time;
  Date date = calendar::to_new_york(now).date;
  Timestamp next_open;
  Timestamp next_close;
  for (int day = 0; day < 30 && (!next_open || !next_close); ++day, ++date.days) {
    const auto hours = calendar::trading_hours(date);
    if (!hours) continue;
    if (!next_open && hours->open > now) next_open = hours->open;
    if (!next_close && hours->close > now) next_close = hours->close;
  }
  format::Json json;
  json["timestamp"] = format::time_or_null(now);
  // Before the opening auction has executed the market is not open yet.
  const MarketPhase phase = session->market_phase;
  json["is_open"] =
      phase != MarketPhase::closed && phase != MarketPhase::pre_open && phase != MarketPhase::opening_auction;
  json["next_open"] = format::time_or_null(next_open);
  json["next_close"] = format::time_or_null(next_close);
  co_return json_response(200, json);
}

/// A date parameter, with or without a time after it.
Result<Date> date_parameter(const Call& call, std::string_view name, Date otherwise) {
  const std::string* text = call.request.parameter(name);
  if (text == nullptr || text->empty()) return otherwise;
  return parse_date(std::string_view(*text).substr(0, 10));
}

Task<http::Response> days(Call& call) {
  const std::string* date_type = call.request.parameter("date_type");
  if (date_type != nullptr && !date_type->empty() && *date_type != "TRADING") {
    co_return error(422, "date_type: only TRADING is supported");
  }
  const auto now = co_await suite_time(call);
  if (!now) co_return error(now.error());
  const Date today = calendar::to_new_york(*now).date;
  const auto first = date_parameter(call, "start", today);
  if (!first) co_return error(first.error());
  const auto last = date_parameter(call, "end", Date{first->days + 365});
  if (!last) co_return error(last.error());
  if (last->days - first->days > calendar_days_max)
    co_return error(422, "at most 4000 days can be asked for");
  format::Json json = format::Json::array();
  for (Date date = *first; date <= *last; ++date.days) {
    const auto hours = calendar::trading_hours(date);
    if (!hours) continue;
    format::Json row;
    row["date"] = format_date(date);
    row["open"] = hour_minute(hours->open);
    row["close"] = hour_minute(hours->close);
    row["session_open"] = "0400";
    row["session_close"] = hours->half_day ? "1700" : "2000";
    row["settlement_date"] = format_date(calendar::next_trading_day(date));
    json.push_back(std::move(row));
  }
  co_return json_response(200, json);
}

constexpr std::array routes{
    Route{"GET", "/v2/account", Access::view, account},
    Route{"GET", "/v2/account/configurations", Access::view, configurations},
    Route{"PATCH", "/v2/account/configurations", Access::trade, change_configurations},
    Route{"GET", "/v2/clock", Access::view, clock},
    Route{"GET", "/v2/calendar", Access::view, days},
};

Task<http::Response> list_assets(Call& call) {
  const auto given = [&](const char* name) {
    const std::string* text = call.request.parameter(name);
    return text == nullptr ? std::string() : *text;
  };
  const std::string status = given("status");
  if (!status.empty() && status != "active" && status != "inactive") {
    co_return error(422, "status must be active or inactive");
  }
  // All are alike: active equities of the one exchange, without attributes.
  const auto other = [&](const char* name, std::string_view ours) {
    const std::string text = given(name);
    return !text.empty() && text != ours;
  };
  const bool none = status == "inactive" || other("asset_class", "us_equity") ||
                    other("exchange", "NASDAQ") || other("attributes", "");
  format::Json json = format::Json::array();
  if (none) co_return json_response(200, json);
  const auto symbols = co_await all_symbols(call);
  if (!symbols) co_return error(symbols.error());
  for (const SymbolView& symbol : *symbols)
    json.push_back(asset_json(symbol));
  co_return json_response(200, json);
}

Task<http::Response> show_asset(Call& call) {
  if (const auto number = number_of(IdKind::asset, call.arguments[0])) {
    SymbolsRequest request;
    request.after = SymbolId{static_cast<std::uint32_t>(*number) - 1};
    request.limit = 1;
    RequestBody body(std::move(request));
    const auto reply = co_await call.upstream().ask<SymbolsReply>(Daemon::tradingd, std::move(body));
    if (!reply) co_return error(reply.error());
    if (reply->symbols.empty() || reply->symbols.front().number.value != *number) {
      co_return error(404, "asset not found");
    }
    co_return json_response(200, asset_json(reply->symbols.front()));
  }
  const auto name = parse_symbol(call.arguments[0]);
  if (!name) co_return error(404, "asset not found");
  const auto symbol = co_await find_symbol(call, name->string());
  if (!symbol) co_return error(symbol.error());
  co_return json_response(200, asset_json(*symbol));
}

constexpr std::array assets{
    Route{"GET", "/v2/assets", Access::view, list_assets},
    Route{"GET", "/v2/assets/{symbol}", Access::view, show_asset},
};

Task<http::Response> unsupported(Call&) {
  co_return error(422, "this is not supported here: share/doc/alpaca.md lists what is");
}

constexpr std::array known{
    Route{"GET", "/v2/options/contracts", Access::view, unsupported},
    Route{"GET", "/v2/corporate_actions/announcements", Access::view, unsupported},
    Route{"GET", "/v2/wallets", Access::view, unsupported},
    Route{"POST", "/v2/positions/{symbol}/exercise", Access::trade, unsupported},
    Route{"GET", "/v2/stocks/auctions", Access::view, unsupported},
    Route{"GET", "/v2/stocks/{symbol}/auctions", Access::view, unsupported},
    Route{"GET", "/v1beta1/news", Access::view, unsupported},
    Route{"GET", "/v1/corporate-actions", Access::view, unsupported},
};

}  // namespace

std::span<const Route> account_routes() {
  return routes;
}
std::span<const Route> asset_routes() {
  return assets;
}
std::span<const Route> unsupported_routes() {
  return known;
}

}  // namespace trade::gatewayd::alpaca
