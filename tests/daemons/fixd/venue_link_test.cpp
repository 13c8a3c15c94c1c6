// A link against an acceptor in the same process, over a real line.
#include "fixd/venue_link.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "daemons/fixd/exchange_double.hpp"
#include "fixd/venue_outbox.hpp"
#include "support/temporary_directory.hpp"

namespace trade::fixd {
namespace {

class VenueLinkTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = FixState::open(directory_ / "state");
    ASSERT_TRUE(opened) << opened.error().message;
    state_ = std::move(*opened);
    VenueAdded added;
    added.venue = {1};
    added.name = *parse_venue_name("EXCHANGE");
    state_->venues().take(added);
    make_link();
  }
  void make_link() {
    access::VenueSession config = exchange_.venue_session();
    config.answer_seconds = 1;
    config.send_account = true;
    link_ = std::make_unique<VenueLink>(config, VenueId{1}, VenueLink::Services{&loop_, state_.get(), [] {}});
  }
  void turn() {
    ASSERT_TRUE(loop_.run_once(std::chrono::milliseconds(1)));
    link_->turn();
    ASSERT_TRUE(state_->commit());
    link_->flush();
    exchange_.turn();
  }
  template <class Holds>
  void await(Holds holds) {
    const std::int64_t deadline_ns = monotonic_nanoseconds() + 20'000'000'000;
    while (!holds()) {
      ASSERT_LT(monotonic_nanoseconds(), deadline_ns) << "it did not come about";
      ASSERT_NO_FATAL_FAILURE(turn());
    }
  }
  void await_logon() {
    await([this] { return is_up() && link_->is_logged_on(); });
    told_.clear();
  }
  /// Takes what is in the outbox.
  void take_news() {
    while (!state_->outbox().empty()) {
      told_.push_back(state_->outbox().at(0));
      state_->outbox().drop(1);
    }
  }
  bool is_up() {
    take_news();
    return !told_.empty() && told_.back().what == VenueNews::Kind::session && told_.back().up;
  }
  VenueNews await_news() {
    await([this] {
      take_news();
      return !told_.empty();
    });
    if (told_.empty()) return {};
    const VenueNews first = told_.front();
    told_.erase(told_.begin());
    return first;
  }
  fix::Message await_message(const std::string& type) {
    await([&] { return exchange_.has(type); });
    const auto messages = exchange_.take(type);
    return messages.empty() ? fix::Message{} : messages.front();
  }
  void ask(std::uint64_t order, std::uint32_t number, VenueRequestKind kind = VenueRequestKind::place) {
    VenueRequestMade made;
    made.order = {order};
    made.venue = {1};
    made.kind = kind;
    made.number = number;
    made.type = OrderType::limit;
    made.quantity = {10 + number};
    made.limit_price = {1'500'000};
    state_->venues().take(made, "alice", "AAPL");
    link_->send({order}, number);
  }
  void become(std::uint64_t order, VenueState state) {
    VenueStateChanged changed;
    changed.order = {order};
    changed.venue = {1};
    changed.state = state;
    changed.status = OrderStatus::submitted;
    state_->venues().take(changed);
    link_->told_state({order}, state);
  }

  trade::test::TemporaryDirectory directory_;
  std::unique_ptr<FixState> state_;
  bus::PollLoop loop_;
  test::ExchangeDouble exchange_;
  std::unique_ptr<VenueLink> link_;
  std::vector<VenueNews> told_;
};

TEST_F(VenueLinkTest, TellsThatTheSessionIsDownAndThenUp) {
  VenueNews first = await_news();
  EXPECT_EQ(first.what, VenueNews::Kind::session);
  EXPECT_FALSE(first.up);
  first = await_news();
  EXPECT_EQ(first.what, VenueNews::Kind::session);
  EXPECT_TRUE(first.up);
}

TEST_F(VenueLinkTest, SendsARequestOnceAndTurnsReportsIntoNews) {
  await_logon();
  ask(7, 1);
  EXPECT_EQ(await_message("D").text(11), "7-1");
  link_->send({7}, 1);
  exchange_.report("7-1", "0", "0");
  VenueNews news = await_news();
  EXPECT_EQ(news.kind, VenueReportKind::accepted);
  EXPECT_EQ(news.order, OrderId{7});
  EXPECT_EQ(news.request, 1u);
  EXPECT_EQ(news.venue_order_id, "X");
  EXPECT_FALSE(exchange_.has("D"));
  exchange_.report("7-1", "F", "1", {{32, "4"}, {31, "150.00"}, {14, "4"}, {151, "7"}, {6, "150.00"}});
  news = await_news();
  EXPECT_EQ(news.kind, VenueReportKind::filled);
  EXPECT_EQ(news.quantity, Quantity{4});
  EXPECT_EQ(news.price, Price{1'500'000});
  EXPECT_EQ(news.execution_id, "E2");
  EXPECT_EQ(news.cumulative, Quantity{4});
  EXPECT_EQ(news.leaves, Quantity{7});
}

TEST_F(VenueLinkTest, ChangesNameTheRequestThatIsInForce) {
  await_logon();
  ask(7, 1);
  exchange_.report("7-1", "0", "0");
  await_news();
  ask(7, 2, VenueRequestKind::replace);
  EXPECT_EQ(await_message("G").text(41), "7-1");
  exchange_.say("9", {{37, "X"}, {11, "7-2"}, {41, "7-1"}, {39, "0"}, {434, "2"}, {102, "99"}, {58, "no"}});
  VenueNews news = await_news();
  EXPECT_EQ(news.kind, VenueReportKind::replace_rejected);
  EXPECT_EQ(news.request, 2u);
  EXPECT_EQ(news.text, "no");
  ask(7, 3, VenueRequestKind::replace);
  EXPECT_EQ(await_message("G").text(41), "7-1");
  exchange_.report("7-3", "5", "0", {{41, "7-1"}, {38, "13"}, {44, "150.00"}});
  news = await_news();
  EXPECT_EQ(news.kind, VenueReportKind::replaced);
  EXPECT_EQ(news.request, 3u);
  EXPECT_EQ(news.quantity, Quantity{13});
  ask(7, 4, VenueRequestKind::cancel);
  EXPECT_EQ(await_message("F").text(41), "7-3");
  exchange_.report("7-4", "4", "4", {{41, "7-3"}});
  news = await_news();
  EXPECT_EQ(news.kind, VenueReportKind::cancelled);
  EXPECT_EQ(news.request, 4u);
}

TEST_F(VenueLinkTest, WhatTheVenueDoesByItselfAnswersNoRequest) {
  await_logon();
  ask(7, 1);
  exchange_.report("7-1", "D", "0", {{38, "5"}});
  VenueNews news = await_news();
  EXPECT_EQ(news.kind, VenueReportKind::replaced);
  EXPECT_EQ(news.request, 0u);
  EXPECT_EQ(news.quantity, Quantity{5});
  EXPECT_EQ(news.price, Price{1'500'000});
  exchange_.report("7-1", "H", "0", {{19, "E9"}});
  news = await_news();
  EXPECT_EQ(news.kind, VenueReportKind::busted);
  EXPECT_EQ(news.reference_execution_id, "E9");
  exchange_.report("7-1", "G", "1", {{19, "E9"}, {32, "2"}, {31, "149.00"}});
  news = await_news();
  EXPECT_EQ(news.kind, VenueReportKind::corrected);
  EXPECT_EQ(news.quantity, Quantity{2});
  exchange_.report("7-1", "4", "4");
  news = await_news();
  EXPECT_EQ(news.kind, VenueReportKind::cancelled);
  EXPECT_EQ(news.request, 0u);
  exchange_.report("7-1", "C", "C");
  EXPECT_EQ(await_news().kind, VenueReportKind::expired);
}

TEST_F(VenueLinkTest, ARequestThatWasMadeWhileTheLineWasDownIsSentAtTheLogon) {
  ask(7, 1);
  await_logon();
  EXPECT_EQ(await_message("D").text(11), "7-1");
}

TEST_F(VenueLinkTest, WhatWasToldWhileNobodyListenedComesWithTheNextLogon) {
  await_logon();
  ask(7, 1);
  await_message("D");
  exchange_.cut();
  exchange_.report("7-1", "0", "0");
  const VenueNews down = await_news();
  EXPECT_EQ(down.what, VenueNews::Kind::session);
  EXPECT_FALSE(down.up);
  EXPECT_TRUE(await_news().up);
  EXPECT_EQ(await_news().kind, VenueReportKind::accepted);
}

TEST_F(VenueLinkTest, AnotherProcessGoesOnWhereTheLastOneWas) {
  await_logon();
  ask(7, 1);
  await_message("D");
  link_.reset();  // as if it were killed
  exchange_.turn();
  exchange_.report("7-1", "0", "0");
  make_link();
  await_logon();
  EXPECT_EQ(await_news().kind, VenueReportKind::accepted);
  EXPECT_EQ(exchange_.logons, 2);
  EXPECT_FALSE(exchange_.has("D"));
}

TEST_F(VenueLinkTest, AVenueThatHasLostItsNumbersIsLoggedOnToAnew) {
  await_logon();
  ask(7, 1);
  await_message("D");
  exchange_.report("7-1", "0", "0");
  await_news();
  exchange_.lose_store();
  const VenueNews down = await_news();
  EXPECT_EQ(down.what, VenueNews::Kind::session);
  EXPECT_FALSE(down.up);
  EXPECT_TRUE(await_news().up);
  // What is said from then on is heard on both sides.
  ask(8, 1);
  EXPECT_EQ(await_message("D").text(11), "8-1");
  exchange_.report("8-1", "0", "0");
  EXPECT_EQ(await_news().order, OrderId{8});
}

TEST_F(VenueLinkTest, AsksWhatBecameOfOrdersWhoseFateIsNotKnown) {
  await_logon();
  for (const std::uint64_t order : {7u, 8u, 9u}) {
    ask(order, 1);
    become(order, VenueState::unknown);
  }
  ask(9, 2, VenueRequestKind::replace);
  link_->told_session(true);
  const std::string mass = await_message("AF").text(584);
  EXPECT_FALSE(exchange_.has("H"));
  exchange_.report("7-1", "I", "1", {{584, mass}, {911, "1"}, {912, "Y"}, {14, "3"}, {151, "8"}, {6, "150"}});
  VenueNews news = await_news();
  EXPECT_EQ(news.kind, VenueReportKind::status);
  EXPECT_EQ(news.order, OrderId{7});
  EXPECT_EQ(news.cumulative, Quantity{3});
  EXPECT_EQ(news.leaves, Quantity{8});
  EXPECT_EQ(news.average_price, Price{1'500'000});
  await([this] { return std::ranges::count(exchange_.taken, "H", &fix::Message::type) == 2; });
  for (const char* id : {"8-1", "9-1"})
    exchange_.report(id, "I", "8", {{103, "5"}});
  news = await_news();
  EXPECT_EQ(news.kind, VenueReportKind::not_known);
  EXPECT_EQ(news.order, OrderId{8});
  // The other may be known by the name that its replace gave it.
  exchange_.take("H");
  EXPECT_EQ(await_message("H").text(11), "9-2");
  exchange_.report("9-2", "I", "0", {{38, "12"}, {44, "150.00"}, {151, "12"}});
  news = await_news();
  EXPECT_EQ(news.kind, VenueReportKind::replaced);
  EXPECT_EQ(news.request, 2u);
  EXPECT_EQ(await_news().kind, VenueReportKind::status);
}

TEST_F(VenueLinkTest, AsksOneByOneWhereTheVenueTakesNoMassRequest) {
  exchange_.takes_mass = false;
  await_logon();
  ask(7, 1);
  become(7, VenueState::unknown);
  link_->told_session(true);
  EXPECT_EQ(await_message("H").text(11), "7-1");
  // It does not know yet, and is asked again.
  exchange_.report("7-1", "I", "A");
  EXPECT_EQ(await_message("H").text(11), "7-1");
  exchange_.report("7-1", "I", "4", {{14, "3"}, {6, "150"}});
  VenueNews news = await_news();
  EXPECT_EQ(news.kind, VenueReportKind::status);
  EXPECT_EQ(news.cumulative, Quantity{3});
  EXPECT_EQ(news.leaves, Quantity{8});
  news = await_news();
  EXPECT_EQ(news.kind, VenueReportKind::cancelled);
  EXPECT_EQ(news.leaves, Quantity{});
}

TEST_F(VenueLinkTest, ARefusedMessageRefusesItsRequest) {
  await_logon();
  ask(7, 1);
  exchange_.say("j", {{45, await_message("D").text(34)}, {372, "D"}, {380, "0"}, {58, "too many"}});
  VenueNews news = await_news();
  EXPECT_EQ(news.kind, VenueReportKind::rejected);
  EXPECT_EQ(news.order, OrderId{7});
  EXPECT_EQ(news.text, "too many");
  ask(8, 1);
  exchange_.say("3", {{45, await_message("D").text(34)}, {373, "5"}, {58, "a wrong value"}});
  news = await_news();
  EXPECT_EQ(news.kind, VenueReportKind::rejected);
  EXPECT_EQ(news.order, OrderId{8});
  ask(9, 1);
  await_message("D");
  ask(9, 2, VenueRequestKind::cancel);
  exchange_.say("j", {{45, await_message("F").text(34)}, {372, "F"}, {380, "1"}});
  EXPECT_EQ(await_news().kind, VenueReportKind::cancel_rejected);
}

TEST_F(VenueLinkTest, WhatTheVenueCannotSayNowIsAskedLater) {
  await_logon();
  ask(7, 1);
  exchange_.say("j", {{45, await_message("D").text(34)}, {372, "D"}, {380, "4"}});
  EXPECT_EQ(await_message("H").text(11), "7-1");
  exchange_.report("7-1", "I", "8", {{103, "5"}});
  EXPECT_EQ(await_news().kind, VenueReportKind::not_known);
}

TEST_F(VenueLinkTest, AChangeOfWhichTheVenueCannotSayIsAskedAboutByItsName) {
  await_logon();
  ask(7, 1);
  exchange_.report("7-1", "0", "0");
  await_news();
  ask(7, 2, VenueRequestKind::replace);
  exchange_.say("j", {{45, await_message("G").text(34)}, {372, "G"}, {380, "4"}});
  EXPECT_EQ(await_message("H").text(11), "7-2");
  exchange_.report("7-2", "I", "A");
  EXPECT_EQ(await_message("H").text(11), "7-2");
  exchange_.report("7-2", "I", "8", {{103, "5"}});
  VenueNews news = await_news();
  EXPECT_EQ(news.kind, VenueReportKind::replace_rejected);
  EXPECT_EQ(news.request, 2u);
  EXPECT_EQ(await_message("H").text(11), "7-1");
  exchange_.report("7-1", "I", "0", {{151, "11"}});
  EXPECT_EQ(await_news().kind, VenueReportKind::status);
  ask(7, 3, VenueRequestKind::cancel);
  exchange_.say("j", {{45, await_message("F").text(34)}, {372, "F"}, {380, "4"}});
  EXPECT_EQ(await_message("H").text(11), "7-3");
  exchange_.report("7-1", "I", "4");
  EXPECT_EQ(await_news().kind, VenueReportKind::status);
  news = await_news();
  EXPECT_EQ(news.kind, VenueReportKind::cancelled);
  EXPECT_EQ(news.request, 3u);
}

TEST_F(VenueLinkTest, WhatIsNotAnsweredInTimeIsToldAndAskedAbout) {
  await_logon();
  link_->told_session(true);
  ask(7, 1);
  ask(8, 1);
  exchange_.report("8-1", "A", "A");
  const auto await_silence = [this] {
    await([this] {
      link_->tick(SystemClock().now());
      take_news();
      return !told_.empty();
    });
    return await_news();
  };
  VenueNews news = await_silence();
  EXPECT_EQ(news.kind, VenueReportKind::unanswered);
  EXPECT_EQ(news.order, OrderId{7}) << "the venue has said that the other is pending there";
  EXPECT_EQ(news.request, 1u);
  EXPECT_EQ(news.text, "no answer within 1 seconds");
  EXPECT_FALSE(exchange_.has("H"));
  become(7, VenueState::unknown);
  EXPECT_EQ(await_message("H").text(11), "7-1");
  exchange_.report("7-1", "I", "0", {{151, "11"}});
  EXPECT_EQ(await_news().kind, VenueReportKind::status);
  become(7, VenueState::working);
  ask(7, 2, VenueRequestKind::cancel);
  news = await_silence();
  EXPECT_EQ(news.kind, VenueReportKind::unanswered);
  EXPECT_EQ(news.request, 2u);
  become(7, VenueState::unknown);
  EXPECT_EQ(await_message("H").text(11), "7-1");
  // It thinks about the cancel: that is no refusal of it.
  exchange_.report("7-1", "I", "6", {{151, "11"}});
  EXPECT_EQ(await_message("H").text(11), "7-1");
  take_news();
  EXPECT_TRUE(told_.empty());
  exchange_.report("7-2", "4", "4", {{41, "7-1"}});
  EXPECT_EQ(await_news().kind, VenueReportKind::cancelled);
}

TEST_F(VenueLinkTest, AReplaceThatWasDoneShowsInTheTermsWhateverItsName) {
  await_logon();
  ask(7, 1);
  exchange_.report("7-1", "0", "0");
  await_news();
  ask(7, 2, VenueRequestKind::replace);
  become(7, VenueState::unknown);
  link_->told_session(true);
  const std::string mass = await_message("AF").text(584);
  exchange_.report("7-1", "I", "0", {{584, mass}, {912, "Y"}, {38, "12"}, {44, "150.00"}, {151, "12"}});
  const VenueNews news = await_news();
  EXPECT_EQ(news.kind, VenueReportKind::replaced);
  EXPECT_EQ(news.request, 2u);
  EXPECT_EQ(news.quantity, Quantity{12});
  EXPECT_EQ(await_news().kind, VenueReportKind::status);
  ask(7, 3, VenueRequestKind::cancel);
  EXPECT_EQ(await_message("F").text(41), "7-2");
}

TEST_F(VenueLinkTest, OrdersBearTheirAccountWhereThatIsWanted) {
  await_logon();
  ask(7, 1);
  EXPECT_EQ(await_message("D").text(1), "alice");
  ask(7, 2, VenueRequestKind::cancel);
  EXPECT_EQ(await_message("F").text(1), "alice");
}

TEST_F(VenueLinkTest, ThatAnIdWasUsedIsNoRefusalOfTheOrder) {
  await_logon();
  ask(7, 1);
  await_message("D");
  exchange_.report("7-1", "8", "8", {{103, "6"}});
  EXPECT_EQ(await_message("H").text(11), "7-1");
  exchange_.report("7-1", "I", "0", {{151, "11"}});
  EXPECT_EQ(await_news().kind, VenueReportKind::status);
  ask(8, 1);
  await_message("D");
  exchange_.report("8-1", "8", "8", {{103, "3"}, {58, "no money"}});
  const VenueNews news = await_news();
  EXPECT_EQ(news.kind, VenueReportKind::rejected);
  EXPECT_EQ(news.text, "no money");
}

TEST_F(VenueLinkTest, AReportThatCannotBeUnderstoodIsRefused) {
  await_logon();
  ask(7, 1);
  exchange_.report("7-1", "F", "1", {{32, "1.5"}, {31, "150.00"}});
  await([this] { return exchange_.has("j") || !exchange_.rejects.empty(); });
  EXPECT_TRUE(state_->outbox().empty());
}

}  // namespace
}  // namespace trade::fixd
