#include "journal/verification.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/clock.hpp"
#include "journal/record.hpp"
#include "journal/segment.hpp"
#include "store/key.hpp"

namespace trade::journal {

namespace {

// A read transaction of the verification ends at the first of these bounds: a long one would make the file of
// a journal that is being written grow.
constexpr std::uint64_t transaction_bytes_max = 64u << 20;
constexpr std::int64_t transaction_nanoseconds_max = 250 * nanoseconds_per_millisecond;

}  // namespace

Verification::Verification(JournalFiles files, VerifyProgress& progress)
    : files_(std::move(files)),
      redo_(files_.directory, files_.identity),
      progress_(progress),
      link_(files_.start) {}

Result<VerifyReport> Verification::run() {
  if (Status archive = verify_archive(); !archive) return pass_on(std::move(archive));
  const auto last = find_last();
  if (!last) return std::unexpected(last.error());
  while (!bad_batch_ && link_.head.batch < *last) {
    if (auto portion = verify_portion(*last); !portion) return pass_on(std::move(portion));
  }
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

/// What was removed from the database, as far as the archive goes back.
Status Verification::verify_archive() {
  const ChainLink start = link_;
  const auto files = list_segments(files_.directory);
  if (!files) return std::unexpected(files.error());
  bool begun = false;
  for (const SegmentFile& file : *files) {
    if (file.last > start.head.batch) break;
    const auto segment = read_segment(file);
    if (!segment) {
      set_bad(file.first, segment.error().message);
      return {};
    }
    if (!begun) link_ = segment->previous;
    begun = true;
    if (segment->identity != files_.identity || segment->previous.hash != link_.hash) {
      set_bad(link_.head.batch + 1, file.path.string() + " does not follow on from what is before it");
      return {};
    }
    for (const wire::Bytes record : segment->records) {
      verify_record(link_.head.batch + 1, record);
      if (bad_batch_) return {};
      ++progress_.archived;
    }
  }
  // Where the last segments are not there, what was removed cannot be verified.
  if (begun && link_.head.batch == start.head.batch && link_.hash != start.hash) {
    set_bad(start.head.batch, "the archive ends otherwise than the journal begins");
  } else if (!begun || link_.head.batch < start.head.batch) {
    link_ = start;
  }
  return {};
}

/// As many batches as one read transaction may last.
Status Verification::verify_portion(std::uint64_t last) {
  auto transaction = files_.environment->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  auto cursor = transaction->cursor(files_.batches);
  if (!cursor) return pass_on(std::move(cursor));
  const std::int64_t end = monotonic_nanoseconds() + transaction_nanoseconds_max;
  const std::uint64_t bytes_end = progress_.bytes + transaction_bytes_max;
  // From the very first key on, be it a batch's or not.
  auto there = cursor->seek(
      store::Key().number(link_.head.batch == files_.start.head.batch ? 0 : link_.head.batch + 1));
  while (true) {
    const std::uint64_t expected = link_.head.batch + 1;
    if (!there) {
      set_bad(expected, there.error().message);
    } else if (!*there) {
      if (!verify_redo(expected)) return {};
    } else {
      verify_stored(expected, cursor->key(), cursor->value());
    }
    if (bad_batch_ || link_.head.batch >= last) return {};
    if (progress_.bytes >= bytes_end || monotonic_nanoseconds() >= end) return {};
    if (there && *there) there = cursor->next();
  }
}

/// One that the database does not have. False when it was not found: it has moved into the database since the
/// transaction began, and the next one sees it, or is missing.
bool Verification::verify_redo(std::uint64_t expected) {
  if (const auto record = redo_.record(expected)) {
    verify_record(expected, record->bytes);
    return true;
  }
  if (redo_.is_missing(expected)) set_bad(expected, "it is missing");
  return false;
}

void Verification::verify_stored(std::uint64_t expected, store::Bytes key, wire::Bytes record) {
  const auto number = number_of_key(files_, key);
  if (!number) return set_bad(expected, "in its place there is a key that is no batch number");
  if (*number != expected)
    return set_bad(expected, "it is missing: there is batch " + std::to_string(*number));
  verify_record(expected, record);
}

void Verification::verify_record(std::uint64_t expected, wire::Bytes record) {
  const auto header = read_record_header(record);
  if (!header) return set_bad(expected, header.error().message);
  const auto payload = record_payload(record);
  // The hash first: what follows from a flipped bit is of no interest.
  Status good = check_record_hash(*header, payload);
  if (good) good = check_record_follows(*header, link_);
  if (good) good = check_record_checksum(*header, payload);
  if (good) {
    batch_.buffer.assign(payload);
    good = decode_record_payload(*header, batch_);
  }
  if (!good) return set_bad(expected, good.error().message);
  link_ = {header->head(), header->hash};
  progress_.head = link_.head;
  ++progress_.batches;
  progress_.commands += batch_.commands.size();
  progress_.events += batch_.events.size();
  progress_.bytes += record.size();
}

void Verification::set_bad(std::uint64_t batch, std::string problem) {
  bad_batch_ = batch;
  problem_ = std::move(problem);
}

}  // namespace trade::journal
