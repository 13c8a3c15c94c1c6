// The whole state in a defined order: as bytes for a checkpoint, or into a digest.
//
// Layout, little-endian, as ByteWriter writes it:
//   u64 magic, then what write() writes (counts come before what they count), then u64 digest of that.
//   The magic tells whether there are venues, numbers of what they told, and rates of borrowing; where there
//   are none, nothing of them is written.
// Slots, indices and hash tables are not part of it: they follow from what is.
#include <algorithm>
#include <vector>

#include "engine/saved_state.hpp"
#include "engine/state.hpp"

namespace trade {

namespace {

// About what each takes, so that the bytes are seldom copied as they grow. Room that is not written costs
// no memory.
constexpr std::size_t order_bytes = 256;
constexpr std::size_t position_bytes = 64;
constexpr std::size_t account_bytes = 256;
constexpr std::size_t other_bytes = std::size_t{1} << 20;

template <class Sink>
void write_rules(Sink& sink, const FirmRules& rules) {
  sink.write(rules.margin_multiplier_basis_points);
  sink.write(rules.price_collar_basis_points);
  sink.write(rules.day_trading_rule);
  sink.write(rules.pattern_day_trader_equity_min.units);
  sink.write(rules.day_trades_max);
  sink.write(rules.intraday_maintenance_basis_points);
  sink.write(rules.default_position_max.shares);
  sink.write(rules.default_order_quantity_max.shares);
  sink.write(rules.default_order_notional_max.units);
  sink.write(rules.short_margin_basis_points);
  sink.write(rules.short_maintenance_basis_points);
  sink.write(rules.short_sale_trigger_basis_points);
}

template <class Sink>
void write_tier(Sink& sink, const engine::SymbolRecord& symbol) {
  if (!symbol.bands.tier) return sink.write(BandTier{});
  const bool leveraged = symbol.bands.leverage_basis_points != 0;
  const auto tier = static_cast<std::uint8_t>(*symbol.bands.tier);
  sink.write(leveraged ? static_cast<std::uint8_t>(tier | engine::leveraged_tier_bit) : tier);
  if (leveraged) sink.write(symbol.bands.leverage_basis_points);
  sink.write(symbol.bands.doubled);
  const engine::FollowedPrice& followed = *symbol.followed;
  sink.write(followed.since.nanoseconds);
  sink.write(followed.review_at.nanoseconds);
  sink.write(followed.trades.count());
  for (std::uint32_t i = 0; i < followed.trades.count(); ++i) {
    const engine::PriceWindow::Second& second = followed.trades.at(i);
    sink.write(second.second);
    sink.write(second.total);
    sink.write(second.trades);
    sink.write(second.low.units);
    sink.write(second.high.units);
  }
}

std::uint64_t magic_of(engine::SavedLayout layout, const engine::Routing& routing, bool with_rates) {
  if (layout == engine::SavedLayout::without_tiers) return engine::saved_state_without_tiers_magic;
  if (routing.has_numbers())
    return with_rates ? engine::saved_state_with_numbers_and_rates_magic
                      : engine::saved_state_with_numbers_magic;
  if (with_rates)
    return routing.empty() ? engine::saved_state_with_rates_magic
                           : engine::saved_state_with_venues_and_rates_magic;
  return routing.empty() ? engine::saved_state_magic : engine::saved_state_with_venues_magic;
}

}  // namespace

std::uint64_t Engine::State::full_hash(Layout layout) const {
  engine::DigestWriter digest;
  write(digest, layout);
  return digest.finish();
}

void Engine::State::save(ByteWriter& writer, Layout layout) const {
  writer.reserve((std::size_t{orders_.open_count()} + orders_.ended_count()) * order_bytes +
                 accounts_.position_count() * position_bytes + accounts_.count() * account_bytes +
                 other_bytes);
  writer.write(magic_of(layout, routing_, borrow_rates_ != 0));
  engine::DigestingByteWriter both(writer);
  write(both, layout);
  writer.write(both.finish());
}

template <class Sink>
void Engine::State::write(Sink& sink, Layout layout) const {
  sink.write(log_.last_sequence());
  sink.write(log_.now().nanoseconds);
  sink.write(log_.value());
  sink.write(phase_);
  sink.write(market_phase_);
  sink.write(market_kill_switch_);
  sink.write(clock_pace_.running);
  sink.write(clock_pace_.speed_millionths);
  if (layout == Layout::current) {
    sink.write(closes_at_.nanoseconds);
    sink.write(is_near_close_);
  }
  sink.write(trading_date_.days);
  sink.write(today_);
  sink.write(next_trade_.value);
  sink.write(orders_.next_id().value);
  sink.write(accounts_.cash_total().units);
  sink.write(accounts_.deficit_total().units);
  sink.write(transferred_total_.units);
  write_rules(sink, rules_);
  write_symbols(sink, layout);
  write_accounts(sink);
  if (borrow_rates_ != 0 && layout == Layout::current) {
    for (SymbolId id{1}; symbols_.contains(id); ++id.value)
      sink.write(symbols_[id].borrow_rate_basis_points);
  }
  if (!routing_.empty()) write_venues(sink);
  write_orders(sink);
  write_books(sink);
}

template <class Sink>
void Engine::State::write_symbols(Sink& sink, Layout layout) const {
  sink.write(symbols_.count());
  for (SymbolId id{1}; symbols_.contains(id); ++id.value) {
    const SymbolRecord& symbol = symbols_[id];
    sink.write_text(symbol.name.view());
    sink.write(symbol.status);
    sink.write_text(symbol.halt_reason.view());
    sink.write(symbol.previous_close.units);
    sink.write(symbol.last_price.units);
    sink.write(symbol.tick.units);
    sink.write(symbol.lot.shares);
    sink.write(symbol.range_low.units);
    sink.write(symbol.range_high.units);
    sink.write(symbol.phase);
    sink.write(symbol.gathering);
    sink.write(symbol.kill_switch);
    sink.write(symbol.phase_ends_at.nanoseconds);
    sink.write(symbol.indicated.price.units);
    sink.write(symbol.indicated.volume.shares);
    sink.write(symbol.indicated.imbalance.shares);
    sink.write(symbol.indicated.imbalance_side.value_or(Side{}));
    sink.write(symbol.bands.basis_points);
    sink.write(symbol.bands.pause_seconds);
    sink.write(symbol.bands.reference.units);
    sink.write(symbol.bands.lower.units);
    sink.write(symbol.bands.upper.units);
    sink.write(symbol.bands.limit_state_seconds);
    if (layout == Layout::current) write_tier(sink, symbol);
    sink.write(symbol.watches_bands);
    sink.write(symbol.bands_moved);
    sink.write(symbol.limit_state);
    sink.write(symbol.easy_to_borrow);
    sink.write(symbol.short_sale_restricted);
    sink.write(symbol.restricted_day);
  }
}

template <class Sink>
void Engine::State::write_accounts(Sink& sink) const {
  sink.write(accounts_.count());
  std::vector<const engine::Position*> positions;
  for (AccountId id{1}; accounts_.contains(id); ++id.value) {
    const engine::Account& account = accounts_[id];
    const engine::AccountDetail& detail = accounts_.detail(id);
    sink.write_text(detail.name.view());
    sink.write(account.type);
    sink.write(account.status);
    sink.write(account.kill_switch);
    sink.write(detail.created_at.nanoseconds);
    sink.write(account.cash.units);
    sink.write(account.reserved.units);
    sink.write(account.changed_at);
    sink.write(account.position_max.shares);
    sink.write(account.order_quantity_max.shares);
    sink.write(account.order_notional_max.units);
    sink.write(account.self_trade_prevention);
    sink.write(detail.counted_day);
    for (const std::uint32_t count : detail.day_trades)
      sink.write(count);

    // Their list is in the order in which they came to be, which matters to nothing.
    positions.clear();
    accounts_.for_each_position(id,
                                [&](const engine::Position& position) { positions.push_back(&position); });
    std::ranges::sort(positions, {}, &engine::Position::symbol);
    sink.write(static_cast<std::uint32_t>(positions.size()));
    for (const engine::Position* position : positions) {
      sink.write(position->symbol.value);
      sink.write(position->shares.shares);
      sink.write(position->open_buys.shares);
      sink.write(position->promised.shares);
      sink.write(position->transferred_cost.units);
      sink.write(position->bought_day);
      sink.write(position->bought_since_day_trade);
      sink.write(position->shorted_day);
      sink.write(position->shorted_since_day_trade);
    }
  }
  // What orders hold of them follows from the orders.
  sink.write(static_cast<std::uint32_t>(locates_.all().size()));
  for (const auto& [key, locate] : locates_.all()) {
    sink.write(key.first.value);
    sink.write(key.second.value);
    sink.write(locate.granted.shares);
    sink.write(locate.used.shares);
    sink.write(locate.expires_at.nanoseconds);
  }
}

template <class Sink>
void Engine::State::write_venues(Sink& sink) const {
  sink.write(routing_.count());
  const bool with_numbers = routing_.has_numbers();
  for (VenueId id{1}; routing_.contains(id); ++id.value) {
    const engine::Venue& venue = routing_[id];
    sink.write_text(venue.name.view());
    sink.write(venue.clearing_account.value);
    sink.write(venue.when_down);
    sink.write(venue.session_up);
    sink.write(venue.removed);
    if (!with_numbers) continue;
    sink.write(venue.told.outbox);
    sink.write(venue.told.value);
  }
  for (SymbolId id{1}; symbols_.contains(id); ++id.value)
    sink.write(symbols_[id].venue);
  sink.write(venue_shortfall_.units);
  sink.write(std::uint64_t{routing_.executions().size()});
  for (const auto& [key, execution] : routing_.executions()) {
    sink.write(key.first.value);
    sink.write_text(key.second);
    sink.write(execution.order.value);
    sink.write(execution.trade.value);
    sink.write(execution.price.units);
    sink.write(execution.quantity.shares);
    sink.write(execution.day);
    sink.write(execution.busted);
  }
}

template <class Sink>
void Engine::State::write_routed(Sink& sink, const Order& order) const {
  const engine::RoutedOrder* const routed = routing_.order(order.id);
  sink.write(routed != nullptr);
  if (routed == nullptr) return;
  sink.write(routed->venue.value);
  sink.write(routed->state);
  sink.write(routed->acknowledged);
  sink.write(routed->requests);
  sink.write(routed->pending);
  sink.write(routed->pending_kind);
  sink.write(routed->cancel_reason);
  sink.write(routed->wanted.quantity.shares);
  sink.write(routed->wanted.limit_price.units);
  sink.write(routed->wanted.stop_price.units);
  sink.write(routed->wanted.reserve_price.units);
  sink.write_text(routed->client_order_id);
  sink.write(routed->extra_shares.shares);
  sink.write(routed->extra_money.units);
  sink.write(routed->counted.shares);
  sink.write_text(routed->venue_order_id);
}

template <class Sink>
void Engine::State::write_orders(Sink& sink) const {
  sink.write(orders_.open_count());
  orders_.for_each([&](OrderSlot slot) {
    if (orders_[slot].open()) write_order(sink, orders_[slot]);
  });
  sink.write(orders_.ended_count());
  orders_.for_each_ended([&](OrderSlot slot) { write_order(sink, orders_[slot]); });
}

template <class Sink>
void Engine::State::write_order(Sink& sink, const Order& order) const {
  sink.write(order.id.value);
  sink.write(order.account.value);
  sink.write(order.symbol.value);
  sink.write(order.status);
  sink.write(order.side);
  sink.write(order.type);
  sink.write(order.time_in_force);
  sink.write(order.waiting);
  sink.write(order.auction_place);
  sink.write(order.reject_reason);
  sink.write(order.cancel_reason);
  sink.write(order.quantity.shares);
  sink.write(order.limit_price.units);
  sink.write(order.stop_price.units);
  sink.write(order.reserve_units);
  sink.write(order.filled_shares);
  sink.write(order.filled_notional.units);
  sink.write(order.created_at.nanoseconds);
  sink.write(order.updated_at.nanoseconds);
  sink.write(order.instruction_bits);
  sink.write(order.beside_book);
  sink.write(order.display_shares);
  sink.write(order.minimum_shares);
  sink.write(order.trail);
  sink.write(order.trail_reference);
  sink.write(order.expires_at.nanoseconds);
  sink.write(order.link_bits);
  sink.write(order.short_bits);
  const auto capped = capped_.find(order.id);
  sink.write(capped == capped_.end() ? std::int64_t{0} : capped->second.price.units);
  sink.write(session_of(order.id).value);
  std::uint8_t ids = 0;
  for (ClientIdIndex at = order.client_id; at != 0; at = client_ids_[at].older)
    ++ids;
  sink.write(ids);
  for (ClientIdIndex at = order.client_id; at != 0; at = client_ids_[at].older) {
    const engine::ClientId& id = client_ids_[at];
    sink.write_text(client_ids_.text(at));
    sink.write(id.placed);
    sink.write(id.known);
    sink.write(id.content.symbol.value);
    sink.write(id.content.side);
    sink.write(id.content.type);
    sink.write(id.content.time_in_force);
    sink.write(id.content.quantity.shares);
    sink.write(id.content.limit_price.units);
    sink.write(id.content.stop_price.units);
    sink.write(id.instructions_digest);
  }
  if (!routing_.empty()) write_routed(sink, order);
}

template <class Sink>
void Engine::State::write_books(Sink& sink) const {
  for (SymbolId id{1}; symbols_.contains(id); ++id.value) {
    const Book& book = symbols_[id].book;
    sink.write(book.order_count());
    for (const Side side : {Side::buy, Side::sell}) {
      book.for_each_order(side, [&](BookOrderKey slot, Price price, Quantity leaves) {
        sink.write(orders_[slot].id.value);
        sink.write(price.units);
        sink.write(leaves.shares);
      });
    }
    const engine::AuctionOrders& market_orders = symbols_[id].market_orders;
    sink.write(static_cast<std::uint32_t>(market_orders.size()));
    for (const engine::AuctionOrders::Entry& entry : market_orders) {
      sink.write(entry.id.value);
      sink.write(entry.worst_price.units);
    }
  }
}

}  // namespace trade
