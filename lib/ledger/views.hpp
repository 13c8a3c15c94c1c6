// What the books say, made to be shown: names for numbers, averages and market values worked out.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ledger/ledger.hpp"
#include "model/messages.hpp"

namespace trade::ledger {

/// The most rows that one answer has; a request for more is a usage error.
constexpr std::uint32_t answer_rows_max = 10'000;
/// The most fills in one answer.
constexpr std::uint32_t answer_fills_max = 50'000;
/// The most orders that one request looks at to find those it asks for, and how many of them may be saved
/// ones.
constexpr std::uint32_t orders_looked_at_max = 1'000'000;
constexpr std::uint32_t saved_orders_looked_at_max = 100'000;
/// Of an account's open orders: so many of all its orders are gone through, so many of them saved ones,
/// before the pages that have open orders are gone through instead.
constexpr std::uint32_t chain_looked_at_max = 50'000;
constexpr std::uint32_t saved_chain_looked_at_max = 1'000;
/// The most saved pages that a request for open orders looks at. As many as an answer has rows: each has one.
constexpr std::uint32_t saved_pages_looked_at_max = answer_rows_max;
/// The most trades that one request looks at.
constexpr std::uint64_t trades_looked_at_max = 10'000'000;

/// 1 to `max`.
Status check_limit(std::uint32_t limit, std::uint32_t max = answer_rows_max);
/// The error of a request that came to a bound of looking before it found what it asks for.
std::unexpected<Error> looked_at_too_many(std::string_view what, std::uint64_t count, std::size_t found);
/// `not_found` when there is none of this name.
Result<AccountId> account_named(const Ledger& ledger, std::string_view name);
Result<SymbolId> symbol_named(const Ledger& ledger, std::string_view name);

/// Positions that hold shares, ascending by symbol. The market price is the last trade's, else the previous
/// close; where there is neither, a position is worth what it cost. Equity is cash and the positions' values.
Result<PortfolioView> portfolio_view(const Ledger& ledger, std::string_view account);

/// The same equity by itself; nothing when it leaves 64 bits.
std::optional<Money> equity_of(const Ledger& ledger, const AccountRecord& account);
/// Of every account, by its id less one. It goes through memory in order, which with many positions is far
/// quicker than account by account.
std::vector<std::optional<Money>> equity_of_all(const Ledger& ledger);

/// Accounts in ascending order of number. An account that is not there is `not_found` only when it is the
/// one asked for.
Result<HoldingsReply> holdings_view(const Ledger& ledger, const HoldingsRequest& request);

/// The error of an order that is not there.
std::unexpected<Error> no_order(OrderId id);

OrderView order_view(const Ledger& ledger, const OrderSight& sight);
/// Orders that have left memory are looked for in `source`, which may be null.
Result<std::vector<OrderView>> orders_view(const Ledger& ledger, const OrdersRequest& request,
                                           OrderPageSource* source);

/// Whose fills are wanted; a zero id is no restriction.
struct FillsWanted {
  AccountId account;
  SymbolId symbol;
  OrderId order;
  std::uint32_t limit = 0;
  TradeId before = {};  ///< of trades before this one alone
};

/// Fills found in memory, newest first.
struct FillsFound {
  std::vector<FillView> fills;
  /// Their sum, and that of those passed over for being too new; without those that were busted.
  Quantity shares;
  std::optional<OrderRecord> order;  ///< whose fills are wanted
  std::uint64_t looked_at = 0;       ///< trades
  bool older_on_disk = false;  ///< fewer than wanted, and trades before `before` are in the frames alone
  Sequence before = 0;

  /// Nothing more is to be looked for.
  [[nodiscard]] bool complete(const FillsWanted& wanted) const;
  /// Whatever happened up to this moment came before the order whose fills are wanted.
  [[nodiscard]] bool precedes_order(Timestamp moment) const { return order && moment < order->created_at; }
};

/// An order that has left memory is looked for in `source`; without one, its fills are in the frames alone.
Result<FillsFound> fills_view(const Ledger& ledger, const FillsWanted& wanted,
                              OrderPageSource* source = nullptr);
/// Appends the fills of one trade that are wanted, the taker's first, up to the limit. Other kinds of
/// entry have none.
void append_fills(const Ledger& ledger, const FillsWanted& wanted, const Entry& entry, FillsFound& found);

/// Appends the fee that an entry is, if it is one of the account.
void append_fee(const Ledger& ledger, AccountId account, const Entry& entry, std::vector<FeeView>& fees);
/// Appends an account's own postings of an entry.
void append_postings(const Ledger& ledger, AccountId account, const Entry& entry,
                     std::vector<PostingView>& postings);

}  // namespace trade::ledger
