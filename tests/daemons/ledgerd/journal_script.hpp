// A made-up journal for tests of ledgerd: batches of random events, in memory, and a directory to keep books
// in.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "journal/journal.hpp"
#include "ledger/ledger.hpp"
#include "lib/ledger/event_feed.hpp"
#include "wire/wire.hpp"

namespace trade::ledgerd::test {

/// A directory of its own, removed at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    const char* base = std::getenv("TMPDIR");
    std::string name = std::string(base == nullptr ? "/tmp" : base) + "/ledgerd_test.XXXXXX";
    path_ = mkdtemp(name.data());
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Batches of events that a seed makes, and what folding them from the start gives.
class JournalScript {
 public:
  JournalScript(std::uint64_t seed, int steps, ledger::test::RandomMarket::Shape shape = {})
      : market_(seed, shape), seed_(seed) {
    for (int step = 0; step < steps;) {
      const int batch_steps = static_cast<int>(1 + market_.below(40));
      for (int number = 0; number < batch_steps && step < steps; ++number, ++step)
        market_.step();
      if (market_.below(20) == 0) add_batch({});  // a batch without events
      add_batch(market_.feed().take());
    }
  }

  [[nodiscard]] const std::vector<wire::Batch>& batches() const { return batches_; }
  [[nodiscard]] std::uint64_t batch_count() const { return batches_.size(); }
  /// The batch with this number, from 1.
  [[nodiscard]] const wire::Batch& batch(std::uint64_t number) const { return batches_[number - 1]; }

  struct Truth {
    ledger::Ledger ledger;
    std::vector<ledger::Entry> entries;
  };
  /// What the batches up to this one come to.
  [[nodiscard]] Truth truth(std::uint64_t up_to_batch) const {
    Truth truth;
    for (std::uint64_t number = 1; number <= up_to_batch; ++number) {
      const Status folded = truth.ledger.fold(batch(number).events, truth.entries);
      if (!folded) std::abort();
    }
    return truth;
  }

 private:
  void add_batch(std::vector<Event> events) {
    wire::Batch& batch = batches_.emplace_back();
    batch.header.batch = batches_.size();
    batch.header.first_sequence = next_sequence_;
    batch.header.state_hash = seed_ * 1'000'003 + batches_.size();
    next_sequence_ += events.size();
    batch.events = std::move(events);
  }

  ledger::test::RandomMarket market_;  ///< keeps the texts of the events
  std::uint64_t seed_;
  Sequence next_sequence_ = 1;
  std::vector<wire::Batch> batches_;
};

/// Reads a script as if it were a journal.
class ScriptReader final : public journal::Reader {
 public:
  ScriptReader(const JournalScript& script, std::uint64_t up_to_batch) : script_(script), end_(up_to_batch) {}
  Result<journal::Head> head() override {
    journal::Head head;
    head.batch = end_;
    if (end_ > 0) head.last_sequence = script_.batch(end_).last_sequence();
    return head;
  }
  Result<bool> read(std::uint64_t number, wire::Batch& batch) override {
    if (number == 0 || number > end_) return false;
    batch.header = script_.batch(number).header;
    batch.events = script_.batch(number).events;
    return true;
  }
  Result<bool> read_encoded(std::uint64_t, std::string&) override { return false; }

 private:
  const JournalScript& script_;
  std::uint64_t end_;
};

}  // namespace trade::ledgerd::test
