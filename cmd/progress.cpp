#include "progress.hpp"

#include <cstdio>

#include <unistd.h>

#include "base/clock.hpp"
#include "base/time.hpp"

namespace trade::cmd {

namespace {
constexpr std::int64_t terminal_interval = nanoseconds_per_second / 5;
constexpr std::int64_t pipe_interval = 5 * nanoseconds_per_second;
}  // namespace

Progress::Progress(const Context& context, std::string unit, std::uint64_t total)
    : context_(context),
      unit_(std::move(unit)),
      total_(total),
      start_(monotonic_nanoseconds()),
      due_(0),
      terminal_(isatty(STDERR_FILENO) != 0) {
  due_ = start_ + (terminal_ ? terminal_interval : pipe_interval);
}

Progress::~Progress() {
  finish();
}

void Progress::show_if_due() {
  if (context_.globals().quiet) return;
  const std::int64_t now = monotonic_nanoseconds();
  if (now < due_) return;
  due_ = now + (terminal_ ? terminal_interval : pipe_interval);
  const double seconds = static_cast<double>(now - start_) / 1e9;
  const double rate = static_cast<double>(done_) / seconds;
  std::string text = std::to_string(done_);
  if (total_ > 0) text += " of " + std::to_string(total_);
  text += " " + unit_ + ", " + std::to_string(static_cast<std::uint64_t>(rate)) + "/s";
  const std::uint64_t part = total_ > 0 ? done_ : part_;
  const std::uint64_t whole = total_ > 0 ? total_ : whole_;
  if (whole > 0) text += ", " + std::to_string(part * 100 / whole) + " %";
  std::fprintf(stderr, terminal_ ? "\r\x1b[K%s" : "%s\n", text.c_str());
  std::fflush(stderr);
  line_open_ = terminal_;
}

void Progress::finish() {
  if (!line_open_) return;
  std::fputs("\r\x1b[K", stderr);
  line_open_ = false;
}

}  // namespace trade::cmd
