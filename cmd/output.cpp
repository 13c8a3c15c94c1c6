#include "output.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace trade::cmd {

namespace {
constexpr std::size_t terminal_width_default = 80;
constexpr std::size_t terminal_width_min = 40;
constexpr std::size_t terminal_height_default = 24;
}  // namespace

format::Style style_of_descriptor(int descriptor, bool color_allowed) {
  if (isatty(descriptor) == 0) return {.color = false, .width_max = terminal_width_default};
  const char* terminal_type = std::getenv("TERM");
  const bool dumb = terminal_type != nullptr && std::string_view(terminal_type) == "dumb";
  winsize size{};
  std::size_t width = terminal_width_default;
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col >= terminal_width_min) width = size.ws_col;
  return {.color = color_allowed && !dumb, .width_max = width};
}

Output::Output(format::OutputMode mode, bool color_allowed)
    : mode_(mode),
      style_(style_of_descriptor(STDOUT_FILENO, color_allowed)),
      terminal_(isatty(STDOUT_FILENO) != 0) {}

void Output::list(const format::Layout& layout, std::span<const format::Json> records) {
  write(format::render_list(mode_, layout, records, style_));
}

void Output::record(const format::Layout& layout, const format::Json& record) {
  write(format::render_record(mode_, layout, record, style_));
}

void Output::record(const format::Json& record) {
  write(format::render_record(mode_, {}, record, style_));
}

std::size_t Output::terminal_height() const {
  winsize size{};
  const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0;
  return known ? size.ws_row : terminal_height_default;
}

bool Output::write(std::string_view text) {
  if (sink_ != nullptr) {
    sink_->append(text);
    return true;
  }
  while (!text.empty() && !closed_ && error_number_ == 0) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      closed_ = true;
    } else if (errno == EAGAIN) {
      pollfd writable{STDOUT_FILENO, POLLOUT, 0};
      poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      error_number_ = errno;
    }
  }
  return !closed_ && error_number_ == 0;
}

bool Output::reader_gone() {
  if (sink_ != nullptr) return false;
  pollfd state{STDOUT_FILENO, 0, 0};
  if (poll(&state, 1, 0) == 1 && (state.revents & (POLLERR | POLLHUP)) != 0) closed_ = true;
  return closed_;
}

Status Output::status() const {
  if (error_number_ == 0) return {};
  return fail(ErrorCode::internal,
              std::string("cannot write to standard output: ") + std::strerror(error_number_));
}

}  // namespace trade::cmd
