// Price, quantity and money: integers, each a type of its own, so that none is mistaken for another and no
// rounding ever happens. The unit of price and money is 1/10000 of a dollar.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace trade {

/// Ten-thousandths in a dollar: the scale of Price and Money.
constexpr std::int64_t units_per_dollar = 10'000;

/// The highest price there is, 200,000.0000 (as in Nasdaq's ITCH 5.0: "maximum price … 200,000.0000").
constexpr std::int64_t price_units_max = 200'000 * units_per_dollar;

/// The largest quantity of one order. Price times quantity of one order always fits in Money.
constexpr std::int64_t order_quantity_max = 1'000'000'000;

/// Price of one share in 1/10000 dollar. Zero means "none" where a price is optional.
struct Price {
  std::int64_t units = 0;

  constexpr auto operator<=>(const Price&) const = default;
  constexpr explicit operator bool() const { return units != 0; }
};

/// Whole shares. May be negative only where a position may.
struct Quantity {
  std::int64_t shares = 0;

  constexpr auto operator<=>(const Quantity&) const = default;
  constexpr explicit operator bool() const { return shares != 0; }
  constexpr Quantity operator-() const { return {-shares}; }
  constexpr Quantity& operator+=(Quantity other) { return *this = *this + other; }
  constexpr Quantity& operator-=(Quantity other) { return *this = *this - other; }
  friend constexpr Quantity operator+(Quantity left, Quantity right);
  friend constexpr Quantity operator-(Quantity left, Quantity right);
};

/// An amount of money in 1/10000 dollar, of either sign.
struct Money {
  std::int64_t units = 0;

  constexpr auto operator<=>(const Money&) const = default;
  constexpr explicit operator bool() const { return units != 0; }
  constexpr Money operator-() const { return {-units}; }
  constexpr Money& operator+=(Money other) { return *this = *this + other; }
  constexpr Money& operator-=(Money other) { return *this = *this - other; }
  friend constexpr Money operator+(Money left, Money right);
  friend constexpr Money operator-(Money left, Money right);
};

namespace detail {
/// Called when an addition of money or shares leaves 64 bits: a bug, since every input is bounded. Aborts.
[[noreturn]] void arithmetic_overflow(const char* operation);

constexpr std::int64_t checked_add(std::int64_t left, std::int64_t right, const char* operation) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(left, right, &sum)) [[unlikely]]
    arithmetic_overflow(operation);
  return sum;
}
constexpr std::int64_t checked_subtract(std::int64_t left, std::int64_t right, const char* operation) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(left, right, &difference)) [[unlikely]]
    arithmetic_overflow(operation);
  return difference;
}
constexpr std::int64_t checked_multiply(std::int64_t left, std::int64_t right, const char* operation) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(left, right, &product)) [[unlikely]]
    arithmetic_overflow(operation);
  return product;
}
}  // namespace detail

constexpr Quantity operator+(Quantity left, Quantity right) {
  return {detail::checked_add(left.shares, right.shares, "shares + shares")};
}
constexpr Quantity operator-(Quantity left, Quantity right) {
  return {detail::checked_subtract(left.shares, right.shares, "shares - shares")};
}
constexpr Money operator+(Money left, Money right) {
  return {detail::checked_add(left.units, right.units, "money + money")};
}
constexpr Money operator-(Money left, Money right) {
  return {detail::checked_subtract(left.units, right.units, "money - money")};
}

/// Price times quantity. Within the bounds of one order it cannot overflow; beyond, it aborts.
constexpr Money operator*(Price price, Quantity quantity) {
  return {detail::checked_multiply(price.units, quantity.shares, "price * shares")};
}

/// `amount * numerator / denominator` with a 128-bit intermediate, rounded towards minus infinity.
/// Nothing when the result does not fit or the denominator is zero.
std::optional<Money> scale(Money amount, std::int64_t numerator, std::int64_t denominator);

/// Exact total divided by shares, rounded half away from zero to 1/10000 dollar: for showing averages only.
/// Zero when there are no shares.
Price average_price(Money total, Quantity quantity);

/// Two to four decimals: "150.00", "0.1234", "-12.50".
std::string format_price(Price price);
std::string format_money(Money money);
std::string format_quantity(Quantity quantity);

/// Decimal dollars with at most four decimals, no exponent, no sign; above zero and at most 200,000.
Result<Price> parse_price(std::string_view text);
/// Decimal dollars with at most four decimals, optional leading minus; within ±900 trillion.
Result<Money> parse_money(std::string_view text);
/// A whole number from 1 to `order_quantity_max`.
Result<Quantity> parse_quantity(std::string_view text);

}  // namespace trade
