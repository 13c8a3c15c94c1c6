// Double entry. Whatever moves cash or shares is one entry, and an entry is a balanced set of postings.
//
// Chart of accounts. Each account of the brokerage has five ledgers; a debit is positive, a credit negative:
//
//   cash          money that the account has                       debit: comes in    credit: goes out
//   securities    what it holds, at cost, with the shares          debit: bought      credit: sold, at cost
//   external      counter side of what crosses the house's border  credit: came in    debit: went out
//   realized_pnl  profit and loss of closed positions              credit: profit     debit: loss
//   fees          what it paid for borrowing shares                debit: charged
//
// Transactions, for one account each:
//
//   deposit of 100           cash +100                      external -100
//   withdrawal of 40         cash -40                       external +40
//   transfer in, 10 at 5     securities +50 (+10 shares)    external -50 (-10 shares)
//   purchase, 10 at 5        securities +50 (+10 shares)    cash -50
//   sale of 4 of them at 6   securities -20 (-4 shares)     cash +24          realized_pnl -4
//   fee of 3                 fees +3                        cash -3
//
// In money, the postings of one entry balance for each account by itself: a trade is a purchase in one
// account and a sale in the other, and the cash that one pays is what the other receives. In shares, an entry
// balances over both accounts: what one gets the other gives, or `external` does. So at every moment the sum
// of all postings is zero, in money and in shares of each symbol.
//
// A sold-out position goes on as a short one: cost and shares are then negative, the cost being what the
// short sale brought in; buying it back is the closing trade. A trade that crosses zero closes first, with
// its profit or loss, and opens the other side with the rest.
//
// A trade at another venue is one with the venue's clearing account. Where the venue busts it, an entry of
// its own moves the shares and the cash back, and takes the profit or loss back that it had realised.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.hpp"
#include "model/enums.hpp"
#include "model/event.hpp"
#include "model/ids.hpp"
#include "model/numbers.hpp"

namespace trade::ledger {

enum class LedgerName : std::uint8_t { cash = 1, securities = 2, external = 3, realized_pnl = 4, fees = 5 };

constexpr std::string_view name_of(LedgerName ledger) {
  switch (ledger) {
    case LedgerName::cash:
      return "cash";
    case LedgerName::securities:
      return "securities";
    case LedgerName::external:
      return "external";
    case LedgerName::realized_pnl:
      return "realized_pnl";
    case LedgerName::fees:
      return "fees";
  }
  return "unknown";
}

struct Posting {
  AccountId account;
  LedgerName ledger = LedgerName::cash;
  SymbolId symbol;    ///< zero where cash
  Quantity quantity;  ///< shares; zero where the ledger counts none
  Money amount;       ///< debit above zero, credit below

  bool operator==(const Posting&) const = default;
};

/// The most postings that one entry has.
constexpr std::size_t entry_postings_max = 6;

/// `bust` undoes a trade: it has what the trade had, but moves it the other way.
enum class EntryKind : std::uint8_t { cash = 1, transfer = 2, trade = 3, bust = 4, fee = 5 };

/// The most shares that a fee is for: what an account can be short of.
constexpr std::int64_t fee_shares_max = 1'000'000'000'000;

/// Whether the entry is about a trade, and so about two accounts.
constexpr bool has_two_sides(EntryKind kind) {
  return kind == EntryKind::trade || kind == EntryKind::bust;
}

/// What one event moved, as compactly as its postings can be told from it. It also tells the two fills of a
/// trade. Fields that the kind does not name are zero.
struct Entry {
  Sequence sequence = 0;  ///< of the event
  Timestamp timestamp;
  EntryKind kind = EntryKind::cash;
  Side taker_side = Side::buy;  ///< trade, bust: of the trade
  AccountId account;  ///< cash, transfer, fee: whose; trade, bust: the maker, or the venue's clearing account
  AccountId taker_account;  ///< trade, bust; of a trade at a venue whoever traded there
  SymbolId symbol;          ///< all but cash
  Price price;              ///< trade, bust; transfer: what one share cost; fee: at which it closed
  Quantity quantity;        ///< all but cash; fee: that it was short of
  Money amount;             ///< cash: deposited, or below zero withdrawn; fee: charged
  Money gain;               ///< realised by `account`
  Money taker_gain;         ///< trade, bust: realised by the taker
  TradeId trade;            ///< trade, bust
  OrderId maker_order;      ///< trade, bust; zero at a venue
  OrderId taker_order;      ///< trade, bust

  bool operator==(const Entry&) const = default;
};

/// Calls `use(const Posting&)` for each posting of an entry: an account's own stand together, the buyer's
/// before the seller's. A realized_pnl of zero is not posted.
template <class Use>
void for_each_posting(const Entry& entry, Use&& use) {
  const auto leg = [&](AccountId account, LedgerName counter, SymbolId counter_symbol, Quantity shares,
                       Quantity counter_shares, Money counter_amount, Money gain) {
    // What the counter side and the gain leave over is the change of the cost.
    use(Posting{account, LedgerName::securities, entry.symbol, shares, gain - counter_amount});
    use(Posting{account, counter, counter_symbol, counter_shares, counter_amount});
    if (gain) use(Posting{account, LedgerName::realized_pnl, entry.symbol, {}, -gain});
  };
  switch (entry.kind) {
    case EntryKind::cash:
      use(Posting{entry.account, LedgerName::cash, {}, {}, entry.amount});
      use(Posting{entry.account, LedgerName::external, {}, {}, -entry.amount});
      break;
    case EntryKind::fee:
      use(Posting{entry.account, LedgerName::fees, entry.symbol, {}, entry.amount});
      use(Posting{entry.account, LedgerName::cash, {}, {}, -entry.amount});
      break;
    case EntryKind::transfer:
      leg(entry.account, LedgerName::external, entry.symbol, entry.quantity, -entry.quantity,
          -(entry.price * entry.quantity), entry.gain);
      break;
    case EntryKind::trade:
    case EntryKind::bust: {
      const bool taker_buys = (entry.taker_side == Side::buy) == (entry.kind == EntryKind::trade);
      const Money notional = entry.price * entry.quantity;
      leg(taker_buys ? entry.taker_account : entry.account, LedgerName::cash, {}, entry.quantity, {},
          -notional, taker_buys ? entry.taker_gain : entry.gain);
      leg(taker_buys ? entry.account : entry.taker_account, LedgerName::cash, {}, -entry.quantity, {},
          notional, taker_buys ? entry.gain : entry.taker_gain);
      break;
    }
  }
}

}  // namespace trade::ledger
