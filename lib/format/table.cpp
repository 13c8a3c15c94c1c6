// Tables for terminals: see render.hpp.
#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "format/render.hpp"

namespace trade::format {

namespace {

constexpr std::string_view reset = "\x1b[0m";
constexpr std::string_view bold = "\x1b[1m";
constexpr std::string_view dim = "\x1b[2m";
constexpr std::string_view red = "\x1b[31m";
constexpr std::string_view green = "\x1b[32m";
constexpr std::string_view column_gap = "  ";

bool is_one_of(std::string_view text, std::span<const std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

/// The colour of a cell; empty: none.
std::string_view color_of(Tone tone, std::string_view text) {
  static constexpr std::array<std::string_view, 7> good{"filled",  "active", "trading",         "open",
                                                        "running", "ok",     "partially_filled"};
  static constexpr std::array<std::string_view, 7> bad{"rejected", "suspended", "halted",       "stopped",
                                                       "failed",   "error",     "not_answering"};
  static constexpr std::array<std::string_view, 3> ended{"cancelled", "expired", "closed"};
  switch (tone) {
    case Tone::plain:
      return {};
    case Tone::state:
      if (is_one_of(text, good)) return green;
      if (is_one_of(text, bad)) return red;
      if (is_one_of(text, ended)) return dim;
      return {};
    case Tone::side:
      return text == "buy" ? green : text.starts_with("sell") ? red : std::string_view{};
    case Tone::signed_amount:
      if (text.starts_with('-') && text.size() > 1) return red;
      return text.find_first_of("123456789") == std::string_view::npos ? std::string_view{} : green;
  }
  return {};
}

std::string shaped(std::string text, Shape shape) {
  // "2026-01-30T14:30:00.123456789Z": anything else is shown as it is.
  constexpr std::size_t time_at = 11;
  if (shape == Shape::as_is || text.size() < 24 || text[time_at - 1] != 'T') return text;
  if (shape == Shape::time_of_day) return text.substr(time_at, 12);
  text.resize(19);
  text[time_at - 1] = ' ';
  return text;
}

/// A list of plain values, which fits a line.
bool is_plain_list(const Json& value) {
  return value.is_array() && !value.empty() && !value.front().is_structured();
}

std::string cell_text(const Json& value, Shape shape) {
  if (is_plain_list(value)) {
    std::string text;
    for (const Json& item : value)
      text += (text.empty() ? "" : ",") + cell_text(item, shape);
    return text;
  }
  switch (value.type()) {
    case Json::value_t::null:
      return "-";
    case Json::value_t::string:
      return shaped(printable(value.get_ref<const std::string&>()), shape);
    case Json::value_t::boolean:
      return value.get<bool>() ? "yes" : "no";
    default:
      return printable(text_of(value));
  }
}

std::string field_text(const Json& record, const Column& column) {
  const auto value = record.find(std::string(column.key));
  return value == record.end() ? "-" : cell_text(*value, column.shape);
}

/// One row; no blanks at its end.
void append_row(std::string& text, std::span<const Column> columns, std::span<const std::size_t> widths,
                std::span<const std::string> cells, bool color, bool heading) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool last = i + 1 == cells.size();
    const std::size_t width = display_width(cells[i]);
    const std::string padding(width < widths[i] ? widths[i] - width : 0, ' ');
    const std::string_view tint = !color    ? std::string_view{}
                                  : heading ? bold
                                            : color_of(columns[i].tone, cells[i]);
    if (columns[i].align == Align::right) text += padding;
    if (!tint.empty()) text += tint;
    text += cells[i];
    if (!tint.empty()) text += reset;
    if (columns[i].align == Align::left && !last) text += padding;
    if (!last) text += column_gap;
  }
  text += '\n';
}

std::size_t total_width(std::span<const std::size_t> widths) {
  std::size_t total = widths.empty() ? 0 : column_gap.size() * (widths.size() - 1);
  for (const std::size_t width : widths)
    total += width;
  return total;
}

/// Removes the columns that may go, the least wanted first, until the table is no wider than it may be.
void drop_columns(std::vector<Column>& columns, std::vector<std::size_t>& widths, std::size_t width_max) {
  while (width_max != 0 && total_width(widths) > width_max) {
    const auto worst = std::ranges::max_element(columns, {}, &Column::drop_order);
    if (worst == columns.end() || worst->drop_order == 0) return;
    widths.erase(widths.begin() + (worst - columns.begin()));
    columns.erase(worst);
  }
}

/// The fields as lines; those of an object within it get its name before theirs. Lists of records are left
/// out.
void add_field_lines(const Json& record, const std::string& prefix,
                     std::vector<std::pair<std::string, std::string>>& lines) {
  for (const auto& item : record.items()) {
    if (item.value().is_object()) {
      add_field_lines(item.value(), prefix + item.key() + ".", lines);
    } else if (!item.value().is_array() || is_plain_list(item.value())) {
      lines.emplace_back(prefix + item.key(), cell_text(item.value(), Shape::as_is));
    }
  }
}

Tone tone_of_field(std::string_view key) {
  if (key == "status" || key == "state") return Tone::state;
  if (key == "side") return Tone::side;
  if (key.ends_with("_pnl")) return Tone::signed_amount;
  return Tone::plain;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result(text);
  for (char& character : result) {
    if (static_cast<unsigned char>(character) < 0x20 || character == 0x7f) character = '?';
  }
  return result;
}

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char character) { return (static_cast<unsigned char>(character) & 0xc0u) != 0x80u; }));
}

std::string render_table(std::span<const Column> all_columns, std::span<const Json> records,
                         const Style& style) {
  // A column that may go and says nothing in any row is left out.
  std::vector<Column> columns;
  std::ranges::copy_if(all_columns, std::back_inserter(columns), [&](const Column& column) {
    return column.drop_order == 0 || !std::ranges::all_of(records, [&](const Json& record) {
             return field_text(record, column) == "-";
           });
  });
  std::vector<std::size_t> widths;
  for (const Column& column : columns) {
    std::size_t width = display_width(column.heading);
    for (const Json& record : records)
      width = std::max(width, display_width(field_text(record, column)));
    widths.push_back(width);
  }
  drop_columns(columns, widths, style.width_max);
  std::string text;
  std::vector<std::string> cells;
  for (const Column& column : columns)
    cells.emplace_back(column.heading);
  append_row(text, columns, widths, cells, style.color, true);
  for (const Json& record : records) {
    cells.clear();
    for (const Column& column : columns)
      cells.push_back(field_text(record, column));
    append_row(text, columns, widths, cells, style.color, false);
  }
  return text;
}

std::string render_fields(const Json& record, const Style& style) {
  std::vector<std::pair<std::string, std::string>> lines;
  add_field_lines(record, "", lines);
  std::size_t width = 0;
  for (const auto& [name, cell] : lines)
    width = std::max(width, display_width(name));
  std::string text;
  for (const auto& [name, cell] : lines) {
    const std::string_view tint = style.color ? color_of(tone_of_field(name), cell) : std::string_view{};
    text += name + std::string(width - display_width(name), ' ') + std::string(column_gap);
    text += tint.empty() ? cell : std::string(tint) + cell + std::string(reset);
    text += '\n';
  }
  return text;
}

StreamRenderer::StreamRenderer(OutputMode mode, const Layout& layout, const Style& style)
    : mode_(mode), layout_(layout), style_(style) {}

std::string StreamRenderer::next(const Json& record) {
  const bool first = !started_;
  started_ = true;
  if (is_json(mode_)) return text_of(record) + '\n';
  if (mode_ == OutputMode::csv) {
    return (first ? csv_heading(layout_.fields) : std::string()) + csv_row(layout_.fields, record);
  }
  std::vector<Column> columns = layout_.columns;
  std::vector<std::size_t> widths;
  for (const Column& column : columns)
    widths.push_back(std::max(column.stream_width, display_width(column.heading)));
  drop_columns(columns, widths, style_.width_max);
  std::string text;
  std::vector<std::string> cells;
  if (first) {
    for (const Column& column : columns)
      cells.emplace_back(column.heading);
    append_row(text, columns, widths, cells, style_.color, true);
    cells.clear();
  }
  for (const Column& column : columns)
    cells.push_back(field_text(record, column));
  append_row(text, columns, widths, cells, style_.color, false);
  return text;
}

}  // namespace trade::format
