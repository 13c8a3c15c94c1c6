// Accounts and their positions: cash, what is reserved for open buy orders, shares, what is promised to open
// sell orders, and day trades.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/prefetch.hpp"
#include "base/time.hpp"
#include "engine/bounds.hpp"
#include "engine/digest.hpp"
#include "engine/hash_index.hpp"
#include "engine/slab.hpp"
#include "model/enums.hpp"
#include "model/ids.hpp"
#include "model/numbers.hpp"

namespace trade::engine {

using OrderSlot = std::uint32_t;      ///< index of an order's record; zero: none
using PositionIndex = std::uint32_t;  ///< index of a position's record; zero: none

/// Number of a trading day, dense from 1 in the life of the engine; zero: none.
using TradingDay = std::uint32_t;

/// What every order touches, in one cache line.
struct alignas(64) Account {
  Money cash{};
  Money reserved{};  ///< sum of reserve price times leaves over the open buy orders and short sales
  Sequence changed_at = 0;
  Quantity position_max{};  ///< these three: zero is "no limit of its own"
  Quantity order_quantity_max{};
  Money order_notional_max{};
  OrderSlot first_open = 0;  ///< open orders in ascending order of id
  OrderSlot last_open = 0;
  PositionIndex first_position = 0;
  AccountType type = AccountType::cash;
  AccountStatus status = AccountStatus::active;
  bool kill_switch = false;
  SelfTradePrevention self_trade_prevention{};  ///< of orders that do not say; zero: none

  /// Cash that no open order has a claim on.
  [[nodiscard]] Money free() const { return cash - reserved; }
};
static_assert(sizeof(Account) == 64);

/// What is seldom needed.
struct AccountDetail {
  AccountName name;
  Timestamp created_at;
  TradingDay counted_day = 0;  ///< the last day that `day_trades` is about
  /// Day trades of the day with this number modulo the window; valid for `counted_day` and those before it.
  std::array<std::uint32_t, day_trade_window_days> day_trades{};
};

/// Shares of one symbol in one account. Exists while there are shares or open orders.
struct alignas(64) Position {
  Quantity shares;         ///< below zero: short, in a margin or a house account
  Quantity open_buys;      ///< leaves of the open buy orders
  Quantity promised;       ///< leaves of the open sell orders
  Money transferred_cost;  ///< of the shares, which all came by transfer while the symbol had no price yet
  AccountId account;
  SymbolId symbol;
  PositionIndex previous = 0;  ///< of the same account
  PositionIndex next = 0;
  std::uint32_t open_orders = 0;
  TradingDay bought_day = 0;             ///< of the last buy
  bool bought_since_day_trade = false;   ///< a sale on `bought_day` would be one more day trade
  bool shorted_since_day_trade = false;  ///< a buy on `shorted_day` would be one more
  TradingDay shorted_day = 0;            ///< of the last short sale

  /// True when selling on `today` would be a day trade that is not counted yet.
  [[nodiscard]] bool sale_is_day_trade(TradingDay today) const {
    return bought_since_day_trade && bought_day == today;
  }
  /// The same of a buy that covers.
  [[nodiscard]] bool cover_is_day_trade(TradingDay today) const {
    return shorted_since_day_trade && shorted_day == today;
  }
};
static_assert(sizeof(Position) == 64);

class Accounts {
 public:
  Accounts() : details_(1) {}

  [[nodiscard]] std::uint32_t count() const { return accounts_.used(); }
  [[nodiscard]] bool contains(AccountId id) const { return id.value - 1 < count(); }
  [[nodiscard]] AccountId find(std::string_view name) const;

  AccountId open(const AccountName& name, AccountType type, Timestamp now);

  // `id` is that of an account that exists; zero is a blank one, which stands for "no account".
  [[nodiscard]] Account& operator[](AccountId id) { return accounts_[id.value]; }
  [[nodiscard]] const Account& operator[](AccountId id) const { return accounts_[id.value]; }
  [[nodiscard]] AccountDetail& detail(AccountId id) { return details_[id.value]; }
  [[nodiscard]] const AccountDetail& detail(AccountId id) const { return details_[id.value]; }

  // Positions.
  [[nodiscard]] PositionIndex find_position(AccountId account, SymbolId symbol) const;
  PositionIndex make_position(AccountId account, SymbolId symbol);
  /// The existing one or a new one.
  PositionIndex obtain_position(AccountId account, SymbolId symbol);
  /// Forgets a position without shares and open orders; leaves any other.
  void drop_if_empty(PositionIndex index) {
    if (positions_[index].open_orders == 0 && !positions_[index].shares) [[unlikely]]
      drop(index);
  }
  [[nodiscard]] Position& position(PositionIndex index) { return positions_[index]; }
  [[nodiscard]] const Position& position(PositionIndex index) const { return positions_[index]; }
  [[nodiscard]] std::uint32_t position_count() const { return positions_.used(); }
  template <class Visit>
  void for_each_position(AccountId account, Visit&& visit) const {
    for (PositionIndex at = (*this)[account].first_position; at != 0; at = positions_[at].next) {
      visit(positions_[at]);
    }
  }

  // Money. What an account is short of counts towards the bound for all accounts.
  void move_cash(Account& account, Money amount) {
    change(account, [&] { account.cash += amount; });
    cash_total_ += amount;
  }
  void reserve(Account& account, Money amount) {
    change(account, [&] { account.reserved += amount; });
  }
  /// A fill of a buy order: pays, and gives back what was reserved for these shares.
  void pay(Account& account, Money amount, Money was_reserved) {
    change(account, [&] {
      account.cash -= amount;
      account.reserved -= was_reserved;
    });
  }
  void receive(Account& account, Money amount) {
    change(account, [&] { account.cash += amount; });
  }
  /// Whether the account may be made short of `cost` more (see deficit_total_units_max).
  [[nodiscard]] bool may_owe(const Account& account, Money cost) const {
    const std::int64_t after =
        deficit_total_ - deficit(account.free().units) + deficit(account.free().units - cost.units);
    return after <= deficit_total_units_max;
  }
  [[nodiscard]] Money cash_total() const { return cash_total_; }
  [[nodiscard]] Money deficit_total() const { return {deficit_total_}; }

  // Day trades.
  void count_day_trade(AccountId id, TradingDay today);
  [[nodiscard]] std::int64_t day_trades(AccountId id, TradingDay today) const;

  void add_to(ForkSnapshot& snapshot) const {
    accounts_.add_to(snapshot);
    positions_.add_to(snapshot);
    position_index_.leave_out_of(snapshot);
  }

  // Warm the cache: for an account, for finding a position, and for its record, known or not.
  void prefetch(AccountId id) const {
    if (contains(id)) accounts_.prefetch(id.value);
  }
  void prefetch(PositionIndex index) const { positions_.prefetch(index); }
  /// What the rules for margin accounts look at: all positions, one after the other. The first `known` are
  /// near already.
  void prefetch_for_margin(AccountId id, unsigned known) const {
    if ((*this)[id].type != AccountType::margin) return;
    if (known == 0) prefetch_line(&details_[id.value]);
    PositionIndex index = (*this)[id].first_position;
    while (index != 0 && known-- > 0)
      index = positions_[index].next;
    positions_.prefetch(index);
  }
  void prefetch(AccountId account, SymbolId symbol) const {
    position_index_.prefetch(position_hash(account, symbol));
  }
  void prefetch_position(AccountId account, SymbolId symbol) const {
    positions_.prefetch(position_index_.guess(position_hash(account, symbol)));
  }

 private:
  static std::uint64_t position_hash(AccountId account, SymbolId symbol) {
    return detail::fold_multiply((std::uint64_t{account.value} << 32 | symbol.value) ^ detail::seed_left,
                                 detail::seed_right);
  }
  void drop(PositionIndex index);
  static std::int64_t deficit(std::int64_t free_units) { return free_units < 0 ? -free_units : 0; }

  template <class Change>
  void change(Account& account, Change&& change) {
    if (account.type == AccountType::cash) return change();  // is never short
    deficit_total_ -= deficit(account.free().units);
    change();
    deficit_total_ += deficit(account.free().units);
  }

  Slab<Account> accounts_;  ///< by id, since none is ever freed
  std::vector<AccountDetail> details_;
  HashIndex name_index_;
  Slab<Position> positions_;
  HashIndex position_index_;
  Money cash_total_;  ///< deposits less withdrawals and fees
  std::int64_t deficit_total_ = 0;
};

inline PositionIndex Accounts::find_position(AccountId account, SymbolId symbol) const {
  return position_index_.find(position_hash(account, symbol), [&](PositionIndex index) {
    return positions_[index].account == account && positions_[index].symbol == symbol;
  });
}

}  // namespace trade::engine
