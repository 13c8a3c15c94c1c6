// The redo log: what was appended is there after a crash at any moment, a write cut short is left out, and
// anything else that is not whole is told.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <random>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "journal/archive.hpp"
#include "journal/copy.hpp"
#include "journal/files.hpp"
#include "journal/redo_index.hpp"
#include "journal/redo_recovery.hpp"
#include "journal/writer_lock.hpp"
#include "support.hpp"
#include "support/child_process.hpp"
#include "support/temporary_directory.hpp"

namespace trade::journal {
namespace {

namespace fs = std::filesystem;

const auto go_on = [](std::uint64_t, std::uint64_t) { return true; };

class RedoTest : public testing::Test {
 protected:
  /// A child appends so many batches and ends without a word, as a crash would have it.
  void append_and_crash(std::uint64_t batches, std::size_t commands_each = 3) {
    test::ChildProcess child([&] {
      auto writer = open_writer(directory_);
      if (!writer) return 1;
      BatchSource source((*writer)->head());
      for (std::uint64_t i = 0; i < batches; ++i) {
        if (!append(**writer, source.next(commands_each))) return 1;
      }
      _exit(0);
    });
    ASSERT_EQ(child.wait(), 0);
  }
  void expect_batches(std::uint64_t count) {
    auto reader = open_reader(directory_);
    ASSERT_TRUE(succeeded(reader));
    const auto head = (*reader)->head();
    ASSERT_TRUE(succeeded(head));
    EXPECT_EQ(head->batch, count);
    wire::Batch batch;
    for (std::uint64_t number = 1; number <= count; ++number) {
      const auto read = (*reader)->read(number, batch);
      ASSERT_TRUE(succeeded(read));
      ASSERT_TRUE(*read) << number;
      EXPECT_TRUE(is_source_batch(batch, number));
    }
    const auto beyond = (*reader)->read(count + 1, batch);
    ASSERT_TRUE(succeeded(beyond));
    EXPECT_FALSE(*beyond);
    const auto report = verify(directory_);
    ASSERT_TRUE(succeeded(report));
    EXPECT_FALSE(report->bad_batch) << report->problem;
    EXPECT_EQ(report->batches, count);
    EXPECT_EQ(report->head.batch, count);
  }
  void expect_copied_and_archived(std::uint64_t count) {
    const fs::path to = home_ / "copied";
    const auto report = copy(directory_, to, go_on);
    ASSERT_TRUE(succeeded(report));
    EXPECT_EQ(report->head.batch, count);
    const auto archived = archive(directory_, count, go_on);
    ASSERT_TRUE(succeeded(archived));
    EXPECT_EQ(archived->last, count);
    fs::remove_all(directory_ / "archive");
    fs::remove_all(to);
  }
  /// The end of what the database has.
  std::uint64_t last_in_database() {
    const auto files = open_files_for_reading(directory_);
    auto transaction = files->environment->begin_read();
    const auto last = last_record(*files, *transaction);
    return last->has_value() ? (*last)->number : 0;
  }
  void expect_refused(const std::string& what) {
    const auto writer = open_writer(directory_);
    ASSERT_FALSE(writer);
    EXPECT_EQ(writer.error().code, ErrorCode::corrupt);
    EXPECT_NE(writer.error().message.find(what), std::string::npos) << writer.error().message;
    EXPECT_NE(writer.error().hint.find("restore"), std::string::npos) << writer.error().hint;
  }
  [[nodiscard]] fs::path file(std::size_t number) const { return redo_file_path(directory_, number); }

  test::TemporaryDirectory home_;
  fs::path directory_ = home_ / "journal";
};

TEST_F(RedoTest, WhatWasAppendedIsThereAfterACrash) {
  append_and_crash(10);
  EXPECT_LT(last_in_database(), 10u);
  expect_batches(10);
  append_and_crash(5);
  expect_batches(15);
  make_journal(directory_, 5);
  EXPECT_EQ(last_in_database(), 20u);
  expect_batches(20);
}

TEST_F(RedoTest, GoesRoundManyTimes) {
  append_and_crash(5'000, 1);
  EXPECT_GT(last_in_database(), 2'000u);
  expect_batches(5'000);
  make_journal(directory_, 1);
  expect_batches(5'001);
}

TEST_F(RedoTest, BatchesAsLargeAsTheyCome) {
  append_and_crash(4, 20'000);
  append_and_crash(3, 1);
  expect_batches(7);
}

TEST_F(RedoTest, ACrashAtAnyMomentLosesNothingThatWasAcknowledged) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::uint64_t kept = 0;
  for (int round = 0; round < 12; ++round) {
    test::Pipe acknowledgements;
    test::ChildProcess child([&] {
      auto writer = open_writer(directory_);
      if (!writer) return 1;
      BatchSource source((*writer)->head());
      while (true) {
        if (!append(**writer, source.next(1 + random() % 20))) return 1;
        (*writer)->prepare();
        if (!acknowledgements.send((*writer)->head().batch)) return 1;
      }
    });
    acknowledgements.close_writing();
    std::uint64_t acknowledged = kept;
    const std::uint64_t until = kept + 1 + random() % 1'500;
    std::uint64_t batch = 0;
    while (acknowledged < until && acknowledgements.receive(batch))
      acknowledged = batch;
    ASSERT_EQ(child.kill(), -SIGKILL);
    while (acknowledgements.receive(batch))
      acknowledged = batch;
    auto writer = open_writer(directory_);
    ASSERT_TRUE(succeeded(writer));
    ASSERT_GE((*writer)->head().batch, acknowledged);
    ASSERT_LE((*writer)->head().batch, acknowledged + 1);
    kept = (*writer)->head().batch;
  }
  expect_batches(kept);
}

TEST_F(RedoTest, AWriteCutShortIsLeftOut) {
  append_and_crash(6, 100);
  const std::string whole = read_file(file(0));
  const auto places = find_redo_records(directory_, open_files_for_reading(directory_)->identity,
                                        open_files_for_reading(directory_)->start);
  ASSERT_TRUE(succeeded(places));
  ASSERT_EQ(places->size(), 6u);
  const RedoPlace last = places->back().place;
  const std::size_t start = std::size_t{last.page} * redo_page_bytes;
  for (const std::size_t written : {std::size_t{0}, std::size_t{4'096}, std::size_t{8'192}}) {
    SCOPED_TRACE(written);
    ASSERT_LT(written, last.bytes);
    const fs::path torn = home_ / ("torn-" + std::to_string(written));
    fs::copy(directory_, torn, fs::copy_options::recursive);
    std::string bytes = whole;
    bytes.replace(start + written, last.bytes - written, last.bytes - written, '\0');
    write_file(redo_file_path(torn, 0), bytes);
    // After power loss the index tells what it told some time before.
    fs::remove(redo_index_path(torn));
    const auto writer = open_writer(torn);
    ASSERT_TRUE(succeeded(writer));
    EXPECT_EQ((*writer)->head().batch, 5u);
  }
}

TEST_F(RedoTest, AnythingElseThatIsNotWholeIsTold) {
  append_and_crash(6, 100);
  const std::string whole = read_file(file(0));
  const auto places = find_redo_records(directory_, open_files_for_reading(directory_)->identity,
                                        open_files_for_reading(directory_)->start);
  ASSERT_TRUE(succeeded(places));
  for (std::size_t i = 0; i < places->size(); ++i) {
    const RedoPlace place = (*places)[i].place;
    std::string bytes = whole;
    char& byte = bytes[std::size_t{place.page} * redo_page_bytes + (i * 977) % place.bytes];
    byte = static_cast<char>(byte ^ 0x10);
    write_file(file(0), bytes);
    // The last one, too: the index knows that it was acknowledged.
    expect_refused("batch " + std::to_string(i + 1));
  }
  write_file(file(0), whole);
  expect_batches(6);
  fs::remove(file(0));
  expect_refused("batch 1");
  write_file(file(0), whole);
  EXPECT_TRUE(succeeded(open_writer(directory_)));
}

TEST_F(RedoTest, OfAnotherJournalIsRefused) {
  append_and_crash(6);
  const fs::path other = home_ / "other";
  make_journal(other, 3);
  fs::copy_file(file(0), redo_file_path(other, 0), fs::copy_options::overwrite_existing);
  const auto writer = open_writer(other);
  ASSERT_FALSE(writer);
  EXPECT_NE(writer.error().message.find("does not follow"), std::string::npos) << writer.error().message;
  // What lies before the end of the database is of no interest.
  make_journal(home_ / "longer", 8);
  fs::copy_file(file(0), redo_file_path(home_ / "longer", 0), fs::copy_options::overwrite_existing);
  EXPECT_TRUE(succeeded(open_writer(home_ / "longer")));
}

TEST_F(RedoTest, CopiesAndArchivesHaveWhatIsNotInTheDatabaseYet) {
  append_and_crash(20);
  ASSERT_LT(last_in_database(), 20u);
  const auto report = copy(directory_, home_ / "copy", [](std::uint64_t, std::uint64_t) { return true; });
  ASSERT_TRUE(succeeded(report));
  EXPECT_EQ(report->head.batch, 20u);
  const auto archived = archive(directory_, 20, [](std::uint64_t, std::uint64_t) { return true; });
  ASSERT_TRUE(succeeded(archived));
  EXPECT_EQ(archived->last, 20u);
  directory_ = home_ / "copy";
  expect_batches(20);
}

TEST_F(RedoTest, WithoutAWriterTheFilesTellWhatIsThereAndNotTheIndex) {
  append_and_crash(5);
  const std::string old_index = read_file(redo_index_path(directory_));
  append_and_crash(15);
  ASSERT_LT(last_in_database(), 20u);
  const std::string index = read_file(redo_index_path(directory_));
  for (const std::string& found : {std::string(), old_index, std::string(index.size(), '\0')}) {
    SCOPED_TRACE(found.size());
    fs::remove(redo_index_path(directory_));
    if (!found.empty()) write_file(redo_index_path(directory_), found);
    expect_batches(20);
    expect_copied_and_archived(20);
  }
  // All of it in the database, and an index that tells of the time before.
  make_journal(directory_, 2);
  write_file(redo_index_path(directory_), old_index);
  ASSERT_EQ(last_in_database(), 22u);
  expect_batches(22);
  expect_copied_and_archived(22);
}

TEST_F(RedoTest, WithoutAWriterDamageIsToldAndWhatIsBeforeItRead) {
  append_and_crash(6, 100);
  const auto places = find_redo_records(directory_, open_files_for_reading(directory_)->identity,
                                        open_files_for_reading(directory_)->start);
  ASSERT_TRUE(succeeded(places));
  std::string bytes = read_file(file(0));
  char& byte = bytes[std::size_t{(*places)[2].place.page} * redo_page_bytes + 500];
  byte = static_cast<char>(byte ^ 0x10);
  write_file(file(0), bytes);
  for (const bool has_index : {true, false}) {
    SCOPED_TRACE(has_index);
    if (!has_index) fs::remove(redo_index_path(directory_));
    auto reader = open_reader(directory_);
    ASSERT_TRUE(succeeded(reader));
    const auto head = (*reader)->head();
    ASSERT_FALSE(head);
    EXPECT_EQ(head.error().code, ErrorCode::corrupt);
    EXPECT_NE(head.error().message.find("batch 3"), std::string::npos) << head.error().message;
    wire::Batch batch;
    for (std::uint64_t number = 1; number <= 2; ++number) {
      const auto read = (*reader)->read(number, batch);
      ASSERT_TRUE(succeeded(read));
      EXPECT_TRUE(*read && is_source_batch(batch, number));
    }
    EXPECT_FALSE((*reader)->read(3, batch));
    std::string record;
    EXPECT_FALSE((*reader)->read_encoded(3, record));
    const auto report = verify(directory_);
    ASSERT_TRUE(succeeded(report));
    EXPECT_EQ(report->bad_batch, 3u);
    EXPECT_NE(report->problem.find("redo log"), std::string::npos) << report->problem;
    EXPECT_FALSE(copy(directory_, home_ / "refused", go_on));
    fs::remove_all(home_ / "refused");
    EXPECT_FALSE(archive(directory_, 6, go_on));
  }
}

/// A writer in a process of its own, whose descriptors are not to be shared. It appends so many batches when
/// it is told to, and ends when it is told to.
class OtherWriter {
 public:
  explicit OtherWriter(const fs::path& directory) : child_([&] { return run(directory); }) {
    // So that the child's end is seen.
    answers_.close_writing();
    std::uint64_t ignored = 0;
    opened_ = answers_.receive(ignored);
  }
  [[nodiscard]] bool opened() const { return opened_; }
  bool append(std::uint64_t batches) {
    std::uint64_t answer = 0;
    return orders_.send(batches) && answers_.receive(answer) && answer == batches;
  }
  int end() {
    orders_.send(std::uint64_t{0});
    return child_.wait();
  }

 private:
  int run(const fs::path& directory) {
    auto writer = open_writer(directory);
    if (!writer) return 1;
    BatchSource source((*writer)->head());
    std::uint64_t batches = 0;
    answers_.send(batches);
    while (orders_.receive(batches) && batches != 0) {
      for (std::uint64_t i = 0; i < batches; ++i) {
        if (!journal::append(**writer, source.next())) return 1;
      }
      answers_.send(batches);
    }
    return 0;
  }

  test::Pipe orders_;
  test::Pipe answers_;
  bool opened_ = false;
  test::ChildProcess child_;
};

TEST_F(RedoTest, AReaderThatCameBeforeTheWriterGoesOnWithIt) {
  append_and_crash(20);
  fs::remove(redo_index_path(directory_));
  const auto reader = open_reader(directory_);
  ASSERT_TRUE(succeeded(reader));
  std::uint64_t next = 1;
  const auto expect_up_to = [&](std::uint64_t last) {
    EXPECT_EQ((*reader)->head().value().batch, last);
    wire::Batch batch;
    for (; next <= last; ++next)
      ASSERT_TRUE((*reader)->read(next, batch).value() && is_source_batch(batch, next)) << next;
    EXPECT_FALSE((*reader)->read(next, batch).value());
  };
  expect_up_to(20);
  OtherWriter writer(directory_);
  ASSERT_TRUE(writer.opened());
  expect_up_to(20);
  ASSERT_TRUE(writer.append(5));
  expect_up_to(25);
  ASSERT_EQ(writer.end(), 0);
  expect_up_to(25);
}

TEST_F(RedoTest, AReaderThatSleptWhileAWriterCameAndWentIsNotBehind) {
  append_and_crash(20);
  const auto reader = open_reader(directory_);
  ASSERT_TRUE(succeeded(reader));
  OtherWriter writer(directory_);
  ASSERT_TRUE(writer.append(2));
  ASSERT_EQ(writer.end(), 0);
  EXPECT_EQ((*reader)->head().value().batch, 22u);
}

TEST_F(RedoTest, AFollowerFindsALogThatIsMadeAfterTheOneItHadWasMovedAway) {
  make_journal(directory_, 4);
  OtherWriter first(directory_);
  ASSERT_TRUE(first.append(2));
  const auto reader = open_reader(directory_);
  ASSERT_TRUE(succeeded(reader));
  wire::Batch batch;
  ASSERT_TRUE((*reader)->read(6, batch).value());
  ASSERT_LT(last_in_database(), 6u);
  ASSERT_EQ(first.end(), 0);
  for (const fs::path& path : {file(0), file(1), redo_index_path(directory_)})
    fs::rename(path, home_ / path.filename());
  OtherWriter second(directory_);
  ASSERT_TRUE(second.append(1));
  ASSERT_LT(last_in_database(), 7u);
  bool found = false;
  for (int i = 0; i < 1'000 && !found; ++i) {
    found = (*reader)->read(7, batch).value();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(found && is_source_batch(batch, 7));
  EXPECT_EQ((*reader)->head().value().batch, 7u);
  EXPECT_EQ(second.end(), 0);
}

TEST_F(RedoTest, WhetherThereIsAWriterIsSeenWithoutDisturbingIt) {
  EXPECT_FALSE(WriterLock::is_held(directory_));
  make_journal(directory_, 1);
  EXPECT_FALSE(WriterLock::is_held(directory_));
  const auto lock = WriterLock::acquire(directory_);
  ASSERT_TRUE(succeeded(lock));
  EXPECT_TRUE(WriterLock::is_held(directory_));
  test::ChildProcess child(
      [&] { return WriterLock::is_held(directory_) && !WriterLock::acquire(directory_) ? 0 : 1; });
  EXPECT_EQ(child.wait(), 0);
}

TEST_F(RedoTest, NoBatchIsFoundBehindTheEndThatTheIndexTells) {
  fs::create_directories(directory_);
  const Hash identity = random_identity();
  auto writing = RedoIndex::open_for_writing(directory_, identity);
  ASSERT_TRUE(succeeded(writing));
  const auto reading = RedoIndex::open_for_reading(directory_, identity);
  ASSERT_TRUE(reading);
  constexpr std::uint64_t count = 300'000;
  std::thread writer([&] {
    for (std::uint64_t batch = 1; batch <= count; ++batch)
      writing->put(batch, {0, 1, 2});
  });
  std::uint64_t found = 0;
  for (std::uint64_t next = 1; next <= count;) {
    if (reading->find(next)) {
      EXPECT_GE(reading->last(), next);
      ++found;
      ++next;
    } else {
      // Its place may have been given to a later one.
      next = std::max(next, reading->last());
    }
  }
  writer.join();
  EXPECT_GT(found, 0u);
  EXPECT_TRUE(reading->find(count));
  EXPECT_FALSE(reading->find(count + 1));
}

TEST_F(RedoTest, ReadersFollowWhileItIsWritten) {
  constexpr std::uint64_t batches = 6'000;
  const auto writer = open_writer(directory_, {.sync = false});
  ASSERT_TRUE(succeeded(writer));
  std::atomic<bool> failed = false;
  std::thread reading([&] {
    const auto reader = open_reader(directory_);
    wire::Batch batch;
    for (std::uint64_t number = 1; number <= batches && !failed;) {
      const auto read = (*reader)->read(number, batch);
      const auto head = (*reader)->head();
      if (!read || !head || (*read && (!is_source_batch(batch, number) || head->batch < number)))
        failed = true;
      if (read && *read) ++number;
    }
  });
  BatchSource source;
  for (std::uint64_t i = 0; i < batches && !failed; ++i) {
    EXPECT_TRUE(succeeded(append(**writer, source.next(1 + i % 7))));
    (*writer)->prepare();
  }
  reading.join();
  EXPECT_FALSE(failed);
}

}  // namespace
}  // namespace trade::journal
