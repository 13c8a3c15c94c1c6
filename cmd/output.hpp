// Standard output: results, and nothing else.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "format/render.hpp"

namespace trade::cmd {

class Output {
 public:
  /// Colour only on a terminal, and only when `color_allowed`.
  Output(format::OutputMode mode, bool color_allowed);
  /// Into a text in place of standard output.
  Output(format::OutputMode mode, std::string& sink) : mode_(mode), sink_(&sink) {}

  [[nodiscard]] format::OutputMode mode() const { return mode_; }
  [[nodiscard]] const format::Style& style() const { return style_; }
  [[nodiscard]] bool is_terminal() const { return terminal_; }
  /// How many lines the terminal has; 24 where that is not known.
  [[nodiscard]] std::size_t terminal_height() const;

  void list(const format::Layout& layout, std::span<const format::Json> records);
  void record(const format::Layout& layout, const format::Json& record);
  /// A record without a layout: every field in the order of the object.
  void record(const format::Json& record);

  /// Writes and flushes. False when the reader has gone: nothing more need be written.
  bool write(std::string_view text);
  /// Whether the reader of a pipe has gone, asked without writing.
  [[nodiscard]] bool reader_gone();
  /// What went wrong with the writing; a reader that has gone is nothing wrong.
  [[nodiscard]] Status status() const;

 private:
  format::OutputMode mode_;
  format::Style style_;
  std::string* sink_ = nullptr;  ///< null: standard output
  bool terminal_ = false;
  bool closed_ = false;
  int error_number_ = 0;
};

/// What a terminal on this descriptor can show; a pipe or a file is taken for one of 80 columns without
/// colour.
format::Style style_of_descriptor(int descriptor, bool color_allowed);

}  // namespace trade::cmd
