// What `trade watch` knows and what is selected of it. No terminal, no daemon: news are put in, and the
// drawing reads it.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/bars.hpp"
#include "model/messages.hpp"
#include "model/views.hpp"

namespace trade::cmd {

/// The intervals that the keys 1 to 5 choose.
constexpr std::array<BarSpan, 5> watch_spans{{{BarUnit::second, 1},
                                              {BarUnit::minute, 1},
                                              {BarUnit::minute, 5},
                                              {BarUnit::hour, 1},
                                              {BarUnit::day, 1}}};

/// Trades that are kept for showing: more than any terminal has lines.
constexpr std::size_t watch_tape_max = 512;

class WatchModel {
 public:
  enum class Focus : std::uint8_t { symbols, orders };

  /// `symbols`: in the order in which they are to be listed; empty: whatever is published, by name.
  WatchModel(std::vector<std::string> symbols, std::string account);

  // News.
  void put(const PublicationBody& news);
  void put_bars(std::vector<BarView> bars) { bars_ = std::move(bars); }
  void put_orders(std::vector<OrderView> orders);
  void put_portfolio(PortfolioView portfolio) { portfolio_ = std::move(portfolio); }

  // What is selected.
  void select_next(int steps);
  void select_symbol(const std::string& symbol);
  void set_filter(std::string text);
  void set_span(BarSpan span);
  void turn_focus() { focus_ = focus_ == Focus::symbols ? Focus::orders : Focus::symbols; }

  /// The symbols that the filter leaves, in the order of the list.
  [[nodiscard]] std::vector<std::string> listed() const;
  /// Empty when there is none.
  [[nodiscard]] const std::string& symbol() const { return symbol_; }
  [[nodiscard]] const std::string& account() const { return account_; }  ///< empty: none
  [[nodiscard]] const std::string& filter() const { return filter_; }
  [[nodiscard]] BarSpan span() const { return span_; }
  [[nodiscard]] Focus focus() const { return focus_; }
  /// Null when nothing is known of it yet.
  [[nodiscard]] const QuoteView* quote(const std::string& symbol) const;
  /// Of the selected symbol; null when it has not come yet.
  [[nodiscard]] const DepthView* depth() const { return depth_ ? &*depth_ : nullptr; }
  [[nodiscard]] const std::deque<TapeEntryView>& tape() const { return tape_; }  ///< newest first
  [[nodiscard]] const std::vector<BarView>& bars() const { return bars_; }       ///< oldest first
  [[nodiscard]] const std::vector<OrderView>& orders() const { return orders_; }
  /// Null when there is none.
  [[nodiscard]] const OrderView* selected_order() const;
  [[nodiscard]] std::size_t selected_order_row() const;
  [[nodiscard]] const PortfolioView* portfolio() const { return portfolio_ ? &*portfolio_ : nullptr; }

  /// A position's worth and profit at the last price that is known, newer than what the books last said.
  struct Live {
    Price price;
    Money value;
    Money unrealized;
  };
  [[nodiscard]] Live live(const PositionView& position) const;
  [[nodiscard]] Money live_equity() const;
  [[nodiscard]] Money live_unrealized() const;

  /// The line at the bottom: what came of the last key, or what is wrong.
  void tell(std::string text, bool bad = false);
  [[nodiscard]] const std::string& message() const { return message_; }
  [[nodiscard]] bool message_is_bad() const { return message_is_bad_; }

 private:
  void forget_symbol();

  std::vector<std::string> symbols_;
  bool every_symbol_;
  std::string account_;
  std::string symbol_;
  std::string filter_;
  BarSpan span_ = watch_spans[1];
  Focus focus_ = Focus::symbols;
  std::map<std::string, QuoteView, std::less<>> quotes_;
  std::optional<DepthView> depth_;
  std::deque<TapeEntryView> tape_;
  std::vector<BarView> bars_;
  std::vector<OrderView> orders_;
  OrderId order_;  ///< the selected one
  std::optional<PortfolioView> portfolio_;
  std::string message_;
  bool message_is_bad_ = false;
};

}  // namespace trade::cmd
