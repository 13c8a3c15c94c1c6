#include "fixd/order_tracker.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace trade::fixd {

Report OrderTracker::report_of(const Event& event, ReportKind kind, const KnownOrder& order) {
  Report report;
  report.kind = kind;
  report.order = order;
  report.execution_id = std::to_string(event.sequence);
  report.timestamp = event.timestamp;
  return report;
}

KnownOrder* OrderTracker::known(OrderId id) {
  const auto found = orders_.find(id.value);
  return found == orders_.end() ? nullptr : &found->second;
}

const KnownOrder* OrderTracker::find(OrderId id) const {
  const auto found = orders_.find(id.value);
  return found == orders_.end() ? nullptr : &found->second;
}

const KnownOrder* OrderTracker::find(const std::string& account, const std::string& client_order_id) const {
  const auto found = by_client_order_id_.find({account, client_order_id});
  return found == by_client_order_id_.end() ? nullptr : find(found->second);
}

std::vector<const KnownOrder*> OrderTracker::open_orders(const std::vector<std::string>& accounts) const {
  std::vector<const KnownOrder*> open;
  for (const auto& [id, order] : orders_) {
    if (!is_terminal(order.status) && !order.comp_id.empty() &&
        std::ranges::find(accounts, order.account) != accounts.end()) {
      open.push_back(&order);
    }
  }
  return open;
}

void OrderTracker::note_cancel(const std::string& account, const std::string& original,
                               const std::string& client_order_id) {
  cancels_[{account, original}] = client_order_id;
}

/// Of orders that came by other doors nobody asks the status here.
void OrderTracker::ended(OrderId id) {
  const auto found = orders_.find(id.value);
  if (found == orders_.end()) return;
  cancels_.erase({found->second.account, found->second.client_order_id});
  if (found->second.comp_id.empty()) orders_.erase(found);
}

template <class Placed>
KnownOrder OrderTracker::order_of(const Placed& placed) const {
  KnownOrder order;
  order.id = placed.order;
  const auto account = accounts_.find(placed.account.value);
  if (account != accounts_.end()) order.account = account->second;
  const auto symbol = symbols_.find(placed.symbol.value);
  if (symbol != symbols_.end()) order.symbol = symbol->second;
  order.client_order_id = std::string(placed.client_order_id);
  if (!order.client_order_id.empty()) {
    const auto origin = store_.origins().find({order.account, order.client_order_id});
    if (origin != store_.origins().end()) order.comp_id = origin->second.comp_id;
  }
  order.side = placed.side;
  order.type = placed.type;
  order.time_in_force = placed.time_in_force;
  order.quantity = placed.quantity;
  order.limit_price = placed.limit_price;
  order.stop_price = placed.stop_price;
  order.instructions = placed.instructions;
  return order;
}

void OrderTracker::fill(const Event& event, const TradeExecuted& trade, OrderId id, Quantity leaves,
                        bool maker, std::vector<Report>& reports) {
  KnownOrder* order = known(id);
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
  if (!leaves) ended(id);
}

void OrderTracker::take_trade(const Event& event, const TradeExecuted& trade, std::vector<Report>& reports) {
  fill(event, trade, trade.maker_order, trade.maker_leaves, true, reports);
  fill(event, trade, trade.taker_order, trade.taker_leaves, false, reports);
}

void OrderTracker::apply(const Event& event, std::vector<Report>& reports) {
  if (const auto* opened = std::get_if<AccountOpened>(&event.body)) {
    accounts_[opened->account.value] = std::string(opened->name.view());
  } else if (const auto* added = std::get_if<SymbolAdded>(&event.body)) {
    symbols_[added->id.value] = std::string(added->symbol.view());
  } else if (const auto* accepted = std::get_if<OrderAccepted>(&event.body)) {
    KnownOrder order = order_of(*accepted);
    order.status = accepted->status;
    if (!order.comp_id.empty()) by_client_order_id_[{order.account, order.client_order_id}] = order.id;
    reports.push_back(report_of(event, ReportKind::accepted, order));
    orders_[order.id.value] = std::move(order);
  } else if (const auto* rejected = std::get_if<OrderRejected>(&event.body)) {
    KnownOrder order = order_of(*rejected);
    order.status = OrderStatus::rejected;
    Report report = report_of(event, ReportKind::rejected, order);
    report.reject_code = row_of(rejected->reason).fix_ord_rej_reason;
    report.text = row_of(rejected->reason).text;
    reports.push_back(std::move(report));
    if (!order.comp_id.empty() && rejected->reason != RejectReason::duplicate_client_order_id) {
      by_client_order_id_[{order.account, order.client_order_id}] = order.id;
      orders_[order.id.value] = std::move(order);
    }
  } else if (const auto* trade = std::get_if<TradeExecuted>(&event.body)) {
    take_trade(event, *trade, reports);
  } else if (const auto* triggered = std::get_if<OrderTriggered>(&event.body)) {
    KnownOrder* order = known(triggered->order);
    if (order == nullptr) return;
    order->status = OrderStatus::submitted;
    reports.push_back(report_of(event, ReportKind::triggered, *order));
  } else if (const auto* cancelled = std::get_if<OrderCancelled>(&event.body)) {
    KnownOrder* order = known(cancelled->order);
    if (order == nullptr) return;
    order->status = ended_status(cancelled->reason);
    Report report = report_of(
        event, order->status == OrderStatus::expired ? ReportKind::expired : ReportKind::cancelled, *order);
    if (cancelled->reason == CancelReason::requested) {
      const auto request = cancels_.find({order->account, order->client_order_id});
      if (request != cancels_.end()) {
        report.client_order_id = request->second;
        report.original_client_order_id = order->client_order_id;
      }
    } else {
      report.text = name_of(cancelled->reason);
    }
    reports.push_back(std::move(report));
    ended(cancelled->order);
  } else if (const auto* replaced = std::get_if<OrderReplaced>(&event.body)) {
    KnownOrder* order = known(replaced->order);
    if (order == nullptr) return;
    const std::string original = order->client_order_id;
    order->quantity = replaced->quantity;
    order->limit_price = replaced->limit_price;
    order->stop_price = replaced->stop_price;
    if (replaced->client_order_id.empty()) {
      // Not the client's doing through here: the shares went to self-trade prevention, or it came by another
      // door.
      reports.push_back(report_of(event, ReportKind::restated, *order));
      return;
    }
    order->client_order_id = std::string(replaced->client_order_id);
    const auto origin = store_.origins().find({order->account, order->client_order_id});
    if (origin != store_.origins().end()) order->comp_id = origin->second.comp_id;
    by_client_order_id_[{order->account, order->client_order_id}] = order->id;
    Report report = report_of(event, ReportKind::replaced, *order);
    report.original_client_order_id = original;
    reports.push_back(std::move(report));
  } else if (const auto* trailed = std::get_if<StopTrailed>(&event.body)) {
    if (KnownOrder* order = known(trailed->order)) order->stop_price = trailed->stop_price;
  }
}

}  // namespace trade::fixd
