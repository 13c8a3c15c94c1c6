#include "fixd/market_data_entries.hpp"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>

#include "fixd/translation.hpp"

namespace trade::fixd {

namespace {

constexpr char action_new = '0';
constexpr char action_change = '1';
constexpr char action_delete = '2';

constexpr char more_buyers = 'P';
constexpr char more_sellers = 'Q';

MarketDataEntry level_entry(char type, char action, const DepthLevelView& level, std::size_t position) {
  MarketDataEntry entry;
  entry.type = type;
  entry.action = action;
  entry.price = level.price;
  if (action == action_delete) return entry;
  entry.size = level.size;
  entry.orders = level.orders;
  entry.position = static_cast<std::uint32_t>(position + 1);
  return entry;
}

/// The best levels of one side that a request is about.
std::vector<DepthLevelView> best_levels(const std::vector<DepthLevelView>& levels, std::uint32_t count) {
  return {levels.begin(),
          levels.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(levels.size(), count))};
}

/// Both are best first. Deletes come first, so that no price is there twice in between.
void add_level_changes(char type, const std::vector<DepthLevelView>& before,
                       const std::vector<DepthLevelView>& after, std::vector<MarketDataEntry>& entries) {
  const auto better = [type](Price left, Price right) {
    return type == entry_type::bid ? left > right : left < right;
  };
  std::vector<MarketDataEntry> kept;
  std::size_t old_at = 0;
  for (std::size_t at = 0; at < after.size(); ++at) {
    while (old_at < before.size() && better(before[old_at].price, after[at].price))
      entries.push_back(level_entry(type, action_delete, before[old_at++], 0));
    const bool was_there = old_at < before.size() && before[old_at].price == after[at].price;
    if (!was_there) {
      kept.push_back(level_entry(type, action_new, after[at], at));
    } else if (before[old_at++] != after[at]) {
      kept.push_back(level_entry(type, action_change, after[at], at));
    }
  }
  for (; old_at < before.size(); ++old_at)
    entries.push_back(level_entry(type, action_delete, before[old_at], 0));
  entries.insert(entries.end(), std::make_move_iterator(kept.begin()), std::make_move_iterator(kept.end()));
}

/// What a quote tells, of the types that are wanted; a price that there is not is left out.
std::map<char, MarketDataEntry> figures_of(const MarketDataRequest& request, const QuoteView& quote) {
  std::map<char, MarketDataEntry> figures;
  const auto add = [&](char type, std::optional<Price> price, std::optional<Quantity> size, char condition) {
    if (!request.wants(type)) return;
    MarketDataEntry entry;
    entry.type = type;
    entry.price = price;
    entry.size = size;
    entry.condition = condition;
    figures.emplace(type, std::move(entry));
  };
  if (quote.open) add(entry_type::opening, quote.open, std::nullopt, '\0');
  if (quote.previous_close) add(entry_type::closing, quote.previous_close, std::nullopt, '\0');
  if (quote.high) add(entry_type::high, quote.high, std::nullopt, '\0');
  if (quote.low) add(entry_type::low, quote.low, std::nullopt, '\0');
  if (is_call(quote.phase)) {
    const AuctionFigures& auction = quote.auction;
    const char condition = !auction.imbalance_side                ? '\0'
                           : *auction.imbalance_side == Side::buy ? more_buyers
                                                                  : more_sellers;
    add(entry_type::imbalance, auction.price ? std::optional(auction.price) : std::nullopt, auction.imbalance,
        condition);
  }
  add(entry_type::volume, std::nullopt, quote.volume, '\0');
  return figures;
}

MarketDataEntry trade_entry(const TapeEntryView& trade) {
  MarketDataEntry entry;
  entry.type = entry_type::trade;
  entry.price = trade.price;
  entry.size = trade.quantity;
  entry.id = std::to_string(trade.id.value);
  entry.time = trade.executed_at;
  return entry;
}

const std::optional<DepthView>& depth_of(const MarketDataRequest& request, const MarketPicture& picture) {
  return request.wants_deep_book() ? picture.book : picture.depth;
}

/// Of X where `symbol_of_change` is not null, else of W, where the symbol stands outside.
std::vector<fix::Field> fields_of(const MarketDataEntry& entry, const std::string* symbol_of_change,
                                  bool fix42) {
  fix::Message made;
  if (symbol_of_change != nullptr) made.add(279, std::string(1, entry.action));
  made.add(269, std::string(1, entry.type));
  if (symbol_of_change != nullptr) {
    if (!entry.id.empty()) made.add(278, entry.id);
    made.add(55, *symbol_of_change);
  }
  if (entry.price) made.add(270, format_price(*entry.price));
  if (entry.size) made.add(271, format_quantity(*entry.size));
  if (entry.time) {
    const std::string time = fix_time(entry.time);  // "20260130-14:30:00.000"
    made.add(272, time.substr(0, 8)).add(273, time.substr(9));
  }
  if (entry.condition != '\0') made.add(277, std::string(1, entry.condition));
  // 4.2 has no value for the day before.
  if (entry.type == entry_type::closing && !fix42) made.add(286, "4");
  if (entry.orders > 0) made.add(346, std::to_string(entry.orders));
  if (entry.position > 0) made.add(290, std::to_string(entry.position));
  return std::move(made.fields);
}

}  // namespace

void RecentTrades::add(TapeEntryView trade) {
  if (trade.sequence <= last_) return;
  last_ = trade.sequence;
  trades_.push_back(std::move(trade));
  if (trades_.size() <= kept_max) return;
  last_dropped_ = trades_.front().sequence;
  trades_.pop_front();
}

std::vector<TapeEntryView> RecentTrades::after(Sequence sequence) const {
  const auto first = std::ranges::upper_bound(trades_, sequence, {}, &TapeEntryView::sequence);
  return {first, trades_.end()};
}

void MarketPicture::put_quote(QuoteView view) {
  if (!quote || view.sequence > quote->sequence) quote = std::move(view);
}

void MarketPicture::put_depth(DepthView view) {
  if (!depth || view.sequence > depth->sequence) depth = std::move(view);
}

void MarketPicture::put_book(DepthView view) {
  if (!book || view.sequence > book->sequence) book = std::move(view);
}

void ToldMarket::add_trades(const MarketDataRequest& request, const MarketPicture& picture,
                            std::vector<MarketDataEntry>& entries) {
  if (!request.wants(entry_type::trade)) return;
  for (const TapeEntryView& trade : picture.trades.after(last_trade_)) {
    entries.push_back(trade_entry(trade));
    last_trade_ = trade.sequence;
  }
}

std::vector<MarketDataEntry> ToldMarket::whole(const MarketDataRequest& request, const MarketPicture& picture,
                                               const std::optional<TapeEntryView>& last_trade) {
  std::vector<MarketDataEntry> entries;
  if (const auto& depth = depth_of(request, picture); depth && request.wants_book()) {
    bids_ = request.wants(entry_type::bid) ? best_levels(depth->bids, request.levels)
                                           : std::vector<DepthLevelView>{};
    offers_ = request.wants(entry_type::offer) ? best_levels(depth->asks, request.levels)
                                               : std::vector<DepthLevelView>{};
    for (std::size_t at = 0; at < bids_.size(); ++at)
      entries.push_back(level_entry(entry_type::bid, action_new, bids_[at], at));
    for (std::size_t at = 0; at < offers_.size(); ++at)
      entries.push_back(level_entry(entry_type::offer, action_new, offers_[at], at));
  }
  if (picture.quote) figures_ = figures_of(request, *picture.quote);
  for (const auto& [type, entry] : figures_)
    entries.push_back(entry);
  if (begun_) {
    add_trades(request, picture, entries);
  } else if (last_trade && request.wants(entry_type::trade)) {
    entries.push_back(trade_entry(*last_trade));
    last_trade_ = last_trade->sequence;
  }
  begun_ = true;
  return entries;
}

std::vector<MarketDataEntry> ToldMarket::changes(const MarketDataRequest& request,
                                                 const MarketPicture& picture) {
  std::vector<MarketDataEntry> entries;
  if (const auto& depth = depth_of(request, picture); depth && request.wants_book()) {
    for (const auto& [type, told, levels] :
         {std::tuple(entry_type::bid, &bids_, &depth->bids), {entry_type::offer, &offers_, &depth->asks}}) {
      if (!request.wants(type)) continue;
      std::vector<DepthLevelView> now = best_levels(*levels, request.levels);
      add_level_changes(type, *told, now, entries);
      *told = std::move(now);
    }
  }
  if (picture.quote) {
    std::map<char, MarketDataEntry> now = figures_of(request, *picture.quote);
    for (const auto& [type, entry] : figures_) {
      if (now.contains(type)) continue;
      MarketDataEntry gone;
      gone.type = type;
      gone.action = action_delete;
      entries.push_back(gone);
    }
    for (const auto& [type, entry] : now) {
      const auto before = figures_.find(type);
      if (before != figures_.end() && before->second == entry) continue;
      entries.push_back(entry);
      entries.back().action = before == figures_.end() ? action_new : action_change;
    }
    figures_ = std::move(now);
  }
  add_trades(request, picture, entries);
  return entries;
}

fix::Message market_data_snapshot(const MarketDataRequest& request, const std::string& symbol,
                                  const std::vector<MarketDataEntry>& entries, std::optional<Quantity> volume,
                                  bool fix42) {
  fix::Message message;
  message.type = "W";
  message.add(262, request.id).add(55, symbol);
  if (fix42 && volume) message.add(387, format_quantity(*volume));
  if (entries.empty()) {
    message.add(268, "0");
    return message;
  }
  fix::Group group{268, 269, {}};
  for (const MarketDataEntry& entry : entries)
    group.entries.push_back(fields_of(entry, nullptr, fix42));
  message.groups.push_back(std::move(group));
  return message;
}

std::vector<fix::Message> market_data_changes(const MarketDataRequest& request, const std::string& symbol,
                                              const std::vector<MarketDataEntry>& entries, bool fix42) {
  std::vector<fix::Message> messages;
  std::span<const MarketDataEntry> left = entries;
  while (!left.empty()) {
    const std::size_t count = std::min(left.size(), entries_per_message_max);
    fix::Group group{268, 279, {}};
    for (const MarketDataEntry& entry : left.first(count))
      group.entries.push_back(fields_of(entry, &symbol, fix42));
    left = left.subspan(count);
    fix::Message message;
    message.type = "X";
    message.add(262, request.id);
    message.groups.push_back(std::move(group));
    messages.push_back(std::move(message));
  }
  return messages;
}

}  // namespace trade::fixd
