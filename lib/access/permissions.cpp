#include "access/permissions.hpp"

#include <algorithm>
#include <string_view>
#include <variant>

namespace trade::access {

namespace {

std::unexpected<Error> refused(const Grant& grant, const std::string& what, std::string hint) {
  return fail_named(ErrorCode::not_permitted, "not_permitted",
                    "a key of role " + std::string(name_of(grant.role)) + " may not " + what,
                    std::move(hint));
}

Status operators_only(const Grant& grant, const std::string& what) {
  if (grant.role == KeyRole::desk_operator) return {};
  return refused(grant, what, "it takes a key of role operator");
}

/// The account that is meant must be one of the grant's.
Status own_account(const Grant& grant, std::string_view account) {
  if (grant.role == KeyRole::desk_operator ||
      std::ranges::find(grant.accounts, account) != grant.accounts.end())
    return {};
  if (account.empty()) {
    return refused(grant, "ask about every account", "name one of its own accounts with --account");
  }
  return refused(grant, "act for account '" + std::string(account) + "'", "the key is for other accounts");
}

/// The same of a list, which is narrowed to the grant's only account where none is named.
Status own_account_or_only(const Grant& grant, std::string& account) {
  if (grant.role == KeyRole::desk_operator) return {};
  if (account.empty() && grant.accounts.size() == 1) account = grant.accounts.front();
  return own_account(grant, account);
}

/// Of each command: what it is called, for whoever may not send it.
struct CommandDecision {
  const Grant& grant;
  const SubmittedCommand& submitted;

  // About orders: of the own accounts.
  Status operator()(const PlaceOrder& order) const { return of_own_orders(order.account); }
  Status operator()(const CancelOrder& cancel) const { return of_own_orders(cancel.account); }
  Status operator()(const CancelAllOrders& cancel) const { return of_own_orders(cancel.account); }
  Status operator()(const ReplaceOrder& replacement) const { return of_own_orders(replacement.account); }

  // About accounts, symbols, the market and the firm: an operator's.
  Status operator()(const OpenAccount&) const { return operators_only(grant, "open accounts"); }
  Status operator()(const DepositCash&) const { return operators_only(grant, "deposit cash"); }
  Status operator()(const WithdrawCash&) const { return operators_only(grant, "withdraw cash"); }
  Status operator()(const TransferShares&) const { return operators_only(grant, "transfer shares"); }
  Status operator()(const SetAccountStatus&) const {
    return operators_only(grant, "change an account's status");
  }
  Status operator()(const SetAccountLimits&) const {
    return operators_only(grant, "change an account's limits");
  }
  Status operator()(const SetFirmRules&) const { return operators_only(grant, "change the firm's rules"); }
  Status operator()(const AddSymbol&) const { return operators_only(grant, "add symbols"); }
  Status operator()(const SetSymbolStatus&) const { return operators_only(grant, "halt or resume symbols"); }
  Status operator()(const SetSymbolPhase&) const { return operators_only(grant, "change a symbol's phase"); }
  Status operator()(const SetPriceBands&) const { return operators_only(grant, "change price bands"); }
  Status operator()(const SetKillSwitch&) const { return operators_only(grant, "use kill switches"); }
  Status operator()(const SetLocate&) const { return operators_only(grant, "grant locates"); }
  Status operator()(const SetEasyToBorrow&) const {
    return operators_only(grant, "change the terms of borrowing");
  }
  Status operator()(const SetSession&) const { return operators_only(grant, "open or close the session"); }
  Status operator()(const PrintTrade&) const { return operators_only(grant, "report trades"); }
  Status operator()(const ExpireOrders&) const { return operators_only(grant, "expire orders"); }
  Status operator()(const SetClock&) const { return operators_only(grant, "set the clock"); }
  Status operator()(const AddVenue&) const { return operators_only(grant, "add venues"); }
  Status operator()(const RemoveVenue&) const { return operators_only(grant, "remove venues"); }
  Status operator()(const SetRoute&) const { return operators_only(grant, "change where orders go"); }

  // What a venue says is taken from the session with it, which runs on the suite's own machine.
  Status operator()(const SetVenueSession&) const { return of_this_machine("say whether a venue is up"); }
  Status operator()(const VenueReport&) const { return of_this_machine("report for a venue"); }

 private:
  [[nodiscard]] Status of_this_machine(const std::string& what) const {
    return refused(grant, what, "that is fixd's to tell, on the machine of the suite");
  }

  [[nodiscard]] Status of_own_orders(AccountId number) const {
    if (grant.role == KeyRole::desk_operator) return {};
    if (grant.role != KeyRole::trader) {
      return refused(grant, "place, change or cancel orders", "it takes a key of role trader");
    }
    // A number would win over the name beside it.
    if (number) return refused(grant, "give an account by its number", "name the account");
    return own_account(grant, submitted.account_name);
  }
};

/// Of each request.
struct RequestDecision {
  const Grant& grant;

  Status operator()(const SubmitRequest& request) const {
    for (const SubmittedCommand& command : request.commands) {
      if (Status decided = std::visit(CommandDecision{grant, command}, command.body); !decided)
        return decided;
    }
    return {};
  }

  // Of the own accounts.
  Status operator()(const AccountsRequest& request) const { return own_account(grant, request.name); }
  Status operator()(const PortfolioRequest& request) const { return own_account(grant, request.account); }
  Status operator()(const FeesRequest& request) const { return own_account(grant, request.account); }
  Status operator()(const PostingsRequest& request) const { return own_account(grant, request.account); }
  Status operator()(const EquityHistoryRequest& request) const { return own_account(grant, request.account); }
  Status operator()(const AccountEventsRequest& request) const { return own_account(grant, request.account); }
  Status operator()(FillsRequest& request) const { return own_account_or_only(grant, request.account); }
  Status operator()(OrdersRequest& request) const {
    if (!request.orders.empty()) {
      if (Status decided = operators_only(grant, "ask for orders of any account by their ids"); !decided)
        return decided;
    }
    return own_account_or_only(grant, request.account);
  }

  // Of the market, and whether a daemon runs: anybody's.
  Status operator()(const SymbolsRequest&) const { return {}; }
  Status operator()(const SessionRequest&) const { return {}; }
  Status operator()(const QuotesRequest&) const { return {}; }
  Status operator()(const DepthRequest&) const { return {}; }
  Status operator()(const TapeRequest&) const { return {}; }
  Status operator()(const BarsRequest&) const { return {}; }
  Status operator()(const QuoteHistoryRequest&) const { return {}; }
  Status operator()(const StatusRequest&) const { return {}; }
  Status operator()(const ClockRequest& request) const {
    return request.changes() ? operators_only(grant, "set the clock") : Status();
  }

  // Of the suite itself: an operator's.
  Status operator()(const HoldingsRequest&) const {
    return operators_only(grant, "ask for the holdings of every account");
  }
  Status operator()(const VenuesRequest&) const { return operators_only(grant, "list venues"); }
  Status operator()(const JournalRequest&) const { return operators_only(grant, "read the journal"); }
  Status operator()(const LogLevelRequest&) const { return operators_only(grant, "ask about logging"); }
  Status operator()(const CreateKeyRequest&) const { return operators_only(grant, "make keys"); }
  Status operator()(const KeysRequest&) const { return operators_only(grant, "list keys"); }
  Status operator()(const RevokeKeyRequest&) const { return operators_only(grant, "revoke keys"); }
};

}  // namespace

Status permit(const Grant& grant, RequestBody& request) {
  return std::visit(RequestDecision{grant}, request);
}

}  // namespace trade::access
