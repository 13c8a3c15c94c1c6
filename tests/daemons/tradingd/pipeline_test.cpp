// What may leave tradingd when: nothing before it is durable, nothing after a commit that failed.
#include "tradingd/pipeline.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace trade::tradingd {
namespace {

/// Commits when told to.
class ManualCommitter final : public journal::Committer {
 public:
  [[nodiscard]] const journal::Head& head() const override { return head_; }
  [[nodiscard]] bool idle() const override { return !submitted_; }
  Status submit(const wire::Encoder::BatchHeader& header, wire::Bytes, Sequence last_sequence,
                std::uint64_t next_command) override {
    submitted_ = journal::Head{header.batch, next_command, last_sequence};
    return {};
  }
  Result<std::optional<std::uint64_t>> take_completion() override {
    if (failing) return fail(ErrorCode::internal, "the disk is gone");
    if (!submitted_ || !durable) return std::nullopt;
    durable = false;
    head_ = *std::exchange(submitted_, std::nullopt);
    return head_.batch;
  }
  Result<std::optional<std::uint64_t>> wait_completion() override {
    durable = true;
    return take_completion();
  }

  bool durable = false;
  bool failing = false;

 private:
  journal::Head head_;
  std::optional<journal::Head> submitted_;
};

class PipelineTest : public testing::Test, protected Outlet {
 protected:
  PipelineTest() : pipeline_(Sequencer(Engine(), {}, clock_), commits_, *this, 3) {}

  void hand_in(std::uint64_t id, const RequestBody& body) {
    wire::Encoder encoder;
    const wire::Bytes bytes = encoder.encode(Request{id, body});
    bus::Frame frame;
    frame.assign(bytes.data(), bytes.size());
    pipeline_.handle({}, wire::decode_request(frame.bytes()).value(), frame);
    outcome_ = pipeline_.flush();
  }
  void open_account(std::uint64_t id) {
    SubmitRequest request;
    request.commands.push_back({OpenAccount{*AccountName::make("a" + std::to_string(id))}, {}, {}});
    hand_in(id, request);
  }
  void become_durable() {
    commits_.durable = true;
    outcome_ = pipeline_.complete();
  }

  const ManualClock clock_{Timestamp{1'700'000'000 * nanoseconds_per_second}};
  ManualCommitter commits_;
  std::vector<std::string> news_;
  Pipeline pipeline_;
  Status outcome_;

 private:
  void send(const bus::ClientIdentity&, const Reply& reply) override {
    news_.push_back("reply " + std::to_string(reply.id));
  }
  void submitted(std::uint64_t batch) override { news_.push_back("submitted " + std::to_string(batch)); }
  void became_durable(const journal::Head& head) override {
    news_.push_back("durable " + std::to_string(head.batch));
  }
};

using News = std::vector<std::string>;

TEST_F(PipelineTest, RepliesLeaveOnceTheirBatchIsDurableAndTheNextGoesToTheDiskFirst) {
  open_account(1);
  open_account(2);
  open_account(3);
  EXPECT_EQ(news_, (News{"submitted 1"}));
  become_durable();
  EXPECT_EQ(news_, (News{"submitted 1", "submitted 2", "reply 1", "durable 1"}));
  become_durable();
  EXPECT_EQ(news_,
            (News{"submitted 1", "submitted 2", "reply 1", "durable 1", "reply 2", "reply 3", "durable 2"}));
}

TEST_F(PipelineTest, AQuestionIsAnsweredAtOnceWhenAllIsDurableAndElseWaits) {
  hand_in(1, SessionRequest{});
  EXPECT_EQ(news_, (News{"reply 1"}));
  open_account(2);
  hand_in(3, AccountsRequest{});
  EXPECT_EQ(news_, (News{"reply 1", "submitted 1"}));
  become_durable();
  EXPECT_EQ(news_, (News{"reply 1", "submitted 1", "reply 2", "reply 3", "durable 1"}));
}

TEST_F(PipelineTest, AfterAFailedCommitNothingLeaves) {
  open_account(1);
  open_account(2);
  commits_.failing = true;
  become_durable();
  EXPECT_FALSE(outcome_);
  EXPECT_EQ(news_, (News{"submitted 1"}));
  EXPECT_FALSE(pipeline_.drain());
  EXPECT_EQ(news_, (News{"submitted 1"}));
}

TEST_F(PipelineTest, IsFullWhenTheOpenBatchIs) {
  for (std::uint64_t id = 1; id <= 3; ++id)
    open_account(id);
  EXPECT_FALSE(pipeline_.full());
  open_account(4);
  EXPECT_TRUE(pipeline_.full());
  become_durable();
  EXPECT_FALSE(pipeline_.full());
}

TEST_F(PipelineTest, IsFullByTheBytesOfItsAnswersToo) {
  Pipeline small(Sequencer(Engine(), {}, clock_), commits_, *this, 1'000, 4'096);
  wire::Encoder encoder;
  int questions = 0;
  while (!small.full()) {
    const wire::Bytes bytes = encoder.encode(Request{1, AccountsRequest{.name = "nobody"}});
    bus::Frame frame;
    frame.assign(bytes.data(), bytes.size());
    small.handle({}, wire::decode_request(frame.bytes()).value(), frame);
    ASSERT_LT(++questions, 100);
  }
  EXPECT_GE(small.unfinished().bytes, 4'096u);
  ASSERT_TRUE(small.flush());
  EXPECT_FALSE(small.full());
  EXPECT_EQ(small.unfinished().bytes, 0u);
}

TEST_F(PipelineTest, CountsWorkUntilItIsDurable) {
  open_account(1);
  open_account(2);
  EXPECT_EQ(pipeline_.unfinished().commands, 2u);
  become_durable();
  EXPECT_EQ(pipeline_.unfinished().commands, 1u);
  become_durable();
  EXPECT_EQ(pipeline_.unfinished().commands, 0u);
}

TEST_F(PipelineTest, DrainingCommitsAndAnswersAllThatWasHandedIn) {
  open_account(1);
  open_account(2);
  hand_in(3, SessionRequest{});
  ASSERT_TRUE(pipeline_.drain());
  EXPECT_EQ(news_,
            (News{"submitted 1", "reply 1", "durable 1", "submitted 2", "reply 2", "reply 3", "durable 2"}));
}

}  // namespace
}  // namespace trade::tradingd
