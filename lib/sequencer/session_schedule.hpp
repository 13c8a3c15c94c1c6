// When the session opens and closes by itself, and when it starts a new trading day.
#pragma once

#include <optional>

#include "base/time.hpp"
#include "model/command.hpp"
#include "model/views.hpp"

namespace trade::sequencer {

enum class Calendar : std::uint8_t {
  always,  ///< open at any hour until closed by hand; a trading day is New York's, weekends belong to Monday
  us,      ///< New York's hours, holidays and half days
};

/// For how long orders gather before the open and before the close; zero: there is no auction.
struct CallTimes {
  std::int64_t opening_seconds = 0;
  std::int64_t closing_seconds = 0;
};

/// Says which session command is due. What an operator does by hand stands until the calendar's next change.
class SessionSchedule {
 public:
  explicit SessionSchedule(Calendar calendar, const CallTimes& calls = {})
      : calendar_(calendar), calls_(calls) {}

  /// The command that is due now, given what the engine's session is; nothing when all is as it should be.
  /// `last_command_at` is when the last command was sequenced: after a restart, what was done by hand since
  /// the calendar's last change still stands.
  std::optional<SetSession> due(Timestamp now, const SessionView& session, Timestamp last_command_at);

  /// This one takes the place of another, while the suite runs or by a restart: what the session was by a
  /// different calendar is nobody's word, so it does not stand.
  void succeed(const SessionSchedule& former) { calendar_changed_ = former.calendar_ != calendar_; }

  [[nodiscard]] Calendar calendar() const { return calendar_; }

  /// When a command may be due next: none is before. Not set until `due` was first asked.
  [[nodiscard]] Timestamp next_change() const { return next_change_; }

 private:
  /// What the calendar says of a moment, and until when.
  struct Plan {
    SessionPhase session = SessionPhase::open;
    Date trading_date;
    MarketPhase phase = MarketPhase::continuous;
    Timestamp until;
    Timestamp closes_at = {};  ///< of an open session, when its regular trading ends
  };
  [[nodiscard]] Plan plan_at(Timestamp now) const;

  Calendar calendar_;
  CallTimes calls_;
  Timestamp next_change_;          ///< not set: nothing was decided yet
  bool calendar_changed_ = false;  ///< until the first decision
};

}  // namespace trade::sequencer
