#include "gatewayd/accounts.hpp"

#include <utility>

namespace trade::gatewayd {

Task<Result<AccountView>> find_account(Call& call, std::string name) {
  AccountsRequest request;
  request.name = name;
  request.limit = 1;
  RequestBody body(std::move(request));
  auto reply = co_await call.upstream().ask<AccountsReply>(Daemon::tradingd, std::move(body));
  if (!reply) co_return pass_on(std::move(reply));
  if (reply->accounts.empty()) {
    co_return fail_named(ErrorCode::not_found, "unknown_account", "no account '" + name + "'");
  }
  co_return std::move(reply->accounts.front());
}

Task<Result<PortfolioView>> find_portfolio(Call& call, std::string name) {
  RequestBody body(PortfolioRequest{std::move(name)});
  auto reply = co_await call.upstream().ask<PortfolioReply>(Daemon::ledgerd, std::move(body));
  if (!reply) co_return pass_on(std::move(reply));
  co_return std::move(reply->portfolio);
}

}  // namespace trade::gatewayd
