// Under more load than can be taken: orders are refused early, cancels go through, memory is bounded.
#include "sequencer/intake.hpp"

#include <string>

#include <gtest/gtest.h>

#include "sequencer/reply_size.hpp"
#include "wire/wire.hpp"

namespace trade::sequencer {
namespace {

constexpr std::size_t no_bound = std::size_t{1} << 40;

class IntakeTest : public testing::Test {
 protected:
  std::optional<Reply> offer(Intake& intake, const RequestBody& body, const Work& elsewhere = {}) {
    wire::Encoder encoder;
    const wire::Bytes bytes = encoder.encode(Request{++last_id_, body});
    frame_.assign(bytes.data(), bytes.size());
    return intake.offer({}, wire::decode_request(frame_.bytes()).value(), frame_, elsewhere);
  }

  static SubmitRequest orders(std::size_t count) {
    SubmitRequest request;
    for (std::size_t i = 0; i < count; ++i)
      request.commands.push_back({PlaceOrder{.account = AccountId{1}, .symbol = SymbolId{1}}, {}, {}});
    return request;
  }
  static SubmitRequest cancel() {
    SubmitRequest request;
    request.commands.push_back({CancelOrder{AccountId{1}, OrderId{7}, {}}, {}, {}});
    return request;
  }

  bus::Frame frame_;
  std::uint64_t last_id_ = 0;
};

TEST_F(IntakeTest, RefusesOrdersBeyondTheBoundAndLetsCancelsAndOperatorsThrough) {
  Intake intake({4, no_bound});
  EXPECT_FALSE(offer(intake, orders(3)));
  EXPECT_FALSE(offer(intake, orders(1)));
  const auto refusal = offer(intake, orders(2));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->id, 3u);
  const auto& results = std::get<SubmitReply>(refusal->body).results;
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].reason, RejectReason::overloaded);
  EXPECT_EQ(results[1].reason, RejectReason::overloaded);
  EXPECT_EQ(intake.refused(), 2u);

  EXPECT_FALSE(offer(intake, cancel()));
  SubmitRequest suspend;
  suspend.commands.push_back({SetAccountStatus{AccountId{1}, AccountStatus::suspended}, {}, {}});
  EXPECT_FALSE(offer(intake, suspend));
  EXPECT_EQ(intake.queued().commands, 6u);
}

TEST_F(IntakeTest, CountsWhatIsNotYetDurableElsewhere) {
  Intake intake({4, no_bound});
  EXPECT_TRUE(offer(intake, orders(2), Work{3, 0}));
  EXPECT_FALSE(offer(intake, orders(1), Work{3, 0}));
}

TEST_F(IntakeTest, OfAMixedRequestQueuesWhatMustGoThrough) {
  Intake intake({1, no_bound});
  SubmitRequest mixed = orders(2);
  mixed.commands.push_back(cancel().commands.front());
  EXPECT_FALSE(offer(intake, mixed, Work{1, 0}));
  EXPECT_EQ(intake.front().admission, Admission::no_orders);
  EXPECT_EQ(intake.front().work.commands, 1u);
  EXPECT_EQ(intake.refused(), 2u);
}

TEST_F(IntakeTest, RefusesByBytesAsWell) {
  Intake intake({1'000, 1'000});
  while (!offer(intake, orders(1)))
    ASSERT_LT(intake.queued().bytes, 4'000u);
  EXPECT_FALSE(offer(intake, cancel()));
}

TEST_F(IntakeTest, RefusesQuestionsAndChecksWithAReason) {
  Intake intake({1, no_bound});
  const auto question = offer(intake, AccountsRequest{}, Work{1, 0});
  ASSERT_TRUE(question);
  EXPECT_EQ(std::get<ErrorReply>(question->body).error.name, "overloaded");
  SubmitRequest check = cancel();
  check.dry_run = true;
  EXPECT_TRUE(offer(intake, check, Work{1, 0}));
}

TEST_F(IntakeTest, OneRequestAloneIsNeverTooMuch) {
  Intake intake({4, no_bound});
  EXPECT_FALSE(offer(intake, orders(100)));
}

TEST_F(IntakeTest, IsFullOfWhatMayNotBeRefusedAtTwiceTheBound) {
  Intake intake({4, no_bound});
  for (int i = 0; i < 7; ++i)
    EXPECT_FALSE(offer(intake, cancel()));
  EXPECT_FALSE(intake.full());
  EXPECT_FALSE(offer(intake, cancel()));
  EXPECT_TRUE(intake.full());
  while (!intake.empty())
    intake.pop();
  EXPECT_EQ(intake.queued().commands, 0u);
  EXPECT_EQ(intake.queued().bytes, 0u);
}

TEST_F(IntakeTest, KeepsRequestsInTheirOrderWithTheirBytes) {
  Intake intake({1'000, no_bound});
  for (int i = 0; i < 300; ++i) {
    SubmitRequest request = orders(1);
    const std::string id = "client-" + std::to_string(i);
    std::get<PlaceOrder>(request.commands[0].body).client_order_id = id;
    ASSERT_FALSE(offer(intake, request));
  }
  for (int i = 0; i < 300; ++i) {
    const auto& submitted = std::get<SubmitRequest>(intake.front().request.body);
    EXPECT_EQ(std::get<PlaceOrder>(submitted.commands.at(0).body).client_order_id,
              "client-" + std::to_string(i));
    intake.pop();
  }
}

TEST(ReplySize, CountsWhatRowsHoldBeside) {
  HoldingsReply few;
  few.rows.resize(1);
  HoldingsReply many = few;
  many.rows[0].holdings.resize(1'000);
  EXPECT_GE(approximate_bytes(many), approximate_bytes(few) + 1'000 * sizeof(HoldingsRow::Holding));
  SubmitReply submitted;
  submitted.results.resize(1);
  const std::size_t without = approximate_bytes(submitted);
  submitted.results[0].fills.resize(100);
  EXPECT_GE(approximate_bytes(submitted), without + 100 * sizeof(ImmediateFill));
  submitted.results[0].leg_views.resize(100);
  EXPECT_GE(approximate_bytes(submitted), without + 100 * (sizeof(ImmediateFill) + sizeof(OrderView)));
}

}  // namespace
}  // namespace trade::sequencer
