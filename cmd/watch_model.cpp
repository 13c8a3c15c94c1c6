#include "watch_model.hpp"

#include <algorithm>
#include <utility>

namespace trade::cmd {

WatchModel::WatchModel(std::vector<std::string> symbols, std::string account)
    : symbols_(std::move(symbols)), every_symbol_(symbols_.empty()), account_(std::move(account)) {
  if (!symbols_.empty()) symbol_ = symbols_.front();
}

void WatchModel::put(const PublicationBody& news) {
  if (const auto* quote = std::get_if<QuotePublished>(&news)) {
    const std::string& symbol = quote->quote.symbol;
    quotes_.insert_or_assign(symbol, quote->quote);
    if (every_symbol_) {
      const auto place = std::ranges::lower_bound(symbols_, symbol);
      if (place == symbols_.end() || *place != symbol) symbols_.insert(place, symbol);
    }
    if (symbol_.empty()) symbol_ = symbol;
  } else if (const auto* depth = std::get_if<DepthPublished>(&news)) {
    if (depth->depth.symbol == symbol_) depth_ = depth->depth;
  } else if (const auto* tape = std::get_if<TapePublished>(&news)) {
    if (tape->entry.symbol != symbol_) return;
    tape_.push_front(tape->entry);
    if (tape_.size() > watch_tape_max) tape_.pop_back();
  }
}

void WatchModel::put_orders(std::vector<OrderView> orders) {
  orders_ = std::move(orders);
  if (selected_order() == nullptr) order_ = orders_.empty() ? OrderId{} : orders_.front().id;
}

const OrderView* WatchModel::selected_order() const {
  const auto found = std::ranges::find(orders_, order_, &OrderView::id);
  return found == orders_.end() ? nullptr : &*found;
}

std::size_t WatchModel::selected_order_row() const {
  const OrderView* order = selected_order();
  return order == nullptr ? 0 : static_cast<std::size_t>(order - orders_.data());
}

std::vector<std::string> WatchModel::listed() const {
  std::vector<std::string> names;
  std::ranges::copy_if(symbols_, std::back_inserter(names),
                       [&](const std::string& symbol) { return symbol.find(filter_) != std::string::npos; });
  return names;
}

namespace {
/// `steps` from `row` on among so many, stopping at the ends.
std::size_t moved(std::size_t row, int steps, std::size_t rows) {
  const auto wanted = static_cast<std::int64_t>(row) + steps;
  return static_cast<std::size_t>(std::clamp<std::int64_t>(wanted, 0, static_cast<std::int64_t>(rows) - 1));
}
}  // namespace

void WatchModel::select_next(int steps) {
  if (focus_ == Focus::orders) {
    if (!orders_.empty()) order_ = orders_[moved(selected_order_row(), steps, orders_.size())].id;
    return;
  }
  const std::vector<std::string> names = listed();
  if (names.empty()) return;
  const auto here = std::ranges::find(names, symbol_);
  const std::size_t row = here == names.end() ? 0 : static_cast<std::size_t>(here - names.begin());
  select_symbol(here == names.end() ? names.front() : names[moved(row, steps, names.size())]);
}

void WatchModel::select_symbol(const std::string& symbol) {
  if (symbol == symbol_) return;
  symbol_ = symbol;
  forget_symbol();
}

void WatchModel::set_span(BarSpan span) {
  if (span == span_) return;
  span_ = span;
  bars_.clear();
}

void WatchModel::forget_symbol() {
  depth_.reset();
  tape_.clear();
  bars_.clear();
}

void WatchModel::set_filter(std::string text) {
  for (char& character : text) {
    if (character >= 'a' && character <= 'z') character = static_cast<char>(character - 'a' + 'A');
  }
  filter_ = std::move(text);
  const std::vector<std::string> names = listed();
  if (!names.empty() && std::ranges::find(names, symbol_) == names.end()) select_symbol(names.front());
}

const QuoteView* WatchModel::quote(const std::string& symbol) const {
  const auto found = quotes_.find(symbol);
  return found == quotes_.end() ? nullptr : &found->second;
}

WatchModel::Live WatchModel::live(const PositionView& position) const {
  const QuoteView* known = quote(position.symbol);
  const Price price = known != nullptr && known->last ? known->last : position.market_price;
  if (!price) return {price, position.current_value, position.unrealized_pnl};
  __extension__ using Wide = __int128;
  const Wide value = Wide{price.units} * position.quantity.shares;
  if (value > INT64_MAX / 2 || value < INT64_MIN / 2)
    return {price, position.current_value, position.unrealized_pnl};
  const Money worth{static_cast<std::int64_t>(value)};
  return {price, worth, worth - position.cost};
}

Money WatchModel::live_equity() const {
  if (!portfolio_) return {};
  Money equity = portfolio_->cash_balance;
  for (const PositionView& position : portfolio_->positions)
    equity += live(position).value;
  return equity;
}

Money WatchModel::live_unrealized() const {
  Money sum;
  if (!portfolio_) return sum;
  for (const PositionView& position : portfolio_->positions)
    sum += live(position).unrealized;
  return sum;
}

void WatchModel::tell(std::string text, bool bad) {
  message_ = std::move(text);
  message_is_bad_ = bad;
}

}  // namespace trade::cmd
