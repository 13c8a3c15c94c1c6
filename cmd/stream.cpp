#include "stream.hpp"

#include <algorithm>
#include <cmath>

#include "arguments.hpp"
#include "base/clock.hpp"

namespace trade::cmd {

namespace {
/// How soon a stream looks up while nothing is published.
constexpr std::chrono::milliseconds look_up_interval{100};
}  // namespace

void add_stream_bounds(CLI::App& app, StreamArguments& arguments) {
  add_value(app, "--count", arguments.count, parse_count, "N", "End after so many");
  add_value(app, "--for", arguments.seconds, parse_seconds, "SECONDS", "End after so long");
}

void add_stream_options(CLI::App& app, StreamArguments& arguments) {
  add_flag(app, "--watch", arguments.watch, "Show the present state, then every change");
  add_value(app, "--count", arguments.count, parse_count, "N", "Watch, and end after so many");
  add_value(app, "--for", arguments.seconds, parse_seconds, "SECONDS", "Watch, and end after so long");
}

void add_from_sequence(CLI::App& app, StreamArguments& arguments, const std::string& help) {
  add_value(app, "--from-sequence", arguments.from_sequence, parse_number, "N", help);
}

StreamBounds::StreamBounds(Context& context, const StreamArguments& arguments)
    : output_(context.output()), count_left_(arguments.count) {
  if (arguments.seconds) {
    end_ns_ = monotonic_nanoseconds() +
              std::llround(*arguments.seconds * static_cast<double>(nanoseconds_per_second));
  }
}

std::int64_t StreamBounds::left_ms() const {
  return (*end_ns_ - monotonic_nanoseconds() + nanoseconds_per_millisecond - 1) / nanoseconds_per_millisecond;
}

bool StreamBounds::open() {
  ended_ = ended_ || interrupt_.requested() || output_.reader_gone() || (end_ns_ && left_ms() <= 0);
  return !ended_;
}

void StreamBounds::await(int descriptor) {
  await(descriptor, look_up_interval);
}

void StreamBounds::await(int descriptor, std::chrono::milliseconds longest) {
  std::chrono::milliseconds wait = std::min(longest, look_up_interval);
  if (end_ns_) wait = std::clamp(std::chrono::milliseconds(left_ms()), std::chrono::milliseconds(0), wait);
  output_.wait(descriptor, wait);
}

void StreamBounds::write(std::string_view text) {
  if (!output_.write(text)) ended_ = true;
  if (count_left_ && --*count_left_ == 0) ended_ = true;
}

Result<ExitStatus> run_stream(Context& context, const StreamArguments& arguments, MarketStream::Kind kind,
                              const std::vector<std::string>& symbols, std::uint32_t depth_levels,
                              const std::function<std::optional<std::string>(const PublicationBody&)>& show) {
  StreamBounds bounds(context, arguments);
  Result<ClientOptions> options = context.client_options();
  if (!options) return pass_on(std::move(options));
  Result<MarketStream> stream =
      MarketStream::open(*options, kind, symbols, depth_levels, arguments.from_sequence);
  if (!stream) return pass_on(std::move(stream));
  while (bounds.open()) {
    Result<std::optional<PublicationBody>> publication = stream->next(std::chrono::milliseconds(0));
    if (bounds.interrupted()) break;
    if (!publication) return pass_on(std::move(publication));
    if (!*publication) {
      bounds.await(stream->file_descriptor());
      continue;
    }
    if (const std::optional<std::string> text = show(**publication)) bounds.write(*text);
  }
  return ExitStatus::done;
}

std::string Redrawing::next(std::string_view text, std::size_t height) {
  std::string result;
  if (lines_ > 0) result = "\x1b[" + std::to_string(lines_) + "A\r\x1b[J";
  std::size_t end = 0;
  for (lines_ = 0; lines_ + 1 < height && end < text.size(); ++lines_) {
    end = std::min(text.find('\n', end), text.size() - 1) + 1;
  }
  return result.append(text.substr(0, end));
}

}  // namespace trade::cmd
