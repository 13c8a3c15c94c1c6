// Standard output: results, and nothing else. Every list, record and stream goes through here, and so gets
// --fields, --sort and --filter.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "format/render.hpp"
#include "format/selection.hpp"

namespace trade::cmd {

/// Records one after the other, as lines.
class RecordStream {
 public:
  /// The text to write for this record; nothing when it is filtered out.
  std::optional<std::string> next(const format::Json& record);

 private:
  friend class Output;
  RecordStream(format::OutputMode mode, const format::Style& style, const format::Layout& layout,
               std::unique_ptr<format::Selection> selection);

  std::unique_ptr<format::Selection> selection_;  ///< null: everything as it is
  format::StreamRenderer renderer_;
};

class Output {
 public:
  /// Colour only on a terminal, and only when `color_allowed`.
  Output(format::OutputMode mode, bool color_allowed, format::SelectionTexts selection = {});
  /// Into a text in place of standard output.
  Output(format::OutputMode mode, std::string& sink, format::SelectionTexts selection)
      : mode_(mode), selection_(std::move(selection)), sink_(&sink) {}

  [[nodiscard]] format::OutputMode mode() const { return mode_; }
  [[nodiscard]] const format::Style& style() const { return style_; }
  [[nodiscard]] bool is_terminal() const { return terminal_; }
  /// How many lines the terminal has; 24 where that is not known.
  [[nodiscard]] std::size_t terminal_height() const;

  /// Whether records are to be left out, so that those that are wanted may be further back.
  [[nodiscard]] bool filters() const { return selection_.filter.has_value(); }
  /// Whether --fields, --sort and --filter fit records of this kind, asked before anything is done.
  [[nodiscard]] Status check(const format::Layout& layout) const;

  // What does not fit is kept as an error for `status`, and nothing is written.
  void list(const format::Layout& layout, std::span<const format::Json> records);
  /// A record by itself is a list of one.
  void record(const format::Layout& layout, const format::Json& record);
  /// A record without a layout: every field in the order of the object.
  void record(const format::Json& record);
  /// What list and record write.
  std::string list_text(const format::Layout& layout, std::span<const format::Json> records);
  std::string record_text(const format::Layout& layout, const format::Json& record);
  /// The records that are wanted, for a list within a record.
  std::vector<format::Json> selected(const format::Layout& layout, std::span<const format::Json> records);
  /// `usage` for --sort, which a stream cannot do.
  [[nodiscard]] Result<RecordStream> stream(const format::Layout& layout) const;

  /// Writes and flushes. False when the reader has gone: nothing more need be written.
  bool write(std::string_view text);
  /// Whether the reader of a pipe has gone, asked without writing.
  [[nodiscard]] bool reader_gone();
  /// Waits until `descriptor` (-1: none) can be read or the reader of a pipe has gone, at most so long.
  void wait(int descriptor, std::chrono::milliseconds longest);
  /// What went wrong; a reader that has gone is nothing wrong.
  [[nodiscard]] Status status() const;

 private:
  [[nodiscard]] Result<std::unique_ptr<format::Selection>> select(const format::Layout& layout) const;

  format::OutputMode mode_;
  format::Style style_;
  format::SelectionTexts selection_;
  std::string* sink_ = nullptr;  ///< null: standard output
  bool terminal_ = false;
  bool closed_ = false;
  std::optional<Error> error_;
};

/// What a terminal on this descriptor can show; a pipe or a file is taken for one of 80 columns without
/// colour.
format::Style style_of_descriptor(int descriptor, bool color_allowed);

}  // namespace trade::cmd
