#include "journal/redo_log.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/clock.hpp"
#include "base/worker_thread.hpp"
#include "journal/redo_recovery.hpp"
#include "store/files.hpp"
#include "store/key.hpp"

namespace trade::journal {

namespace {

// A file is handed over once it has so much, or for so long. Each is a commit of the database, whose syncs
// the appended records wait for a little.
constexpr std::uint64_t handed_over_bytes_min = std::uint64_t{4} << 20;
constexpr std::size_t handed_over_batches_min = redo_file_batches_max / 2;
constexpr std::int64_t handed_over_after_ns = 500 * nanoseconds_per_millisecond;
/// Beyond that an append waits for the other file, so that the disk's use is bounded.
constexpr std::uint64_t file_bytes_max = std::uint64_t{128} << 20;
/// Of one transaction of the database.
constexpr std::uint64_t transaction_bytes_max = std::uint64_t{8} << 20;

/// A record in a redo file, and the one that it is to be. `record` has the size of the place.
Status read_record(const JournalFiles& files, const RedoFile& file, std::uint64_t batch,
                   const RedoPlace& place, std::span<std::byte> record) {
  if (!file.read(place.page, record)) {
    return std::unexpected(damaged(files, batch, "it cannot be read from the redo log"));
  }
  const auto header = read_record_header(record);
  Status good =
      header ? check_record_checksum(*header, record_payload(record)) : std::unexpected(header.error());
  if (good && header->batch != batch)
    good = fail(ErrorCode::corrupt, "the redo log has another in its place");
  if (!good) return std::unexpected(damaged(files, batch, good.error().message));
  return {};
}

/// Durable when it returns.
Status move_records(const JournalFiles& files, const std::array<RedoFile, redo_files>& redo,
                    std::uint64_t first_batch, std::span<const RedoPlace> places) {
  while (!places.empty()) {
    std::size_t count = 0;
    for (std::uint64_t bytes = 0; count < places.size() && (count == 0 || bytes < transaction_bytes_max);
         ++count)
      bytes += places[count].bytes;
    Status moved = files.environment->write([&](store::Transaction& transaction) -> Status {
      for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t batch = first_batch + i;
        // Read to where it is to be: one copy less.
        auto record = transaction.reserve(files.batches, store::Key().number(batch), places[i].bytes,
                                          store::PutMode::append);
        if (!record) return pass_on(std::move(record));
        if (Status read = read_record(files, redo[places[i].file], batch, places[i], *record); !read)
          return read;
      }
      return {};
    });
    if (!moved) return moved;
    first_batch += count;
    places = places.subspan(count);
  }
  return {};
}

Result<std::array<RedoFile, redo_files>> open_redo_files(const JournalFiles& files, bool sync) {
  auto first = RedoFile::open_for_writing(redo_file_path(files.directory, 0), sync);
  if (!first) return pass_on(std::move(first));
  auto second = RedoFile::open_for_writing(redo_file_path(files.directory, 1), sync);
  if (!second) return pass_on(std::move(second));
  if (sync) {
    if (Status synced = store::sync_directory(files.directory); !synced) return pass_on(std::move(synced));
  }
  return std::array<RedoFile, redo_files>{std::move(*first), std::move(*second)};
}

}  // namespace

Result<std::unique_ptr<RedoLog>> RedoLog::open(const JournalFiles& files, ChainLink& end, bool sync) {
  const auto records = find_redo_records(files.directory, files.identity, end);
  if (!records) return std::unexpected(records.error());
  auto redo = open_redo_files(files, sync);
  if (!redo) return pass_on(std::move(redo));
  if (!records->empty()) {
    std::vector<RedoPlace> places;
    for (const RedoRecord& record : *records)
      places.push_back(record.place);
    if (Status moved = move_records(files, *redo, end.head.batch + 1, places); !moved)
      return pass_on(std::move(moved));
    end = {records->back().header.head(), records->back().header.hash};
  }
  // Only now: until then it told what must be there.
  auto index = RedoIndex::open_for_writing(files.directory, files.identity);
  if (!index) return pass_on(std::move(index));
  std::unique_ptr<RedoLog> log(new RedoLog(files, std::move(*index), std::move(*redo)));
  auto thread = start_worker_thread("the journal's thread", [raw = log.get()] { raw->run(); });
  if (!thread) return pass_on(std::move(thread));
  log->thread_ = std::move(*thread);
  return log;
}

RedoLog::RedoLog(JournalFiles files, RedoIndex index, std::array<RedoFile, redo_files> redo)
    : files_(std::move(files)), index_(std::move(index)), redo_(std::move(redo)) {}

RedoLog::~RedoLog() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  // After an error the next writer finds in the redo log what the database has not.
  if (failure_ || !move(filled_)) return;
  index_.clear();
}

Status RedoLog::append(const RecordHeader& header, wire::Bytes payload) {
  const bool full = filled_.places.size() >= redo_file_batches_max || filled_bytes() >= file_bytes_max;
  {
    std::unique_lock lock(mutex_);
    if (full) changed_.wait(lock, [this] { return !work_; });
    if (failure_) return std::unexpected(*failure_);
  }
  if (full) hand_over();
  const auto header_bytes = encode_record_header(header);
  const RedoPlace place{current_, next_page_,
                        static_cast<std::uint32_t>(header_bytes.size() + payload.size())};
  if (Status written = redo_[current_].write(next_page_, header_bytes, payload); !written) return written;
  if (filled_.places.empty()) {
    filled_.first_batch = header.batch;
    begun_ns_ = monotonic_nanoseconds();
  }
  filled_.places.push_back(place);
  next_page_ += RedoFile::pages_of(place.bytes);
  index_.put(header.batch, place);
  return {};
}

void RedoLog::prepare() {
  if (filled_bytes() >= handed_over_bytes_min || filled_.places.size() >= handed_over_batches_min ||
      (!filled_.places.empty() && monotonic_nanoseconds() - begun_ns_ >= handed_over_after_ns)) {
    std::unique_lock lock(mutex_);
    const bool free = !work_ && !failure_;
    lock.unlock();
    if (free) hand_over();
  }
  redo_[current_].make_room(filled_bytes());
}

/// While nothing is being moved.
void RedoLog::hand_over() {
  {
    const std::lock_guard lock(mutex_);
    work_ = std::exchange(filled_, {});
  }
  changed_.notify_all();
  current_ = static_cast<std::uint8_t>((current_ + 1) % redo_files);
  next_page_ = 0;
}

void RedoLog::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return work_ || ending_; });
    if (!work_ || failure_) return;
    lock.unlock();
    Status moved = move(*work_);
    lock.lock();
    if (!moved) failure_ = moved.error();
    work_.reset();
    changed_.notify_all();
  }
}

Status RedoLog::move(const Filled& filled) {
  Status moved = move_records(files_, redo_, filled.first_batch, filled.places);
  if (moved) files_.environment->extend_file();
  return moved;
}

}  // namespace trade::journal
