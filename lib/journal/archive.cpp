#include "journal/archive.hpp"

#include <algorithm>
#include <chrono>
#include <ranges>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "journal/files.hpp"
#include "journal/redo_reader.hpp"
#include "journal/segment.hpp"
#include "journal/writer_lock.hpp"
#include "store/files.hpp"
#include "store/key.hpp"

namespace trade::journal {

namespace {

/// Of one removal, which holds up the sequencer's commits for as long as it takes.
constexpr std::size_t removal_records_max = 512;
constexpr std::size_t removal_bytes_max = std::size_t{4} << 20;
constexpr std::chrono::milliseconds removal_pause{10};

/// One archiver or pruner at a time.
Result<WriterLock> lock_archive(const std::filesystem::path& journal) {
  if (auto made = store::make_directories(archive_directory(journal)); !made) return pass_on(std::move(made));
  return WriterLock::acquire(archive_directory(journal));
}

/// In the database or, not moved there yet, in the redo log.
Result<std::vector<std::byte>> stored_record(const JournalFiles& files, RedoReader& redo,
                                             std::uint64_t number) {
  if (const auto record = redo.record(number))
    return std::vector<std::byte>(record->bytes.begin(), record->bytes.end());
  auto transaction = files.environment->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  const auto record = transaction->get(files.batches, store::Key().number(number));
  if (!record) return std::unexpected(record.error());
  if (!record->has_value()) return std::unexpected(damaged(files, number, "it is missing"));
  return std::vector<std::byte>((*record)->begin(), (*record)->end());
}

/// Looks again at what the first record in the database follows.
Status renew_start(JournalFiles& files) {
  auto transaction = files.environment->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  const auto start = read_start(files, *transaction);
  if (!start) return std::unexpected(start.error());
  files.start = *start;
  return {};
}

/// In the database.
Result<std::uint64_t> last_batch(const JournalFiles& files) {
  auto transaction = files.environment->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  const auto last = last_record(files, *transaction);
  if (!last) return std::unexpected(last.error());
  return last->has_value() ? (*last)->number : 0;
}

/// What the record after this batch, which the database has or begins behind, must follow.
Result<ChainLink> link_after(const JournalFiles& files, RedoReader& redo, std::uint64_t batch) {
  if (batch == files.start.head.batch) return files.start;
  const auto record = stored_record(files, redo, batch);
  if (!record) return std::unexpected(record.error());
  const auto header = read_record_header(*record);
  if (!header) return std::unexpected(damaged(files, batch, header.error().message));
  return ChainLink{header->head(), header->hash};
}

/// Records for one segment from the one that follows `link`, which is moved on.
Result<std::vector<std::vector<std::byte>>> gather(const JournalFiles& files, RedoReader& redo,
                                                   std::uint64_t through, ChainLink& link,
                                                   std::uint64_t& bytes) {
  std::vector<std::vector<std::byte>> records;
  std::size_t gathered = 0;
  while (link.head.batch < through) {
    const std::uint64_t number = link.head.batch + 1;
    auto record = stored_record(files, redo, number);
    if (!record) return pass_on(std::move(record));
    if (!records.empty() && gathered + record->size() > segment_bytes_max) break;
    const auto header = read_record_header(*record);
    Status good =
        header ? check_record_hash(*header, record_payload(*record)) : std::unexpected(header.error());
    if (good) good = check_record_follows(*header, link);
    if (!good) return std::unexpected(damaged(files, number, good.error().message));
    link = {header->head(), header->hash};
    gathered += record->size();
    records.push_back(std::move(*record));
  }
  bytes += gathered;
  return records;
}

/// What may be removed, segment by segment.
Result<std::vector<SegmentFile>> removable(const JournalFiles& files, std::uint64_t through) {
  const auto last = last_batch(files);
  if (!last) return std::unexpected(last.error());
  const auto checkpoint = load_checkpoint(files.directory, *last);
  if (!checkpoint) return std::unexpected(checkpoint.error());
  // The checkpoint's own batch stays: a start holds the checkpoint against it.
  const auto before = [](std::uint64_t batch) { return batch == 0 ? 0 : batch - 1; };
  const std::uint64_t limit =
      std::min({through, before(*checkpoint ? (*checkpoint)->batch : 0), before(*last)});
  auto segments = list_segments(files.directory);
  if (!segments) return segments;
  std::uint64_t next = files.start.head.batch + 1;
  std::vector<SegmentFile> chosen;
  for (SegmentFile& segment : *segments) {
    if (segment.last < next) continue;
    if (segment.first != next || segment.last > limit) break;
    next = segment.last + 1;
    chosen.push_back(std::move(segment));
  }
  return chosen;
}

PruneReport report_of(const JournalFiles& files, const std::vector<SegmentFile>& segments) {
  PruneReport report;
  report.kept_from = files.start.head.batch + 1;
  if (segments.empty()) return report;
  report.first = segments.front().first;
  report.last = segments.back().last;
  return report;
}

/// Removes a segment's records from the database.
Status remove(JournalFiles& files, const SegmentFile& file, const Segment& segment) {
  for (std::size_t begin = 0; begin < segment.records.size();) {
    std::size_t end = begin;
    for (std::size_t bytes = 0; end < segment.records.size() && end - begin < removal_records_max &&
                                (end == begin || bytes + segment.records[end].size() <= removal_bytes_max);
         ++end) {
      bytes += segment.records[end].size();
    }
    const auto header = read_record_header(segment.records[end - 1]);
    if (!header) return std::unexpected(damaged(files, file.first + end - 1, header.error().message));
    const ChainLink link{header->head(), header->hash};
    Status removed = files.environment->write([&](store::Transaction& transaction) -> Status {
      for (std::size_t i = begin; i < end; ++i) {
        const auto key = store::Key().number(file.first + i);
        const auto stored = transaction.get(files.batches, key);
        if (!stored) return std::unexpected(stored.error());
        if (!stored->has_value() || !std::ranges::equal(**stored, segment.records[i])) {
          return std::unexpected(damaged(files, file.first + i, "it is not as the archive has it"));
        }
        if (auto gone = transaction.remove(files.batches, key); !gone) return pass_on(std::move(gone));
      }
      return put_start(files, transaction, link);
    });
    if (!removed) return removed;
    files.start = link;
    begin = end;
    std::this_thread::sleep_for(removal_pause);
  }
  return {};
}

}  // namespace

Result<ArchiveReport> archive(const std::filesystem::path& journal, std::uint64_t through,
                              const ArchiveProgress& progress) {
  auto files = open_files_for_reading(journal);
  if (!files) return pass_on(std::move(files));
  const auto lock = lock_archive(journal);
  if (!lock) return std::unexpected(lock.error());
  // A prune that had the lock may have moved it.
  if (Status renewed = renew_start(*files); !renewed) return pass_on(std::move(renewed));
  const auto segments = list_segments(journal);
  if (!segments) return std::unexpected(segments.error());
  const auto last = last_batch(*files);
  if (!last) return std::unexpected(last.error());
  RedoReader redo(*files);
  if (!redo.whole()) return std::unexpected(redo.whole().error());
  through = std::min(through, std::max(*last, redo.last()));
  // The newest segments, too, may have been taken elsewhere.
  const std::uint64_t archived =
      std::max(files->start.head.batch, segments->empty() ? 0 : segments->back().last);
  ArchiveReport report;
  if (through <= archived) return report;
  auto link = link_after(*files, redo, archived);
  if (!link) return pass_on(std::move(link));
  while (link->head.batch < through) {
    const ChainLink previous = *link;
    const auto records = gather(*files, redo, through, *link, report.bytes);
    if (!records) return std::unexpected(records.error());
    const auto size = write_segment(journal, files->identity, previous, *records);
    if (!size) return std::unexpected(size.error());
    if (report.first == 0) report.first = previous.head.batch + 1;
    report.last = link->head.batch;
    ++report.segments;
    report.compressed_bytes += *size;
    if (!progress(report.last, through)) break;
  }
  return report;
}

Result<PruneReport> prunable(const std::filesystem::path& journal, std::uint64_t through) {
  auto files = open_files_for_reading(journal);
  if (!files) return pass_on(std::move(files));
  const auto segments = removable(*files, through);
  if (!segments) return std::unexpected(segments.error());
  return report_of(*files, *segments);
}

Result<PruneReport> prune(const std::filesystem::path& journal, std::uint64_t through,
                          const ArchiveProgress& progress) {
  const auto lock = lock_archive(journal);
  if (!lock) return std::unexpected(lock.error());
  auto files = open_files_for_pruning(journal);
  if (!files) return pass_on(std::move(files));
  const auto segments = removable(*files, through);
  if (!segments) return std::unexpected(segments.error());
  PruneReport report;
  for (const SegmentFile& file : *segments) {
    const auto segment = read_segment(file);
    if (!segment) return std::unexpected(segment.error());
    if (const auto checked = check_segment(file, *segment); !checked) return std::unexpected(checked.error());
    if (Status removed = remove(*files, file, *segment); !removed) return pass_on(std::move(removed));
    if (report.first == 0) report.first = file.first;
    report.last = file.last;
    if (!progress(file.last, segments->back().last)) break;
  }
  report.kept_from = files->start.head.batch + 1;
  return report;
}

Result<std::uint64_t> first_batch_there(const std::filesystem::path& journal) {
  const auto files = open_files_for_reading(journal);
  if (!files) return std::unexpected(files.error());
  const auto segments = list_segments(journal);
  if (!segments) return std::unexpected(segments.error());
  std::uint64_t first = files->start.head.batch + 1;
  for (const SegmentFile& segment : *segments | std::views::reverse) {
    if (segment.first >= first) continue;
    if (segment.last + 1 < first) break;
    first = segment.first;
  }
  return first;
}

Result<std::uint64_t> last_batch_before(Reader& reader, Timestamp time) {
  const auto head = reader.head();
  if (!head) return std::unexpected(head.error());
  // Timestamps never fall, so the batches before the time come first.
  std::uint64_t before = 0;
  std::uint64_t after = head->batch + 1;
  wire::Batch batch;
  while (before + 1 < after) {
    const std::uint64_t middle = before + (after - before) / 2;
    const auto there = reader.read(middle, batch);
    if (!there && there.error().name != batch_not_archived) return std::unexpected(there.error());
    const bool earlier =
        !there || (*there && !batch.commands.empty() && batch.commands.front().timestamp < time);
    (earlier ? before : after) = middle;
  }
  return before;
}

}  // namespace trade::journal
