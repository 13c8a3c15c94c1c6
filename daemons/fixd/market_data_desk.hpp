// Subscriptions to market data: who wants what, what each has been told, and what each has to be told next. A
// session that does not read is told nothing while much waits for it; then it is told the newest state at
// once (quotes and books are overwritten, not queued). One that stays behind for too long, or by more trades
// than are kept, loses its subscriptions, and is told why.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "client/market_feed.hpp"
#include "fixd/market_data_entries.hpp"
#include "fixd/market_data_request.hpp"
#include "fixd/market_listener.hpp"
#include "model/messages.hpp"

namespace trade::fixd {

/// Where the desk gets the market from.
class MarketSource {
 public:
  using Kind = MarketFeed::Kind;

  virtual ~MarketSource() = default;
  virtual void watch(Kind kind, const std::string& symbol) = 0;
  virtual void leave(Kind kind, const std::string& symbol) = 0;
  /// Asks feedd; the answer comes later, never from within.
  virtual void ask(RequestBody request, std::function<void(Result<ReplyBody>)> answered) = 0;
  /// Nothing: it is not known yet which symbols there are.
  [[nodiscard]] virtual std::optional<bool> is_symbol(const std::string& symbol) const = 0;
};

class MarketDataDesk {
 public:
  /// Of one session: subscriptions, snapshots that are under way included…
  static constexpr std::size_t subscriptions_max = 200;
  /// …and levels of all their books together, on either side; a request for no book counts one a symbol.
  static constexpr std::size_t levels_max = 100'000;
  /// A session that cannot be told anything for so long loses its subscriptions.
  static constexpr std::int64_t blocked_max_ns = 10 * nanoseconds_per_second;

  explicit MarketDataDesk(MarketSource& source) : source_(source) {}
  ~MarketDataDesk();
  MarketDataDesk(const MarketDataDesk&) = delete;
  MarketDataDesk& operator=(const MarketDataDesk&) = delete;

  /// A MarketDataRequest (V). Whatever is wrong with it is told to the listener.
  void request(MarketListener& listener, const fix::Message& message);
  /// The session has ended: so have its subscriptions.
  void leave(MarketListener& listener);

  /// From the feed.
  void take(MarketFeed::News news);
  /// Tells what waits, as far as the sessions can take it. To be called every few milliseconds.
  void turn(std::int64_t now_ns);

  [[nodiscard]] std::size_t subscriptions() const;
  [[nodiscard]] std::int64_t messages_told() const { return messages_told_; }
  /// Subscriptions that ended because their session was too slow.
  [[nodiscard]] std::int64_t dropped() const { return dropped_; }

 private:
  /// One symbol of one subscription.
  struct Part {
    ToldMarket told;
    MarketPicture snapshot;  ///< asked for, until it was told
    std::optional<TapeEntryView> last_trade;
    int awaited = 0;  ///< answers
    bool waits = false;
  };
  struct Subscription {
    std::uint64_t number = 0;  ///< names it however long an answer takes
    MarketDataRequest request;
    fix::Message message;  ///< that asked for it
    std::map<std::string, Part> parts;
    std::set<std::string> waiting;  ///< symbols of which there may be something to tell
    std::size_t levels = 0;
  };
  struct Session {
    MarketListener* listener = nullptr;
    std::map<std::string, Subscription> subscriptions;  ///< by MDReqID
    std::size_t levels = 0;
    std::int64_t blocked_since_ns = 0;  ///< zero: it is not
    std::string next;                   ///< the subscription that is served first: each in its turn
  };
  struct Watched {
    MarketPicture picture;
    std::map<MarketFeed::Kind, int> watchers;
    std::set<std::pair<MarketListener*, std::string>> subscriptions;
  };

  void unsubscribe(MarketListener& listener, const fix::Message& message);
  void begin(MarketListener& listener, Session& session, MarketDataRequest request,
             const fix::Message& message);
  void end(Session& session, const std::string& request_id);
  void drop(Session& session, const std::string& request_id, const std::string& why);
  void watch(Session& session, const Subscription& subscription, const std::string& symbol);
  void unwatch(Session& session, const Subscription& subscription, const std::string& symbol);
  void ask_snapshot(MarketListener& listener, const Subscription& subscription, const std::string& symbol);
  void ask_part(MarketListener& listener, const Subscription& subscription, const std::string& symbol,
                RequestBody body);
  void answered(MarketListener& listener, const std::string& request_id, std::uint64_t number,
                const std::string& symbol, Result<ReplyBody> reply);
  void take_answer(Part& part, ReplyBody reply);
  void mark(Watched& watched, const std::string& symbol);
  bool serve(Session& session);
  /// False: the subscription has ended.
  bool tell(Session& session, Subscription& subscription, const std::string& symbol);
  void send(Session& session, const fix::Message& message);

  MarketSource& source_;
  std::map<MarketListener*, Session> sessions_;
  std::map<std::string, Watched> watched_;
  std::uint64_t last_number_ = 0;
  std::int64_t messages_told_ = 0;
  std::int64_t dropped_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace trade::fixd
