#include <optional>
#include <string>
#include <utility>

#include "journal/files.hpp"
#include "journal/journal.hpp"
#include "journal/record.hpp"
#include "journal/redo_reader.hpp"
#include "journal/segment.hpp"
#include "store/key.hpp"

namespace trade::journal {

namespace {

class LocalReader final : public Reader {
 public:
  explicit LocalReader(JournalFiles files)
      : files_(std::move(files)), redo_(files_.directory, files_.identity), archive_(files_.directory) {}

  Result<Head> head() override {
    if (const auto record = redo_.record(redo_.last())) {
      const auto header = read_record_header(*record);
      if (header) return header->head();
    }
    auto transaction = files_.environment->begin_read();
    if (!transaction) return pass_on(std::move(transaction));
    const auto last = last_record(files_, *transaction);
    if (!last) return std::unexpected(last.error());
    if (!last->has_value()) return Head{};
    const auto header = read_header((*last)->number, (*last)->bytes);
    if (!header) return std::unexpected(header.error());
    return header->head();
  }

  Result<bool> read(std::uint64_t number, wire::Batch& batch) override {
    RecordHeader header;
    if (const auto latest = redo_.record(number)) {
      auto found = read_header(number, *latest);
      if (!found) return pass_on(std::move(found));
      header = *found;
      batch.buffer.assign(record_payload(*latest));
    } else {
      // Copied out at once: decoding within the transaction would hold back the writer's old pages.
      auto transaction = files_.environment->begin_read();
      if (!transaction) return pass_on(std::move(transaction));
      auto record = find(*transaction, number);
      if (!record) return pass_on(std::move(record));
      if (!record->has_value()) return false;
      auto found = read_header(number, **record);
      if (!found) return pass_on(std::move(found));
      header = *found;
      batch.buffer.assign(record_payload(**record));
    }
    Status whole = check_record_checksum(header, batch.buffer.bytes());
    if (whole) whole = decode_record_payload(header, batch);
    if (!whole) return std::unexpected(damaged(files_, number, whole.error().message));
    return true;
  }

  Result<bool> read_encoded(std::uint64_t number, std::string& record) override {
    if (const auto there = redo_.record(number)) {
      record.assign(reinterpret_cast<const char*>(there->data()), there->size());
      return true;
    }
    auto transaction = files_.environment->begin_read();
    if (!transaction) return pass_on(std::move(transaction));
    auto found = find(*transaction, number);
    if (!found) return pass_on(std::move(found));
    if (!found->has_value()) return false;
    // Its form is checked, so that a damaged length is not taken for one.
    if (auto header = read_header(number, **found); !header) return pass_on(std::move(header));
    record.assign(reinterpret_cast<const char*>((*found)->data()), (*found)->size());
    return true;
  }

 private:
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
    return fail_named(ErrorCode::not_found, "batch_not_archived",
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
  RedoReader redo_;
  ArchiveReader archive_;
};

}  // namespace

Result<std::unique_ptr<Reader>> open_reader(const std::filesystem::path& directory) {
  auto files = open_files_for_reading(directory);
  if (!files) return pass_on(std::move(files));
  return std::make_unique<LocalReader>(std::move(*files));
}

Result<std::uint64_t> find_batch(Reader& reader, std::uint64_t last_batch, Sequence sequence) {
  std::uint64_t low = 1;
  std::uint64_t high = last_batch + 1;
  wire::Batch batch;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const Result<bool> read = reader.read(middle, batch);
    if (!read) return std::unexpected(read.error());
    if (!*read || batch.header.first_sequence + batch.events.size() <= sequence) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace trade::journal
