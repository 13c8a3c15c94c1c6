// What a session asks of its orders.
#include <utility>

#include "fixd/client.hpp"
#include "fixd/translation.hpp"

namespace trade::fixd {

namespace {

constexpr int unknown_order_reject_code = 5;  // tag 103

}  // namespace

void Client::order_status(const fix::Message& message) {
  const Result<std::string> account = account_of(message);
  if (account) {
    OrderTable& orders = services_.state->orders();
    const auto known = orders.find(*account, message.text(11));
    if (known) return send_status(*known, message, 0, false);
    // One that came by another door, or by FIX and what is kept of that was lost.
    if (KnownOrder* const unclaimed = orders.unclaimed(*account, message.text(11))) {
      orders.adopt(*unclaimed, config_.comp_id);
      services_.settle();
      return send_status(*unclaimed, message, 0, false);
    }
  }
  Report report;
  report.order.client_order_id = message.text(11);
  report.order.symbol = message.text(55);
  if (const auto side = side_of(message.text(54))) report.order.set_marked_side(*side);
  const bool sent = account && services_.state->requests().find({*account, message.text(11)}) != nullptr;
  report.order.status = sent ? OrderStatus::pending : OrderStatus::rejected;
  report.reject_code = unknown_order_reject_code;
  report.text = sent ? "the request is under way" : account ? "Unknown order" : account.error().message;
  report.execution_id = own_execution_id(message);
  fix::Message reply = execution_report(report, config_.version);
  if (const std::string* id = message.find(790)) reply.add(790, *id);
  send(reply);
}

void Client::send_status(const KnownOrder& order, const fix::Message& request, int of, bool last) {
  Report report;
  report.order = order;
  report.changing = services_.state->requests().change_of(order.id, order.account, order.client_order_id);
  if (const VenueOrder* const there = services_.state->venues().find(order.id); there && !report.changing) {
    if (there->state == VenueState::pending_cancel) report.changing = RequestKind::cancel;
    if (there->state == VenueState::pending_replace) report.changing = RequestKind::replace;
  }
  report.reject_code = row_of(order.reject_reason).fix_ord_rej_reason;
  report.text = row_of(order.reject_reason).text;
  report.execution_id = own_execution_id(request) + (of > 0 ? "-" + std::to_string(order.id.value) : "");
  fix::Message reply = execution_report(report, config_.version);
  if (const std::string* id = request.find(790)) reply.add(790, *id);
  if (of > 0) reply.add(584, request.text(584)).add(911, std::to_string(of)).add(912, last ? "Y" : "N");
  send(reply);
}

void Client::mass_status(const fix::Message& message) {
  std::vector<const KnownOrder*> orders;
  const std::string* account = message.find(1);
  const std::string* side = message.find(54);
  for (const KnownOrder* order : open_orders()) {
    if (account != nullptr && order->account != *account) continue;
    if (message.text(585) == "1" && order->symbol != message.text(55)) continue;
    if (side != nullptr && side_of(*side) != order->marked_side()) continue;
    orders.push_back(order);
  }
  for (std::size_t i = 0; i < orders.size(); ++i)
    send_status(*orders[i], message, static_cast<int>(orders.size()), i + 1 == orders.size());
  if (!orders.empty()) return;
  Report report;
  report.order.symbol = message.find(55) == nullptr ? "[N/A]" : message.text(55);
  report.order.status = OrderStatus::rejected;
  report.reject_code = unknown_order_reject_code;
  report.text = "no open orders";
  report.execution_id = own_execution_id(message);
  fix::Message reply = execution_report(report, config_.version);
  reply.add(584, message.text(584)).add(911, "0").add(912, "Y");
  send(reply);
}

}  // namespace trade::fixd
