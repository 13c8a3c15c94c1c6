// Which symbols have changed since somebody last looked, and in what: a symbol once, however often it
// changed.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/ids.hpp"

namespace trade::market {

/// What of a symbol has changed, as bits.
struct Changed {
  static constexpr std::uint8_t quote = 1;
  static constexpr std::uint8_t depth = 2;
  static constexpr std::uint8_t tape = 4;
  static constexpr std::uint8_t all = quote | depth | tape;
};

class ChangeSet {
 public:
  struct Change {
    SymbolId symbol;
    std::uint8_t what = 0;  ///< bits of Changed
  };

  /// `symbol` not zero.
  void mark(SymbolId symbol, std::uint8_t what) {
    if (symbol.value >= places_.size()) places_.resize(std::size_t{symbol.value} + 1);
    std::uint32_t& place = places_[symbol.value];
    if (place == 0) {
      changes_.push_back({symbol, what});
      place = static_cast<std::uint32_t>(changes_.size());
    } else {
      Change& change = changes_[place - 1];
      change.what = static_cast<std::uint8_t>(change.what | what);
    }
  }
  void mark(const ChangeSet& other) {
    for (const Change& change : other.changes_)
      mark(change.symbol, change.what);
  }

  /// In the order in which the symbols first changed.
  [[nodiscard]] std::span<const Change> changes() const { return changes_; }
  [[nodiscard]] bool empty() const { return changes_.empty(); }

  void clear() {
    for (const Change& change : changes_)
      places_[change.symbol.value] = 0;
    changes_.clear();
  }

 private:
  std::vector<Change> changes_;
  std::vector<std::uint32_t> places_;  ///< by symbol: place in `changes_` plus one, zero: not there
};

}  // namespace trade::market
