// Arguments with types: what is written on the command line becomes a value, or one clear line that says
// what is wrong with it. The parser's own header takes longer to compile than most commands, so it stays out
// of this one.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/enums.hpp"
#include "model/ids.hpp"
#include "model/numbers.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace trade::cmd {

// What an argument is, shown in help; shells complete these with what there is.
constexpr const char* account_kind = "ACCOUNT";
constexpr const char* symbol_kind = "SYMBOL";
constexpr const char* order_kind = "ORDER";
constexpr const char* file_kind = "FILE";
constexpr const char* directory_kind = "DIR";
constexpr const char* daemon_kind = "DAEMON";
constexpr const char* command_kind = "COMMAND";
constexpr const char* config_key_kind = "KEY";
constexpr const char* venue_kind = "VENUE";
constexpr const char* route_kind = "ROUTE";  ///< a venue, or internal

/// An option ("--limit") or positional argument ("quantity") that takes one value; `take` is given its text
/// and says what is wrong with it. `kind` is what help calls the value.
CLI::Option* add_text_value(CLI::App& app, const std::string& name,
                            std::function<Status(const std::string& text)> take, const std::string& kind,
                            const std::string& help);
/// The same for any number of values, taken one by one.
CLI::Option* add_text_values(CLI::App& app, const std::string& name,
                             std::function<Status(const std::string& text)> take, const std::string& kind,
                             const std::string& help);
/// The command cannot do without it.
CLI::Option* required(CLI::Option* option);
/// An option without a value, which sets `flag`.
CLI::Option* add_flag(CLI::App& app, const std::string& name, bool& flag, const std::string& help);

/// An option or positional argument whose text `parse` turns into a Result<T>. `target` is a T or an
/// std::optional<T>.
template <class Target, class Parse>
CLI::Option* add_value(CLI::App& app, const std::string& name, Target& target, Parse parse,
                       const std::string& kind, const std::string& help) {
  return add_text_value(
      app, name,
      [&target, parse](const std::string& text) -> Status {
        auto value = parse(text);
        if (!value) return std::unexpected(value.error());
        target = *std::move(value);
        return {};
      },
      kind, help);
}

/// The same for any number of values.
template <class T, class Parse>
CLI::Option* add_values(CLI::App& app, const std::string& name, std::vector<T>& target, Parse parse,
                        const std::string& kind, const std::string& help) {
  return add_text_values(
      app, name,
      [&target, parse](const std::string& text) -> Status {
        auto value = parse(text);
        if (!value) return std::unexpected(value.error());
        target.push_back(*std::move(value));
        return {};
      },
      kind, help);
}

/// The names of an enumeration's values: "buy|sell".
template <class E>
std::string choices_of() {
  std::string text;
  for (const auto& [value, name] : enum_names(E{}))
    text += (text.empty() ? "" : "|") + std::string(name);
  return text;
}

template <class E>
Result<E> parse_enum(std::string_view text) {
  if (const std::optional<E> value = value_named<E>(text)) return *value;
  return fail(ErrorCode::usage,
              "not one of " + choices_of<E>() + ": '" + std::string(text.substr(0, 40)) + "'");
}

/// An option or argument that takes a value of an enumeration.
template <class E, class Target>
CLI::Option* add_enum(CLI::App& app, const std::string& name, Target& target, const std::string& help) {
  return add_value(app, name, target, parse_enum<E>, choices_of<E>(), help);
}

/// The parts of a list with commas between; empty ones are left out.
std::vector<std::string> split_at_commas(std::string_view text);

// Parsers for add_value, beside those of lib/model.
Result<std::string> parse_account_text(std::string_view text);
Result<std::string> parse_symbol_text(std::string_view text);
Result<std::string> parse_client_order_id(std::string_view text);
/// Any text that is not empty.
Result<std::string> parse_text(std::string_view text);
/// An amount above zero.
Result<Money> parse_amount(std::string_view text);
/// How far a trailing stop stays behind: one of the two is not zero.
struct Trail {
  Price amount;
  std::int64_t basis_points = 0;
};
/// "1.50" or "2%".
Result<Trail> parse_trail(std::string_view text);
/// A moment as RFC 3339 gives it, or a date: the close of that day's session in New York, or 16:00 there
/// where there is none.
Result<Timestamp> parse_until(std::string_view text);
/// A moment, or a whole day.
struct Moment {
  Timestamp time;            ///< zero where it is a day
  std::optional<Date> date;  ///< a day in New York

  [[nodiscard]] Timestamp first() const;  ///< the moment itself, or when the day begins
  [[nodiscard]] Timestamp last() const;   ///< the moment itself, or the last nanosecond of the day
};
/// RFC 3339, or a date.
Result<Moment> parse_moment(std::string_view text);
/// A limit: zero takes it away.
Result<Quantity> parse_quantity_limit(std::string_view text);
Result<Money> parse_money_limit(std::string_view text);
/// Seconds above zero, at most a day, with decimals.
Result<double> parse_seconds(std::string_view text);
/// A whole number from 1 to 2^53.
Result<std::uint64_t> parse_count(std::string_view text);
/// A whole number from 0 to 2^64-1.
Result<std::uint64_t> parse_number(std::string_view text);

/// `--dry-run`, as every command has it that changes something.
CLI::Option* add_dry_run(CLI::App& app, bool& dry_run);

}  // namespace trade::cmd
