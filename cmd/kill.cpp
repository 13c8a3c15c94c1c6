// trade kill: the kill switches of an account, of a symbol and of the market.
#include "arguments.hpp"
#include "commands.hpp"
#include "format/journal_json.hpp"
#include "submit.hpp"

namespace trade::cmd {

namespace {

struct Arguments {
  std::string account;
  std::string symbol;
  bool lift = false;
  bool dry_run = false;
};

Result<ExitStatus> kill(Context& context, const Arguments& arguments) {
  const SubmittedCommand command{SetKillSwitch{.account = {}, .symbol = {}, .on = !arguments.lift},
                                 arguments.account, arguments.symbol};
  const std::string what = !arguments.account.empty()  ? "account " + arguments.account
                           : !arguments.symbol.empty() ? "symbol " + arguments.symbol
                                                       : "the market";
  const std::string about =
      (arguments.lift ? "lift the kill switch of " : "throw the kill switch of ") + what;
  if (arguments.dry_run) return dry_run(context, command, about);
  Result<CommandResult> result = submit(context, command, about);
  if (!result) return pass_on(std::move(result));
  format::Json record;
  record["account"] = format::text_or_null(arguments.account);
  record["symbol"] = format::text_or_null(arguments.symbol);
  record["kill_switch"] = !arguments.lift;
  record["cancelled"] = result->affected;
  context.output().record(record);
  return ExitStatus::done;
}

Handler define(CLI::App& app, const std::shared_ptr<Arguments>& arguments) {
  add_flag(app, "--lift", arguments->lift, "Let orders in again");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return kill(context, *arguments); };
}

}  // namespace

Handler define_kill_account(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  required(add_value(app, "account", arguments->account, parse_account_text, account_kind, "The account"));
  return define(app, arguments);
}

Handler define_kill_symbol(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  required(add_value(app, "symbol", arguments->symbol, parse_symbol_text, symbol_kind, "The symbol"));
  return define(app, arguments);
}

Handler define_kill_market(CLI::App& app) {
  return define(app, std::make_shared<Arguments>());
}

}  // namespace trade::cmd
