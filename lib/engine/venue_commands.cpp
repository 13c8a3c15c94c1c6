// Venues: which there are, which symbols' orders go to them, and whether they can be spoken to.
#include <string>

#include "engine/state.hpp"

namespace trade {

namespace {

/// What a venue's clearing account is called, as far as a name may be long.
AccountName clearing_account_name(const VenueName& venue) {
  const std::string name = std::string(clearing_account_prefix) + venue.string();
  return *AccountName::make(std::string_view(name).substr(0, AccountName::capacity));
}

}  // namespace

RejectReason Engine::State::refusal(const AddVenue& command) const {
  if (!parse_venue_name(command.name.view()) ||
      !value_numbered<WhenVenueDown>(static_cast<std::uint8_t>(command.when_down))) {
    return RejectReason::invalid_command;
  }
  if (const VenueId known = routing_.find(command.name.view()))
    return routing_[known].removed ? RejectReason::none : RejectReason::venue_exists;
  if (accounts_.find(clearing_account_name(command.name).view())) return RejectReason::account_exists;
  return routing_.count() >= engine::venues_max || accounts_.count() >= capacity_.accounts_max
             ? RejectReason::capacity_reached
             : RejectReason::none;
}

void Engine::State::perform(const AddVenue& command) {
  VenueId id = routing_.find(command.name.view());
  if (id) {
    engine::Venue& venue = routing_[id];
    venue.removed = false;
    venue.session_up = false;
    venue.when_down = command.when_down;
  } else {
    const AccountName name = clearing_account_name(command.name);
    const AccountId account = accounts_.open(name, AccountType::clearing, log_.now());
    accounts_[account].changed_at = log_.next_sequence();
    log_.emit(AccountOpened{.account = account, .name = name, .type = AccountType::clearing});
    // It is for the books alone.
    accounts_[account].status = AccountStatus::suspended;
    log_.emit(AccountStatusChanged{.account = account, .status = AccountStatus::suspended});
    id = routing_.add({.name = command.name, .clearing_account = account, .when_down = command.when_down});
  }
  log_.emit(VenueAdded{.venue = id,
                       .name = command.name,
                       .clearing_account = routing_[id].clearing_account,
                       .when_down = command.when_down});
}

RejectReason Engine::State::refusal(const RemoveVenue& command) const {
  if (!routing_.contains(command.venue) || routing_[command.venue].removed)
    return RejectReason::unknown_venue;
  for (const auto& [id, routed] : routing_.orders()) {
    if (routed.venue == command.venue && routed.state != VenueState::ended) return RejectReason::open_orders;
  }
  for (SymbolId id{1}; symbols_.contains(id); ++id.value) {
    if (symbols_[id].venue == command.venue.value) return RejectReason::open_orders;
  }
  return RejectReason::none;
}

void Engine::State::perform(const RemoveVenue& command) {
  routing_[command.venue].removed = true;
  log_.emit(VenueRemoved{.venue = command.venue});
}

RejectReason Engine::State::refusal(const SetRoute& command) const {
  if (!symbols_.contains(command.symbol)) return RejectReason::unknown_symbol;
  if (command.venue && (!routing_.contains(command.venue) || routing_[command.venue].removed))
    return RejectReason::unknown_venue;
  if (symbols_[command.symbol].venue == command.venue.value) return RejectReason::no_change;
  RejectReason reason = RejectReason::none;
  orders_.for_each([&](OrderSlot slot) {
    if (orders_[slot].open() && orders_[slot].symbol == command.symbol) reason = RejectReason::open_orders;
  });
  return reason;
}

void Engine::State::perform(const SetRoute& command) {
  symbols_[command.symbol].venue = static_cast<std::uint8_t>(command.venue.value);
  log_.emit(RouteChanged{.symbol = command.symbol, .venue = command.venue});
}

RejectReason Engine::State::refusal(const SetVenueSession& command) const {
  if (!routing_.contains(command.venue) || routing_[command.venue].removed)
    return RejectReason::unknown_venue;
  if (!engine::is_well_formed(command.number)) return RejectReason::invalid_command;
  const engine::Venue& venue = routing_[command.venue];
  return venue.was_told(command.number) || venue.session_up == command.up ? RejectReason::no_change
                                                                          : RejectReason::none;
}

void Engine::State::perform(const SetVenueSession& command) {
  routing_[command.venue].take(command.number);
  routing_[command.venue].session_up = command.up;
  log_.emit(VenueSessionChanged{.venue = command.venue, .up = command.up});
  // By ascending id: those that waited go first come, first served.
  for (auto& [id, routed] : routing_.orders()) {
    if (routed.venue != command.venue || routed.state == VenueState::ended) continue;
    const OrderSlot slot = orders_.find(id);
    if (command.up) {
      if (!routed.was_sent()) send_to_venue(slot);
    } else if (routed.was_sent()) {
      routed.state = VenueState::unknown;
      tell_venue_state(orders_[slot], routed);
    }
  }
}

}  // namespace trade
