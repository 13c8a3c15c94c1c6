// trade symbol: add, halt and look at symbols. Importing a directory of them is in symbol_import.cpp.
#include "arguments.hpp"
#include "commands.hpp"
#include "format/layout.hpp"
#include "submit.hpp"

namespace trade::cmd {

namespace {

/// The most bytes that the reason of a halt has (model/command.hpp).
constexpr std::size_t halt_reason_bytes_max = 64;

Result<ExitStatus> print_symbol(Context& context, const std::string& symbol) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  Result<SymbolView> view = (*client)->symbol(symbol);
  if (!view) return pass_on(std::move(view));
  context.output().record(format::symbol_layout(), format::json_of(*view));
  return ExitStatus::done;
}

Result<ExitStatus> change_symbol(Context& context, const std::string& symbol, CommandBody body,
                                 const std::string& about, bool only_dry_run) {
  const SubmittedCommand command{std::move(body), {}, symbol};
  if (only_dry_run) return dry_run(context, command, about);
  Result<CommandResult> result = submit(context, command, about);
  if (!result && result.error().name == row_of(RejectReason::unknown_symbol).name) {
    // An order for an unknown symbol is rejected; a symbol that is to be changed is not found.
    Error error = result.error();
    error.code = ErrorCode::not_found;
    return std::unexpected(std::move(error));
  }
  if (!result) return pass_on(std::move(result));
  return print_symbol(context, symbol);
}

struct AddArguments {
  std::string symbol;
  Price previous_close;
  Price tick = Price{100};
  Quantity lot = Quantity{1};
  bool dry_run = false;
};

struct HaltArguments {
  std::string symbol;
  std::string reason;
  bool dry_run = false;
};

Result<std::string> parse_halt_reason(std::string_view text) {
  if (text.empty() || text.size() > halt_reason_bytes_max) {
    return fail(ErrorCode::usage,
                "a reason has from 1 to " + std::to_string(halt_reason_bytes_max) + " bytes");
  }
  return std::string(text);
}

Result<ExitStatus> list_symbols(Context& context) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  Result<std::vector<SymbolView>> symbols = (*client)->symbols();
  if (!symbols) return pass_on(std::move(symbols));
  std::vector<format::Json> records;
  for (const SymbolView& symbol : *symbols)
    records.push_back(format::json_of(symbol));
  context.output().list(format::symbol_layout(), records);
  return ExitStatus::done;
}

}  // namespace

Handler define_symbol_add(CLI::App& app) {
  auto arguments = std::make_shared<AddArguments>();
  required(add_value(app, "symbol", arguments->symbol, parse_symbol_text, "SYMBOL", "The ticker"));
  add_value(app, "--previous-close", arguments->previous_close, parse_price, "PRICE",
            "What it closed at last");
  add_value(app, "--tick", arguments->tick, parse_price, "PRICE", "Prices are multiples of it (0.01)");
  add_value(app, "--lot", arguments->lot, parse_quantity, "N", "Quantities are multiples of it (1)");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) {
    const AddSymbol add{.symbol = *Symbol::make(arguments->symbol),
                        .previous_close = arguments->previous_close,
                        .tick = arguments->tick,
                        .lot = arguments->lot};
    return change_symbol(context, arguments->symbol, add, "add symbol " + arguments->symbol,
                         arguments->dry_run);
  };
}

Handler define_symbol_list(CLI::App&) {
  return list_symbols;
}

Handler define_symbol_show(CLI::App& app) {
  auto symbol = std::make_shared<std::string>();
  required(add_value(app, "symbol", *symbol, parse_symbol_text, symbol_kind, "The symbol"));
  return [symbol](Context& context) { return print_symbol(context, *symbol); };
}

Handler define_symbol_halt(CLI::App& app) {
  auto arguments = std::make_shared<HaltArguments>();
  required(add_value(app, "symbol", arguments->symbol, parse_symbol_text, symbol_kind, "The symbol"));
  add_value(app, "--reason", arguments->reason, parse_halt_reason, "TEXT",
            "Why, for people; at most 64 bytes");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) {
    return change_symbol(
        context, arguments->symbol,
        SetSymbolStatus{.symbol = {}, .status = SymbolStatus::halted, .reason = arguments->reason},
        "halt " + arguments->symbol, arguments->dry_run);
  };
}

Handler define_symbol_resume(CLI::App& app) {
  auto arguments = std::make_shared<HaltArguments>();
  required(add_value(app, "symbol", arguments->symbol, parse_symbol_text, symbol_kind, "The symbol"));
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) {
    return change_symbol(context, arguments->symbol,
                         SetSymbolStatus{.symbol = {}, .status = SymbolStatus::trading, .reason = {}},
                         "resume " + arguments->symbol, arguments->dry_run);
  };
}

}  // namespace trade::cmd
