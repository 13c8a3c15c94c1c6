// Reading a saved state back. The bytes may be anything: every number is checked before it is used, nothing
// is reserved by a count that was read, and what follows from other things (reservations, indices, totals) is
// computed anew and held against what was saved. At the end the digest of what was built must be the saved
// one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/saved_state.hpp"
#include "engine/state.hpp"

namespace trade {

class Engine::State::Loader {
 public:
  Loader(State& state, ByteReader& reader) : state_(state), reader_(reader) {}

  Status run();

 private:
  /// Remembers the first thing that is wrong. Also false, from then on, when the bytes ended early.
  bool require(bool condition, const char* what) {
    if (problem_ == nullptr && !reader_.ok()) problem_ = "it ends early";
    if (problem_ == nullptr && !condition) problem_ = what;
    return problem_ == nullptr;
  }
  [[nodiscard]] bool good() { return require(true, ""); }

  template <class Enum>
  Enum read_enum(const char* what) {
    const auto number = reader_.read<std::uint8_t>();
    const std::optional<Enum> value = value_numbered<Enum>(number);
    require(value.has_value(), what);
    return value.value_or(Enum{});
  }
  bool read_bool(const char* what) {
    const auto number = reader_.read<std::uint8_t>();
    require(number <= 1, what);
    return number == 1;
  }
  std::int64_t read_within(std::int64_t least, std::int64_t most, const char* what) {
    const auto value = reader_.read<std::int64_t>();
    require(value >= least && value <= most, what);
    // What is refused is worked with until the next look, so it has to fit as well.
    return std::max(least, std::min(value, most));
  }

  void read_globals();
  void read_rules();
  void read_symbols();
  void read_symbol_phase(SymbolId id);
  void read_tier(SymbolId id);
  void read_accounts();
  void read_positions(AccountId id);
  void read_locates();
  void read_borrow_rates();
  void read_venues();
  void read_executions();
  void read_orders();
  OrderSlot read_order(bool open);
  void check_open_order(const Order& order);
  void check_group(const Order& order);
  void check_routed_order(const Order& order);
  void read_client_ids(OrderSlot slot);
  void read_routed(const Order& order);
  /// A text that a venue or a client gave: printable, at most `bytes_max` bytes.
  std::string read_printable(std::size_t bytes_max, const char* what);
  void open_order(OrderSlot slot);
  /// Whether the account can have so much more reserved.
  [[nodiscard]] bool may_reserve(const engine::Account& account, Money amount) const {
    if (account.type != AccountType::cash) return state_.accounts_.may_owe(account, amount);
    // What a venue told may have left it short.
    const std::int64_t least = with_venues_ ? -engine::venue_shortfall_units_max : 0;
    return account.free().units - amount.units >= least;
  }
  void read_books();
  void read_market_orders(SymbolId id);
  void check_whole();

  State& state_;
  ByteReader& reader_;
  const char* problem_ = nullptr;
  bool with_venues_ = false;
  bool with_numbers_ = false;
  Layout layout_ = Layout::current;
  std::uint64_t next_order_ = 0;
  // What follows from other things, as it was saved.
  Money saved_cash_total_;
  Money saved_deficit_total_;
  struct Claims {
    PositionIndex position = 0;
    Quantity open_buys;
    Quantity promised;
  };
  std::vector<Money> saved_reserved_;  ///< of the accounts, from the first on
  std::vector<Claims> saved_claims_;
  engine::WideMoney cash_above_zero_ = 0;
  engine::WideMoney cash_lacked_ = 0;  ///< by cash accounts, for what venues told
  std::uint64_t market_orders_ = 0;    ///< of the auctions that form
};

}  // namespace trade
