#include "ledgerd/equity_notes.hpp"

#include <algorithm>

#include "base/byte_stream.hpp"
#include "calendar/calendar.hpp"
#include "ledger/views.hpp"

namespace trade::ledgerd {

namespace {

constexpr std::int64_t minute_ns = 60 * nanoseconds_per_second;
constexpr std::int64_t day_ns = 1'440 * minute_ns;
constexpr std::size_t row_bytes = sizeof(std::uint32_t) + 2 * sizeof(std::int64_t);
constexpr std::array steps{EquityStep::minute, EquityStep::quarter_hour, EquityStep::day};

/// Between the starts of two steps, as they are told.
constexpr std::int64_t length_ns(EquityStep step) {
  switch (step) {
    case EquityStep::minute:
      return minute_ns;
    case EquityStep::quarter_hour:
      return 15 * minute_ns;
    case EquityStep::day:
      return day_ns;
  }
  return day_ns;
}

/// Where the step of this number starts; the last moment that there is where that is beyond it.
Timestamp start_of(EquityStep step, std::int64_t number) {
  std::int64_t start = 0;
  return {__builtin_mul_overflow(number, length_ns(step), &start) ? INT64_MAX : start};
}

AccountId account_at(std::span<const std::byte> rows, std::size_t index) {
  return AccountId{ByteReader(rows.subspan(index * row_bytes)).read<std::uint32_t>()};
}

}  // namespace

std::uint32_t step_of(EquityStep step, Timestamp moment) {
  if (step == EquityStep::day) {
    return static_cast<std::uint32_t>(std::max(calendar::to_new_york(moment).date.days, 0));
  }
  return static_cast<std::uint32_t>(moment.nanoseconds / length_ns(step));
}

Timestamp step_start(EquityStep step, std::uint32_t number) {
  return start_of(step, number);
}

Timestamp step_end(EquityStep step, std::uint32_t number) {
  const std::int64_t next = std::int64_t{number} + 1;
  if (step != EquityStep::day || next > INT64_MAX / day_ns) return start_of(step, next);
  return calendar::from_new_york({Date{static_cast<std::int32_t>(next)}, 0});
}

std::uint32_t first_step_from(EquityStep step, Timestamp from) {
  const std::int64_t length = length_ns(step);
  const std::int64_t moment = std::max<std::int64_t>(from.nanoseconds, 0);
  return static_cast<std::uint32_t>(moment / length + (moment % length != 0 ? 1 : 0));
}

std::optional<std::optional<EquityRow>> find_equity(std::span<const std::byte> rows, AccountId account) {
  if (rows.size() % row_bytes != 0) return std::nullopt;
  std::size_t first = 0;
  for (std::size_t count = rows.size() / row_bytes; count > 0;) {
    const std::size_t half = count / 2;
    if (account_at(rows, first + half) < account) {
      first += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  if (first * row_bytes == rows.size() || account_at(rows, first) != account) {
    return std::optional<EquityRow>{};
  }
  ByteReader reader(rows.subspan(first * row_bytes + sizeof(std::uint32_t)));
  const auto equity = reader.read<std::int64_t>();
  return EquityRow{Money{equity}, Money{reader.read<std::int64_t>()}};
}

std::size_t EquityNoter::events_of_step(std::span<const Event> events) const {
  if (events.empty() || events.back().timestamp < minute_end_) return events.size();
  const auto end = std::ranges::lower_bound(events, minute_end_, {}, &Event::timestamp);
  return static_cast<std::size_t>(end - events.begin());
}

std::vector<EquityNotes> EquityNoter::end_step(const ledger::Ledger& ledger, Timestamp next) {
  minute_end_ = step_end(EquityStep::minute, step_of(EquityStep::minute, next));
  std::vector<EquityNotes> all;
  const Timestamp last = ledger.timestamp();
  if (!last || step_of(EquityStep::minute, last) == step_of(EquityStep::minute, next)) return all;
  const std::vector<std::optional<Money>> equities = equity_of_all(ledger);
  std::vector<std::optional<EquityRow>> now(equities.size());
  for (std::uint32_t index = 0; index < now.size(); ++index) {
    if (equities[index])
      now[index] = EquityRow{*equities[index], ledger.account(AccountId{index + 1})->external};
  }
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::uint32_t ended = step_of(steps[i], last);
    if (ended != step_of(steps[i], next)) all.push_back(note(steps[i], ended, now, last_[i]));
  }
  return all;
}

EquityNotes EquityNoter::note(EquityStep step, std::uint32_t number,
                              std::span<const std::optional<EquityRow>> now, Last& last) {
  last.rows.resize(now.size());
  ByteWriter writer;
  for (std::uint32_t index = 0; index < now.size(); ++index) {
    if (!now[index] || now[index] == last.rows[index]) continue;
    last.rows[index] = now[index];
    writer.write(index + 1);
    writer.write(now[index]->equity.units);
    writer.write(now[index]->deposited.units);
  }
  return {step, number, writer.take()};
}

}  // namespace trade::ledgerd
