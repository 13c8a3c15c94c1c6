// trade portfolio: cash, positions and what they are worth.
#include "commands.hpp"
#include "format/layout.hpp"

namespace trade::cmd {

namespace {

Result<ExitStatus> show_portfolio(Context& context) {
  Result<std::string> account = context.account();
  if (!account) return pass_on(std::move(account));
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  Result<PortfolioView> portfolio = (*client)->portfolio(*account);
  if (!portfolio) return pass_on(std::move(portfolio));
  // Buying power is risk's to know. The books can be read while risk does not answer.
  std::optional<Money> buying_power;
  if (const Result<AccountView> risk = (*client)->account(*account)) {
    buying_power = risk->buying_power;
  } else {
    context.note("trade: no buying power: " + risk.error().message);
  }
  format::Json record = format::json_of(*portfolio, buying_power);
  Output& output = context.output();
  const std::vector<format::Json> rows(record["positions"].begin(), record["positions"].end());
  // The list within is what --fields, --sort and --filter are about.
  record["positions"] = output.selected(format::position_layout(), rows);
  switch (output.mode()) {
    case format::OutputMode::json:
    case format::OutputMode::jsonl:
      output.write(format::render_record(output.mode(), format::Layout{}, record, output.style()));
      break;
    case format::OutputMode::csv:
      output.list(format::position_layout(), rows);
      break;
    case format::OutputMode::table:
      output.write(format::render_fields(record, output.style()) + "\n" +
                   output.list_text(format::position_layout(), rows));
  }
  return ExitStatus::done;
}

}  // namespace

Handler define_portfolio(CLI::App&) {
  return show_portfolio;
}

}  // namespace trade::cmd
