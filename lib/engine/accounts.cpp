#include "engine/accounts.hpp"

#include <algorithm>

#include "engine/digest.hpp"

namespace trade::engine {

AccountId Accounts::find(std::string_view name) const {
  return {name_index_.find(hash_text(name, 0),
                           [&](std::uint32_t id) { return details_[id].name.view() == name; })};
}

AccountId Accounts::open(const AccountName& name, AccountType type, Timestamp now) {
  const AccountId id{accounts_.allocate()};
  accounts_[id.value].type = type;
  details_.push_back({.name = name, .created_at = now});
  name_index_.insert(hash_text(name.view(), 0), id.value);
  return id;
}

PositionIndex Accounts::make_position(AccountId account, SymbolId symbol) {
  const PositionIndex index = positions_.allocate();
  Position& position = positions_[index];
  position.account = account;
  position.symbol = symbol;
  PositionIndex& first = accounts_[account.value].first_position;
  position.next = first;
  if (first != 0) positions_[first].previous = index;
  first = index;
  position_index_.insert(position_hash(account, symbol), index);
  return index;
}

PositionIndex Accounts::obtain_position(AccountId account, SymbolId symbol) {
  const PositionIndex index = find_position(account, symbol);
  return index != 0 ? index : make_position(account, symbol);
}

void Accounts::drop(PositionIndex index) {
  const Position& position = positions_[index];
  if (position.next != 0) positions_[position.next].previous = position.previous;
  PositionIndex& link = position.previous != 0 ? positions_[position.previous].next
                                               : accounts_[position.account.value].first_position;
  link = position.next;
  position_index_.erase(position_hash(position.account, position.symbol), index);
  positions_.free(index);
}

void Accounts::count_day_trade(AccountId id, TradingDay today) {
  AccountDetail& detail = details_[id.value];
  const TradingDay stale_from =
      std::max(detail.counted_day + 1, today - std::min(today, day_trade_window_days - 1));
  for (TradingDay day = stale_from; day <= today; ++day)
    detail.day_trades[day % day_trade_window_days] = 0;
  detail.counted_day = today;
  ++detail.day_trades[today % day_trade_window_days];
}

std::int64_t Accounts::day_trades(AccountId id, TradingDay today) const {
  const AccountDetail& detail = details_[id.value];
  std::int64_t sum = 0;
  // Of the window's days those are on record that the last counted day's own window holds too.
  for (TradingDay age = 0; age < day_trade_window_days && age < today; ++age) {
    const TradingDay day = today - age;
    if (day <= detail.counted_day && detail.counted_day - day < day_trade_window_days) {
      sum += detail.day_trades[day % day_trade_window_days];
    }
  }
  return sum;
}

}  // namespace trade::engine
