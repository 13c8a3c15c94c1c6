#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "journal/files.hpp"
#include "journal/journal.hpp"
#include "journal/record.hpp"
#include "journal/redo_log.hpp"
#include "journal/writer_lock.hpp"
#include "store/files.hpp"
#include "store/key.hpp"

namespace trade::journal {

namespace {

/// The link that the next record in the database must follow. Checks what can be checked at once: the last
/// record whole, the first one the one after those that were removed, and none missing between. (A crash
/// leaves no torn record behind: LMDB writes new pages beside the old ones and then, in one sector, the root
/// that names them; until that is on the disk the last commit stands.)
Result<ChainLink> find_end(const JournalFiles& files) {
  auto transaction = files.environment->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  const auto start = read_start(files, *transaction);
  if (!start) return std::unexpected(start.error());
  const auto last = last_record(files, *transaction);
  if (!last) return std::unexpected(last.error());
  if (!last->has_value()) return *start;
  const std::uint64_t number = (*last)->number;
  const auto header = read_record_header((*last)->bytes);
  if (!header) return std::unexpected(damaged(files, number, header.error().message));
  Status whole = check_record_hash(*header, record_payload((*last)->bytes));
  if (whole && header->batch != number) whole = fail(ErrorCode::corrupt, "it is that of another batch");
  if (!whole) return std::unexpected(damaged(files, number, whole.error().message));
  const auto count = transaction->count(files.batches);
  if (!count) return std::unexpected(count.error());
  auto first = transaction->get(files.batches, store::Key().number(start->head.batch + 1));
  if (!first) return pass_on(std::move(first));
  if (*count != number - start->head.batch || !first->has_value()) {
    return fail(ErrorCode::corrupt,
                "the journal at " + files.directory.string() + " ends with batch " + std::to_string(number) +
                    " but has " + std::to_string(*count) + " batches from " +
                    std::to_string(start->head.batch + 1) + " on: some are missing",
                "run 'trade journal verify' and restore the journal from a copy");
  }
  return ChainLink{header->head(), header->hash};
}

class LocalWriter final : public Writer {
 public:
  LocalWriter(WriterLock lock, std::filesystem::path directory, std::unique_ptr<RedoLog> redo,
              const ChainLink& end)
      : lock_(std::move(lock)), directory_(std::move(directory)), redo_(std::move(redo)), end_(end) {}

  [[nodiscard]] Head head() const override { return end_.head; }

  Status append(const wire::Encoder::BatchHeader& header, wire::Bytes encoded, Sequence last_sequence,
                std::uint64_t next_command) override {
    if (failure_) {
      return fail_named(failure_->code, failure_->name,
                        "no batch can be appended after a failed one: " + failure_->message,
                        "start the process again, so that it goes on from what is on the disk");
    }
    Status appended = check(header, encoded, last_sequence, next_command);
    if (appended) appended = store(header, encoded, last_sequence, next_command);
    if (!appended) failure_ = appended.error();
    return appended;
  }

  void prepare() override {
    if (!failure_) redo_->prepare();
  }

 private:
  Status check(const wire::Encoder::BatchHeader& header, wire::Bytes encoded, Sequence last_sequence,
               std::uint64_t next_command) const {
    if (header.batch != end_.head.batch + 1 || header.first_command != end_.head.next_command ||
        header.first_sequence != end_.head.last_sequence + 1 || next_command < header.first_command ||
        last_sequence + 1 < header.first_sequence) {
      return fail(ErrorCode::internal, "batch " + std::to_string(header.batch) + " does not follow batch " +
                                           std::to_string(end_.head.batch) + " of the journal at " +
                                           directory_.string());
    }
    if (encoded.empty() || encoded.size() > record_payload_bytes_max) {
      return fail(ErrorCode::internal, "batch " + std::to_string(header.batch) + " has " +
                                           std::to_string(encoded.size()) + " bytes; 1 to " +
                                           std::to_string(record_payload_bytes_max) + " are possible");
    }
    return {};
  }

  Status store(const wire::Encoder::BatchHeader& header, wire::Bytes encoded, Sequence last_sequence,
               std::uint64_t next_command) {
    const RecordHeader record = make_record_header(header, last_sequence, next_command, end_.hash, encoded);
    Status written = redo_->append(record, encoded);
    if (written) end_ = {record.head(), record.hash};
    return written;
  }

  WriterLock lock_;  ///< first, so that it is given back last
  std::filesystem::path directory_;
  std::unique_ptr<RedoLog> redo_;
  ChainLink end_;
  std::optional<Error> failure_;
};

}  // namespace

Result<std::unique_ptr<Writer>> open_writer(const std::filesystem::path& directory, const Options& options) {
  if (auto made = store::make_directories(directory); !made) return pass_on(std::move(made));
  auto lock = WriterLock::acquire(directory);
  if (!lock) return pass_on(std::move(lock));
  auto files = open_files_for_writing(directory, options);
  if (!files) return pass_on(std::move(files));
  auto end = find_end(*files);
  if (!end) return std::unexpected(end.error());
  auto redo = RedoLog::open(*files, *end, options.sync);
  if (!redo) return pass_on(std::move(redo));
  return std::make_unique<LocalWriter>(std::move(*lock), directory, std::move(*redo), *end);
}

}  // namespace trade::journal
