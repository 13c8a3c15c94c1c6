// What ledgerd keeps on disk: the postings frames, how far they go, and checkpoints of the books.
//
// One LMDB environment with four databases. Keys are big-endian, values little-endian.
//
//   frames   key: u64 sequence of the frame's last entry; value: a postings frame (ledger/frame.hpp)
//   pages    key: u8 PageKind, u32 page number, u64 generation
//            value: u64 checksum, then the page as the ledger saved it
//   equity   key: u8 EquityStep, u32 number of the step; value: what accounts were worth at its end
//            (equity_notes.hpp). Of each kind of step so many are kept as equity_steps_kept says.
//   meta     "format"      u32 format version
//            "position"    position: the journal up to here is in the frames; written with every frame
//            "checkpoint"  u64 checksum, u64 generation, position, then the ledger's summary
//            "unfinished"  there while `pages` may hold what no checkpoint needs
//            a position is u64 batch, u64 sequence of the last event, u64 state hash of the batch
//
// A frame and the position after it are one transaction, so each posting is there once however the process
// ends. A checkpoint is written in portions: the pages that changed, under the next generation, and in the
// last transaction the record that makes them count. A page belongs to a checkpoint in its newest version
// that is not of a later generation; older versions are removed afterwards, in portions too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "follower/application.hpp"
#include "ledger/frame.hpp"
#include "ledger/ledger.hpp"
#include "ledger/order_table.hpp"
#include "ledgerd/equity_notes.hpp"
#include "store/environment.hpp"

namespace trade::ledgerd {

using follower::Position;
using ledger::PageName;

struct PageWrite {
  PageName name;
  std::vector<std::byte> bytes;
};

/// The record that completes a checkpoint.
struct CheckpointRecord {
  std::uint64_t generation = 0;
  Position position;
  std::vector<std::byte> summary;
};

/// What goes to disk in one transaction.
struct StoreChange {
  Position position;             ///< the journal is in the frames up to here, `frame` included
  std::vector<std::byte> frame;  ///< empty: none
  Sequence frame_last_sequence = 0;
  std::vector<EquityNotes> equity;
  std::uint64_t generation = 0;  ///< of the pages
  std::vector<PageWrite> pages;
  std::optional<CheckpointRecord> completed;
  std::vector<PageName> superseded;  ///< pages whose versions before `generation` are removed
  bool cleaned = false;              ///< after this, nothing is left that no checkpoint needs
};

/// What to do about a stored ledger that is of no use: the command that makes it anew.
std::string rebuild_command(const std::filesystem::path& directory);

/// Thread-safe, as the environment is: one thread writes while another reads.
class LedgerStore {
 public:
  struct Options {
    std::filesystem::path directory;
    std::size_t map_bytes = std::size_t{64} << 20;  ///< of the memory map at first; it grows
    /// False only in tests: what is committed may be lost when the machine crashes.
    bool sync = true;
  };
  /// Opens or creates; removes what an interrupted checkpoint left.
  static Result<LedgerStore> open(const Options& options);

  /// How far the frames go that are in a directory, of which nothing is changed.
  static Result<Position> stored_position(const std::filesystem::path& directory);

  /// What is durable: how far the frames go.
  [[nodiscard]] const Position& position_at_open() const { return position_; }
  /// The last complete checkpoint, if there is one.
  [[nodiscard]] const std::optional<CheckpointRecord>& checkpoint_at_open() const { return checkpoint_; }

  /// All of it becomes durable, or nothing.
  Status write(const StoreChange& change) const;

  /// The ledger of the last complete checkpoint, with its trade log; a new one where there is none.
  /// It reads pages of orders that are not in memory from this store, which must stay where it is.
  Result<ledger::Ledger> load(const ledger::LedgerCapacity& capacity) const;
  /// The newest version of a page of orders; an error also when it is not there.
  Result<std::vector<std::byte>> read_order_page(std::uint32_t number) const;

  /// A snapshot for reading; keep it no longer than one answer takes.
  class Reader;
  Result<Reader> begin_read() const;

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  /// Bytes of the file that are in use; zero when that cannot be told.
  [[nodiscard]] std::uint64_t used_bytes() const;

 private:
  LedgerStore() = default;
  Status read_meta();
  Status clean_pages();
  Result<std::vector<std::byte>> meta(store::Transaction& transaction, const char* name) const;
  Status put_change(store::Transaction& transaction, const StoreChange& change) const;
  Status put_equity(store::Transaction& transaction, const EquityNotes& notes) const;
  Status restore_trades(ledger::Ledger& ledger) const;

  std::filesystem::path directory_;
  std::shared_ptr<store::Environment> environment_;
  store::Database frames_;
  store::Database pages_;
  store::Database equity_;
  store::Database meta_;
  Position position_;
  std::optional<CheckpointRecord> checkpoint_;
};

/// Reads frames and pages as of one moment. What it hands out is good as long as it lives.
class LedgerStore::Reader final : public ledger::OrderPageSource {
 public:
  Reader(const LedgerStore& store, store::Transaction transaction)
      : store_(store), transaction_(std::move(transaction)) {}

  /// The page's newest version up to this generation, its checksum verified; nothing when there is none.
  Result<std::optional<store::Bytes>> page(PageName name, std::uint64_t generation);
  /// The newest version of a page of orders; an error also when it is not there.
  Result<std::span<const std::byte>> page(std::uint32_t number) override;

  /// Called with a frame; returns false to end the walk.
  using VisitFrame = std::function<Result<bool>(const ledger::FrameView& frame)>;
  /// Frames in ascending order, from the one that holds `from` or the next after it.
  Status for_each_frame(Sequence from, const VisitFrame& visit);
  /// Frames in descending order, from the one that holds `before - 1` or the last before it.
  Status for_each_frame_back(Sequence before, const VisitFrame& visit);
  /// A sequence, `before` at most, that all trades before this one have come by, and few others since: where
  /// to begin with walking back to them.
  Result<Sequence> end_of_trades_before(TradeId trade, Sequence before);

  struct FoundEquity {
    std::optional<EquityView> before;
    std::vector<EquityView> rows;
  };
  /// What is noted of an account at steps that start from `from` to `to` (zero: to the last), ascending, and
  /// the newest note of any kind of step that ended by then.
  Result<FoundEquity> equity_notes(EquityStep step, AccountId account, Timestamp from, Timestamp to);

 private:
  /// Of the frame that holds `from` or the next after it, and those that follow up to `before`.
  struct FirstTrade {
    Sequence frame_begins = 0;  ///< that frame; `before` where there is none
    Sequence frame_ends = 0;    ///< after it
    TradeId trade;              ///< the first in any of them; zero: none
  };
  Result<FirstTrade> first_trade_from(Sequence from, Sequence before);
  Result<std::optional<EquityView>> last_equity_note(EquityStep step, AccountId account, Timestamp by);

  const LedgerStore& store_;
  store::Transaction transaction_;
  /// The page of orders that was asked for last: orders are looked at one by one, and its checksum takes as
  /// long as all else.
  std::optional<std::uint32_t> order_page_number_;
  store::Bytes order_page_;
};

}  // namespace trade::ledgerd
