#include "journal/verification.hpp"

#include <algorithm>
#include <limits>
#include <thread>
#include <utility>
#include <vector>

#include "journal/record.hpp"
#include "journal/segment.hpp"
#include "store/key.hpp"

namespace trade::journal {

namespace {

/// Records that one read transaction goes through: a long one would make the file of a journal that is being
/// written grow. A tenth of a second's work for each thread, so that their starting does not matter.
constexpr std::size_t portion_bytes_max_a_thread = 64u << 20;

}  // namespace

Verification::Verification(JournalFiles files, VerifyProgress& progress, VerifyPace pace)
    : files_(std::move(files)),
      redo_(files_),
      progress_(progress),
      threads_(pace == VerifyPace::together ? std::max(1U, std::thread::hardware_concurrency()) : 1),
      portion_bytes_max_(pace == VerifyPace::together ? threads_ * portion_bytes_max_a_thread : 1),
      link_{Head{}, files_.identity} {}

Result<VerifyReport> Verification::run() {
  const auto last = find_last();
  if (!last) return std::unexpected(last.error());
  while (!bad_batch_ && link_.head.batch < *last) {
    if (auto portion = verify_portion(*last); !portion) return pass_on(std::move(portion));
  }
  // What comes behind the end was acknowledged, and is not whole.
  if (!redo_.whole() && !bad_batch_) set_bad(link_.head.batch + 1, redo_.whole().error().message);
  VerifyReport report = report_of(progress_);
  report.bad_batch = bad_batch_;
  report.problem = problem_;
  return report;
}

Result<std::uint64_t> Verification::find_last() {
  auto transaction = files_.environment->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  const auto record = last_record(files_, *transaction);
  // Where something is damaged, what lies before it is still gone through, to tell where.
  if (!record) return std::numeric_limits<std::uint64_t>::max();
  return std::max(record->has_value() ? (*record)->number : 0, redo_.last());
}

/// What was removed from the database, as far as the archive has it: from where this has got to on, up to
/// `start`.
Status Verification::verify_archive(const ChainLink& start) {
  const auto files = list_segments(files_.directory);
  if (!files) return std::unexpected(files.error());
  for (const SegmentFile& file : *files) {
    if (file.last <= link_.head.batch) continue;
    if (file.first > start.head.batch) break;
    const auto segment = read_segment(file);
    // Taken elsewhere since it was listed.
    if (!segment && segment.error().code == ErrorCode::not_found) continue;
    if (!segment) {
      set_bad(std::max(file.first, link_.head.batch + 1), segment.error().message);
      return {};
    }
    // What is between is not there, and cannot be verified.
    if (segment->previous.head.batch > link_.head.batch) link_ = segment->previous;
    if (segment->identity != files_.identity ||
        (segment->previous.head.batch == link_.head.batch && segment->previous.hash != link_.hash)) {
      set_bad(link_.head.batch + 1, file.path.string() + " does not follow on from what is before it");
      return {};
    }
    // Of a segment that is being removed the database has the rest.
    const std::uint64_t verified = link_.head.batch - segment->previous.head.batch;
    const std::uint64_t removed = std::min(file.last, start.head.batch) - segment->previous.head.batch;
    const std::uint64_t before = progress_.batches;
    verify_records(std::span(segment->records).subspan(verified, removed - verified));
    progress_.archived += progress_.batches - before;
    if (bad_batch_) return {};
  }
  if (link_.head.batch == start.head.batch) {
    if (link_.hash != start.hash)
      set_bad(start.head.batch, "the archive ends otherwise than the journal begins");
    return {};
  }
  // Where the last segments are not there, what was removed cannot be verified.
  link_ = start;
  progress_.head = start.head;
  return {};
}

/// As many batches as one read transaction may last.
Status Verification::verify_portion(std::uint64_t last) {
  auto transaction = files_.environment->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  const auto start = read_start(files_, *transaction);
  if (!start) return std::unexpected(start.error());
  if (start->head.batch > link_.head.batch) {
    // Removed before this began or since. Reading segments takes its time.
    transaction->abort();
    return verify_archive(*start);
  }
  auto cursor = transaction->cursor(files_.batches);
  if (!cursor) return pass_on(std::move(cursor));
  // From the very first key on, be it a batch's or not.
  auto there =
      cursor->seek(store::Key().number(link_.head.batch == start->head.batch ? 0 : link_.head.batch + 1));
  std::vector<wire::Bytes> records;
  std::size_t bytes = 0;
  const auto expected = [&] { return link_.head.batch + 1 + records.size(); };
  std::string problem;
  while (there && *there) {
    const auto number = number_of_key(files_, cursor->key());
    if (!number) {
      problem = "in its place there is a key that is no batch number";
    } else if (*number != expected()) {
      problem = "it is missing: there is batch " + std::to_string(*number);
    } else {
      records.push_back(cursor->value());
      bytes += records.back().size();
    }
    if (!problem.empty() || expected() > last || bytes >= portion_bytes_max_) break;
    there = cursor->next();
  }
  if (!there) problem = there.error().message;
  verify_records(records);
  records.clear();
  if (bad_batch_) return {};
  if (!problem.empty()) {
    set_bad(expected(), std::move(problem));
  } else if (!*there) {
    while (!bad_batch_ && link_.head.batch < last && verify_redo(last)) {
    }
  }
  return {};
}

/// Those that the database does not have, as many as come at a time. False when the first was not found: it
/// has moved into the database since the transaction began, and the next one sees it, or is missing.
bool Verification::verify_redo(std::uint64_t last) {
  const std::uint64_t first = link_.head.batch + 1;
  std::vector<wire::Bytes> records;
  for (std::size_t bytes = 0; first + records.size() <= last && bytes < portion_bytes_max_;) {
    if (redo_records_.size() == records.size()) redo_records_.emplace_back();
    wire::AlignedBuffer& record = redo_records_[records.size()];
    if (!redo_.read(first + records.size(), record)) break;
    records.push_back(record.bytes());
    bytes += record.bytes().size();
  }
  if (!records.empty()) {
    verify_records(records);
    return true;
  }
  if (redo_.is_missing(first)) set_bad(first, "it is missing");
  return false;
}

/// Those that come next, until one is wrong.
void Verification::verify_records(std::span<const wire::Bytes> records) {
  const auto checked = check_records(records, threads_);
  for (std::size_t i = 0; i < records.size() && !bad_batch_; ++i)
    take(checked[i], records[i].size());
}

void Verification::take(const CheckedRecord& checked, std::size_t bytes) {
  Status good = checked.intact;
  if (good) good = check_record_follows(*checked.header, link_);
  if (good) good = checked.content;
  if (!good) return set_bad(link_.head.batch + 1, good.error().message);
  link_ = {checked.header->head(), checked.header->hash};
  progress_.head = link_.head;
  ++progress_.batches;
  progress_.commands += checked.commands;
  progress_.events += checked.events;
  progress_.bytes += bytes;
}

void Verification::set_bad(std::uint64_t batch, std::string problem) {
  bad_batch_ = batch;
  problem_ = std::move(problem);
}

}  // namespace trade::journal
