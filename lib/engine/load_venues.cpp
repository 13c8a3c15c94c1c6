// Reading a saved state back: venues, the trades that they told of, and what is known of the orders there.
#include <utility>

#include "engine/loader.hpp"

namespace trade {

std::string Engine::State::Loader::read_printable(std::size_t bytes_max, const char* what) {
  const std::string_view text = reader_.read_text();
  bool fits = text.size() <= bytes_max;
  for (const char c : text)
    fits = fits && c >= ' ' && c <= '~';
  return require(fits, what) ? std::string(text) : std::string();
}

void Engine::State::Loader::read_venues() {
  const auto count = reader_.read<std::uint32_t>();
  if (!require(count != 0 && count <= engine::venues_max, "venues")) return;
  for (std::uint32_t read = 0; read < count; ++read) {
    engine::Venue venue;
    const Result<VenueName> name = parse_venue_name(reader_.read_text());
    if (!require(name.has_value() && !state_.routing_.find(name->view()), "venue")) return;
    venue.name = *name;
    venue.clearing_account = {reader_.read<std::uint32_t>()};
    venue.when_down = read_enum<WhenVenueDown>("venue");
    venue.session_up = read_bool("venue");
    venue.removed = read_bool("venue");
    if (with_numbers_) {
      venue.told.outbox = reader_.read<std::uint64_t>();
      venue.told.value = reader_.read<std::uint64_t>();
      require(engine::is_well_formed(venue.told), "number of what a venue told");
    }
    const bool clears = state_.accounts_.contains(venue.clearing_account) &&
                        state_.accounts_[venue.clearing_account].type == AccountType::clearing;
    if (!require(clears, "venue's clearing account")) return;
    state_.routing_.add(venue);
  }
  // Without any it would have been saved without them.
  require(with_numbers_ == state_.routing_.has_numbers(), "number of what a venue told");
  for (SymbolId id{1}; state_.symbols_.contains(id) && good(); ++id.value) {
    const VenueId venue{reader_.read<std::uint8_t>()};
    const bool routes = state_.routing_.contains(venue) && !state_.routing_[venue].removed;
    if (require(!venue || routes, "symbol's route"))
      state_.symbols_[id].venue = static_cast<std::uint8_t>(venue.value);
  }
  state_.venue_shortfall_ = {read_within(0, engine::venue_shortfall_units_max, "what venues left short")};
  read_executions();
}

void Engine::State::Loader::read_executions() {
  const auto count = reader_.read<std::uint64_t>();
  std::pair<VenueId, std::string> last;
  for (std::uint64_t read = 0; read < count && good(); ++read) {
    std::pair<VenueId, std::string> key;
    key.first = {reader_.read<std::uint32_t>()};
    key.second = read_printable(execution_id_bytes_max, "execution");
    if (!require(state_.routing_.contains(key.first) && !key.second.empty() && key > last, "execution"))
      return;
    engine::Execution execution;
    execution.order = {reader_.read<std::uint64_t>()};
    execution.trade = {reader_.read<std::uint64_t>()};
    execution.price = {read_within(1, price_units_max, "execution")};
    execution.quantity = {read_within(1, order_quantity_max, "execution")};
    execution.day = reader_.read<std::uint32_t>();
    execution.busted = read_bool("execution");
    if (!require(execution.order && execution.order.value < next_order_ && execution.trade &&
                     execution.trade < state_.next_trade_ && execution.day <= state_.today_,
                 "execution")) {
      return;
    }
    state_.routing_.add_execution(key.first, key.second, execution);
    last = std::move(key);
  }
}

/// What is known of it at its venue; the order itself was read.
void Engine::State::Loader::read_routed(const Order& order) {
  const bool is_routed = read_bool("routed order");
  // Of one that has ended, its symbol's route may be another by now.
  const bool is_due = order.open() && state_.symbols_[order.symbol].is_routed();
  if (!require(is_routed == is_due || (is_routed && !order.open()), "routed order") || !is_routed) return;
  const VenueId venue{reader_.read<std::uint32_t>()};
  if (!require(state_.routing_.contains(venue) &&
                   (!order.open() || state_.symbols_[order.symbol].venue == venue.value),
               "routed order's venue")) {
    return;
  }
  engine::RoutedOrder& routed = state_.routing_.add(order.id, venue);
  routed.state = read_enum<VenueState>("routed order's state");
  routed.acknowledged = read_bool("routed order");
  routed.requests = reader_.read<std::uint32_t>();
  routed.pending = reader_.read<std::uint32_t>();
  const auto pending_kind = reader_.read<std::uint8_t>();
  require(pending_kind == 0 || value_numbered<VenueRequestKind>(pending_kind), "routed order's request");
  routed.pending_kind = static_cast<VenueRequestKind>(pending_kind);
  const auto cancel_reason = reader_.read<std::uint8_t>();
  require(cancel_reason == 0 || value_numbered<CancelReason>(cancel_reason), "routed order's request");
  routed.cancel_reason = static_cast<CancelReason>(cancel_reason);
  routed.wanted.quantity = {read_within(0, order_quantity_max, "routed order's request")};
  routed.wanted.limit_price = {read_within(0, price_units_max, "routed order's request")};
  routed.wanted.stop_price = {read_within(0, price_units_max, "routed order's request")};
  routed.wanted.reserve_price = {read_within(0, price_units_max, "routed order's request")};
  routed.client_order_id = read_printable(client_order_id_bytes_max, "routed order's request");
  routed.extra_shares = {read_within(0, order_quantity_max, "routed order's claims")};
  routed.extra_money = {read_within(0, engine::deficit_total_units_max, "routed order's claims")};
  routed.counted = {read_within(0, order_quantity_max, "routed order's executions")};
  routed.venue_order_id = read_printable(venue_order_id_bytes_max, "routed order's id there");
  const bool replaces = routed.pending != 0 && routed.pending_kind == VenueRequestKind::replace;
  require((routed.state == VenueState::ended) == !order.open() &&
              (routed.state != VenueState::held || routed.requests == 0) &&
              routed.pending <= routed.requests &&
              (routed.pending == 0 || routed.pending_kind != VenueRequestKind{}),
          "routed order's state");
  require(replaces || (!routed.extra_shares && !routed.extra_money), "routed order's claims");
  require(!replaces || routed.wanted.quantity, "routed order's request");
}

void Engine::State::Loader::check_routed_order(const Order& order) {
  require(!order.waiting && !order.beside_book && order.auction_place == engine::AuctionPlace::none &&
              !order.is_linked() && !order.trails(),
          "open routed order");
  const OrderStatus traded =
      order.filled_shares != 0 ? OrderStatus::partially_filled : OrderStatus::submitted;
  require(order.status == traded || (order.status == OrderStatus::pending && order.filled_shares == 0),
          "open order's status");
}

}  // namespace trade
