// What accounts are worth, noted as the journal's time passes. At the end of each step of time (a minute, a
// quarter of an hour, a date in New York) in which an event came, the equity of every account is noted in
// which it is another than at the last note of that kind. Time is that of the events, so the same journal
// gives the same history. How much of it is kept is bounded (`equity_steps_kept`): it grows with the accounts
// that change and not with the trades.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ledger/ledger.hpp"
#include "model/event.hpp"
#include "model/views.hpp"

namespace trade::ledgerd {

// Steps are numbered: minutes and quarters of an hour since 1970-01-01T00:00Z, days as their dates.

/// How many steps of a kind are kept, those without a note counted: minutes of a week, quarters of an hour of
/// five weeks, and days of five years.
constexpr std::uint32_t equity_steps_kept(EquityStep step) {
  switch (step) {
    case EquityStep::minute:
      return 7 * 1'440;
    case EquityStep::quarter_hour:
      return 35 * 96;
    case EquityStep::day:
      return 5 * 366;
  }
  return 0;
}

/// The step that holds a moment.
std::uint32_t step_of(EquityStep step, Timestamp moment);
// Moments that would be beyond the last that a Timestamp can tell are that one.

/// How a step is told: the moment it starts; of a day, its date's midnight in UTC.
Timestamp step_start(EquityStep step, std::uint32_t number);
/// The moment it ends; of a day, the next date's midnight in New York.
Timestamp step_end(EquityStep step, std::uint32_t number);
/// The first step that is told to start at this or later; moments before 1970 are as its first.
std::uint32_t first_step_from(EquityStep step, Timestamp from);

/// The accounts that have changed at the end of one step.
struct EquityNotes {
  EquityStep step = EquityStep::minute;
  std::uint32_t number = 0;
  /// As stored: rows of u32 account, i64 equity, i64 deposited, little-endian, ascending by account.
  std::vector<std::byte> rows;
};

struct EquityRow {
  Money equity;
  Money deposited;

  bool operator==(const EquityRow&) const = default;
};
/// The row of an account among stored rows: nothing where it has none; an outer nothing where the rows are
/// not well formed.
std::optional<std::optional<EquityRow>> find_equity(std::span<const std::byte> rows, AccountId account);

/// Watches time pass over a ledger.
class EquityNoter {
 public:
  /// How many of these events come before the end of the minute at hand; their times never fall.
  [[nodiscard]] std::size_t events_of_step(std::span<const Event> events) const;
  /// The steps that end between the last event that was folded and one at `next`: what changed in them. The
  /// first call only learns the time.
  std::vector<EquityNotes> end_step(const ledger::Ledger& ledger, Timestamp next);

 private:
  struct Last {
    std::vector<std::optional<EquityRow>> rows;  ///< by account id less one: what was noted last
  };
  static EquityNotes note(EquityStep step, std::uint32_t number,
                          std::span<const std::optional<EquityRow>> now, Last& last);

  Timestamp minute_end_;  ///< of the minute at hand; zero: not known yet
  std::array<Last, 3> last_;
};

}  // namespace trade::ledgerd
