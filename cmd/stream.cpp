#include "stream.hpp"

#include <algorithm>
#include <cmath>

#include "arguments.hpp"
#include "base/clock.hpp"
#include "interrupt.hpp"

namespace trade::cmd {

namespace {
/// How soon a closed pipe or a signal is noticed while nothing is published.
constexpr std::chrono::milliseconds look_up_interval{100};
}  // namespace

void add_stream_options(CLI::App& app, StreamArguments& arguments) {
  add_flag(app, "--watch", arguments.watch, "Show the present state, then every change");
  add_value(app, "--count", arguments.count, parse_count, "N", "Watch, and end after so many");
  add_value(app, "--for", arguments.seconds, parse_seconds, "SECONDS", "Watch, and end after so long");
}

Result<ExitStatus> run_stream(Context& context, const StreamArguments& arguments, MarketStream::Kind kind,
                              const std::vector<std::string>& symbols, std::uint32_t depth_levels,
                              const std::function<std::optional<std::string>(const PublicationBody&)>& show) {
  const CooperativeInterrupt interrupt;
  Result<ClientOptions> options = context.client_options();
  if (!options) return pass_on(std::move(options));
  Result<MarketStream> stream = MarketStream::open(*options, kind, symbols, depth_levels);
  if (!stream) return pass_on(std::move(stream));
  const std::int64_t start = monotonic_nanoseconds();
  std::uint64_t shown = 0;
  while (!interrupt.requested() && !context.output().reader_gone()) {
    std::chrono::milliseconds wait = look_up_interval;
    if (arguments.seconds) {
      const double left_ms =
          *arguments.seconds * 1e3 - static_cast<double>(monotonic_nanoseconds() - start) / 1e6;
      if (left_ms <= 0) break;
      wait = std::min(wait, std::chrono::milliseconds(std::llround(std::ceil(left_ms))));
    }
    Result<std::optional<PublicationBody>> publication = stream->next(wait);
    if (interrupt.requested()) break;
    if (!publication) return pass_on(std::move(publication));
    if (!*publication) continue;
    const std::optional<std::string> text = show(**publication);
    if (!text) continue;
    if (!context.output().write(*text)) break;
    if (arguments.count && ++shown >= *arguments.count) break;
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
