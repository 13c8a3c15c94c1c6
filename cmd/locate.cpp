// trade locate: the shares that are located to be borrowed, which an account may sell short.
#include "arguments.hpp"
#include "commands.hpp"
#include "format/layout.hpp"
#include "submit.hpp"

namespace trade::cmd {

namespace {

struct Arguments {
  std::string account;
  std::string symbol;
  Quantity quantity;  ///< zero: none any more
  Timestamp until;
  bool dry_run = false;
};

format::Json record_of(const std::string& account, const LocateView& locate) {
  format::Json record;
  record["account"] = account;
  record.update(format::json_of(locate));
  return record;
}

Result<ExitStatus> set_locate(Context& context, const Arguments& arguments) {
  if (arguments.until) {
    const Result<Timestamp> now = context.suite_time();
    if (!now) return std::unexpected(now.error());
    if (arguments.until <= *now) {
      return fail(ErrorCode::usage, "--until is over already: it is " + format_timestamp(*now),
                  "name a later time");
    }
  }
  const SubmittedCommand command{
      SetLocate{.account = {}, .symbol = {}, .quantity = arguments.quantity, .expires_at = arguments.until},
      arguments.account, arguments.symbol};
  const std::string about = arguments.quantity
                                ? "grant a locate of " + format_quantity(arguments.quantity) + " " +
                                      arguments.symbol + " to " + arguments.account
                                : "revoke the locate of " + arguments.symbol + " of " + arguments.account;
  if (arguments.dry_run) return dry_run(context, command, about);
  Result<CommandResult> result = submit(context, command, about);
  if (!result) return pass_on(std::move(result));
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  Result<AccountView> account = (*client)->account(arguments.account);
  if (!account) return pass_on(std::move(account));
  LocateView view;
  view.symbol = arguments.symbol;
  for (const LocateView& locate : account->locates) {
    if (locate.symbol == arguments.symbol) view = locate;
  }
  context.output().record(record_of(arguments.account, view));
  return ExitStatus::done;
}

Result<ExitStatus> list_locates(Context& context, const std::string& only) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  std::vector<AccountView> accounts;
  if (only.empty()) {
    Result<std::vector<AccountView>> all = (*client)->accounts();
    if (!all) return pass_on(std::move(all));
    accounts = std::move(*all);
  } else {
    Result<AccountView> account = (*client)->account(only);
    if (!account) return pass_on(std::move(account));
    accounts.push_back(std::move(*account));
  }
  std::vector<format::Json> records;
  for (const AccountView& account : accounts) {
    for (const LocateView& locate : account.locates)
      records.push_back(record_of(account.id, locate));
  }
  context.output().list(format::locate_layout(), records);
  return ExitStatus::done;
}

void add_account_and_symbol(CLI::App& app, Arguments& arguments) {
  required(
      add_value(app, "account", arguments.account, parse_account_text, account_kind, "The margin account"));
  required(add_value(app, "symbol", arguments.symbol, parse_symbol_text, symbol_kind, "Of which symbol"));
}

}  // namespace

Handler define_locate_grant(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  add_account_and_symbol(app, *arguments);
  required(add_value(app, "--quantity", arguments->quantity, parse_quantity, "QUANTITY",
                     "Shares it may sell short from now on"));
  add_value(app, "--until", arguments->until, parse_until, "DATE|TIME",
            "Instead of the trading day's end: a day's close in New York, or a time");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return set_locate(context, *arguments); };
}

Handler define_locate_revoke(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  add_account_and_symbol(app, *arguments);
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return set_locate(context, *arguments); };
}

Handler define_locate_list(CLI::App& app) {
  auto account = std::make_shared<std::string>();
  add_value(app, "account", *account, parse_account_text, account_kind, "Only this account's");
  return [account](Context& context) { return list_locates(context, *account); };
}

}  // namespace trade::cmd
