// /v2/account/portfolio/history: what the account was worth, from the notes that ledgerd keeps.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <optional>
#include <span>

#include "calendar/calendar.hpp"
#include "gatewayd/alpaca.hpp"
#include "gatewayd/services.hpp"

namespace trade::gatewayd::alpaca {

namespace {

constexpr std::int64_t minute_ns = 60 * nanoseconds_per_second;
constexpr std::int64_t hour_ns = 60 * minute_ns;
constexpr std::int64_t day_ns = 24 * hour_ns;

/// A length of the points, which notes they are made of, and how far back these reach.
struct TimeFrame {
  std::string_view name;
  std::int64_t length_ns = 0;
  EquityStep step = EquityStep::day;
  std::int32_t days_max = 0;
};
constexpr std::array<TimeFrame, 5> time_frames{{{"1Min", minute_ns, EquityStep::minute, 7},
                                                {"5Min", 5 * minute_ns, EquityStep::minute, 7},
                                                {"15Min", 15 * minute_ns, EquityStep::quarter_hour, 35},
                                                {"1H", hour_ns, EquityStep::quarter_hour, 35},
                                                {"1D", day_ns, EquityStep::day, 5 * 366}}};

/// Which hours of a trading day have points.
enum class Hours : std::uint8_t { market, extended, all };

struct Wanted {
  Timestamp start;
  Timestamp end;  ///< what starts later is not told
  const TimeFrame* frame = nullptr;
  Hours hours = Hours::all;
  bool reset_each_day = true;  ///< profit within a day counts from the end of the last one
};

/// One point to be told: from where to where it reaches.
struct Bucket {
  Timestamp start;
  Timestamp end;
};

std::int32_t days_in_month(std::int32_t year, std::int32_t month) {
  constexpr std::array<std::int32_t, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : days[static_cast<std::size_t>(month - 1)];
}

/// The same day so many months before, or the last of that month.
Result<Date> months_before(Date date, std::int32_t months) {
  const std::string text = format_date(date);
  const auto number = [&](std::size_t at, std::size_t size) {
    std::int32_t value = 0;
    std::from_chars(text.data() + at, text.data() + at + size, value);
    return value;
  };
  const std::int32_t month_count = number(0, 4) * 12 + number(5, 2) - 1 - months;
  const std::int32_t year = month_count / 12;
  const std::int32_t month = month_count % 12 + 1;
  const auto two = [](std::int32_t value) { return std::to_string(100 + value).substr(1); };
  return parse_date(std::to_string(year) + "-" + two(month) + "-" +
                    two(std::min(number(8, 2), days_in_month(year, month))));
}

/// "1D", "2W", "3M", "1A".
struct Period {
  std::int32_t count = 1;
  char unit = 'M';
};

Result<Period> read_period(std::string_view text) {
  Period period;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), period.count);
  const bool whole = bad == std::errc() && end + 1 == text.data() + text.size();
  period.unit = whole ? *end : ' ';
  const std::int32_t most = period.unit == 'D'   ? 366
                            : period.unit == 'W' ? 260
                            : period.unit == 'M' ? 60
                            : period.unit == 'A' ? 5
                                                 : 0;
  if (period.count >= 1 && period.count <= most) return period;
  return fail(ErrorCode::usage, "period must be a number and D, W, M or A, such as 1M, of at most 5 years");
}

/// The other end of a period that ends (`back`), or begins, with this date: its days are trading days where
/// the market has such.
Result<Date> across(Period period, Date date, bool back, bool trading_days) {
  const std::int32_t step = back ? -1 : 1;
  switch (period.unit) {
    case 'D': {
      if (!trading_days) return Date{date.days + step * (period.count - 1)};
      std::int32_t left = period.count - (calendar::is_trading_day(date) ? 1 : 0);
      for (; left > 0; left -= calendar::is_trading_day(date) ? 1 : 0)
        date.days += step;
      return date;
    }
    case 'W':
      return Date{date.days + step * (7 * period.count - 1)};
    default: {
      const auto other = months_before(date, -step * period.count * (period.unit == 'A' ? 12 : 1));
      if (!other) return other;
      return Date{other->days - step};
    }
  }
}

const std::string* given(const Call& call, std::string_view name) {
  const std::string* text = call.request.parameter(name);
  return text == nullptr || text->empty() ? nullptr : text;
}

/// `start` and `end` are moments or dates, `date_start` and `date_end` dates: in New York, of which an end
/// means the end.
Result<std::optional<Timestamp>> bound(const Call& call, const char* name, const char* date_name,
                                       bool is_end) {
  const std::string* text = given(call, name);
  if (text == nullptr) text = given(call, date_name);
  if (text == nullptr) return std::optional<Timestamp>{};
  const auto early = [&] {
    return fail(ErrorCode::usage, std::string(name) + ": nothing is known of before 1970");
  };
  if (const auto date = parse_date(*text)) {
    if (date->days < 0) return early();
    const Timestamp midnight = calendar::from_new_york({Date{date->days + (is_end ? 1 : 0)}, 0});
    return Timestamp{midnight.nanoseconds - (is_end ? 1 : 0)};
  }
  const auto moment = parse_timestamp(*text);
  if (!moment) return fail(ErrorCode::usage, std::string(name) + ": " + moment.error().message);
  if (moment->nanoseconds < 0) return early();
  return std::optional(*moment);
}

Result<Hours> read_hours(const Call& call) {
  Hours hours = Hours::market;
  if (const std::string* extended = given(call, "extended_hours")) {
    if (*extended != "true" && *extended != "false")
      return fail(ErrorCode::usage, "extended_hours must be true or false");
    if (*extended == "true") hours = Hours::extended;
  }
  if (const std::string* named = given(call, "intraday_reporting")) {
    if (*named == "market_hours") {
      hours = Hours::market;
    } else if (*named == "extended_hours") {
      hours = Hours::extended;
    } else if (*named == "continuous") {
      hours = Hours::all;
    } else {
      return fail(ErrorCode::usage, "intraday_reporting must be market_hours, extended_hours or continuous");
    }
  }
  // A market that knows no hours has none to leave out.
  return call.services.new_york_hours ? hours : Hours::all;
}

Result<const TimeFrame*> read_frame(const Call& call, std::int64_t span_ns) {
  const std::string* named = given(call, "timeframe");
  const std::string_view name = named != nullptr        ? std::string_view(*named)
                                : span_ns < 7 * day_ns  ? "1Min"
                                : span_ns < 28 * day_ns ? "15Min"
                                                        : "1D";
  const auto found = std::ranges::find(time_frames, name, &TimeFrame::name);
  if (found == time_frames.end())
    return fail(ErrorCode::usage, "timeframe must be 1Min, 5Min, 15Min, 1H or 1D");
  return &*found;
}

Result<Wanted> read_wanted(const Call& call) {
  const Timestamp now = call.services.clock.now();
  const bool trading_days = call.services.new_york_hours;
  const auto start = bound(call, "start", "date_start", false);
  if (!start) return std::unexpected(start.error());
  const auto end = bound(call, "end", "date_end", true);
  if (!end) return std::unexpected(end.error());
  const std::string* period_text = given(call, "period");
  if (*start && *end && period_text != nullptr)
    return fail(ErrorCode::usage, "of period, start and end at most two can be given");
  const auto period = read_period(period_text == nullptr ? "1M" : *period_text);
  if (!period) return std::unexpected(period.error());
  Wanted wanted;
  wanted.start = start->value_or(Timestamp{});
  wanted.end = end->value_or(now);
  if (*start && period_text != nullptr) {
    const auto last = across(*period, calendar::to_new_york(wanted.start).date, false, trading_days);
    if (!last) return std::unexpected(last.error());
    wanted.end = {calendar::from_new_york({Date{last->days + 1}, 0}).nanoseconds - 1};
  } else if (!*start) {
    Date last = calendar::to_new_york(std::min(wanted.end, now)).date;
    // The present date counts only once its market has opened.
    if (trading_days && !*end) last = calendar::session_at(now).trading_date;
    const auto first = across(*period, last, true, trading_days);
    if (!first) return std::unexpected(first.error());
    wanted.start = calendar::from_new_york({*first, 0});
  }
  wanted.end = std::min(wanted.end, now);
  if (wanted.start > wanted.end)
    return fail(ErrorCode::usage, "the start must be before the end, and not to come");
  const auto frame = read_frame(call, wanted.end.nanoseconds - wanted.start.nanoseconds);
  if (!frame) return std::unexpected(frame.error());
  wanted.frame = *frame;
  const std::int64_t reach_ns = wanted.frame->days_max * day_ns;
  if (now.nanoseconds - wanted.start.nanoseconds > reach_ns + day_ns) {
    return fail(ErrorCode::usage, "points of " + std::string(wanted.frame->name) + " are kept for " +
                                      std::to_string(wanted.frame->days_max) +
                                      " days: ask for a later start or a longer timeframe");
  }
  const auto hours = read_hours(call);
  if (!hours) return std::unexpected(hours.error());
  wanted.hours = *hours;
  if (const std::string* reset = given(call, "pnl_reset")) {
    if (*reset != "per_day" && *reset != "no_reset")
      return fail(ErrorCode::usage, "pnl_reset must be per_day or no_reset");
    wanted.reset_each_day = *reset == "per_day";
  }
  if (wanted.frame->step == EquityStep::day) wanted.reset_each_day = false;
  const std::string* flows = given(call, "cashflow_types");
  if (flows != nullptr && *flows != "NONE")
    return fail(ErrorCode::usage, "cashflow_types: only NONE is supported");
  return wanted;
}

/// The hours of a date that have points; nothing: none.
std::optional<Bucket> hours_of(Date date, Hours hours) {
  if (hours == Hours::all) {
    return Bucket{calendar::from_new_york({date, 0}), calendar::from_new_york({Date{date.days + 1}, 0})};
  }
  const auto market = calendar::trading_hours(date);
  if (!market) return std::nullopt;
  if (hours == Hours::market) return Bucket{market->open, market->close};
  const std::int32_t closes = market->half_day ? 17 : 20;
  return Bucket{calendar::from_new_york({date, 4 * 3'600}), calendar::from_new_york({date, closes * 3'600})};
}

/// The points that start in the range, ascending.
std::vector<Bucket> buckets_of(const Wanted& wanted, bool trading_days) {
  std::vector<Bucket> buckets;
  const Date last = calendar::to_new_york(wanted.end).date;
  for (Date date = calendar::to_new_york(wanted.start).date; date <= last; ++date.days) {
    if (wanted.frame->step == EquityStep::day) {
      if (trading_days && !calendar::is_trading_day(date)) continue;
      buckets.push_back(*hours_of(date, Hours::all));
      continue;
    }
    const auto hours = hours_of(date, wanted.hours);
    if (!hours) continue;
    for (Timestamp start = hours->start; start < hours->end; start.nanoseconds += wanted.frame->length_ns) {
      if (start < wanted.start || start > wanted.end) continue;
      buckets.push_back(
          {start, {std::min(start.nanoseconds + wanted.frame->length_ns, hours->end.nanoseconds)}});
    }
  }
  return buckets;
}

/// The moment at which what a note tells was so at the latest.
Timestamp end_of(const EquityView& note, EquityStep step) {
  switch (step) {
    case EquityStep::minute:
      return {note.start.nanoseconds + minute_ns};
    case EquityStep::quarter_hour:
      return {note.start.nanoseconds + 15 * minute_ns};
    case EquityStep::day:
      break;
  }
  return calendar::from_new_york({Date{static_cast<std::int32_t>(note.start.nanoseconds / day_ns) + 1}, 0});
}

Task<Result<EquityHistoryReply>> ask_history(Call& call, EquityHistoryRequest request) {
  RequestBody body(std::move(request));
  co_return co_await call.upstream().ask<EquityHistoryReply>(Daemon::ledgerd, std::move(body));
}

/// What is profit of an equity: that which did not come in from outside. In 1/10000 dollar.
std::int64_t profit_of(const EquityView& view) {
  std::int64_t profit = 0;
  if (__builtin_sub_overflow(view.equity.units, view.deposited.units, &profit)) return 0;
  return profit;
}

/// Profit since `base` as a part of what was there to make it with, six decimals.
std::string part_text(std::int64_t profit, const EquityView& base, const EquityView& view) {
  std::int64_t means = 0;
  const bool beyond = __builtin_sub_overflow(view.deposited.units, base.deposited.units, &means) ||
                      __builtin_add_overflow(means, base.equity.units, &means);
  if (beyond || means <= 0) return "0";
  const auto millionths = scale(Money{profit}, 1'000'000, means);
  if (!millionths || millionths->units == std::numeric_limits<std::int64_t>::min()) return "0";
  const std::int64_t magnitude = std::abs(millionths->units);
  std::string text = std::to_string(1'000'000 + magnitude % 1'000'000);
  text = std::to_string(magnitude / 1'000'000) + "." + text.substr(1);
  return millionths->units < 0 ? "-" + text : text;
}

/// Numbers as JSON has them, put together as text: there may be ten thousand, and money is exact as such.
class Columns {
 public:
  void add(Timestamp start, const EquityView& view, const EquityView& base) {
    std::int64_t profit = 0;
    if (__builtin_sub_overflow(profit_of(view), profit_of(base), &profit)) profit = 0;
    append(timestamp_, std::to_string(start.nanoseconds / nanoseconds_per_second));
    append(equity_, format_money(view.equity));
    append(profit_, format_money(Money{profit}));
    append(part_, part_text(profit, base, view));
  }
  [[nodiscard]] std::string text(const EquityView& base, Date base_date, std::string_view frame) const {
    return "{\"timestamp\":[" + timestamp_ + "],\"equity\":[" + equity_ + "],\"profit_loss\":[" + profit_ +
           "],\"profit_loss_pct\":[" + part_ + "],\"base_value\":" + format_money(base.equity) +
           ",\"base_value_asof\":\"" + format_date(base_date) + "\",\"timeframe\":\"" + std::string(frame) +
           "\",\"cashflow\":{}}";
  }

 private:
  static void append(std::string& column, const std::string& number) {
    if (!column.empty()) column += ',';
    column += number;
  }
  std::string timestamp_;
  std::string equity_;
  std::string profit_;
  std::string part_;
};

/// Walks through the notes along with the points.
http::Response told(const Wanted& wanted, const EquityHistoryReply& history,
                    std::span<const Bucket> buckets) {
  std::optional<EquityView> value = history.before;
  const bool known_before = value.has_value();
  EquityView base = value.value_or(history.now);
  if (!known_before) {
    // An account that was not there before began with what was put into it first, and no profit.
    const auto funded =
        std::ranges::find_if(history.rows, [](const EquityView& row) { return bool(row.deposited); });
    if (funded != history.rows.end()) base = *funded;
    base.equity = base.deposited;
  }
  const EquityView first_base = base;
  std::optional<Date> date;
  auto row = history.rows.begin();
  Columns columns;
  for (const Bucket& bucket : buckets) {
    const Date here = calendar::to_new_york(bucket.start).date;
    // Notes of hours that have no points belong to the day before, as far as profit goes.
    for (; row != history.rows.end() && end_of(*row, wanted.frame->step) <= bucket.start; ++row)
      value = *row;
    if (history.now.start < bucket.start) value = history.now;
    if (wanted.reset_each_day && date != here && date && value) base = *value;
    date = here;
    for (; row != history.rows.end() && end_of(*row, wanted.frame->step) <= bucket.end; ++row)
      value = *row;
    if (history.now.start < bucket.end) value = history.now;
    if (value) columns.add(bucket.start, *value, base);
  }
  const Timestamp based_at = known_before ? history.before->start : first_base.start;
  const Date base_date = wanted.frame->step == EquityStep::day && known_before
                             ? Date{static_cast<std::int32_t>(based_at.nanoseconds / day_ns)}
                             : calendar::to_new_york(based_at).date;
  return {200, columns.text(first_base, base_date, wanted.frame->name)};
}

Task<http::Response> history(Call& call) {
  const auto wanted = read_wanted(call);
  if (!wanted) co_return error(wanted.error());
  const std::vector<Bucket> buckets = buckets_of(*wanted, call.services.new_york_hours);
  EquityHistoryRequest request{
      .account = call.key->account, .step = wanted->frame->step, .from = {}, .to = {}};
  const Timestamp first = buckets.empty() ? wanted->start : buckets.front().start;
  request.from = first;
  if (wanted->frame->step == EquityStep::day) {
    request.from = {std::int64_t{calendar::to_new_york(first).date.days} * day_ns};
  }
  const auto reply = co_await ask_history(call, std::move(request));
  if (!reply) co_return error(reply.error());
  co_return told(*wanted, *reply, buckets);
}

constexpr std::array routes{
    Route{"GET", "/v2/account/portfolio/history", Access::view, history},
};

}  // namespace

std::span<const Route> portfolio_routes() {
  return routes;
}

Task<Result<Money>> equity_of_yesterday(Call& call, Money otherwise) {
  const Date today = calendar::to_new_york(call.services.clock.now()).date;
  const Timestamp begins{std::int64_t{today.days} * day_ns};
  EquityHistoryRequest request{
      .account = call.key->account, .step = EquityStep::day, .from = begins, .to = begins};
  const auto reply = co_await ask_history(call, std::move(request));
  if (!reply) co_return std::unexpected(reply.error());
  // Where no event came since a date ended, its note is still to be made.
  if (calendar::to_new_york(reply->now.start).date < today) co_return reply->now.equity;
  co_return reply->before ? reply->before->equity : otherwise;
}

}  // namespace trade::gatewayd::alpaca
