// trade statement: what moved in an account over a time.
#include "arguments.hpp"
#include "commands.hpp"
#include "format/layout.hpp"
#include "statement_lines.hpp"
#include "statement_pdf.hpp"
#include "write_file.hpp"

namespace trade::cmd {

namespace {

using format::Align;
using format::Json;
using format::Shape;
using format::Tone;

constexpr std::uint32_t page_postings = 1'000;

struct Arguments {
  std::string account;
  std::optional<Moment> from;
  std::optional<Moment> to;
  std::string pdf;  ///< the file; "-" is standard output; empty: none
};

Json json_of(const StatementLine& line) {
  Json json;
  json["sequence"] = line.sequence;
  json["timestamp"] = format::time_or_null(line.timestamp);
  json["kind"] = line.kind;
  json["symbol"] = format::text_or_null(line.symbol);
  json["quantity"] = format::quantity_or_null(line.quantity);
  json["price"] = format::price_or_null(line.price);
  json["amount"] = format_money(line.amount);
  json["realized_pnl"] = format::money_or_null(line.realized_pnl);
  json["balance"] = format_money(line.balance);
  return json;
}

Json json_of(const StatementPosition& position) {
  Json json;
  json["symbol"] = position.symbol;
  json["quantity"] = position.quantity.shares;
  json["cost"] = format_money(position.cost);
  json["average_cost"] = format_price(average_price(position.cost, position.quantity));
  return json;
}

const format::Layout& line_layout() {
  static const format::Layout layout{
      "movements",
      {{"timestamp", "TIME", Align::left, Tone::plain, Shape::time, 0, 19},
       {"kind", "WHAT", Align::left},
       {"symbol", "SYMBOL", Align::left, Tone::plain, Shape::as_is, 1},
       {"quantity", "QUANTITY", Align::right, Tone::plain, Shape::as_is, 1},
       {"price", "PRICE", Align::right, Tone::plain, Shape::as_is, 1},
       {"amount", "AMOUNT", Align::right, Tone::signed_amount},
       {"realized_pnl", "REALIZED", Align::right, Tone::signed_amount, Shape::as_is, 2},
       {"balance", "BALANCE", Align::right}},
      format::field_names(json_of(StatementLine{}))};
  return layout;
}

const format::Layout& holding_layout() {
  static const format::Layout layout{"positions",
                                     {{"symbol", "SYMBOL", Align::left},
                                      {"quantity", "QUANTITY", Align::right},
                                      {"average_cost", "AVERAGE COST", Align::right},
                                      {"cost", "COST", Align::right}},
                                     format::field_names(json_of(StatementPosition{}))};
  return layout;
}

/// Reads every posting of the account, page by page.
Result<Statement> make_statement(Client& client, const std::string& account, Timestamp from, Timestamp to) {
  StatementMaker maker(from, to);
  PostingsRequest request{.account = account, .after = 0, .limit = page_postings};
  for (;;) {
    const Result<std::vector<PostingView>> page = client.postings(request);
    if (!page) return std::unexpected(page.error());
    if (page->empty()) return maker.finish();
    for (const PostingView& posting : *page)
      maker.add(posting);
    request.after = page->back().sequence;
  }
}

/// On standard output the document is all there is.
constexpr std::string_view standard_output = "-";

Status check_pdf(Context& context, const std::string& pdf) {
  if (context.on_stage()) return fail(ErrorCode::usage, "a scenario writes no files: --pdf is for a shell");
  if (pdf == standard_output && context.output().is_terminal())
    return fail(ErrorCode::usage, "a PDF is nothing for a terminal", "name a file: --pdf statement.pdf");
  return {};
}

Status write_pdf(Context& context, const std::string& pdf, const StatementDocument& document) {
  const Result<std::string> bytes = statement_pdf(document);
  if (!bytes) return std::unexpected(bytes.error());
  if (pdf != standard_output) return write_file(pdf, *bytes);
  context.output().write(*bytes);
  return {};
}

Result<ExitStatus> show_statement(Context& context, const Arguments& arguments) {
  Output& output = context.output();
  if (arguments.from && arguments.to && arguments.to->last() < arguments.from->first())
    return fail(ErrorCode::usage, "--to is before --from");
  if (!arguments.pdf.empty()) {
    if (Status checked = check_pdf(context, arguments.pdf); !checked) return pass_on(std::move(checked));
  }
  if (Status checked = output.check(line_layout()); !checked) return pass_on(std::move(checked));
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  const Timestamp from = arguments.from ? arguments.from->first() : Timestamp{};
  const Timestamp to = arguments.to ? arguments.to->last() : Timestamp{};
  const Result<Statement> statement = make_statement(**client, arguments.account, from, to);
  if (!statement) return std::unexpected(statement.error());
  if (!arguments.pdf.empty()) {
    const StatementDocument document{arguments.account, from, to, *statement};
    if (Status written = write_pdf(context, arguments.pdf, document); !written)
      return pass_on(std::move(written));
    if (arguments.pdf == standard_output) return ExitStatus::done;
  }
  std::vector<Json> lines;
  for (const StatementLine& line : statement->lines)
    lines.push_back(json_of(line));
  std::vector<Json> positions;
  for (const StatementPosition& position : statement->positions)
    positions.push_back(json_of(position));
  if (output.mode() == format::OutputMode::csv) {
    output.list(line_layout(), lines);
    return ExitStatus::done;
  }
  Json record;
  record["account"] = arguments.account;
  record["from"] = format::time_or_null(from);
  record["to"] = format::time_or_null(to);
  record["opening_balance"] = format_money(statement->opening_balance);
  record["deposits"] = format_money(statement->deposits);
  record["withdrawals"] = format_money(statement->withdrawals);
  record["bought"] = format_money(statement->bought);
  record["sold"] = format_money(statement->sold);
  record["realized_pnl"] = format_money(statement->realized_pnl);
  record["fees"] = format_money(statement->fees);
  record["closing_balance"] = format_money(statement->closing_balance);
  if (output.mode() == format::OutputMode::table) {
    output.write(format::render_fields(record, output.style()) + "\n" +
                 output.list_text(line_layout(), lines) + "\n" +
                 format::render_list(output.mode(), holding_layout(), positions, output.style()));
    return ExitStatus::done;
  }
  record["movements"] = output.selected(line_layout(), lines);
  record["positions"] = positions;
  output.write(format::text_of(record) + "\n");
  return ExitStatus::done;
}

}  // namespace

Handler define_statement(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  required(add_value(app, "account", arguments->account, parse_account_text, account_kind, "The account"));
  add_value(app, "--from", arguments->from, parse_moment, "TIME",
            "From then on; a date in New York or RFC 3339");
  add_value(app, "--to", arguments->to, parse_moment, "TIME", "Until then, a date to its end");
  add_value(app, "--pdf", arguments->pdf, parse_text, file_kind,
            "Write it as a PDF, too; - is standard output, and then nothing else is written");
  return [arguments](Context& context) { return show_statement(context, *arguments); };
}

}  // namespace trade::cmd
