// The desk between the real engine and an exchange that trades at random, while lines are cut, answers of
// tradingd are lost and the process is killed: in the end both sides say the same of every order.
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "daemons/fixd/exchange_double.hpp"
#include "engine/engine.hpp"
#include "fixd/fix_state.hpp"
#include "fixd/order_tracker.hpp"
#include "fixd/venue_desk.hpp"
#include "support/seeds.hpp"
#include "support/temporary_directory.hpp"

namespace trade::fixd {
namespace {

using test::Fields;

/// What tradingd and its journal are to the desk.
class Suite {
 public:
  explicit Suite(std::mt19937_64& random) : random_(random) {
    submit(OpenAccount{.name = *parse_account_name("alice")});
    submit(DepositCash{.account = {1}, .amount = {1'000'000'000'000}});
    submit(AddSymbol{.symbol = *parse_symbol("AAPL"), .previous_close = {1'500'000}});
    submit(TransferShares{.account = {1}, .symbol = {1}, .quantity = {1'000'000}, .cost_price = {1'000'000}});
    submit(AddVenue{.name = *parse_venue_name("EXCHANGE")});
    EXPECT_EQ(submit(SetRoute{.symbol = {1}, .venue = {1}}).reason, RejectReason::none);
  }

  ApplyResult submit(const CommandBody& body) {
    std::vector<Event> events;
    now_.nanoseconds += 1'000;
    const ApplyResult result = engine.apply({now_, body}, events);
    for (Event& event : events)
      keep(event);
    return result;
  }
  /// What is under way at one time is answered in turn.
  void ask(const RequestBody& body, std::function<void(Result<ReplyBody>)> answered) {
    const bool is_lost = lossy && random_() % 10 == 0;
    const auto lose = [answered] { answered(fail(ErrorCode::timed_out, "no answer in time")); };
    if (is_lost && random_() % 2 == 0) return answers_.push_back(lose);
    if (std::holds_alternative<StatusRequest>(body)) {
      StatusReply reply;
      reply.daemon.sequence = engine.last_sequence();
      return answers_.push_back([=] { answered(ReplyBody(reply)); });
    }
    if (std::holds_alternative<VenuesRequest>(body)) {
      VenuesReply reply;
      reply.venues.push_back(*engine.venue({1}));
      return answers_.push_back([=] { answered(ReplyBody(reply)); });
    }
    SubmitReply reply;
    for (const SubmittedCommand& command : std::get<SubmitRequest>(body).commands) {
      CommandResult result;
      result.reason = submit(command.body).reason;
      reply.results.push_back(result);
    }
    if (is_lost) return answers_.push_back(lose);
    answers_.push_back([=] { answered(ReplyBody(reply)); });
  }
  void answer() {
    std::vector<std::function<void()>> now;
    now.swap(answers_);
    for (const auto& one : now)
      one();
  }
  /// Those who asked are gone.
  void forget_answers() { answers_.clear(); }

  Engine engine;
  std::deque<Event> journal;
  bool lossy = true;

 private:
  void keep(Event& event) {
    const auto own = [this](std::string_view& text) { text = texts_.emplace_back(text); };
    if (auto* changed = std::get_if<VenueStateChanged>(&event.body)) {
      own(changed->venue_order_id);
      own(changed->text);
    }
    if (auto* trade = std::get_if<VenueTradeExecuted>(&event.body)) own(trade->execution_id);
    if (auto* accepted = std::get_if<OrderAccepted>(&event.body)) own(accepted->client_order_id);
    if (auto* replaced = std::get_if<OrderReplaced>(&event.body)) own(replaced->client_order_id);
    journal.push_back(event);
  }

  std::mt19937_64& random_;
  Timestamp now_{1'769'774'400'000'000'000};
  std::deque<std::string> texts_;
  std::vector<std::function<void()>> answers_;
};

/// Orders at the exchange, and what it does with them.
class Market {
 public:
  struct Order {
    std::string id;  ///< ClOrdID in force
    std::string side;
    std::int64_t quantity = 0;
    std::int64_t filled = 0;
    std::int64_t price = 0;     ///< whole dollars
    std::int64_t notional = 0;  ///< whole dollars
    std::string status = "0";
    [[nodiscard]] bool open() const { return status == "0" || status == "1"; }
  };

  Market(std::mt19937_64& random, test::ExchangeDouble& line) : random_(random), line_(line) {}

  void turn() {
    std::vector<fix::Message> messages;
    messages.swap(line_.taken);
    for (const fix::Message& message : messages)
      take(message);
  }
  void trade_at_random() {
    std::vector<Order*> open;
    for (auto& [number, order] : orders) {
      if (order.open()) open.push_back(&order);
    }
    if (open.empty()) return;
    Order& order = *open[random_() % open.size()];
    if (random_() % 12 == 0) {
      order.status = "4";
      return report(order, order.id, "4");
    }
    const std::int64_t left = order.quantity - order.filled;
    fill(order, 1 + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(left)));
  }
  void fill(Order& order, std::int64_t quantity) {
    order.filled += quantity;
    order.notional += quantity * order.price;
    order.status = order.filled == order.quantity ? "2" : "1";
    ++fills;
    report(order, order.id, "F", {{32, std::to_string(quantity)}, {31, std::to_string(order.price) + ".00"}});
  }

  std::map<std::uint64_t, Order> orders;  ///< by the number that they have with the broker
  std::map<std::string, int> requests;    ///< by ClOrdID: how often it was done
  std::int64_t fills = 0;

 private:
  static std::uint64_t number_of(const std::string& id) { return std::stoull(id); }

  void take(const fix::Message& message) {
    const std::string id = message.text(11);
    if (message.type == "AF") {
      std::vector<Order*> open;
      for (auto& [number, order] : orders) {
        if (order.open()) open.push_back(&order);
      }
      for (Order* order : open) {
        report(*order, order->id, "I", {{584, message.text(584)}, {912, order == open.back() ? "Y" : "N"}});
      }
      if (open.empty()) unknown("", {{584, message.text(584)}, {912, "Y"}});
    } else if (message.type == "H") {
      const auto found = orders.find(number_of(id));
      if (found == orders.end() || found->second.id != id) return unknown(id, {});
      report(found->second, id, "I");
    } else if (message.type == "D") {
      if (requests[id]++ != 0) return unknown(id, {{103, "6"}}, "8");
      Order order{id, message.text(54), std::stoll(message.text(38)), 0, std::stoll(message.text(44)), 0,
                  "0"};
      if (random_() % 15 == 0) {
        order.status = "8";
        orders[number_of(id)] = order;
        return report(order, id, "8", {{103, "3"}});
      }
      orders[number_of(id)] = order;
      report(order, id, "0");
    } else if (message.type == "F" || message.type == "G") {
      change(message);
    }
  }
  void change(const fix::Message& message) {
    const std::string id = message.text(11);
    Order& order = orders[number_of(id)];
    const bool cancels = message.type == "F";
    const bool known = order.id == message.text(41);
    if (requests[id]++ != 0) return refuse(message, order, "6");
    const std::int64_t quantity = std::stoll(message.text(38));
    if (!known || !order.open() || random_() % 6 == 0 || (!cancels && quantity <= order.filled))
      return refuse(message, order, order.open() ? "99" : "0");
    if (cancels) {
      order.status = "4";
      return report(order, id, "4", {{41, order.id}});
    }
    const std::string original = order.id;
    order.id = id;
    order.quantity = quantity;
    order.price = std::stoll(message.text(44));
    report(order, id, "5", {{41, original}});
  }
  void refuse(const fix::Message& message, const Order& order, const std::string& code) {
    line_.say("9", {{37, "X"},
                    {11, message.text(11)},
                    {41, message.text(41)},
                    {39, order.status},
                    {434, message.type == "F" ? "1" : "2"},
                    {102, code}});
  }
  void unknown(const std::string& id, Fields more, const std::string& type = "I") {
    Fields fields{{103, "5"}};
    for (const auto& field : more) {
      if (field.first == 103) fields.clear();
    }
    fields.insert(fields.end(), more.begin(), more.end());
    line_.report(id.empty() ? "NONE" : id, type, "8", fields);
  }
  void report(const Order& order, const std::string& id, const std::string& type, Fields more = {}) {
    const std::int64_t leaves = order.open() ? order.quantity - order.filled : 0;
    more.insert(more.end(), {{14, std::to_string(order.filled)},
                             {151, std::to_string(leaves)},
                             {38, std::to_string(order.quantity)},
                             {44, std::to_string(order.price)},
                             {6, order.filled == 0 ? "0" : format_price(average(order))}});
    line_.report(id, type, order.status, more);
  }
  static Price average(const Order& order) {
    return average_price(Money{order.notional * units_per_dollar}, Quantity{order.filled});
  }

  std::mt19937_64& random_;
  test::ExchangeDouble& line_;
};

class VenueStormTest : public testing::Test {
 protected:
  void SetUp() override {
    seed_ = trade::test::seed_of_run();
    random_.seed(seed_);
    suite_ = std::make_unique<Suite>(random_);
    auto table = access::VenueStore::open(directory_.path(), true);
    ASSERT_TRUE(table) << table.error().message;
    ASSERT_TRUE((*table)->put(exchange_.venue_session()));
    start();
  }
  void TearDown() override { desk_.reset(); }

  void start() {
    auto state = FixState::open(directory_ / "messages");
    ASSERT_TRUE(state) << state.error().message;
    state_ = std::move(*state);
    VenueDesk::Services services;
    services.state = state_.get();
    services.ask = [this](const RequestBody& body, auto answered) { suite_->ask(body, answered); };
    services.settle = [] {};
    auto desk = VenueDesk::open(directory_.path(), std::move(services));
    ASSERT_TRUE(desk) << desk.error().message;
    desk_ = std::move(*desk);
    ASSERT_TRUE(desk_->start(loop_));
  }
  /// Without a word, and with what was not durable lost.
  void kill() {
    suite_->forget_answers();
    desk_.reset();
    state_.reset();
    start();
  }
  void settle() {
    desk_->go_on_resending();
    ASSERT_TRUE(state_->commit());
    desk_->flush();
    desk_->submit();
  }
  void turn(bool dies) {
    ASSERT_TRUE(loop_.run_once(std::chrono::milliseconds(1)));
    // The journal, as far as it goes.
    for (std::uint64_t at = state_->position().batch; at < suite_->journal.size(); ++at) {
      std::vector<Report> reports;
      OrderTracker(state_->orders(), state_->requests(), state_->venues())
          .apply(suite_->journal[at], reports);
      desk_->apply(suite_->journal[at]);
      state_->set_position({at + 1, suite_->journal[at].sequence, 0});
      if (dies && random_() % 4 == 0) return kill();
    }
    desk_->turn();
    if (dies && random_() % 4 == 0) return kill();
    settle();
    if (dies) return kill();
    suite_->answer();
    if (++turns_ % 20 == 0) {
      ASSERT_TRUE(desk_->tick(SystemClock().now()));
      ASSERT_TRUE(state_->commit_all());
    }
    exchange_.turn();
    market_.turn();
  }
  void do_something() {
    const std::uint64_t what = random_() % 10;
    if (what < 4) {
      PlaceOrder order;
      order.account = {1};
      order.symbol = {1};
      order.side = random_() % 2 == 0 ? Side::buy : Side::sell;
      order.type = OrderType::limit;
      order.quantity = {1 + static_cast<std::int64_t>(random_() % 50)};
      order.limit_price = {static_cast<std::int64_t>(149 + random_() % 3) * units_per_dollar};
      const ApplyResult placed = suite_->submit(order);
      ASSERT_EQ(placed.reason, RejectReason::none) << row_of(placed.reason).name;
      placed_.push_back(placed.order);
    } else if (what < 6 && !placed_.empty()) {
      const OrderId order =
          placed_[placed_.size() - 1 - random_() % std::min<std::size_t>(placed_.size(), 8)];
      if (what == 4) {
        suite_->submit(CancelOrder{.account = {1}, .order = order, .client_order_id = {}});
      } else {
        ReplaceOrder replace;
        replace.account = {1};
        replace.order = order;
        replace.quantity = Quantity{1 + static_cast<std::int64_t>(random_() % 60)};
        suite_->submit(replace);
      }
    } else {
      market_.trade_at_random();
    }
  }
  /// Orders that are on their way, or of a fate that is not known.
  [[nodiscard]] std::string unsettled() const {
    std::string text = std::to_string(state_->outbox().size()) + " reports wait;";
    for (const OrderId id : placed_) {
      const auto order = suite_->engine.order(id);
      if (is_terminal(order->status) || order->venue_state == VenueState::working) continue;
      text += " " + std::to_string(id.value) + " " + std::string(name_of(*order->venue_state));
    }
    return text;
  }
  [[nodiscard]] bool is_settled() const {
    if (!state_->outbox().empty() || state_->position().batch < suite_->journal.size()) return false;
    for (const OrderId id : placed_) {
      const auto order = suite_->engine.order(id);
      const bool known = is_terminal(order->status) || order->venue_state == VenueState::working;
      if (!known) return false;
    }
    return suite_->engine.venue({1})->session_up;
  }

  std::uint64_t seed_ = 0;
  std::mt19937_64 random_;
  trade::test::TemporaryDirectory directory_;
  bus::PollLoop loop_;
  test::ExchangeDouble exchange_;
  Market market_{random_, exchange_};
  std::unique_ptr<Suite> suite_;
  std::unique_ptr<FixState> state_;
  std::unique_ptr<VenueDesk> desk_;
  std::vector<OrderId> placed_;
  std::uint64_t turns_ = 0;
};

TEST_F(VenueStormTest, BothSidesAgreeInTheEnd) {
  SCOPED_TRACE("TRADE_TEST_SEED=" + std::to_string(seed_));
  int kills = 0;
  int cuts = 0;
  for (int i = 0; i < 1'500; ++i) {
    ASSERT_NO_FATAL_FAILURE(do_something());
    const bool dies = random_() % 60 == 0;
    kills += dies ? 1 : 0;
    if (random_() % 60 == 0) {
      exchange_.cut();
      ++cuts;
    }
    ASSERT_NO_FATAL_FAILURE(turn(dies));
  }
  suite_->lossy = false;
  const std::int64_t deadline_ns = monotonic_nanoseconds() + 60'000'000'000;
  while (!is_settled()) {
    ASSERT_LT(monotonic_nanoseconds(), deadline_ns) << unsettled();
    ASSERT_NO_FATAL_FAILURE(turn(false));
  }
  std::int64_t fills = 0;
  for (const Event& event : suite_->journal)
    fills += std::holds_alternative<VenueTradeExecuted>(event.body) ? 1 : 0;
  for (const OrderId id : placed_) {
    const OrderView here = *suite_->engine.order(id);
    const auto found = market_.orders.find(id.value);
    if (found == market_.orders.end()) {
      EXPECT_EQ(here.filled_quantity, Quantity{}) << id.value;
      EXPECT_TRUE(is_terminal(here.status)) << id.value;
      continue;
    }
    const Market::Order& there = found->second;
    EXPECT_EQ(here.filled_quantity.shares, there.filled) << id.value;
    EXPECT_EQ(here.filled_notional.units, there.notional * units_per_dollar) << id.value;
    EXPECT_EQ(is_terminal(here.status), !there.open()) << id.value << ' ' << there.status;
    if (there.open()) {
      EXPECT_EQ(here.quantity.shares, there.quantity) << id.value;
    } else {
      const std::map<std::string, OrderStatus> ended{
          {"2", OrderStatus::filled}, {"4", OrderStatus::cancelled}, {"8", OrderStatus::rejected}};
      EXPECT_EQ(here.status, ended.at(there.status)) << id.value;
    }
  }
  EXPECT_EQ(fills, market_.fills);
  EXPECT_GT(fills, 100);
  EXPECT_GT(kills + cuts, 10);
  RecordProperty("kills", kills);
  RecordProperty("cuts", cuts);
}

}  // namespace
}  // namespace trade::fixd
