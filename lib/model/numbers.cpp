#include "model/numbers.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/assert.hpp"

namespace trade {

namespace detail {
void arithmetic_overflow(const char* operation) {
  assertion_failed("no overflow", __FILE__, __LINE__, operation);
}
}  // namespace detail

namespace {

constexpr std::int64_t money_dollars_max = 900'000'000'000'000;
constexpr std::int64_t money_units_max = money_dollars_max * units_per_dollar;

std::string format_units(std::int64_t units) {
  const bool negative = units < 0;
  // Through unsigned, so that the most negative value has a magnitude.
  const std::uint64_t magnitude =
      negative ? 0 - static_cast<std::uint64_t>(units) : static_cast<std::uint64_t>(units);
  const std::uint64_t fraction = magnitude % units_per_dollar;
  std::string text = negative ? "-" : "";
  text += std::to_string(magnitude / units_per_dollar);
  text += '.';
  text += static_cast<char>('0' + fraction / 1'000);
  text += static_cast<char>('0' + fraction / 100 % 10);
  if (fraction % 100 != 0) {
    text += static_cast<char>('0' + fraction / 10 % 10);
    if (fraction % 10 != 0) text += static_cast<char>('0' + fraction % 10);
  }
  return text;
}

/// Digits, optionally a point and one to four digits. No sign, no spaces, no exponent. What is beyond
/// `money_units_max`, as every range is, need not be exact.
std::optional<std::int64_t> parse_units(std::string_view text) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  if (whole.empty() || whole.size() > 15) return std::nullopt;
  std::int64_t units = 0;
  for (const char character : whole) {
    if (character < '0' || character > '9') return std::nullopt;
    units = units * 10 + (character - '0');
  }
  // Fifteen digits are more than 64 bits hold of the units.
  units = std::min(units, money_dollars_max + 1) * units_per_dollar;
  if (point == std::string_view::npos) return units;
  const std::string_view fraction = text.substr(point + 1);
  if (fraction.empty() || fraction.size() > 4) return std::nullopt;
  std::int64_t scale_units = units_per_dollar;
  for (const char character : fraction) {
    if (character < '0' || character > '9') return std::nullopt;
    scale_units /= 10;
    units += (character - '0') * scale_units;
  }
  return units;
}

std::string quoted(std::string_view text) {
  return "'" + std::string(text.substr(0, 40)) + "'";
}

}  // namespace

std::optional<Money> scale(Money amount, std::int64_t numerator, std::int64_t denominator) {
  if (denominator == 0) return std::nullopt;
  __extension__ using Wide = __int128;
  const Wide product = static_cast<Wide>(amount.units) * numerator;
  Wide quotient = product / denominator;
  if (product % denominator != 0 && ((product < 0) != (denominator < 0))) --quotient;
  if (quotient > std::numeric_limits<std::int64_t>::max() ||
      quotient < std::numeric_limits<std::int64_t>::min()) {
    return std::nullopt;
  }
  return Money{static_cast<std::int64_t>(quotient)};
}

Price average_price(Money total, Quantity quantity) {
  if (quantity.shares == 0) return {};
  __extension__ using Wide = __int128;
  const bool negative = (total.units < 0) != (quantity.shares < 0);
  const Wide magnitude = total.units < 0 ? -static_cast<Wide>(total.units) : static_cast<Wide>(total.units);
  const Wide shares =
      quantity.shares < 0 ? -static_cast<Wide>(quantity.shares) : static_cast<Wide>(quantity.shares);
  const auto rounded = static_cast<std::int64_t>((magnitude + shares / 2) / shares);
  return {negative ? -rounded : rounded};
}

std::string format_price(Price price) {
  return format_units(price.units);
}
std::string format_money(Money money) {
  return format_units(money.units);
}
std::string format_quantity(Quantity quantity) {
  return std::to_string(quantity.shares);
}

Result<Price> parse_price(std::string_view text) {
  const std::optional<std::int64_t> units = parse_units(text);
  if (!units) {
    return fail(ErrorCode::usage, "not a price: " + quoted(text),
                "write dollars with at most four decimals: 150.25");
  }
  if (*units <= 0 || *units > price_units_max) {
    return fail(ErrorCode::usage, "price out of range: " + quoted(text), "it must be from 0.0001 to 200000");
  }
  return Price{*units};
}

Result<Money> parse_money(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  const std::optional<std::int64_t> units = parse_units(negative ? text.substr(1) : text);
  if (!units) {
    return fail(ErrorCode::usage, "not an amount: " + quoted(text),
                "write dollars with at most four decimals: 10000.50");
  }
  if (*units > money_units_max) {
    return fail(ErrorCode::usage, "amount out of range: " + quoted(text),
                "it must be at most 900 trillion dollars");
  }
  return Money{negative ? -*units : *units};
}

Result<Quantity> parse_quantity(std::string_view text) {
  std::int64_t shares = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), shares);
  if (text.empty() || error == std::errc::invalid_argument || end != text.data() + text.size()) {
    return fail(ErrorCode::usage, "not a quantity: " + quoted(text), "write whole shares: 100");
  }
  if (error == std::errc::result_out_of_range || shares < 1 || shares > order_quantity_max) {
    return fail(ErrorCode::usage, "quantity out of range: " + quoted(text),
                "it must be from 1 to 1000000000");
  }
  return Quantity{shares};
}

}  // namespace trade
