// trade reconcile: risk's state in tradingd against the books in ledgerd, account by account.
#include <algorithm>
#include <map>
#include <thread>

#include "commands.hpp"
#include "format/layout.hpp"
#include "model/messages.hpp"

namespace trade::cmd {

namespace {

constexpr std::string_view risk_daemon = "tradingd";
constexpr std::string_view books_daemon = "ledgerd";
constexpr std::uint32_t page_rows = 1'000;
/// How often an account is asked for again that is not at the same event on both sides.
constexpr int attempts_max = 200;
/// After so many answers that are the same, and not equal, nothing more is to come: that is a difference.
constexpr int steady_attempts_max = 25;
constexpr std::chrono::milliseconds attempt_interval{20};
/// How many differences are told; all of them are counted.
constexpr std::size_t differences_told_max = 1'000;

struct Comparison {
  std::uint64_t accounts = 0;
  std::uint64_t difference_count = 0;
  std::uint64_t unsettled =
      0;                  ///< accounts that changed so often that they were never seen after the same event
  Sequence sequence = 0;  ///< up to which the state was seen, at least
  std::vector<format::Json> differences;
  std::map<SymbolId, std::string> symbols;

  void add(const HoldingsRow& row, std::string_view field, std::string risk, std::string books) {
    ++difference_count;
    if (differences.size() >= differences_told_max) return;
    format::Json difference;
    difference["account"] = row.name;
    difference["field"] = field;
    difference["tradingd"] = std::move(risk);
    difference["ledgerd"] = std::move(books);
    difference["sequence"] = row.changed_at;
    differences.push_back(std::move(difference));
  }
};

/// Two rows after the same event: whatever is not equal is a difference.
void compare_rows(const HoldingsRow& risk, const HoldingsRow& books, Comparison& comparison) {
  if (risk.name != books.name) comparison.add(risk, "name", risk.name, books.name);
  if (risk.cash_balance != books.cash_balance) {
    comparison.add(risk, "cash_balance", format_money(risk.cash_balance), format_money(books.cash_balance));
  }
  std::map<SymbolId, std::pair<Quantity, Quantity>> quantities;
  for (const HoldingsRow::Holding& holding : risk.holdings)
    quantities[holding.symbol].first = holding.quantity;
  for (const HoldingsRow::Holding& holding : books.holdings)
    quantities[holding.symbol].second = holding.quantity;
  for (const auto& [symbol, quantity] : quantities) {
    if (quantity.first == quantity.second) continue;
    const auto known = comparison.symbols.find(symbol);
    const std::string name = known == comparison.symbols.end() ? std::to_string(symbol.value) : known->second;
    comparison.add(risk, "position " + name, format_quantity(quantity.first),
                   format_quantity(quantity.second));
  }
}

/// One account's row, if the daemon has one.
Result<std::optional<HoldingsRow>> ask_row(Client& client, std::string_view daemon, AccountId account) {
  Result<HoldingsReply> reply = client.holdings(daemon, {.after = {}, .limit = 1, .only = account});
  if (!reply) {
    if (reply.error().code == ErrorCode::not_found) return std::optional<HoldingsRow>();
    return pass_on(std::move(reply));
  }
  if (reply->rows.empty()) return std::optional<HoldingsRow>();
  return std::move(reply->rows.front());
}

/// The event after which a row is what it is; zero where there is none.
Sequence changed_at(const std::optional<HoldingsRow>& row) {
  return row ? row->changed_at : 0;
}

/// Compares one account, asking again while the two daemons are not at the same event.
Status compare_account(Client& client, std::optional<HoldingsRow> risk, std::optional<HoldingsRow> books,
                       AccountId account, Comparison& comparison) {
  int steady_attempts = 0;
  for (int attempt = 0; attempt < attempts_max && steady_attempts < steady_attempts_max; ++attempt) {
    if (risk && books && risk->changed_at == books->changed_at) {
      compare_rows(*risk, *books, comparison);
      return {};
    }
    if (attempt > 0) std::this_thread::sleep_for(attempt_interval);
    Result<std::optional<HoldingsRow>> risk_again = ask_row(client, risk_daemon, account);
    if (!risk_again) return pass_on(std::move(risk_again));
    Result<std::optional<HoldingsRow>> books_again = ask_row(client, books_daemon, account);
    if (!books_again) return pass_on(std::move(books_again));
    const bool steady =
        changed_at(*risk_again) == changed_at(risk) && changed_at(*books_again) == changed_at(books);
    steady_attempts = steady ? steady_attempts + 1 : 0;
    risk = std::move(*risk_again);
    books = std::move(*books_again);
  }
  if (!risk && !books) return {};
  if (steady_attempts < steady_attempts_max) {
    ++comparison.unsettled;
    return {};
  }
  const HoldingsRow& named = risk ? *risk : *books;
  comparison.add(named, "changed_at", risk ? std::to_string(risk->changed_at) : "no such account",
                 books ? std::to_string(books->changed_at) : "no such account");
  return {};
}

/// The rows of one daemon, a page at a time, in ascending order of account.
class RowPages {
 public:
  RowPages(Client& client, std::string_view daemon) : client_(client), daemon_(daemon) {}

  /// The present row; nothing after the last one.
  Result<const HoldingsRow*> current() {
    if (next_ == page_.rows.size() && !ended_) {
      Result<HoldingsReply> page =
          client_.holdings(daemon_, {.after = last_, .limit = page_rows, .only = {}});
      if (!page) return pass_on(std::move(page));
      page_ = std::move(*page);
      next_ = 0;
      sequence_ = std::max(sequence_, page_.sequence);
      ended_ = page_.rows.empty();
      if (!ended_) last_ = page_.rows.back().account;
    }
    return next_ == page_.rows.size() ? nullptr : &page_.rows[next_];
  }
  void advance() { ++next_; }
  [[nodiscard]] Sequence sequence() const { return sequence_; }

 private:
  Client& client_;
  std::string_view daemon_;
  HoldingsReply page_;
  std::size_t next_ = 0;
  AccountId last_;
  Sequence sequence_ = 0;
  bool ended_ = false;
};

Status compare_all(Client& client, Comparison& comparison) {
  RowPages risk_pages(client, risk_daemon);
  RowPages books_pages(client, books_daemon);
  for (;;) {
    Result<const HoldingsRow*> risk = risk_pages.current();
    if (!risk) return pass_on(std::move(risk));
    Result<const HoldingsRow*> books = books_pages.current();
    if (!books) return pass_on(std::move(books));
    if (*risk == nullptr && *books == nullptr) break;
    // Both are in ascending order: the lower account is the next one, and may be missing on the other side.
    const bool take_risk = *risk != nullptr && (*books == nullptr || (*risk)->account <= (*books)->account);
    const bool take_books = *books != nullptr && (*risk == nullptr || (*books)->account <= (*risk)->account);
    const AccountId account = take_risk ? (*risk)->account : (*books)->account;
    Status compared =
        compare_account(client, take_risk ? std::optional(**risk) : std::nullopt,
                        take_books ? std::optional(**books) : std::nullopt, account, comparison);
    if (!compared) return compared;
    ++comparison.accounts;
    if (take_risk) risk_pages.advance();
    if (take_books) books_pages.advance();
  }
  comparison.sequence = std::min(risk_pages.sequence(), books_pages.sequence());
  return {};
}

const format::Layout& difference_layout() {
  static const format::Layout layout{
      "differences",
      {{.key = "account", .heading = "ACCOUNT"},
       {.key = "field", .heading = "FIELD"},
       {.key = "tradingd", .heading = "TRADINGD", .align = format::Align::right},
       {.key = "ledgerd", .heading = "LEDGERD", .align = format::Align::right},
       {.key = "sequence", .heading = "SEQUENCE", .align = format::Align::right}},
      {"account", "field", "tradingd", "ledgerd", "sequence"}};
  return layout;
}

Result<ExitStatus> reconcile(Context& context) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  Comparison comparison;
  Result<std::vector<SymbolView>> symbols = (*client)->symbols();
  if (!symbols) return pass_on(std::move(symbols));
  for (const SymbolView& symbol : *symbols)
    comparison.symbols[symbol.number] = symbol.symbol;
  if (Status compared = compare_all(**client, comparison); !compared) return pass_on(std::move(compared));
  Output& output = context.output();
  if (output.mode() == format::OutputMode::csv) {
    output.list(difference_layout(), comparison.differences);
  } else {
    format::Json record;
    record["accounts"] = comparison.accounts;
    record["difference_count"] = comparison.difference_count;
    record["unsettled"] = comparison.unsettled;
    record["sequence"] = comparison.sequence;
    record["differences"] = comparison.differences;
    output.record(record);
    if (output.mode() == format::OutputMode::table && !comparison.differences.empty()) {
      output.write("\n");
      output.list(difference_layout(), comparison.differences);
    }
  }
  if (comparison.difference_count == 0 && comparison.unsettled == 0) return ExitStatus::done;
  if (comparison.difference_count == 0) {
    return fail(ErrorCode::timed_out,
                std::to_string(comparison.unsettled) + " account(s) change too often to be compared",
                "try again when there is less trading");
  }
  return fail_named(ErrorCode::difference, "difference",
                    std::to_string(comparison.difference_count) + " difference(s) between risk and the books",
                    "stop trading and keep the home: 'trade replay journal' tells which of the two is wrong");
}

}  // namespace

Handler define_reconcile(CLI::App&) {
  return reconcile;
}

}  // namespace trade::cmd
