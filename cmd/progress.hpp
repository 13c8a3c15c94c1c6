// How far a long command is, on standard error: a line that is overwritten on a terminal, else a line now
// and then; nothing with -q.
#pragma once

#include <cstdint>
#include <string>

#include "context.hpp"

namespace trade::cmd {

class Progress {
 public:
  /// `total` zero: not known.
  Progress(const Context& context, std::string unit, std::uint64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Cheap enough to be called for every message.
  void update(std::uint64_t done) {
    done_ = done;
    if ((++calls_ & calls_mask) == 0) show_if_due();
  }
  /// The same where the total is not known, but how much of something else is done: bytes of a file.
  void update(std::uint64_t done, std::uint64_t part, std::uint64_t whole) {
    part_ = part;
    whole_ = whole;
    update(done);
  }
  /// Ends the line.
  void finish();

 private:
  static constexpr std::uint64_t calls_mask = 255;
  void show_if_due();

  const Context& context_;
  std::string unit_;
  std::uint64_t total_;
  std::uint64_t done_ = 0;
  std::uint64_t part_ = 0;
  std::uint64_t whole_ = 0;
  std::uint64_t calls_ = 0;
  std::int64_t start_;
  std::int64_t due_;
  bool terminal_;
  bool line_open_ = false;
};

}  // namespace trade::cmd
