// trade cancel: some orders by id, or all open ones of an account.
#include "arguments.hpp"
#include "commands.hpp"
#include "format/journal_json.hpp"
#include "format/rejection.hpp"
#include "order_output.hpp"
#include "submit.hpp"

namespace trade::cmd {

namespace {

struct Arguments {
  std::vector<OrderId> ids;
  bool all = false;
  std::string symbol;
  std::optional<Side> side;
  bool every_account = false;
  bool dry_run = false;
};

Result<ExitStatus> cancel_all(Context& context, const Arguments& arguments) {
  std::string account;
  if (!arguments.every_account) {
    Result<std::string> named = context.account();
    if (!named) return pass_on(std::move(named));
    account = *std::move(named);
  }
  CancelAllOrders all;
  all.side = arguments.side;
  const SubmittedCommand command{all, account, arguments.symbol};
  const std::string about = "cancel all orders of " + (arguments.every_account ? "every account" : account);
  if (arguments.dry_run) return dry_run(context, command, about);
  Result<CommandResult> result = submit(context, command, about);
  if (!result) return pass_on(std::move(result));
  format::Json record;
  record["account"] = format::text_or_null(account);
  record["symbol"] = format::text_or_null(arguments.symbol);
  record["side"] = arguments.side ? format::Json(name_of(*arguments.side)) : format::Json(nullptr);
  record["cancelled"] = result->affected;
  context.output().record(record);
  return ExitStatus::done;
}

Result<ExitStatus> cancel_one(Context& context, OrderId id, bool only_dry_run) {
  Result<std::string> account = account_for_order(context, id);
  if (!account) return pass_on(std::move(account));
  const SubmittedCommand command{
      CancelOrder{.account = {}, .order = id, .client_order_id = {}}, *account, {}};
  const std::string about = "cancel order " + std::to_string(id.value);
  return only_dry_run ? dry_run(context, command, about) : submit_for_order(context, command, about);
}

/// What one id came to. `order` is empty for a dry run and a refusal.
struct Cancelled {
  BoxedOptional<OrderView> order;
  std::optional<Error> error;
};

/// All of them in requests of bounded size; the results are in the order of the ids.
Result<std::vector<Cancelled>> cancel_each(Context& context, const std::vector<OrderId>& ids) {
  std::vector<Cancelled> outcome(ids.size());
  std::vector<std::string> accounts(ids.size());
  std::vector<std::size_t> known;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    Result<std::string> account = account_for_order(context, ids[i]);
    if (!account && account.error().code != ErrorCode::not_found) return pass_on(std::move(account));
    if (!account) {
      outcome[i].error = account.error();
      continue;
    }
    accounts[i] = *account;
    known.push_back(i);
  }
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  for (std::size_t start = 0; start < known.size(); start += submit_commands_max) {
    const std::span<const std::size_t> part =
        std::span(known).subspan(start, std::min(submit_commands_max, known.size() - start));
    SubmitRequest request{.commands = {}, .want_orders = true};
    for (const std::size_t i : part) {
      request.commands.push_back(
          {CancelOrder{.account = {}, .order = ids[i], .client_order_id = {}}, accounts[i], {}});
    }
    Result<SubmitReply> reply = (*client)->submit(request);
    if (!reply) return pass_on(std::move(reply));
    if (reply->results.size() != part.size())
      return fail(ErrorCode::corrupt, "tradingd did not answer every command");
    for (std::size_t i = 0; i < part.size(); ++i) {
      CommandResult& result = reply->results[i];
      Cancelled& cancelled = outcome[part[i]];
      if (result.reason == RejectReason::none) {
        cancelled.order = std::move(result.order_view);
      } else {
        cancelled.error =
            format::rejection(result.reason, "cancel order " + std::to_string(ids[part[i]].value));
      }
    }
  }
  return outcome;
}

Result<ExitStatus> cancel_some(Context& context, const std::vector<OrderId>& ids) {
  Result<std::vector<Cancelled>> outcome = cancel_each(context, ids);
  if (!outcome) return pass_on(std::move(outcome));
  std::vector<OrderView> orders;
  ExitStatus status = ExitStatus::done;
  for (Cancelled& cancelled : *outcome) {
    if (cancelled.order) orders.push_back(std::move(*cancelled.order));
  }
  print_orders(context, orders);
  for (const Cancelled& cancelled : *outcome) {
    if (!cancelled.error) continue;
    context.report(*cancelled.error);
    // The first failure decides the status; the others are told.
    if (status == ExitStatus::done) status = exit_status_of(cancelled.error->code);
  }
  return status;
}

Result<ExitStatus> cancel(Context& context, const Arguments& arguments) {
  if (arguments.all && !arguments.ids.empty())
    return fail(ErrorCode::usage, "order ids and --all exclude each other");
  if (arguments.all) return cancel_all(context, arguments);
  if (arguments.ids.empty()) return fail(ErrorCode::usage, "which order? name its id, or use --all");
  if (!arguments.symbol.empty()) return fail(ErrorCode::usage, "--symbol goes with --all");
  if (arguments.side) return fail(ErrorCode::usage, "--side goes with --all");
  if (arguments.every_account) return fail(ErrorCode::usage, "--every-account goes with --all");
  if (arguments.ids.size() == 1) return cancel_one(context, arguments.ids.front(), arguments.dry_run);
  if (!arguments.dry_run) return cancel_some(context, arguments.ids);
  ExitStatus status = ExitStatus::done;
  for (const OrderId id : arguments.ids) {
    const Result<ExitStatus> one = cancel_one(context, id, true);
    if (one) continue;
    context.report(one.error());
    if (status == ExitStatus::done) status = exit_status_of(one.error().code);
  }
  return status;
}

}  // namespace

Handler define_cancel(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  add_values(app, "id", arguments->ids, parse_order_id, order_kind, "The orders");
  add_flag(app, "--all", arguments->all, "Every open order of the account");
  add_value(app, "--symbol", arguments->symbol, parse_symbol_text, symbol_kind,
            "With --all: of this symbol alone");
  add_enum<Side>(app, "--side", arguments->side, "With --all: of this side alone");
  add_flag(app, "--every-account", arguments->every_account, "With --all: of every account, for an operator");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return cancel(context, *arguments); };
}

}  // namespace trade::cmd
