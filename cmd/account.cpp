// trade account: open, fund, limit and look at accounts.
#include "arguments.hpp"
#include "commands.hpp"
#include "format/layout.hpp"
#include "submit.hpp"

namespace trade::cmd {

namespace {

Result<ExitStatus> print_account(Context& context, const std::string& id) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  Result<AccountView> account = (*client)->account(id);
  if (!account) return pass_on(std::move(account));
  context.output().record(format::account_layout(), format::json_of(*account));
  return ExitStatus::done;
}

/// Submits a command about an account and prints the account as it is afterwards.
Result<ExitStatus> change_account(Context& context, const std::string& id, CommandBody body,
                                  std::string_view symbol, const std::string& about, bool only_dry_run) {
  const SubmittedCommand command{std::move(body), id, symbol};
  if (only_dry_run) return dry_run(context, command, about);
  Result<CommandResult> result = submit(context, command, about);
  if (!result) return pass_on(std::move(result));
  return print_account(context, id);
}

/// Those that can be opened: a clearing account comes with its venue.
Result<AccountType> parse_account_type(std::string_view text) {
  const std::optional<AccountType> type = value_named<AccountType>(text);
  if (type && *type != AccountType::clearing) return *type;
  return fail(ErrorCode::usage, "not one of cash|margin|house: '" + std::string(text.substr(0, 40)) + "'");
}

/// One that begins with a dash could be named on the command line only behind "--" or "=", and "-" is what
/// tables have for nothing.
Result<std::string> parse_new_account(std::string_view text) {
  if (text.starts_with('-')) {
    return fail(ErrorCode::usage,
                "an account's id that begins with a dash: '" + std::string(text.substr(0, 40)) + "'",
                "begin it with a letter or a digit: a dash begins an option");
  }
  return parse_account_text(text);
}

struct OpenArguments {
  std::string id;
  AccountType type = AccountType::cash;
  std::optional<Money> deposit;
  bool dry_run = false;
};

Result<ExitStatus> open_account(Context& context, const OpenArguments& arguments) {
  const OpenAccount open{.name = *AccountName::make(arguments.id), .type = arguments.type};
  const SubmittedCommand command{open, arguments.id, {}};
  const std::string about = "open account " + arguments.id;
  if (arguments.dry_run) return dry_run(context, command, about);
  Result<CommandResult> opened = submit(context, command, about);
  if (!opened) return pass_on(std::move(opened));
  if (arguments.deposit) {
    const SubmittedCommand deposit{
        DepositCash{.account = {}, .amount = *arguments.deposit}, arguments.id, {}};
    Result<CommandResult> deposited =
        submit(context, deposit, "deposit to " + arguments.id + " (the account is open, without it)");
    if (!deposited) return pass_on(std::move(deposited));
  }
  return print_account(context, arguments.id);
}

Result<ExitStatus> list_accounts(Context& context) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  Result<std::vector<AccountView>> accounts = (*client)->accounts();
  if (!accounts) return pass_on(std::move(accounts));
  std::vector<format::Json> records;
  for (const AccountView& account : *accounts)
    records.push_back(format::json_of(account));
  context.output().list(format::account_layout(), records);
  return ExitStatus::done;
}

struct CashArguments {
  std::string id;
  Money amount;
  bool dry_run = false;
};

struct TransferArguments {
  std::string id;
  std::string symbol;
  Quantity quantity;
  Price cost_price;
  bool dry_run = false;
};

struct StatusArguments {
  std::string id;
  bool dry_run = false;
};

struct LimitArguments {
  std::string id;
  SetAccountLimits limits;
  bool dry_run = false;
};

/// The mode, or "none": as a value, zero.
Result<SelfTradePrevention> parse_self_trade_prevention(std::string_view text) {
  if (text == "none") return SelfTradePrevention{};
  return parse_enum<SelfTradePrevention>(text);
}

CLI::Option* add_id(CLI::App& app, std::string& id) {
  return required(add_value(app, "id", id, parse_account_text, account_kind, "The account"));
}

/// `suspend` and `resume` are the same command with another status.
Handler define_status_change(CLI::App& app, AccountStatus status, const std::string& verb) {
  auto arguments = std::make_shared<StatusArguments>();
  add_id(app, arguments->id);
  add_dry_run(app, arguments->dry_run);
  return [arguments, status, verb](Context& context) {
    return change_account(context, arguments->id, SetAccountStatus{.account = {}, .status = status}, {},
                          verb + " " + arguments->id, arguments->dry_run);
  };
}

}  // namespace

Handler define_account_open(CLI::App& app) {
  auto arguments = std::make_shared<OpenArguments>();
  required(add_value(app, "id", arguments->id, parse_new_account, "ID", "What the account is to be called"));
  add_value(app, "--type", arguments->type, parse_account_type, "cash|margin|house",
            "The account's type (cash)");
  add_value(app, "--deposit", arguments->deposit, parse_amount, "AMOUNT", "Cash to begin with");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return open_account(context, *arguments); };
}

Handler define_account_list(CLI::App&) {
  return list_accounts;
}

Handler define_account_show(CLI::App& app) {
  auto id = std::make_shared<std::string>();
  add_value(app, "id", *id, parse_account_text, account_kind, "The account (--account)");
  return [id](Context& context) -> Result<ExitStatus> {
    if (!id->empty()) return print_account(context, *id);
    Result<std::string> account = context.account();
    if (!account) return pass_on(std::move(account));
    return print_account(context, *account);
  };
}

Handler define_account_deposit(CLI::App& app) {
  auto arguments = std::make_shared<CashArguments>();
  add_id(app, arguments->id);
  required(add_value(app, "amount", arguments->amount, parse_amount, "AMOUNT", "Dollars"));
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) {
    return change_account(context, arguments->id, DepositCash{.account = {}, .amount = arguments->amount}, {},
                          "deposit " + format_money(arguments->amount) + " to " + arguments->id,
                          arguments->dry_run);
  };
}

Handler define_account_withdraw(CLI::App& app) {
  auto arguments = std::make_shared<CashArguments>();
  add_id(app, arguments->id);
  required(add_value(app, "amount", arguments->amount, parse_amount, "AMOUNT", "Dollars"));
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) {
    return change_account(context, arguments->id, WithdrawCash{.account = {}, .amount = arguments->amount},
                          {}, "withdraw " + format_money(arguments->amount) + " from " + arguments->id,
                          arguments->dry_run);
  };
}

Handler define_account_transfer_in(CLI::App& app) {
  auto arguments = std::make_shared<TransferArguments>();
  add_id(app, arguments->id);
  required(add_value(app, "symbol", arguments->symbol, parse_symbol_text, symbol_kind, "Of which symbol"));
  required(add_value(app, "quantity", arguments->quantity, parse_quantity, "QUANTITY", "How many shares"));
  required(
      add_value(app, "--cost", arguments->cost_price, parse_price, "PRICE", "What one share cost there"));
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) {
    const TransferShares transfer{
        .account = {}, .symbol = {}, .quantity = arguments->quantity, .cost_price = arguments->cost_price};
    return change_account(
        context, arguments->id, transfer, arguments->symbol,
        "transfer " + format_quantity(arguments->quantity) + " " + arguments->symbol + " to " + arguments->id,
        arguments->dry_run);
  };
}

Handler define_account_suspend(CLI::App& app) {
  return define_status_change(app, AccountStatus::suspended, "suspend");
}

Handler define_account_resume(CLI::App& app) {
  return define_status_change(app, AccountStatus::active, "resume");
}

Handler define_account_limits(CLI::App& app) {
  auto arguments = std::make_shared<LimitArguments>();
  add_id(app, arguments->id);
  SetAccountLimits& limits = arguments->limits;
  add_value(app, "--max-position", limits.position_max, parse_quantity_limit, "N",
            "Shares held of one symbol, open buys included; 0: no limit");
  add_value(app, "--max-order-quantity", limits.order_quantity_max, parse_quantity_limit, "N",
            "Shares of one order; 0: no limit");
  add_value(app, "--max-order-notional", limits.order_notional_max, parse_money_limit, "AMOUNT",
            "Price times quantity of one order; 0: no limit");
  add_value(app, "--self-trade-prevention", limits.self_trade_prevention, parse_self_trade_prevention,
            choices_of<SelfTradePrevention>() + "|none",
            "What to cancel where orders that do not say meet an order of the account's own");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) {
    const SetAccountLimits& given = arguments->limits;
    if (!given.position_max && !given.order_quantity_max && !given.order_notional_max &&
        !given.self_trade_prevention) {
      return print_account(context, arguments->id);
    }
    return change_account(context, arguments->id, given, {}, "limits of " + arguments->id,
                          arguments->dry_run);
  };
}

}  // namespace trade::cmd
