#include "symbol_output.hpp"

#include "format/layout.hpp"

namespace trade::cmd {

Result<ExitStatus> print_symbol(Context& context, const std::string& symbol) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  Result<SymbolView> view = (*client)->symbol(symbol);
  if (!view) return pass_on(std::move(view));
  context.output().record(format::symbol_layout(), format::json_of(*view));
  return ExitStatus::done;
}

Result<ExitStatus> change_symbol(Context& context, const std::string& symbol, const SubmittedCommand& command,
                                 const std::string& about, bool only_dry_run) {
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

}  // namespace trade::cmd
