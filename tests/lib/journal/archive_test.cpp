#include "journal/archive.hpp"

#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "journal/copy.hpp"
#include "journal/files.hpp"
#include "journal/segment.hpp"
#include "journal/verification.hpp"
#include "lib/journal/support.hpp"
#include "support/child_process.hpp"
#include "support/temporary_directory.hpp"

namespace trade::journal {
namespace {

const auto go_on = [](std::uint64_t, std::uint64_t) { return true; };

class ArchiveTest : public testing::Test {
 protected:
  ArchiveTest() : journal_(directory_.path() / "journal") { make_journal(journal_, 30); }

  void archive_and_prune(std::uint64_t through) {
    ASSERT_TRUE(save_checkpoint(journal_, 30, {}));
    ASSERT_TRUE(succeeded(archive(journal_, through, go_on)));
    const auto pruned = prune(journal_, through, go_on);
    ASSERT_TRUE(succeeded(pruned));
    ASSERT_EQ(pruned->kept_from, through + 1);
  }
  void expect_all(std::uint64_t last) {
    auto reader = open_reader(journal_);
    ASSERT_TRUE(succeeded(reader));
    wire::Batch batch;
    for (std::uint64_t number = 1; number <= last; ++number) {
      const auto there = (*reader)->read(number, batch);
      ASSERT_TRUE(succeeded(there));
      ASSERT_TRUE(*there);
      EXPECT_TRUE(is_source_batch(batch, number));
    }
    EXPECT_FALSE((*reader)->read(last + 1, batch).value());
  }

  test::TemporaryDirectory directory_;
  std::filesystem::path journal_;
};

TEST_F(ArchiveTest, WhatIsPrunedIsReadFromTheArchive) {
  archive_and_prune(20);
  expect_all(30);
  const auto report = verify(journal_);
  ASSERT_TRUE(succeeded(report));
  EXPECT_FALSE(report->bad_batch) << report->problem;
  EXPECT_EQ(report->batches, 30u);
  EXPECT_EQ(report->archived, 20u);
}

TEST_F(ArchiveTest, ThePrunedJournalIsWrittenOnAndArchivedFurther) {
  archive_and_prune(20);
  {
    auto writer = open_writer(journal_);
    ASSERT_TRUE(succeeded(writer));
    EXPECT_EQ((*writer)->head().batch, 30u);
    BatchSource source((*writer)->head());
    for (int i = 0; i < 10; ++i)
      ASSERT_TRUE(succeeded(append(**writer, source.next())));
  }
  const auto second = archive(journal_, 35, go_on);
  ASSERT_TRUE(succeeded(second));
  EXPECT_EQ(second->first, 21u);
  EXPECT_EQ(second->last, 35u);
  ASSERT_TRUE(save_checkpoint(journal_, 40, {}));
  ASSERT_TRUE(succeeded(prune(journal_, 40, go_on)));
  expect_all(40);
  const auto report = verify(journal_);
  ASSERT_TRUE(succeeded(report));
  EXPECT_FALSE(report->bad_batch) << report->problem;
  EXPECT_EQ(report->archived, 35u);
  // Nothing is left to do.
  EXPECT_EQ(archive(journal_, 35, go_on)->segments, 0u);
}

TEST_F(ArchiveTest, WorksWhileTheJournalIsWritten) {
  auto writer = open_writer(journal_);
  ASSERT_TRUE(succeeded(writer));
  BatchSource source((*writer)->head());
  ASSERT_TRUE(save_checkpoint(journal_, 30, {}));
  ASSERT_TRUE(succeeded(archive(journal_, 10, [&](std::uint64_t, std::uint64_t) {
    EXPECT_TRUE(append(**writer, source.next()));
    return true;
  })));
  ASSERT_TRUE(succeeded(prune(journal_, 10, [&](std::uint64_t, std::uint64_t) {
    EXPECT_TRUE(append(**writer, source.next()));
    return true;
  })));
  expect_all(32);
}

TEST_F(ArchiveTest, KeepsWhatAStartNeeds) {
  ASSERT_TRUE(succeeded(archive(journal_, 30, go_on)));
  // No checkpoint: a start replays from the first batch.
  EXPECT_EQ(prune(journal_, 30, go_on)->last, 0u);
  ASSERT_TRUE(save_checkpoint(journal_, 30, {}));
  // The only segment holds the last batch, which stays.
  EXPECT_EQ(prunable(journal_, 30)->last, 0u);
  EXPECT_EQ(prune(journal_, 30, go_on)->last, 0u);
}

TEST_F(ArchiveTest, KeepsTheBatchThatTheNewestCheckpointIsOf) {
  ASSERT_TRUE(succeeded(archive(journal_, 10, go_on)));
  ASSERT_TRUE(succeeded(archive(journal_, 20, go_on)));
  ASSERT_TRUE(save_checkpoint(journal_, 20, {}));
  EXPECT_EQ(prune(journal_, 20, go_on)->last, 10u);
  ASSERT_TRUE(save_checkpoint(journal_, 21, {}));
  EXPECT_EQ(prune(journal_, 20, go_on)->last, 20u);
}

TEST_F(ArchiveTest, NothingIsPrunedThatTheArchiveDoesNotHaveWhole) {
  ASSERT_TRUE(save_checkpoint(journal_, 30, {}));
  ASSERT_TRUE(succeeded(archive(journal_, 20, go_on)));
  const auto segments = list_segments(journal_);
  ASSERT_EQ(segments->size(), 1u);
  std::string bytes = read_file(segments->front().path);
  for (const std::size_t at : {std::size_t{3}, bytes.size() / 2, bytes.size() - 1}) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    write_file(segments->front().path, changed);
    EXPECT_FALSE(prune(journal_, 20, go_on)) << at;
  }
  write_file(segments->front().path, bytes.substr(0, bytes.size() / 2));
  EXPECT_FALSE(prune(journal_, 20, go_on));
  std::filesystem::remove(segments->front().path);
  EXPECT_EQ(prune(journal_, 20, go_on)->last, 0u);
  expect_all(30);
}

TEST_F(ArchiveTest, VerifyFindsADamagedSegmentAndReadersSayWhatIsMissing) {
  archive_and_prune(20);
  const auto segments = list_segments(journal_);
  ASSERT_EQ(segments->size(), 1u);
  const std::string bytes = read_file(segments->front().path);
  std::string changed = bytes;
  changed[changed.size() / 2] = static_cast<char>(changed[changed.size() / 2] ^ 0x01);
  write_file(segments->front().path, changed);
  const auto report = verify(journal_);
  ASSERT_TRUE(succeeded(report));
  EXPECT_EQ(report->bad_batch, 1u);
  // Taken away, what is left is verified, and what is gone is missed by name.
  std::filesystem::remove(segments->front().path);
  const auto rest = verify(journal_);
  ASSERT_TRUE(succeeded(rest));
  EXPECT_FALSE(rest->bad_batch) << rest->problem;
  EXPECT_EQ(rest->batches, 10u);
  auto reader = open_reader(journal_);
  ASSERT_TRUE(reader);
  wire::Batch batch;
  const auto missing = (*reader)->read(7, batch);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().name, "batch_not_archived");
}

TEST_F(ArchiveTest, ACopyOfAPrunedJournalBeginsWhereItDoes) {
  archive_and_prune(20);
  const auto to = directory_.path() / "copy";
  ASSERT_TRUE(succeeded(copy(journal_, to, go_on)));
  const auto report = verify(to);
  ASSERT_TRUE(succeeded(report));
  EXPECT_FALSE(report->bad_batch) << report->problem;
  EXPECT_EQ(report->batches, 10u);
  EXPECT_TRUE(succeeded(open_writer(to)));
}

TEST_F(ArchiveTest, WhatIsStillThereIsFoundThoughMostOfTheArchiveWasTakenAway) {
  archive_and_prune(20);
  std::filesystem::rename(archive_directory(journal_), directory_.path() / "elsewhere");
  auto reader = open_reader(journal_);
  ASSERT_TRUE(reader);
  wire::Batch batch;
  ASSERT_TRUE((*reader)->read(25, batch).value());
  const auto found = (*reader)->find_batch(30, batch.header.first_sequence + 1);
  ASSERT_TRUE(succeeded(found));
  EXPECT_EQ(*found, 25u);
  // What was removed is passed over.
  EXPECT_EQ((*reader)->find_batch(30, 1).value(), 21u);
  EXPECT_EQ((*reader)->find_batch(30, batch.header.first_sequence + 1'000).value(), 31u);
  const auto before = last_batch_before(**reader, batch.commands.front().timestamp);
  ASSERT_TRUE(succeeded(before));
  EXPECT_EQ(*before, 24u);
  EXPECT_EQ(last_batch_before(**reader, Timestamp{0}).value(), 20u);
  EXPECT_EQ(first_batch_there(journal_).value(), 21u);
  EXPECT_EQ(archive(journal_, 20, go_on)->segments, 0u);
  EXPECT_EQ(archive(journal_, 25, go_on)->first, 21u);
}

TEST_F(ArchiveTest, GoesOnWhereTheNewestSegmentsWereTakenAway) {
  ASSERT_TRUE(save_checkpoint(journal_, 30, {}));
  for (const std::uint64_t through : {10u, 15u, 20u})
    ASSERT_TRUE(succeeded(archive(journal_, through, go_on)));
  ASSERT_TRUE(succeeded(prune(journal_, 20, go_on)));
  EXPECT_EQ(first_batch_there(journal_).value(), 1u);
  const auto segments = list_segments(journal_);
  ASSERT_EQ(segments->size(), 3u);
  std::filesystem::remove((*segments)[2].path);
  EXPECT_EQ(first_batch_there(journal_).value(), 21u);
  const auto archived = archive(journal_, 25, go_on);
  ASSERT_TRUE(succeeded(archived));
  EXPECT_EQ(archived->first, 21u);
  EXPECT_EQ(archived->last, 25u);
}

TEST_F(ArchiveTest, TheFirstBatchThereIsThatOfTheUnbrokenSegments) {
  ASSERT_TRUE(save_checkpoint(journal_, 30, {}));
  for (const std::uint64_t through : {10u, 15u, 20u, 25u})
    ASSERT_TRUE(succeeded(archive(journal_, through, go_on)));
  ASSERT_TRUE(succeeded(prune(journal_, 20, go_on)));
  std::filesystem::remove((*list_segments(journal_))[1].path);
  EXPECT_EQ(first_batch_there(journal_).value(), 16u);
}

TEST_F(ArchiveTest, ASearchReadsTheSegmentThatHasTheEventAndNoOther) {
  ASSERT_TRUE(save_checkpoint(journal_, 30, {}));
  for (const std::uint64_t through : {5u, 10u, 15u, 20u})
    ASSERT_TRUE(succeeded(archive(journal_, through, go_on)));
  ASSERT_TRUE(succeeded(prune(journal_, 20, go_on)));
  const auto segments = list_segments(journal_);
  ASSERT_EQ(segments->size(), 4u);
  std::vector<std::string> whole;
  for (const SegmentFile& segment : *segments)
    whole.push_back(read_file(segment.path));
  // A wrong checksum, which stands at the end: the segment cannot be read whole.
  const auto damage = [&](std::size_t i) {
    std::string bytes = whole[i];
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    write_file((*segments)[i].path, bytes);
  };
  constexpr Sequence events_each = 6;
  for (std::uint64_t number = 1; number <= 30; ++number) {
    SCOPED_TRACE(number);
    for (std::size_t i = 0; i < segments->size(); ++i) {
      write_file((*segments)[i].path, whole[i]);
      if (number < (*segments)[i].first || number > (*segments)[i].last) damage(i);
    }
    auto reader = open_reader(journal_);
    ASSERT_TRUE(reader);
    for (const Sequence sequence : {(number - 1) * events_each + 1, number * events_each}) {
      const auto found = (*reader)->find_batch(30, sequence);
      ASSERT_TRUE(succeeded(found));
      EXPECT_EQ(*found, number);
    }
  }
  for (std::size_t i = 0; i < segments->size(); ++i)
    write_file((*segments)[i].path, whole[i]);
  // One in the middle was taken away.
  std::filesystem::remove((*segments)[1].path);
  auto reader = open_reader(journal_);
  ASSERT_TRUE(reader);
  for (std::uint64_t number = 1; number <= 30; ++number) {
    const auto found = (*reader)->find_batch(30, number * events_each);
    ASSERT_TRUE(succeeded(found));
    EXPECT_EQ(*found, number < 6 || number > 10 ? number : 11);
  }
  EXPECT_EQ((*reader)->find_batch(30, 30 * events_each + 1).value(), 31u);
  EXPECT_EQ((*reader)->find_batch(3, 10 * events_each).value(), 4u);
}

TEST_F(ArchiveTest, VerifiesWhatAPruneRemovesMeanwhile) {
  ASSERT_TRUE(save_checkpoint(journal_, 30, {}));
  for (const std::uint64_t through : {10u, 20u})
    ASSERT_TRUE(succeeded(archive(journal_, through, go_on)));
  // So that this process may write as well.
  const auto writer = open_writer(journal_);
  ASSERT_TRUE(succeeded(writer));
  for (const bool taken_away : {false, true}) {
    SCOPED_TRACE(taken_away);
    auto files = open_files_for_reading(journal_);
    ASSERT_TRUE(succeeded(files));
    VerifyProgress progress;
    Verification verification(std::move(*files), progress, VerifyPace::together);
    ASSERT_TRUE(succeeded(prune(journal_, taken_away ? 20 : 10, go_on)));
    if (taken_away) std::filesystem::remove((*list_segments(journal_))[1].path);
    const auto report = verification.run();
    ASSERT_TRUE(succeeded(report));
    EXPECT_FALSE(report->bad_batch) << report->problem;
    EXPECT_EQ(report->batches, taken_away ? 20u : 30u);
    EXPECT_EQ(report->archived, 10u);
    EXPECT_EQ(report->head.batch, 30u);
  }
}

TEST_F(ArchiveTest, ACopyBeginsAnewWhereAPrunePassesItBy) {
  const auto from = directory_.path() / "large";
  make_journal(from, 40, 8'000);
  ASSERT_TRUE(save_checkpoint(from, 40, {}));
  for (const std::uint64_t through : {15u, 30u})
    ASSERT_TRUE(succeeded(archive(from, through, go_on)));
  // So that this process may write as well.
  const auto writer = open_writer(from);
  ASSERT_TRUE(succeeded(writer));
  BatchSource source((*writer)->head());
  const auto to = directory_.path() / "copy";
  std::uint64_t portions = 0;
  const auto report = copy(from, to, [&](std::uint64_t done, std::uint64_t) {
    if (++portions > 1) return true;
    EXPECT_LT(done, 30u);
    EXPECT_TRUE(succeeded(append(**writer, source.next())));
    EXPECT_TRUE(succeeded(prune(from, 30, go_on)));
    std::filesystem::remove_all(archive_directory(from));
    return true;
  });
  ASSERT_TRUE(succeeded(report));
  EXPECT_GE(report->head.batch, 40u);
  const auto verified = verify(to);
  ASSERT_TRUE(succeeded(verified));
  EXPECT_FALSE(verified->bad_batch) << verified->problem;
  EXPECT_EQ(verified->batches, report->head.batch - 30);
  EXPECT_EQ(verified->bytes, report->bytes);
  EXPECT_TRUE(succeeded(open_writer(to)));
}

TEST_F(ArchiveTest, VerificationsAndCopiesBesideAPruneFindNoDamage) {
  const auto from = directory_.path() / "long";
  constexpr std::uint64_t batches = 4'000;
  make_journal(from, batches, 1);
  ASSERT_TRUE(save_checkpoint(from, batches, {}));
  for (std::uint64_t through = 700; through < batches; through += 700)
    ASSERT_TRUE(succeeded(archive(from, through, go_on)));
  test::ChildProcess pruning([&] { return prune(from, batches, go_on) ? 0 : 1; });
  for (int round = 0; round < 5; ++round) {
    SCOPED_TRACE(round);
    const auto report = verify(from);
    ASSERT_TRUE(succeeded(report));
    EXPECT_FALSE(report->bad_batch) << report->problem;
    EXPECT_EQ(report->batches, batches);
    const auto to = directory_.path() / ("copy-" + std::to_string(round));
    ASSERT_TRUE(succeeded(copy(from, to, go_on)));
    const auto copied = verify(to);
    ASSERT_TRUE(succeeded(copied));
    EXPECT_FALSE(copied->bad_batch) << copied->problem;
    EXPECT_EQ(copied->head.batch, batches);
  }
  EXPECT_EQ(pruning.wait(), 0);
}

TEST_F(ArchiveTest, FindsTheLastBatchBeforeATime) {
  auto reader = open_reader(journal_);
  ASSERT_TRUE(reader);
  wire::Batch batch;
  ASSERT_TRUE((*reader)->read(13, batch).value());
  const Timestamp time = batch.commands.front().timestamp;
  EXPECT_EQ(last_batch_before(**reader, time).value(), 12u);
  EXPECT_EQ(last_batch_before(**reader, Timestamp{time.nanoseconds + 1}).value(), 13u);
  EXPECT_EQ(last_batch_before(**reader, Timestamp{0}).value(), 0u);
  EXPECT_EQ(last_batch_before(**reader, Timestamp{INT64_MAX}).value(), 30u);
}

}  // namespace
}  // namespace trade::journal
