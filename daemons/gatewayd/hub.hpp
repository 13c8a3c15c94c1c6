// Who watches what: hands the market's and the orders' news to the streams that asked for them. Belongs to
// the loop's thread.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "client/market_feed.hpp"
#include "gatewayd/order_follower.hpp"
#include "http/loop.hpp"

namespace trade::gatewayd {

using MessageText = std::shared_ptr<const std::string>;

/// Something new, and its texts by stream kind, each made once however many streams send it.
template <class View>
struct Told {
  const View& view;
  mutable std::map<int, MessageText> texts;

  template <class Make>
  MessageText text(int kind, Make make) const {
    MessageText& made = texts[kind];
    if (!made) made = std::make_shared<const std::string>(make(view));
    return made;
  }
};

/// A stream that listens.
class Subscriber {
 public:
  virtual ~Subscriber() = default;
  virtual void on_quote(const Told<QuoteView>& quote) = 0;
  virtual void on_depth(const Told<DepthView>& depth) = 0;
  virtual void on_trade(const Told<TapeEntryView>& trade) = 0;
  virtual void on_order(const OrderNews& news) = 0;
  /// About every second.
  virtual void on_tick() = 0;
};

class Hub {
 public:
  using Kind = MarketFeed::Kind;
  /// Watches the quotes of all symbols, of those too that are added later.
  static constexpr std::string_view every_symbol = "*";

  Hub(http::Loop& loop, ClientOptions options, OrderFollower& orders);

  void join(Subscriber& subscriber) { subscribers_.insert(&subscriber); }
  /// Ends everything that it watches and listens to.
  void leave(Subscriber& subscriber);

  /// The symbol must exist, or be `every_symbol` where the kind is quotes.
  void watch(Kind kind, const std::string& symbol, Subscriber& subscriber);
  void unwatch(Kind kind, const std::string& symbol, Subscriber& subscriber);
  void listen(AccountId account, Subscriber& subscriber);

  /// From any thread.
  void deliver_later(std::vector<OrderNews> news);
  void stop() { feed_.stop(); }

 private:
  void deliver(const MarketFeed::News& news);
  void tick();

  http::Loop& loop_;
  OrderFollower& orders_;
  std::set<Subscriber*> subscribers_;
  std::map<Kind, std::map<std::string, std::set<Subscriber*>, std::less<>>> watchers_;
  std::map<AccountId, std::set<Subscriber*>> listeners_;
  std::unique_ptr<http::Loop::Registration> ticks_;
  MarketFeed feed_;
};

}  // namespace trade::gatewayd
