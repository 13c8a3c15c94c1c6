// Accounts and what they hold, as both surfaces ask for them.
#pragma once

#include <string>

#include "gatewayd/call.hpp"

namespace trade::gatewayd {

/// The account as risk sees it.
Task<Result<AccountView>> find_account(Call& call, std::string name);
/// What the books of record say that it holds.
Task<Result<PortfolioView>> find_portfolio(Call& call, std::string name);

}  // namespace trade::gatewayd
