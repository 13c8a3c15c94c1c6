#include "journal/journal.hpp"

#include <csignal>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "journal/events_reader.hpp"
#include "store/environment.hpp"
#include "store/key.hpp"
#include "support.hpp"
#include "support/child_process.hpp"
#include "support/temporary_directory.hpp"

namespace trade::journal {
namespace {

constexpr Options quick{.map_bytes = std::size_t{1} << 20, .sync = false};

TEST(Journal, NewOneIsEmpty) {
  const test::TemporaryDirectory home;
  const auto writer = open_writer(home / "journal");
  ASSERT_TRUE(succeeded(writer));
  EXPECT_EQ((*writer)->head().batch, 0u);
  EXPECT_EQ((*writer)->head().next_command, 1u);
  const auto reader = open_reader(home / "journal");
  ASSERT_TRUE(succeeded(reader));
  const auto head = (*reader)->head();
  ASSERT_TRUE(succeeded(head));
  EXPECT_EQ(head->batch, 0u);
  wire::Batch batch;
  EXPECT_EQ((*reader)->read(1, batch).value_or(true), false);
  const auto report = verify(home / "journal");
  ASSERT_TRUE(succeeded(report));
  EXPECT_FALSE(report->bad_batch);
  EXPECT_EQ(report->batches, 0u);
}

TEST(Journal, MissingOneIsNotFound) {
  const test::TemporaryDirectory home;
  const auto reader = open_reader(home / "journal");
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, ErrorCode::not_found);
  EXPECT_NE(reader.error().message.find("no journal at " + (home / "journal").string()), std::string::npos);
  EXPECT_EQ(verify(home / "journal").error().code, ErrorCode::not_found);
  // An LMDB environment that nobody has made a journal of yet.
  ASSERT_TRUE(store::Environment::open(home / "journal"));
  EXPECT_EQ(open_reader(home / "journal").error().code, ErrorCode::not_found);
}

TEST(Journal, AppendsReadsAndReopens) {
  const test::TemporaryDirectory home;
  for (int round = 0; round < 3; ++round) {
    const auto writer = open_writer(home / "journal", {.map_bytes = std::size_t{1} << 20});
    ASSERT_TRUE(succeeded(writer));
    ASSERT_EQ((*writer)->head().batch, static_cast<std::uint64_t>(round) * 10);
    BatchSource source((*writer)->head());
    const auto reader = open_reader(home / "journal");
    ASSERT_TRUE(succeeded(reader));
    wire::Batch batch;
    for (std::size_t i = 0; i < 10; ++i) {
      const std::uint64_t number = (*writer)->head().batch + 1;
      ASSERT_EQ((*reader)->read(number, batch).value_or(true), false);
      // From nothing at all to many pages.
      ASSERT_TRUE(succeeded(append(**writer, source.next(i * i * 10))));
      ASSERT_EQ((*writer)->head().batch, number);
      ASSERT_TRUE((*reader)->read(number, batch).value_or(false));
      ASSERT_TRUE(is_source_batch(batch, number));
      ASSERT_EQ(batch.commands.size(), i * i * 10);
      const auto head = (*reader)->head();
      ASSERT_TRUE(succeeded(head));
      ASSERT_EQ(head->batch, number);
      ASSERT_EQ(head->next_command, (*writer)->head().next_command);
      ASSERT_EQ(head->last_sequence, batch.last_sequence());
    }
  }
  const auto report = verify(home / "journal");
  ASSERT_TRUE(succeeded(report));
  EXPECT_FALSE(report->bad_batch) << report->problem;
  EXPECT_EQ(report->batches, 30u);
  EXPECT_EQ(report->commands, 3u * 10 * 285);
  EXPECT_EQ(report->events, 2 * report->commands);
  EXPECT_EQ(report->head.batch, 30u);
  EXPECT_EQ(report->head.next_command, report->commands + 1);
  EXPECT_EQ(report->head.last_sequence, report->events);
}

TEST(Journal, EventsCanBeReadWithoutCommands) {
  const test::TemporaryDirectory home;
  wire::Batch all;
  wire::Batch events;
  wire::Batch market;
  // From the redo log while the writer is there, from the database after it.
  for (const bool written : {false, true}) {
    std::unique_ptr<Writer> writer;
    if (!written) {
      auto opened = open_writer(home / "journal", quick);
      ASSERT_TRUE(succeeded(opened));
      writer = std::move(*opened);
      BatchSource source;
      for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(succeeded(append(*writer, source.next(20))));
    }
    const auto reader = open_reader(home / "journal");
    const auto events_reader = open_events_reader(home / "journal");
    const auto market_reader = open_market_events_reader(home / "journal");
    ASSERT_TRUE(succeeded(reader));
    ASSERT_TRUE(succeeded(events_reader));
    ASSERT_TRUE(succeeded(market_reader));
    for (std::uint64_t number = 1; number <= 3; ++number) {
      ASSERT_TRUE((*reader)->read(number, all).value_or(false));
      ASSERT_TRUE((*events_reader)->read(number, events).value_or(false));
      EXPECT_EQ(events.header.batch, number);
      EXPECT_EQ(events.header.state_hash, all.header.state_hash);
      EXPECT_EQ(events.events.size(), all.events.size());
      EXPECT_EQ(events.last_sequence(), all.last_sequence());
      EXPECT_TRUE(events.commands.empty());
      // Of each two events one is an acceptance.
      ASSERT_TRUE((*market_reader)->read(number, market).value_or(false));
      EXPECT_EQ(market.events.size(), all.events.size() / 2);
      EXPECT_EQ(market.events.back().sequence, all.last_sequence());
      EXPECT_EQ(market.last_sequence(), all.last_sequence());
    }
    EXPECT_EQ((*events_reader)->read(4, events).value_or(true), false);
  }
}

TEST(Journal, StoredRecordsCanBePassedOn) {
  const test::TemporaryDirectory home;
  make_journal(home / "journal", 4);
  const auto reader = open_reader(home / "journal");
  ASSERT_TRUE(succeeded(reader));
  std::optional<ChainLink> link;
  wire::Batch batch;
  std::string record;
  for (std::uint64_t number = 1; number <= 4; ++number) {
    ASSERT_TRUE((*reader)->read_encoded(number, record).value_or(false));
    const auto next = decode_record(bytes_of(record), link, batch);
    ASSERT_TRUE(succeeded(next));
    EXPECT_TRUE(is_source_batch(batch, number));
    link = *next;
  }
  EXPECT_EQ((*reader)->read_encoded(5, record).value_or(true), false);
}

TEST(Journal, RefusesABatchOutOfOrderAndEverythingAfterIt) {
  const test::TemporaryDirectory home;
  {
    const auto writer = open_writer(home / "journal", quick);
    ASSERT_TRUE(succeeded(writer));
    BatchSource source;
    ASSERT_TRUE(succeeded(append(**writer, source.next())));
    auto wrong = source.next();
    wrong.header.batch = 3;
    EXPECT_FALSE(append(**writer, wrong));
    wrong.header.batch = 2;
    const auto refused = append(**writer, wrong);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("after a failed one"), std::string::npos)
        << refused.error().message;
    EXPECT_EQ((*writer)->head().batch, 1u);
  }
  const auto writer = open_writer(home / "journal", quick);
  ASSERT_TRUE(succeeded(writer));
  BatchSource source((*writer)->head());
  EXPECT_TRUE(succeeded(append(**writer, source.next())));
}

TEST(Journal, HasOneWriter) {
  const test::TemporaryDirectory home;
  auto writer = open_writer(home / "journal", quick);
  ASSERT_TRUE(succeeded(writer));
  const auto second = open_writer(home / "journal", quick);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().name, "journal_locked");
  test::ChildProcess refused([&] {
    const auto other = open_writer(home / "journal", quick);
    if (other || other.error().name != "journal_locked" || other.error().hint.empty()) return 1;
    return other.error().message.find("process " + std::to_string(::getppid())) == std::string::npos ? 2 : 0;
  });
  EXPECT_EQ(refused.wait(), 0);
  writer->reset();
  EXPECT_TRUE(succeeded(open_writer(home / "journal", quick)));
}

TEST(Journal, ADeadWritersLockIsFreeThoughItsChildLives) {
  const test::TemporaryDirectory home;
  test::Pipe pipe;
  test::ChildProcess holder([&] {
    const auto writer = open_writer(home / "journal", quick);
    const pid_t grandchild = ::fork();
    if (grandchild == 0) {
      ::pause();
      ::_exit(0);
    }
    pipe.send(writer ? grandchild : -1);
    ::pause();
    return 0;
  });
  pid_t grandchild = -1;
  ASSERT_TRUE(pipe.receive(grandchild));
  ASSERT_GT(grandchild, 0);
  EXPECT_FALSE(open_writer(home / "journal", quick));
  holder.kill();
  EXPECT_TRUE(succeeded(open_writer(home / "journal", quick)));
  ::kill(grandchild, SIGKILL);
}

TEST(Journal, OfAnotherFormatIsRefused) {
  const test::TemporaryDirectory home;
  make_journal(home / "journal", 2);
  {
    const auto environment = store::Environment::open(home / "journal");
    ASSERT_TRUE(succeeded(environment));
    const auto meta = (*environment)->open_database("meta");
    ASSERT_TRUE(succeeded(meta));
    ASSERT_TRUE(succeeded((*environment)->write([&](store::Transaction& transaction) {
      return transaction.put(*meta, bytes_of("format_version"), bytes_of(std::string("\2\0\0\0", 4)));
    })));
  }
  const auto writer = open_writer(home / "journal");
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().name, "journal_version");
  EXPECT_NE(writer.error().message.find("format version 2"), std::string::npos) << writer.error().message;
  EXPECT_EQ(open_reader(home / "journal").error().name, "journal_version");
  EXPECT_EQ(verify(home / "journal").error().name, "journal_version");
}

/// Appends until that fails. Zero: it failed as it should.
int fill(const std::filesystem::path& directory, test::Pipe& acknowledged) {
  struct rlimit limit{1'500'000, RLIM_INFINITY};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  ::signal(SIGXFSZ, SIG_IGN);
  const auto writer = open_writer(directory, {.map_bytes = std::size_t{16} << 20});
  if (!writer) return 1;
  BatchSource source;
  while (true) {
    const auto appended = append(**writer, source.next(500));
    if (appended) continue;
    if (appended.error().code != ErrorCode::out_of_space || appended.error().hint.empty()) return 2;
    break;
  }
  acknowledged.send((*writer)->head().batch);
  limit.rlim_cur = RLIM_INFINITY;
  ::setrlimit(RLIMIT_FSIZE, &limit);
  BatchSource again((*writer)->head());
  const auto refused = append(**writer, again.next());
  return !refused && refused.error().message.find("after a failed one") != std::string::npos ? 0 : 3;
}

TEST(Journal, AFullDiskLosesNothingAcknowledged) {
  const test::TemporaryDirectory home;
  test::Pipe pipe;
  test::ChildProcess child([&] { return fill(home / "journal", pipe); });
  ASSERT_EQ(child.wait(), 0);
  std::uint64_t acknowledged = 0;
  ASSERT_TRUE(pipe.receive(acknowledged));
  EXPECT_GT(acknowledged, 3u);
  const auto writer = open_writer(home / "journal", quick);
  ASSERT_TRUE(succeeded(writer));
  EXPECT_GE((*writer)->head().batch, acknowledged);
  EXPECT_LE((*writer)->head().batch, acknowledged + 1);
  BatchSource source((*writer)->head());
  EXPECT_TRUE(succeeded(append(**writer, source.next())));
  const auto report = verify(home / "journal");
  ASSERT_TRUE(succeeded(report));
  EXPECT_FALSE(report->bad_batch) << report->problem;
}

}  // namespace
}  // namespace trade::journal
