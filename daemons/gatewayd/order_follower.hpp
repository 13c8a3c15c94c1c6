// What happens to the orders of those who listen, told event by event as the journal has them.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "model/event.hpp"
#include "model/messages.hpp"
#include "wire/wire.hpp"

namespace trade::gatewayd {

/// One thing that happened to an order.
struct OrderNews {
  enum class Kind : std::uint8_t {
    accepted,
    rejected,
    activated,
    triggered,
    filled,
    replaced,
    cancelled,
    venue_state,  ///< it stands otherwise with its venue
    busted,       ///< its venue has undone a trade
  };
  Kind kind = Kind::accepted;
  AccountId account;
  OrderView order;  ///< as it was right after this
  /// Of a change of the venue's state, the one before.
  std::optional<VenueState> venue_state_before = {};
  // Of a fill, and of one that is busted:
  TradeId trade;
  Price price;
  Quantity quantity;
  Sequence sequence = 0;
  Timestamp timestamp;
};

/// Follows the accounts that are listened to and no others. Belongs to the follower's thread, but for
/// `listen` and `leave`.
class OrderFollower {
 public:
  /// Asks the books for one order; waits for the answer, during which the thread does nothing else.
  using Fetch = std::function<Result<OrdersReply>(OrderId)>;
  /// Books that did not answer are left alone for `pause`. What happens to orders that they would have had to
  /// be asked about is lost meanwhile, and the log says so.
  explicit OrderFollower(Fetch fetch, std::chrono::nanoseconds pause = std::chrono::seconds(2))
      : fetch_(std::move(fetch)), pause_(pause) {}

  /// From any thread: somebody begins, or ceases, to listen to an account. Counted.
  void listen(AccountId account);
  void leave(AccountId account);

  /// The news in a batch, in order.
  std::vector<OrderNews> apply(const wire::Batch& batch);

 private:
  struct Known {
    OrderView view;
    Sequence known_until = 0;  ///< what the books' answer holds already
  };

  [[nodiscard]] bool listened(AccountId account) const { return accounts_.contains(account); }
  Known* known(OrderId order);
  /// What the books say of it; nothing where they do not have it, or do not answer.
  std::optional<Known> ask(OrderId order);
  void add(const Event& event, AccountId account, OrderId order, OrderNews::Kind kind,
           const std::function<void(OrderView&)>& change, std::vector<OrderNews>& news,
           bool filled_whole = false);
  void take(const Event& event, std::vector<OrderNews>& news);
  void take_accepted(const Event& event, const OrderAccepted& accepted, std::vector<OrderNews>& news);
  void take_trade(const Event& event, const TradeExecuted& trade, std::vector<OrderNews>& news);
  void take_venue_trade(const Event& event, const VenueTradeExecuted& trade, std::vector<OrderNews>& news);
  void take_bust(const Event& event, const VenueTradeBusted& bust, std::vector<OrderNews>& news);
  void take_venue_state(const Event& event, const VenueStateChanged& changed, std::vector<OrderNews>& news);

  Fetch fetch_;
  std::chrono::nanoseconds pause_;
  std::int64_t ask_again_at_ns_ = 0;
  std::int64_t lost_ = 0;  ///< news, since the books do not answer
  std::mutex mutex_;
  std::map<AccountId, int> listeners_;  ///< guarded
  bool changed_ = false;                ///< guarded: the copy below is old
  std::map<AccountId, int> accounts_;
  std::map<OrderId, Known> orders_;  ///< open ones, of accounts that are listened to
};

}  // namespace trade::gatewayd
