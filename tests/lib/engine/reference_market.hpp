// One symbol's market as a definition: limit orders with post-only, iceberg, all-or-none and minimum
// quantity, price bands with and without limit states, and auctions with market orders, kept in one list and
// searched from end to end each time. It is written to be read; the engine must tell of the same trades, ends
// and places in the queue, in the same order.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "model/enums.hpp"

namespace trade::engine_test {

/// An order as its owner gives it; prices in ticks.
struct ReferenceOrder {
  Side side = Side::buy;
  std::int64_t price = 0;
  std::int64_t quantity = 0;
  TimeInForce time_in_force = TimeInForce::gtc;
  bool refused_if_it_trades = false;  ///< post-only
  bool slides_if_it_trades = false;   ///< post-only
  bool all_or_none = false;
  std::int64_t minimum = 0;   ///< zero: none
  std::int64_t display = 0;   ///< zero: all of it
  bool at_any_price = false;  ///< a market order

  // What becomes of it.
  std::int64_t id = 0;
  std::int64_t left = 0;
  std::int64_t shown = 0;  ///< in the book; zero: not in the book
  std::int64_t at = 0;     ///< the price at which it rests in the book
  std::int64_t place = 0;  ///< the lower, the earlier it came to its place in the book
  bool beside = false;     ///< waits beside the book
  bool open = false;
  bool minimum_met = false;
};

class ReferenceMarket {
 public:
  /// What happened, a line each; the caller takes them.
  std::vector<std::string> lines;

  /// What a share is taken to be worth; a trade changes it.
  std::int64_t reference_price = 0;

  /// The order gets the next id, whatever becomes of it.
  void place(ReferenceOrder order) {
    order.id = static_cast<std::int64_t>(orders_.size()) + 1;
    order.left = order.quantity;
    order.open = true;
    if (calling_) {
      // Nothing trades on arrival, so whatever is about the arrival is refused.
      const bool at_once = order.time_in_force == TimeInForce::ioc || order.time_in_force == TimeInForce::fok;
      order.open = !at_once && !order.refused_if_it_trades && !order.slides_if_it_trades;
      orders_.push_back(order);
      tell(order.open ? "accepted" : "rejected", order.id);
      if (order.open) work(orders_.back());
      return tell_indication();
    }
    if (is_post_only(order)) order.price = resting_price(order);
    const ReferenceOrder* best = first_in_book(opposite(order.side));
    if (best != nullptr && accepts(order, best->at)) {
      if (order.slides_if_it_trades) order.price = best->at + (order.side == Side::buy ? -1 : 1);
      if (order.refused_if_it_trades || order.price <= 0) order.open = false;
    }
    orders_.push_back(order);
    if (!order.open) return tell("rejected", order.id);
    tell("accepted", order.id);
    work(orders_.back());
    settle();
  }

  /// Nothing happens to an order that is not open.
  void cancel(std::int64_t id) {
    ReferenceOrder* const order = find_open(id);
    if (order != nullptr) end(*order);
    look_for_limit_state();
    tell_indication();
  }

  /// Orders gather from now on, each at its own price.
  void call() {
    calling_ = true;
    limit_state_ = 0;
    come_back(taken_off([](const ReferenceOrder& order) { return order.at != order.price; }));
    tell_indication();
  }

  /// The time of a limit state is over, if there is one: the symbol pauses.
  void pause_after_limit_state() {
    if (limit_state_ == 0) return;
    lines.push_back(limit_state_ > 0 ? "paused up" : "paused down");
    call();
  }
  [[nodiscard]] bool calling() const { return calling_; }

  /// Those that gathered trade, all at one price.
  void uncross() {
    if (!calling_) return;
    const Auction auction = auction_now();
    calling_ = false;
    indicated_ = {};
    lines.push_back("uncrossed " + auction.text());
    execute(auction);
    for (ReferenceOrder& order : orders_) {
      if (order.open && order.at_any_price) end(order);
    }
    if (auction.volume > 0 && band_basis_points_ != 0 && band_reference_ != auction.price) move_bands();
    keep_within_bands();
    // It may call the next auction.
    settle();
  }

  /// Gives the order a whole quantity above what has traded, and a price, at least one of them new.
  void replace(std::int64_t id, std::int64_t quantity, std::int64_t price) {
    ReferenceOrder* const order = find_open(id);
    if (order == nullptr) return;
    const bool keeps_place =
        order->at_any_price || (!order->beside && price == order->price && quantity <= order->quantity);
    order->left += quantity - order->quantity;
    order->quantity = quantity;
    order->price = price;
    tell("replaced", id);
    if (keeps_place) {
      order->shown = std::min(order->shown, order->left);
    } else {
      order->shown = 0;
      order->beside = false;
      work(*order);
    }
    settle();
  }

  /// Bands around the reference price, from now on; zero: none. With limit states an order rests no farther
  /// than at its band.
  void set_bands(std::int64_t basis_points, bool limit_states) {
    band_basis_points_ = basis_points;
    has_limit_states_ = limit_states;
    move_bands();
    if (!calling_) keep_within_bands();
    settle();
  }

  [[nodiscard]] const ReferenceOrder* open_order(std::int64_t id) const {
    if (id < 1 || id > static_cast<std::int64_t>(orders_.size())) return nullptr;
    const ReferenceOrder& order = orders_[static_cast<std::size_t>(id - 1)];
    return order.open ? &order : nullptr;
  }
  [[nodiscard]] std::int64_t last_id() const { return static_cast<std::int64_t>(orders_.size()); }
  [[nodiscard]] const ReferenceOrder* first_in_book(Side side) const {
    const ReferenceOrder* first = nullptr;
    for (const ReferenceOrder& order : orders_) {
      if (order.side == side && order.shown > 0 && (first == nullptr || comes_before(order, *first)))
        first = &order;
    }
    return first;
  }

 private:
  void move_bands() {
    band_reference_ = band_basis_points_ == 0 ? 0 : reference_price;
    lines.push_back("bands " + std::to_string(lowest_in_band()) + ".." + std::to_string(highest_in_band()));
  }
  /// What an order that was worked leaves to be seen to.
  void settle() {
    let_those_beside_the_book_trade();
    look_for_limit_state();
    tell_indication();
  }

  // --- limit states ---

  [[nodiscard]] std::int64_t resting_price(const ReferenceOrder& order) const {
    if (!has_limit_states_ || calling_) return order.price;
    return order.side == Side::buy ? std::min(order.price, highest_in_band())
                                   : std::max(order.price, lowest_in_band());
  }
  /// Takes orders out of the book: those that rest elsewhere than they want, by age, then the others that
  /// `go`, the buys first, the best price first.
  template <class Goes>
  std::vector<std::int64_t> taken_off(Goes go) {
    std::vector<std::int64_t> ids;
    const auto take = [&](ReferenceOrder& order) {
      order.shown = 0;
      // It would take once the bands are wider.
      if (is_post_only(order)) order.price = resting_price(order);
      tell("replaced", order.id);
      ids.push_back(order.id);
    };
    for (ReferenceOrder& order : orders_) {
      if (order.shown > 0 && order.at != order.price) take(order);
    }
    for (const Side side : {Side::buy, Side::sell}) {
      for (ReferenceOrder* first = find_first(side); first != nullptr && go(*first); first = find_first(side))
        take(*first);
    }
    std::ranges::sort(ids);
    return ids;
  }
  void come_back(const std::vector<std::int64_t>& ids) {
    for (const std::int64_t id : ids) {
      if (ReferenceOrder* const order = find_open(id)) work(*order);
    }
  }
  /// Orders rest where the bands of now let them.
  void keep_within_bands() {
    come_back(taken_off([this](const ReferenceOrder& order) { return resting_price(order) != order.at; }));
  }
  void look_for_limit_state() {
    int state = 0;
    if (has_limit_states_ && !calling_) {
      const ReferenceOrder* const bid = first_in_book(Side::buy);
      const ReferenceOrder* const offer = first_in_book(Side::sell);
      if (offer != nullptr && offer->at <= lowest_in_band()) state = -1;
      if (bid != nullptr && bid->at >= highest_in_band()) state = 1;
    }
    if (state == limit_state_) return;
    limit_state_ = state;
    if (!calling_) lines.push_back(state > 0 ? "limit up" : state < 0 ? "limit down" : "limit over");
  }
  static bool is_post_only(const ReferenceOrder& order) {
    return order.refused_if_it_trades || order.slides_if_it_trades;
  }
  ReferenceOrder* find_first(Side side) { return const_cast<ReferenceOrder*>(first_in_book(side)); }

  static bool accepts(const ReferenceOrder& order, std::int64_t price) {
    return order.side == Side::buy ? price <= order.price : price >= order.price;
  }
  [[nodiscard]] std::int64_t highest_in_band() const {
    return band_reference_ * (10'000 + band_basis_points_) / 10'000;
  }
  [[nodiscard]] std::int64_t lowest_in_band() const {
    return (band_reference_ * (10'000 - band_basis_points_) + 9'999) / 10'000;
  }
  /// Whether an order may trade at a price that it accepts, when no auction is on.
  [[nodiscard]] bool may_trade(const ReferenceOrder& order, std::int64_t price) const {
    if (!accepts(order, price)) return false;
    if (band_basis_points_ == 0) return true;
    return order.side == Side::buy ? price <= highest_in_band() : price >= lowest_in_band();
  }
  static bool is_better(Side side, std::int64_t left, std::int64_t right) {
    return side == Side::buy ? left > right : left < right;
  }
  static bool comes_before(const ReferenceOrder& left, const ReferenceOrder& right) {
    return left.at != right.at ? is_better(left.side, left.at, right.at) : left.place < right.place;
  }
  ReferenceOrder* find_open(std::int64_t id) { return const_cast<ReferenceOrder*>(open_order(id)); }

  /// Shares that must trade at one time.
  static std::int64_t least(const ReferenceOrder& order) {
    if (order.all_or_none) return order.left;
    return order.minimum_met ? 0 : std::min(order.minimum, order.left);
  }
  /// Shares in the book, shown or not, that the order could trade with.
  [[nodiscard]] std::int64_t found_by(const ReferenceOrder& taker) const {
    std::int64_t found = 0;
    for (const ReferenceOrder& order : orders_) {
      if (order.side != taker.side && order.shown > 0 && may_trade(taker, order.at)) found += order.left;
    }
    return found;
  }

  void work(ReferenceOrder& order) {
    if (calling_) {
      // What must trade whole takes no part.
      if (least(order) > 0) {
        order.beside = true;
      } else if (!order.at_any_price) {
        show(order);
      }
      return;
    }
    const bool at_once = order.time_in_force == TimeInForce::ioc || order.time_in_force == TimeInForce::fok;
    if (order.time_in_force == TimeInForce::fok && found_by(order) < order.left) return end(order);
    if (const std::int64_t wanted = least(order); wanted > 0) {
      if (found_by(order) < wanted) {
        if (order.time_in_force == TimeInForce::ioc) return end(order);
        order.beside = true;
        return;
      }
      order.minimum_met = true;
    }
    trade(order);
    if (!order.open) return;
    const ReferenceOrder* const best = first_in_book(opposite(order.side));
    if (best != nullptr && accepts(order, best->at) && !has_limit_states_) {
      // Only its band keeps it from trading.
      lines.push_back(std::string("paused ") + (order.side == Side::buy ? "up" : "down"));
      calling_ = true;
    }
    if (at_once) return end(order);
    show(order);
  }

  void trade(ReferenceOrder& taker) {
    while (taker.left > 0) {
      ReferenceOrder* const maker = const_cast<ReferenceOrder*>(first_in_book(opposite(taker.side)));
      if (maker == nullptr || !may_trade(taker, maker->at)) return;
      const std::int64_t quantity = std::min(taker.left, maker->shown);
      taker.left -= quantity;
      maker->left -= quantity;
      maker->shown -= quantity;
      maker->open = maker->left > 0;
      taker.open = taker.left > 0;
      reference_price = maker->at;
      lines.push_back("trade " + std::to_string(quantity) + "@" + std::to_string(maker->at) + " maker " +
                      std::to_string(maker->id) + " taker " + std::to_string(taker.id));
      if (maker->open && maker->shown == 0) show(*maker);
    }
  }

  /// The order, or the next part of it, comes to the back of its price's queue.
  void show(ReferenceOrder& order) {
    order.shown = order.display != 0 ? std::min(order.display, order.left) : order.left;
    order.at = resting_price(order);
    order.place = ++last_place_;
    lines.push_back("rested " + std::to_string(order.id) + " " + std::to_string(order.shown) + "@" +
                    std::to_string(order.at));
  }

  void end(ReferenceOrder& order) {
    order.open = false;
    order.beside = false;
    order.shown = 0;
    tell("ended", order.id);
  }

  /// Buys come before sells, better prices before worse, older orders before younger: the first that finds
  /// enough trades, and then all look again.
  void let_those_beside_the_book_trade() {
    for (ReferenceOrder* next = next_beside(); next != nullptr && !calling_; next = next_beside()) {
      next->beside = false;
      work(*next);
    }
  }
  ReferenceOrder* next_beside() {
    for (const Side side : {Side::buy, Side::sell}) {
      ReferenceOrder* first = nullptr;
      for (ReferenceOrder& order : orders_) {
        if (!order.beside || order.side != side || found_by(order) == 0 || found_by(order) < least(order))
          continue;
        if (first == nullptr || is_better(side, order.price, first->price)) first = &order;
      }
      if (first != nullptr) return first;
    }
    return nullptr;
  }

  // --- auctions ---

  struct Auction {
    std::int64_t price = 0;  ///< zero: none
    std::int64_t volume = 0;
    std::int64_t surplus = 0;  ///< of buys; below zero of sells
    bool operator==(const Auction&) const = default;
    [[nodiscard]] std::string text() const {
      return std::to_string(volume) + "@" + std::to_string(price) + " surplus " + std::to_string(surplus);
    }
  };

  [[nodiscard]] bool takes_part(const ReferenceOrder& order) const { return order.open && !order.beside; }
  /// Shares that this side would trade at a price.
  [[nodiscard]] std::int64_t wanted_at(Side side, std::int64_t price) const {
    std::int64_t wanted = 0;
    for (const ReferenceOrder& order : orders_) {
      const bool agrees =
          order.at_any_price || (side == Side::buy ? order.price >= price : order.price <= price);
      if (takes_part(order) && order.side == side && agrees) wanted += order.left;
    }
    return wanted;
  }
  /// Tries every price that an order names, and the reference, the lower ones first.
  [[nodiscard]] Auction auction_now() const {
    constexpr std::int64_t any = 1'000'000;
    std::int64_t lowest_sell = any;
    std::int64_t highest_buy = 0;
    Auction best;
    std::vector<std::int64_t> prices;
    for (const ReferenceOrder& order : orders_) {
      if (!takes_part(order)) continue;
      if (order.at_any_price) {
        best.surplus += order.side == Side::buy ? order.left : -order.left;
      } else {
        prices.push_back(order.price);
      }
      if (order.side == Side::buy) {
        highest_buy = std::max(highest_buy, order.at_any_price ? any : order.price);
      } else {
        lowest_sell = std::min(lowest_sell, order.at_any_price ? 0 : order.price);
      }
    }
    if (lowest_sell > highest_buy) return best;
    prices.push_back(std::clamp(reference_price, lowest_sell, highest_buy));
    std::ranges::sort(prices);
    for (const std::int64_t price : prices) {
      const std::int64_t buys = wanted_at(Side::buy, price);
      const std::int64_t sells = wanted_at(Side::sell, price);
      const Auction here{price, std::min(buys, sells), buys - sells};
      if (here.volume > 0 && is_better_auction(here, best)) best = here;
    }
    return best;
  }
  [[nodiscard]] bool is_better_auction(const Auction& one, const Auction& other) const {
    if (one.volume != other.volume) return one.volume > other.volume;
    if (std::abs(one.surplus) != std::abs(other.surplus))
      return std::abs(one.surplus) < std::abs(other.surplus);
    return std::abs(one.price - reference_price) < std::abs(other.price - reference_price);
  }
  void tell_indication() {
    if (!calling_) return;
    const Auction auction = auction_now();
    if (auction == indicated_) return;
    indicated_ = auction;
    lines.push_back("indicated " + auction.text());
  }

  /// The next of a side to trade in an auction: market orders, then the best prices, the oldest of each.
  ReferenceOrder* first_in_auction(Side side) {
    for (ReferenceOrder& order : orders_) {
      if (order.open && order.at_any_price && order.side == side) return &order;
    }
    return const_cast<ReferenceOrder*>(first_in_book(side));
  }
  void execute(const Auction& auction) {
    for (std::int64_t volume = auction.volume; volume > 0;) {
      ReferenceOrder& buy = *first_in_auction(Side::buy);
      ReferenceOrder& sell = *first_in_auction(Side::sell);
      const std::int64_t quantity = std::min({buy.left, sell.left, volume});
      volume -= quantity;
      for (ReferenceOrder* order : {&buy, &sell}) {
        order->left -= quantity;
        order->shown = std::min(order->shown, order->left);
        order->open = order->left > 0;
      }
      lines.push_back("trade " + std::to_string(quantity) + "@" + std::to_string(auction.price) + " maker " +
                      std::to_string(std::min(buy.id, sell.id)) + " taker " +
                      std::to_string(std::max(buy.id, sell.id)));
    }
    if (auction.volume > 0) reference_price = auction.price;
  }

  void tell(const char* what, std::int64_t id) { lines.push_back(what + (" " + std::to_string(id))); }

  std::vector<ReferenceOrder> orders_;  ///< by id
  std::int64_t last_place_ = 0;
  bool calling_ = false;
  std::int64_t band_basis_points_ = 0;
  std::int64_t band_reference_ = 0;
  bool has_limit_states_ = false;
  int limit_state_ = 0;  ///< above zero: limit up; below: limit down
  Auction indicated_;
};

}  // namespace trade::engine_test
