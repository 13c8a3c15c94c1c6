// trade export: everything that a suite knows, as files for other programs.
#include <cstdio>
#include <fstream>
#include <functional>

#include "arguments.hpp"
#include "commands.hpp"
#include "format/layout.hpp"
#include "journal_tail.hpp"

namespace trade::cmd {

namespace {

using format::Json;
using format::Layout;

enum class ExportFormat : std::uint8_t { jsonl, csv };

struct Arguments {
  std::string directory;
  ExportFormat format = ExportFormat::jsonl;
  bool replace = false;
  bool dry_run = false;
};

Result<ExportFormat> parse_format(std::string_view text) {
  if (text == "csv") return ExportFormat::csv;
  if (text == "jsonl") return ExportFormat::jsonl;
  return fail(ErrorCode::usage, "not one of csv|jsonl: '" + std::string(text.substr(0, 40)) + "'");
}

/// A file of records, under another name until it is whole.
class RecordFile {
 public:
  RecordFile(const std::filesystem::path& directory, const std::string& name, ExportFormat format,
             const Layout& layout)
      : path_(directory / (name + (format == ExportFormat::csv ? ".csv" : ".jsonl"))),
        unfinished_(path_.string() + ".part"),
        file_(unfinished_, std::ios::binary | std::ios::trunc),
        lines_(format == ExportFormat::csv ? format::OutputMode::csv : format::OutputMode::jsonl, layout,
               {}) {
    if (format == ExportFormat::csv) heading_ = format::csv_heading(layout.fields);
  }

  void add(const Json& record) {
    file_ << lines_.next(record);
    ++count_;
  }
  Result<Json> finish() {
    if (count_ == 0) file_ << heading_;
    file_.close();
    std::error_code error;
    if (file_) std::filesystem::rename(unfinished_, path_, error);
    if (!file_ || error) {
      std::filesystem::remove(unfinished_, error);
      return fail(ErrorCode::internal, "cannot write " + path_.string());
    }
    Json row;
    row["file"] = path_.filename().string();
    row["records"] = count_;
    return row;
  }

 private:
  std::filesystem::path path_;
  std::filesystem::path unfinished_;
  std::ofstream file_;
  format::StreamRenderer lines_;
  std::string heading_;
  std::uint64_t count_ = 0;
};

const Layout& written_layout() {
  static const Layout layout{
      "files",
      {{"file", "FILE", format::Align::left}, {"records", "RECORDS", format::Align::right}},
      {"file", "records"}};
  return layout;
}

class Exporter {
 public:
  Exporter(Client& client, ClientOptions options, const Arguments& arguments)
      : client_(client), options_(std::move(options)), arguments_(arguments) {}

  Result<std::vector<Json>> run() {
    const std::array<Status (Exporter::*)(), 4> steps{&Exporter::accounts, &Exporter::symbols,
                                                      &Exporter::orders, &Exporter::events};
    for (const auto step : steps) {
      if (Status done = (this->*step)(); !done) return pass_on(std::move(done));
    }
    return std::move(written_);
  }

 private:
  RecordFile file(const std::string& name, const Layout& layout) {
    return {arguments_.directory, name, arguments_.format, layout};
  }
  Status keep(RecordFile& file) {
    Result<Json> row = file.finish();
    if (!row) return pass_on(std::move(row));
    written_.push_back(std::move(*row));
    return {};
  }

  /// Accounts, and of each what it holds and what was posted.
  Status accounts() {
    const Result<std::vector<AccountView>> accounts = client_.accounts();
    if (!accounts) return std::unexpected(accounts.error());
    RecordFile list = file("accounts", format::account_layout());
    Layout position_layout = format::position_layout();
    position_layout.fields.insert(position_layout.fields.begin(), "account");
    RecordFile positions = file("positions", position_layout);
    RecordFile postings = file("postings", format::posting_layout());
    for (const AccountView& account : *accounts) {
      list.add(format::json_of(account));
      const Result<PortfolioView> portfolio = client_.portfolio(account.id);
      if (!portfolio) return std::unexpected(portfolio.error());
      for (const PositionView& position : portfolio->positions) {
        Json record;
        record["account"] = account.id;
        record.update(format::json_of(position));
        positions.add(record);
      }
      PostingsRequest request{.account = account.id};
      for (;;) {
        const Result<std::vector<PostingView>> page = client_.postings(request);
        if (!page) return std::unexpected(page.error());
        if (page->empty()) break;
        for (const PostingView& posting : *page)
          postings.add(format::json_of(posting));
        request.after = page->back().sequence;
      }
    }
    for (RecordFile* finished : {&list, &positions, &postings}) {
      if (Status kept = keep(*finished); !kept) return kept;
    }
    return {};
  }

  /// Symbols, quotes, and of each symbol the trades and bars that are kept.
  Status symbols() {
    const Result<std::vector<SymbolView>> symbols = client_.symbols();
    if (!symbols) return std::unexpected(symbols.error());
    RecordFile list = file("symbols", format::symbol_layout());
    RecordFile quotes = file("quotes", format::quote_layout());
    RecordFile trades = file("trades", format::tape_layout());
    RecordFile bars = file("bars", format::bar_layout());
    constexpr std::uint32_t all = 10'000;
    for (const SymbolView& symbol : *symbols) {
      list.add(format::json_of(symbol));
      const Result<std::vector<QuoteView>> quote = client_.quotes({symbol.symbol});
      if (!quote) return std::unexpected(quote.error());
      for (const QuoteView& view : *quote)
        quotes.add(format::json_of(view));
      const auto tape = client_.tape({.symbol = symbol.symbol, .limit = all, .oldest_first = true});
      if (!tape) return std::unexpected(tape.error());
      for (const TapeEntryView& entry : *tape)
        trades.add(format::json_of(entry));
      for (const BarUnit unit : {BarUnit::second, BarUnit::minute, BarUnit::hour, BarUnit::day}) {
        const BarSpan span{unit, 1};
        const auto found =
            client_.bars({.symbol = symbol.symbol, .span = span, .limit = all, .oldest_first = true});
        if (!found) return std::unexpected(found.error());
        for (const BarView& bar : *found)
          bars.add(format::json_of(bar, symbol.symbol, span));
      }
    }
    for (RecordFile* finished : {&list, &quotes, &trades, &bars}) {
      if (Status kept = keep(*finished); !kept) return kept;
    }
    return {};
  }

  Status orders() {
    RecordFile list = file("orders", format::order_layout());
    OrdersRequest request;
    request.limit = 1'000;
    for (;;) {
      const Result<std::vector<OrderView>> page = client_.orders(request);
      if (!page) return std::unexpected(page.error());
      for (const OrderView& order : *page)
        list.add(format::json_of(order));
      if (page->size() < request.limit) break;
      request.before = page->back().id;
    }
    return keep(list);
  }

  /// Every event, and of every trade between orders its two fills, as ledgerd tells them.
  Status events() {
    Result<JournalTail> tail = JournalTail::open(client_, options_, Sequence{1});
    if (!tail) return pass_on(std::move(tail));
    RecordFile list = file("events", format::event_layout());
    RecordFile fills = file("fills", format::fill_layout());
    for (;;) {
      Result<std::optional<std::span<const Event>>> events = tail->next();
      if (!events) return pass_on(std::move(events));
      if (!*events) break;
      for (const Event& event : **events) {
        list.add(format::json_of(event, tail->names()));
        if (const auto* trade = std::get_if<TradeExecuted>(&event.body))
          add_fills(fills, event, *trade, tail->names());
        if (const auto* trade = std::get_if<VenueTradeExecuted>(&event.body))
          add_venue_fills(fills, event, *trade, tail->names());
        if (const auto* bust = std::get_if<VenueTradeBusted>(&event.body))
          add_venue_fills(fills, event, *bust, tail->names());
      }
    }
    if (Status kept = keep(list); !kept) return kept;
    return keep(fills);
  }

  static std::string text(const Json& name) {
    return name.is_string() ? name.get<std::string>() : std::string();
  }

  /// What the owner of the order has of a trade at a venue; the other side is the clearing account's.
  template <class VenueTrade>
  static FillView venue_fill(const Event& event, const VenueTrade& trade,
                             const format::NameDirectory& names) {
    FillView fill;
    fill.id = trade.trade;
    fill.order_id = trade.order;
    fill.account = text(names.account(trade.account));
    fill.symbol = text(names.symbol(trade.symbol));
    fill.side = trade.side;
    fill.quantity = trade.quantity;
    fill.price = trade.price;
    fill.executed_at = event.timestamp;
    fill.venue = text(names.venue(trade.venue));
    fill.execution_id = trade.execution_id;
    return fill;
  }
  /// Of a bust the trade is there already, and what has happened is not written over: it is there again, as
  /// undone.
  template <class VenueTrade>
  static void add_venue_fills(RecordFile& fills, const Event& event, const VenueTrade& trade,
                              const format::NameDirectory& names) {
    FillView fill = venue_fill(event, trade, names);
    fill.busted = std::is_same_v<VenueTrade, VenueTradeBusted>;
    fills.add(format::json_of(fill));
    fill.order_id = {};
    fill.account = text(names.account(trade.clearing_account));
    fill.side = opposite(trade.side);
    fills.add(format::json_of(fill));
  }

  static void add_fills(RecordFile& fills, const Event& event, const TradeExecuted& trade,
                        const format::NameDirectory& names) {
    FillView fill;
    fill.id = trade.trade;
    fill.symbol = text(names.symbol(trade.symbol));
    fill.quantity = trade.quantity;
    fill.price = trade.price;
    fill.executed_at = event.timestamp;
    fill.order_id = trade.taker_order;
    fill.account = text(names.account(trade.taker_account));
    fill.side = trade.taker_side;
    fill.liquidity = Liquidity::taker;
    fills.add(format::json_of(fill));
    fill.order_id = trade.maker_order;
    fill.account = text(names.account(trade.maker_account));
    fill.side = opposite(trade.taker_side);
    fill.liquidity = Liquidity::maker;
    fills.add(format::json_of(fill));
  }

  Client& client_;
  ClientOptions options_;
  const Arguments& arguments_;
  std::vector<Json> written_;
};

Result<ExitStatus> export_all(Context& context, const Arguments& arguments) {
  std::error_code error;
  const std::filesystem::path directory(arguments.directory);
  if (std::filesystem::exists(directory, error) && !arguments.replace &&
      !std::filesystem::is_empty(directory, error)) {
    return fail(ErrorCode::usage, directory.string() + " is not an empty directory",
                "name a new one, or write over its files with --replace");
  }
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  Result<ClientOptions> options = context.client_options();
  if (!options) return pass_on(std::move(options));
  if (arguments.dry_run) {
    context.note("everything would be written into " + directory.string());
    return ExitStatus::done;
  }
  std::filesystem::create_directories(directory, error);
  if (error) return fail(ErrorCode::internal, "cannot make " + directory.string() + ": " + error.message());
  Result<std::vector<Json>> written = Exporter(**client, std::move(*options), arguments).run();
  if (!written) return pass_on(std::move(written));
  context.output().list(written_layout(), *written);
  return ExitStatus::done;
}

}  // namespace

Handler define_export(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  required(add_value(app, "directory", arguments->directory, parse_text, directory_kind,
                     "Where to: a new directory"));
  add_value(app, "--format", arguments->format, parse_format, "csv|jsonl", "How files are written (jsonl)");
  add_flag(app, "--replace", arguments->replace, "Write over files that are there");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return export_all(context, *arguments); };
}

}  // namespace trade::cmd
