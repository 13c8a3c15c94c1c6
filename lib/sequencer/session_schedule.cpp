#include "sequencer/session_schedule.hpp"

#include <algorithm>

#include "calendar/calendar.hpp"

namespace trade::sequencer {

namespace {

/// The last part of the call before the open, in which opg orders stand.
constexpr std::int64_t opening_freeze_seconds = 120;

/// The trading day that a moment belongs to where the market never closes.
Date always_trading_date(Timestamp now) {
  const Date today = calendar::to_new_york(now).date;
  return calendar::is_trading_day(today) ? today : calendar::next_trading_day(today);
}

Timestamp before(Timestamp moment, std::int64_t seconds) {
  return {moment.nanoseconds - seconds * nanoseconds_per_second};
}

}  // namespace

SessionSchedule::Plan SessionSchedule::plan_at(Timestamp now) const {
  const calendar::SessionState state = calendar::session_at(now);
  if (state.open) {
    const Timestamp call = before(state.next_change, calls_.closing_seconds);
    if (now >= call)
      return {SessionPhase::open, state.trading_date, MarketPhase::closing_auction, state.next_change,
              state.next_change};
    return {SessionPhase::open, state.trading_date, MarketPhase::continuous, call, state.next_change};
  }
  const Timestamp call = before(state.next_change, calls_.opening_seconds);
  if (now < call) return {SessionPhase::closed, state.trading_date, MarketPhase::closed, call};
  // The day that opens next has begun.
  const Date opens_on = calendar::to_new_york(state.next_change).date;
  const auto hours = calendar::trading_hours(opens_on);
  const Timestamp closes_at = hours ? hours->close : Timestamp{};
  const Timestamp freeze =
      before(state.next_change, std::min(calls_.opening_seconds, opening_freeze_seconds));
  if (now < freeze) return {SessionPhase::open, opens_on, MarketPhase::pre_open, freeze, closes_at};
  return {SessionPhase::open, opens_on, MarketPhase::opening_auction, state.next_change, closes_at};
}

std::optional<SetSession> SessionSchedule::due(Timestamp now, const SessionView& session,
                                               Timestamp last_command_at) {
  if (next_change_ && now < next_change_) return std::nullopt;
  SetSession wanted;
  if (calendar_ == Calendar::us) {
    const Plan plan = plan_at(now);
    const bool after_restart = !next_change_ && !calendar_changed_;
    next_change_ = plan.until;
    if (after_restart && session.trading_date == plan.trading_date &&
        plan_at(last_command_at).until == plan.until) {
      return std::nullopt;
    }
    wanted = {plan.session, plan.trading_date, plan.phase, plan.closes_at};
    // Where the market never closes, the day that trades next begins before its session does; it is kept.
    // After a restart before the session of a trading day, it may as well be an operator who opened early.
    const bool is_not_by_hand = !after_restart || !calendar::is_trading_day(calendar::to_new_york(now).date);
    const bool began_early = is_not_by_hand && plan.trading_date < session.trading_date &&
                             now >= last_command_at && session.trading_date == always_trading_date(now);
    if (began_early && plan.session == SessionPhase::closed) wanted.trading_date = session.trading_date;
  } else {
    const Date today = calendar::to_new_york(now).date;
    next_change_ = calendar::from_new_york({Date{today.days + 1}, 0});
    wanted = {session.phase, always_trading_date(now), {}};
    if (calendar_changed_) wanted = {SessionPhase::open, wanted.trading_date, MarketPhase::continuous};
  }
  calendar_changed_ = false;
  // A clock that was set back must not take the trading day back.
  if (wanted.trading_date < session.trading_date) return std::nullopt;
  const bool in_phase = wanted.market_phase.value_or(session.market_phase) == session.market_phase;
  if (wanted.phase == session.phase && wanted.trading_date == session.trading_date && in_phase) {
    // One that was open already may not know yet when it is to close; it stays as it is otherwise.
    if (wanted.closes_at == Timestamp{} || wanted.closes_at == session.closes_at) return std::nullopt;
    wanted.market_phase.reset();
  }
  return wanted;
}

}  // namespace trade::sequencer
