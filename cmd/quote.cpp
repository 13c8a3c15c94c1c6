// trade quote: the best prices of symbols, once or as they change.
#include <algorithm>

#include "arguments.hpp"
#include "candles.hpp"
#include "commands.hpp"
#include "format/layout.hpp"
#include "stream.hpp"

namespace trade::cmd {

namespace {

struct Arguments {
  std::vector<std::string> symbols;
  StreamArguments stream;
};

/// Of so many symbols trends are drawn: each is a question of its own.
constexpr std::size_t trends_max = 100;
/// The closes of so many minutes that had trades.
constexpr std::uint32_t trend_bars = 20;

/// Quotes for people, with a trend.
const format::Layout& trend_layout() {
  static const format::Layout layout = [] {
    format::Layout with_trend = format::quote_layout();
    with_trend.columns.push_back(
        {"trend", "TREND", format::Align::left, format::Tone::plain, format::Shape::as_is, 2, trend_bars});
    with_trend.fields.emplace_back("trend");
    return with_trend;
  }();
  return layout;
}

/// A trend that cannot be had is left out: the quote is what was asked for.
void add_trends(Client& client, std::vector<format::Json>& records) {
  if (records.size() > trends_max) return;
  for (format::Json& record : records) {
    const auto bars = client.bars({.symbol = record["symbol"].get<std::string>(), .limit = trend_bars});
    std::vector<Price> closes;
    for (const BarView& bar : bars ? *bars : std::vector<BarView>())
      closes.insert(closes.begin(), bar.close);
    record["trend"] = closes.size() < 2 ? format::Json(nullptr) : format::Json(sparkline(closes));
  }
}

Result<ExitStatus> show_quotes(Context& context, const Arguments& arguments) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  Result<std::vector<QuoteView>> quotes = (*client)->quotes(arguments.symbols);
  if (!quotes) return pass_on(std::move(quotes));
  std::vector<format::Json> records;
  for (const QuoteView& quote : *quotes)
    records.push_back(format::json_of(quote));
  if (context.output().mode() == format::OutputMode::table) {
    add_trends(**client, records);
    context.output().list(trend_layout(), records);
    return ExitStatus::done;
  }
  if (arguments.symbols.size() == 1 && records.size() == 1 &&
      context.output().mode() != format::OutputMode::table) {
    context.output().record(format::quote_layout(), records.front());
  } else {
    context.output().list(format::quote_layout(), records);
  }
  return ExitStatus::done;
}

/// The quotes that a terminal shows: each symbol in the place where it first came. Where there are more than
/// fit, the one that has not changed for the longest time makes room.
class LatestQuotes {
 public:
  void put(const format::Json& record, std::size_t terminal_height) {
    const auto known = std::ranges::find_if(
        records_, [&](const format::Json& other) { return other["symbol"] == record["symbol"]; });
    std::size_t place = static_cast<std::size_t>(known - records_.begin());
    // The heading and the line of the cursor take one each.
    const std::size_t records_max = std::max<std::size_t>(terminal_height, 3) - 2;
    if (known == records_.end() && records_.size() < records_max) {
      records_.emplace_back();
      changed_.push_back(0);
    } else if (known == records_.end()) {
      place = static_cast<std::size_t>(std::ranges::min_element(changed_) - changed_.begin());
    }
    records_[place] = record;
    changed_[place] = ++changes_;
  }
  [[nodiscard]] const std::vector<format::Json>& records() const { return records_; }

 private:
  std::vector<format::Json> records_;
  std::vector<std::uint64_t> changed_;  ///< when each was last put
  std::uint64_t changes_ = 0;
};

Result<ExitStatus> watch_quotes(Context& context, const Arguments& arguments) {
  Output& output = context.output();
  Result<RecordStream> lines = output.stream(format::quote_layout());
  const bool in_place = output.is_terminal() && output.mode() == format::OutputMode::table;
  if (!lines && !in_place) return pass_on(std::move(lines));
  // What is drawn in place is a list each time, and so can be sorted.
  if (Status checked = output.check(format::quote_layout()); !checked) return pass_on(std::move(checked));
  Redrawing redrawing;
  LatestQuotes latest;
  const auto show = [&](const PublicationBody& publication) -> std::optional<std::string> {
    const auto* published = std::get_if<QuotePublished>(&publication);
    if (published == nullptr) return std::nullopt;
    const format::Json record = format::json_of(published->quote);
    if (!in_place) return lines->next(record);
    const std::size_t height = output.terminal_height();
    latest.put(record, height);
    return redrawing.next(output.list_text(format::quote_layout(), latest.records()), height);
  };
  return run_stream(context, arguments.stream, MarketStream::Kind::quotes, arguments.symbols, 1, show);
}

}  // namespace

Handler define_quote(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  add_values(app, "symbol", arguments->symbols, parse_symbol_text, symbol_kind,
             "The symbols; without any, all of them");
  add_stream_options(app, arguments->stream);
  add_from_sequence(app, arguments->stream, "Watch, and begin with what this event or a later one changed");
  return [arguments](Context& context) {
    return arguments->stream.wanted() ? watch_quotes(context, *arguments) : show_quotes(context, *arguments);
  };
}

}  // namespace trade::cmd
