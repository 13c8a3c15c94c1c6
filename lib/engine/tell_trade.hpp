// Telling a trade, of matching as of an auction: in one place, and made part of both.
#pragma once

#include "engine/state.hpp"

namespace trade {

inline void Engine::State::tell_trade(const Order& taker, const Order& maker, Price price, Quantity quantity,
                                      bool maker_refreshes, const std::optional<AuctionLegs>& legs) {
  log_.emit<TradeExecuted>([&] {
    return TradeExecuted{.trade = next_trade_,
                         .symbol = taker.symbol,
                         .price = price,
                         .quantity = quantity,
                         .taker_side = taker.side,
                         .maker_order = maker.id,
                         .maker_account = maker.account,
                         .maker_leaves = maker.leaves(),
                         .taker_order = taker.id,
                         .taker_account = taker.account,
                         .taker_leaves = taker.leaves(),
                         .maker_refreshes = maker_refreshes,
                         .in_auction = legs.has_value(),
                         .legs = legs.value_or(AuctionLegs{})};
  });
  ++next_trade_.value;
}

}  // namespace trade
