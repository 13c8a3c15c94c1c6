#include "feedd/feed.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "app/log.hpp"
#include "bus/topics.hpp"

namespace trade::feedd {

namespace {

using market::Changed;
using market::ChangeSet;
using market::SymbolMarket;

/// After a failed write the next is tried so much later.
constexpr std::int64_t retry_after_ns = nanoseconds_per_second;

}  // namespace

Result<std::unique_ptr<Feed>> Feed::open(const FeedOptions& options) {
  auto store = MarketStore::open(options.directory, options.map_bytes);
  if (!store) return pass_on(std::move(store));
  auto loaded = store->load();
  if (!loaded) {
    if (loaded.error().code != ErrorCode::corrupt) return pass_on(std::move(loaded));
    spdlog::warn("{}; it is made anew from the journal", loaded.error().message);
    if (auto cleared = store->clear(); !cleared) return pass_on(std::move(cleared));
    loaded = MarketStore::Loaded{};
  }
  return std::unique_ptr<Feed>(new Feed(options, std::move(*store), std::move(*loaded)));
}

Feed::Feed(const FeedOptions& options, MarketStore store, MarketStore::Loaded loaded)
    : options_(options),
      market_(std::move(loaded.market)),
      position_(loaded.position),
      saved_(std::move(loaded.saved)),
      saved_position_(loaded.position),
      writer_(options.make_writer(std::move(store))) {
  for (const market::RingCounts& counts : saved_)
    published_tapes_.push_back(counts.tape);
  counters_.stored_batch = static_cast<std::int64_t>(position_.batch);
}

Status Feed::apply(const wire::Batch& batch) {
  if (auto applied = market_.apply(batch.events); !applied) return applied;
  position_ = follower::position_after(batch);
  counters_.events += static_cast<std::int64_t>(batch.event_count());
  events_since_save_ += batch.event_count();
  return {};
}

Status Feed::commit() {
  unsaved_.mark(market_.changes());
  return {};
}

void Feed::publish(follower::Publisher& publisher) {
  published_tapes_.resize(market_.symbol_count());
  for (const ChangeSet::Change& change : market_.changes().changes()) {
    const SymbolMarket& symbol = market_.symbol(change.symbol);
    const std::string_view name = symbol.symbol.view();
    if ((change.what & Changed::tape) != 0) publish_trades(publisher, change.symbol);
    if (const auto topic = bus::quote_topic(name);
        (change.what & Changed::quote) != 0 && publisher.wanted(topic.view())) {
      publisher.publish(topic.view(), QuotePublished{symbol.quote()});
      ++counters_.quotes_published;
    }
    if (const auto topic = bus::depth_topic(name);
        (change.what & Changed::depth) != 0 && publisher.wanted(topic.view())) {
      publisher.publish(topic.view(), DepthPublished{symbol.depth(published_depth_levels)});
      ++counters_.depths_published;
    }
  }
  market_.clear_changes();
}

/// Those of the group that are still on the tape: of a burst beyond that, the last.
void Feed::publish_trades(follower::Publisher& publisher, SymbolId id) {
  const SymbolMarket& symbol = market_.symbol(id);
  std::uint64_t& published = published_tapes_[id.value - 1];
  const auto topic = bus::tape_topic(symbol.symbol.view());
  if (publisher.wanted(topic.view())) {
    const std::uint64_t from = std::max(published + 1, symbol.tape.first_kept());
    for (std::uint64_t number = from; number <= symbol.tape.count(); ++number) {
      publisher.publish(topic.view(), TapePublished{symbol.tape_entry(number)});
      ++counters_.trades_published;
    }
  }
  published = symbol.tape.count();
}

ReplyBody Feed::answer(const RequestBody& request) {
  return std::visit([this](const auto& body) { return reply(body); }, request);
}

Status Feed::idle(Timestamp now) {
  static_cast<void>(now);  // a wall clock may be set back; spans are measured by the other
  if (auto outcome = writer_->take_outcome()) finish_saving(std::move(*outcome));
  const bool due = options_.monotonic_ns() >= save_due_ns_ || events_since_save_ >= options_.save_events;
  if (!writer_->busy() && due) start_saving();
  return {};
}

void Feed::start_saving() {
  if (position_ == saved_position_) return;
  saved_.resize(market_.symbol_count());
  MarketChanges changes = std::move(spare_changes_);
  changes.clear();
  for (const ChangeSet::Change& change : unsaved_.changes()) {
    const SymbolMarket& symbol = market_.symbol(change.symbol);
    market::RingCounts& saved = saved_[change.symbol.value - 1];
    changes.add(change.symbol, symbol, saved);
    saved = market::ring_counts(symbol);
  }
  changes.set_position(position_, market_);
  unsaved_.clear();
  events_since_save_ = 0;
  saved_position_ = position_;
  writer_->start(std::move(changes));
}

void Feed::finish_saving(Writer::Outcome outcome) {
  counters_.last_save_bytes = static_cast<std::int64_t>(outcome.changes.bytes());
  counters_.last_save_microseconds = outcome.duration_ns / nanoseconds_per_microsecond;
  const std::int64_t now_ns = options_.monotonic_ns();
  if (outcome.status) {
    ++counters_.saves;
    counters_.stored_batch = static_cast<std::int64_t>(outcome.changes.position().batch);
    save_due_ns_ = now_ns + std::max(std::chrono::nanoseconds(options_.save_interval).count(),
                                     outcome.duration_ns * (options_.save_time_share - 1));
    spare_changes_ = std::move(outcome.changes);
    return;
  }
  // Nothing of it is stored: all of these symbols are to be written again, with whatever comes meanwhile.
  ++counters_.save_failures;
  spdlog::error("the market could not be stored, and is tried again: {}", outcome.status.error().message);
  for (const SymbolId id : outcome.changes.symbols()) {
    unsaved_.mark(id, Changed::all);
    saved_[id.value - 1] = {};
  }
  saved_position_ = {};
  events_since_save_ = 0;
  save_due_ns_ = now_ns + retry_after_ns;
}

Status Feed::stop() {
  if (auto outcome = writer_->wait_for_outcome()) finish_saving(std::move(*outcome));
  start_saving();
  if (auto outcome = writer_->wait_for_outcome()) {
    if (!outcome->status) return outcome->status;
    finish_saving(std::move(*outcome));
  }
  return {};
}

void Feed::describe(DaemonView& view) const {
  view.counters["symbols"] = market_.symbol_count();
  view.counters["events_applied"] = counters_.events;
  view.counters["quotes_published"] = counters_.quotes_published;
  view.counters["depths_published"] = counters_.depths_published;
  view.counters["trades_published"] = counters_.trades_published;
  view.counters["saves"] = counters_.saves;
  view.counters["save_failures"] = counters_.save_failures;
  view.counters["last_save_bytes"] = counters_.last_save_bytes;
  view.counters["last_save_microseconds"] = counters_.last_save_microseconds;
  view.counters["stored_batch"] = counters_.stored_batch;
}

}  // namespace trade::feedd
