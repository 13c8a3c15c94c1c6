#include "journal/redo_reader.hpp"

#include <algorithm>
#include <utility>

#include "base/clock.hpp"
#include "journal/writer_lock.hpp"

namespace trade::journal {

namespace {

/// So often it is seen whether the index is still the one that is there.
constexpr std::int64_t index_look_interval_ns = nanoseconds_per_second;

/// Nothing where it cannot be read, which is told by whoever comes to read it.
std::optional<ChainLink> end_of_database(const JournalFiles& files) {
  auto transaction = files.environment->begin_read();
  if (!transaction) return std::nullopt;
  const auto last = last_record(files, *transaction);
  if (!last) return std::nullopt;
  if (!last->has_value()) {
    const auto start = read_start(files, *transaction);
    return start ? std::optional(*start) : std::nullopt;
  }
  const auto header = read_record_header((*last)->bytes);
  if (!header) return std::nullopt;
  return ChainLink{header->head(), header->hash};
}

}  // namespace

RedoReader::RedoReader(const JournalFiles& files) : journal_(files.directory), identity_(files.identity) {
  find_left(files);
}

void RedoReader::find_left(const JournalFiles& files) {
  while (!WriterLock::is_held(journal_)) {
    const auto end = end_of_database(files);
    if (!end) return;
    RedoFindings findings = examine_redo_log(journal_, identity_, *end);
    // A writer that has begun meanwhile writes over what was gone through; one that has come and gone has
    // moved it, at least.
    if (WriterLock::is_held(journal_)) return;
    const auto end_now = end_of_database(files);
    if (!end_now) return;
    if (end_now->head.batch != end->head.batch) continue;
    left_ = std::move(findings.records);
    left_end_ = left_.empty() ? end->head.batch : left_.back().header.batch;
    whole_ = std::move(findings.whole);
    return;
  }
}

bool RedoReader::find_index() {
  if (!whole_) return false;
  if (index_) {
    const std::int64_t now_ns = monotonic_nanoseconds();
    if (now_ns - index_looked_at_ns_ < index_look_interval_ns) return true;
    index_looked_at_ns_ = now_ns;
    if (index_->is_that_of(journal_)) return true;
  }
  // Where it was taken away, so were the files that it is of.
  index_ = RedoIndex::open_for_reading(journal_, identity_);
  if (index_) files_ = {};
  return index_.has_value();
}

std::uint64_t RedoReader::last_of_index() {
  const std::uint64_t last = find_index() ? index_->last() : 0;
  // A writer that begins empties it, and puts there what comes after all that was found.
  return last > left_end_ ? last : 0;
}

std::uint64_t RedoReader::last() {
  return std::max(last_of_index(), left_.empty() ? 0 : left_.back().header.batch);
}

void RedoReader::database_has(std::uint64_t last) {
  if (!left_.empty() && last >= left_.back().header.batch) left_.clear();
}

std::optional<RedoPlace> RedoReader::find_place(std::uint64_t batch) {
  if (batch <= left_end_) {
    if (left_.empty() || batch < left_.front().header.batch) return std::nullopt;
    return left_[batch - left_.front().header.batch].place;
  }
  if (!index_ && !find_index()) return std::nullopt;
  const auto place = index_->find(batch);
  // Not now, since it costs something, but when it is asked for the next time.
  if (!place) find_index();
  return place;
}

std::optional<RedoReader::Record> RedoReader::record(std::uint64_t batch) {
  const auto header = read(batch, record_);
  if (!header) return std::nullopt;
  return Record{*header, record_.bytes()};
}

std::optional<RecordHeader> RedoReader::read(std::uint64_t batch, wire::AlignedBuffer& record) {
  const auto place = find_place(batch);
  if (!place) return std::nullopt;
  std::optional<RedoFile>& file = files_[place->file];
  if (!file) {
    auto opened = RedoFile::open_for_reading(redo_file_path(journal_, place->file));
    if (!opened) return std::nullopt;
    file = std::move(*opened);
  }
  if (!file->read(place->page, record.make_room(place->bytes))) return std::nullopt;
  // Its place may have been written over, even while it was being read: then this is no record, or another.
  const auto header = read_record_header(record.bytes());
  if (!header || header->batch != batch || !check_record_checksum(*header, record_payload(record.bytes())))
    return std::nullopt;
  return *header;
}

}  // namespace trade::journal
