// An engine, and another market that orders are routed to: it takes or refuses them, trades them in parts,
// cancels, replaces, busts and corrects, and tells all that over a session that is lost at any time, with
// what was on the way. What the engine makes of it is held against what happened there.
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
        return pick(6) == 0 ? set_session(!is_up_) : pick(12) == 0 ? miss_an_answer() : work_there();
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
    for (const auto& [id, there] : orders_) {
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
  struct There {
    std::int64_t quantity = 0;
    std::int64_t filled = 0;
    std::int64_t notional = 0;  ///< in price units
    Price limit;
    bool open = true;
    bool counted = false;  ///< a status told of trades before they came by themselves
    struct Trade {
      std::string id;
      std::int64_t quantity = 0;
      Price price;
    };
    std::vector<Trade> trades;  ///< that stand

    [[nodiscard]] Price average() const { return {filled == 0 ? 0 : (notional + filled / 2) / filled}; }
  };

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
  /// An answer does not come in time: the venue is asked, perhaps later.
  void miss_an_answer() {
    if (!is_up_) return;
    apply(VenueReport{.venue = venue_, .order = some_order(), .kind = VenueReportKind::unanswered});
    if (pick(2) == 0) ask_about_all();
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
  struct Report {
    VenueReport body;  ///< its texts are those below
    std::string execution_id;
    std::string reference;
    std::string venue_order_id;
  };
  void tell(Report report) {
    report.body.venue = venue_;
    reports_.push_back(std::move(report));
  }
  void deliver() {
    if (reports_.empty() || !is_up_) return;
    const Report report = reports_.front();
    reports_.pop_front();
    submit(report);
    // Now and then it comes once more.
    if (pick(10) == 0) submit(report);
  }
  void submit(const Report& report) {
    VenueReport body = report.body;
    body.execution_id = report.execution_id;
    body.reference_execution_id = report.reference;
    body.venue_order_id = report.venue_order_id;
    // The price of what was missed is known by its average alone.
    const bool counts = body.kind == VenueReportKind::status || body.kind == VenueReportKind::cancelled ||
                        body.kind == VenueReportKind::expired;
    const bool missed = counts && body.cumulative > engine.order(body.order)->filled_quantity;
    apply(body);
    if (missed && engine.order(body.order)->filled_quantity == body.cumulative) {
      There& there = orders_.at(body.order);
      there.counted = true;
      there.notional = engine.order(body.order)->filled_notional.units;
    }
    if (body.kind == VenueReportKind::filled && result_.reason == RejectReason::none)
      told_.insert({report.execution_id, day_});
  }
  /// Answers a status request for every order that was ever sent. It comes behind all that is on its way.
  void ask_about_all() {
    while (!reports_.empty() && is_up_)
      deliver();
    for (std::uint64_t id = 1; id <= last_order_; ++id) {
      const auto view = engine.order({id});
      if (!view || !view->venue_state || view->venue_state == VenueState::held) continue;
      Report report;
      report.body.order = {id};
      const auto found = orders_.find({id});
      if (found == orders_.end()) {
        // What is still to be received there, it does not know yet.
        const bool is_on_its_way = std::ranges::any_of(
            to_venue_, [&](const VenueRequestMade& request) { return request.order.value == id; });
        if (is_on_its_way) continue;
        report.body.kind = VenueReportKind::not_known;
      } else {
        There& there = found->second;
        report.body.kind = VenueReportKind::status;
        report.body.cumulative = {there.filled};
        report.body.leaves = {there.open ? there.quantity - there.filled : 0};
        if (there.limit) report.body.price = there.limit;
        report.body.average_price = there.average();
      }
      report.body.venue = venue_;
      submit(report);
    }
  }

  // --- there ---
  void work_there() {
    if (!to_venue_.empty() && pick(2) == 0) return receive_there();
    if (orders_.empty()) return;
    auto at = orders_.lower_bound(some_order());
    if (at == orders_.end()) at = orders_.begin();
    auto& [id, there] = *at;
    if (there.open && pick(8) != 0) return trade_there(id, there);
    // It is told at once: a trade that is undone and never told it would have to be asked about.
    if (!there.trades.empty() && !there.counted && is_up_ && reports_.empty()) return undo_there(id, there);
    if (there.open && pick(20) == 0) end_there(id, there, VenueReportKind::expired, 0);
  }
  void receive_there() {
    const VenueRequestMade request = to_venue_.front();
    to_venue_.pop_front();
    Report report;
    report.body.order = request.order;
    report.body.request = request.number;
    if (request.kind == VenueRequestKind::place) {
      if (pick(10) == 0) {
        report.body.kind = VenueReportKind::rejected;
        There& there = orders_[request.order];
        there.open = false;
        return tell(report);
      }
      There& there = orders_[request.order];
      there.quantity = request.quantity.shares;
      there.limit = request.limit_price;
      report.body.kind = VenueReportKind::accepted;
      report.venue_order_id = "N" + std::to_string(request.order.value);
      return tell(report);
    }
    const bool cancels = request.kind == VenueRequestKind::cancel;
    const auto found = orders_.find(request.order);
    if (found == orders_.end() || !found->second.open || pick(6) == 0) {
      report.body.kind = cancels ? VenueReportKind::cancel_rejected : VenueReportKind::replace_rejected;
      return tell(report);
    }
    There& there = found->second;
    if (cancels) return end_there(request.order, there, VenueReportKind::cancelled, request.number);
    if (request.quantity.shares <= there.filled)
      return end_there(request.order, there, VenueReportKind::cancelled, 0);
    there.quantity = request.quantity.shares;
    there.limit = request.limit_price;
    report.body.kind = VenueReportKind::replaced;
    report.body.quantity = {there.quantity};
    report.body.price = there.limit;
    tell(report);
  }
  void end_there(OrderId id, There& there, VenueReportKind kind, std::uint32_t request) {
    there.open = false;
    Report report;
    report.body = {.order = id, .kind = kind, .request = request};
    report.body.cumulative = {there.filled};
    report.body.average_price = there.average();
    tell(report);
  }
  void trade_there(OrderId id, There& there) {
    const auto quantity =
        static_cast<std::int64_t>(1 + pick(static_cast<std::uint64_t>(there.quantity - there.filled)));
    const Price price = there.limit ? there.limit : some_price();
    Report report;
    report.body = {.order = id, .kind = VenueReportKind::filled};
    report.body.quantity = {quantity};
    report.body.price = price;
    report.execution_id = "E" + std::to_string(++executions_);
    there.filled += quantity;
    there.notional += quantity * price.units;
    there.open = there.filled < there.quantity;
    there.trades.push_back({report.execution_id, quantity, price});
    report.body.cumulative = {there.filled};
    report.body.leaves = {there.open ? there.quantity - there.filled : 0};
    tell(report);
  }
  void undo_there(OrderId id, There& there) {
    There::Trade& trade = there.trades[pick(there.trades.size())];
    // One that was lost on the way cannot be undone by its name, nor one of long ago.
    const auto told = told_.find(trade.id);
    if (told == told_.end() || told->second + 1 < day_) return;
    Report report;
    report.reference = trade.id;
    report.body = {.order = id, .kind = VenueReportKind::busted};
    there.filled -= trade.quantity;
    there.notional -= trade.quantity * trade.price.units;
    if (there.open && pick(2) == 0) there.quantity -= trade.quantity;
    if (pick(2) == 0) {
      report.body.kind = VenueReportKind::corrected;
      report.execution_id = "E" + std::to_string(++executions_);
      report.body.quantity = {trade.quantity};
      report.body.price = {trade.price.units + 100};
      if (there.open && there.quantity < there.filled + trade.quantity + 1)
        there.quantity = there.filled + trade.quantity + 1;
      there.filled += trade.quantity;
      there.notional += trade.quantity * report.body.price.units;
      trade = {report.execution_id, trade.quantity, report.body.price};
    } else {
      trade = there.trades.back();
      there.trades.pop_back();
    }
    report.body.cumulative = {there.filled};
    report.body.leaves = {there.open ? there.quantity - there.filled : 0};
    report.body.venue = venue_;
    submit(report);
    if (report.body.kind == VenueReportKind::corrected) told_.insert({report.execution_id, day_});
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
  std::uint64_t executions_ = 0;
  std::size_t trades_ = 0;
  std::int32_t day_ = 0;
  std::deque<VenueRequestMade> to_venue_;
  std::deque<Report> reports_;
  std::map<OrderId, There> orders_;
  std::map<std::string, std::int32_t> told_;  ///< executions that came by themselves, and the day of that
};

}  // namespace trade::engine_test
