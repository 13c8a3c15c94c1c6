#include "model/borrow_fee.hpp"

#include <algorithm>
#include <limits>

namespace trade {

namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t collateral_percent = 102;
constexpr std::int64_t days_in_year = 360;
constexpr std::int64_t basis_points = 10'000;
constexpr std::int64_t cents_in_dollar = 100;
constexpr std::int64_t units_in_cent = units_per_dollar / cents_in_dollar;

}  // namespace

Money borrow_fee(Quantity shares, Price close, std::int64_t rate_basis_points, std::int64_t days) {
  constexpr std::int64_t percent_of_dollar = 100 * units_per_dollar;
  const std::int64_t collateral_dollars =
      (close.units * collateral_percent + percent_of_dollar - 1) / percent_of_dollar;
  // At most 10^12 * 204,000 * 100 * 10^5 * 2^31, which is below 2^127.
  const Wide dividend = Wide{shares.shares} * collateral_dollars * cents_in_dollar * rate_basis_points * days;
  constexpr std::int64_t divisor = basis_points * days_in_year;
  const Wide cents = (dividend + divisor / 2) / divisor;
  constexpr Wide cents_max = std::numeric_limits<std::int64_t>::max() / units_in_cent;
  return {static_cast<std::int64_t>(std::min(cents, cents_max)) * units_in_cent};
}

}  // namespace trade
