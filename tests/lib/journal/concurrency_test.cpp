// Readers beside the writer, in its process and in others, and writers that are killed.
#include <atomic>
#include <chrono>
#include <random>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "support.hpp"
#include "support/child_process.hpp"
#include "support/temporary_directory.hpp"

namespace trade::journal {
namespace {

constexpr std::uint64_t batches = 300;
/// So small that it grows many times.
constexpr Options tiny{.map_bytes = 1, .sync = false};

/// Tails the journal to its `batches`-th batch; the number of batches that were right.
std::uint64_t tail(Reader& reader) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  wire::Batch batch;
  std::uint64_t next = 1;
  while (next <= batches && std::chrono::steady_clock::now() < deadline) {
    const auto head = reader.head();
    if (!head) return 0;
    const auto there = reader.read(next, batch);
    if (!there) {
      std::fprintf(stderr, "%s\n", there.error().message.c_str());
      return 0;
    }
    // What the head tells of must be there.
    if (!*there && head->batch >= next) return 0;
    if (!*there) continue;
    if (!is_source_batch(batch, next)) return 0;
    ++next;
  }
  return next - 1;
}

TEST(Journal, IsReadWhileItGrows) {
  const test::TemporaryDirectory home;
  {
    const auto made = open_writer(home / "journal", tiny);
    ASSERT_TRUE(succeeded(made));
  }
  test::Pipe ready;
  test::ChildProcess child([&] {
    const auto reader = open_reader(home / "journal");
    ready.send(reader.has_value());
    return reader && tail(**reader) == batches ? 0 : 1;
  });
  bool child_ready = false;
  ASSERT_TRUE(ready.receive(child_ready) && child_ready);
  const auto writer = open_writer(home / "journal", tiny);
  ASSERT_TRUE(succeeded(writer));
  std::atomic<std::uint64_t> tailed = 0;
  std::thread reader_thread([&] {
    const auto reader = open_reader(home / "journal");
    if (reader) tailed = tail(**reader);
  });
  BatchSource source;
  for (std::uint64_t i = 0; i < batches; ++i) {
    const auto appended = append(**writer, source.next(1 + i % 100));
    EXPECT_TRUE(succeeded(appended));
    if (!appended) break;
  }
  reader_thread.join();
  EXPECT_EQ(tailed, batches);
  EXPECT_EQ(child.wait(), 0);
  const auto report = verify(home / "journal");
  ASSERT_TRUE(succeeded(report));
  EXPECT_FALSE(report->bad_batch) << report->problem;
}

TEST(Journal, AReaderFollowsFromOneWriterToTheNext) {
  const test::TemporaryDirectory home;
  make_journal(home / "journal", 1);
  test::Pipe ready;
  test::ChildProcess child([&] {
    const auto reader = open_reader(home / "journal");
    ready.send(reader.has_value());
    return reader && tail(**reader) == batches ? 0 : 1;
  });
  bool child_ready = false;
  ASSERT_TRUE(ready.receive(child_ready) && child_ready);
  for (std::uint64_t made = 1; made < batches; made += 23)
    make_journal(home / "journal", 23);
  EXPECT_EQ(child.wait(), 0);
}

TEST(Journal, AKilledWriterLosesNothingAcknowledged) {
  const test::TemporaryDirectory home;
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::uint64_t batches_before = 0;
  for (int round = 0; round < 30; ++round) {
    test::Pipe acknowledgements;
    test::ChildProcess child([&] {
      const auto writer = open_writer(home / "journal", {.map_bytes = 1});
      if (!writer) return 1;
      BatchSource source((*writer)->head());
      for (std::size_t i = 0;; ++i) {
        if (!append(**writer, source.next(1 + i % 50))) return 2;
        if (!acknowledgements.send((*writer)->head().batch)) return 3;
      }
    });
    acknowledgements.close_writing();
    std::uint64_t acknowledged = batches_before;
    ASSERT_TRUE(acknowledgements.receive(acknowledged)) << "round " << round;
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 10'000));
    EXPECT_EQ(child.kill(), -SIGKILL);
    while (acknowledgements.receive(acknowledged)) {
    }
    ASSERT_GT(acknowledged, batches_before);
    const auto report = verify(home / "journal");
    ASSERT_TRUE(succeeded(report));
    ASSERT_FALSE(report->bad_batch) << "round " << round << ": batch " << *report->bad_batch << ": "
                                    << report->problem;
    ASSERT_GE(report->batches, acknowledged);
    ASSERT_LE(report->batches, acknowledged + 1);
    batches_before = report->batches;
  }
  const auto reader = open_reader(home / "journal");
  ASSERT_TRUE(succeeded(reader));
  wire::Batch batch;
  for (std::uint64_t number = 1; number <= batches_before; ++number) {
    ASSERT_TRUE((*reader)->read(number, batch).value_or(false));
    ASSERT_TRUE(is_source_batch(batch, number));
  }
}

}  // namespace
}  // namespace trade::journal
