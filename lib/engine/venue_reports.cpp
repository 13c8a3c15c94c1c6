// What a venue tells of an order: whether it can be, and what follows from it. A report is a fact: it is
// booked as it is told, even where that leaves an account short of cash or shares. What it repeats is refused
// and changes nothing: what the venue tells twice shows in what it tells, and what its session tells twice,
// in the number that it bears. (A status of before a bust, told again, would else book what was undone.)
#include <algorithm>
#include <charconv>
#include <string>

#include "engine/shortfall.hpp"
#include "engine/state.hpp"

namespace trade {

namespace {

bool is_printable(std::string_view text, std::size_t bytes_max) {
  return text.size() <= bytes_max && std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

bool is_in_range(Price price) {
  return price.units >= 0 && price.units <= price_units_max;
}

bool is_in_range(Quantity quantity) {
  return quantity.shares >= 0 && quantity.shares <= order_quantity_max;
}

bool is_well_formed(const VenueReport& report) {
  const bool of_trade = report.kind == VenueReportKind::filled || report.kind == VenueReportKind::corrected;
  const bool of_former = report.kind == VenueReportKind::busted || report.kind == VenueReportKind::corrected;
  return value_numbered<VenueReportKind>(static_cast<std::uint8_t>(report.kind)) &&
         engine::is_well_formed(report.number) && is_printable(report.execution_id, execution_id_bytes_max) &&
         is_printable(report.reference_execution_id, execution_id_bytes_max) &&
         is_printable(report.venue_order_id, venue_order_id_bytes_max) &&
         is_printable(report.text, venue_text_bytes_max) && is_in_range(report.price) &&
         is_in_range(report.stop_price) && is_in_range(report.average_price) &&
         is_in_range(report.quantity) && is_in_range(report.cumulative) && is_in_range(report.leaves) &&
         (!of_trade || (report.quantity && report.price && !report.execution_id.empty())) &&
         (!of_former || !report.reference_execution_id.empty());
}

/// What trades are called that the venue has counted but not told.
std::string counted_execution_prefix(OrderId order) {
  return "status-" + std::to_string(order.value) + "-";
}
std::string counted_execution_id(OrderId order, Quantity cumulative) {
  return counted_execution_prefix(order) + std::to_string(cumulative.shares);
}

/// What one trade costs that brings the total of `filled` to `cumulative` at this average, rounded.
Price price_of_rest(Price average, Quantity cumulative, Money filled, Quantity rest) {
  const engine::WideMoney paid = engine::WideMoney{average.units} * cumulative.shares;
  const engine::WideMoney twice = 2 * (paid - filled.units);
  const engine::WideMoney units = (twice + rest.shares) / (2 * engine::WideMoney{rest.shares});
  return {
      static_cast<std::int64_t>(std::clamp(units, engine::WideMoney{1}, engine::WideMoney{price_units_max}))};
}

/// Whether an order that has ended here is still open at its venue, which can be told to cancel it.
bool is_alive_unawares(const engine::Order& order, const VenueReport& report, bool session_up) {
  return !order.open() && report.leaves && session_up;
}

/// The same, of one that the venue did not know and took after all.
bool is_taken_unawares(const engine::Order& order, const engine::RoutedOrder& routed, bool session_up) {
  return order.status == OrderStatus::rejected && !routed.acknowledged && session_up;
}

/// The execution of the order that a bust or correction means, by its name or as one that only a status told
/// of; nothing: there is none.
std::optional<engine::Undoing> undoing(const engine::Routing& routing, const VenueReport& report,
                                       const engine::Order& order) {
  if (const auto* told = routing.execution(report.venue, report.reference_execution_id)) {
    if (told->order != order.id) return std::nullopt;
    return engine::Undoing{std::string(report.reference_execution_id), *told, {}, {}};
  }
  // The venue names a trade that only a status told of: how many shares it had shows in what is left.
  const bool corrects = report.kind == VenueReportKind::corrected;
  const Quantity remade = corrects ? report.quantity : Quantity{};
  const Quantity undone = order.filled() + remade - report.cumulative;
  if (undone.shares <= 0) return std::nullopt;
  const std::string prefix = counted_execution_prefix(order.id);
  const engine::Routing::Executions& all = routing.executions();
  for (auto at = all.lower_bound(std::pair(report.venue, prefix));
       at != all.end() && at->first.first == report.venue && at->first.second.starts_with(prefix); ++at) {
    const auto& [key, counted] = *at;
    const Quantity rest = counted.quantity - undone;
    if (counted.busted || counted.order != order.id || rest.shares < 0 || (corrects && rest)) continue;
    engine::Undoing found{key.second, counted, rest, counted.price};
    if (rest && report.average_price) {
      found.rest_price = price_of_rest(report.average_price, report.cumulative,
                                       order.filled_notional - counted.price * counted.quantity, rest);
    }
    return found;
  }
  return std::nullopt;
}

std::int64_t lack(Money free) {
  return std::max<std::int64_t>(-free.units, 0);
}

}  // namespace

// --- whether it can be ---

RejectReason Engine::State::decide(const VenueReport& report) const {
  if (!routing_.contains(report.venue)) return RejectReason::unknown_venue;
  if (!is_well_formed(report)) return RejectReason::invalid_command;
  if (routing_[report.venue].was_told(report.number)) return RejectReason::no_change;
  const OrderSlot slot = orders_.find(report.order);
  const engine::RoutedOrder* const routed = routing_.order(report.order);
  if (slot == 0 || routed == nullptr || routed->venue != report.venue) return RejectReason::unknown_order;
  // Of an order that it was never sent a venue has nothing to tell.
  if (!routed->was_sent()) return RejectReason::invalid_command;
  const Order& order = orders_[slot];
  const bool session_up = routing_[report.venue].session_up;
  const auto unless = [](bool repeats) { return repeats ? RejectReason::no_change : RejectReason::none; };
  switch (report.kind) {
    case VenueReportKind::accepted: {
      const bool names = !report.venue_order_id.empty() && report.venue_order_id != routed->venue_order_id;
      return unless(order.open() ? routed->acknowledged && !names
                                 : !is_taken_unawares(order, *routed, session_up));
    }
    case VenueReportKind::filled:
      return decide_fill(report, order, *routed);
    case VenueReportKind::cancelled:
    case VenueReportKind::expired:
    case VenueReportKind::rejected:
    case VenueReportKind::not_known:
      return unless(!order.open());
    case VenueReportKind::replaced: {
      if (!order.open()) return RejectReason::no_change;
      const engine::WantedOrder wanted = replacement_told(order, *routed, report);
      return check_become(order, wanted);
    }
    case VenueReportKind::cancel_rejected:
      return unless(!order.open() || !routed->is_cancelled_by(report.request));
    case VenueReportKind::replace_rejected:
      return unless(!order.open() || !routed->is_replaced_by(report.request));
    case VenueReportKind::busted:
    case VenueReportKind::corrected:
      return decide_bust(report, order, *routed);
    case VenueReportKind::status: {
      const Quantity missing = report.cumulative - order.filled();
      if (missing.shares > 0)
        return check_execution(order, *routed, missing_price(order, report), missing, false);
      return unless(!order.open() && !is_alive_unawares(order, report, session_up));
    }
    case VenueReportKind::unanswered:
      return unless(!order.open() || !routed->awaits(report.request));
  }
  return RejectReason::invalid_command;
}

/// A venue gives an id once a day, and once to the trades of one order.
bool Engine::State::knows_execution(const VenueReport& report) const {
  const engine::Execution* const known = routing_.execution(report.venue, report.execution_id);
  return known != nullptr && (known->order == report.order || known->day + 1 >= today_);
}

RejectReason Engine::State::decide_fill(const VenueReport& report, const Order& order,
                                        const engine::RoutedOrder& routed) const {
  if (knows_execution(report)) return RejectReason::duplicate_execution;
  // A status has told of it before it came by itself.
  if (report.cumulative && report.cumulative <= routed.counted) return RejectReason::duplicate_execution;
  if ((order.filled() + report.quantity).shares > order_quantity_max) return RejectReason::invalid_quantity;
  return check_execution(order, routed, report.price, report.quantity, false);
}

RejectReason Engine::State::decide_bust(const VenueReport& report, const Order& order,
                                        const engine::RoutedOrder& routed) const {
  const bool corrects = report.kind == VenueReportKind::corrected;
  if (corrects && knows_execution(report)) return RejectReason::duplicate_execution;
  const std::optional<engine::Undoing> undone = undoing(routing_, report, order);
  if (!undone) return RejectReason::unknown_execution;
  const engine::Execution& execution = undone->execution;
  if (execution.busted) return RejectReason::duplicate_execution;
  if (corrects) {
    const Quantity filled = order.filled() - execution.quantity + report.quantity;
    if (filled.shares > order_quantity_max) return RejectReason::invalid_quantity;
    const RejectReason reason = check_execution(order, routed, report.price, report.quantity, false);
    if (reason != RejectReason::none) return reason;
  }
  if (undone->rest) {
    const RejectReason reason = check_execution(order, routed, undone->rest_price, undone->rest, false);
    if (reason != RejectReason::none) return reason;
  }
  return check_execution(order, routed, execution.price, execution.quantity, true);
}

RejectReason Engine::State::check_execution(const Order& order, const engine::RoutedOrder& routed,
                                            Price price, Quantity quantity, bool undo) const {
  const AccountId clearing = routing_[routed.venue].clearing_account;
  const bool customer_buys = (order.side == Side::buy) != undo;
  // What is undone of an open order may have to be set aside again.
  const Money again = undo ? order.reserve_price() * quantity : Money{};
  if (RejectReason reason = check_lack(customer_buys ? order.account : clearing, price * quantity);
      reason != RejectReason::none) {
    return reason;
  }
  if (RejectReason reason = check_lack(order.account, again); reason != RejectReason::none) return reason;
  std::uint32_t new_positions = 0;
  const auto stays_in_bounds = [&](AccountId account, Quantity more) {
    const PositionIndex position = accounts_.find_position(account, order.symbol);
    if (position == 0) ++new_positions;
    const Quantity shares = (position == 0 ? Quantity{} : accounts_.position(position).shares) + more;
    return shares.shares >= -engine::position_shares_max && shares.shares <= engine::position_shares_max;
  };
  const bool fits = stays_in_bounds(order.account, customer_buys ? quantity : -quantity) &&
                    stays_in_bounds(clearing, customer_buys ? -quantity : quantity) &&
                    accounts_.position_count() + new_positions <= capacity_.positions_max;
  return fits ? RejectReason::none : RejectReason::capacity_reached;
}

RejectReason Engine::State::check_lack(AccountId id, Money cost) const {
  const engine::Account& account = accounts_[id];
  if (account.type != AccountType::cash)
    return accounts_.may_owe(account, cost) ? RejectReason::none : RejectReason::capacity_reached;
  const std::int64_t more = lack(account.free() - cost) - lack(account.free());
  return venue_shortfall_.units + more <= engine::venue_shortfall_units_max ? RejectReason::none
                                                                            : RejectReason::capacity_reached;
}

RejectReason Engine::State::check_become(const Order& order, const engine::WantedOrder& wanted) const {
  const Money more = reserve_change(order, wanted.quantity, wanted.reserve_price);
  const bool is_sale = order.side == Side::sell && !order.is_short();
  return is_sale || more.units <= 0 ? RejectReason::none : check_lack(order.account, more);
}

engine::WantedOrder Engine::State::as_told(const Order& order, const engine::WantedOrder& base,
                                           Quantity quantity, const VenueReport& report) const {
  engine::WantedOrder told = base;
  if (quantity) told.quantity = quantity;
  if (report.price && wants_limit(order.type)) told.limit_price = report.price;
  if (report.stop_price && wants_stop(order.type)) told.stop_price = report.stop_price;
  if (told.limit_price == base.limit_price && told.stop_price == base.stop_price) return told;
  if (order.side == Side::buy)
    told.reserve_price = reserve_price_of(order.type, told.limit_price, told.stop_price);
  if (order.is_short())
    told.reserve_price = short_reserve_price(symbols_[order.symbol], told.limit_price, told.stop_price);
  return told;
}

engine::WantedOrder Engine::State::replacement_told(const Order& order, const engine::RoutedOrder& routed,
                                                    const VenueReport& report) const {
  const bool answers = routed.is_replaced_by(report.request);
  return as_told(order, answers ? routed.wanted : as_it_is(order), report.quantity, report);
}

Price Engine::State::missing_price(const Order& order, const VenueReport& report) const {
  const Quantity missing = report.cumulative - order.filled();
  if (!report.average_price) {
    if (order.limit_price) return order.limit_price;
    return std::max(symbols_[order.symbol].reference(), Price{1});
  }
  return price_of_rest(report.average_price, report.cumulative, order.filled_notional, missing);
}

// --- what follows from it ---

ApplyResult Engine::State::perform(const VenueReport& report) {
  const RejectReason reason = decide(report);
  if (reason != RejectReason::none) {
    log_.emit(CommandRejected{.reason = reason, .account = {}, .order = report.order});
    return {.reason = reason, .order = report.order};
  }
  routing_[report.venue].take(report.number);
  const OrderSlot slot = orders_.find(report.order);
  const SymbolId symbol = orders_[slot].symbol;
  engine::RoutedOrder& routed = *routing_.order(report.order);
  switch (report.kind) {
    case VenueReportKind::accepted:
      accept_report(slot, routed, report);
      break;
    case VenueReportKind::filled:
      fill_report(slot, routed, report);
      break;
    case VenueReportKind::replaced:
      replace_report(slot, routed, report);
      break;
    case VenueReportKind::cancel_rejected:
    case VenueReportKind::replace_rejected:
      refuse_report(slot, routed, report);
      break;
    case VenueReportKind::busted:
    case VenueReportKind::corrected:
      bust_report(slot, routed, report);
      break;
    case VenueReportKind::status:
      status_report(slot, routed, report);
      break;
    case VenueReportKind::unanswered:
      routed.state = VenueState::unknown;
      tell_venue_state(orders_[slot], routed, "", report.text);
      break;
    default:
      end_report(slot, routed, report);
      break;
  }
  settle_symbol(symbol);
  return {.order = report.order};
}

std::string_view Engine::State::learn_venue_order_id(engine::RoutedOrder& routed, const VenueReport& report) {
  if (report.venue_order_id.empty() || report.venue_order_id == routed.venue_order_id) return {};
  routed.venue_order_id = report.venue_order_id;
  return report.venue_order_id;
}

void Engine::State::acknowledge(Order& order, engine::RoutedOrder& routed) {
  routed.acknowledged = true;
  if (order.status == OrderStatus::pending) order.status = OrderStatus::submitted;
}

void Engine::State::accept_report(OrderSlot slot, engine::RoutedOrder& routed, const VenueReport& report) {
  Order& order = orders_[slot];
  if (!order.open()) {
    routed.acknowledged = true;
    return cancel_survivor(order, routed);
  }
  acknowledge(order, routed);
  const bool is_known_again = routed.state == VenueState::unknown && routed.pending == 0;
  if (routed.state == VenueState::sending || is_known_again) routed.state = VenueState::working;
  tell_venue_state(order, routed, learn_venue_order_id(routed, report), report.text);
  resume(order, routed);
}

void Engine::State::fill_report(OrderSlot slot, engine::RoutedOrder& routed, const VenueReport& report) {
  Order& order = orders_[slot];
  routed.acknowledged = true;
  const bool ends = book_execution(slot, routed, report.price, report.quantity, report.execution_id);
  const std::string_view venue_order_id = learn_venue_order_id(routed, report);
  const bool is_answer = routed.state == VenueState::sending;
  if (is_answer) routed.state = VenueState::working;
  if (ends || is_answer || !venue_order_id.empty()) tell_venue_state(order, routed, venue_order_id);
}

void Engine::State::replace_report(OrderSlot slot, engine::RoutedOrder& routed, const VenueReport& report) {
  Order& order = orders_[slot];
  const bool answers = routed.is_replaced_by(report.request);
  const engine::WantedOrder wanted = replacement_told(order, routed, report);
  if (wanted.quantity <= order.filled())
    return end_routed(slot, CancelReason::replaced_below_filled, &report);
  release_extra(order, routed);
  std::string_view client_order_id;
  if (answers) {
    routed.pending = 0;
    if (!routed.client_order_id.empty()) client_order_id = routing_.keep(routed.client_order_id);
    routed.client_order_id.clear();
  }
  if (wanted != as_it_is(order) || !client_order_id.empty()) become(slot, wanted, client_order_id);
  if (routed.pending != 0 && routed.pending_kind == VenueRequestKind::replace) claim_extra(order, routed);
  const VenueState before = routed.state;
  const OrderStatus status_before = order.status;
  acknowledge(order, routed);
  const bool is_known_again = routed.state == VenueState::unknown && routed.pending == 0;
  if (routed.state == VenueState::sending || is_known_again ||
      (answers && routed.state == VenueState::pending_replace)) {
    routed.state = VenueState::working;
  }
  const std::string_view venue_order_id = learn_venue_order_id(routed, report);
  if (routed.state != before || order.status != status_before || !venue_order_id.empty() ||
      !report.text.empty()) {
    tell_venue_state(order, routed, venue_order_id, report.text);
  }
  resume(order, routed);
}

void Engine::State::refuse_report(OrderSlot slot, engine::RoutedOrder& routed, const VenueReport& report) {
  Order& order = orders_[slot];
  if (report.kind == VenueReportKind::cancel_rejected) {
    routed.cancel_reason = {};
  } else {
    release_extra(order, routed);
    routed.client_order_id.clear();
  }
  routed.pending = 0;
  // What became of an order that is unknown, a status tells.
  if (routed.state != VenueState::unknown)
    routed.state = routed.acknowledged ? VenueState::working : VenueState::sending;
  tell_venue_state(order, routed, learn_venue_order_id(routed, report), report.text);
  resume(order, routed);
}

void Engine::State::end_report(OrderSlot slot, engine::RoutedOrder& routed, const VenueReport& report) {
  Order& order = orders_[slot];
  const bool denies = report.kind == VenueReportKind::rejected || report.kind == VenueReportKind::not_known;
  if (denies && !routed.acknowledged && !order.filled()) {
    close_routed(order, routed);
    order.reject_reason = RejectReason::venue_rejected;
    end(slot, OrderStatus::rejected);
    return tell_venue_state(order, routed, learn_venue_order_id(routed, report), report.text);
  }
  // Its end tells what it had traded, as a status does; end it must, whether or not that can be booked.
  const Quantity missing = report.cumulative - order.filled();
  const bool books = missing.shares > 0 && check_execution(order, routed, missing_price(order, report),
                                                           missing, false) == RejectReason::none;
  if (books && book_missing(slot, routed, report))
    return tell_venue_state(order, routed, learn_venue_order_id(routed, report), report.text);
  CancelReason reason = CancelReason::venue;
  if (report.kind == VenueReportKind::expired) {
    reason = order.time_in_force == TimeInForce::gtd ? CancelReason::expiry : CancelReason::session_end;
  } else if (report.kind == VenueReportKind::cancelled && routed.cancel_reason != CancelReason{}) {
    reason = routed.cancel_reason;
  }
  end_routed(slot, reason, &report);
}

bool Engine::State::book_missing(OrderSlot slot, engine::RoutedOrder& routed, const VenueReport& report) {
  const Order& order = orders_[slot];
  const std::string_view id = routing_.keep(counted_execution_id(order.id, report.cumulative));
  const Quantity missing = report.cumulative - order.filled();
  routed.counted = report.cumulative;
  return book_execution(slot, routed, missing_price(order, report), missing, id);
}

void Engine::State::cancel_survivor(const Order& order, engine::RoutedOrder& routed) {
  request(order, routed, VenueRequestKind::cancel);
  routed.pending = 0;
}

void Engine::State::status_report(OrderSlot slot, engine::RoutedOrder& routed, const VenueReport& report) {
  Order& order = orders_[slot];
  const bool was_open = order.open();
  const bool ends = report.cumulative > order.filled() && book_missing(slot, routed, report);
  if (!was_open && is_alive_unawares(order, report, routing_[routed.venue].session_up))
    return cancel_survivor(order, routed);
  if (!was_open) return;
  if (ends) return tell_venue_state(order, routed, learn_venue_order_id(routed, report), report.text);
  if (!report.leaves) {
    const CancelReason reason =
        routed.cancel_reason != CancelReason{} ? routed.cancel_reason : CancelReason::venue;
    return end_routed(slot, reason, &report);
  }
  reconcile(slot, routed, report);
}

void Engine::State::reconcile(OrderSlot slot, engine::RoutedOrder& routed, const VenueReport& report) {
  Order& order = orders_[slot];
  const bool answers = routed.state == VenueState::sending || routed.state == VenueState::unknown;
  const Quantity whole = report.cumulative + report.leaves;
  engine::WantedOrder now = as_it_is(order);
  std::string_view client_order_id;
  if (answers && routed.pending != 0) {
    // Whether a replace came through shows in what the venue has; a cancel, that did not.
    const auto is_told = [&](const engine::WantedOrder& it) {
      return it.quantity == whole && (!report.price || report.price == it.limit_price) &&
             (!report.stop_price || report.stop_price == it.stop_price);
    };
    if (routed.pending_kind == VenueRequestKind::replace) {
      if (is_told(routed.wanted) && !is_told(now)) {
        now = routed.wanted;
        if (!routed.client_order_id.empty()) client_order_id = routing_.keep(routed.client_order_id);
      }
      release_extra(order, routed);
      routed.client_order_id.clear();
    }
    routed.pending = 0;
  }
  // What it counts of trades that were undone here, it has still to tell.
  const bool replaces = routed.pending != 0 && routed.pending_kind == VenueRequestKind::replace;
  if (report.cumulative == order.filled() && !replaces && whole.shares <= order_quantity_max) {
    const engine::WantedOrder told = as_told(order, now, whole, report);
    if (check_become(order, told) == RejectReason::none) now = told;
  }
  if (now != as_it_is(order) || !client_order_id.empty()) become(slot, now, client_order_id);
  const OrderStatus status_before = order.status;
  acknowledge(order, routed);
  if (answers) routed.state = VenueState::working;
  const std::string_view venue_order_id = learn_venue_order_id(routed, report);
  if (answers || order.status != status_before || !venue_order_id.empty())
    tell_venue_state(order, routed, venue_order_id, report.text);
  resume(order, routed);
}

void Engine::State::bust_report(OrderSlot slot, engine::RoutedOrder& routed, const VenueReport& report) {
  Order& order = orders_[slot];
  const engine::Undoing undoes = *undoing(routing_, report, order);
  const engine::Execution& execution = undoes.execution;
  const AccountId clearing = routing_[routed.venue].clearing_account;
  const bool corrects = report.kind == VenueReportKind::corrected;
  const bool was_counted = undoes.id != report.reference_execution_id;
  const bool was_open = order.open();
  const Quantity undone = execution.quantity;
  const Quantity remade = (corrects ? report.quantity : Quantity{}) + undoes.rest;
  const Quantity leaves_before = order.leaves();
  routing_.execution(report.venue, undoes.id)->busted = true;
  if (was_counted) {
    // The venue may tell of it again by the name that it has there.
    engine::Execution told = execution;
    told.busted = true;
    routing_.add_execution(report.venue, report.reference_execution_id, told);
  }
  undo_execution(order, clearing, execution);
  if (routed.counted) routed.counted = std::max(routed.counted - undone + undoes.rest, Quantity{});
  if (was_open) {
    count_shortfall(order.account, [&] { claim(order, undone); });
    order.status = order.filled_shares != 0 ? OrderStatus::partially_filled : OrderStatus::submitted;
  } else if (order.status == OrderStatus::filled && !corrects) {
    order.status = OrderStatus::cancelled;
    order.cancel_reason = CancelReason::venue;
  }
  log_.emit(
      VenueTradeBusted{.trade = execution.trade,
                       .order = order.id,
                       .account = order.account,
                       .symbol = order.symbol,
                       .venue = routed.venue,
                       .clearing_account = clearing,
                       .side = order.side,
                       .price = execution.price,
                       .quantity = undone,
                       .leaves = was_open ? order.leaves() : Quantity{},
                       .status = order.status,
                       .execution_id = was_counted ? routing_.keep(undoes.id) : report.reference_execution_id,
                       .corrected = corrects || undoes.rest});
  if (was_open) {
    // The shares are wanted again only where the venue still wants them. It has no fewer open than before but
    // for what the correction trades.
    const Quantity most = leaves_before + undone - undoes.rest;
    const Quantity least = corrects ? Quantity{} : leaves_before;
    engine::WantedOrder wanted = as_it_is(order);
    wanted.quantity = order.filled() + std::clamp(report.leaves, least, most) + remade;
    wanted.quantity = std::min(wanted.quantity, Quantity{order_quantity_max});
    if (wanted.quantity != order.quantity) become(slot, wanted, {});
  }
  bool ends = false;
  if (undoes.rest) {
    // By a name that no other count of the order has.
    const std::string id =
        counted_execution_id(order.id, report.cumulative) + "-" + std::to_string(next_trade_.value);
    ends = book_execution(slot, routed, undoes.rest_price, undoes.rest, routing_.keep(id));
  }
  if (corrects) ends = book_execution(slot, routed, report.price, report.quantity, report.execution_id);
  if (ends) tell_venue_state(order, routed, learn_venue_order_id(routed, report), report.text);
}

// --- trades ---

bool Engine::State::book_execution(OrderSlot slot, engine::RoutedOrder& routed, Price price,
                                   Quantity quantity, std::string_view execution_id) {
  Order& order = orders_[slot];
  // More than was asked for is more than was asked for; but there it is.
  if (const Quantity filled = order.filled() + quantity; filled > order.quantity) {
    engine::WantedOrder wanted = as_it_is(order);
    wanted.quantity = filled;
    become(slot, wanted, {});
  }
  const AccountId clearing = routing_[routed.venue].clearing_account;
  count_shortfall(order.account, [&] { settle_execution(slot, clearing, price, quantity); });
  log_.emit(VenueTradeExecuted{.trade = next_trade_,
                               .order = order.id,
                               .account = order.account,
                               .symbol = order.symbol,
                               .venue = routed.venue,
                               .clearing_account = clearing,
                               .side = order.side,
                               .price = price,
                               .quantity = quantity,
                               .leaves = order.open() ? order.leaves() : Quantity{},
                               .execution_id = execution_id});
  routing_.add_execution(
      routed.venue, execution_id,
      {.order = order.id, .trade = next_trade_, .price = price, .quantity = quantity, .day = today_});
  ++next_trade_.value;
  SymbolRecord& symbol = symbols_[order.symbol];
  symbol.set_last_price(price);
  if (symbol.follows_trades) symbol.follow(log_.now(), price);
  if (!order.open() || order.leaves()) return false;
  close_routed(order, routed);
  end(slot, OrderStatus::filled);
  return true;
}

void Engine::State::settle_execution(OrderSlot slot, AccountId clearing, Price price, Quantity quantity) {
  Order& order = orders_[slot];
  const OrderStatus status = order.status;
  const bool is_open = order.open();
  if (!is_open) {
    // It trades as if it were open, for these shares.
    if (order.holds_locate() && !locates_.all().contains({order.account, order.symbol}))
      locates_.restore({order.account, order.symbol}, {});
    order.position = accounts_.obtain_position(order.account, order.symbol);
    claim(order, quantity);
  }
  Order other;
  other.account = clearing;
  other.symbol = order.symbol;
  other.side = opposite(order.side);
  other.position = accounts_.obtain_position(clearing, order.symbol);
  claim(other, quantity);
  if (order.side == Side::buy) {
    settle(order, other, price, quantity);
  } else {
    settle(other, order, price, quantity);
  }
  accounts_.drop_if_empty(other.position);
  if (is_open) return;
  order.status = status;
  accounts_.drop_if_empty(order.position);
  order.position = 0;
}

void Engine::State::undo_execution(Order& order, AccountId clearing, const engine::Execution& execution) {
  const Money notional = execution.price * execution.quantity;
  const bool was_buy = order.side == Side::buy;
  order.filled_shares -= static_cast<std::uint32_t>(execution.quantity.shares);
  order.filled_notional -= notional;
  order.updated_at = log_.now();
  if (order.holds_locate()) locates_.give_back(order.account, order.symbol, execution.quantity);
  const auto give_back = [&](AccountId id, bool had_bought) {
    engine::Account& account = accounts_[id];
    account.changed_at = log_.next_sequence();
    const PositionIndex index = accounts_.obtain_position(id, order.symbol);
    count_shortfall(id, [&] {
      if (had_bought) {
        accounts_.receive(account, notional);
        accounts_.position(index).shares -= execution.quantity;
      } else {
        accounts_.pay(account, notional, {});
        accounts_.position(index).shares += execution.quantity;
      }
    });
    accounts_.drop_if_empty(index);
  };
  give_back(order.account, was_buy);
  give_back(clearing, !was_buy);
}

}  // namespace trade
