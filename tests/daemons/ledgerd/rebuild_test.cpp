// Making the ledger anew from a journal on disk.
#include "ledgerd/rebuild.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "books_support.hpp"
#include "journal/journal.hpp"
#include "journal_script.hpp"
#include "ledgerd/books.hpp"
#include "lib/ledger/description.hpp"

namespace trade::ledgerd {
namespace {

using ledger::test::description;
using test::JournalScript;
using test::TemporaryDirectory;

void write_journal(const std::filesystem::path& directory, const JournalScript& script) {
  journal::Options options;
  options.sync = false;
  auto writer = journal::open_writer(directory, options);
  ASSERT_TRUE(writer) << writer.error().message;
  wire::Encoder encoder;
  std::uint64_t next_command = 1;
  for (const wire::Batch& batch : script.batches()) {
    // One command for each event. What it was does not matter to who follows the events.
    std::vector<Command> commands;
    for (const Event& event : batch.events)
      commands.push_back(Command{event.timestamp, SetSession{}});
    const std::vector<std::uint32_t> events_per_command(commands.size(), 1);
    auto header = batch.header;
    header.first_command = next_command;
    next_command += commands.size();
    const auto bytes = encoder.encode_batch(header, commands, events_per_command, batch.events);
    const Status appended = (*writer)->append(header, bytes, batch.last_sequence(), next_command);
    ASSERT_TRUE(appended) << appended.error().message;
  }
}

class RebuildTest : public testing::Test {
 protected:
  RebuildTest() {
    options_.store.directory = home_.path() / "ledger";
    options_.store.sync = false;
    follower_options_.daemon = "ledgerd";
    follower_options_.open_journal = [this] { return journal::open_reader(home_.path() / "journal"); };
  }

  const TemporaryDirectory home_;
  BooksOptions options_;
  follower::Options follower_options_;
};

TEST_F(RebuildTest, TheOldLedgerIsPutAsideAndANewOneMade) {
  const JournalScript script(1, 3'000);
  const JournalScript other(2, 2'000);
  write_journal(home_.path() / "journal", script);

  // Books of another journal, which this one's journal does not fit.
  {
    auto books = Books::open(options_);
    ASSERT_TRUE(books);
    for (const wire::Batch& batch : other.batches())
      ASSERT_TRUE((*books)->apply(batch));
    ASSERT_TRUE((*books)->stop());
    books->reset();
    books = Books::open(options_);
    auto reader = follower_options_.open_journal();
    ASSERT_TRUE(reader);
    EXPECT_FALSE((*books)->check_origin(**reader));
  }
  const std::filesystem::path aside = home_.path() / "ledger.old";
  for (int round = 0; round < 3; ++round) {
    if (round == 1) {
      // What was put aside is all there is of the other journal.
      const Status refused = rebuild(options_, follower_options_);
      ASSERT_FALSE(refused);
      EXPECT_THAT(refused.error().message, testing::HasSubstr("was made from another journal"));
      EXPECT_THAT(refused.error().hint, testing::HasSubstr("move it elsewhere"));
      EXPECT_EQ(LedgerStore::stored_position(aside)->state_hash, other.batches().back().header.state_hash);
      std::filesystem::remove_all(aside);
    }
    const Status done = rebuild(options_, follower_options_);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_TRUE(std::filesystem::exists(aside));
    auto books = Books::open(options_);
    ASSERT_TRUE(books);
    auto reader = follower_options_.open_journal();
    ASSERT_TRUE(reader);
    EXPECT_TRUE((*books)->check_origin(**reader));
    EXPECT_EQ((*books)->position().batch, script.batch_count());
    EXPECT_EQ(test::told_of(**books), description(script.truth(script.batch_count()).ledger, nullptr));
  }
}

TEST_F(RebuildTest, BooksOfALostJournalOutliveTheOneThatWasBegunInItsPlace) {
  const JournalScript lost(3, 2'000);
  const JournalScript begun(4, 20);
  {
    auto books = Books::open(options_);
    ASSERT_TRUE(books);
    for (const wire::Batch& batch : lost.batches())
      ASSERT_TRUE((*books)->apply(batch));
    ASSERT_TRUE((*books)->stop());
  }
  const auto batches_in = [&](const char* name) {
    const auto position = LedgerStore::stored_position(home_.path() / name);
    return position ? position->batch : 0;
  };
  // While it is empty nothing is touched.
  {
    journal::Options journal_options;
    journal_options.sync = false;
    ASSERT_TRUE(journal::open_writer(home_.path() / "journal", journal_options));
  }
  const Status empty = rebuild(options_, follower_options_);
  ASSERT_FALSE(empty);
  EXPECT_THAT(empty.error().message, testing::HasSubstr("the journal is empty"));
  EXPECT_EQ(batches_in("ledger"), lost.batch_count());
  write_journal(home_.path() / "journal", begun);
  const Status done = rebuild(options_, follower_options_);
  ASSERT_TRUE(done) << done.error().message;
  for (int again = 0; again < 2; ++again) {
    EXPECT_EQ(batches_in("ledger.old"), lost.batch_count());
    EXPECT_EQ(batches_in("ledger"), begun.batch_count());
    const Status refused = rebuild(options_, follower_options_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::corrupt);
    EXPECT_THAT(refused.error().message,
                testing::HasSubstr("goes up to batch " + std::to_string(lost.batch_count())));
  }
  // Nor is removed what cannot be read.
  std::filesystem::resize_file(home_.path() / "ledger.old" / "data.mdb", 100);
  EXPECT_FALSE(rebuild(options_, follower_options_));
  EXPECT_TRUE(std::filesystem::exists(home_.path() / "ledger.old" / "data.mdb"));
  std::filesystem::rename(home_.path() / "ledger.old", home_.path() / "kept");
  EXPECT_TRUE(rebuild(options_, follower_options_));
  EXPECT_EQ(batches_in("ledger.old"), begun.batch_count());
  EXPECT_TRUE(rebuild(options_, follower_options_));
}

TEST_F(RebuildTest, AskedToEndItEndsAndCanBeBegunAgain) {
  const JournalScript script(5, 3'000);
  write_journal(home_.path() / "journal", script);
  follower_options_.group_batches_max = 1;
  ASSERT_TRUE(rebuild(options_, follower_options_));
  int looks = 0;
  const Status ended = rebuild(options_, follower_options_, [&looks] { return ++looks > 10; });
  ASSERT_FALSE(ended);
  EXPECT_THAT(ended.error().hint, testing::HasSubstr("goes on from there"));
  {
    auto books = Books::open(options_);
    ASSERT_TRUE(books);
    EXPECT_EQ((*books)->position().batch, 10U);
  }
  // Killed while the earlier one was being removed, something of it is left.
  std::filesystem::create_directory(home_.path() / "ledger.old.removed");
  std::ofstream(home_.path() / "ledger.old.removed" / "lock.mdb") << "left";
  ASSERT_TRUE(rebuild(options_, follower_options_));
  EXPECT_FALSE(std::filesystem::exists(home_.path() / "ledger.old.removed"));
  EXPECT_EQ(LedgerStore::stored_position(options_.store.directory)->batch, script.batch_count());
}

TEST_F(RebuildTest, WithoutAJournalNothingIsTouched) {
  {
    ASSERT_TRUE(Books::open(options_));
  }
  const Status done = rebuild(options_, follower_options_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::not_found);
  EXPECT_TRUE(std::filesystem::exists(home_.path() / "ledger"));
  EXPECT_FALSE(std::filesystem::exists(home_.path() / "ledger.old"));
}

}  // namespace
}  // namespace trade::ledgerd
