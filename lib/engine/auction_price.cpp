#include "engine/auction_price.hpp"

#include <algorithm>
#include <cstdlib>
#include <tuple>

namespace trade::engine {

namespace {

/// The prices at which both sides may trade at all.
struct Range {
  std::int64_t lowest_sell = price_units_max + 1;
  std::int64_t highest_buy = 0;
};

Range range_of(const std::vector<AuctionInterest>& interest) {
  Range range;
  for (const AuctionInterest& one : interest) {
    if (one.sells != 0) range.lowest_sell = std::min(range.lowest_sell, one.price.units);
    if (one.buys != 0) range.highest_buy = std::max(range.highest_buy, one.price.units);
  }
  return range;
}

}  // namespace

AuctionFigures auction_price(std::vector<AuctionInterest>& interest, Price tick, Price reference) {
  const auto [lowest, highest] = range_of(interest);
  if (lowest > highest) return {};
  const std::int64_t target = reference ? reference.units : lowest + (highest - lowest) / 2;
  interest.push_back({{std::clamp(target / tick.units * tick.units, lowest, highest)}});
  std::ranges::sort(interest, {}, &AuctionInterest::price);

  std::int64_t wanted = 0;
  for (const AuctionInterest& one : interest)
    wanted += one.buys;
  std::int64_t offered = 0;
  AuctionFigures best;
  // Better is less: no volume is too little, so it never wins.
  std::tuple<std::int64_t, std::int64_t, std::int64_t> best_rank{0, 0, 0};
  for (std::size_t at = 0; at < interest.size();) {
    const Price price = interest[at].price;
    std::int64_t buys = 0;
    bool named = false;
    for (; at < interest.size() && interest[at].price == price; ++at) {
      buys += interest[at].buys;
      offered += interest[at].sells;
      named = named || interest[at].named;
    }
    const std::int64_t volume = std::min(wanted, offered);
    const std::int64_t surplus = wanted - offered;
    const std::tuple rank{-volume, std::abs(surplus), std::abs(price.units - target)};
    if (named && volume > 0 && rank < best_rank) {
      best_rank = rank;
      best = {.price = price, .volume = {volume}, .imbalance = {std::abs(surplus)}, .imbalance_side = {}};
      if (surplus != 0) best.imbalance_side = surplus > 0 ? Side::buy : Side::sell;
    }
    wanted -= buys;
  }
  return best;
}

}  // namespace trade::engine
