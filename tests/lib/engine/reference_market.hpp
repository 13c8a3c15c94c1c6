// One symbol's market as a definition: limit orders with post-only, iceberg, all-or-none and minimum
// quantity, price bands, and auctions with market orders, kept in one list and searched from end to end each
// time. It is written to be read; the engine must tell of the same trades, ends and places in the queue, in
// the same order.
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
    const ReferenceOrder* best = first_in_book(opposite(order.side));
    if (best != nullptr && accepts(order, best->price)) {
      if (order.slides_if_it_trades) order.price = best->price + (order.side == Side::buy ? -1 : 1);
      if (order.refused_if_it_trades || order.price <= 0) order.open = false;
    }
    orders_.push_back(order);
    if (!order.open) return tell("rejected", order.id);
    tell("accepted", order.id);
    work(orders_.back());
    let_those_beside_the_book_trade();
    tell_indication();
  }

  /// Nothing happens to an order that is not open.
  void cancel(std::int64_t id) {
    ReferenceOrder* const order = find_open(id);
    if (order != nullptr) end(*order);
    tell_indication();
  }

  /// Orders gather from now on.
  void call() {
    calling_ = true;
    tell_indication();
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
    if (auction.volume > 0 && band_basis_points_ != 0 && band_reference_ != auction.price)
      set_bands(band_basis_points_);
    let_those_beside_the_book_trade();
    // They may have called the next auction.
    tell_indication();
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
    let_those_beside_the_book_trade();
    tell_indication();
  }

  /// Bands around the reference price, from now on; zero: none.
  void set_bands(std::int64_t basis_points) {
    band_basis_points_ = basis_points;
    band_reference_ = basis_points == 0 ? 0 : reference_price;
    lines.push_back("bands " + std::to_string(lowest_in_band()) + ".." + std::to_string(highest_in_band()));
    let_those_beside_the_book_trade();
    tell_indication();
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
    return left.price != right.price ? is_better(left.side, left.price, right.price)
                                     : left.place < right.place;
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
      if (order.side != taker.side && order.shown > 0 && may_trade(taker, order.price)) found += order.left;
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
    if (best != nullptr && accepts(order, best->price)) {
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
      if (maker == nullptr || !may_trade(taker, maker->price)) return;
      const std::int64_t quantity = std::min(taker.left, maker->shown);
      taker.left -= quantity;
      maker->left -= quantity;
      maker->shown -= quantity;
      maker->open = maker->left > 0;
      taker.open = taker.left > 0;
      reference_price = maker->price;
      lines.push_back("trade " + std::to_string(quantity) + "@" + std::to_string(maker->price) + " maker " +
                      std::to_string(maker->id) + " taker " + std::to_string(taker.id));
      if (maker->open && maker->shown == 0) show(*maker);
    }
  }

  /// The order, or the next part of it, comes to the back of its price's queue.
  void show(ReferenceOrder& order) {
    order.shown = order.display != 0 ? std::min(order.display, order.left) : order.left;
    order.place = ++last_place_;
    lines.push_back("rested " + std::to_string(order.id) + " " + std::to_string(order.shown) + "@" +
                    std::to_string(order.price));
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
  Auction indicated_;
};

}  // namespace trade::engine_test
