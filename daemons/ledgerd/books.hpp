// The books of record as a daemon keeps them: folds the journal, stores postings and checkpoints, answers.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "follower/account_journal.hpp"
#include "follower/application.hpp"
#include "journal/journal.hpp"
#include "ledger/frame.hpp"
#include "ledger/ledger.hpp"
#include "ledgerd/checkpoint.hpp"
#include "ledgerd/equity_notes.hpp"
#include "ledgerd/ledger_store.hpp"
#include "ledgerd/store_writer.hpp"

namespace trade::ledgerd {

struct BooksOptions {
  LedgerStore::Options store;
  ledger::LedgerCapacity capacity;
  /// Postings wait in memory until there are so many bytes of them, or for so long: what is not on disk yet
  /// is folded again after a crash, and syncs of the ledger hold up those of the journal.
  std::size_t commit_bytes_min = std::size_t{256} << 10;
  std::chrono::milliseconds commit_interval{200};
  /// Postings wait in memory while a commit is under way, up to so many bytes; then folding waits.
  std::size_t frame_bytes_max = std::size_t{8} << 20;
  // A checkpoint is begun after so many events, or when nothing came for so long, or after so long. Each
  // saves nearly all accounts and positions of a busy market; a restart folds at most what came since, in
  // some two seconds.
  std::uint64_t checkpoint_events = 6'000'000;
  std::chrono::milliseconds checkpoint_idle{1'000};
  std::chrono::milliseconds checkpoint_interval{30'000};
  /// Bytes of a checkpoint that are written with one commit, or a hundredth of it where that is more.
  std::size_t checkpoint_portion_bytes = std::size_t{1} << 20;
  /// Pages of the newest orders that come into memory, after a start, each time that idling is called: some
  /// milliseconds' worth.
  std::size_t pages_brought_back_idle = 64;
  /// Postings are looked for so long with one request, at least in one frame: others are waiting.
  std::chrono::nanoseconds looking_time_max{20'000'000};
  MakeWriter make_writer = make_store_writer;
  /// Opens the journal again, for what is asked about its events; empty: nothing is told of those.
  follower::AccountJournal::Open open_journal = {};
};

/// Whether what was stored in a directory of books up to this position comes from this journal, and no later
/// than its end.
Status check_origin(const Position& stored, const std::filesystem::path& directory, journal::Reader& reader);

class Books final : public follower::Application {
 public:
  /// Opens what is stored and goes on from the last checkpoint. Events that are in the postings already
  /// are folded again, but not posted again.
  static Result<std::unique_ptr<Books>> open(const BooksOptions& options);

  /// Whether what was stored when the books were opened comes from this journal, and no later than its end.
  Status check_origin(journal::Reader& reader) const {
    return ledgerd::check_origin(store_.position_at_open(), store_.directory(), reader);
  }

  [[nodiscard]] Position position() const override { return position_; }
  Status apply(const wire::Batch& batch) override;
  /// Hands what was applied to the disk once it is enough to be worth a sync. Does not wait for it unless
  /// much is waiting already: answers need not be durable here, since the journal is.
  Status commit() override;
  [[nodiscard]] std::uint64_t answers_from() const override { return store_.position_at_open().batch; }
  ReplyBody answer(const RequestBody& request) override;
  Status idle(Timestamp now) override;
  /// Ends with a checkpoint, so that the next start need not fold anything again.
  Status stop() override;
  void describe(DaemonView& view) const override;

  [[nodiscard]] const ledger::Ledger& ledger() const { return ledger_; }
  /// Where orders are that are not in the ledger's memory.
  [[nodiscard]] const LedgerStore& store() const { return store_; }
  /// Waits until everything applied is on disk.
  Status flush();
  /// Begins a checkpoint if there is something to save and none is under way.
  void begin_checkpoint();
  /// A checkpoint is being written, or what it superseded removed.
  [[nodiscard]] bool checkpoint_under_way() const { return checkpoint_.has_value(); }

 private:
  Books(const BooksOptions& options, LedgerStore store);

  /// Events that the postings hold already are being folded again.
  [[nodiscard]] bool refolding() const { return position_.batch < store_.position_at_open().batch; }
  [[nodiscard]] bool has_changes() const;
  Status fold(const wire::Batch& batch);
  [[nodiscard]] std::size_t waiting_bytes() const { return frame_.body_bytes() + equity_bytes_; }
  /// Hands over what there is, unless a change is under way.
  Status commit_changes();
  void start_change();
  Status take(std::optional<Writer::Outcome> outcome);
  /// Writes the rest of a checkpoint that is under way, and waits for it. Nothing else may be being written.
  Status finish_checkpoint();
  Status make_room();
  [[nodiscard]] bool checkpoint_due(Timestamp now);
  [[nodiscard]] bool commit_due(Timestamp now);

  Result<ReplyBody> reply(const PortfolioRequest& request);
  Result<ReplyBody> reply(const OrdersRequest& request);
  Result<ReplyBody> reply(const FillsRequest& request);
  Result<ReplyBody> reply(const FeesRequest& request);
  Result<ReplyBody> reply(const PostingsRequest& request);
  Result<ReplyBody> reply(const HoldingsRequest& request);
  Result<ReplyBody> reply(const EquityHistoryRequest& request);
  Result<ReplyBody> reply(const AccountEventsRequest& request);
  template <class Other>
  Result<ReplyBody> reply(const Other&) {
    return follower::not_served_here("ledgerd");
  }

  BooksOptions options_;
  LedgerStore store_;
  ledger::Ledger ledger_;
  Position position_;  ///< of the ledger in memory
  Position written_;   ///< handed to the writer
  ledger::FrameWriter frame_;
  EquityNoter equity_noter_;
  std::vector<EquityNotes> equity_notes_;  ///< that wait to be written
  std::size_t equity_bytes_ = 0;           ///< of those
  std::vector<ledger::Entry> entries_;     ///< of the batch at hand
  std::optional<Checkpoint> checkpoint_;
  std::uint64_t generation_ = 0;   ///< of the last checkpoint begun
  Position checkpointed_;          ///< of the last complete checkpoint
  bool change_completes_ = false;  ///< the change under way completes the checkpoint
  /// Of a change that could not be written: nothing is written after it, and the daemon ends.
  std::optional<Error> write_failure_;

  // When the next checkpoint is due.
  std::uint64_t events_since_checkpoint_ = 0;
  Position idle_position_;
  Timestamp idle_since_;
  Timestamp checkpoint_begun_;
  Timestamp committed_at_;  ///< the last time that idling had something to write

  struct Counters {
    std::int64_t frames = 0;
    std::int64_t frame_bytes = 0;
    std::int64_t equity_notes = 0;
    std::int64_t commits = 0;
    std::int64_t commit_longest_microseconds = 0;
    std::int64_t commit_waits = 0;  ///< times that folding had to wait for the disk
    std::int64_t checkpoints = 0;
    std::int64_t checkpoint_bytes = 0;  ///< of the last one
    /// Times that folding had to wait for one, so that orders leave memory.
    std::int64_t checkpoint_waits = 0;
  };
  Counters counters_;
  std::optional<follower::AccountJournal> account_journal_;  ///< where the journal can be opened again
  std::unique_ptr<Writer> writer_;                           ///< last, so that its thread ends first
};

}  // namespace trade::ledgerd
