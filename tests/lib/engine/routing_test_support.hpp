// A market whose symbol is routed to a venue, and the words in which the venue reports.
#pragma once

#include <string>
#include <string_view>

#include "engine_test_support.hpp"

namespace trade::engine_test {

class RoutingTest : public EngineTest {
 protected:
  explicit RoutingTest(const EngineCapacity& capacity = {}) : EngineTest(capacity) {
    symbol = add_symbol("ABC", "10.00");
    other = add_symbol("XYZ", "10.00");
    alice = open("alice", AccountType::cash, "10000.00");
    margin = open("margin", AccountType::margin, "100000.00");
    EXPECT_EQ(reason_of(AddVenue{*VenueName::make("north"), WhenVenueDown::hold}), RejectReason::none);
    venue = engine.find_venue("north");
    clearing = engine.find_account("venue.north");
    EXPECT_EQ(reason_of(SetRoute{symbol, venue}), RejectReason::none);
  }

  void set_session(bool up) { EXPECT_EQ(reason_of(SetVenueSession{venue, up}), RejectReason::none); }

  /// What the venue tells. A price as text; "0": none.
  struct Told {
    OrderId order;
    VenueReportKind kind = VenueReportKind::accepted;
    std::int64_t quantity = 0;
    std::string_view price = "0";
    std::string_view execution_id{};
    std::int64_t cumulative = 0;
    std::int64_t leaves = 0;
    std::string_view average_price = "0";
    std::string_view reference{};
    std::uint32_t request = 0;
    std::string_view venue_order_id{};
    std::string_view text{};
    std::string_view stop_price = "0";
  };
  [[nodiscard]] VenueReport report_of(const Told& told) const {
    return {.venue = venue,
            .order = told.order,
            .kind = told.kind,
            .request = told.request,
            .execution_id = told.execution_id,
            .reference_execution_id = told.reference,
            .venue_order_id = told.venue_order_id,
            .text = told.text,
            .quantity = {told.quantity},
            .price = price(told.price),
            .stop_price = price(told.stop_price),
            .cumulative = {told.cumulative},
            .leaves = {told.leaves},
            .average_price = price(told.average_price)};
  }
  RejectReason report(const Told& told) { return reason_of(report_of(told)); }
  void reported(const Told& told) {
    const RejectReason reason = report(told);
    EXPECT_EQ(reason, RejectReason::none) << row_of(reason).name;
  }
  RejectReason filled(OrderId id, std::int64_t quantity, std::string_view at, std::string_view execution_id) {
    return report({.order = id,
                   .kind = VenueReportKind::filled,
                   .quantity = quantity,
                   .price = at,
                   .execution_id = execution_id});
  }

  /// A limit order to buy that its venue has.
  OrderId working(std::int64_t quantity = 100, std::string_view limit = "10.00") {
    const OrderId id = placed({alice, symbol, Side::buy, quantity, limit});
    reported({.order = id, .kind = VenueReportKind::accepted, .venue_order_id = "N1"});
    return id;
  }
  ApplyResult replace(OrderId id, std::optional<Quantity> quantity, std::optional<Price> limit = {},
                      std::string_view new_client_order_id = {}) {
    return apply(ReplaceOrder{.account = alice,
                              .order = id,
                              .client_order_id = {},
                              .quantity = quantity,
                              .limit_price = limit,
                              .stop_price = {},
                              .new_client_order_id = new_client_order_id});
  }
  [[nodiscard]] VenueState state(OrderId id) const { return order(id).venue_state.value_or(VenueState{}); }
  /// Cash of all accounts, which only deposits and withdrawals change.
  [[nodiscard]] Money all_cash() const {
    Money sum;
    for (AccountId id{1}; id.value <= engine.account_count(); ++id.value)
      sum += cash(id);
    return sum;
  }

  SymbolId symbol;
  SymbolId other;  ///< matched here
  AccountId alice;
  AccountId margin;
  AccountId clearing;
  VenueId venue;
};

}  // namespace trade::engine_test
