#include "scenario/value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <compare>
#include <cstdio>

namespace trade::scenario {

namespace {

using format::Json;

/// A decimal number, exact: `units` of 10^-9.
__extension__ using WideNumber = __int128;
constexpr int fraction_digits_max = 9;
constexpr int whole_digits_max = 24;

std::optional<WideNumber> parse_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t dot = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, dot);
  const std::string_view fraction = dot < text.size() ? text.substr(dot + 1) : std::string_view{};
  if (whole.empty() || whole.size() > whole_digits_max || fraction.size() > fraction_digits_max)
    return std::nullopt;
  if (dot < text.size() && fraction.empty()) return std::nullopt;
  WideNumber number = 0;
  for (int i = 0; i < static_cast<int>(whole.size()) + fraction_digits_max; ++i) {
    const std::size_t place = static_cast<std::size_t>(i);
    char digit = '0';
    if (place < whole.size()) {
      digit = whole[place];
    } else if (place - whole.size() < fraction.size()) {
      digit = fraction[place - whole.size()];
    }
    if (digit < '0' || digit > '9') return std::nullopt;
    number = number * 10 + (digit - '0');
  }
  return negative ? -number : number;
}

std::string plain_text(const Json& value) {
  if (value.is_null()) return std::string(value_none);
  if (value.is_string()) return value.get<std::string>();
  return value.dump();
}

/// "60@150.10"
std::string amount_at_price(const Json& row, const char* amount) {
  return plain_text(row[amount]) + "@" + plain_text(row["price"]);
}

template <class Rows>
std::string joined(const Rows& rows, const char* amount) {
  std::string text;
  for (const Json& row : rows)
    text += (text.empty() ? "" : ",") + amount_at_price(row, amount);
  return text.empty() ? std::string(value_none) : text;
}

bool is_level(const Json& row) {
  return row.is_object() && row.contains("price") && row.contains("size");
}
bool is_trade(const Json& row) {
  return row.is_object() && row.contains("price") && row.contains("quantity") && row.contains("executed_at");
}

std::string text_of_value(const Json& value) {
  if (!value.is_array()) return plain_text(value);
  if (std::ranges::all_of(value, is_level)) return joined(value, "size");
  std::string text;
  for (const Json& element : value)
    text += (text.empty() ? "" : ",") + plain_text(element);
  return text.empty() ? std::string(value_none) : text;
}

std::optional<std::string> list_field(const Json& list, std::string_view path) {
  if (path == "count") return std::to_string(list.size());
  if (path == "trades" && std::ranges::all_of(list, is_trade)) {
    std::vector<Json> oldest_first(list.rbegin(), list.rend());
    return joined(oldest_first, "quantity");
  }
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), number);
  if (error != std::errc{} || number == 0) return std::nullopt;
  const bool whole = end == path.data() + path.size();
  if (number > list.size()) return std::string(value_none);
  if (whole) return text_of_value(list[number - 1]);
  if (*end != '.') return std::nullopt;
  return field_text(list[number - 1], path.substr(static_cast<std::size_t>(end - path.data()) + 1));
}

/// The position of a symbol that the path names, whole or up to its last point.
std::optional<std::string> position_field(const Json& positions, std::string_view path) {
  const auto find = [&](std::string_view symbol) -> const Json* {
    for (const Json& position : positions) {
      if (position.value("symbol", std::string()) == symbol) return &position;
    }
    return nullptr;
  };
  const auto within = [&](char first, char last) { return path.front() >= first && path.front() <= last; };
  if (path.empty() || !(within('A', 'Z') || within('0', '9'))) return std::nullopt;
  if (const Json* position = find(path)) return plain_text((*position)["quantity"]);
  const std::size_t point = path.rfind('.');
  if (point != std::string_view::npos) {
    const std::string_view field = path.substr(point + 1);
    if (const Json* position = find(path.substr(0, point))) return field_text(*position, field);
    // Of what is not held every field is absent; a share class ("BRK.B") is no field.
    if (!field.empty() && field.front() >= 'a' && field.front() <= 'z') return std::string(value_none);
  }
  return "0";
}

bool is_timestamp(std::string_view text) {
  return text.size() >= 20 && text[10] == 'T' && text.back() == 'Z';
}

std::string without_trailing_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

/// An expected time has the form of the clock's, or of its end: "09:30", "09:30:00", "2026-03-02T09:30:00".
bool time_matches(std::string_view actual, std::string_view expected) {
  const Result<Timestamp> moment = parse_timestamp(actual);
  if (!moment) return false;
  std::string shown = new_york_text(*moment);
  std::string wanted(expected);
  std::ranges::replace(wanted, 'T', ' ');
  if (wanted.find(' ') == std::string::npos) shown.erase(0, 11);
  if (std::ranges::count(wanted, ':') == 1) wanted += ":00";
  return shown == without_trailing_zeros(wanted);
}

bool holds(std::strong_ordering order, Comparison comparison) {
  switch (comparison) {
    case Comparison::equal:
      return order == 0;
    case Comparison::not_equal:
      return order != 0;
    case Comparison::less:
      return order < 0;
    case Comparison::less_or_equal:
      return order <= 0;
    case Comparison::greater:
      return order > 0;
    case Comparison::greater_or_equal:
      return order >= 0;
  }
  return false;
}

std::strong_ordering compare(WideNumber left, WideNumber right) {
  if (left == right) return std::strong_ordering::equal;
  return left < right ? std::strong_ordering::less : std::strong_ordering::greater;
}

}  // namespace

std::optional<std::string> field_text(const Json& answer, std::string_view path) {
  if (answer.is_array()) return list_field(answer, path);
  if (!answer.is_object()) return std::nullopt;
  if (const auto found = answer.find(std::string(path)); found != answer.end()) return text_of_value(*found);
  if (answer.contains("positions")) return position_field(answer["positions"], path);
  const std::size_t point = path.find('.');
  if (point == std::string_view::npos) return std::nullopt;
  const auto outer = answer.find(std::string(path.substr(0, point)));
  if (outer == answer.end()) return std::nullopt;
  return field_text(*outer, path.substr(point + 1));
}

std::vector<std::string> field_names(const Json& answer) {
  std::vector<std::string> names;
  if (answer.is_array()) {
    names = {"count", "1.FIELD"};
    if (!answer.empty() && std::ranges::all_of(answer, is_trade)) names.emplace_back("trades");
  }
  if (answer.is_object()) {
    for (const auto& [name, value] : answer.items())
      names.push_back(name);
  }
  return names;
}

Result<bool> matches(std::string_view actual, Comparison comparison, std::string_view expected) {
  const bool equality = comparison == Comparison::equal || comparison == Comparison::not_equal;
  const bool wanted = comparison != Comparison::not_equal;
  if (equality) {
    if (expected == value_unknown) return false;
    if (expected == value_any) return (actual != value_none) == wanted;
    if (actual == expected) return wanted;
  }
  const std::size_t sign = expected.find(tolerance_sign);
  const std::optional<WideNumber> is = parse_number(actual);
  const std::optional<WideNumber> limit = parse_number(expected.substr(0, sign));
  if (sign != std::string_view::npos) {
    const std::optional<WideNumber> tolerance = parse_number(expected.substr(sign + tolerance_sign.size()));
    if (!equality || !limit || !tolerance) {
      return fail(ErrorCode::usage, "not a value with a tolerance: '" + std::string(expected) + "'",
                  "such as average_price=150.10+-0.05");
    }
    if (!is) return !wanted;
    return (*is >= *limit - *tolerance && *is <= *limit + *tolerance) == wanted;
  }
  if (is && limit) return holds(compare(*is, *limit), comparison);
  if (equality) {
    if (is_timestamp(actual) && !is_timestamp(expected)) return time_matches(actual, expected) == wanted;
    return !wanted;
  }
  if (!limit) {
    return fail(ErrorCode::usage, "not a number: '" + std::string(expected) + "'",
                "only numbers are less or greater");
  }
  return false;
}

std::string_view sign_of(Comparison comparison) {
  static constexpr std::array<std::string_view, 6> signs{"=", "!=", "<", "<=", ">", ">="};
  return signs[static_cast<std::size_t>(comparison)];
}

std::string shown_value(std::string_view actual) {
  if (!is_timestamp(actual)) return std::string(actual);
  const Result<Timestamp> moment = parse_timestamp(actual);
  if (!moment) return std::string(actual);
  std::string text = new_york_text(*moment);
  std::ranges::replace(text, ' ', 'T');
  return text;
}

}  // namespace trade::scenario
