// What is known of orders, kept up from the journal's events, and what is to be told of each.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "fixd/message_store.hpp"
#include "model/event.hpp"

namespace trade::fixd {

struct KnownOrder {
  OrderId id;
  std::string account;
  std::string symbol;
  std::string client_order_id;
  std::string comp_id;  ///< of the session that sent it; empty: it came by another door
  Side side = Side::buy;
  OrderType type = OrderType::market;
  TimeInForce time_in_force = TimeInForce::day;
  OrderStatus status = OrderStatus::pending;
  Quantity quantity;
  Price limit_price;
  Price stop_price;
  Quantity filled_quantity;
  Money filled_notional;
  OrderInstructions instructions;
};

enum class ReportKind : std::uint8_t {
  accepted,
  rejected,
  filled,
  cancelled,
  expired,
  replaced,
  triggered,
  status,
  restated
};

/// One thing to be told: an ExecutionReport.
struct Report {
  ReportKind kind = ReportKind::status;
  KnownOrder order;  ///< as it was right after
  std::string execution_id;
  std::string client_order_id;  ///< of the request that caused it, where that is another than the order's
  std::string original_client_order_id;
  Price last_price;
  Quantity last_quantity;
  bool maker = false;
  int reject_code = 0;  ///< tag 103
  std::string text;
  Timestamp timestamp;
};

class OrderTracker {
 public:
  explicit OrderTracker(const MessageStore& store) : store_(store) {}

  /// Adds what is to be told of this event.
  void apply(const Event& event, std::vector<Report>& reports);
  const KnownOrder* find(const std::string& account, const std::string& client_order_id) const;
  const KnownOrder* find(OrderId id) const;
  /// Open orders of these accounts that came by FIX, in ascending order of id.
  std::vector<const KnownOrder*> open_orders(const std::vector<std::string>& accounts) const;

  /// A cancel is under way: its ClOrdID goes into the report of its success.
  void note_cancel(const std::string& account, const std::string& original,
                   const std::string& client_order_id);

 private:
  void take_trade(const Event& event, const TradeExecuted& trade, std::vector<Report>& reports);
  void fill(const Event& event, const TradeExecuted& trade, OrderId id, Quantity leaves, bool maker,
            std::vector<Report>& reports);
  KnownOrder* known(OrderId id);
  void ended(OrderId id);
  template <class Placed>
  KnownOrder order_of(const Placed& placed) const;
  static Report report_of(const Event& event, ReportKind kind, const KnownOrder& order);

  const MessageStore& store_;
  std::unordered_map<std::uint32_t, std::string> accounts_;
  std::unordered_map<std::uint32_t, std::string> symbols_;
  std::map<std::uint64_t, KnownOrder> orders_;  ///< open ones, and those that ended of those that came by FIX
  std::map<OriginKey, OrderId> by_client_order_id_;
  std::map<OriginKey, std::string> cancels_;
};

}  // namespace trade::fixd
