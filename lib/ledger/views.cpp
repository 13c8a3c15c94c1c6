#include "ledger/views.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace trade::ledger {

namespace {

std::string account_text(const Ledger& ledger, AccountId id) {
  const AccountRecord* record = ledger.account(id);
  return record == nullptr ? std::string() : record->name.string();
}

std::string symbol_text(const Ledger& ledger, SymbolId id) {
  const SymbolRecord* record = ledger.symbol(id);
  return record == nullptr ? std::string() : record->symbol.string();
}

std::unexpected<Error> out_of_range(const std::string& account, const std::string& what) {
  return fail(ErrorCode::internal, "account '" + account + "': " + what + " is out of range");
}

/// What a position is worth at its market price, or cost where there is none. Nothing when that leaves 64
/// bits.
std::optional<Money> position_value(const Ledger& ledger, const PositionRecord& record) {
  const Price price = ledger.symbol(record.symbol)->reference();
  return price ? market_value(price, record.quantity) : record.cost;
}

/// Nothing when the value of the position leaves 64 bits.
std::optional<PositionView> position_view(const Ledger& ledger, const PositionRecord& record) {
  const SymbolRecord& symbol = *ledger.symbol(record.symbol);
  PositionView view;
  view.symbol = symbol.symbol.string();
  view.quantity = record.quantity;
  view.cost = record.cost;
  view.market_price = symbol.reference();
  const auto value = position_value(ledger, record);
  if (!value) return std::nullopt;
  view.current_value = *value;
  if (__builtin_sub_overflow(view.current_value.units, record.cost.units, &view.unrealized_pnl.units)) {
    return std::nullopt;
  }
  view.realized_pnl = record.realized;
  return view;
}

}  // namespace

Status check_limit(std::uint32_t limit, std::uint32_t max) {
  if (limit >= 1 && limit <= max) return {};
  return fail(ErrorCode::usage, "limit out of range: " + std::to_string(limit),
              "it must be from 1 to " + std::to_string(max));
}

std::unexpected<Error> looked_at_too_many(std::string_view what, std::uint64_t count, std::size_t found) {
  return fail(ErrorCode::usage,
              "looked at " + std::to_string(count) + " " + std::string(what) + " and found only " +
                  std::to_string(found) + " that are asked for",
              "ask for fewer (--limit), or for one account's");
}

Result<AccountId> account_named(const Ledger& ledger, std::string_view name) {
  if (const AccountId id = ledger.find_account(name)) return id;
  return fail_named(ErrorCode::not_found, "unknown_account", "no account '" + std::string(name) + "'",
                    "'trade account list' lists the accounts");
}

Result<SymbolId> symbol_named(const Ledger& ledger, std::string_view name) {
  if (const SymbolId id = ledger.find_symbol(name)) return id;
  return fail_named(ErrorCode::not_found, "unknown_symbol", "no symbol '" + std::string(name) + "'",
                    "'trade symbol list' lists the symbols");
}

Result<PortfolioView> portfolio_view(const Ledger& ledger, std::string_view account) {
  Result<AccountId> id = account_named(ledger, account);
  if (!id) return pass_on(std::move(id));
  const AccountRecord& record = *ledger.account(*id);
  PortfolioView view;
  view.account = record.name.string();
  view.cash_balance = record.cash;
  view.realized_pnl = record.realized;
  view.fees = record.fees();
  bool fits = true;
  ledger.for_each_position(record, [&](const PositionRecord& position) {
    if (!position.quantity) return;
    auto row = position_view(ledger, position);
    fits = fits && row.has_value();
    if (row) view.positions.push_back(std::move(*row));
  });
  if (!fits) return out_of_range(view.account, "the value of a position");
  std::ranges::sort(view.positions, {}, &PositionView::symbol);
  view.equity = record.cash;
  for (const PositionView& position : view.positions) {
    const auto equity = sum(view.equity, position.current_value);
    if (!equity) return out_of_range(view.account, "the equity");
    view.equity = *equity;
  }
  return view;
}

std::optional<Money> equity_of(const Ledger& ledger, const AccountRecord& account) {
  std::optional<Money> equity = account.cash;
  ledger.for_each_position(account, [&](const PositionRecord& position) {
    if (!position.quantity || !equity) return;
    const auto value = position_value(ledger, position);
    equity = value ? sum(*equity, *value) : std::nullopt;
  });
  return equity;
}

std::vector<std::optional<Money>> equity_of_all(const Ledger& ledger) {
  std::vector<std::optional<Money>> equities(ledger.account_count());
  for (std::uint32_t index = 0; index < equities.size(); ++index)
    equities[index] = ledger.account(AccountId{index + 1})->cash;
  ledger.for_each_position([&](const PositionRecord& position) {
    std::optional<Money>& equity = equities[position.account.value - 1];
    if (!position.quantity || !equity) return;
    const auto value = position_value(ledger, position);
    equity = value ? sum(*equity, *value) : std::nullopt;
  });
  return equities;
}

Result<HoldingsReply> holdings_view(const Ledger& ledger, const HoldingsRequest& request) {
  if (Status status = check_limit(request.limit); !status) return pass_on(std::move(status));
  HoldingsReply reply;
  reply.sequence = ledger.sequence();
  const auto add = [&](std::uint32_t number) {
    const AccountRecord& record = *ledger.account(AccountId{number});
    HoldingsRow& row = reply.rows.emplace_back();
    row.account = AccountId{number};
    row.name = record.name.string();
    row.cash_balance = record.cash;
    row.changed_at = record.changed_at;
    ledger.for_each_position(record, [&row](const PositionRecord& position) {
      if (position.quantity) row.holdings.push_back({position.symbol, position.quantity});
    });
    std::ranges::sort(row.holdings, {}, &HoldingsRow::Holding::symbol);
  };
  if (request.only) {
    if (ledger.account(request.only) == nullptr) {
      return fail_named(ErrorCode::not_found, "unknown_account",
                        "no account with number " + std::to_string(request.only.value));
    }
    add(request.only.value);
    return reply;
  }
  std::uint64_t number = std::uint64_t{request.after.value} + 1;
  for (; number <= ledger.account_count() && reply.rows.size() < request.limit; ++number)
    add(static_cast<std::uint32_t>(number));
  return reply;
}

namespace {

/// Appends the fills of one trade, the taker's first. `Trade` is a TradeRecord or an Entry.
struct TradeSides {
  TradeId trade;
  Timestamp executed_at;
  SymbolId symbol;
  Price price;
  Quantity quantity;
  Side taker_side = Side::buy;
  AccountId maker_account;
  AccountId taker_account;
  OrderId maker_order;
  OrderId taker_order;
};

/// The venue that a trade was made at; empty: here. There the maker is the venue's clearing account.
std::string_view venue_of(const Ledger& ledger, const TradeSides& trade) {
  return trade.maker_order ? std::string_view() : ledger.venue_of(trade.maker_account);
}

void append_sides(const Ledger& ledger, const FillsWanted& wanted, const TradeSides& trade,
                  FillsFound& found) {
  if (wanted.symbol && wanted.symbol != trade.symbol) return;
  // The two fills of a trade stay together, or whoever goes on before the last one's trade missed the other.
  if (found.fills.size() >= wanted.limit) return;
  for (const Liquidity liquidity : {Liquidity::taker, Liquidity::maker}) {
    const bool taker = liquidity == Liquidity::taker;
    const AccountId account = taker ? trade.taker_account : trade.maker_account;
    const OrderId order = taker ? trade.taker_order : trade.maker_order;
    if ((wanted.account && wanted.account != account) || (wanted.order && wanted.order != order)) continue;
    const bool busted = ledger.is_busted(trade.trade);
    if (!busted) found.shares += trade.quantity;
    if (wanted.before && trade.trade >= wanted.before) continue;
    FillView& fill = found.fills.emplace_back();
    fill.id = trade.trade;
    fill.order_id = order;
    fill.account = account_text(ledger, account);
    fill.symbol = symbol_text(ledger, trade.symbol);
    fill.side = taker ? trade.taker_side : opposite(trade.taker_side);
    fill.quantity = trade.quantity;
    fill.price = trade.price;
    fill.liquidity = liquidity;
    fill.executed_at = trade.executed_at;
    fill.venue = venue_of(ledger, trade);
    fill.busted = busted;
  }
}

/// The number of the trade to look at after `index`, plus one; zero: the chain ends here.
std::uint64_t next_trade(const FillsWanted& wanted, const TradeRecord& record, std::uint64_t index) {
  std::uint32_t distance = 1;
  if (wanted.order) {
    distance =
        record.maker_order == wanted.order ? record.previous_of_maker_order : record.previous_of_taker_order;
  } else if (wanted.account) {
    distance = record.maker_account == wanted.account ? record.previous_of_maker_account
                                                      : record.previous_of_taker_account;
  }
  return distance == 0 || distance > index ? 0 : index + 1 - distance;
}

}  // namespace

Result<FillsFound> fills_view(const Ledger& ledger, const FillsWanted& wanted, OrderPageSource* source) {
  FillsFound found;
  const TradeLog& trades = ledger.trades();
  std::uint64_t next = trades.next();
  if (wanted.order) {
    auto sight = ledger.orders().look(wanted.order, source);
    if (!sight) return pass_on(std::move(sight));
    if (*sight) found.order = (*sight)->record;
    next = found.order ? found.order->last_trade : 0;
  } else if (wanted.account) {
    next = ledger.account(wanted.account)->newest_trade;
  }
  while (next != 0 && trades.holds(next - 1) && found.fills.size() < wanted.limit) {
    if (++found.looked_at > trades_looked_at_max) {
      return looked_at_too_many("trades", trades_looked_at_max, found.fills.size());
    }
    const TradeRecord& record = trades[next - 1];
    append_sides(ledger, wanted,
                 {record.trade, record.executed_at, record.symbol, Price{record.price_units},
                  Quantity{record.quantity_shares}, record.taker_side, record.maker_account,
                  record.taker_account, record.maker_order, record.taker_order},
                 found);
    next = next_trade(wanted, record, next - 1);
  }
  if (trades.oldest() == 0 || found.complete(wanted)) return found;
  // Who never traded has nothing in the frames either.
  if (!wanted.order && wanted.account && ledger.account(wanted.account)->newest_trade == 0) return found;
  const bool any = trades.oldest() < trades.next() && (!wanted.order || found.order);
  found.older_on_disk = !any || !found.precedes_order(trades[trades.oldest()].executed_at);
  found.before = any ? trades[trades.oldest()].sequence : ledger.sequence() + 1;
  return found;
}

bool FillsFound::complete(const FillsWanted& wanted) const {
  if (fills.size() >= wanted.limit) return true;
  // At a venue there may be busted trades before all that the order has filled.
  return order && order->venue == 0 && shares == order->filled_quantity;
}

void append_fills(const Ledger& ledger, const FillsWanted& wanted, const Entry& entry, FillsFound& found) {
  if (entry.kind != EntryKind::trade) return;
  append_sides(ledger, wanted,
               {entry.trade, entry.timestamp, entry.symbol, entry.price, entry.quantity, entry.taker_side,
                entry.account, entry.taker_account, entry.maker_order, entry.taker_order},
               found);
}

void append_fee(const Ledger& ledger, AccountId account, const Entry& entry, std::vector<FeeView>& fees) {
  if (entry.kind != EntryKind::fee || entry.account != account) return;
  FeeView& view = fees.emplace_back();
  view.sequence = entry.sequence;
  view.charged_at = entry.timestamp;
  view.account = account_text(ledger, account);
  view.symbol = symbol_text(ledger, entry.symbol);
  view.quantity = entry.quantity;
  view.price = entry.price;
  view.amount = entry.amount;
}

void append_postings(const Ledger& ledger, AccountId account, const Entry& entry,
                     std::vector<PostingView>& postings) {
  if (entry.account != account && entry.taker_account != account) return;
  for_each_posting(entry, [&](const Posting& posting) {
    if (posting.account != account) return;
    PostingView& view = postings.emplace_back();
    view.sequence = entry.sequence;
    view.timestamp = entry.timestamp;
    view.account = account_text(ledger, posting.account);
    view.ledger = name_of(posting.ledger);
    view.symbol = symbol_text(ledger, posting.symbol);
    view.quantity = posting.quantity;
    view.amount = posting.amount;
    view.of_bust = entry.kind == EntryKind::bust;
  });
}

}  // namespace trade::ledger
