#include "journal/commit_thread.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <random>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <poll.h>

#include "support.hpp"
#include "support/seeds.hpp"
#include "support/temporary_directory.hpp"

namespace trade::journal {
namespace {

/// What a test and a writer on another thread share.
struct Gate {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = true;
  std::uint64_t appended = 0;
  std::thread::id appended_by;

  void set(bool value) {
    const std::lock_guard lock(mutex);
    open = value;
    changed.notify_all();
  }
};

/// A disk that waits when told to, and fails from one batch on.
class FakeWriter final : public Writer {
 public:
  explicit FakeWriter(Gate& gate, std::uint64_t fails_from = ~std::uint64_t{0})
      : gate_(gate), fails_from_(fails_from) {}
  [[nodiscard]] Head head() const override { return {7, 70, 700}; }
  Status append(const wire::Encoder::BatchHeader& header, wire::Bytes encoded, Sequence,
                std::uint64_t) override {
    std::unique_lock lock(gate_.mutex);
    gate_.changed.wait(lock, [this] { return gate_.open; });
    if (header.batch >= fails_from_) return fail(ErrorCode::out_of_space, "the disk is full");
    if (encoded.empty() || encoded[0] != static_cast<std::byte>(header.batch)) {
      return fail(ErrorCode::corrupt, "these are not the bytes that were handed over");
    }
    ++gate_.appended;
    gate_.appended_by = std::this_thread::get_id();
    return {};
  }

 private:
  Gate& gate_;
  std::uint64_t fails_from_;
};

constexpr std::size_t small_bytes = 1'000;
/// Too many to be committed where they are handed over.
constexpr std::size_t large_bytes = 20'000;

Status submit(CommitThread& commits, std::uint64_t batch, std::size_t size = large_bytes) {
  std::string bytes(size, static_cast<char>(batch));
  auto status = commits.submit({.batch = batch}, bytes_of(bytes), batch * 100, batch * 10);
  // They were copied.
  bytes.assign(bytes.size(), '\0');
  return status;
}

bool readable(const CommitThread& commits, int milliseconds) {
  pollfd descriptor{commits.completion_file_descriptor(), POLLIN, 0};
  return ::poll(&descriptor, 1, milliseconds) == 1;
}

TEST(CommitThread, OneRoundAfterTheOther) {
  Gate gate;
  auto commits = CommitThread::start(std::make_unique<FakeWriter>(gate));
  ASSERT_TRUE(succeeded(commits));
  EXPECT_EQ((*commits)->head().batch, 7u);
  for (std::uint64_t batch = 8; batch < 100; ++batch) {
    ASSERT_TRUE((*commits)->idle());
    ASSERT_FALSE(readable(**commits, 0));
    EXPECT_EQ((*commits)->take_completion().value(), std::nullopt);
    ASSERT_TRUE(succeeded(submit(**commits, batch)));
    ASSERT_TRUE(readable(**commits, 10'000));
    ASSERT_FALSE((*commits)->idle());
    EXPECT_EQ((*commits)->head().batch, batch - 1);
    const auto completed = (*commits)->take_completion();
    ASSERT_TRUE(succeeded(completed));
    ASSERT_EQ(*completed, batch);
    EXPECT_EQ((*commits)->head().batch, batch);
    EXPECT_EQ((*commits)->head().last_sequence, batch * 100);
    EXPECT_EQ((*commits)->head().next_command, batch * 10);
  }
  const auto latency = (*commits)->sync_latency();
  EXPECT_EQ(latency.count, 92u);
  EXPECT_LE(latency.p50_microseconds, latency.p99_microseconds);
  EXPECT_LE(latency.p99_microseconds, latency.max_microseconds);
}

TEST(CommitThread, GoesOnWhileTheDiskIsSlow) {
  Gate gate;
  auto commits = CommitThread::start(std::make_unique<FakeWriter>(gate));
  ASSERT_TRUE(succeeded(commits));
  gate.set(false);
  ASSERT_TRUE(succeeded(submit(**commits, 8)));
  EXPECT_FALSE(readable(**commits, 20));
  EXPECT_FALSE((*commits)->idle());
  EXPECT_EQ((*commits)->take_completion().value(), std::nullopt);
  gate.set(true);
  EXPECT_EQ((*commits)->wait_completion().value(), 8u);
  EXPECT_TRUE((*commits)->idle());
  EXPECT_FALSE(readable(**commits, 0));
  EXPECT_EQ((*commits)->wait_completion().value(), std::nullopt);
  EXPECT_GE((*commits)->sync_latency().max_microseconds, 10'000u);
}

TEST(CommitThread, CommitsASmallBatchWhereItIsHandedOver) {
  Gate gate;
  auto commits = CommitThread::start(std::make_unique<FakeWriter>(gate));
  ASSERT_TRUE(succeeded(commits));
  ASSERT_TRUE(succeeded(submit(**commits, 8, small_bytes)));
  // It is there already, and is told of as any other.
  EXPECT_EQ(gate.appended, 1u);
  EXPECT_EQ(gate.appended_by, std::this_thread::get_id());
  EXPECT_FALSE((*commits)->idle());
  EXPECT_TRUE(readable(**commits, 0));
  EXPECT_EQ((*commits)->head().batch, 7u);
  EXPECT_EQ((*commits)->take_completion().value(), 8u);
  EXPECT_TRUE((*commits)->idle());
  EXPECT_FALSE(readable(**commits, 0));
  EXPECT_EQ((*commits)->sync_latency().count, 1u);
}

TEST(CommitThread, LeavesASlowDiskToTheThread) {
  Gate gate;
  auto commits = CommitThread::start(std::make_unique<FakeWriter>(gate));
  ASSERT_TRUE(succeeded(commits));
  gate.set(false);
  ASSERT_TRUE(succeeded(submit(**commits, 8)));
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  gate.set(true);
  EXPECT_EQ((*commits)->wait_completion().value(), 8u);
  // It may be that slow again.
  ASSERT_TRUE(succeeded(submit(**commits, 9, small_bytes)));
  EXPECT_EQ((*commits)->wait_completion().value(), 9u);
  EXPECT_NE(gate.appended_by, std::this_thread::get_id());
}

/// Whoever commits a batch, none is lost between the two.
TEST(CommitThread, SmallAndLargeBatchesTakeTurns) {
  Gate gate;
  auto commits = CommitThread::start(std::make_unique<FakeWriter>(gate));
  ASSERT_TRUE(succeeded(commits));
  const std::uint64_t seed = test::seed_of_run();
  std::mt19937_64 random(seed);
  for (std::uint64_t batch = 8; batch < 5'000; ++batch) {
    ASSERT_TRUE(succeeded(submit(**commits, batch, random() % 2 == 0 ? small_bytes : large_bytes)));
    ASSERT_TRUE(readable(**commits, 10'000)) << "batch " << batch << ", seed " << seed;
    ASSERT_EQ((*commits)->take_completion().value(), batch) << "seed " << seed;
  }
  EXPECT_EQ(gate.appended, 4'992u);
}

TEST(CommitThread, AFailureIsReportedEverAfter) {
  for (const std::size_t size : {small_bytes, large_bytes}) {
    Gate gate;
    auto commits = CommitThread::start(std::make_unique<FakeWriter>(gate, 9));
    ASSERT_TRUE(succeeded(commits));
    ASSERT_TRUE(succeeded(submit(**commits, 8, size)));
    EXPECT_EQ((*commits)->wait_completion().value(), 8u);
    ASSERT_TRUE(succeeded(submit(**commits, 9, size)));
    ASSERT_TRUE(readable(**commits, 10'000));
    for (int i = 0; i < 3; ++i) {
      const auto completed = (*commits)->take_completion();
      ASSERT_FALSE(completed);
      EXPECT_EQ(completed.error().code, ErrorCode::out_of_space);
    }
    EXPECT_FALSE(submit(**commits, 10, size));
    EXPECT_FALSE((*commits)->wait_completion());
    EXPECT_EQ((*commits)->head().batch, 8u);
    EXPECT_EQ((*commits)->sync_latency().count, 1u);
  }
}

TEST(CommitThread, FinishesWhatIsInFlight) {
  Gate gate;
  {
    auto commits = CommitThread::start(std::make_unique<FakeWriter>(gate));
    ASSERT_TRUE(succeeded(commits));
    gate.set(false);
    ASSERT_TRUE(succeeded(submit(**commits, 8)));
    std::thread opener([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      gate.set(true);
    });
    commits->reset();
    opener.join();
  }
  EXPECT_EQ(gate.appended, 1u);
}

TEST(CommitThread, WritesAJournal) {
  const test::TemporaryDirectory home;
  {
    auto writer = open_writer(home / "journal", {.map_bytes = 1, .sync = false});
    ASSERT_TRUE(succeeded(writer));
    auto commits = CommitThread::start(std::move(*writer));
    ASSERT_TRUE(succeeded(commits));
    BatchSource source;
    for (std::uint64_t number = 1; number <= 50; ++number) {
      const auto batch = source.next(20);
      ASSERT_TRUE(succeeded(
          (*commits)->submit(batch.header, batch.encoded, batch.last_sequence, batch.next_command)));
      const auto completed = (*commits)->wait_completion();
      ASSERT_TRUE(succeeded(completed));
      ASSERT_EQ(*completed, number);
    }
  }
  const auto report = verify(home / "journal");
  ASSERT_TRUE(succeeded(report));
  EXPECT_FALSE(report->bad_batch) << report->problem;
  EXPECT_EQ(report->batches, 50u);
}

}  // namespace
}  // namespace trade::journal
