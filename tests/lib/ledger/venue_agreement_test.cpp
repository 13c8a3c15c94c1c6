// The books against the engine's own account of things where orders are routed to other venues, which tell
// what comes to their minds: sensible things for the most part, twice at times, and late.
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "agreement.hpp"
#include "engine/engine.hpp"
#include "ledger/ledger.hpp"
#include "lib/engine/random_flow.hpp"
#include "lib/engine/venue_simulation.hpp"
#include "support/seeds.hpp"

namespace trade::ledger {
namespace {

/// Two venues, which hear of the requests that are made of them.
class RandomVenues {
 public:
  static constexpr std::uint32_t venues = 2;

  explicit RandomVenues(std::uint64_t seed) : random_(seed ^ 0x76656e7565) {}

  /// To be done before any order: each venue has a symbol, and the first symbol stays here.
  [[nodiscard]] std::vector<CommandBody> set_up() const {
    std::vector<CommandBody> commands;
    for (std::uint32_t number = 1; number <= venues; ++number) {
      commands.emplace_back(AddVenue{*VenueName::make("V" + std::to_string(number)),
                                     number == 1 ? WhenVenueDown::hold : WhenVenueDown::refuse});
      commands.emplace_back(SetVenueSession{VenueId{number}, true});
      commands.emplace_back(SetRoute{SymbolId{number + 1}, VenueId{number}});
    }
    return commands;
  }

  void see(const Event& event) {
    if (const auto* request = std::get_if<VenueRequestMade>(&event.body)) {
      Told& told = orders_[request->order];
      if (told.order.value == 0) ids_.push_back(request->order);
      told.order = request->order;
      told.venue = request->venue;
      told.side = request->side;
      told.kind = request->kind;
      told.request = request->number;
      told.quantity = request->quantity;
      told.limit_price = request->limit_price;
      told.stop_price = request->stop_price;
    }
    if (const auto* trade = std::get_if<VenueTradeExecuted>(&event.body)) {
      orders_[trade->order].filled += trade->quantity;
      ++trades_;
      executions_.push_back({trade->order, trade->venue, trade->quantity, std::string(trade->execution_id)});
    }
    if (const auto* bust = std::get_if<VenueTradeBusted>(&event.body)) {
      orders_[bust->order].filled -= bust->quantity;
      ++busts_;
    }
  }

  CommandBody next() {
    if (below(40) == 0 || ids_.empty()) {
      const VenueId venue{static_cast<std::uint32_t>(1 + below(venues))};
      return SetVenueSession{venue, below(4) != 0};
    }
    // The newer the order, the more there is to tell of it.
    const std::size_t back =
        below(4) == 0 ? below(ids_.size()) : below(std::min<std::size_t>(ids_.size(), 12));
    const Told& told = orders_[ids_[ids_.size() - 1 - back]];
    if (below(12) == 0 && !executions_.empty()) return change_of_execution();
    VenueReport report = about(told);
    report.leaves = told.quantity - told.filled;
    switch (below(9)) {
      case 0:
      case 1:
        report.kind = VenueReportKind::accepted;
        report.request = 1;
        report.venue_order_id = keep("O" + std::to_string(told.order.value) + (below(9) == 0 ? "x" : ""));
        break;
      case 2:
      case 3:
      case 4:
        fill(told, report);
        break;
      case 5:
        report.kind = below(2) == 0 ? VenueReportKind::cancelled : VenueReportKind::expired;
        report.request = told.kind == VenueRequestKind::cancel ? told.request : 0;
        break;
      case 6:
        replaced(told, report);
        break;
      case 7:
        report.kind = below(3) == 0   ? VenueReportKind::rejected
                      : below(2) == 0 ? VenueReportKind::cancel_rejected
                                      : VenueReportKind::replace_rejected;
        report.request = told.request;
        if (below(4) == 0) report.kind = VenueReportKind::unanswered;
        break;
      default:
        status(told, report);
    }
    return report;
  }

  [[nodiscard]] std::uint64_t trades() const { return trades_; }
  [[nodiscard]] std::uint64_t busts() const { return busts_; }

 private:
  struct Told {
    OrderId order;
    VenueId venue;
    Side side = Side::buy;
    VenueRequestKind kind = VenueRequestKind::place;
    std::uint32_t request = 0;
    Quantity quantity;
    Price limit_price;
    Price stop_price;
    Quantity filled;
  };
  struct Execution {
    OrderId order;
    VenueId venue;
    Quantity quantity;
    std::string id;
  };

  static VenueReport about(const Told& told) {
    VenueReport report;
    report.venue = told.venue;
    report.order = told.order;
    return report;
  }

  void fill(const Told& told, VenueReport& report) {
    report.kind = VenueReportKind::filled;
    const std::int64_t open = std::max<std::int64_t>(told.quantity.shares - told.filled.shares, 1);
    report.quantity = {static_cast<std::int64_t>(1 + below(static_cast<std::uint64_t>(open)))};
    report.price = near_price();
    report.cumulative = told.filled + report.quantity;
    report.leaves = {std::max<std::int64_t>(told.quantity.shares - report.cumulative.shares, 0)};
    report.average_price = report.price;
    const bool again = below(10) == 0 && !executions_.empty();
    report.execution_id = keep(again ? executions_.back().id : "E" + std::to_string(++last_execution_));
  }

  void replaced(const Told& told, VenueReport& report) {
    report.kind = VenueReportKind::replaced;
    report.request = told.kind == VenueRequestKind::replace ? told.request : 0;
    report.quantity = told.quantity;
    report.price = told.limit_price;
    report.stop_price = told.stop_price;
    if (below(3) == 0) report.quantity = {static_cast<std::int64_t>(1 + below(60))};
    if (told.limit_price && below(3) == 0) report.price = near_price();
    report.cumulative = told.filled;
    report.leaves = {std::max<std::int64_t>(report.quantity.shares - told.filled.shares, 0)};
  }

  void status(const Told& told, VenueReport& report) {
    report.kind = below(4) == 0 ? VenueReportKind::not_known : VenueReportKind::status;
    if (report.kind == VenueReportKind::not_known) return;
    const std::int64_t open = std::max<std::int64_t>(told.quantity.shares - told.filled.shares, 0);
    const Quantity missed{static_cast<std::int64_t>(below(static_cast<std::uint64_t>(open) + 1))};
    report.cumulative = told.filled + missed;
    report.leaves = below(4) == 0 ? Quantity{} : Quantity{open - missed.shares};
    report.average_price = near_price();
  }

  CommandBody change_of_execution() {
    const Execution& execution = executions_[below(executions_.size())];
    const Told& told = orders_[execution.order];
    VenueReport report = about(told);
    report.venue = execution.venue;
    report.kind = below(2) == 0 ? VenueReportKind::busted : VenueReportKind::corrected;
    report.reference_execution_id = keep(execution.id);
    if (report.kind == VenueReportKind::corrected) {
      report.execution_id = keep("C" + std::to_string(++last_execution_));
      report.quantity = {
          static_cast<std::int64_t>(1 + below(static_cast<std::uint64_t>(execution.quantity.shares)))};
      report.price = near_price();
    }
    const std::int64_t filled = told.filled.shares - execution.quantity.shares + report.quantity.shares;
    report.cumulative = {std::max<std::int64_t>(filled, 0)};
    if (below(2) == 0) report.leaves = {std::max<std::int64_t>(told.quantity.shares - filled, 0)};
    return report;
  }

  std::size_t below(std::size_t bound) { return random_() % bound; }
  Price near_price() { return {(970 + static_cast<std::int64_t>(below(60))) * 100}; }
  std::string_view keep(std::string text) {
    texts_.push_back(std::move(text));
    if (texts_.size() > 16) texts_.pop_front();
    return texts_.back();
  }

  std::mt19937_64 random_;
  std::map<OrderId, Told> orders_;
  std::vector<OrderId> ids_;
  std::vector<Execution> executions_;
  std::deque<std::string> texts_;
  std::uint64_t last_execution_ = 0;
  std::uint64_t trades_ = 0;
  std::uint64_t busts_ = 0;
};

void run(std::uint64_t seed) {
  engine_test::RandomFlow flow(seed);
  RandomVenues elsewhere(seed);
  Engine engine;
  Ledger ledger;
  std::vector<Event> events;
  std::vector<Entry> entries;
  Timestamp now;
  std::string problem;
  const auto apply = [&](const Command& command) {
    now = command.timestamp;
    events.clear();
    engine.apply(command, events);
    for (const Event& event : events) {
      flow.see(event);
      elsewhere.see(event);
    }
    if (const Status folded = ledger.fold(events, entries); !folded) problem = folded.error().message;
  };
  flow.set_up(apply);
  for (const CommandBody& body : elsewhere.set_up())
    apply({now, body});
  ASSERT_EQ(problem, "");
  for (int step = 1; step <= 8'000; ++step) {
    SCOPED_TRACE("step " + std::to_string(step));
    apply(flow.next());
    ASSERT_EQ(problem, "");
    apply({now, elsewhere.next()});
    ASSERT_EQ(problem, "");
    ASSERT_EQ(engine.last_sequence(), ledger.sequence());
    if (step % 400 == 0) test::compare_holdings(engine, ledger);
  }
  const Status invariants = ledger.check_invariants();
  EXPECT_TRUE(invariants) << invariants.error().message;
  EXPECT_GT(test::compare_orders(engine, ledger, flow.newest()), 2'000u);
  EXPECT_EQ(engine.open_order_count(), ledger.orders().open_count());
  EXPECT_GT(elsewhere.trades(), 300u);
  EXPECT_GT(elsewhere.busts(), 20u);
}

/// Of an event that names an order: what it is here and there.
template <class Body>
void compare_named(const Engine& engine, const Ledger& ledger, const Body& body) {
  if constexpr (requires { OrderId{body.order}; }) {
    const auto order = engine.order(body.order);
    if (!order) return;
    const auto sight = ledger.orders().look(body.order, nullptr);
    ASSERT_TRUE(sight && *sight) << "order " << body.order.value;
    EXPECT_EQ(test::difference(*order, order_view(ledger, **sight)), "") << "order " << body.order.value;
  }
}

TEST(VenueAgreement, ASimulatedMarketElsewhere) {
  for (const std::uint64_t seed : trade::test::seeds(10)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Ledger ledger;
    std::vector<Entry> entries;
    const Engine* engine = nullptr;
    const auto observe = [&](const std::vector<Event>& events) {
      const Status folded = ledger.fold(events, entries);
      ASSERT_TRUE(folded) << folded.error().message;
      if (engine == nullptr) return;
      test::compare_holdings(*engine, ledger);
      for (const Event& event : events)
        std::visit([&](const auto& body) { compare_named(*engine, ledger, body); }, event.body);
    };
    engine_test::VenueSimulation simulation(seed, observe);
    engine = &simulation.engine;
    for (int step = 1; step <= 1'000; ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      simulation.step();
      if (::testing::Test::HasFailure()) return;
    }
    simulation.reconcile();
    simulation.wind_down();
    const Status invariants = ledger.check_invariants();
    EXPECT_TRUE(invariants) << invariants.error().message;
    EXPECT_GT(test::compare_orders(simulation.engine, ledger, simulation.newest()), 100U);
    test::compare_reloaded_orders(simulation.engine, ledger, simulation.newest());
    EXPECT_EQ(simulation.engine.open_order_count(), ledger.orders().open_count());
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(VenueAgreement, WhateverVenuesTell) {
  for (const std::uint64_t seed : trade::test::seeds(5)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    run(seed);
  }
}

}  // namespace
}  // namespace trade::ledger
