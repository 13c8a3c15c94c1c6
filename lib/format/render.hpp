// Records as text: one set of records, four ways to write them down.
//   table  aligned columns for people
//   json   an object on a line of its own; a list is an array, one element a line
//   jsonl  one object a line
//   csv    a heading and rows (RFC 4180, lines end with a newline alone)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "format/layout.hpp"

namespace trade::format {

enum class OutputMode : std::uint8_t { table, json, jsonl, csv };

std::optional<OutputMode> output_mode_named(std::string_view name);

constexpr bool is_json(OutputMode mode) {
  return mode == OutputMode::json || mode == OutputMode::jsonl;
}

/// What a terminal can show.
struct Style {
  bool color = false;
  std::size_t width_max = 0;  ///< columns that a table may be wide; zero: no limit
};

/// A list of records. An empty one is "no orders" in a table, `[]` in JSON, the heading alone in CSV.
std::string render_list(OutputMode mode, const Layout& layout, std::span<const Json> records,
                        const Style& style);

/// One record by itself; as a table it is a line for each field.
std::string render_record(OutputMode mode, const Layout& layout, const Json& record, const Style& style);

/// Records one after the other, each a line, the heading of a table or of CSV before the first.
class StreamRenderer {
 public:
  StreamRenderer(OutputMode mode, const Layout& layout, const Style& style);
  /// The text to write for this record.
  std::string next(const Json& record);

 private:
  OutputMode mode_;
  const Layout& layout_;
  Style style_;
  bool started_ = false;
};

/// The table alone, with its heading; ends with a newline. `columns` may be a layout's or any other.
std::string render_table(std::span<const Column> columns, std::span<const Json> records, const Style& style);

/// A line for each field of an object; those of an object within it as "outer.inner", lists left out.
std::string render_fields(const Json& record, const Style& style);

/// One line of CSV: the values of `fields` in `record`, in order.
std::string csv_row(std::span<const std::string> fields, const Json& record);
std::string csv_heading(std::span<const std::string> fields);

/// Text made safe for a terminal: control characters become '?', so that no record can move the cursor.
std::string printable(std::string_view text);

/// How many terminal cells UTF-8 text takes, counting each code point as one.
std::size_t display_width(std::string_view text);

}  // namespace trade::format
