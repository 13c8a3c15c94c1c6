// Another market that orders are routed to: it takes or refuses them, trades them in parts, cancels,
// replaces, busts and corrects, and tells of all that. What is lost on the way there or back is not its
// matter.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/event.hpp"

namespace trade::engine_test {

/// What that market tells of an order, with the texts of it.
struct ToldReport {
  VenueReport body;  ///< its texts are those below
  std::string execution_id;
  std::string reference;
  std::string venue_order_id;

  /// Its texts point into this.
  [[nodiscard]] VenueReport report() const {
    VenueReport report = body;
    report.execution_id = execution_id;
    report.reference_execution_id = reference;
    report.venue_order_id = venue_order_id;
    return report;
  }
};

class OtherMarket {
 public:
  struct Trade {
    std::string id;
    std::int64_t quantity = 0;
    Price price;
  };
  struct Order {
    std::int64_t quantity = 0;
    std::int64_t filled = 0;
    std::int64_t notional = 0;  ///< in price units
    Price limit;
    bool open = true;
    bool counted = false;       ///< a status told of trades before they came by themselves
    std::vector<Trade> trades;  ///< that stand

    [[nodiscard]] Price average() const { return {filled == 0 ? 0 : (notional + filled / 2) / filled}; }
  };
  using Orders = std::map<OrderId, Order>;
  /// By chance, from 0 to its argument less one.
  using Pick = std::function<std::uint64_t(std::uint64_t below)>;
  using Tell = std::function<void(ToldReport)>;

  OtherMarket(VenueId venue, Pick pick, Tell tell)
      : venue_(venue), pick_(std::move(pick)), tell_(std::move(tell)) {}

  [[nodiscard]] Orders& orders() { return orders_; }
  [[nodiscard]] const Orders& orders() const { return orders_; }
  /// Orders that it was asked to place once more.
  [[nodiscard]] std::uint64_t placed_again() const { return placed_again_; }

  /// A request has arrived.
  void receive(const VenueRequestMade& request) {
    if (request.kind == VenueRequestKind::place) return place(request);
    ToldReport told = about(request.order, VenueReportKind::cancel_rejected);
    told.body.request = request.number;
    const bool cancels = request.kind == VenueRequestKind::cancel;
    if (!cancels) told.body.kind = VenueReportKind::replace_rejected;
    const auto found = orders_.find(request.order);
    if (found == orders_.end() || !found->second.open || pick_(6) == 0) return tell_(std::move(told));
    Order& order = found->second;
    if (cancels) return end(request.order, VenueReportKind::cancelled, request.number);
    if (request.quantity.shares <= order.filled) return end(request.order, VenueReportKind::cancelled);
    order.quantity = request.quantity.shares;
    order.limit = request.limit_price;
    told.body.kind = VenueReportKind::replaced;
    told.body.quantity = {order.quantity};
    told.body.price = order.limit;
    tell_(std::move(told));
  }

  // What it does of itself; the order is one of its own.

  void trade(OrderId id) {
    Order& order = orders_.at(id);
    const auto quantity =
        static_cast<std::int64_t>(1 + pick_(static_cast<std::uint64_t>(order.quantity - order.filled)));
    const Price price = order.limit ? order.limit : Price{static_cast<std::int64_t>(900 + pick_(200)) * 100};
    ToldReport told = about(id, VenueReportKind::filled);
    told.body.quantity = {quantity};
    told.body.price = price;
    told.execution_id = next_execution();
    order.filled += quantity;
    order.notional += quantity * price.units;
    order.open = order.filled < order.quantity;
    order.trades.push_back({told.execution_id, quantity, price});
    count(order, told);
    tell_(std::move(told));
  }
  /// Busts or corrects one of the order's trades, if that is one that `may_undo(trade)`.
  template <class MayUndo>
  void undo(OrderId id, MayUndo&& may_undo) {
    Order& order = orders_.at(id);
    Trade& trade = order.trades[pick_(order.trades.size())];
    if (!may_undo(trade)) return;
    ToldReport told = about(id, VenueReportKind::busted);
    told.reference = trade.id;
    order.filled -= trade.quantity;
    order.notional -= trade.quantity * trade.price.units;
    if (order.open && pick_(2) == 0) order.quantity -= trade.quantity;
    if (pick_(2) == 0) {
      told.body.kind = VenueReportKind::corrected;
      told.execution_id = next_execution();
      told.body.quantity = {trade.quantity};
      told.body.price = {trade.price.units + 100};
      if (order.open && order.quantity < order.filled + trade.quantity + 1)
        order.quantity = order.filled + trade.quantity + 1;
      order.filled += trade.quantity;
      order.notional += trade.quantity * told.body.price.units;
      trade = {told.execution_id, trade.quantity, told.body.price};
    } else {
      trade = order.trades.back();
      order.trades.pop_back();
    }
    count(order, told);
    tell_(std::move(told));
  }
  void end(OrderId id, VenueReportKind kind, std::uint32_t request = 0) {
    Order& order = orders_.at(id);
    order.open = false;
    ToldReport told = about(id, kind);
    told.body.request = request;
    told.body.cumulative = {order.filled};
    told.body.average_price = order.average();
    tell_(std::move(told));
  }

  /// The answer to a question about an order, perhaps one that it does not know.
  [[nodiscard]] ToldReport status_of(OrderId id) const {
    const auto found = orders_.find(id);
    if (found == orders_.end()) return about(id, VenueReportKind::not_known);
    const Order& order = found->second;
    ToldReport told = about(id, VenueReportKind::status);
    count(order, told);
    told.body.price = order.limit;
    told.body.average_price = order.average();
    return told;
  }

 private:
  [[nodiscard]] ToldReport about(OrderId id, VenueReportKind kind) const {
    ToldReport told;
    told.body.venue = venue_;
    told.body.order = id;
    told.body.kind = kind;
    return told;
  }
  static void count(const Order& order, ToldReport& told) {
    told.body.cumulative = {order.filled};
    told.body.leaves = {order.open ? order.quantity - order.filled : 0};
  }
  std::string next_execution() { return "E" + std::to_string(++executions_); }

  void place(const VenueRequestMade& request) {
    ToldReport told = about(request.order, VenueReportKind::accepted);
    told.body.request = request.number;
    const bool refuses = pick_(10) == 0;
    const auto [at, is_new] = orders_.try_emplace(request.order);
    if (!is_new) ++placed_again_;
    Order& order = at->second;
    if (refuses) {
      order.open = false;
      told.body.kind = VenueReportKind::rejected;
      return tell_(std::move(told));
    }
    order.quantity = request.quantity.shares;
    order.limit = request.limit_price;
    told.venue_order_id = "N" + std::to_string(request.order.value);
    tell_(std::move(told));
  }

  VenueId venue_;
  Pick pick_;
  Tell tell_;
  std::uint64_t executions_ = 0;
  std::uint64_t placed_again_ = 0;
  Orders orders_;
};

}  // namespace trade::engine_test
