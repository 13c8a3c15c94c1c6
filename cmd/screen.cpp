#include "screen.hpp"

#include <algorithm>
#include <clocale>

#include <langinfo.h>

namespace trade::cmd {

namespace {

constexpr char32_t replacement = U'\uFFFD';

std::string_view escape_of(Ink ink) {
  switch (ink) {
    case Ink::plain:
      return {};
    case Ink::dim:
      return "\x1b[2m";
    case Ink::bold:
      return "\x1b[1m";
    case Ink::gain:
      return "\x1b[32m";
    case Ink::loss:
      return "\x1b[31m";
    case Ink::accent:
      return "\x1b[36m";
    case Ink::warning:
      return "\x1b[33m";
  }
  return {};
}

void append_utf8(std::string& text, char32_t glyph) {
  const auto byte = [&](char32_t bits) { text += static_cast<char>(static_cast<unsigned char>(bits)); };
  if (glyph < 0x80) {
    byte(glyph);
  } else if (glyph < 0x800) {
    byte(0xc0 | glyph >> 6);
    byte(0x80 | (glyph & 0x3f));
  } else if (glyph < 0x10000) {
    byte(0xe0 | glyph >> 12);
    byte(0x80 | (glyph >> 6 & 0x3f));
    byte(0x80 | (glyph & 0x3f));
  } else {
    byte(0xf0 | glyph >> 18);
    byte(0x80 | (glyph >> 12 & 0x3f));
    byte(0x80 | (glyph >> 6 & 0x3f));
    byte(0x80 | (glyph & 0x3f));
  }
}

}  // namespace

std::u32string code_points(std::string_view text) {
  std::u32string glyphs;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    const std::size_t more = lead < 0x80 ? 0 : lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 4;
    if (more == 0) {
      glyphs += static_cast<char32_t>(lead);
      continue;
    }
    char32_t glyph = more == 1 ? lead & 0x1fu : more == 2 ? lead & 0x0fu : lead & 0x07u;
    bool whole = more <= 3 && i + more <= text.size();
    for (std::size_t k = 0; whole && k < more; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      whole = (next & 0xc0u) == 0x80u;
      glyph = glyph << 6 | (next & 0x3fu);
    }
    if (whole) i += more;
    glyphs += whole && glyph <= 0x10ffff ? glyph : replacement;
  }
  return glyphs;
}

std::string utf8(std::u32string_view glyphs) {
  std::string text;
  for (const char32_t glyph : glyphs)
    append_utf8(text, glyph);
  return text;
}

void Screen::put(std::size_t row, std::size_t column, Cell cell) {
  if (row >= height_ || column >= width_) return;
  const bool control = cell.glyph < 0x20 || (cell.glyph >= 0x7f && cell.glyph < 0xa0);
  if (control) cell.glyph = U'?';
  cells_[row * width_ + column] = cell;
}

std::size_t Screen::write(std::size_t row, std::size_t column, std::string_view text, Ink ink,
                          std::size_t columns_max) {
  std::size_t taken = 0;
  for (const char32_t glyph : code_points(text)) {
    if (taken == columns_max) break;
    put(row, column + taken++, {glyph, ink, false});
  }
  return taken;
}

void Screen::write_right(std::size_t row, std::size_t end, std::string_view text, Ink ink,
                         std::size_t columns_max) {
  std::u32string glyphs = code_points(text);
  const std::size_t room = std::min(columns_max, end);
  if (glyphs.size() > room) glyphs.erase(0, glyphs.size() - room);
  std::size_t column = end - glyphs.size();
  for (const char32_t glyph : glyphs)
    put(row, column++, {glyph, ink, false});
}

void Screen::reverse(std::size_t row, std::size_t column, std::size_t columns) {
  if (row >= height_) return;
  for (std::size_t i = column; i < std::min(width_, column + columns); ++i)
    cells_[row * width_ + i].reversed = true;
}

void Screen::make_ascii() {
  for (Cell& cell : cells_)
    cell.glyph = ascii_of(cell.glyph);
}

std::string Screen::row_text(std::size_t row) const {
  std::u32string glyphs;
  for (std::size_t column = 0; column < width_; ++column)
    glyphs += cell(row, column).glyph;
  glyphs.erase(glyphs.find_last_not_of(U' ') + 1);
  return utf8(glyphs);
}

std::string Screen::text() const {
  std::string text;
  for (std::size_t row = 0; row < height_; ++row)
    text += row_text(row) + '\n';
  return text;
}

std::string Screen::colored_text() const {
  std::string text;
  for (std::size_t row = 0; row < height_; ++row) {
    std::size_t end = width_;
    while (end > 0 && cell(row, end - 1) == Cell{})
      --end;
    Ink ink = Ink::plain;
    for (std::size_t column = 0; column < end; ++column) {
      const Cell& here = cell(row, column);
      if (here.ink != ink && here.glyph != U' ') {
        if (ink != Ink::plain) text += "\x1b[0m";
        text += escape_of(here.ink);
        ink = here.ink;
      }
      append_utf8(text, here.glyph);
    }
    if (ink != Ink::plain) text += "\x1b[0m";
    text += '\n';
  }
  return text;
}

char32_t ascii_of(char32_t glyph) {
  if (glyph < 0x7f) return glyph;
  if (glyph == U'│' || glyph == U'╽' || glyph == U'╿' || glyph == U'╷' || glyph == U'╵') return U'|';
  if (glyph >= U'▁' && glyph <= U'▏') return U'#';
  if (glyph == U'┃' || glyph == U'║' || glyph == U'╻' || glyph == U'╹') return U'#';
  if (glyph == U'▶') return U'>';
  if (glyph == U'•') return U'*';
  if (glyph == U'↑') return U'^';
  if (glyph == U'↓') return U'v';
  return U'?';
}

bool locale_is_utf8() {
  std::setlocale(LC_CTYPE, "");
  return std::string_view(nl_langinfo(CODESET)) == "UTF-8";
}

}  // namespace trade::cmd
