// What is known of other venues, of the orders that were routed to them, and of the trades that they have
// told. Kept beside the orders, so that one which is matched here pays nothing for it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/accounts.hpp"
#include "model/command.hpp"
#include "model/enums.hpp"
#include "model/ids.hpp"
#include "model/numbers.hpp"

namespace trade::engine {

/// How many venues there may ever be: a symbol names its own in one byte.
constexpr std::uint32_t venues_max = 255;
/// Trades of venues that are remembered however old they are.
constexpr std::size_t executions_kept = 10'000;
/// Trades of venues that are remembered from which on no more orders are routed.
constexpr std::size_t executions_max = 8'000'000;

struct Venue {
  VenueName name;
  AccountId clearing_account;
  WhenVenueDown when_down = WhenVenueDown::hold;
  bool session_up = false;
  bool removed = false;
  OutboxNumber told = {};  ///< of the last thing taken that its session told

  /// Whether what bears this number, or something after it, was taken before.
  [[nodiscard]] bool was_told(const OutboxNumber& number) const {
    return number.value != 0 && number.outbox == told.outbox && number.value <= told.value;
  }
  void take(const OutboxNumber& number) {
    if (number.value != 0) told = number;
  }
};
/// Whether it is a number, or none.
constexpr bool is_well_formed(const OutboxNumber& number) {
  return (number.outbox == 0) == (number.value == 0);
}

/// What an order is asked to become.
struct WantedOrder {
  Quantity quantity;
  Price limit_price;
  Price stop_price;
  Price reserve_price;

  bool operator==(const WantedOrder&) const = default;
};

/// Where one order stands with its venue.
struct RoutedOrder {
  VenueId venue;
  VenueState state = VenueState::held;
  bool acknowledged = false;   ///< the venue has told that it has the order, or had it
  std::uint32_t requests = 0;  ///< that were made of the venue
  // The request to cancel or replace it that is not answered yet; zero: none.
  std::uint32_t pending = 0;
  VenueRequestKind pending_kind{};
  /// Why it is to be cancelled; zero: it is not. Asked for as soon as the venue can be asked.
  CancelReason cancel_reason{};
  WantedOrder wanted;           ///< by the pending replace
  std::string client_order_id;  ///< that it brings with it; empty: none
  Quantity extra_shares;        ///< claimed for it beyond what the order has a claim to as it is
  Money extra_money;            ///< likewise
  Quantity counted;             ///< filled as of the last trade that was booked by a status; zero: none was
  std::string venue_order_id;

  [[nodiscard]] bool was_sent() const { return state != VenueState::held; }
  /// Whether the venue has still to say what becomes of this request; zero: of any.
  [[nodiscard]] bool awaits(std::uint32_t request) const {
    const bool waits = state == VenueState::sending || state == VenueState::pending_cancel ||
                       state == VenueState::pending_replace;
    return waits && (request == 0 || request == pending || (request == 1 && !acknowledged));
  }
  [[nodiscard]] bool is_replaced_by(std::uint32_t request) const {
    return pending != 0 && pending_kind == VenueRequestKind::replace && (request == 0 || request == pending);
  }
  [[nodiscard]] bool is_cancelled_by(std::uint32_t request) const {
    return pending != 0 && pending_kind == VenueRequestKind::cancel && (request == 0 || request == pending);
  }
};

/// A trade that a venue told of.
struct Execution {
  OrderId order;
  TradeId trade;
  Price price;
  Quantity quantity;
  TradingDay day = 0;   ///< on which it was told
  bool busted = false;  ///< the venue has undone it
};

/// What a bust or correction undoes.
struct Undoing {
  std::string id;  ///< of the execution here
  Execution execution;
  // Where that stands for several trades of the venue, the others, which are booked anew:
  Quantity rest;
  Price rest_price;
};

class Routing {
 public:
  using Orders = std::map<OrderId, RoutedOrder>;
  using Executions = std::map<std::pair<VenueId, std::string>, Execution, std::less<>>;

  [[nodiscard]] bool empty() const { return venues_.empty(); }
  /// Whether anything was ever told with a number.
  [[nodiscard]] bool has_numbers() const {
    return std::ranges::any_of(venues_, [](const Venue& venue) { return venue.told.value != 0; });
  }
  [[nodiscard]] std::uint32_t count() const { return static_cast<std::uint32_t>(venues_.size()); }
  [[nodiscard]] bool contains(VenueId id) const { return id.value - 1 < venues_.size(); }
  /// Zero: none. One that was removed is found too.
  [[nodiscard]] VenueId find(std::string_view name) const {
    for (std::uint32_t at = 0; at < venues_.size(); ++at) {
      if (venues_[at].name.view() == name) return {at + 1};
    }
    return {};
  }
  VenueId add(const Venue& venue) {
    venues_.push_back(venue);
    return {count()};
  }
  [[nodiscard]] Venue& operator[](VenueId id) { return venues_[id.value - 1]; }
  [[nodiscard]] const Venue& operator[](VenueId id) const { return venues_[id.value - 1]; }

  [[nodiscard]] RoutedOrder* order(OrderId id) {
    const auto found = orders_.find(id);
    return found == orders_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] const RoutedOrder* order(OrderId id) const {
    const auto found = orders_.find(id);
    return found == orders_.end() ? nullptr : &found->second;
  }
  RoutedOrder& add(OrderId id, VenueId venue) {
    RoutedOrder& order = orders_[id];
    order.venue = venue;
    return order;
  }
  [[nodiscard]] Orders& orders() { return orders_; }
  [[nodiscard]] const Orders& orders() const { return orders_; }
  /// Forgets the orders that `is_kept(id)` says nothing of any more.
  template <class IsKept>
  void forget_orders(IsKept&& is_kept) {
    std::erase_if(orders_, [&](const auto& entry) { return !is_kept(entry.first); });
  }

  [[nodiscard]] const Execution* execution(VenueId venue, std::string_view id) const {
    const auto found = executions_.find(std::pair<VenueId, std::string>(venue, id));
    return found == executions_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] Execution* execution(VenueId venue, std::string_view id) {
    const auto found = executions_.find(std::pair<VenueId, std::string>(venue, id));
    return found == executions_.end() ? nullptr : &found->second;
  }
  void add_execution(VenueId venue, std::string_view id, const Execution& execution) {
    executions_.insert_or_assign({venue, std::string(id)}, execution);
  }
  [[nodiscard]] const Executions& executions() const { return executions_; }
  /// A venue may tell of a trade again, or undo it, on the day it was made and on the next one; after days on
  /// which nothing ran, later too. So the newest are kept, whole days of them.
  void forget_executions_before(TradingDay day) {
    const auto is_older = [](const auto& one, const auto& other) {
      return one.second.day < other.second.day;
    };
    while (executions_.size() > executions_kept) {
      const TradingDay oldest = std::ranges::min_element(executions_, is_older)->second.day;
      if (oldest >= day) return;
      std::erase_if(executions_, [&](const auto& entry) { return entry.second.day == oldest; });
    }
  }

  /// Keeps a text that an event is to show and no command brought, for longer than any batch is open.
  std::string_view keep(std::string_view text) {
    constexpr std::size_t kept_max = 1U << 18;  // a batch closes long before it has so many commands
    if (texts_.size() == kept_max) texts_.pop_front();
    return texts_.emplace_back(text);
  }

 private:
  std::vector<Venue> venues_;  ///< by id, from 1
  Orders orders_;              ///< open, or ended and still kept by the engine
  Executions executions_;
  std::deque<std::string> texts_;
};

}  // namespace trade::engine
