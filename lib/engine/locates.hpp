// Shares that accounts may sell short because somebody has located them to be borrowed. Kept beside the
// orders and positions, so that an order which is no short sale pays nothing for it.
#pragma once

#include <algorithm>
#include <map>
#include <memory_resource>
#include <utility>

#include "base/time.hpp"
#include "model/ids.hpp"
#include "model/numbers.hpp"

namespace trade::engine {

/// What was located of one symbol for one account.
struct Locate {
  Quantity granted;
  Quantity used;  ///< sold short since it was granted
  Quantity held;  ///< left of open orders that were accepted with it; may be more than was granted since
  Timestamp expires_at;  ///< zero: with the trading day

  /// Shares that further orders may sell short.
  [[nodiscard]] Quantity free(Timestamp now) const {
    if (expires_at != Timestamp{} && expires_at <= now) return {};
    const Quantity free = granted - used - held;
    return free.shares > 0 ? free : Quantity{};
  }
};

/// What an account is short of in one symbol.
struct ShortPosition {
  SymbolId symbol;
  Quantity quantity;  ///< above zero
};

class Locates {
 public:
  using Key = std::pair<AccountId, SymbolId>;
  using Map = std::pmr::map<Key, Locate>;

  explicit Locates(std::pmr::memory_resource* memory) : locates_(memory) {}

  [[nodiscard]] Quantity free(AccountId account, SymbolId symbol, Timestamp now) const {
    const auto found = locates_.find({account, symbol});
    return found == locates_.end() ? Quantity{} : found->second.free(now);
  }
  /// Replaces what was granted; what open orders hold stays held.
  void grant(AccountId account, SymbolId symbol, Quantity quantity, Timestamp expires_at) {
    Locate& locate = locates_[{account, symbol}];
    locate.granted = quantity;
    locate.used = {};
    locate.expires_at = expires_at;
    drop_if_over(locates_.find({account, symbol}));
  }
  /// More shares for an open order, or (below zero) fewer.
  void hold(AccountId account, SymbolId symbol, Quantity more) {
    const auto found = locates_.find({account, symbol});
    found->second.held += more;
    drop_if_over(found);
  }
  /// Shares that an open order held are sold.
  void use(AccountId account, SymbolId symbol, Quantity quantity) {
    const auto found = locates_.find({account, symbol});
    found->second.held -= quantity;
    found->second.used += quantity;
    drop_if_over(found);
  }
  /// A sale by `use` never was. Where the grant has been replaced since, it counts there no more.
  void give_back(AccountId account, SymbolId symbol, Quantity quantity) {
    const auto found = locates_.find({account, symbol});
    if (found == locates_.end()) return;
    found->second.used = std::max(found->second.used - quantity, Quantity{});
  }
  /// A trading day begins at `now`: what was granted for the old one, or until a time that has come, is over.
  void end_day(Timestamp now) {
    for (auto at = locates_.begin(); at != locates_.end();) {
      Locate& locate = at->second;
      if (locate.expires_at <= now) {
        locate.granted = {};
        locate.used = {};
        locate.expires_at = {};
      }
      const auto next = std::next(at);
      drop_if_over(at);
      at = next;
    }
  }

  [[nodiscard]] const Map& all() const { return locates_; }
  /// For loading: as it was saved. What orders hold is added as they are loaded.
  void restore(Key key, const Locate& locate) { locates_[key] = locate; }

 private:
  void drop_if_over(Map::iterator at) {
    if (!at->second.granted && !at->second.held) locates_.erase(at);
  }

  Map locates_;
};

}  // namespace trade::engine
