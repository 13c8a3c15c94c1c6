// trade quote: the best prices of symbols, once or as they change.
#include <algorithm>

#include "arguments.hpp"
#include "commands.hpp"
#include "format/layout.hpp"
#include "stream.hpp"

namespace trade::cmd {

namespace {

struct Arguments {
  std::vector<std::string> symbols;
  StreamArguments stream;
};

Result<ExitStatus> show_quotes(Context& context, const Arguments& arguments) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  Result<std::vector<QuoteView>> quotes = (*client)->quotes(arguments.symbols);
  if (!quotes) return pass_on(std::move(quotes));
  std::vector<format::Json> records;
  for (const QuoteView& quote : *quotes)
    records.push_back(format::json_of(quote));
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
  format::StreamRenderer lines(output.mode(), format::quote_layout(), output.style());
  const bool in_place = output.is_terminal() && output.mode() == format::OutputMode::table;
  Redrawing redrawing;
  LatestQuotes latest;
  const auto show = [&](const PublicationBody& publication) -> std::optional<std::string> {
    const auto* published = std::get_if<QuotePublished>(&publication);
    if (published == nullptr) return std::nullopt;
    const format::Json record = format::json_of(published->quote);
    if (!in_place) return lines.next(record);
    const std::size_t height = output.terminal_height();
    latest.put(record, height);
    return redrawing.next(
        format::render_table(format::quote_layout().columns, latest.records(), output.style()), height);
  };
  return run_stream(context, arguments.stream, MarketStream::Kind::quotes, arguments.symbols, 1, show);
}

}  // namespace

Handler define_quote(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  add_values(app, "symbol", arguments->symbols, parse_symbol_text, symbol_kind,
             "The symbols; without any, all of them");
  add_stream_options(app, arguments->stream);
  return [arguments](Context& context) {
    return arguments->stream.wanted() ? watch_quotes(context, *arguments) : show_quotes(context, *arguments);
  };
}

}  // namespace trade::cmd
