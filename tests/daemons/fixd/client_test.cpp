#include "fixd/client.hpp"

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "support/temporary_directory.hpp"

namespace trade::fixd {
namespace {

constexpr std::int64_t day_ns = 86'400 * nanoseconds_per_second;

class ClientTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = FixState::open(directory_ / "state");
    ASSERT_TRUE(opened) << opened.error().message;
    state_ = std::move(*opened);
    config_.comp_id = "BUYSIDE";
    config_.accounts = {"alice"};
  }
  std::unique_ptr<Client> make() {
    Client::Services services;
    services.state = state_.get();
    services.ask = [this](const std::string&, const std::vector<SubmittedCommand>& commands,
                          Client::Answered answered) {
      for (const SubmittedCommand& command : commands)
        asked_.push_back(command.body);
      answers_.push_back(std::move(answered));
    };
    services.settle = [] {};
    return std::make_unique<Client>(config_, "TRADE", std::move(services));
  }
  /// Order 7 of this session's, open, as "o1".
  void add_order() { add_order(7, "alice", "o1"); }
  void add_order(std::uint64_t id, const std::string& account, const std::string& client_order_id) {
    KnownOrder order;
    order.id = {id};
    order.account = account;
    order.symbol = "AAPL";
    order.client_order_id = client_order_id;
    order.comp_id = "BUYSIDE";
    order.status = OrderStatus::submitted;
    order.quantity = {10};
    state_->orders().add(order);
  }
  fix::Store& numbers() { return state_->messages().session("BUYSIDE"); }
  static Timestamp at(std::int64_t day, std::int64_t second) {
    return {day * day_ns + second * nanoseconds_per_second};
  }

  trade::test::TemporaryDirectory directory_;
  std::unique_ptr<FixState> state_;
  access::FixSession config_;
  std::vector<CommandBody> asked_;
  std::vector<Client::Answered> answers_;
};

TEST_F(ClientTest, NumbersBeginAnewOnceADayAtTheTimeOfTheSession) {
  config_.reset_second = 21 * 3'600;
  const auto client = make();
  const std::int64_t today = SystemClock().now().nanoseconds / day_ns;
  numbers().reset(at(today + 1, 12 * 3'600).nanoseconds / nanoseconds_per_second);
  numbers().set_next_sender(50);
  client->tick(at(today + 1, 20 * 3'600 + 3'599));
  EXPECT_EQ(numbers().next_sender(), 50);
  client->tick(at(today + 1, 21 * 3'600));
  EXPECT_EQ(numbers().next_sender(), 1);
}

TEST_F(ClientTest, NumbersMayNeverBeginAnew) {
  config_.reset_second = -1;
  const auto client = make();
  numbers().set_next_sender(50);
  client->tick(at(SystemClock().now().nanoseconds / day_ns + 400, 0));
  EXPECT_EQ(numbers().next_sender(), 50);
}

TEST_F(ClientTest, OrdersAreCancelledUntilTradingdHasSaidSo) {
  config_.cancel_on_disconnect = true;
  const auto client = make();
  EXPECT_TRUE(client->is_cancelling());
  client->tick(SystemClock().now());
  ASSERT_EQ(asked_.size(), 1u);
  ASSERT_TRUE(std::holds_alternative<CancelAllOrders>(asked_[0]));
  EXPECT_EQ(std::get<CancelAllOrders>(asked_[0]).session, session_number("BUYSIDE"));
  client->tick(SystemClock().now());
  EXPECT_EQ(asked_.size(), 1u);
  answers_[0](client.get(), fail(ErrorCode::not_running, "tradingd does not run"));
  EXPECT_TRUE(client->is_cancelling());
  client->tick(SystemClock().now());
  ASSERT_EQ(asked_.size(), 2u);
  answers_[1](client.get(), std::vector<CommandResult>(1));
  EXPECT_FALSE(client->is_cancelling());
  client->tick(SystemClock().now());
  EXPECT_EQ(asked_.size(), 2u);
}

TEST_F(ClientTest, ACancelThatAVenueWasAskedForIsNotAskedForAgain) {
  const auto client = make();
  add_order();
  fix::Message cancel;
  cancel.type = "F";
  cancel.add(34, "2").add(52, "20260130-12:00:00").add(11, "c1").add(41, "o1").add(55, "AAPL").add(54, "1");
  client->received(cancel);
  EXPECT_EQ(asked_.size(), 1u);
  // Told again, it is asked again as long as nobody knows that it came to tradingd.
  cancel.add(43, "Y");
  client->received(cancel);
  EXPECT_EQ(asked_.size(), 2u);
  state_->requests().went_to_venue(RequestKind::cancel, {7}, "alice", "o1");
  const int next = numbers().next_sender();
  client->received(cancel);
  EXPECT_EQ(asked_.size(), 2u);
  ASSERT_EQ(numbers().next_sender(), next + 1);
  EXPECT_EQ(fix::parse(numbers().messages(next, next).front()).text(39), "6");
}

TEST_F(ClientTest, AMassCancelTellsOfEachOrderThatCannotBeCancelledNow) {
  const auto client = make();
  add_order();
  const auto answer = [&](RejectReason reason) {
    fix::Message cancel;
    cancel.type = "q";
    cancel.add(34, "2").add(52, "20260130-12:00:00").add(11, "q1").add(530, "7");
    client->received(cancel);
    CommandResult result;
    result.reason = reason;
    result.order = {7};
    answers_.back()(client.get(), std::vector{result});
    return fix::parse(numbers().messages(numbers().next_sender() - 1, numbers().next_sender() - 1).front());
  };
  const fix::Message refused = answer(RejectReason::pending_at_venue);
  EXPECT_EQ(refused.type, "9");
  EXPECT_EQ(refused.text(11), "q1");
  EXPECT_EQ(refused.text(41), "o1");
  EXPECT_EQ(refused.text(37), "7");
  EXPECT_EQ(refused.text(434), "1");
  EXPECT_EQ(refused.text(102), "99");
  EXPECT_EQ(refused.text(58), "A change of the order is under way at its venue");
  // Of what is cancelled, or has ended by then, the journal tells.
  EXPECT_EQ(answer(RejectReason::none).type, "r");
  EXPECT_EQ(answer(RejectReason::order_not_cancellable).type, "r");
}

TEST_F(ClientTest, AMassCancelOfManyOrdersIsFewRequestsAndAsksForEachOrder) {
  const auto client = make();
  constexpr std::uint64_t orders = 17'500;
  for (std::uint64_t id = 1; id <= orders; ++id)
    add_order(id, "alice", "o" + std::to_string(id));
  fix::Message cancel;
  cancel.type = "q";
  cancel.add(34, "2").add(52, "20260130-12:00:00").add(11, "q1").add(530, "7");
  const auto report = [&] {
    const int next = numbers().next_sender();
    client->received(cancel);
    return fix::parse(numbers().messages(next, next).front());
  };
  EXPECT_EQ(report().text(533), "17500");
  EXPECT_EQ(asked_.size(), orders);
  EXPECT_EQ(answers_.size(), 18u);
  std::set<std::uint64_t> cancelled;
  for (const CommandBody& body : asked_)
    cancelled.insert(std::get<CancelOrder>(body).order.value);
  EXPECT_EQ(cancelled.size(), orders);
  // While tradingd does not answer, they do not pile up for ever.
  fix::Message last;
  for (int i = 0; i < 10; ++i)
    last = report();
  EXPECT_EQ(last.text(531), "0");
  EXPECT_EQ(last.text(532), "99");
  EXPECT_LE(asked_.size(), 120'000u);
  for (const Client::Answered& answer : std::exchange(answers_, {}))
    answer(client.get(), fail(ErrorCode::timed_out, "tradingd did not answer"));
  EXPECT_EQ(fix::parse(numbers().messages(numbers().next_sender() - 1, numbers().next_sender()).front()).type,
            "j");
  EXPECT_EQ(report().text(531), "7");
}

TEST_F(ClientTest, WhatIsInAccountsThatASessionHasNoMoreIsNotItsOwn) {
  config_.accounts = {"alice", "bob"};
  add_order(7, "alice", "o1");
  add_order(8, "bob", "o2");
  PendingRequest place;
  place.comp_id = "BUYSIDE";
  place.symbol = "AAPL";
  state_->requests().add({"bob", "o3"}, place);
  Report report;
  report.order = *state_->orders().find(OrderId{8});
  auto client = make();
  EXPECT_TRUE(client->wants(report));
  numbers().save(1, "of bob");
  numbers().set_next_sender(2);
  client.reset();
  config_.accounts = {"alice"};
  client = make();
  EXPECT_FALSE(client->wants(report));
  report.kind = ReportKind::too_late;
  EXPECT_FALSE(client->wants(report));
  EXPECT_EQ(numbers().next_sender(), 1);
  fix::Message question;
  question.type = "AF";
  question.add(34, "2").add(52, "20260130-12:00:00").add(584, "s1").add(585, "7");
  client->received(question);
  ASSERT_EQ(numbers().next_sender(), 2);
  const fix::Message status = fix::parse(numbers().messages(1, 1).front());
  EXPECT_EQ(status.text(911), "1");
  EXPECT_EQ(status.text(11), "o1");
  fix::Message cancel;
  cancel.type = "q";
  cancel.add(34, "3").add(52, "20260130-12:00:00").add(11, "q1").add(530, "7");
  client->received(cancel);
  ASSERT_EQ(asked_.size(), 1u);
  EXPECT_EQ(std::get<CancelOrder>(asked_[0]).order, OrderId{7});
}

TEST_F(ClientTest, SessionsHaveNumbersOfTheirOwn) {
  EXPECT_NE(session_number("A"), session_number("B"));
  EXPECT_EQ(session_number("A"), session_number("A"));
  EXPECT_TRUE(session_number(""));
}

}  // namespace
}  // namespace trade::fixd
