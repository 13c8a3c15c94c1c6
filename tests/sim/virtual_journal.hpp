// A journal on a virtual disk: what was synced stays, what was not may be lost or torn by a crash, and a sync
// may fail. Records are those of lib/journal, byte by byte.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/committer.hpp"
#include "journal/journal.hpp"
#include "journal/record.hpp"
#include "sim/world.hpp"

namespace trade::sim {

class VirtualJournal {
 public:
  explicit VirtualJournal(World& world) : world_(world) { link_.hash = identity(); }

  /// What the first record follows.
  static journal::Hash identity() { return {}; }

  /// As a writer that opens it does: cuts a torn tail.
  Status open();
  [[nodiscard]] const journal::Head& head() const { return link_.head; }
  [[nodiscard]] const std::vector<std::string>& records() const { return records_; }

  /// Writes the next record, and does not sync it yet.
  void write(const wire::Encoder::BatchHeader& header, wire::Bytes encoded, Sequence last_sequence,
             std::uint64_t next_command);
  /// Syncs what was written. After an error it is not known whether that is on the disk.
  Status sync();
  /// What the machine's crash makes of what was not synced.
  void crash();

  /// Checkpoints are whole or torn, and the newest two are kept.
  void save_checkpoint(journal::Checkpoint checkpoint);
  [[nodiscard]] Result<std::optional<journal::Checkpoint>> load_checkpoint(std::uint64_t batch_max) const;

 private:
  Status take_over_tail();

  World& world_;
  std::vector<std::string> records_;  ///< durable
  journal::ChainLink link_;           ///< of the last of them
  std::optional<std::string> tail_;   ///< written; perhaps cut short
  std::int64_t full_until_ns_ = 0;
  struct SavedCheckpoint {
    journal::Checkpoint checkpoint;
    bool torn = false;
  };
  std::vector<SavedCheckpoint> checkpoints_;  ///< oldest first
};

/// tradingd's writing end: one batch syncs for a while, then the process is told.
class VirtualCommitter final : public journal::Committer {
 public:
  /// `wake` is called in the world's time when a completion can be taken.
  VirtualCommitter(World& world, VirtualJournal& journal, std::function<void()> wake);
  ~VirtualCommitter() override;

  [[nodiscard]] const journal::Head& head() const override { return head_; }
  [[nodiscard]] bool idle() const override { return !submitted_; }
  Status submit(const wire::Encoder::BatchHeader& header, wire::Bytes encoded, Sequence last_sequence,
                std::uint64_t next_command) override;
  Result<std::optional<std::uint64_t>> take_completion() override;
  Result<std::optional<std::uint64_t>> wait_completion() override;

 private:
  void finish();

  World& world_;
  VirtualJournal& journal_;
  std::function<void()> wake_;
  journal::Head head_;
  std::optional<journal::Head> submitted_;
  bool synced_ = false;
  Status outcome_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// A follower's reading end, which gets no answer at times, as over a network.
class VirtualReader final : public journal::Reader {
 public:
  /// A reader whose world is given may find the journal silent.
  explicit VirtualReader(const VirtualJournal& journal, World* world = nullptr)
      : journal_(journal), world_(world) {}
  Result<journal::Head> head() override;
  Result<bool> read(std::uint64_t number, wire::Batch& batch) override;
  Result<bool> read_encoded(std::uint64_t number, std::string& record) override;

 private:
  Status listen();

  const VirtualJournal& journal_;
  World* world_;
};

inline wire::Bytes bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

}  // namespace trade::sim
