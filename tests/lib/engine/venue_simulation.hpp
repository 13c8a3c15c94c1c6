// An engine, and another market that orders are routed to, over a session that is lost at any time, with what
// was on the way. What the engine makes of it is held against what happened there.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/engine.hpp"
#include "other_market.hpp"

namespace trade::engine_test {

class VenueSimulation {
 public:
  /// Called with the events of each command, after it.
  using Observe = std::function<void(const std::vector<Event>&)>;

  VenueSimulation(std::uint64_t seed, Observe observe) : random_(seed), observe_(std::move(observe)) {
    for (const char* name : {"ABC", "DEF", "HERE"})
      apply(AddSymbol{.symbol = *Symbol::make(name), .previous_close = {100'000}});
    for (const auto& [name, type] : {std::pair{"cash-1", AccountType::cash},
                                     {"cash-2", AccountType::cash},
                                     {"margin-1", AccountType::margin},
                                     {"margin-2", AccountType::margin}}) {
      apply(OpenAccount{*AccountName::make(name), type});
      const AccountId id = engine.find_account(name);
      apply(DepositCash{id, {200'000 * units_per_dollar}});
      apply(TransferShares{id, {1}, {500}, {100'000}});
      customers_.push_back(id);
    }
    FirmRules rules;
    rules.day_trading_rule = DayTradingRule::intraday_margin;
    apply(SetFirmRules{rules});
    apply(SetEasyToBorrow{{}, true});
    apply(AddVenue{*VenueName::make("north")});
    apply(SetRoute{{1}, venue_});
    apply(SetRoute{{2}, venue_});
    deposited_ = all_cash();
  }

  Engine engine;

  /// One thing that happens: here, there, or in between.
  void step() {
    switch (pick(16)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return place();
      case 4:
        return cancel();
      case 5:
        return replace();
      case 6:
        return pick(6) == 0 ? set_session(!is_up_) : work_there();
      case 7:
        return pick(12) == 0 ? disturb() : deliver();
      case 8:
      case 9:
      case 10:
        return work_there();
      default:
        return deliver();
    }
  }

  /// The session comes back, everything is delivered, and the venue is asked about every order.
  void reconcile() {
    if (!is_up_) set_session(true);
    while (!to_venue_.empty())
      receive_there();
    while (!reports_.empty())
      deliver();
    ask_about_all();
    // What was asked for again on that.
    while (!to_venue_.empty())
      receive_there();
    while (!reports_.empty())
      deliver();
  }

  /// After reconcile(): what is filled, open and owned is the same here and there.
  void check() const {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> shares;
    for (const auto& [id, there] : market_.orders()) {
      const std::optional<OrderView> here = engine.order(id);
      ASSERT_TRUE(here.has_value());
      SCOPED_TRACE("order " + std::to_string(id.value));
      EXPECT_EQ(here->filled_quantity.shares, there.filled);
      EXPECT_EQ(here->filled_notional.units, there.notional);
      EXPECT_EQ(!is_terminal(here->status), there.open);
      if (there.open) {
        EXPECT_EQ(here->quantity.shares, there.quantity);
        EXPECT_EQ(here->limit_price, there.limit);
        EXPECT_TRUE(here->venue_state == VenueState::working ||
                    here->venue_state == VenueState::pending_cancel)
            << name_of(*here->venue_state);
      }
    }
    check_always();
  }

  /// What holds after every command.
  void check_always() const { ASSERT_EQ(all_cash(), deposited_); }

  /// Goes on with a copy that was saved and loaded.
  void reload() {
    ByteWriter writer;
    engine.save(writer);
    ByteReader reader(writer.bytes());
    Result<Engine> loaded = Engine::load(reader);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    ASSERT_EQ(loaded->full_state_hash(), engine.full_state_hash());
    engine = *std::move(loaded);
  }

  [[nodiscard]] Money all_cash() const {
    Money sum;
    for (AccountId id{1}; id.value <= engine.account_count(); ++id.value)
      sum += engine.account(id)->cash_balance;
    return sum;
  }
  /// Cancels everything, to the end.
  void wind_down() {
    // The venue may refuse to, so it is asked more than once.
    for (int round = 0; round < 50 && open_here(); ++round) {
      apply(CancelAllOrders{.account = {}, .symbol = {}});
      reconcile();
    }
    EXPECT_FALSE(open_here());
    for (const AccountId id : customers_)
      EXPECT_EQ(engine.account(id)->reserved, Money{}) << id.value;
  }
  [[nodiscard]] std::size_t trades() const { return trades_; }
  [[nodiscard]] OrderId newest() const { return {last_order_}; }

 private:
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }

  void apply(const CommandBody& body) {
    now_.nanoseconds += 1'000;
    const Command command{now_, body};
    const ApplyResult foreseen = engine.check(command);
    events_.clear();
    result_ = engine.apply(command, events_);
    ASSERT_EQ(foreseen.reason, result_.reason);
    for (const Event& event : events_) {
      if (const auto* request = std::get_if<VenueRequestMade>(&event.body)) {
        ASSERT_TRUE(is_up_) << "a request while the session is down";
        to_venue_.push_back(*request);
      }
      if (std::holds_alternative<VenueTradeExecuted>(event.body)) ++trades_;
    }
    last_order_ = std::max(last_order_, result_.order.value);
    observe_(events_);
  }

  // --- here ---
  AccountId some_account() { return customers_[pick(customers_.size())]; }
  OrderId some_order() { return {1 + pick(std::max<std::uint64_t>(last_order_, 1))}; }

  void place() {
    PlaceOrder order{.account = some_account(), .symbol = {static_cast<std::uint32_t>(1 + pick(3))}};
    order.side = pick(2) == 0 ? Side::buy : Side::sell;
    order.quantity = {static_cast<std::int64_t>(1 + pick(100))};
    order.type = pick(5) == 0 ? OrderType::market : OrderType::limit;
    if (order.symbol.value == 3) order.type = OrderType::limit;
    if (order.type == OrderType::limit) order.limit_price = some_price();
    order.time_in_force = pick(3) == 0 ? TimeInForce::gtc : TimeInForce::day;
    if (order.side == Side::sell && pick(3) == 0) order.instructions.short_sale = ShortSale::sell_short;
    apply(order);
  }
  Price some_price() { return {static_cast<std::int64_t>(900 + pick(200)) * 100}; }
  void cancel() {
    const OrderId id = some_order();
    if (const auto view = engine.order(id))
      apply(CancelOrder{.account = engine.find_account(view->account), .order = id, .client_order_id = {}});
  }
  void replace() {
    const OrderId id = some_order();
    const auto view = engine.order(id);
    if (!view) return;
    ReplaceOrder command{.account = engine.find_account(view->account), .order = id, .client_order_id = {}};
    if (pick(2) == 0) command.quantity = Quantity{static_cast<std::int64_t>(1 + pick(150))};
    if (pick(2) == 0 && view->type == OrderType::limit) command.limit_price = some_price();
    const std::string name = "r" + std::to_string(++names_);
    if (pick(2) == 0) command.new_client_order_id = name;
    apply(command);
  }
  void set_session(bool up) {
    if (!up) {
      // What is on the way is lost: all of it, or all but what a session sends again.
      if (pick(2) == 0) to_venue_.clear();
      if (pick(2) == 0) reports_.clear();
    }
    is_up_ = up;
    apply(SetVenueSession{venue_, up});
    if (up) ask_about_all();
  }
  /// Trading days, kill switches and the like.
  void disturb() {
    switch (pick(4)) {
      case 0:
        return apply(CancelAllOrders{.account = some_account(), .symbol = {}});
      case 1: {
        const AccountId id = some_account();
        apply(SetKillSwitch{.account = id, .symbol = {}, .on = true});
        return apply(SetKillSwitch{.account = id, .symbol = {}, .on = false});
      }
      case 2:
        return apply(SetSession{SessionPhase::open, {++day_}});
      default:
        return apply(ExpireOrders{});
    }
  }

  [[nodiscard]] bool open_here() const { return engine.open_order_count() != 0; }

  // --- in between ---
  void deliver() {
    if (reports_.empty() || !is_up_) return;
    const ToldReport report = reports_.front();
    reports_.pop_front();
    submit(report);
    // Now and then it comes once more.
    if (pick(10) == 0) submit(report);
  }
  void submit(const ToldReport& told) {
    const VenueReport report = told.report();
    // The price of what was missed is known by its average alone.
    const bool counts = report.kind == VenueReportKind::status || report.kind == VenueReportKind::cancelled ||
                        report.kind == VenueReportKind::expired;
    const bool missed = counts && report.cumulative > engine.order(report.order)->filled_quantity;
    apply(report);
    if (missed && engine.order(report.order)->filled_quantity == report.cumulative) {
      OtherMarket::Order& there = market_.orders().at(report.order);
      there.counted = true;
      there.notional = engine.order(report.order)->filled_notional.units;
    }
    const bool is_trade = report.kind == VenueReportKind::filled || report.kind == VenueReportKind::corrected;
    if (is_trade && result_.reason == RejectReason::none) told_.insert({told.execution_id, day_});
  }
  /// Answers a status request for every order that was ever sent. It comes behind all that is on its way.
  void ask_about_all() {
    while (!reports_.empty() && is_up_)
      deliver();
    for (std::uint64_t id = 1; id <= last_order_; ++id) {
      const auto view = engine.order({id});
      if (!view || !view->venue_state || view->venue_state == VenueState::held) continue;
      // What is still to be received there, it does not know yet.
      const bool is_on_its_way = std::ranges::any_of(
          to_venue_, [&](const VenueRequestMade& request) { return request.order.value == id; });
      if (is_on_its_way && !market_.orders().contains({id})) continue;
      submit(market_.status_of({id}));
    }
  }

  // --- there ---
  void work_there() {
    if (!to_venue_.empty() && pick(2) == 0) return receive_there();
    const OtherMarket::Orders& orders = market_.orders();
    if (orders.empty()) return;
    auto at = orders.lower_bound(some_order());
    if (at == orders.end()) at = orders.begin();
    const auto& [id, there] = *at;
    if (there.open && pick(8) != 0) return market_.trade(id);
    // It is told at once: a trade that is undone and never told it would have to be asked about.
    if (!there.trades.empty() && !there.counted && is_up_ && reports_.empty()) return undo_there(id);
    if (there.open && pick(20) == 0) market_.end(id, VenueReportKind::expired);
  }
  void receive_there() {
    const VenueRequestMade request = to_venue_.front();
    to_venue_.pop_front();
    market_.receive(request);
    ASSERT_EQ(market_.placed_again(), 0U);
  }
  void undo_there(OrderId id) {
    // One that was lost on the way cannot be undone by its name, nor one of long ago.
    market_.undo(id, [&](const OtherMarket::Trade& trade) {
      const auto told = told_.find(trade.id);
      return told != told_.end() && told->second + 1 >= day_;
    });
    if (reports_.empty()) return;
    submit(reports_.front());
    reports_.pop_front();
  }

  std::mt19937_64 random_;
  Observe observe_;
  std::vector<Event> events_;
  ApplyResult result_;
  Timestamp now_{1'700'000'000'000'000'000};
  VenueId venue_{1};
  std::vector<AccountId> customers_;
  Money deposited_;
  bool is_up_ = false;
  std::uint64_t last_order_ = 0;
  std::uint64_t names_ = 0;
  std::size_t trades_ = 0;
  std::int32_t day_ = 0;
  std::deque<VenueRequestMade> to_venue_;
  std::deque<ToldReport> reports_;
  OtherMarket market_{venue_, [this](std::uint64_t below) { return pick(below); },
                      [this](ToldReport told) { reports_.push_back(std::move(told)); }};
  std::map<std::string, std::int32_t> told_;  ///< executions that came by themselves, and the day of that
};

}  // namespace trade::engine_test
