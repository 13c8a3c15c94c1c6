#include "fixd/order_tracker.hpp"

#include <optional>
#include <utility>
#include <variant>

#include "fixd/translation.hpp"

namespace trade::fixd {

namespace {

Report report_of(const Event& event, ReportKind kind, const KnownOrder& order) {
  Report report;
  report.kind = kind;
  report.order = order;
  report.execution_id = std::to_string(event.sequence);
  report.timestamp = event.timestamp;
  return report;
}

void give_reason(Report& report, RejectReason reason) {
  report.reject_code = row_of(reason).fix_ord_rej_reason;
  report.text = row_of(reason).text;
}

}  // namespace

template <class Placed>
KnownOrder OrderTracker::order_of(const Placed& placed) {
  KnownOrder order;
  order.id = placed.order;
  order.account = orders_.account_name(placed.account);
  order.symbol = orders_.symbol_name(placed.symbol);
  order.client_order_id = std::string(placed.client_order_id);
  order.side = placed.side;
  order.type = placed.type;
  order.time_in_force = placed.time_in_force;
  order.quantity = placed.quantity;
  order.limit_price = placed.limit_price;
  order.stop_price = placed.stop_price;
  order.instructions = placed.instructions;
  return order;
}

void OrderTracker::take(const Event& event, const OrderAccepted& accepted, std::vector<Report>& reports) {
  KnownOrder order = order_of(accepted);
  order.status = accepted.status;
  // Legs have no id of their own here, so no session's request stands for them.
  const ClientIdKey key{order.account, order.client_order_id};
  if (const PendingRequest* request = requests_.find(key);
      request != nullptr && request->kind == RequestKind::place) {
    order.comp_id = requests_.take(key)->comp_id;
  }
  // One that waits for another order is linked to it; what waits without is for another venue to accept.
  const bool away = accepted.status == OrderStatus::pending && !accepted.link.is_linked();
  reports.push_back(report_of(event, away ? ReportKind::pending : ReportKind::accepted, order));
  orders_.add(std::move(order));
}

/// Of a ClOrdID that was used before the answer to the request tells, since the journal does not say whose
/// request it was.
void OrderTracker::take(const Event& event, const OrderRejected& rejected, std::vector<Report>& reports) {
  KnownOrder order = order_of(rejected);
  order.status = OrderStatus::rejected;
  order.reject_reason = rejected.reason;
  if (rejected.reason != RejectReason::duplicate_client_order_id) {
    const ClientIdKey key{order.account, order.client_order_id};
    if (const PendingRequest* request = requests_.find(key);
        request != nullptr && request->kind == RequestKind::place) {
      order.comp_id = requests_.take(key)->comp_id;
    }
  }
  Report report = report_of(event, ReportKind::rejected, order);
  give_reason(report, rejected.reason);
  reports.push_back(std::move(report));
  if (!order.comp_id.empty()) orders_.add(std::move(order));
}

/// The journal does not say which request ended an order. Where several wait, and some of them never came to
/// tradingd, the one that is told that it did need not be the one that did, which has no refusal on the way.
void OrderTracker::end(const Event& event, OrderId id, std::vector<Report>& reports) {
  const KnownOrder& order = *orders_.open_order(id);
  for (auto& [key, request] : requests_.take_changes(id, order.account, order.client_order_id)) {
    Report report = report_of(event, ReportKind::too_late, order);
    report.order.comp_id = request.comp_id;
    report.client_order_id = key.second;
    report.original_client_order_id = request.original;
    report.refused = request.kind;
    report.text = row_of(request.kind == RequestKind::cancel ? RejectReason::order_not_cancellable
                                                             : RejectReason::order_not_replaceable)
                      .text;
    reports.push_back(std::move(report));
  }
  orders_.end(id);
}

void OrderTracker::fill(const Event& event, const TradeExecuted& trade, OrderId id, Quantity leaves,
                        bool maker, std::vector<Report>& reports) {
  KnownOrder* order = orders_.open_order(id);
  if (order == nullptr) return;
  order->filled_quantity += trade.quantity;
  order->filled_notional += trade.price * trade.quantity;
  order->status = leaves ? OrderStatus::partially_filled : OrderStatus::filled;
  Report report = report_of(event, ReportKind::filled, *order);
  report.execution_id += maker ? "M" : "T";
  report.last_price = trade.price;
  report.last_quantity = trade.quantity;
  report.maker = maker;
  reports.push_back(std::move(report));
  if (leaves) {
    orders_.changed(id);
  } else {
    end(event, id, reports);
  }
}

void OrderTracker::take(const Event& event, const TradeExecuted& trade, std::vector<Report>& reports) {
  fill(event, trade, trade.maker_order, trade.maker_leaves, true, reports);
  fill(event, trade, trade.taker_order, trade.taker_leaves, false, reports);
}

/// A change of the order is another venue's to decide: whoever asked for it waits for that.
void OrderTracker::take(const Event&, const VenueRequestMade& made, std::vector<Report>&) {
  const KnownOrder* const order = orders_.open_order(made.order);
  if (order == nullptr || made.kind == VenueRequestKind::place) return;
  if (refused_cancel_ && made.kind == VenueRequestKind::cancel) {
    refused_cancel_.reset();  // it is asked for once more
    return;
  }
  const bool cancels = made.kind == VenueRequestKind::cancel;
  requests_.went_to_venue(cancels ? RequestKind::cancel : RequestKind::replace, order->id, order->account,
                          order->client_order_id);
}

/// Where a change was asked for at the venue and the order works there as before, the venue did not do it. Or
/// it did, and another order has meanwhile taken the id that this one was to have.
void OrderTracker::refuse_change_at_venue(const Event& event, const VenueStateChanged& changed,
                                          const KnownOrder& order, std::vector<Report>& reports) {
  if (changed.state != VenueState::working && changed.state != VenueState::sending) return;
  const VenueOrder* const there = venues_.find(changed.order);
  if (there == nullptr) return;
  Report report = report_of(event, ReportKind::change_refused, order);
  report.text = "Venue refused the change";
  if (!changed.text.empty()) report.text += ": " + std::string(changed.text);
  const bool was_unknown = there->state == VenueState::unknown;
  if (was_unknown || there->state == VenueState::pending_replace) {
    Report of_replace = report;
    of_replace.refused = RequestKind::replace;
    // What was replaced under its new id has its answer.
    const bool replaced = replaced_last_ == changed.order && replaced_last_at_ == event.timestamp;
    if (replaced && !was_unknown) {
      of_replace.reject_code = duplicate_request_code;
      of_replace.text = "Duplicate ClOrdID: the order was replaced, and keeps the id that it had";
    }
    refuse(std::move(of_replace), reports);
  }
  report.refused = RequestKind::cancel;
  if (there->state == VenueState::pending_cancel) refuse(report, reports);
  if (was_unknown) refused_cancel_ = std::move(report);
}

/// To the sender of such a change, where it was asked for by FIX.
void OrderTracker::refuse(Report report, std::vector<Report>& reports) {
  const auto request = requests_.take_change_at_venue(report.refused, report.order.id, report.order.account,
                                                      report.order.client_order_id);
  if (!request) return;
  report.order.comp_id = request->second.comp_id;
  report.client_order_id = request->first.second;
  report.original_client_order_id = request->second.original;
  reports.push_back(std::move(report));
}

void OrderTracker::finish(std::vector<Report>& reports) {
  if (!refused_cancel_) return;
  refuse(std::move(*refused_cancel_), reports);
  refused_cancel_.reset();
}

std::optional<Report> OrderTracker::report_of_lost(const ClientIdKey& key, const PendingRequest& request,
                                                   Timestamp now) const {
  if (request.kind == RequestKind::place) return std::nullopt;
  Report report;
  report.kind = ReportKind::change_refused;
  if (const auto order =
          request.order ? orders_.find(request.order) : orders_.find(key.first, request.original))
    report.order = *order;
  report.order.account = key.first;
  report.order.comp_id = request.comp_id;
  report.client_order_id = key.second;
  report.original_client_order_id = request.original;
  report.refused = request.kind;
  report.text = "The request was lost, and nothing came of it";
  report.timestamp = now;
  return report;
}

/// The venue has accepted or refused an order; of all else that it does other events tell.
void OrderTracker::take(const Event& event, const VenueStateChanged& changed, std::vector<Report>& reports) {
  KnownOrder* order = orders_.open_order(changed.order);
  if (order == nullptr) return;
  const bool was_pending = order->status == OrderStatus::pending;
  order->status = changed.status;
  orders_.changed(order->id);
  if (was_pending && changed.status == OrderStatus::submitted)
    reports.push_back(report_of(event, ReportKind::accepted, *order));
  refuse_change_at_venue(event, changed, *order, reports);
  if (changed.status != OrderStatus::rejected) return;
  order->reject_reason = RejectReason::venue_rejected;
  Report report = report_of(event, ReportKind::rejected, *order);
  give_reason(report, RejectReason::venue_rejected);
  if (!changed.text.empty()) report.text += ": " + std::string(changed.text);
  reports.push_back(std::move(report));
  end(event, changed.order, reports);
}

namespace {

std::string venue_execution_id(TradeId trade) {
  return "V" + std::to_string(trade.value);
}

}  // namespace

/// A trade may come after its order has ended.
void OrderTracker::take(const Event& event, const VenueTradeExecuted& trade, std::vector<Report>& reports) {
  std::optional<KnownOrder> order = orders_.find(trade.order);
  if (!order) return;
  const bool open = orders_.open_order(trade.order) != nullptr;
  order->filled_quantity += trade.quantity;
  order->filled_notional += trade.price * trade.quantity;
  if (open) order->status = trade.leaves ? OrderStatus::partially_filled : OrderStatus::filled;
  Report report = report_of(event, ReportKind::filled, *order);
  report.execution_id = venue_execution_id(trade.trade);
  report.last_price = trade.price;
  report.last_quantity = trade.quantity;
  report.away = true;
  reports.push_back(std::move(report));
  orders_.amend(*order);
  if (open && !trade.leaves) end(event, trade.order, reports);
}

void OrderTracker::take(const Event& event, const VenueTradeBusted& busted, std::vector<Report>& reports) {
  std::optional<KnownOrder> order = orders_.find(busted.order);
  if (!order) return;
  order->filled_quantity.shares -= busted.quantity.shares;
  order->filled_notional.units -= (busted.price * busted.quantity).units;
  order->status = busted.status;
  Report report = report_of(event, ReportKind::busted, *order);
  report.reference_execution_id = venue_execution_id(busted.trade);
  report.last_price = busted.price;
  report.last_quantity = busted.quantity;
  report.away = true;
  reports.push_back(std::move(report));
  orders_.amend(*order);
}

void OrderTracker::take(const Event& event, const OrderTriggered& triggered, std::vector<Report>& reports) {
  KnownOrder* order = orders_.open_order(triggered.order);
  if (order == nullptr) return;
  order->status = OrderStatus::submitted;
  orders_.changed(order->id);
  reports.push_back(report_of(event, ReportKind::triggered, *order));
}

void OrderTracker::take(const Event& event, const OrderCancelled& cancelled, std::vector<Report>& reports) {
  KnownOrder* order = orders_.open_order(cancelled.order);
  if (order == nullptr) return;
  order->status = ended_status(cancelled.reason);
  std::optional<std::pair<ClientIdKey, PendingRequest>> request;
  const bool by_cancel = cancelled.reason == CancelReason::requested;
  if (by_cancel || cancelled.reason == CancelReason::replaced_below_filled) {
    request = requests_.take_change(by_cancel ? RequestKind::cancel : RequestKind::replace, order->id,
                                    order->account, order->client_order_id);
    if (request && order->comp_id.empty()) orders_.adopt(*order, request->second.comp_id);
  }
  const bool expired = order->status == OrderStatus::expired;
  Report report = report_of(event, expired ? ReportKind::expired : ReportKind::cancelled, *order);
  if (request) {
    report.client_order_id = request->first.second;
    report.original_client_order_id = order->client_order_id;
    // Sent again, the request finds what became of the order.
    orders_.name(order->id, order->account, request->first.second);
  }
  if (cancelled.reason != CancelReason::requested) report.text = name_of(cancelled.reason);
  reports.push_back(std::move(report));
  end(event, cancelled.order, reports);
}

void OrderTracker::take(const Event& event, const OrderReplaced& replaced, std::vector<Report>& reports) {
  KnownOrder* order = orders_.open_order(replaced.order);
  if (order == nullptr) return;
  replaced_last_ = order->id;
  replaced_last_at_ = event.timestamp;
  const std::string original = order->client_order_id;
  order->quantity = replaced.quantity;
  order->limit_price = replaced.limit_price;
  order->stop_price = replaced.stop_price;
  orders_.changed(order->id);
  if (replaced.client_order_id.empty()) {
    // Not asked for through here: the shares went to self-trade prevention, or it came by another door.
    reports.push_back(report_of(event, ReportKind::restated, *order));
    return;
  }
  orders_.rename(*order, std::string(replaced.client_order_id));
  const auto request = requests_.take({order->account, order->client_order_id});
  if (request && order->comp_id.empty()) orders_.adopt(*order, request->comp_id);
  if (!order->comp_id.empty()) orders_.name(order->id, order->account, order->client_order_id);
  Report report = report_of(event, ReportKind::replaced, *order);
  report.original_client_order_id = original;
  reports.push_back(std::move(report));
}

void OrderTracker::take(const Event&, const StopTrailed& trailed, std::vector<Report>&) {
  if (KnownOrder* order = orders_.open_order(trailed.order)) {
    order->stop_price = trailed.stop_price;
    orders_.changed(order->id);
  }
}

void OrderTracker::take(const Event& event, const ExitActivated& activated, std::vector<Report>& reports) {
  KnownOrder* order = orders_.open_order(activated.order);
  if (order == nullptr) return;
  order->status = activated.status;
  order->quantity = activated.quantity;
  order->reject_reason = activated.reason;
  orders_.changed(order->id);
  const bool refused = activated.status == OrderStatus::rejected;
  Report report = report_of(event, refused ? ReportKind::rejected : ReportKind::restated, *order);
  if (refused) give_reason(report, activated.reason);
  reports.push_back(std::move(report));
  if (refused) end(event, activated.order, reports);
}

void OrderTracker::take(const Event&, const AccountOpened& opened, std::vector<Report>&) {
  orders_.set_account(opened.account, std::string(opened.name.view()));
}

void OrderTracker::take(const Event&, const SymbolAdded& added, std::vector<Report>&) {
  orders_.set_symbol(added.id, std::string(added.symbol.view()));
}

void OrderTracker::apply(const Event& event, std::vector<Report>& reports) {
  if (const auto* made = std::get_if<VenueRequestMade>(&event.body);
      made == nullptr || !refused_cancel_ || made->order != refused_cancel_->order.id) {
    finish(reports);
  }
  std::visit([&](const auto& body) { take(event, body, reports); }, event.body);
}

}  // namespace trade::fixd
