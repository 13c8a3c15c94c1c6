// trade bars: open, high, low, close and volume of each span of time, as a list, as candles, or as they form.
#include <algorithm>

#include "arguments.hpp"
#include "base/clock.hpp"
#include "candles.hpp"
#include "commands.hpp"
#include "format/layout.hpp"
#include "stream.hpp"

namespace trade::cmd {

namespace {

constexpr std::uint32_t listed_default = 100;
/// More than feedd keeps of any span.
constexpr std::uint32_t listed_max = 10'000;
constexpr std::size_t plot_rows_max = 24;
/// While trades come fast, bars are asked for so often at most; the last change is always shown.
constexpr std::int64_t look_interval_ns = 50 * nanoseconds_per_millisecond;

struct Arguments {
  std::string symbol;
  BarSpan span;
  std::optional<Moment> from;
  std::optional<Moment> to;
  std::optional<std::uint64_t> limit;
  bool plot = false;
  StreamArguments stream;
};

/// Bars of days and more start at their date's midnight UTC, whatever New York's clocks show.
Timestamp moment_of(const Moment& moment, BarSpan span, bool last) {
  constexpr std::int64_t nanoseconds_per_day = 86'400 * nanoseconds_per_second;
  const bool of_days = span.unit >= BarUnit::day;
  if (of_days && moment.date) return {std::int64_t{moment.date->days} * nanoseconds_per_day};
  return last ? moment.last() : moment.first();
}

class BarsOf {
 public:
  BarsOf(Context& context, const Arguments& arguments) : context_(context), arguments_(arguments) {}

  /// Oldest first: the last so many, or with --from the first ones from there.
  Result<std::vector<BarView>> ask(std::uint32_t limit_default) {
    BarsRequest request{.symbol = arguments_.symbol, .span = arguments_.span, .limit = limit_default};
    if (arguments_.from) {
      request.from = moment_of(*arguments_.from, arguments_.span, false);
      request.oldest_first = true;
      request.limit = listed_max;
    }
    if (arguments_.to) request.to = moment_of(*arguments_.to, arguments_.span, true);
    if (arguments_.limit)
      request.limit = static_cast<std::uint32_t>(std::min<std::uint64_t>(*arguments_.limit, listed_max));
    return ask(request);
  }
  /// Those that start at this or later, and not before --from.
  Result<std::vector<BarView>> ask_since(Timestamp start) {
    BarsRequest request{.symbol = arguments_.symbol,
                        .span = arguments_.span,
                        .limit = listed_max,
                        .from = start,
                        .oldest_first = true};
    if (arguments_.from) request.from = std::max(start, moment_of(*arguments_.from, arguments_.span, false));
    return ask(request);
  }

  [[nodiscard]] format::Json record(const BarView& bar) const {
    return format::json_of(bar, arguments_.symbol, arguments_.span);
  }
  [[nodiscard]] std::string plot(std::span<const BarView> bars) const {
    if (bars.empty()) return "no bars\n";
    const Output& output = context_.output();
    const std::size_t height = std::clamp(output.terminal_height() - 2, candles_height_min, plot_rows_max);
    Screen screen(output.style().width_max, height);
    draw_candles(screen, {0, 0, screen.width(), screen.height()}, bars, arguments_.span,
                 output.style().color);
    if (!locale_is_utf8()) screen.make_ascii();
    return output.style().color ? screen.colored_text() : screen.text();
  }
  /// How many a plot shows.
  [[nodiscard]] std::uint32_t plot_limit() const {
    return static_cast<std::uint32_t>(candles_that_fit({0, 0, context_.output().style().width_max, 0}));
  }

 private:
  Result<std::vector<BarView>> ask(const BarsRequest& request) {
    Result<Client*> client = context_.client();
    if (!client) return pass_on(std::move(client));
    Result<std::vector<BarView>> bars = (*client)->bars(request);
    if (bars && !request.oldest_first) std::ranges::reverse(*bars);
    return bars;
  }

  Context& context_;
  const Arguments& arguments_;
};

Status check(const Arguments& arguments, const Output& output) {
  if (arguments.plot && output.mode() != format::OutputMode::table) {
    return fail(ErrorCode::usage, "--plot draws for people", "leave it out, or leave --output out");
  }
  if (arguments.stream.wanted() && arguments.to) {
    return fail(ErrorCode::usage, "--watch goes on with every new bar: --to does not go with it",
                "end it with --count or --for");
  }
  if (arguments.stream.wanted() && arguments.from && arguments.limit) {
    return fail(ErrorCode::usage, "--watch shows every bar from --from on: --limit does not go with both",
                "leave one of the three out");
  }
  return {};
}

Result<ExitStatus> show_bars(Context& context, const Arguments& arguments) {
  BarsOf source(context, arguments);
  Result<std::vector<BarView>> bars = source.ask(arguments.plot ? source.plot_limit() : listed_default);
  if (!bars) return pass_on(std::move(bars));
  if (arguments.plot) {
    context.output().write(source.plot(*bars));
    return ExitStatus::done;
  }
  std::vector<format::Json> records;
  for (const BarView& bar : *bars)
    records.push_back(source.record(bar));
  context.output().list(format::bar_layout(), records);
  return ExitStatus::done;
}

/// Bars as they form: those that changed since they were last shown, or a picture that is drawn anew.
class BarsWatch {
 public:
  BarsWatch(Context& context, const Arguments& arguments, RecordStream lines)
      : output_(context.output()),
        source_(context, arguments),
        lines_(std::move(lines)),
        bounds_(context, arguments.stream),
        plot_(arguments.plot) {}

  Result<ExitStatus> run(const ClientOptions& options, const std::string& symbol) {
    // The quote tells of every trade by its volume, and never more often than it is taken.
    Result<MarketStream> stream = MarketStream::open(options, MarketStream::Kind::quotes, {symbol});
    if (!stream) return pass_on(std::move(stream));
    Result<std::vector<BarView>> bars = source_.ask(plot_ ? source_.plot_limit() : 1);
    if (!bars) return pass_on(std::move(bars));
    show(*bars);
    std::optional<QuoteView> seen;
    std::int64_t due_ns = 0;
    bool changed = false;
    while (bounds_.open()) {
      Result<std::optional<PublicationBody>> publication = stream->next(std::chrono::milliseconds(0));
      if (bounds_.interrupted()) break;
      if (!publication) return pass_on(std::move(publication));
      if (*publication) {
        changed = note(**publication, seen) || changed;
      } else if (changed) {
        const std::int64_t early_ms = (due_ns - monotonic_nanoseconds()) / nanoseconds_per_millisecond + 1;
        bounds_.await(stream->file_descriptor(),
                      std::chrono::milliseconds(std::max<std::int64_t>(early_ms, 0)));
      } else {
        bounds_.await(stream->file_descriptor());
      }
      if (!changed || monotonic_nanoseconds() < due_ns) continue;
      changed = false;
      bars = plot_ ? source_.ask(source_.plot_limit()) : source_.ask_since(newest_.start);
      if (!bars) return pass_on(std::move(bars));
      show(*bars);
      due_ns = monotonic_nanoseconds() + look_interval_ns;
    }
    return ExitStatus::done;
  }

 private:
  static bool note(const PublicationBody& body, std::optional<QuoteView>& seen) {
    const auto* published = std::get_if<QuotePublished>(&body);
    if (published == nullptr) return false;
    const bool traded =
        !seen || seen->volume != published->quote.volume || seen->last != published->quote.last;
    seen = published->quote;
    return traded;
  }
  void show(const std::vector<BarView>& bars) {
    if (plot_) {
      const std::string picture = source_.plot(bars);
      if (picture == picture_) return;
      picture_ = picture;
      bounds_.write(output_.is_terminal() ? redrawing_.next(picture, output_.terminal_height()) : picture);
      return;
    }
    for (const BarView& bar : bars) {
      if (bar == newest_) continue;
      newest_ = bar;
      if (const auto text = lines_.next(source_.record(bar))) bounds_.write(*text);
      if (!bounds_.open()) return;
    }
  }

  Output& output_;
  BarsOf source_;
  RecordStream lines_;
  StreamBounds bounds_;
  Redrawing redrawing_;
  BarView newest_;
  std::string picture_;
  bool plot_;
};

Result<ExitStatus> run(Context& context, const Arguments& arguments) {
  if (Status checked = check(arguments, context.output()); !checked) return pass_on(std::move(checked));
  if (!arguments.stream.wanted()) return show_bars(context, arguments);
  Result<ClientOptions> options = context.client_options();
  if (!options) return pass_on(std::move(options));
  Result<RecordStream> lines = context.output().stream(format::bar_layout());
  if (!lines) return pass_on(std::move(lines));
  return BarsWatch(context, arguments, std::move(*lines)).run(*options, arguments.symbol);
}

}  // namespace

Handler define_bars(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  required(add_value(app, "symbol", arguments->symbol, parse_symbol_text, symbol_kind, "The symbol"));
  add_value(app, "--interval", arguments->span, parse_bar_span, "1s|1m|5m|1h|1d",
            "How long each bar is (1m); any number of s, m and h, 1d, 1w, any number of mo");
  add_value(app, "--from", arguments->from, parse_moment, "TIME",
            "Bars that start at this or later; a date or RFC 3339");
  add_value(app, "--to", arguments->to, parse_moment, "TIME", "Bars that start at this or before");
  add_value(app, "--limit", arguments->limit, parse_count, "N",
            "At most so many: the newest (100), or with --from the first");
  add_flag(app, "--plot", arguments->plot, "Draw candles");
  add_stream_options(app, arguments->stream);
  return [arguments](Context& context) { return run(context, *arguments); };
}

}  // namespace trade::cmd
