// Phases, halts, kill switches and lists of symbols in the words of FIX, and who is told of them when.
#include <deque>

#include <gtest/gtest.h>

#include "fixd/market_status_desk.hpp"
#include "market_listener_double.hpp"

namespace trade::fixd::test {

namespace {

TEST(MarketStatusTest, EachPhaseHasItsWords) {
  struct Row {
    MarketPhase phase;
    int status, status42, session, part;
  };
  for (const Row& row :
       {Row{MarketPhase::closed, 18, 18, 3, 5}, Row{MarketPhase::pre_open, 21, 5, 4, 1},
        Row{MarketPhase::opening_auction, 22, 5, 4, 2}, Row{MarketPhase::continuous, 17, 17, 2, 3},
        Row{MarketPhase::halt, 2, 2, 1, 7}, Row{MarketPhase::volatility_auction, 5, 5, 2, 6},
        Row{MarketPhase::closing_auction, 5, 5, 5, 4}}) {
    SCOPED_TRACE(std::string(name_of(row.phase)));
    EXPECT_EQ(security_trading_status({row.phase, false, {}}, false), row.status);
    EXPECT_EQ(security_trading_status({row.phase, false, {}}, true), row.status42);
    EXPECT_EQ(security_trading_status({row.phase, true, {}}, false), 2);
    EXPECT_EQ(trading_session_status({row.phase, false}), row.session);
    EXPECT_EQ(trading_session_status({row.phase, true}), 1);
    EXPECT_EQ(trading_session_part(row.phase), row.part);
  }
}

TEST(MarketStatusTest, AHaltAndAKillSwitchCountWhateverThePhase) {
  SymbolView symbol;
  symbol.symbol = "AAPL";
  symbol.status = SymbolStatus::halted;
  symbol.halt_reason = "news";
  SessionView session;
  const SecurityState halted = security_state(symbol, session);
  EXPECT_EQ(halted.phase, MarketPhase::halt);
  const fix::Message message = security_status("e1", symbol, halted, true, false);
  EXPECT_EQ(message.text(326), "2");
  EXPECT_EQ(message.text(625), "7");
  EXPECT_EQ(message.text(325), "Y");
  EXPECT_EQ(message.text(58), "halt, news");
  EXPECT_EQ(security_status("e1", symbol, halted, true, true).find(58), nullptr);
  symbol.status = SymbolStatus::trading;
  session.kill_switch = true;
  EXPECT_TRUE(security_state(symbol, session).kill_switch);
}

TEST(MarketStatusTest, AListComesInParts) {
  std::vector<SymbolView> views(security_list_part_max + 1);
  std::vector<const SymbolView*> symbols;
  for (SymbolView& view : views) {
    view.symbol = "S" + std::to_string(symbols.size());
    view.lot = Quantity{1};
    view.tick = Price{100};
    symbols.push_back(&view);
  }
  const auto parts = security_list("x1", "L1", symbols);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].text(393), "201");
  EXPECT_EQ(parts[0].text(893), "N");
  EXPECT_EQ(parts[1].text(893), "Y");
  EXPECT_EQ(parts[1].text(322), "L1-2");
  EXPECT_EQ(parts[1].groups.at(0).entries.size(), 1u);
  const auto none = security_list("x1", "L1", {});
  ASSERT_EQ(none.size(), 1u);
  EXPECT_EQ(none[0].text(560), "2");
  EXPECT_TRUE(none[0].groups.empty());
}

class MarketStatusDeskTest : public ::testing::Test {
 protected:
  MarketStatusDeskTest() {
    add("AAPL");
    add("MSFT");
  }

  void add(const std::string& name) {
    SymbolView view;
    view.number = SymbolId{static_cast<std::uint32_t>(symbols_.size() + 1)};
    view.symbol = name;
    view.lot = Quantity{1};
    symbols_.push_back(view);
  }
  /// tradingd answers, and the desk has its turn, until nothing is asked any more.
  void settle() {
    for (int round = 0; round < 10; ++round) {
      desk_.turn(now_ns_);
      now_ns_ += nanoseconds_per_second;
      while (!asked_.empty()) {
        auto [request, answered] = std::move(asked_.front());
        asked_.pop_front();
        ++questions_;
        if (down_) {
          answered(fail(ErrorCode::not_running, "tradingd does not run"));
        } else if (std::holds_alternative<SessionRequest>(request)) {
          answered(ReplyBody(SessionReply{session_}));
        } else {
          const auto& wanted = std::get<SymbolsRequest>(request);
          SymbolsReply reply;
          for (const SymbolView& view : symbols_) {
            const bool named =
                wanted.symbol.empty() ? view.number.value > wanted.after.value : view.symbol == wanted.symbol;
            if (named && reply.symbols.size() < wanted.limit) reply.symbols.push_back(view);
          }
          answered(ReplyBody(std::move(reply)));
        }
      }
    }
  }
  fix::Message request(const std::string& type, std::vector<fix::Field> fields) {
    fix::Message message;
    message.type = type;
    message.add(34, "7");
    for (fix::Field& field : fields)
      message.add(field.tag, std::move(field.value));
    return message;
  }
  std::vector<fix::Message> ask(const std::string& type, std::vector<fix::Field> fields) {
    EXPECT_TRUE(desk_.request(listener_, request(type, std::move(fields))));
    return listener_.take();
  }
  template <class Body>
  void note(Body body) {
    Event event;
    event.body = std::move(body);
    desk_.note(event);
  }

  std::vector<SymbolView> symbols_;
  SessionView session_;
  bool down_ = false;
  int questions_ = 0;
  std::int64_t now_ns_ = nanoseconds_per_second;
  std::deque<std::pair<RequestBody, std::function<void(Result<ReplyBody>)>>> asked_;
  ListenerDouble listener_;
  MarketStatusDesk desk_{[this](RequestBody request, std::function<void(Result<ReplyBody>)> answered) {
    asked_.emplace_back(std::move(request), std::move(answered));
  }};
};

TEST_F(MarketStatusDeskTest, NothingIsKnownUntilTradingdHasAnswered) {
  EXPECT_EQ(desk_.is_symbol("AAPL"), std::nullopt);
  EXPECT_EQ(ask("e", {{324, "e1"}, {55, "AAPL"}, {263, "0"}}).at(0).text(380), "4");
  EXPECT_EQ(ask("x", {{320, "x1"}, {559, "4"}}).at(0).text(560), "4");
  down_ = true;
  settle();
  EXPECT_EQ(desk_.is_symbol("AAPL"), std::nullopt);
  down_ = false;
  settle();
  EXPECT_EQ(desk_.is_symbol("AAPL"), true);
  EXPECT_EQ(desk_.is_symbol("NONE"), false);
  const int before = questions_;
  settle();
  EXPECT_EQ(questions_, before);
}

TEST_F(MarketStatusDeskTest, ASubscriberIsToldOfWhatChanges) {
  settle();
  EXPECT_EQ(ask("e", {{324, "e1"}, {55, "AAPL"}, {263, "1"}}).at(0).text(326), "17");
  EXPECT_EQ(ask("e", {{324, "once"}, {55, "AAPL"}, {263, "0"}}).at(0).text(325), "N");
  symbols_[0].status = SymbolStatus::halted;
  note(SymbolStatusChanged{SymbolId{1}, SymbolStatus::halted, {}});
  settle();
  auto told = listener_.take();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].text(324), "e1");
  EXPECT_EQ(told[0].text(325), "Y");
  EXPECT_EQ(told[0].text(326), "2");
  // Of another symbol nothing is told.
  note(SymbolPhaseChanged{SymbolId{2}, MarketPhase::pre_open, {}, {}});
  symbols_[1].phase = MarketPhase::pre_open;
  settle();
  EXPECT_TRUE(listener_.take().empty());
  // One that does not read is told later.
  listener_.backlog = backlog_bytes_max;
  symbols_[0].status = SymbolStatus::trading;
  note(SymbolStatusChanged{SymbolId{1}, SymbolStatus::trading, {}});
  settle();
  EXPECT_TRUE(listener_.take().empty());
  listener_.backlog = 0;
  settle();
  EXPECT_EQ(listener_.take().at(0).text(326), "17");
  EXPECT_TRUE(ask("e", {{324, "e1"}, {55, "AAPL"}, {263, "2"}}).empty());
  EXPECT_EQ(ask("e", {{324, "e1"}, {55, "AAPL"}, {263, "2"}}).at(0).text(380), "1");
  session_.kill_switch = true;
  note(KillSwitchChanged{{}, {}, true});
  settle();
  EXPECT_TRUE(listener_.take().empty());
}

TEST_F(MarketStatusDeskTest, TheMarketsPhaseAndKillSwitchReachThoseWhoAsked) {
  settle();
  EXPECT_EQ(ask("g", {{335, "g1"}, {263, "1"}}).at(0).text(340), "2");
  EXPECT_EQ(ask("e", {{324, "e1"}, {55, "AAPL"}, {263, "1"}}).at(0).text(326), "17");
  session_.kill_switch = true;
  note(KillSwitchChanged{{}, {}, true});
  settle();
  auto told = listener_.take();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].type, "h");
  EXPECT_EQ(told[0].text(340), "1");
  EXPECT_EQ(told[1].type, "f");
  EXPECT_EQ(told[1].text(326), "2");
  session_.kill_switch = false;
  session_.market_phase = MarketPhase::closed;
  for (SymbolView& symbol : symbols_)
    symbol.phase = MarketPhase::closed;
  note(SessionChanged{SessionPhase::closed, {}, false, MarketPhase::closed, true});
  settle();
  told = listener_.take();
  std::map<std::string, std::string> last;
  for (const fix::Message& message : told)
    last[message.type] = message.type == "h" ? message.text(340) : message.text(326);
  EXPECT_EQ(last["h"], "3");
  EXPECT_EQ(last["f"], "18");
  EXPECT_EQ(ask("g", {{335, "g2"}, {336, "9"}, {263, "0"}}).at(0).text(567), "1");
}

TEST_F(MarketStatusDeskTest, ASymbolThatThereIsNotIsSaidToBeUnknown) {
  settle();
  const auto told = ask("e", {{324, "e1"}, {55, "NONE"}, {263, "1"}});
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].text(326), "20");
}

TEST_F(MarketStatusDeskTest, AListGrowsWithTheMarket) {
  settle();
  auto told = ask("x", {{320, "x1"}, {559, "4"}, {263, "1"}});
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].groups.at(0).entries.size(), 2u);
  EXPECT_EQ(ask("x", {{320, "x2"}, {559, "0"}, {55, "MSFT"}}).at(0).groups.at(0).entries.size(), 1u);
  EXPECT_EQ(ask("x", {{320, "x2"}, {559, "0"}, {55, "NONE"}}).at(0).text(560), "2");
  EXPECT_EQ(ask("x", {{320, "x2"}, {559, "2"}}).at(0).text(560), "1");
  add("TSLA");
  SymbolAdded added;
  added.id = SymbolId{3};
  added.symbol = *Symbol::make("TSLA");
  note(added);
  settle();
  told = listener_.take();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].text(320), "x1");
  EXPECT_EQ(told[0].groups.at(0).entries.at(0).front().value, "TSLA");
}

TEST_F(MarketStatusDeskTest, Fix42HasNoLists) {
  settle();
  ListenerDouble old(true);
  EXPECT_FALSE(desk_.request(old, request("x", {{320, "x1"}, {559, "4"}})));
  EXPECT_TRUE(desk_.request(old, request("g", {{335, "g1"}, {336, "9"}, {263, "0"}})));
  EXPECT_EQ(old.take().at(0).type, "j");
}

}  // namespace

}  // namespace trade::fixd::test
