// What a terminal shows, as a grid of cells in memory: drawn without any terminal, so that it can be tested
// as text, and brought to one by whoever has one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trade::cmd {

/// What a cell's colour means.
enum class Ink : std::uint8_t {
  plain,
  dim,      ///< less important
  bold,     ///< headings
  gain,     ///< green: up, buy, profit
  loss,     ///< red: down, sell, loss
  accent,   ///< cyan: what the keys act on
  warning,  ///< yellow
};

struct Cell {
  char32_t glyph = U' ';
  Ink ink = Ink::plain;
  bool reversed = false;

  bool operator==(const Cell&) const = default;
};

class Screen {
 public:
  Screen(std::size_t width, std::size_t height) : width_(width), height_(height), cells_(width * height) {}

  [[nodiscard]] std::size_t width() const { return width_; }
  [[nodiscard]] std::size_t height() const { return height_; }
  [[nodiscard]] const Cell& cell(std::size_t row, std::size_t column) const {
    return cells_[row * width_ + column];
  }
  /// What lies outside is not drawn.
  void put(std::size_t row, std::size_t column, Cell cell);
  /// UTF-8 text of which each code point takes one cell, cut at `columns_max`; control characters become '?'.
  /// Returns how many cells it took.
  std::size_t write(std::size_t row, std::size_t column, std::string_view text, Ink ink = Ink::plain,
                    std::size_t columns_max = SIZE_MAX);
  /// Text that ends before `end`, cut on its left.
  void write_right(std::size_t row, std::size_t end, std::string_view text, Ink ink = Ink::plain,
                   std::size_t columns_max = SIZE_MAX);
  /// Turns a row's cells round, as a selection or a heading shows.
  void reverse(std::size_t row, std::size_t column, std::size_t columns);
  /// Replaces what is not ASCII, for terminals that show bytes alone.
  void make_ascii();

  /// A row as UTF-8, without the blanks at its end.
  [[nodiscard]] std::string row_text(std::size_t row) const;
  /// All rows, each with a newline.
  [[nodiscard]] std::string text() const;
  /// The same with the escape sequences of colours.
  [[nodiscard]] std::string colored_text() const;

 private:
  std::size_t width_;
  std::size_t height_;
  std::vector<Cell> cells_;
};

/// The ASCII character that stands for one of those that screens are drawn with; '?' for any other.
char32_t ascii_of(char32_t glyph);
/// Whether the user's locale, which becomes this process's, is one of UTF-8.
bool locale_is_utf8();

/// The code points of UTF-8 text; what is not UTF-8 becomes U+FFFD.
std::u32string code_points(std::string_view text);
std::string utf8(std::u32string_view glyphs);

}  // namespace trade::cmd
