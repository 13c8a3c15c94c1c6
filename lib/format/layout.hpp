// Which fields of a record a table shows, and how. CSV takes the same records' fields as they are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "format/json.hpp"

namespace trade::format {

enum class Align : std::uint8_t { left, right };

/// What a cell's text means, for its colour on a terminal.
enum class Tone : std::uint8_t {
  plain,
  state,          ///< a status word: good ones green, bad ones red, ended ones dim
  side,           ///< buy green, sell red
  signed_amount,  ///< above zero green, below zero red
};

/// How a cell's text is made of the field's value.
enum class Shape : std::uint8_t {
  as_is,
  time,         ///< an RFC 3339 time without its zone, to the second: "2026-01-30 14:30:00"
  time_of_day,  ///< the time alone, to the millisecond: "14:30:00.123"
};

struct Column {
  std::string_view key;  ///< of the record's field
  std::string_view heading;
  Align align = Align::left;
  Tone tone = Tone::plain;
  Shape shape = Shape::as_is;
  /// Where a table is wider than it may be, the columns with the highest number go first; zero: never.
  int drop_order = 0;
  /// The column's width in a stream, where the rows to come are not known.
  std::size_t stream_width = 10;
};

/// One kind of record.
struct Layout {
  std::string_view name_plural;  ///< "orders", as in "no orders"
  std::vector<Column> columns;
  std::vector<std::string> fields;  ///< every field of the record in order: the heading of its CSV
};

const Layout& order_layout();
const Layout& fill_layout();
const Layout& account_layout();
const Layout& locate_layout();
const Layout& symbol_layout();
const Layout& session_layout();
const Layout& rules_layout();
const Layout& quote_layout();
const Layout& depth_level_layout();
const Layout& tape_layout();
const Layout& bar_layout();
const Layout& position_layout();
const Layout& posting_layout();
const Layout& daemon_layout();
const Layout& key_layout();

/// The names of an object's fields, in order.
std::vector<std::string> field_names(const Json& record);

}  // namespace trade::format
