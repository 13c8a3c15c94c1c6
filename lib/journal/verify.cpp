#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "journal/files.hpp"
#include "journal/journal.hpp"
#include "journal/record.hpp"
#include "store/key.hpp"

namespace trade::journal {

namespace {

// A read transaction of the verification ends at the first of these bounds: a long one would make the file of
// a journal that is being written grow.
constexpr std::uint64_t transaction_bytes_max = 64u << 20;
constexpr std::int64_t transaction_nanoseconds_max = 250 * nanoseconds_per_millisecond;

class Verification {
 public:
  explicit Verification(JournalFiles files) : files_(std::move(files)), link_{Head{}, files_.identity} {}

  Result<VerifyReport> run() {
    std::uint64_t last = 0;
    {
      auto transaction = files_.environment->begin_read();
      if (!transaction) return pass_on(std::move(transaction));
      const auto record = last_record(files_, *transaction);
      if (!record) {
        // Something is damaged; what lies before it is still gone through, to tell where.
        last = std::numeric_limits<std::uint64_t>::max();
      } else if (record->has_value()) {
        last = (*record)->number;
      }
    }
    while (!report_.bad_batch && report_.batches < last) {
      if (auto portion = verify_portion(last); !portion) return pass_on(std::move(portion));
    }
    report_.head = link_.head;
    return std::move(report_);
  }

 private:
  /// As many batches as one read transaction may last.
  Status verify_portion(std::uint64_t last) {
    auto transaction = files_.environment->begin_read();
    if (!transaction) return pass_on(std::move(transaction));
    auto cursor = transaction->cursor(files_.batches);
    if (!cursor) return pass_on(std::move(cursor));
    const std::int64_t end = monotonic_nanoseconds() + transaction_nanoseconds_max;
    const std::uint64_t bytes_end = report_.bytes + transaction_bytes_max;
    auto there = cursor->seek(store::Key().number(report_.batches + (report_.batches == 0 ? 0 : 1)));
    while (true) {
      const std::uint64_t expected = report_.batches + 1;
      if (!there) {
        set_bad(expected, there.error().message);
      } else if (!*there) {
        set_bad(expected, "it is missing");
      } else {
        verify_record(expected, cursor->key(), cursor->value());
      }
      if (report_.bad_batch || report_.batches >= last) return {};
      if (report_.bytes >= bytes_end || monotonic_nanoseconds() >= end) return {};
      there = cursor->next();
    }
  }

  void verify_record(std::uint64_t expected, store::Bytes key, wire::Bytes record) {
    const auto number = number_of_key(files_, key);
    if (!number) return set_bad(expected, "in its place there is a key that is no batch number");
    if (*number != expected)
      return set_bad(expected, "it is missing: there is batch " + std::to_string(*number));
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
    ++report_.batches;
    report_.commands += batch_.commands.size();
    report_.events += batch_.events.size();
    report_.bytes += record.size();
  }

  void set_bad(std::uint64_t batch, std::string problem) {
    report_.bad_batch = batch;
    report_.problem = std::move(problem);
  }

  JournalFiles files_;
  ChainLink link_;
  VerifyReport report_;
  wire::Batch batch_;
};

}  // namespace

Result<VerifyReport> verify(const std::filesystem::path& directory) {
  auto files = open_files_for_reading(directory);
  if (!files) return pass_on(std::move(files));
  return Verification(std::move(*files)).run();
}

}  // namespace trade::journal
