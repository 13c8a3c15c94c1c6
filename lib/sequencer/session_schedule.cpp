#include "sequencer/session_schedule.hpp"

#include "calendar/calendar.hpp"

namespace trade::sequencer {

namespace {

/// The trading day that a moment belongs to where the market never closes.
Date always_trading_date(Timestamp now) {
  const Date today = calendar::to_new_york(now).date;
  return calendar::is_trading_day(today) ? today : calendar::next_trading_day(today);
}

}  // namespace

std::optional<SetSession> SessionSchedule::due(Timestamp now, const SessionView& session,
                                               Timestamp last_command_at) {
  if (next_change_ && now < next_change_) return std::nullopt;
  SetSession wanted;
  if (calendar_ == Calendar::us) {
    const calendar::SessionState state = calendar::session_at(now);
    const bool first_look = !next_change_;
    next_change_ = state.next_change;
    if (first_look && session.trading_date == state.trading_date &&
        calendar::session_at(last_command_at).next_change == state.next_change) {
      return std::nullopt;
    }
    wanted = {state.open ? SessionPhase::open : SessionPhase::closed, state.trading_date};
  } else {
    const Date today = calendar::to_new_york(now).date;
    next_change_ = calendar::from_new_york({Date{today.days + 1}, 0});
    wanted = {session.phase, always_trading_date(now)};
  }
  // A clock that was set back must not take the trading day back.
  if (wanted.trading_date < session.trading_date) return std::nullopt;
  if (wanted.phase == session.phase && wanted.trading_date == session.trading_date) return std::nullopt;
  return wanted;
}

}  // namespace trade::sequencer
