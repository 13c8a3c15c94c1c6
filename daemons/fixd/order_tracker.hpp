// Keeps what is known of orders up from the journal's events, and says what is to be told of each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fixd/known_order.hpp"
#include "fixd/order_table.hpp"
#include "fixd/request_table.hpp"
#include "fixd/venue_table.hpp"
#include "model/event.hpp"

namespace trade::fixd {

enum class ReportKind : std::uint8_t {
  accepted,
  pending,  ///< accepted here, and on its way to another venue
  rejected,
  filled,
  cancelled,
  expired,
  replaced,
  triggered,
  status,
  restated,
  busted,          ///< a trade at another venue never was
  change_refused,  ///< to the same: its venue did not do it, or it was lost
  too_late         ///< to the sender of a cancel or replace: the order has ended by something else
};

/// One thing to be told: an ExecutionReport, or an OrderCancelReject of what came too late.
struct Report {
  ReportKind kind = ReportKind::status;
  KnownOrder order;  ///< as it was right after
  std::string execution_id;
  std::string client_order_id;  ///< of the request that caused it, where that is another than the order's
  std::string original_client_order_id;
  Price last_price;
  Quantity last_quantity;
  bool maker = false;
  bool away = false;                          ///< of a trade: at another venue
  std::string reference_execution_id;         ///< of busted: of the trade that it undoes
  RequestKind refused = RequestKind::cancel;  ///< of what came too late
  std::optional<RequestKind> changing;        ///< of status: what is asked for and not decided
  int reject_code = 0;                        ///< tag 103; of change_refused, 102, and zero is any other
  std::string text;
  Timestamp timestamp;
};

class OrderTracker {
 public:
  /// `venues` is as it was before the event, whenever one is applied.
  OrderTracker(OrderTable& orders, RequestTable& requests, const VenueTable& venues)
      : orders_(orders), requests_(requests), venues_(venues) {}

  /// Adds what is to be told of this event.
  void apply(const Event& event, std::vector<Report>& reports);
  /// After the last event of a command: adds what waited for what else that did.
  void finish(std::vector<Report>& reports);
  /// What is to be told of a request that was lost on its way; nothing of a new order, which was answered
  /// when it was lost.
  [[nodiscard]] std::optional<Report> report_of_lost(const ClientIdKey& key, const PendingRequest& request,
                                                     Timestamp now) const;

 private:
  void take(const Event& event, const OrderAccepted& accepted, std::vector<Report>& reports);
  void take(const Event& event, const OrderRejected& rejected, std::vector<Report>& reports);
  void take(const Event& event, const TradeExecuted& trade, std::vector<Report>& reports);
  void take(const Event& event, const OrderTriggered& triggered, std::vector<Report>& reports);
  void take(const Event& event, const OrderCancelled& cancelled, std::vector<Report>& reports);
  void take(const Event& event, const OrderReplaced& replaced, std::vector<Report>& reports);
  void take(const Event& event, const StopTrailed& trailed, std::vector<Report>& reports);
  void take(const Event& event, const ExitActivated& activated, std::vector<Report>& reports);
  void take(const Event& event, const VenueRequestMade& made, std::vector<Report>& reports);
  void take(const Event& event, const VenueStateChanged& changed, std::vector<Report>& reports);
  void take(const Event& event, const VenueTradeExecuted& trade, std::vector<Report>& reports);
  void take(const Event& event, const VenueTradeBusted& busted, std::vector<Report>& reports);
  void take(const Event& event, const AccountOpened& opened, std::vector<Report>& reports);
  void take(const Event& event, const SymbolAdded& added, std::vector<Report>& reports);
  template <class Body>
  void take(const Event&, const Body&, std::vector<Report>&) {}

  void fill(const Event& event, const TradeExecuted& trade, OrderId id, Quantity leaves, bool maker,
            std::vector<Report>& reports);
  /// The order is over, and so is all that waits for it.
  void end(const Event& event, OrderId id, std::vector<Report>& reports);
  void refuse_change_at_venue(const Event& event, const VenueStateChanged& changed, const KnownOrder& order,
                              std::vector<Report>& reports);
  void refuse(Report report, std::vector<Report>& reports);
  template <class Placed>
  KnownOrder order_of(const Placed& placed);

  OrderTable& orders_;
  RequestTable& requests_;
  const VenueTable& venues_;
  OrderId replaced_last_;
  Timestamp replaced_last_at_;
  /// A cancel whose venue has not done it, unless the same command asks for it once more.
  std::optional<Report> refused_cancel_;
};

}  // namespace trade::fixd
