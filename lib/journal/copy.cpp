#include "journal/copy.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "journal/files.hpp"
#include "journal/record.hpp"
#include "journal/redo_reader.hpp"
#include "journal/writer_lock.hpp"
#include "store/files.hpp"
#include "store/key.hpp"

namespace trade::journal {

namespace {

/// Of one portion, which is read in one transaction and written in another.
constexpr std::size_t portion_bytes_max = std::size_t{16} << 20;

/// Records in the order of their numbers.
using Portion = std::vector<std::vector<std::byte>>;

class Copy {
 public:
  Copy(JournalFiles from, JournalFiles to) : from_(std::move(from)), redo_(from_), to_(std::move(to)) {}

  Result<CopyReport> run(const std::function<bool(std::uint64_t, std::uint64_t)>& progress) {
    if (!redo_.whole()) return std::unexpected(redo_.whole().error());
    auto last = find_last();
    if (!last) return std::unexpected(last.error());
    if (Status started = start_at(from_.start); !started) return pass_on(std::move(started));
    while (link_.head.batch < *last) {
      auto portion = read(*last);
      if (!portion) return pass_on(std::move(portion));
      if (removed_through_) {
        if (Status started = start_at(*removed_through_); !started) return pass_on(std::move(started));
        // What was the last may be removed, too; the last one now is not.
        last = find_last();
        if (!last) return std::unexpected(last.error());
        continue;
      }
      if (Status written = write(*portion); !written) return pass_on(std::move(written));
      if (!progress(link_.head.batch, *last)) {
        return fail(
            ErrorCode::internal,
            "interrupted after batch " + std::to_string(link_.head.batch) + " of " + std::to_string(*last),
            "the copy is not complete: remove it");
      }
    }
    report_.head = link_.head;
    return report_;
  }

 private:
  /// A copy begins where its source does. What was copied until a prune passed it by is left to the archive,
  /// as in the source.
  Status start_at(const ChainLink& start) {
    const bool copied = std::exchange(report_.bytes, 0) != 0;
    removed_through_.reset();
    link_ = start;
    if (start.head.batch == 0) return {};
    return to_.environment->write([&](store::Transaction& transaction) -> Status {
      if (Status cleared = copied ? transaction.clear(to_.batches) : Status(); !cleared) return cleared;
      return put_start(to_, transaction, start);
    });
  }

  Result<std::uint64_t> find_last() {
    auto transaction = from_.environment->begin_read();
    if (!transaction) return pass_on(std::move(transaction));
    const auto last = last_record(from_, *transaction);
    if (!last) return std::unexpected(last.error());
    return std::max(last->has_value() ? (*last)->number : 0, redo_.last());
  }

  /// The batches that come next; none where they were removed meanwhile, and then `removed_through_` says so.
  Result<Portion> read(std::uint64_t last) {
    Portion portion;
    auto transaction = from_.environment->begin_read();
    if (!transaction) return pass_on(std::move(transaction));
    const auto start = read_start(from_, *transaction);
    if (!start) return std::unexpected(start.error());
    if (start->head.batch > link_.head.batch) {
      removed_through_ = *start;
      return portion;
    }
    auto cursor = transaction->cursor(from_.batches);
    if (!cursor) return pass_on(std::move(cursor));
    std::size_t bytes = 0;
    std::uint64_t number = link_.head.batch + 1;
    auto there = cursor->seek(store::Key().number(number));
    while (number <= last && bytes < portion_bytes_max) {
      if (!there) return pass_on(std::move(there));
      wire::Bytes record;
      if (*there) {
        const auto found = number_of_key(from_, cursor->key());
        if (!found) return std::unexpected(found.error());
        if (*found != number) return std::unexpected(damaged(from_, number, "it is missing"));
        record = cursor->value();
      } else if (const auto in_redo = redo_.record(number)) {
        record = in_redo->bytes;
      } else if (redo_.is_missing(number)) {
        return std::unexpected(damaged(from_, number, "it is missing"));
      } else {
        break;
      }
      if (Status good = check(number, record); !good) return pass_on(std::move(good));
      portion.emplace_back(record.begin(), record.end());
      bytes += record.size();
      ++number;
      if (*there) there = cursor->next();
    }
    report_.bytes += bytes;
    return portion;
  }

  Status check(std::uint64_t number, wire::Bytes record) {
    const auto header = read_record_header(record);
    if (!header) return std::unexpected(damaged(from_, number, header.error().message));
    Status good = check_record_hash(*header, record_payload(record));
    if (good) good = check_record_follows(*header, link_);
    if (!good) return std::unexpected(damaged(from_, number, good.error().message));
    link_ = {header->head(), header->hash};
    report_.state_hash = header->state_hash;
    return {};
  }

  Status write(const Portion& portion) {
    const std::uint64_t first = link_.head.batch - portion.size() + 1;
    return to_.environment->write([&](store::Transaction& transaction) -> Status {
      for (std::size_t i = 0; i < portion.size(); ++i) {
        Status put =
            transaction.put(to_.batches, store::Key().number(first + i), portion[i], store::PutMode::append);
        if (!put) return put;
      }
      return {};
    });
  }

  JournalFiles from_;
  RedoReader redo_;
  JournalFiles to_;
  ChainLink link_;  ///< what the next record must follow
  std::optional<ChainLink> removed_through_;
  CopyReport report_;
};

}  // namespace

Result<CopyReport> copy(const std::filesystem::path& from, const std::filesystem::path& to,
                        const std::function<bool(std::uint64_t done, std::uint64_t all)>& progress) {
  auto source = open_files_for_reading(from);
  if (!source) return pass_on(std::move(source));
  if (auto made = store::make_directories(to); !made) return pass_on(std::move(made));
  const auto lock = WriterLock::acquire(to);
  if (!lock) return std::unexpected(lock.error());
  auto target = open_files_for_writing(to, {}, source->identity);
  if (!target) return pass_on(std::move(target));
  if (target->identity != source->identity) {
    return fail(ErrorCode::usage, "there is another journal at " + to.string() + " already",
                "name a directory that is empty or not there yet");
  }
  return Copy(std::move(*source), std::move(*target)).run(progress);
}

}  // namespace trade::journal
