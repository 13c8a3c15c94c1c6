// What it costs to be short of shares.
#pragma once

#include <cstdint>

#include "model/numbers.hpp"

namespace trade {

/// The highest rate: 1000 % a year.
constexpr std::int64_t borrow_rate_basis_points_max = 100'000;

/// The fee for being short of `shares` over so many calendar days. The rule is that of Interactive Brokers'
/// activity statements ("Borrow Fee Details"), which it calls the industry's convention: the collateral of a
/// share is 102 % of what it closed at, rounded up to the whole dollar, and the fee of a day is a 360th of
/// the yearly rate of it. It is exact until the end, and then rounded to the nearest cent, half a cent up.
///
/// `shares` is from 0 to 10^12, `close` a price, `rate_basis_points` from 0 to
/// `borrow_rate_basis_points_max`, `days` from 0 to 2^31. What is beyond Money comes as the most that Money
/// holds.
Money borrow_fee(Quantity shares, Price close, std::int64_t rate_basis_points, std::int64_t days);

}  // namespace trade
