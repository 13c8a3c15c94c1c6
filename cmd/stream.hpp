// Following the market: --watch, --count and --for, and what ends a stream.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/client.hpp"
#include "context.hpp"
#include "exit_status.hpp"
#include "interrupt.hpp"

namespace CLI {
class App;
}

namespace trade::cmd {

struct StreamArguments {
  bool watch = false;
  std::optional<std::uint64_t> count;  ///< publications to show
  std::optional<double> seconds;
  std::optional<std::uint64_t> from_sequence;  ///< what was before this event is known already

  [[nodiscard]] bool wanted() const { return watch || count || seconds || from_sequence; }
};

/// --count and --for, for what is always a stream.
void add_stream_bounds(CLI::App& app, StreamArguments& arguments);
/// --watch, --count and --for; each of the latter two implies --watch.
void add_stream_options(CLI::App& app, StreamArguments& arguments);
/// --from-sequence, which implies --watch too.
void add_from_sequence(CLI::App& app, StreamArguments& arguments, const std::string& help);

/// What ends a stream: a bound that was given, SIGINT, or that the reader of the output has gone, which is
/// noticed also while there is nothing to write. All of these are a clean end.
class StreamBounds {
 public:
  StreamBounds(Context& context, const StreamArguments& arguments);

  /// Whether it goes on. To be asked before every wait.
  [[nodiscard]] bool open();
  [[nodiscard]] bool interrupted() const { return interrupt_.requested(); }
  /// Waits until `descriptor` (-1: none) can be read, the reader has gone or a bound may be reached, and at
  /// most `longest`.
  void await(int descriptor, std::chrono::milliseconds longest);
  void await(int descriptor);
  /// Writes what counts as one.
  void write(std::string_view text);

 private:
  [[nodiscard]] std::int64_t left_ms() const;

  CooperativeInterrupt interrupt_;
  Output& output_;
  std::optional<std::uint64_t> count_left_;
  std::optional<std::int64_t> end_ns_;
  bool ended_ = false;
};

/// Shows publications until a bound is reached, SIGINT comes or the reader of the output goes: all of these
/// are a clean end. `show` returns the text to write; nothing for a publication that is not to be shown.
Result<ExitStatus> run_stream(Context& context, const StreamArguments& arguments, MarketStream::Kind kind,
                              const std::vector<std::string>& symbols, std::uint32_t depth_levels,
                              const std::function<std::optional<std::string>(const PublicationBody&)>& show);

/// Text that replaces the text before it on a terminal.
class Redrawing {
 public:
  /// The control sequences and the new text, of which `height` - 1 lines are shown at most: what has left
  /// the screen cannot be replaced.
  std::string next(std::string_view text, std::size_t height);

 private:
  std::size_t lines_ = 0;
};

}  // namespace trade::cmd
