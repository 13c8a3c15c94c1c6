#include "watch_input.hpp"

#include <utility>

namespace trade::cmd {

namespace {

constexpr std::size_t line_max = 64;
constexpr int page_rows = 10;

template <class... F>
struct Overload : F... {
  using F::operator()...;
};

struct QuantityAndPrice {
  std::optional<Quantity> quantity;
  std::optional<Price> price;
};

/// "100", "100 150.25" or, where a quantity may stay as it is, "- 150.25".
Result<QuantityAndPrice> parse_line(std::string_view line, bool may_keep) {
  QuantityAndPrice parsed;
  const auto next_word = [&] {
    while (line.starts_with(' '))
      line.remove_prefix(1);
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(word.size());
    return word;
  };
  const std::string_view quantity = next_word();
  const std::string_view price = next_word();
  if (!next_word().empty()) return fail(ErrorCode::usage, "a quantity and a price are enough");
  if (quantity.empty()) return fail(ErrorCode::usage, "a quantity is missing");
  if (!may_keep || quantity != "-") {
    const Result<Quantity> number = parse_quantity(quantity);
    if (!number) return std::unexpected(number.error());
    parsed.quantity = *number;
  }
  if (!price.empty()) {
    const Result<Price> number = parse_price(price);
    if (!number) return std::unexpected(number.error());
    parsed.price = *number;
  }
  if (!parsed.quantity && !parsed.price) return fail(ErrorCode::usage, "nothing to change");
  return parsed;
}

}  // namespace

std::string describe(const WatchAction& action) {
  return std::visit(
      Overload{
          [](const PlaceAction& place) {
            return std::string(name_of(place.side)) + " " + format_quantity(place.quantity) + " " +
                   place.symbol +
                   (place.limit_price ? " at " + format_price(place.limit_price) : " at the market");
          },
          [](const ReplaceAction& replace) {
            std::string text = "replace order " + std::to_string(replace.order.value) + ":";
            if (replace.quantity) text += " " + format_quantity(*replace.quantity) + " shares";
            if (replace.limit_price) text += " at " + format_price(*replace.limit_price);
            return text;
          },
          [](const CancelAction& cancel) { return "cancel order " + std::to_string(cancel.order.value); },
          [](const CancelAllAction&) { return std::string("cancel all open orders"); },
          [](const QuitAction&) { return std::string("quit"); }},
      action);
}

std::string WatchInput::prompt() const {
  switch (mode_) {
    case Mode::normal:
    case Mode::help:
      return {};
    case Mode::filter:
      return "filter: " + line_;
    case Mode::order:
      return std::string(name_of(side_)) + " " + symbol_ + ", QUANTITY [LIMIT]: " + line_;
    case Mode::replacement:
      return "order " + std::to_string(order_.value) + ", QUANTITY|- [LIMIT]: " + line_;
    case Mode::confirmation:
      return describe(*action_) + " for " + model_.account() + "? y/n";
  }
  return {};
}

std::optional<WatchAction> WatchInput::press(Key key) {
  switch (mode_) {
    case Mode::normal:
      return press_normal(key);
    case Mode::help:
      mode_ = Mode::normal;
      return std::nullopt;
    case Mode::confirmation:
      return press_confirmation(key);
    default:
      press_line(key);
      return std::nullopt;
  }
}

std::optional<WatchAction> WatchInput::press_normal(Key key) {
  using Name = Key::Name;
  if (key.name == Name::up) model_.select_next(-1);
  if (key.name == Name::down) model_.select_next(1);
  if (key.name == Name::page_up) model_.select_next(-page_rows);
  if (key.name == Name::page_down) model_.select_next(page_rows);
  if (key.name == Name::tab) model_.turn_focus();
  if (key.name == Name::escape) model_.set_filter({});
  if (key.name != Name::character) return std::nullopt;
  switch (key.character) {
    case 'q':
      return QuitAction{};
    case 'j':
      model_.select_next(1);
      break;
    case 'k':
      model_.select_next(-1);
      break;
    case '?':
    case 'h':
      mode_ = Mode::help;
      break;
    case '/':
      mode_ = Mode::filter;
      line_.clear();
      model_.set_filter({});
      break;
    case 'b':
      start_order(Side::buy);
      break;
    case 's':
      start_order(Side::sell);
      break;
    case 'r':
      start_replacement();
      break;
    case 'c':
      if (!may_act()) break;
      if (const OrderView* order = model_.selected_order()) {
        ask(CancelAction{order->id});
      } else {
        model_.tell("there is no open order to cancel", true);
      }
      break;
    case 'C':
      if (may_act()) ask(CancelAllAction{});
      break;
    default:
      if (key.character >= '1' && key.character < '1' + static_cast<char>(watch_spans.size()))
        model_.set_span(watch_spans[static_cast<std::size_t>(key.character - '1')]);
      break;
  }
  return std::nullopt;
}

bool WatchInput::may_act() {
  if (!model_.account().empty()) return true;
  model_.tell("no account to act for: start with --account NAME", true);
  return false;
}

void WatchInput::start_order(Side side) {
  if (!may_act()) return;
  if (model_.symbol().empty()) return model_.tell("there is no symbol to trade", true);
  mode_ = Mode::order;
  side_ = side;
  // The symbol of this moment: news may not change what an order is about.
  symbol_ = model_.symbol();
  line_.clear();
}

void WatchInput::start_replacement() {
  if (!may_act()) return;
  const OrderView* order = model_.selected_order();
  if (order == nullptr) return model_.tell("there is no open order to replace", true);
  mode_ = Mode::replacement;
  order_ = order->id;
  line_ = format_quantity(order->quantity);
  if (order->limit_price) line_ += " " + format_price(order->limit_price);
}

void WatchInput::ask(WatchAction action) {
  action_ = std::move(action);
  mode_ = Mode::confirmation;
}

std::optional<WatchAction> WatchInput::press_confirmation(Key key) {
  mode_ = Mode::normal;
  std::optional<WatchAction> action = std::exchange(action_, std::nullopt);
  if (key.name == Key::Name::character && (key.character == 'y' || key.character == 'Y')) return action;
  model_.tell("not done: " + describe(*action));
  return std::nullopt;
}

void WatchInput::press_line(Key key) {
  switch (key.name) {
    case Key::Name::character:
      if (line_.size() < line_max) line_ += key.character;
      break;
    case Key::Name::backspace:
      if (!line_.empty()) line_.pop_back();
      break;
    case Key::Name::escape:
      if (mode_ == Mode::filter) model_.set_filter({});
      mode_ = Mode::normal;
      return;
    case Key::Name::enter:
      return finish_line();
    default:
      return;
  }
  if (mode_ == Mode::filter) model_.set_filter(line_);
}

void WatchInput::finish_line() {
  if (mode_ == Mode::filter) {
    mode_ = Mode::normal;
    return;
  }
  const bool replacing = mode_ == Mode::replacement;
  const Result<QuantityAndPrice> parsed = parse_line(line_, replacing);
  if (!parsed) return model_.tell(parsed.error().message, true);  // the line stays, to be mended
  if (replacing) {
    ask(ReplaceAction{order_, parsed->quantity, parsed->price});
  } else {
    ask(PlaceAction{side_, *parsed->quantity, symbol_, parsed->price.value_or(Price{})});
  }
}

}  // namespace trade::cmd
