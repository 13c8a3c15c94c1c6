#include "journal/copy.hpp"

#include <gtest/gtest.h>

#include "lib/journal/support.hpp"
#include "support/temporary_directory.hpp"

namespace trade::journal {
namespace {

const auto go_on = [](std::uint64_t, std::uint64_t) { return true; };

TEST(CopyTest, HasTheSameRecordsWhileTheSourceIsWritten) {
  const test::TemporaryDirectory directory;
  const auto from = directory.path() / "from";
  const auto to = directory.path() / "to";
  auto writer = open_writer(from);
  ASSERT_TRUE(writer);
  BatchSource source;
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(append(**writer, source.next()));
  ASSERT_TRUE(save_checkpoint(from, 10, {}));
  ASSERT_TRUE(copy_checkpoints(from, to));
  // What is appended meanwhile is not in it, and does not disturb it.
  const auto report = copy(from, to, [&](std::uint64_t, std::uint64_t) {
    EXPECT_TRUE(append(**writer, source.next()));
    return true;
  });
  ASSERT_TRUE(succeeded(report));
  EXPECT_EQ(report->head.batch, 20u);
  const auto verified = verify(to);
  ASSERT_TRUE(succeeded(verified));
  EXPECT_EQ(verified->batches, 20u);
  EXPECT_FALSE(verified->bad_batch);
  auto original = open_reader(from);
  auto copied = open_reader(to);
  ASSERT_TRUE(original && copied);
  std::string left;
  std::string right;
  for (std::uint64_t number = 1; number <= 20; ++number) {
    ASSERT_TRUE((*original)->read_encoded(number, left).value());
    ASSERT_TRUE((*copied)->read_encoded(number, right).value());
    EXPECT_EQ(left, right);
  }
  EXPECT_EQ(load_checkpoint(to, 20)->value().batch, 10u);
}

TEST(CopyTest, ACopyIsAJournalThatCanBeContinued) {
  const test::TemporaryDirectory directory;
  make_journal(directory.path() / "from", 1);
  ASSERT_TRUE(succeeded(copy(directory.path() / "from", directory.path() / "to", go_on)));
  auto writer = open_writer(directory.path() / "to");
  ASSERT_TRUE(succeeded(writer));
  EXPECT_TRUE(append(**writer, BatchSource((*writer)->head()).next()));
}

TEST(CopyTest, DoesNotWriteOverAnotherJournal) {
  const test::TemporaryDirectory directory;
  for (const char* name : {"one", "other"}) {
    auto writer = open_writer(directory.path() / name);
    ASSERT_TRUE(writer);
  }
  const auto copied = copy(directory.path() / "one", directory.path() / "other", go_on);
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().code, ErrorCode::usage);
}

TEST(CopyTest, EndsWhenToldTo) {
  const test::TemporaryDirectory directory;
  make_journal(directory.path() / "from", 1);
  EXPECT_FALSE(copy(directory.path() / "from", directory.path() / "to",
                    [](std::uint64_t, std::uint64_t) { return false; }));
}

}  // namespace
}  // namespace trade::journal
