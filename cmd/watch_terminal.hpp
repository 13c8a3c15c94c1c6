// The terminal itself, through ncurses: keys in, a screen out. ncurses sends only what differs from what the
// terminal shows, so nothing flickers, and little goes over a slow line.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "screen.hpp"
#include "watch_input.hpp"

namespace trade::cmd {

class WatchTerminal {
 public:
  /// `usage` when standard input or output is no terminal, or its type is not known.
  static Result<WatchTerminal> open(bool color_allowed);
  /// Gives the terminal back as it was.
  ~WatchTerminal();
  WatchTerminal(WatchTerminal&& other) noexcept;
  WatchTerminal& operator=(WatchTerminal&&) = delete;

  [[nodiscard]] bool color() const { return color_; }
  [[nodiscard]] std::size_t width() const;
  [[nodiscard]] std::size_t height() const;

  struct Input {
    std::optional<Key> key;
    bool resized = false;
    bool closed = false;  ///< the terminal has gone
  };
  /// What is there already; all empty when nothing is.
  Input read();
  void show(const Screen& screen);

 private:
  WatchTerminal(bool color, bool unicode) : color_(color), unicode_(unicode) {}

  bool open_ = true;
  bool color_;
  bool unicode_;  ///< the locale is one of UTF-8
};

}  // namespace trade::cmd
