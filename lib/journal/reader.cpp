#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "journal/events_reader.hpp"
#include "journal/files.hpp"
#include "journal/journal.hpp"
#include "journal/record.hpp"
#include "journal/redo_reader.hpp"
#include "journal/segment.hpp"
#include "store/key.hpp"

namespace trade::journal {

namespace {

/// `find_batch` among those from `low` on; `high` where none of those before it is the one.
Result<std::uint64_t> bisect(Reader& reader, std::uint64_t low, std::uint64_t high, Sequence sequence) {
  wire::Batch batch;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const Result<bool> read = reader.read(middle, batch);
    if (!read && read.error().name != batch_not_archived) return std::unexpected(read.error());
    if (!read || !*read || batch.header.first_sequence + batch.event_count() <= sequence) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

class LocalReader final : public Reader {
 public:
  /// `decode`: what is taken of a batch.
  LocalReader(JournalFiles files, Status (*decode)(const RecordHeader&, wire::Batch&))
      : files_(std::move(files)), decode_(decode), redo_(files_), archive_(files_.directory) {}

  Result<Head> head() override {
    if (!redo_.whole()) return std::unexpected(redo_.whole().error());
    if (redo_.may_be_behind()) {
      const auto in_database = last_in_database();
      if (!in_database) return std::unexpected(in_database.error());
      redo_.database_has(in_database->batch);
    }
    // Asked for with every question to a follower, which mostly finds what it was before.
    const std::uint64_t latest = redo_.last();
    if (latest != 0 && latest == head_.batch) return head_;
    if (const auto record = redo_.record(latest)) return head_ = record->header.head();
    return last_in_database();
  }

  Result<bool> read(std::uint64_t number, wire::Batch& batch) override {
    Status whole;
    if (const auto latest = redo_.read(number, batch.buffer)) {
      batch.buffer.remove_prefix(record_header_bytes);
      whole = decode_(*latest, batch);
    } else {
      const auto header = copy_payload(number, batch);
      if (!header) return std::unexpected(header.error());
      if (!*header) return not_there();
      whole = check_record_checksum(**header, batch.buffer.bytes());
      if (whole) whole = decode_(**header, batch);
    }
    if (!whole) return std::unexpected(damaged(files_, number, whole.error().message));
    return true;
  }

  Result<bool> read_encoded(std::uint64_t number, std::string& record) override {
    if (const auto there = redo_.record(number)) {
      record.assign(reinterpret_cast<const char*>(there->bytes.data()), there->bytes.size());
      return true;
    }
    auto transaction = files_.environment->begin_read();
    if (!transaction) return pass_on(std::move(transaction));
    auto found = find(*transaction, number);
    if (!found) return pass_on(std::move(found));
    if (!found->has_value()) return not_there();
    // Its form is checked, so that a damaged length is not taken for one.
    if (auto header = read_header(number, **found); !header) return pass_on(std::move(header));
    record.assign(reinterpret_cast<const char*>((*found)->data()), (*found)->size());
    return true;
  }

  /// Segments are told apart by what stands at their beginning: one at most is read whole, which takes a
  /// tenth of a second.
  Result<std::uint64_t> find_batch(std::uint64_t last_batch, Sequence sequence) override {
    const auto start = present_start();
    if (!start) return std::unexpected(start.error());
    const std::uint64_t end = last_batch + 1;
    if (sequence > start->head.last_sequence)
      return bisect(*this, std::min(start->head.batch + 1, end), end, sequence);
    auto segments = list_segments(files_.directory);
    if (!segments) return pass_on(std::move(segments));
    std::erase_if(*segments, [&](const SegmentFile& file) { return file.first > start->head.batch; });
    // The last segment that begins before the event has it, or none has.
    std::size_t later = 0;
    for (std::size_t high = segments->size(); later < high;) {
      const std::size_t middle = later + (high - later) / 2;
      const auto header = read_segment_header((*segments)[middle]);
      if (!header) return std::unexpected(header.error());
      if (header->previous.head.last_sequence < sequence) {
        later = middle + 1;
      } else {
        high = middle;
      }
    }
    const std::uint64_t beyond =
        std::min(end, later < segments->size() ? (*segments)[later].first : start->head.batch + 1);
    if (later == 0) return beyond;
    const SegmentFile& file = (*segments)[later - 1];
    const auto found = bisect(*this, file.first, std::min(end, file.last + 1), sequence);
    return found && *found > file.last ? beyond : found;
  }

 private:
  /// The answer where a batch is not there yet: unless it was, and is not whole.
  Result<bool> not_there() const {
    if (!redo_.whole()) return std::unexpected(redo_.whole().error());
    return false;
  }

  /// What the first record in the database follows by now.
  Result<ChainLink> present_start() {
    auto transaction = files_.environment->begin_read();
    if (!transaction) return pass_on(std::move(transaction));
    return read_start(files_, *transaction);
  }

  Result<Head> last_in_database() {
    auto transaction = files_.environment->begin_read();
    if (!transaction) return pass_on(std::move(transaction));
    const auto last = last_record(files_, *transaction);
    if (!last) return std::unexpected(last.error());
    if (!last->has_value()) return Head{};
    const auto header = read_header((*last)->number, (*last)->bytes);
    if (!header) return std::unexpected(header.error());
    return header->head();
  }

  /// Copies a record's payload out of the database or the archive at once: decoding within the transaction
  /// would hold back the writer's old pages. Its header; nothing where it is not there yet.
  Result<std::optional<RecordHeader>> copy_payload(std::uint64_t number, wire::Batch& batch) {
    auto transaction = files_.environment->begin_read();
    if (!transaction) return pass_on(std::move(transaction));
    auto record = find(*transaction, number);
    if (!record) return pass_on(std::move(record));
    if (!record->has_value()) return std::nullopt;
    auto header = read_header(number, **record);
    if (!header) return pass_on(std::move(header));
    batch.buffer.assign(record_payload(**record));
    return *header;
  }

  /// The record in the database or, where it was removed from there, in the archive; nothing where it is not
  /// there yet.
  Result<std::optional<wire::Bytes>> find(store::Transaction& transaction, std::uint64_t number) {
    auto record = transaction.get(files_.batches, store::Key().number(number));
    if (!record || record->has_value()) return record;
    std::uint64_t first = 0;
    {
      auto cursor = transaction.cursor(files_.batches);
      if (!cursor) return pass_on(std::move(cursor));
      const auto any = cursor->first();
      if (!any) return std::unexpected(any.error());
      if (!*any) return std::nullopt;
      const auto found = number_of_key(files_, cursor->key());
      if (!found) return std::unexpected(found.error());
      first = *found;
    }
    if (number == 0 || number > first) return std::nullopt;
    // Reading a segment takes its time.
    transaction.abort();
    auto archived = archive_.record(number);
    if (!archived || archived->has_value()) return archived;
    return fail_named(ErrorCode::not_found, batch_not_archived,
                      "batch " + std::to_string(number) + " of the journal at " + files_.directory.string() +
                          " was removed, and the archive does not have it",
                      "bring its segment back to " + archive_directory(files_.directory).string());
  }

  Result<RecordHeader> read_header(std::uint64_t number, wire::Bytes record) const {
    auto header = read_record_header(record);
    if (!header) return std::unexpected(damaged(files_, number, header.error().message));
    if (header->batch != number)
      return std::unexpected(damaged(files_, number, "its header is that of another batch"));
    return header;
  }

  JournalFiles files_;
  Status (*decode_)(const RecordHeader&, wire::Batch&);
  RedoReader redo_;
  Head head_;  ///< the last one found in the redo log
  ArchiveReader archive_;
};

Result<std::unique_ptr<Reader>> open_local(const std::filesystem::path& directory,
                                           Status (*decode)(const RecordHeader&, wire::Batch&)) {
  auto files = open_files_for_reading(directory);
  if (!files) return pass_on(std::move(files));
  return std::make_unique<LocalReader>(std::move(*files), decode);
}

}  // namespace

Result<std::unique_ptr<Reader>> open_reader(const std::filesystem::path& directory) {
  return open_local(directory, decode_record_payload);
}

Result<std::unique_ptr<Reader>> open_events_reader(const std::filesystem::path& directory) {
  return open_local(directory, decode_record_events);
}

Result<std::unique_ptr<Reader>> open_market_events_reader(const std::filesystem::path& directory) {
  return open_local(directory, decode_record_market_events);
}

Result<std::uint64_t> Reader::find_batch(std::uint64_t last_batch, Sequence sequence) {
  return bisect(*this, 1, last_batch + 1, sequence);
}

}  // namespace trade::journal
