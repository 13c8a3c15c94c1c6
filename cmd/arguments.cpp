#include "arguments.hpp"

#include <charconv>
#include <cmath>

#include <CLI/CLI.hpp>

#include "argument_error.hpp"
#include "calendar/calendar.hpp"
#include "context.hpp"
#include "format/ratio.hpp"
#include "model/instructions.hpp"

namespace trade::cmd {

namespace {

std::string quoted(std::string_view text) {
  return "'" + std::string(text.substr(0, 40)) + "'";
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

CLI::Option* add_text_value(CLI::App& app, const std::string& name,
                            std::function<Status(const std::string& text)> take, const std::string& kind,
                            const std::string& help) {
  return app
      .add_option_function<std::string>(
          name,
          [take = std::move(take), name](const std::string& text) {
            if (Status taken = take(text); !taken) throw ArgumentError(name, taken.error());
          },
          help)
      ->type_name(kind);
}

CLI::Option* add_text_values(CLI::App& app, const std::string& name,
                             std::function<Status(const std::string& text)> take, const std::string& kind,
                             const std::string& help) {
  return app
      .add_option_function<std::vector<std::string>>(
          name,
          [take = std::move(take), name](const std::vector<std::string>& texts) {
            for (const std::string& text : texts) {
              if (Status taken = take(text); !taken) throw ArgumentError(name, taken.error());
            }
          },
          help)
      ->type_name(kind);
}

CLI::Option* required(CLI::Option* option) {
  return option->required();
}

CLI::Option* add_flag(CLI::App& app, const std::string& name, bool& flag, const std::string& help) {
  return app.add_flag(name, flag, help);
}

std::vector<std::string> split_at_commas(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    if (comma != 0) parts.emplace_back(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return parts;
}

Result<std::string> parse_account_text(std::string_view text) {
  Result<AccountName> name = parse_account_name(text);
  if (!name) return pass_on(std::move(name));
  return name->string();
}

Result<std::string> parse_symbol_text(std::string_view text) {
  Result<Symbol> symbol = parse_symbol(text);
  if (!symbol) return pass_on(std::move(symbol));
  return symbol->string();
}

Result<std::string> parse_client_order_id(std::string_view text) {
  Status checked = check_client_order_id(text);
  if (!checked) return pass_on(std::move(checked));
  return std::string(text);
}

Result<std::string> parse_text(std::string_view text) {
  if (text.empty()) return fail(ErrorCode::usage, "an empty value where one is needed");
  return std::string(text);
}

Result<Money> parse_amount(std::string_view text) {
  Result<Money> amount = parse_money(text);
  if (amount && amount->units <= 0) {
    return fail(ErrorCode::usage, "not an amount above zero: " + quoted(text),
                "write dollars with at most four decimals: 10000.50");
  }
  return amount;
}

Result<Trail> parse_trail(std::string_view text) {
  if (text.ends_with('%')) {
    const Result<std::int64_t> ratio = format::parse_percent(text);
    if (!ratio) return std::unexpected(ratio.error());
    if (*ratio <= 0 || *ratio > trail_basis_points_max) {
      return fail(ErrorCode::usage, "a trail is from 0.01% to 99.99%: " + quoted(text));
    }
    return Trail{{}, *ratio};
  }
  const Result<Price> amount = parse_price(text);
  if (!amount) return std::unexpected(amount.error());
  return Trail{*amount, 0};
}

namespace {
/// Nothing is stamped before 1970, and zero stands for "not given".
Status check_after_1970(Timestamp time, std::string_view text) {
  if (time.nanoseconds > 0) return {};
  return fail(ErrorCode::usage, "nothing is known of before 1970: " + quoted(text));
}
}  // namespace

Result<Timestamp> parse_until(std::string_view text) {
  constexpr std::int32_t usual_close_second = 16 * 3'600;
  if (const Result<Date> date = parse_date(text)) {
    const auto hours = calendar::trading_hours(*date);
    const Timestamp close = hours ? hours->close : calendar::from_new_york({*date, usual_close_second});
    if (Status checked = check_after_1970(close, text); !checked) return pass_on(std::move(checked));
    return close;
  }
  Result<Timestamp> time = parse_timestamp(text);
  if (!time) {
    return fail(ErrorCode::usage, "neither a date nor a time: " + quoted(text),
                "such as 2026-11-27 or 2026-11-27T20:30:00Z");
  }
  if (Status checked = check_after_1970(*time, text); !checked) return pass_on(std::move(checked));
  return time;
}

Timestamp Moment::first() const {
  return date ? calendar::from_new_york({*date, 0}) : time;
}

Timestamp Moment::last() const {
  return date ? Timestamp{calendar::from_new_york({Date{date->days + 1}, 0}).nanoseconds - 1} : time;
}

Result<Moment> parse_moment(std::string_view text) {
  Moment moment;
  if (const Result<Date> date = parse_date(text)) {
    moment.date = *date;
  } else if (const Result<Timestamp> time = parse_timestamp(text)) {
    moment.time = *time;
  } else {
    return fail(ErrorCode::usage, "neither a date nor a time: " + quoted(text),
                "such as 2026-11-27 or 2026-11-27T20:30:00Z");
  }
  if (Status checked = check_after_1970(moment.first(), text); !checked) return pass_on(std::move(checked));
  return moment;
}

Result<Quantity> parse_quantity_limit(std::string_view text) {
  if (text == "0") return Quantity{0};
  return parse_quantity(text);
}

Result<Money> parse_money_limit(std::string_view text) {
  Result<Money> amount = parse_money(text);
  if (amount && amount->units < 0) {
    return fail(ErrorCode::usage, "a limit below zero: " + quoted(text), "zero takes the limit away");
  }
  return amount;
}

Result<double> parse_seconds(std::string_view text) {
  double seconds = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(seconds) || seconds <= 0 ||
      seconds > timeout_seconds_max) {
    return fail(ErrorCode::usage, "not a number of seconds: " + quoted(text),
                "it must be above 0 and at most 86400");
  }
  return seconds;
}

Result<std::uint64_t> parse_count(std::string_view text) {
  constexpr std::uint64_t count_max = std::uint64_t{1} << 53;
  const std::optional<std::uint64_t> number = whole_number(text);
  if (!number || *number == 0 || *number > count_max) {
    return fail(ErrorCode::usage, "not a whole number above zero: " + quoted(text));
  }
  return *number;
}

Result<std::uint64_t> parse_number(std::string_view text) {
  const std::optional<std::uint64_t> number = whole_number(text);
  if (!number) return fail(ErrorCode::usage, "not a whole number: " + quoted(text));
  return *number;
}

CLI::Option* add_dry_run(CLI::App& app, bool& dry_run) {
  return add_flag(app, "--dry-run", dry_run, "Say what would happen; change nothing");
}

}  // namespace trade::cmd
