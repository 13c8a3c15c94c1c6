#include "watch_terminal.hpp"

#include <array>
#include <cstdlib>
#include <utility>

#include <poll.h>
#include <unistd.h>

#define NCURSES_NOMACROS
#define NCURSES_WIDECHAR 1
#include <ncurses.h>

namespace trade::cmd {

namespace {

constexpr int escape_wait_ms = 25;  ///< after Esc, for the rest of a sequence of bytes

/// Colour pairs are numbered by ink.
void prepare_colors() {
  start_color();
  use_default_colors();
  const bool many = COLORS >= 256;
  const auto pair = [](Ink ink, int color) {
    init_pair(static_cast<short>(ink), static_cast<short>(color), -1);
  };
  pair(Ink::gain, many ? 34 : COLOR_GREEN);
  pair(Ink::loss, many ? 160 : COLOR_RED);
  pair(Ink::accent, many ? 39 : COLOR_CYAN);
  pair(Ink::warning, many ? 178 : COLOR_YELLOW);
  pair(Ink::dim, many ? 245 : COLOR_WHITE);
}

attr_t attributes_of(const Cell& cell, bool color) {
  attr_t attributes = cell.reversed ? A_REVERSE : A_NORMAL;
  switch (cell.ink) {
    case Ink::plain:
    case Ink::gain:
      break;
    case Ink::dim:
      if (!color) attributes |= A_DIM;
      break;
    case Ink::bold:
      attributes |= A_BOLD;
      break;
    case Ink::loss:
    case Ink::accent:
    case Ink::warning:
      if (!color) attributes |= A_BOLD;
      break;
  }
  return attributes;
}

bool has_pair(Ink ink) {
  return ink != Ink::plain && ink != Ink::bold;
}

std::optional<Key> key_of(wint_t code, bool is_function_key) {
  using Name = Key::Name;
  if (is_function_key) {
    switch (code) {
      case KEY_UP:
        return Key{Name::up, 0};
      case KEY_DOWN:
        return Key{Name::down, 0};
      case KEY_PPAGE:
        return Key{Name::page_up, 0};
      case KEY_NPAGE:
        return Key{Name::page_down, 0};
      case KEY_ENTER:
        return Key{Name::enter, 0};
      case KEY_BACKSPACE:
        return Key{Name::backspace, 0};
      default:
        return std::nullopt;
    }
  }
  if (code == '\n' || code == '\r') return Key{Name::enter, 0};
  if (code == 0x1b) return Key{Name::escape, 0};
  if (code == '\t') return Key{Name::tab, 0};
  if (code == 0x7f || code == 0x08) return Key{Name::backspace, 0};
  if (code >= 0x20 && code < 0x7f) return Key{Name::character, static_cast<char>(code)};
  return std::nullopt;
}

}  // namespace

Result<WatchTerminal> WatchTerminal::open(bool color_allowed) {
  if (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0) {
    return fail(ErrorCode::usage, "'trade watch' needs a terminal",
                "'trade quote --watch', 'depth', 'tape' and 'bars' write to a pipe");
  }
  const bool unicode = locale_is_utf8();
  if (newterm(nullptr, stdout, stdin) == nullptr) {
    const char* type = std::getenv("TERM");
    return fail(
        ErrorCode::usage,
        "a terminal of this type is not known: TERM is '" + std::string(type == nullptr ? "" : type) + "'",
        "set TERM to what your terminal is, such as xterm-256color");
  }
  cbreak();
  noecho();
  nonl();
  keypad(stdscr, TRUE);
  nodelay(stdscr, TRUE);
  set_escdelay(escape_wait_ms);
  curs_set(0);
  const bool color = color_allowed && has_colors();
  if (color) prepare_colors();
  return WatchTerminal(color, unicode);
}

WatchTerminal::WatchTerminal(WatchTerminal&& other) noexcept
    : open_(std::exchange(other.open_, false)), color_(other.color_), unicode_(other.unicode_) {}

WatchTerminal::~WatchTerminal() {
  if (open_) endwin();
}

std::size_t WatchTerminal::width() const {
  return static_cast<std::size_t>(getmaxx(stdscr));
}

std::size_t WatchTerminal::height() const {
  return static_cast<std::size_t>(getmaxy(stdscr));
}

WatchTerminal::Input WatchTerminal::read() {
  wint_t code = 0;
  const int got = wget_wch(stdscr, &code);
  Input input;
  if (got == ERR) {
    pollfd state{STDIN_FILENO, POLLIN, 0};
    input.closed = poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR)) != 0;
    return input;
  }
  input.resized = got == KEY_CODE_YES && code == KEY_RESIZE;
  if (!input.resized) input.key = key_of(code, got == KEY_CODE_YES);
  return input;
}

void WatchTerminal::show(const Screen& screen) {
  for (std::size_t row = 0; row < screen.height(); ++row) {
    for (std::size_t column = 0; column < screen.width(); ++column) {
      const Cell& cell = screen.cell(row, column);
      const std::array<wchar_t, 2> text{static_cast<wchar_t>(unicode_ ? cell.glyph : ascii_of(cell.glyph)),
                                        0};
      cchar_t character{};
      setcchar(&character, text.data(), attributes_of(cell, color_),
               color_ && has_pair(cell.ink) ? static_cast<short>(cell.ink) : short{0}, nullptr);
      mvwadd_wch(stdscr, static_cast<int>(row), static_cast<int>(column), &character);
    }
  }
  wrefresh(stdscr);
}

}  // namespace trade::cmd
