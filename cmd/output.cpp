#include "output.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

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

RecordStream::RecordStream(format::OutputMode mode, const format::Style& style, const format::Layout& layout,
                           std::unique_ptr<format::Selection> selection)
    : selection_(std::move(selection)),
      renderer_(mode, selection_ == nullptr ? layout : selection_->layout(), style) {}

std::optional<std::string> RecordStream::next(const format::Json& record) {
  if (selection_ == nullptr) return renderer_.next(record);
  if (!selection_->wants(record)) return std::nullopt;
  return renderer_.next(selection_->part_of(record));
}

Output::Output(format::OutputMode mode, bool color_allowed, format::SelectionTexts selection)
    : mode_(mode),
      style_(style_of_descriptor(STDOUT_FILENO, color_allowed)),
      selection_(std::move(selection)),
      terminal_(isatty(STDOUT_FILENO) != 0) {}

Result<std::unique_ptr<format::Selection>> Output::select(const format::Layout& layout) const {
  if (selection_.empty()) return nullptr;
  Result<format::Selection> selection = format::Selection::make(selection_, layout);
  if (!selection) return pass_on(std::move(selection));
  return std::make_unique<format::Selection>(std::move(*selection));
}

Status Output::check(const format::Layout& layout) const {
  const auto selection = select(layout);
  if (!selection) return std::unexpected(selection.error());
  return {};
}

std::string Output::list_text(const format::Layout& layout, std::span<const format::Json> records) {
  const auto selection = select(layout);
  if (!selection) {
    error_ = selection.error();
    return {};
  }
  if (*selection == nullptr) return format::render_list(mode_, layout, records, style_);
  return format::render_list(mode_, (*selection)->layout(), (*selection)->apply(records), style_);
}

std::string Output::record_text(const format::Layout& layout, const format::Json& record) {
  const auto selection = select(layout);
  if (!selection) {
    error_ = selection.error();
    return {};
  }
  if (*selection == nullptr) return format::render_record(mode_, layout, record, style_);
  if (!(*selection)->wants(record)) return {};
  return format::render_record(mode_, (*selection)->layout(), (*selection)->part_of(record), style_);
}

std::vector<format::Json> Output::selected(const format::Layout& layout,
                                           std::span<const format::Json> records) {
  const auto selection = select(layout);
  if (!selection) error_ = selection.error();
  if (!selection || *selection == nullptr) return {records.begin(), records.end()};
  return (*selection)->apply(records);
}

Result<RecordStream> Output::stream(const format::Layout& layout) const {
  if (selection_.sort) {
    return fail(ErrorCode::usage, "a stream comes in its own order: --sort does not go with it");
  }
  auto selection = select(layout);
  if (!selection) return pass_on(std::move(selection));
  return RecordStream(mode_, style_, layout, std::move(*selection));
}

void Output::list(const format::Layout& layout, std::span<const format::Json> records) {
  write(list_text(layout, records));
}

void Output::record(const format::Layout& layout, const format::Json& record) {
  write(record_text(layout, record));
}

void Output::record(const format::Json& record) {
  format::Layout layout;
  layout.fields = format::field_names(record);
  write(record_text(layout, record));
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
  while (!text.empty() && !closed_ && !error_) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      closed_ = true;
    } else if (errno == EAGAIN) {
      pollfd writable{STDOUT_FILENO, POLLOUT, 0};
      poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      error_ = Error{ErrorCode::internal, "internal",
                     std::string("cannot write to standard output: ") + std::strerror(errno), ""};
    }
  }
  return !closed_ && !error_;
}

bool Output::reader_gone() {
  if (sink_ != nullptr) return false;
  wait(-1, std::chrono::milliseconds(0));
  return closed_;
}

void Output::wait(int descriptor, std::chrono::milliseconds longest) {
  // Without any event asked for, poll tells of the reader's end alone.
  std::array<pollfd, 2> states{{{STDOUT_FILENO, 0, 0}, {descriptor, POLLIN, 0}}};
  if (poll(states.data(), states.size(), static_cast<int>(longest.count())) > 0 &&
      (states[0].revents & (POLLERR | POLLHUP)) != 0) {
    closed_ = true;
  }
}

Status Output::status() const {
  if (!error_) return {};
  return std::unexpected(*error_);
}

}  // namespace trade::cmd
