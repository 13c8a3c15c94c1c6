#include "format/ratio.hpp"

#include "model/numbers.hpp"

namespace trade::format {

namespace {

constexpr std::int64_t basis_points_per_unit = 10'000;
constexpr std::int64_t basis_points_per_percent = 100;
constexpr std::int64_t basis_points_max = 1'000 * basis_points_per_percent;

static_assert(basis_points_per_unit == units_per_dollar, "ratios are read and written as amounts are");

}  // namespace

std::string format_ratio(std::int64_t basis_points) {
  return format_money(Money{basis_points});
}

std::string format_percent(std::int64_t basis_points) {
  std::string text = std::to_string(basis_points / basis_points_per_percent);
  if (const std::int64_t fraction = basis_points % basis_points_per_percent; fraction != 0) {
    text += '.';
    text += static_cast<char>('0' + fraction / 10);
    if (fraction % 10 != 0) text += static_cast<char>('0' + fraction % 10);
  }
  return text + '%';
}

Result<std::int64_t> parse_ratio(std::string_view text) {
  std::string_view number = text;
  if (number.ends_with('x')) number.remove_suffix(1);
  const Result<Money> value = parse_money(number);
  if (!value || value->units <= 0 || value->units > basis_points_max) {
    return fail(ErrorCode::usage, "not a factor: '" + std::string(text.substr(0, 40)) + "'",
                "write a number above zero with at most four decimals: 2.0");
  }
  return value->units;
}

Result<std::int64_t> parse_percent(std::string_view text) {
  const auto bad = [&] {
    return fail(ErrorCode::usage, "not a percentage: '" + std::string(text.substr(0, 40)) + "'",
                "write it from 0% to 1000%, with at most two decimals: 12.5%");
  };
  if (!text.ends_with('%')) return bad();
  const Result<Money> value = parse_money(text.substr(0, text.size() - 1));
  if (!value || value->units < 0 || value->units % basis_points_per_percent != 0) return bad();
  const std::int64_t basis_points = value->units / basis_points_per_percent;
  if (basis_points > basis_points_max) return bad();
  return basis_points;
}

}  // namespace trade::format
