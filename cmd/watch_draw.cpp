#include "watch_draw.hpp"

#include <algorithm>
#include <array>

#include "watch_layout.hpp"

namespace trade::cmd {

namespace {

constexpr std::array<char32_t, 9> eighths_across{U' ', U'▏', U'▎', U'▍', U'▌', U'▋', U'▊', U'▉', U'█'};
constexpr std::string_view keys_line =
    "q quit  ↑↓ select  Tab orders  b buy  s sell  r replace  c cancel  / filter  1-5 bars  ? help";

constexpr std::array<std::string_view, 15> help_lines{
    "Keys",
    "",
    "↑ ↓ j k     select the symbol, or the order after Tab",
    "PgUp PgDn   the same, ten at a time",
    "Tab         between symbols and orders",
    "1 2 3 4 5   bars of 1s, 1m, 5m, 1h, 1d",
    "/           list only symbols with these letters; Esc lists all",
    "b  s        buy, sell the selected symbol: QUANTITY [LIMIT]",
    "r           replace the selected order: QUANTITY|- [LIMIT]",
    "c  C        cancel the selected order, all open orders",
    "y           yes, to the question; any other key: no",
    "? h         this help",
    "q           quit",
    "",
    "any key goes back",
};

std::string signed_text(Money amount) {
  return (amount.units > 0 ? "+" : "") + format_money(amount);
}

Ink ink_of(std::int64_t change) {
  return change > 0 ? Ink::gain : change < 0 ? Ink::loss : Ink::plain;
}

/// A percentage with two decimals, rounded: "+0.07%".
std::string percent_text(std::int64_t change, std::int64_t base) {
  const std::int64_t distance = change < 0 ? -change : change;
  const std::int64_t size = (distance * 20'000 + base) / (2 * base);
  const std::string fraction = std::to_string(size % 100);
  return (change < 0   ? "-"
          : change > 0 ? "+"
                       : "") +
         std::to_string(size / 100) + "." + std::string(2 - fraction.size(), '0') + fraction + "%";
}

std::string price_text(Price price) {
  return price ? format_price(price) : "-";
}

/// "14:30:00.123"
std::string time_text(Timestamp time) {
  return time ? format_timestamp(time).substr(11, 12) : "-";
}

/// The heading of an area; what is below it stays free.
void draw_heading(Screen& screen, const Area& area, const std::string& text, bool focused = false) {
  screen.write(area.row, area.column, text, focused ? Ink::accent : Ink::bold, area.width);
  if (focused) screen.reverse(area.row, area.column, std::min(area.width, text.size()));
}

void draw_title(Screen& screen, const Area& area, const WatchModel& model) {
  std::string text = " trade";
  if (const PortfolioView* portfolio = model.portfolio()) {
    text += "  " + portfolio->account + "  cash " + format_money(portfolio->cash_balance) + "  equity " +
            format_money(model.live_equity()) + "  unrealized " + signed_text(model.live_unrealized());
  } else if (!model.account().empty()) {
    text += "  " + model.account();
  }
  screen.write(area.row, area.column, text, Ink::bold, area.width);
  if (const QuoteView* quote = model.quote(model.symbol())) {
    const std::string right = quote->symbol + " " + price_text(quote->last) + " ";
    if (text.size() + right.size() + 2 <= area.width)
      screen.write_right(area.row, area.width, right, Ink::bold);
  }
  screen.reverse(area.row, area.column, area.width);
}

void draw_symbol_row(Screen& screen, std::size_t row, const Area& area, const std::string& symbol,
                     const QuoteView* quote, bool selected) {
  const std::size_t end = area.column + area.width;
  screen.write(row, area.column, selected ? "▶" : " ", Ink::accent);
  screen.write(row, area.column + 1, symbol, selected ? Ink::accent : Ink::plain, 8);
  if (quote == nullptr) return;
  const Price base = quote->previous_close;
  const std::int64_t change = quote->last && base ? quote->last.units - base.units : 0;
  screen.write_right(row, area.column + 19, price_text(quote->last), ink_of(change), 10);
  if (!quote->last || !base) return;
  if (area.width >= 36) {
    screen.write_right(row, end - 9, signed_text(Money{change}), ink_of(change), 8);
  }
  screen.write_right(row, end - 1, percent_text(change, base.units), ink_of(change), 8);
}

void draw_symbols(Screen& screen, const Area& area, const WatchModel& model) {
  if (!is_shown(area)) return;
  const std::vector<std::string> names = model.listed();
  const std::string filtered = model.filter().empty() ? "" : " /" + model.filter();
  draw_heading(screen, area, "Symbols" + filtered, model.focus() == WatchModel::Focus::symbols);
  if (names.empty()) screen.write(area.row + 1, area.column, "none", Ink::dim);
  const std::size_t rows = area.height - 1;
  const auto here = std::ranges::find(names, model.symbol());
  const std::size_t selected = here == names.end() ? 0 : static_cast<std::size_t>(here - names.begin());
  const std::size_t first = selected < rows ? 0 : selected - rows + 1;
  for (std::size_t i = 0; i < rows && first + i < names.size(); ++i) {
    const std::string& name = names[first + i];
    draw_symbol_row(screen, area.row + 1 + i, area, name, model.quote(name), name == model.symbol());
  }
}

void draw_bars(Screen& screen, const Area& area, const WatchModel& model, bool color) {
  if (!is_shown(area)) return;
  std::string heading = model.symbol() + "  " + format_bar_span(model.span());
  if (const QuoteView* quote = model.quote(model.symbol())) {
    heading += "  open " + price_text(quote->open) + "  high " + price_text(quote->high) + "  low " +
               price_text(quote->low) + "  volume " + format_quantity(quote->volume);
  }
  draw_heading(screen, area, heading);
  const Area below{area.row + 1, area.column, area.width, area.height - 1};
  if (model.bars().empty()) screen.write(below.row, below.column, "no trades yet", Ink::dim);
  draw_candles(screen, below, model.bars(), model.span(), color);
}

bool has_own_order(const WatchModel& model, Price price, Side side) {
  return std::ranges::any_of(model.orders(), [&](const OrderView& order) {
    return order.symbol == model.symbol() && order.limit_price == price && order.side == side;
  });
}

/// One level: a mark where an order of one's own is, price, size, and the size as a bar.
void draw_level(Screen& screen, std::size_t row, const Area& area, const DepthLevelView& level,
                std::int64_t size_max, Side side, bool own) {
  const Ink ink = side == Side::buy ? Ink::gain : Ink::loss;
  screen.write(row, area.column, own ? "•" : " ", Ink::accent);
  screen.write_right(row, area.column + 12, format_price(level.price), ink, 11);
  screen.write_right(row, area.column + 21, format_quantity(level.size), Ink::plain, 8);
  constexpr std::size_t bar_at = 22;
  if (area.width <= bar_at) return;
  const auto cells = static_cast<std::int64_t>(area.width - bar_at);
  // Sizes are at most some 10^13, cells at most some 10^3.
  const std::int64_t parts = std::max<std::int64_t>(level.size.shares * cells * 8 / size_max, 1);
  for (std::int64_t i = 0; i * 8 < parts; ++i) {
    const auto eighth = static_cast<std::size_t>(std::min<std::int64_t>(parts - i * 8, 8));
    screen.put(row, area.column + bar_at + static_cast<std::size_t>(i), {eighths_across[eighth], ink, false});
  }
}

void draw_depth(Screen& screen, const Area& area, const WatchModel& model) {
  if (!is_shown(area)) return;
  draw_heading(screen, area, "Depth " + model.symbol());
  const DepthView* depth = model.depth();
  if (depth == nullptr) return;
  if (depth->bids.empty() && depth->asks.empty()) {
    screen.write(area.row + 1, area.column, "no orders", Ink::dim);
    return;
  }
  const std::size_t rows = area.height - 1;
  // Offers above, bids below, each as many as there are up to its half; what one leaves the other may take.
  const std::size_t half = rows / 2;
  const std::size_t asks =
      std::min(depth->asks.size(), std::max(half, rows - std::min(rows, depth->bids.size())));
  const std::size_t bids = std::min(depth->bids.size(), rows - asks);
  std::int64_t size_max = 1;
  for (std::size_t i = 0; i < asks; ++i)
    size_max = std::max(size_max, depth->asks[i].size.shares);
  for (std::size_t i = 0; i < bids; ++i)
    size_max = std::max(size_max, depth->bids[i].size.shares);
  std::size_t row = area.row + 1;
  for (std::size_t i = asks; i > 0; --i) {
    const DepthLevelView& level = depth->asks[i - 1];
    draw_level(screen, row++, area, level, size_max, Side::sell,
               has_own_order(model, level.price, Side::sell));
  }
  for (std::size_t i = 0; i < bids; ++i) {
    const DepthLevelView& level = depth->bids[i];
    draw_level(screen, row++, area, level, size_max, Side::buy, has_own_order(model, level.price, Side::buy));
  }
}

void draw_tape(Screen& screen, const Area& area, const WatchModel& model) {
  if (!is_shown(area)) return;
  draw_heading(screen, area, "Trades");
  std::size_t row = area.row + 1;
  for (const TapeEntryView& entry : model.tape()) {
    if (row >= area.row + area.height) break;
    const Ink ink = !entry.taker_side ? Ink::dim : *entry.taker_side == Side::buy ? Ink::gain : Ink::loss;
    screen.write(row, area.column, time_text(entry.executed_at), Ink::dim, 12);
    screen.write_right(row, area.column + 23, format_price(entry.price), ink, 10);
    screen.write_right(row, area.column + area.width, format_quantity(entry.quantity), Ink::plain, 8);
    ++row;
  }
}

std::string order_text(const OrderView& order) {
  const auto padded = [](std::string text, std::size_t width) {
    text.resize(std::max(text.size(), width), ' ');
    return text;
  };
  return padded(std::to_string(order.id.value), 7) + " " + padded(std::string(name_of(order.side)), 4) + " " +
         padded(order.symbol, 6) + " " +
         padded(format_quantity(order.filled_quantity) + "/" + format_quantity(order.quantity), 11) + " " +
         padded(order.limit_price  ? format_price(order.limit_price)
                : order.stop_price ? "stop " + format_price(order.stop_price)
                                   : "market",
                10) +
         " " + std::string(name_of(order.status));
}

void draw_orders(Screen& screen, const Area& area, const WatchModel& model) {
  if (!is_shown(area)) return;
  draw_heading(screen, area, "Open orders", model.focus() == WatchModel::Focus::orders);
  const std::vector<OrderView>& orders = model.orders();
  if (orders.empty()) {
    screen.write(area.row + 1, area.column, model.account().empty() ? "no account" : "none", Ink::dim);
    return;
  }
  const std::size_t rows = area.height - 1;
  const std::size_t selected = model.selected_order_row();
  const std::size_t first = selected < rows ? 0 : selected - rows + 1;
  for (std::size_t i = 0; i < rows && first + i < orders.size(); ++i) {
    const OrderView& order = orders[first + i];
    const std::size_t row = area.row + 1 + i;
    screen.write(row, area.column, first + i == selected ? "▶" : " ", Ink::accent);
    screen.write(row, area.column + 1, order_text(order), order.side == Side::buy ? Ink::gain : Ink::loss,
                 area.width - 1);
  }
}

void draw_positions(Screen& screen, const Area& area, const WatchModel& model) {
  if (!is_shown(area)) return;
  draw_heading(screen, area, "Positions");
  const PortfolioView* portfolio = model.portfolio();
  if (portfolio == nullptr || portfolio->positions.empty()) {
    screen.write(area.row + 1, area.column, "none", Ink::dim);
    return;
  }
  std::size_t row = area.row + 1;
  for (const PositionView& position : portfolio->positions) {
    if (row >= area.row + area.height) break;
    const WatchModel::Live live = model.live(position);
    screen.write(row, area.column, position.symbol, Ink::plain, 7);
    screen.write_right(row, area.column + 15, format_quantity(position.quantity), Ink::plain, 8);
    screen.write_right(row, area.column + 26, price_text(average_price(position.cost, position.quantity)),
                       Ink::dim, 10);
    screen.write_right(row, area.column + 36, price_text(live.price), Ink::plain, 9);
    screen.write_right(row, area.column + area.width, signed_text(live.unrealized),
                       ink_of(live.unrealized.units), 9);
    ++row;
  }
}

void draw_status(Screen& screen, const Area& area, const WatchModel& model, const WatchInput& input) {
  const std::string prompt = input.prompt();
  std::size_t column = area.column;
  if (!prompt.empty()) {
    column += screen.write(area.row, column, prompt, Ink::warning, area.width);
    if (column < area.column + area.width) screen.put(area.row, column++, {U'█', Ink::warning, false});
    ++column;
  }
  if (!model.message().empty()) {
    if (column >= area.column + area.width) return;
    screen.write(area.row, column, model.message(), model.message_is_bad() ? Ink::loss : Ink::gain,
                 area.column + area.width - column);
  } else if (prompt.empty()) {
    screen.write(area.row, column, keys_line, Ink::dim, area.width);
  }
}

void draw_separator(Screen& screen, const Area& left, const Area& right) {
  if (!is_shown(left) || !is_shown(right) || left.row != right.row) return;
  for (std::size_t row = left.row; row < left.row + left.height; ++row)
    screen.put(row, left.column + left.width, {U'│', Ink::dim, false});
}

}  // namespace

void draw_watch(Screen& screen, const WatchModel& model, const WatchInput& input, bool color) {
  const WatchLayout layout = watch_layout(screen.width(), screen.height());
  if (!is_shown(layout.title)) {
    screen.write(0, 0,
                 "too small: " + std::to_string(watch_width_min) + "x" + std::to_string(watch_height_min));
    return;
  }
  draw_title(screen, layout.title, model);
  draw_status(screen, layout.status, model, input);
  if (input.help_shown()) {
    for (std::size_t i = 0; i < help_lines.size() && i + 2 < screen.height(); ++i)
      screen.write(1 + i, 2, help_lines[i], i == 0 ? Ink::bold : Ink::plain);
    return;
  }
  draw_symbols(screen, layout.symbols, model);
  draw_bars(screen, layout.candles, model, color);
  draw_depth(screen, layout.depth, model);
  draw_tape(screen, layout.tape, model);
  draw_orders(screen, layout.orders, model);
  draw_positions(screen, layout.positions, model);
  draw_separator(screen, layout.symbols, is_shown(layout.candles) ? layout.candles : layout.depth);
  draw_separator(screen, layout.depth, layout.tape);
  draw_separator(screen, layout.orders, layout.positions);
}

}  // namespace trade::cmd
