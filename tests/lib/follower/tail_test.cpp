// Following a journal without sockets: groups, gaps, and journals that are not the right one.
#include "follower/tail.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/follower/recording_application.hpp"
#include "lib/follower/test_journal.hpp"
#include "support/temporary_directory.hpp"

namespace trade::follower {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Batches of three events each, made up as they are read.
class MadeUpReader final : public journal::Reader {
 public:
  Result<journal::Head> head() override {
    if (silent) return fail(ErrorCode::timed_out, "no answer");
    return journal::Head{batches, batches + 1, batches * 3};
  }
  Result<bool> read(std::uint64_t number, wire::Batch& batch) override {
    if (silent) return fail(ErrorCode::not_running, "tradingd is not running");
    if (number == unreadable_at) return fail(ErrorCode::corrupt, "batch 3: checksum wrong");
    if (number > batches) return false;
    batch = wire::Batch{};
    batch.header = {number, number, (number - 1) * 3 + 1, number * 10};
    if (number >= gap_at) ++batch.header.first_sequence;
    batch.events.resize(3);
    return true;
  }
  Result<bool> read_encoded(std::uint64_t, std::string&) override {
    return fail(ErrorCode::internal, "followers read decoded batches");
  }

  std::uint64_t batches = 0;
  std::uint64_t unreadable_at = 0;
  std::uint64_t gap_at = UINT64_MAX;
  bool silent = false;
};

class TailTest : public testing::Test {
 protected:
  TailTest() {
    options_.daemon = "testd";
    options_.state_directory = "/home/of/testd";
    options_.group_batches_max = 4;
    options_.silence_pause = std::chrono::milliseconds(0);
    options_.open_journal = [this]() -> Result<std::unique_ptr<journal::Reader>> {
      ++attempts_;
      if (!there_) return fail(ErrorCode::not_found, "no journal");
      auto reader = std::make_unique<MadeUpReader>();
      *reader = reader_template_;
      reader_ = reader.get();
      return reader;
    };
  }
  void have(std::uint64_t batches) { reader_template_.batches = batches; }

  Options options_;
  RecordingApplication application_;
  MadeUpReader reader_template_;
  MadeUpReader* reader_ = nullptr;
  bool there_ = true;
  int attempts_ = 0;
  Tail tail_{options_, application_};
};

TEST_F(TailTest, WaitsForAJournalThatIsNotThereYet) {
  there_ = false;
  EXPECT_EQ(tail_.open().value(), false);
  EXPECT_EQ(tail_.open().value(), false);
  EXPECT_EQ(tail_.apply_group()->batches, 0u);
  EXPECT_EQ(tail_.head()->batch, 0u);
  there_ = true;
  have(1);
  EXPECT_EQ(tail_.open().value(), true);
  EXPECT_EQ(tail_.open().value(), true);
  EXPECT_EQ(attempts_, 3);
  EXPECT_EQ(tail_.head()->batch, 1u);
  EXPECT_EQ(tail_.apply_group()->batches, 1u);
}

TEST_F(TailTest, AppliesInBoundedGroupsAndCommitsEach) {
  have(10);
  ASSERT_TRUE(tail_.open());
  auto group = tail_.apply_group();
  EXPECT_EQ(group->batches, 4u);
  EXPECT_FALSE(group->at_end);
  EXPECT_TRUE(group->more);
  EXPECT_FALSE(tail_.apply_group()->at_end);
  group = tail_.apply_group();
  EXPECT_EQ(group->batches, 2u);
  EXPECT_TRUE(group->at_end);
  EXPECT_FALSE(group->more);
  EXPECT_TRUE(tail_.apply_group()->at_end);
  EXPECT_THAT(application_.groups, ElementsAre(4, 4, 2));
  EXPECT_EQ(application_.calls, "aaaacaaaacaac");
  EXPECT_EQ(application_.committed, (Position{10, 30, 100}));
}

TEST_F(TailTest, AGroupEndsWhenItsTimeIsUp) {
  have(4);
  options_.group_time_max = std::chrono::milliseconds(5);
  application_.apply_time = std::chrono::milliseconds(10);
  ASSERT_TRUE(tail_.open());
  EXPECT_EQ(tail_.apply_group()->batches, 1u);
  EXPECT_THAT(application_.groups, ElementsAre(1));
}

TEST_F(TailTest, AGapInTheSequenceStopsIt) {
  have(5);
  reader_template_.gap_at = 3;
  ASSERT_TRUE(tail_.open());
  const auto group = tail_.apply_group();
  ASSERT_FALSE(group);
  EXPECT_EQ(group.error().code, ErrorCode::corrupt);
  EXPECT_EQ(group.error().message,
            "the journal has a gap: after batch 2 with event 6 comes batch 3 with event 8");
  EXPECT_THAT(group.error().hint, HasSubstr("journal verify"));
}

TEST_F(TailTest, ABatchThatCannotBeReadStopsIt) {
  have(5);
  reader_template_.unreadable_at = 3;
  ASSERT_TRUE(tail_.open());
  const auto group = tail_.apply_group();
  ASSERT_FALSE(group);
  EXPECT_EQ(group.error().message, "batch 3: checksum wrong");
}

TEST_F(TailTest, AJournalThatDoesNotAnswerForAWhileIsAskedAgain) {
  have(3);
  ASSERT_TRUE(tail_.open());
  EXPECT_EQ(tail_.head()->batch, 3u);
  reader_->silent = true;
  reader_->batches = 5;
  const auto group = tail_.apply_group();
  ASSERT_TRUE(group) << group.error().message;
  EXPECT_EQ(group->batches, 0u);
  EXPECT_FALSE(group->at_end);
  EXPECT_FALSE(group->more);
  EXPECT_EQ(tail_.head()->batch, 3u);
  reader_->silent = false;
  EXPECT_EQ(tail_.apply_group()->batches, 4u);
  EXPECT_EQ(tail_.head()->batch, 5u);
}

TEST_F(TailTest, AJournalThatDoesNotAnswerIsLeftAloneForAPause) {
  options_.silence_pause = std::chrono::hours(1);
  have(3);
  ASSERT_TRUE(tail_.open());
  EXPECT_FALSE(tail_.silent());
  reader_->silent = true;
  EXPECT_EQ(tail_.apply_group()->batches, 0u);
  EXPECT_TRUE(tail_.silent());
  reader_->silent = false;
  EXPECT_EQ(tail_.apply_group()->batches, 0u);
  EXPECT_EQ(tail_.head()->batch, 0u);
  options_.silence_pause = std::chrono::milliseconds(0);
  EXPECT_EQ(tail_.head()->batch, 3u);
  EXPECT_EQ(tail_.apply_group()->batches, 3u);
  EXPECT_FALSE(tail_.silent());
}

TEST_F(TailTest, AnApplicationThatFailsStopsIt) {
  have(5);
  application_.fails_at = 2;
  ASSERT_TRUE(tail_.open());
  auto group = tail_.apply_group();
  ASSERT_FALSE(group);
  EXPECT_EQ(group.error().message, "as the test wants it");
  EXPECT_THAT(application_.groups, ElementsAre());

  RecordingApplication other;
  other.commit_fails = true;
  Tail tail(options_, other);
  ASSERT_TRUE(tail.open());
  group = tail.apply_group();
  ASSERT_FALSE(group);
  EXPECT_EQ(group.error().code, ErrorCode::out_of_space);
}

TEST_F(TailTest, GoesOnAfterWhatTheApplicationHasKept) {
  have(5);
  application_.start_from({3, 9, 30});
  ASSERT_TRUE(tail_.open()) << tail_.open().error().message;
  EXPECT_EQ(tail_.apply_group()->batches, 2u);
  EXPECT_EQ(application_.committed.batch, 5u);
}

TEST_F(TailTest, RefusesAJournalThatEndsBeforeTheApplicationsState) {
  have(2);
  application_.start_from({3, 9, 30});
  const auto opened = tail_.open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::corrupt);
  EXPECT_EQ(opened.error().message, "the journal ends with batch 2, but testd has applied batch 3");
  EXPECT_THAT(opened.error().hint, HasSubstr("/home/of/testd"));
}

TEST_F(TailTest, RefusesAnotherJournal) {
  have(5);
  for (const Position& other : {Position{3, 9, 31}, Position{3, 8, 30}}) {
    RecordingApplication application;
    application.start_from(other);
    Tail tail(options_, application);
    const auto opened = tail.open();
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().message, HasSubstr("it is another journal"));
  }
}

TEST_F(TailTest, FollowsARealJournalWhileItIsWritten) {
  const test::TemporaryDirectory home;
  options_.open_journal = [&] { return journal::open_reader(home / "journal"); };
  ASSERT_EQ(tail_.open().value(), false);
  test::TestJournal journal(home / "journal");
  journal.append_any(2);
  auto opened = tail_.open();
  ASSERT_TRUE(opened) << opened.error().message;
  ASSERT_TRUE(*opened);
  EXPECT_EQ(tail_.apply_group()->batches, 1u);
  for (int round = 0; round < 20; ++round) {
    const Sequence last = journal.append_any(static_cast<std::size_t>(round));
    const auto group = tail_.apply_group();
    ASSERT_TRUE(group) << group.error().message;
    EXPECT_EQ(group->batches, 1u);
    EXPECT_EQ(application_.committed.last_sequence, last);
    EXPECT_EQ(tail_.head()->last_sequence, last);
  }
}

}  // namespace
}  // namespace trade::follower
