// A journal that a test writes itself, batch by batch, in a home of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/time.hpp"
#include "journal/journal.hpp"
#include "model/command.hpp"
#include "model/event.hpp"
#include "wire/wire.hpp"

namespace trade::test {

constexpr Timestamp journal_start{1'769'783'400'000'000'000};  // 2026-01-30T14:30:00Z

/// A deposit as an event: what tests that do not look into events fill batches with.
inline EventBody any_event() {
  return CashMoved{AccountId{1}, Money{10'000}, Money{10'000}};
}

/// Numbers events as the engine would. Each batch holds one command, which is said to have caused them all.
class TestJournal {
 public:
  explicit TestJournal(const std::filesystem::path& directory) {
    auto writer = journal::open_writer(directory);
    if (!writer) {
      ADD_FAILURE() << writer.error().message;
      return;
    }
    writer_ = std::move(*writer);
    next_sequence_ = writer_->head().last_sequence + 1;
  }

  /// Appends a batch of these events and makes it durable; its last sequence.
  Sequence append(std::vector<EventBody> bodies) {
    const journal::Head head = writer_->head();
    now_.nanoseconds += nanoseconds_per_millisecond;
    std::vector<Event> events;
    for (EventBody& body : bodies)
      events.push_back(Event{next_sequence_ + events.size(), now_, std::move(body)});
    const std::vector<Command> commands{{now_, DepositCash{AccountId{1}, Money{10'000}}}};
    const std::vector<std::uint32_t> events_per_command{static_cast<std::uint32_t>(events.size())};
    const wire::Encoder::BatchHeader header{head.batch + 1, head.next_command, next_sequence_,
                                            state_hash_of(head.batch + 1)};
    const auto bytes = encoder_.encode_batch(header, commands, events_per_command, events);
    next_sequence_ += events.size();
    const Status appended = writer_->append(header, bytes, next_sequence_ - 1, head.next_command + 1);
    EXPECT_TRUE(appended) << appended.error().message;
    return next_sequence_ - 1;
  }
  Sequence append_any(std::size_t events = 1) { return append(std::vector<EventBody>(events, any_event())); }

  [[nodiscard]] journal::Head head() const { return writer_->head(); }
  /// What stands in the header of a batch of this journal; another `salt` is another journal.
  [[nodiscard]] std::uint64_t state_hash_of(std::uint64_t batch) const { return batch * 1'000 + salt; }
  std::uint64_t salt = 7;

 private:
  std::unique_ptr<journal::Writer> writer_;
  wire::Encoder encoder_;
  Sequence next_sequence_ = 1;
  Timestamp now_ = journal_start;
};

}  // namespace trade::test
