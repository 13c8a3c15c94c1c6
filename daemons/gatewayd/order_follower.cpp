#include "gatewayd/order_follower.hpp"

#include <utility>
#include <variant>

#include "app/log.hpp"
#include "base/clock.hpp"

namespace trade::gatewayd {

namespace {

/// What had ended already stays as it ended: a venue's fill may have crossed with that.
void add_fill(OrderView& view, Price price, Quantity quantity, Quantity leaves) {
  view.filled_quantity += quantity;
  view.filled_notional += price * quantity;
  if (!is_terminal(view.status)) view.status = leaves ? OrderStatus::partially_filled : OrderStatus::filled;
}

/// Adds the trade to the news that came of it, where some did.
template <class Trade>
void tell_trade(std::vector<OrderNews>& news, std::size_t news_before, const Trade& trade) {
  if (news.size() == news_before) return;
  news.back().trade = trade.trade;
  news.back().price = trade.price;
  news.back().quantity = trade.quantity;
}

}  // namespace

void OrderFollower::listen(AccountId account) {
  const std::lock_guard lock(mutex_);
  ++listeners_[account];
  changed_ = true;
}

void OrderFollower::leave(AccountId account) {
  const std::lock_guard lock(mutex_);
  if (const auto found = listeners_.find(account); found != listeners_.end() && --found->second == 0) {
    listeners_.erase(found);
    changed_ = true;
  }
}

std::vector<OrderNews> OrderFollower::apply(const wire::Batch& batch) {
  {
    const std::lock_guard lock(mutex_);
    if (changed_) {
      accounts_ = listeners_;
      changed_ = false;
      // An account that nobody listens to is not followed, so what is known of its orders grows old.
      orders_.clear();
    }
  }
  std::vector<OrderNews> news;
  if (accounts_.empty()) return news;
  for (const Event& event : batch.events)
    take(event, news);
  return news;
}

/// What does not change of an order comes from the books, once; what does is kept up from the events. The
/// books may be further on than the event: what their answer holds already is not applied again.
OrderFollower::Known* OrderFollower::known(OrderId order) {
  if (const auto found = orders_.find(order); found != orders_.end()) return &found->second;
  auto asked = ask(order);
  if (!asked) return nullptr;
  return &orders_.emplace(order, *std::move(asked)).first->second;
}

std::optional<OrderFollower::Known> OrderFollower::ask(OrderId order) {
  if (monotonic_nanoseconds() < ask_again_at_ns_) {
    ++lost_;
    return std::nullopt;
  }
  auto reply = fetch_(order);
  if (!reply && reply.error().code != ErrorCode::not_found) {
    ask_again_at_ns_ = monotonic_nanoseconds() + pause_.count();
    if (lost_++ == 0) {
      spdlog::warn(
          "news of order {}, and of others that streams do not know yet, are lost until the books answer: {}",
          order.value, reply.error().message);
    }
    return std::nullopt;
  }
  if (lost_ > 0) spdlog::warn("the books answer again: {} news of orders were lost", std::exchange(lost_, 0));
  if (!reply || reply->orders.empty()) {
    spdlog::warn("news of order {} are lost: the books do not have it", order.value);
    return std::nullopt;
  }
  return Known{std::move(reply->orders.front()), reply->sequence};
}

void OrderFollower::add(const Event& event, AccountId account, OrderId order, OrderNews::Kind kind,
                        const std::function<void(OrderView&)>& change, std::vector<OrderNews>& news,
                        bool filled_whole) {
  Known* of = known(order);
  if (of == nullptr) return;
  if (event.sequence > of->known_until) {
    change(of->view);
    of->view.updated_at = event.timestamp;
  }
  news.push_back({.kind = kind,
                  .account = account,
                  .order = of->view,
                  .sequence = event.sequence,
                  .timestamp = event.timestamp});
  const bool over = kind == OrderNews::Kind::rejected || kind == OrderNews::Kind::cancelled || filled_whole;
  if (over) orders_.erase(order);
}

void OrderFollower::take_accepted(const Event& event, const OrderAccepted& accepted,
                                  std::vector<OrderNews>& news) {
  Known* of = known(accepted.order);
  if (of == nullptr) return;
  // The beginning is known from here, however far the books are.
  of->known_until = event.sequence;
  of->view.status = accepted.status;
  of->view.quantity = accepted.quantity;
  of->view.limit_price = accepted.limit_price;
  of->view.stop_price = accepted.stop_price;
  of->view.client_order_id = accepted.client_order_id;
  of->view.filled_quantity = {};
  of->view.filled_notional = {};
  of->view.reject_reason = RejectReason::none;
  of->view.cancel_reason.reset();
  of->view.venue_state.reset();
  of->view.venue_order_id.clear();
  of->view.updated_at = event.timestamp;
  news.push_back({.kind = OrderNews::Kind::accepted,
                  .account = accepted.account,
                  .order = of->view,
                  .sequence = event.sequence,
                  .timestamp = event.timestamp});
}

void OrderFollower::take_trade(const Event& event, const TradeExecuted& trade, std::vector<OrderNews>& news) {
  const struct {
    AccountId account;
    OrderId order;
    Quantity leaves;
  } sides[] = {{trade.maker_account, trade.maker_order, trade.maker_leaves},
               {trade.taker_account, trade.taker_order, trade.taker_leaves}};
  for (const auto& side : sides) {
    if (!listened(side.account)) continue;
    const std::size_t before = news.size();
    add(
        event, side.account, side.order, OrderNews::Kind::filled,
        [&](OrderView& view) { add_fill(view, trade.price, trade.quantity, side.leaves); }, news,
        !side.leaves);
    tell_trade(news, before, trade);
  }
}

void OrderFollower::take_venue_trade(const Event& event, const VenueTradeExecuted& trade,
                                     std::vector<OrderNews>& news) {
  const std::size_t before = news.size();
  add(
      event, trade.account, trade.order, OrderNews::Kind::filled,
      [&](OrderView& view) { add_fill(view, trade.price, trade.quantity, trade.leaves); }, news,
      !trade.leaves);
  tell_trade(news, before, trade);
}

void OrderFollower::take_bust(const Event& event, const VenueTradeBusted& bust,
                              std::vector<OrderNews>& news) {
  const std::size_t before = news.size();
  add(
      event, bust.account, bust.order, OrderNews::Kind::busted,
      [&](OrderView& view) {
        view.filled_quantity -= bust.quantity;
        view.filled_notional -= bust.price * bust.quantity;
        view.status = bust.status;
      },
      news, is_terminal(bust.status));
  tell_trade(news, before, bust);
}

void OrderFollower::take_venue_state(const Event& event, const VenueStateChanged& changed,
                                     std::vector<OrderNews>& news) {
  const std::size_t before = news.size();
  std::optional<VenueState> state_before;
  add(
      event, changed.account, changed.order,
      changed.status == OrderStatus::rejected ? OrderNews::Kind::rejected : OrderNews::Kind::venue_state,
      [&](OrderView& view) {
        state_before = view.venue_state;
        view.status = changed.status;
        view.venue_state = changed.state;
        if (changed.status == OrderStatus::rejected) view.reject_reason = RejectReason::venue_rejected;
        if (!changed.venue_order_id.empty()) view.venue_order_id = changed.venue_order_id;
      },
      news, is_terminal(changed.status));
  if (news.size() > before) news.back().venue_state_before = state_before;
}

void OrderFollower::take(const Event& event, std::vector<OrderNews>& news) {
  if (const auto* accepted = std::get_if<OrderAccepted>(&event.body)) {
    if (listened(accepted->account)) take_accepted(event, *accepted, news);
  } else if (const auto* trade = std::get_if<TradeExecuted>(&event.body)) {
    take_trade(event, *trade, news);
  } else if (const auto* venue_trade = std::get_if<VenueTradeExecuted>(&event.body)) {
    if (listened(venue_trade->account)) take_venue_trade(event, *venue_trade, news);
  } else if (const auto* bust = std::get_if<VenueTradeBusted>(&event.body)) {
    if (listened(bust->account)) take_bust(event, *bust, news);
  } else if (const auto* changed = std::get_if<VenueStateChanged>(&event.body)) {
    if (listened(changed->account)) take_venue_state(event, *changed, news);
  } else if (const auto* rejected = std::get_if<OrderRejected>(&event.body)) {
    if (!listened(rejected->account)) return;
    add(
        event, rejected->account, rejected->order, OrderNews::Kind::rejected,
        [&](OrderView& view) { view.status = OrderStatus::rejected; }, news);
  } else if (const auto* activated = std::get_if<ExitActivated>(&event.body)) {
    if (!listened(activated->account)) return;
    add(
        event, activated->account, activated->order,
        is_terminal(activated->status) ? OrderNews::Kind::rejected : OrderNews::Kind::activated,
        [&](OrderView& view) {
          view.status = activated->status;
          view.reject_reason = activated->reason;
          view.quantity = activated->quantity;
          if (activated->stop_price) view.stop_price = activated->stop_price;
        },
        news);
  } else if (const auto* triggered = std::get_if<OrderTriggered>(&event.body)) {
    if (!listened(triggered->account)) return;
    add(
        event, triggered->account, triggered->order, OrderNews::Kind::triggered,
        [&](OrderView& view) { view.status = OrderStatus::submitted; }, news);
  } else if (const auto* cancelled = std::get_if<OrderCancelled>(&event.body)) {
    if (!listened(cancelled->account)) return;
    add(
        event, cancelled->account, cancelled->order, OrderNews::Kind::cancelled,
        [&](OrderView& view) {
          view.status = ended_status(cancelled->reason);
          view.cancel_reason = cancelled->reason;
        },
        news);
  } else if (const auto* replaced = std::get_if<OrderReplaced>(&event.body)) {
    if (!listened(replaced->account)) return;
    add(
        event, replaced->account, replaced->order, OrderNews::Kind::replaced,
        [&](OrderView& view) {
          view.quantity = replaced->quantity;
          view.limit_price = replaced->limit_price;
          view.stop_price = replaced->stop_price;
          if (!replaced->client_order_id.empty()) view.client_order_id = replaced->client_order_id;
        },
        news);
  }
}

}  // namespace trade::gatewayd
