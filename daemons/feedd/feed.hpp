// The market data of the suite: follows the journal, answers and publishes quotes, depth and trades.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "client/transport.hpp"
#include "feedd/market_store.hpp"
#include "feedd/store_writer.hpp"
#include "follower/application.hpp"
#include "market/market.hpp"
#include "market/views.hpp"

namespace trade::feedd {

/// Levels of each side in a published depth.
constexpr std::size_t published_depth_levels = 10;

struct FeedOptions {
  std::filesystem::path directory;                ///< of the stored market
  std::size_t map_bytes = std::size_t{64} << 20;  ///< of its memory map at first; it grows
  /// What has changed is stored this often at most: the rest of the journal is quickly read again…
  std::chrono::milliseconds save_interval{1'000};
  /// …and so seldom that storing takes no more than one part in so many of the time: a busy market changes
  /// thousands of symbols at once, and the journal shares the disk.
  std::int64_t save_time_share = 40;
  /// But once so many events have come since: a restart reads them again, at some three million a second.
  std::uint64_t save_events = 10'000'000;
  MakeWriter make_writer = make_store_writer;
  /// Nanoseconds of a clock that never goes back.
  std::function<std::int64_t()> monotonic_ns = monotonic_nanoseconds;
};

class Feed final : public follower::Application {
 public:
  /// Opens the stored market and goes on from there.
  static Result<std::unique_ptr<Feed>> open(const FeedOptions& options);

  [[nodiscard]] follower::Position position() const override { return position_; }
  Status apply(const wire::Batch& batch) override;
  /// Nothing need be durable before an answer: the journal has it all.
  Status commit() override;
  ReplyBody answer(const RequestBody& request) override;
  void publish(follower::Publisher& publisher) override;
  /// Stores what has changed, when it is time. A store that cannot be written is logged and tried again: the
  /// market goes on without.
  Status idle(Timestamp now) override;
  Status stop() override;
  void describe(DaemonView& view) const override;

  [[nodiscard]] const market::Market& market() const { return market_; }

 private:
  Feed(const FeedOptions& options, MarketStore store, MarketStore::Loaded loaded);

  ReplyBody reply(const QuotesRequest& request) const { return reply_of(quotes_view(market_, request)); }
  ReplyBody reply(const DepthRequest& request) const { return reply_of(depth_view(market_, request)); }
  ReplyBody reply(const TapeRequest& request) const { return reply_of(tape_view(market_, request)); }
  ReplyBody reply(const QuoteHistoryRequest& request) const {
    return reply_of(quote_history_view(market_, request));
  }
  ReplyBody reply(const BarsRequest& request) const { return reply_of(bars_view(market_, request)); }
  template <class Other>
  ReplyBody reply(const Other& request) const {
    static_cast<void>(request);
    return follower::not_served_here("feedd");
  }
  void publish_trades(follower::Publisher& publisher, SymbolId id);

  void start_saving();
  void finish_saving(Writer::Outcome outcome);

  FeedOptions options_;
  market::Market market_;
  follower::Position position_;
  market::ChangeSet unsaved_;
  std::vector<market::RingCounts> saved_;       ///< by symbol id less one: what is stored, or being stored
  std::vector<std::uint64_t> published_tapes_;  ///< by symbol id less one: the last trade that was published
  follower::Position saved_position_;           ///< stored, or being stored
  std::unique_ptr<Writer> writer_;
  MarketChanges spare_changes_;  ///< their memory is used again
  std::int64_t save_due_ns_ = 0;
  std::uint64_t events_since_save_ = 0;  ///< since the last one was begun, or has failed

  struct Counters {
    std::int64_t events = 0;
    std::int64_t quotes_published = 0;
    std::int64_t depths_published = 0;
    std::int64_t trades_published = 0;
    std::int64_t saves = 0;
    std::int64_t save_failures = 0;
    std::int64_t last_save_bytes = 0;
    std::int64_t last_save_microseconds = 0;
    std::int64_t stored_batch = 0;
  };
  Counters counters_;
};

}  // namespace trade::feedd
