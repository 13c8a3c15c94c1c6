// The desk between the journal's events, the table of venues and an exchange in the same process.
#include "fixd/venue_desk.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "daemons/fixd/exchange_double.hpp"
#include "fixd/fix_state.hpp"
#include "support/temporary_directory.hpp"

namespace trade::fixd {
namespace {

class VenueDeskTest : public testing::Test {
 protected:
  void SetUp() override {
    auto table = access::VenueStore::open(directory_.path(), true);
    ASSERT_TRUE(table) << table.error().message;
    ASSERT_TRUE((*table)->put(exchange_.venue_session()));
    start();
  }
  void start() {
    desk_.reset();
    state_.reset();
    auto state = FixState::open(directory_ / "messages");
    ASSERT_TRUE(state) << state.error().message;
    state_ = std::move(*state);
    state_->set_made_at(1);
    VenueDesk::Services services;
    services.state = state_.get();
    services.ask = [this](const RequestBody& body, auto answered) {
      answers_.push_back([this, body, answered] { answered(answer(body)); });
    };
    services.settle = [] {};
    auto desk = VenueDesk::open(directory_.path(), std::move(services));
    ASSERT_TRUE(desk) << desk.error().message;
    desk_ = std::move(*desk);
    ASSERT_TRUE(desk_->start(loop_));
    add_venue();
  }
  ReplyBody answer(const RequestBody& body) {
    if (std::holds_alternative<VenuesRequest>(body)) {
      VenuesReply reply;
      reply.venues.push_back({.id = {1}, .name = "EXCHANGE", .clearing_account = {}, .told = taken_});
      return reply;
    }
    SubmitReply reply;
    for (const SubmittedCommand& command : std::get<SubmitRequest>(body).commands) {
      const auto& session = std::get<SetVenueSession>(command.body);
      told_.push_back(session.up);
      numbers_.push_back(session.number);
      reply.results.emplace_back();
    }
    return reply;
  }
  void apply(const EventBody& body) {
    Event event;
    event.body = body;
    desk_->apply(event);
  }
  void add_venue() {
    VenueAdded added;
    added.venue = {1};
    added.name = *parse_venue_name("EXCHANGE");
    apply(added);
    ASSERT_TRUE(desk_->tick(SystemClock().now()));
  }
  template <class Holds>
  void await(Holds holds) {
    const std::int64_t deadline_ns = monotonic_nanoseconds() + 20'000'000'000;
    while (!holds()) {
      ASSERT_LT(monotonic_nanoseconds(), deadline_ns) << "it did not come about";
      ASSERT_TRUE(loop_.run_once(std::chrono::milliseconds(1)));
      desk_->turn();
      ASSERT_TRUE(state_->commit());
      desk_->flush();
      desk_->submit();
      exchange_.turn();
      std::vector<std::function<void()>> answers;
      answers.swap(answers_);
      for (const auto& one : answers)
        one();
    }
  }

  trade::test::TemporaryDirectory directory_;
  bus::PollLoop loop_;
  test::ExchangeDouble exchange_;
  std::unique_ptr<FixState> state_;
  std::unique_ptr<VenueDesk> desk_;
  std::vector<std::function<void()>> answers_;
  OutboxNumber taken_;
  std::vector<bool> told_;
  std::vector<OutboxNumber> numbers_;
};

TEST_F(VenueDeskTest, AVenueThatIsRemovedAndThereAgainIsLoggedOnToAnew) {
  await([this] { return !told_.empty() && told_.back(); });
  EXPECT_EQ(exchange_.logons, 1);
  told_.clear();
  VenueRemoved removed;
  removed.venue = {1};
  apply(removed);
  ASSERT_NO_FATAL_FAILURE(add_venue());
  await([this] { return !told_.empty() && told_.back(); });
  EXPECT_EQ(exchange_.logons, 2);
  EXPECT_FALSE(told_.front()) << "the journal has it as down, and so it begins";
}

TEST_F(VenueDeskTest, WhatIsToldBearsNumbersThatAscendOverRestarts) {
  await([this] { return !told_.empty() && told_.back(); });
  const OutboxNumber last = numbers_.back();
  for (std::size_t at = 1; at < numbers_.size(); ++at)
    EXPECT_GT(numbers_[at].value, numbers_[at - 1].value);
  numbers_.clear();
  taken_ = last;
  exchange_.cut();
  ASSERT_TRUE(state_->commit());
  ASSERT_NO_FATAL_FAILURE(start());
  await([this] { return !numbers_.empty(); });
  EXPECT_EQ(numbers_.front().outbox, last.outbox);
  EXPECT_GT(numbers_.front().value, last.value);
}

TEST_F(VenueDeskTest, AStoreThatIsOlderThanWhatWasTakenFromItCountsAsAnother) {
  await([this] { return !told_.empty() && told_.back(); });
  const OutboxNumber last = numbers_.back();
  numbers_.clear();
  taken_ = {last.outbox, last.value + 100};
  exchange_.cut();
  ASSERT_TRUE(state_->commit());
  ASSERT_NO_FATAL_FAILURE(start());
  await([this] { return !numbers_.empty(); });
  EXPECT_NE(numbers_.front().outbox, last.outbox);
}

}  // namespace
}  // namespace trade::fixd
