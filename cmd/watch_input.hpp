// What keys mean in `trade watch`: they change what is selected, fill in a line, and at last make something
// to do, which is asked for once more before it is done.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "watch_model.hpp"

namespace trade::cmd {

/// A key as the program sees it: a printable ASCII character, or one of these.
struct Key {
  enum class Name : std::uint8_t { character, up, down, page_up, page_down, enter, escape, backspace, tab };
  Name name = Name::character;
  char character = 0;
};

// What is to be done, confirmed.
struct PlaceAction {
  Side side = Side::buy;
  Quantity quantity;
  std::string symbol;
  Price limit_price;  ///< zero: at the market
};
struct ReplaceAction {
  OrderId order;
  std::optional<Quantity> quantity;
  std::optional<Price> limit_price;
};
struct CancelAction {
  OrderId order;
};
struct CancelAllAction {};
struct QuitAction {};
using WatchAction = std::variant<PlaceAction, ReplaceAction, CancelAction, CancelAllAction, QuitAction>;

/// "buy 100 AAPL at 150.00", as the question before and the message after call it.
std::string describe(const WatchAction& action);

class WatchInput {
 public:
  explicit WatchInput(WatchModel& model) : model_(model) {}

  /// Nothing unless the key completed something to do.
  std::optional<WatchAction> press(Key key);

  [[nodiscard]] bool help_shown() const { return mode_ == Mode::help; }
  /// The line that is being filled in or the question that is asked; empty: neither.
  [[nodiscard]] std::string prompt() const;

 private:
  enum class Mode : std::uint8_t { normal, help, filter, order, replacement, confirmation };

  std::optional<WatchAction> press_normal(Key key);
  std::optional<WatchAction> press_confirmation(Key key);
  void press_line(Key key);
  void finish_line();
  void start_order(Side side);
  void start_replacement();
  void ask(WatchAction action);
  /// Whether there is an account to act for; says so where there is not.
  bool may_act();

  WatchModel& model_;
  Mode mode_ = Mode::normal;
  Side side_ = Side::buy;
  OrderId order_;
  std::string symbol_;
  std::string line_;
  std::optional<WatchAction> action_;
};

}  // namespace trade::cmd
