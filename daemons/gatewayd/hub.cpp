#include "gatewayd/hub.hpp"

#include <utility>

namespace trade::gatewayd {

namespace {

constexpr std::chrono::milliseconds tick_interval{1'000};

/// Calls each; a call may end the one that is called, but none of the others.
template <class Call>
void for_each(const std::set<Subscriber*>& subscribers, Call call) {
  for (auto next = subscribers.begin(); next != subscribers.end();) {
    Subscriber* subscriber = *next++;
    call(*subscriber);
  }
}

}  // namespace

Hub::Hub(http::Loop& loop, ClientOptions options, OrderFollower& orders)
    : loop_(loop),
      orders_(orders),
      ticks_(loop.every(tick_interval, [this] { tick(); })),
      feed_([&loop](std::function<void()> work) { loop.post(std::move(work)); }, std::move(options),
            [this](const MarketFeed::News& news) { deliver(news); }) {}

void Hub::leave(Subscriber& subscriber) {
  subscribers_.erase(&subscriber);
  for (auto& [kind, by_symbol] : watchers_) {
    for (auto watched = by_symbol.begin(); watched != by_symbol.end();) {
      const auto next = std::next(watched);
      if (watched->second.erase(&subscriber) > 0 && watched->second.empty()) {
        feed_.leave(kind, watched->first);
        by_symbol.erase(watched);
      }
      watched = next;
    }
  }
  for (auto listened = listeners_.begin(); listened != listeners_.end();) {
    const auto next = std::next(listened);
    if (listened->second.erase(&subscriber) > 0) orders_.leave(listened->first);
    if (listened->second.empty()) listeners_.erase(listened);
    listened = next;
  }
}

void Hub::watch(Kind kind, const std::string& symbol, Subscriber& subscriber) {
  auto& watchers = watchers_[kind][symbol];
  if (watchers.empty()) feed_.watch(kind, symbol);
  watchers.insert(&subscriber);
}

void Hub::unwatch(Kind kind, const std::string& symbol, Subscriber& subscriber) {
  auto& by_symbol = watchers_[kind];
  const auto watched = by_symbol.find(symbol);
  if (watched == by_symbol.end() || watched->second.erase(&subscriber) == 0) return;
  if (!watched->second.empty()) return;
  feed_.leave(kind, symbol);
  by_symbol.erase(watched);
}

void Hub::listen(AccountId account, Subscriber& subscriber) {
  if (listeners_[account].insert(&subscriber).second) orders_.listen(account);
}

void Hub::deliver(const MarketFeed::News& news) {
  const auto tell = [this](Kind kind, std::string_view symbol, auto call) {
    const auto& by_symbol = watchers_[kind];
    if (const auto watched = by_symbol.find(symbol); watched != by_symbol.end())
      for_each(watched->second, call);
  };
  for (const auto& [symbol, quote] : news.quotes) {
    const Told<QuoteView> told{quote, {}};
    tell(Kind::quotes, symbol, [&](Subscriber& subscriber) { subscriber.on_quote(told); });
    tell(Kind::quotes, every_symbol, [&](Subscriber& subscriber) { subscriber.on_quote(told); });
  }
  for (const auto& [symbol, depth] : news.depths) {
    const Told<DepthView> told{depth, {}};
    tell(Kind::depth, symbol, [&](Subscriber& subscriber) { subscriber.on_depth(told); });
  }
  for (const TapeEntryView& trade : news.trades) {
    const Told<TapeEntryView> told{trade, {}};
    tell(Kind::tape, trade.symbol, [&](Subscriber& subscriber) { subscriber.on_trade(told); });
  }
}

void Hub::deliver_later(std::vector<OrderNews> news) {
  if (news.empty()) return;
  loop_.post([this, news = std::move(news)] {
    for (const OrderNews& one : news) {
      if (const auto found = listeners_.find(one.account); found != listeners_.end()) {
        for_each(found->second, [&](Subscriber& subscriber) { subscriber.on_order(one); });
      }
    }
  });
}

void Hub::tick() {
  for_each(subscribers_, [](Subscriber& subscriber) { subscriber.on_tick(); });
}

}  // namespace trade::gatewayd
