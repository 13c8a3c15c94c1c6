// The journal: the durable, append-only sequence of batches. Nothing but this library knows where batches
// live. One process writes; any number read, on the same machine directly, elsewhere through tradingd.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "wire/wire.hpp"

namespace trade::journal {

/// What the writer and the readers need to know of the end of a journal.
struct Head {
  std::uint64_t batch = 0;         ///< the last durable batch; zero: none yet
  std::uint64_t next_command = 1;  ///< number of the command that comes next
  Sequence last_sequence = 0;      ///< of the last event
};

/// The name of a reader's error where a batch was removed and the archive does not have it: its file was
/// taken elsewhere.
inline constexpr std::string_view batch_not_archived = "batch_not_archived";

/// Where batches come from. Implementations: the local files, and (over the bus) a remote tradingd.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual Result<Head> head() = 0;
  /// Reads and decodes the batch with this number into `batch`; false when it is not there yet.
  virtual Result<bool> read(std::uint64_t number, wire::Batch& batch) = 0;
  /// Reads the batch's record as it is stored, without looking into it; false when it is not there yet. For
  /// passing on: `decode_record` in journal/record.hpp checks and decodes it.
  virtual Result<bool> read_encoded(std::uint64_t number, std::string& record) = 0;
  /// The first batch, up to `last_batch`, that ends with this event or a later one; the one after
  /// `last_batch` where there is none. Batches that were removed, and that the archive does not have, are
  /// passed over.
  virtual Result<std::uint64_t> find_batch(std::uint64_t last_batch, Sequence sequence);
};

/// Where batches go.
class Writer {
 public:
  virtual ~Writer() = default;
  [[nodiscard]] virtual Head head() const = 0;
  /// Appends the next batch; it is on disk when this returns. After an error nothing more may be appended:
  /// the process must stop, and start again from what is durable.
  virtual Status append(const wire::Encoder::BatchHeader& header, wire::Bytes encoded, Sequence last_sequence,
                        std::uint64_t next_command) = 0;
  /// After a batch: does ahead of time what the next one would otherwise wait for. Does nothing after an
  /// error.
  virtual void prepare() {}
};

struct Options {
  /// How large the journal's memory map is at first; it grows while running.
  std::size_t map_bytes = std::size_t{1} << 30;
  /// False only in benchmarks that measure what durability costs.
  bool sync = true;
};

/// Opens or creates the journal of a home (its `journal` directory) for writing; fails when another process
/// has it open for writing.
Result<std::unique_ptr<Writer>> open_writer(const std::filesystem::path& directory,
                                            const Options& options = {});
/// Opens an existing journal for reading, while it is written or not.
Result<std::unique_ptr<Reader>> open_reader(const std::filesystem::path& directory);

/// An engine's saved state and the batch after which it was taken.
struct Checkpoint {
  Checkpoint() = default;
  Checkpoint(std::uint64_t after, std::vector<std::byte> bytes)
      : Checkpoint(after, std::make_shared<const std::vector<std::byte>>(std::move(bytes))) {}
  /// Of a state that the object behind `owner` holds.
  Checkpoint(std::uint64_t after, std::span<const std::byte> bytes, std::shared_ptr<const void> owner)
      : batch(after), state(bytes), state_owner(std::move(owner)) {}

  std::uint64_t batch = 0;
  std::span<const std::byte> state;
  std::shared_ptr<const void> state_owner;

 private:
  Checkpoint(std::uint64_t after, std::shared_ptr<const std::vector<std::byte>> bytes)
      : batch(after), state(*bytes), state_owner(std::move(bytes)) {}
};
/// Keeps the newest two checkpoints; each is written whole or not at all, with a checksum.
Status save_checkpoint(const std::filesystem::path& directory, std::uint64_t batch,
                       std::span<const std::byte> state);
/// The newest checkpoint that is whole and not after `batch_max`.
Result<std::optional<Checkpoint>> load_checkpoint(const std::filesystem::path& directory,
                                                  std::uint64_t batch_max);
/// The same for whoever writes the checkpoints of this directory, and does not until it is done with this
/// one: the state is not copied out of the file.
Result<std::optional<Checkpoint>> load_own_checkpoint(const std::filesystem::path& directory,
                                                      std::uint64_t batch_max);

/// What a verification found.
struct VerifyReport {
  Head head;  ///< the end of what is good; so are the counts
  std::uint64_t batches = 0;
  std::uint64_t archived = 0;  ///< of them, those that are in the archive alone
  std::uint64_t commands = 0;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::optional<std::uint64_t> bad_batch;  ///< the first one that is wrong
  std::string problem;                     ///< what is wrong with it
};
/// Reads every batch, archived ones that were removed from the database included, from the first that is
/// there on: numbers dense, checksums and chain of hashes right, contents decode. Runs in a process of its
/// own, since damage within LMDB's own pages can end the process that reads them.
Result<VerifyReport> verify(const std::filesystem::path& directory);

}  // namespace trade::journal
