// The entries of market data messages (W, X): what one subscription has to be told of a symbol, given what it
// has been told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fix/session.hpp"
#include "fixd/market_data_request.hpp"
#include "model/views.hpp"

namespace trade::fixd {

/// The trades that came last, as many as a subscriber may be behind.
class RecentTrades {
 public:
  static constexpr std::size_t kept_max = 1'000;

  /// One that is not newer than the last is passed over.
  void add(TapeEntryView trade);
  /// Those after the event `sequence`, the oldest first.
  [[nodiscard]] std::vector<TapeEntryView> after(Sequence sequence) const;
  /// Whether one after that event is not kept any more.
  [[nodiscard]] bool lost_after(Sequence sequence) const { return sequence < last_dropped_; }
  /// Zero: none yet.
  [[nodiscard]] Sequence last() const { return last_; }

 private:
  std::deque<TapeEntryView> trades_;
  Sequence last_ = 0;
  Sequence last_dropped_ = 0;
};

/// A symbol's market as far as it is known.
struct MarketPicture {
  std::optional<QuoteView> quote;
  std::optional<DepthView> depth;  ///< of as many levels as are published
  std::optional<DepthView> book;   ///< of up to `market_depth_max` levels
  RecentTrades trades;

  // Each counts when it is newer than what is known.
  void put_quote(QuoteView view);
  void put_depth(DepthView view);
  void put_book(DepthView view);
};

/// One entry of a message.
struct MarketDataEntry {
  char type = entry_type::bid;
  char action = '0';  ///< MDUpdateAction (279): new, change, delete; of X only
  std::optional<Price> price;
  std::optional<Quantity> size;
  std::int64_t orders = 0;     ///< of a level; zero: not told
  std::uint32_t position = 0;  ///< of a level, from 1; zero: not told
  std::string id = {};         ///< of a trade
  Timestamp time = {};         ///< of a trade
  char condition = '\0';       ///< TradeCondition (277): P more buyers, Q more sellers

  bool operator==(const MarketDataEntry&) const = default;
};

/// What one subscription has been told of one symbol, and so what it has to be told next.
class ToldMarket {
 public:
  /// The whole state, which is told from now on: levels, figures, and the trades that were not told. The
  /// first time `last_trade` stands for those, if there was one; later it is not looked at.
  std::vector<MarketDataEntry> whole(const MarketDataRequest& request, const MarketPicture& picture,
                                     const std::optional<TapeEntryView>& last_trade);
  /// What has changed since, which is told from now on.
  std::vector<MarketDataEntry> changes(const MarketDataRequest& request, const MarketPicture& picture);

  [[nodiscard]] bool begun() const { return begun_; }
  /// The event of the last trade that was told.
  [[nodiscard]] Sequence last_trade() const { return last_trade_; }

 private:
  void add_trades(const MarketDataRequest& request, const MarketPicture& picture,
                  std::vector<MarketDataEntry>& entries);

  bool begun_ = false;
  std::vector<DepthLevelView> bids_;
  std::vector<DepthLevelView> offers_;
  std::map<char, MarketDataEntry> figures_;
  Sequence last_trade_ = 0;
};

/// Entries of one message at most; what is more goes into the next.
constexpr std::size_t entries_per_message_max = 1'000;

/// MarketDataSnapshotFullRefresh (W). `volume` of the day, for FIX 4.2, which has no entry for it.
fix::Message market_data_snapshot(const MarketDataRequest& request, const std::string& symbol,
                                  const std::vector<MarketDataEntry>& entries, std::optional<Quantity> volume,
                                  bool fix42);
/// MarketDataIncrementalRefresh (X): as many as it takes.
std::vector<fix::Message> market_data_changes(const MarketDataRequest& request, const std::string& symbol,
                                              const std::vector<MarketDataEntry>& entries, bool fix42);

}  // namespace trade::fixd
