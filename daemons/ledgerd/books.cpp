#include "ledgerd/books.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace trade::ledgerd {

namespace {

std::chrono::nanoseconds time_between(Timestamp earlier, Timestamp later) {
  return std::chrono::nanoseconds(later.nanoseconds - earlier.nanoseconds);
}

}  // namespace

Result<std::unique_ptr<Books>> Books::open(const BooksOptions& options) {
  auto store = LedgerStore::open(options.store);
  if (!store) return pass_on(std::move(store));
  std::unique_ptr<Books> books(new Books(options, std::move(*store)));
  // The ledger goes on reading from the store, so that must have its place first.
  auto ledger = books->store_.load(options.capacity);
  if (!ledger) return pass_on(std::move(ledger));
  books->ledger_ = std::move(*ledger);
  return books;
}

Books::Books(const BooksOptions& options, LedgerStore store)
    : options_(options),
      store_(std::move(store)),
      written_(store_.position_at_open()),
      writer_(options.make_writer(store_)) {
  if (const auto& checkpoint = store_.checkpoint_at_open()) {
    position_ = checkpointed_ = checkpoint->position;
    generation_ = checkpoint->generation;
  }
  if (options.open_journal) account_journal_.emplace(options.open_journal);
}

Status check_origin(const Position& stored, const std::filesystem::path& directory, journal::Reader& reader) {
  if (stored.batch == 0) return {};
  const std::string hint = "put the right journal back, or run " + rebuild_command(directory);
  auto head = reader.head();
  if (!head) return pass_on(std::move(head));
  if (head->batch < stored.batch) {
    return fail(ErrorCode::corrupt,
                "the ledger in " + directory.string() + " goes up to batch " + std::to_string(stored.batch) +
                    ", but the journal ends with batch " + std::to_string(head->batch),
                hint);
  }
  wire::Batch batch;
  auto found = reader.read(stored.batch, batch);
  if (!found) return pass_on(std::move(found));
  if (!*found || follower::position_after(batch) != stored) {
    return fail(ErrorCode::corrupt,
                "the ledger in " + directory.string() + " was made from another journal: batch " +
                    std::to_string(stored.batch) + " is not the same",
                hint);
  }
  return {};
}

/// What accounts were worth when a step of time ended is noted before the first event after it.
Status Books::fold(const wire::Batch& batch) {
  // What is folded again was noted when it was folded first.
  const bool noted = batch.header.batch <= store_.position_at_open().batch;
  std::span<const Event> rest(batch.events);
  while (!rest.empty()) {
    const std::size_t count = equity_noter_.events_of_step(rest);
    if (Status folded = ledger_.fold(rest.first(count), entries_); !folded) return folded;
    rest = rest.subspan(count);
    if (rest.empty()) break;
    for (EquityNotes& notes : equity_noter_.end_step(ledger_, rest.front().timestamp)) {
      if (noted) continue;
      equity_bytes_ += notes.rows.size();
      ++counters_.equity_notes;
      equity_notes_.push_back(std::move(notes));
    }
  }
  return {};
}

Status Books::apply(const wire::Batch& batch) {
  if (ledger_.crowded()) {
    if (Status made = make_room(); !made) return made;
  }
  entries_.clear();
  if (Status folded = fold(batch); !folded) return folded;
  const Position& stored = store_.position_at_open();
  position_ = follower::position_after(batch);
  events_since_checkpoint_ += batch.events.size();
  if (position_.batch > stored.batch) {
    for (const ledger::Entry& entry : entries_)
      frame_.append(entry);
  } else if (position_.batch == stored.batch && position_ != stored) {
    return fail(ErrorCode::corrupt, "the journal is not the one that the ledger was made from",
                "put the right journal back, or run " + rebuild_command(store_.directory()));
  }
  return {};
}

bool Books::has_changes() const {
  if (refolding()) return false;
  return position_.batch > written_.batch || checkpoint_.has_value();
}

void Books::start_change() {
  StoreChange change;
  change.position = written_ = position_;
  if (frame_.entry_count() > 0) {
    const auto frame = frame_.finish(ledger_.trades().next() - frame_.trade_count());
    change.frame.assign(frame.begin(), frame.end());
    change.frame_last_sequence = frame_.last_sequence();
    counters_.frame_bytes += static_cast<std::int64_t>(frame.size());
    ++counters_.frames;
    frame_.clear();
  }
  change.equity = std::exchange(equity_notes_, {});
  equity_bytes_ = 0;
  if (checkpoint_) {
    const bool was_complete = checkpoint_->complete();
    checkpoint_->add_portion(change);
    change_completes_ = !was_complete && checkpoint_->complete();
  }
  ++counters_.commits;
  writer_->start(std::move(change));
}

Status Books::take(std::optional<Writer::Outcome> outcome) {
  if (outcome && !outcome->status) write_failure_ = outcome->status.error();
  if (write_failure_) return std::unexpected(*write_failure_);
  if (!outcome) return {};
  counters_.commit_longest_microseconds =
      std::max(counters_.commit_longest_microseconds, outcome->duration_ns / nanoseconds_per_microsecond);
  if (!checkpoint_) return {};
  if (std::exchange(change_completes_, false)) {
    checkpointed_ = checkpoint_->position();
    counters_.checkpoint_bytes = static_cast<std::int64_t>(checkpoint_->bytes());
    ++counters_.checkpoints;
    // Now everything that did not change since is saved.
    ledger_.evict_orders();
  }
  if (checkpoint_->finished()) checkpoint_.reset();
  return {};
}

Status Books::commit() {
  if (waiting_bytes() < options_.commit_bytes_min) return take(writer_->take_outcome());
  return commit_changes();
}

Status Books::commit_changes() {
  if (Status taken = take(writer_->take_outcome()); !taken) return taken;
  if (writer_->busy()) {
    if (waiting_bytes() < options_.frame_bytes_max) return {};
    ++counters_.commit_waits;
    if (Status taken = take(writer_->wait_for_outcome()); !taken) return taken;
  }
  if (has_changes()) start_change();
  return {};
}

Status Books::flush() {
  if (Status taken = take(writer_->wait_for_outcome()); !taken) return taken;
  if (refolding() || position_.batch == written_.batch) return {};
  start_change();
  return take(writer_->wait_for_outcome());
}

void Books::begin_checkpoint() {
  // While events are folded again the position on disk is ahead, and nothing is written.
  if (checkpoint_ || refolding() || ledger_.changed_page_count() == 0) return;
  checkpoint_.emplace(ledger_, position_, ++generation_, options_.checkpoint_portion_bytes);
  events_since_checkpoint_ = 0;
}

/// A checkpoint is written in as many steps as there are calls.
bool Books::commit_due(Timestamp now) {
  if (!checkpoint_ && now >= committed_at_ && time_between(committed_at_, now) < options_.commit_interval) {
    return false;
  }
  committed_at_ = now;
  return true;
}

bool Books::checkpoint_due(Timestamp now) {
  const auto since = [now](Timestamp then) { return time_between(then, now); };
  if (position_ != idle_position_ || now < idle_since_) {
    idle_position_ = position_;
    idle_since_ = now;
  }
  if (!checkpoint_begun_ || now < checkpoint_begun_) checkpoint_begun_ = now;
  return events_since_checkpoint_ >= options_.checkpoint_events ||
         since(idle_since_) >= options_.checkpoint_idle ||
         since(checkpoint_begun_) >= options_.checkpoint_interval;
}

Status Books::idle(Timestamp now) {
  if (!refolding()) ledger_.bring_orders_back(options_.pages_brought_back_idle);
  if (const Error* failure = ledger_.orders().read_failure()) return std::unexpected(*failure);
  if (checkpoint_due(now) && !checkpoint_) {
    begin_checkpoint();
    checkpoint_begun_ = now;
  }
  return commit_due(now) ? commit_changes() : commit();
}

Status Books::stop() {
  if (Status flushed = flush(); !flushed) return flushed;
  // One that is under way is finished first; then whatever changed since is saved as well.
  for (int round = 0; round < 2; ++round) {
    begin_checkpoint();
    if (Status finished = finish_checkpoint(); !finished) return finished;
  }
  return {};
}

Status Books::finish_checkpoint() {
  while (checkpoint_) {
    start_change();
    if (Status taken = take(writer_->wait_for_outcome()); !taken) return taken;
  }
  return {};
}

/// Pages of orders can come back faster than checkpoints let others go.
Status Books::make_room() {
  if (refolding()) return {};
  ++counters_.checkpoint_waits;
  if (Status taken = take(writer_->wait_for_outcome()); !taken) return taken;
  // What changed since the one under way began leaves with the next.
  for (int round = 0; round < 2 && ledger_.crowded(); ++round) {
    begin_checkpoint();
    if (Status finished = finish_checkpoint(); !finished) return finished;
  }
  return {};
}

void Books::describe(DaemonView& view) const {
  const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  auto& counters = view.counters;
  counters["accounts"] = ledger_.account_count();
  counters["symbols"] = ledger_.symbol_count();
  counters["positions"] = ledger_.position_count();
  counters["orders"] = number(ledger_.orders().newest().value);
  counters["open_orders"] = number(ledger_.orders().open_count());
  counters["order_pages_in_memory"] = ledger_.orders().pages_in_memory();
  counters["order_pages_brought_back"] = number(ledger_.orders().pages_brought_back());
  counters["trades"] = number(ledger_.trades().next());
  counters["postings"] = number(ledger_.posting_count());
  counters["checkpoint_sequence"] = number(checkpointed_.last_sequence);
  counters["checkpoints"] = counters_.checkpoints;
  counters["checkpoint_bytes"] = counters_.checkpoint_bytes;
  counters["checkpoint_waits"] = counters_.checkpoint_waits;
  counters["commits"] = counters_.commits;
  counters["commit_longest_microseconds"] = counters_.commit_longest_microseconds;
  counters["commit_waits"] = counters_.commit_waits;
  counters["equity_notes"] = counters_.equity_notes;
  counters["frames"] = counters_.frames;
  counters["frame_bytes"] = counters_.frame_bytes;
  counters["store_bytes"] = number(store_.used_bytes());
}

}  // namespace trade::ledgerd
