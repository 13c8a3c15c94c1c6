#include "journal/redo_recovery.hpp"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "journal/redo_file.hpp"

namespace trade::journal {

namespace {

std::unexpected<Error> broken(const std::filesystem::path& journal, std::uint64_t batch,
                              const std::string& problem) {
  return fail(ErrorCode::corrupt,
              "batch " + std::to_string(batch) + " of the journal at " + journal.string() +
                  " is damaged in its redo log: " + problem,
              "restore the journal from a copy; to go on without this batch and all after it, move " +
                  (journal / "redo-*").string() + " away");
}

/// The records from a file's beginning on, each the one after the one before. Behind them lies what is left
/// of earlier rounds, or the write that a crash cut short.
struct FileScan {
  std::vector<RedoRecord> records;
  std::uint32_t end_page = 0;
};

FileScan scan(const RedoFile& file, std::uint8_t number) {
  FileScan found;
  while (true) {
    const auto header = file.record_at(found.end_page);
    if (!header) return found;
    if (!found.records.empty() && header->batch != found.records.back().header.batch + 1) return found;
    const auto bytes = static_cast<std::uint32_t>(record_header_bytes) + header->payload_bytes;
    found.records.push_back({*header, {number, found.end_page, bytes}});
    found.end_page += RedoFile::pages_of(bytes);
  }
}

/// The newest record at or after a page.
std::uint64_t newest_from(const RedoFile& file, std::uint32_t page) {
  std::uint64_t newest = 0;
  for (; page < file.pages(); ++page) {
    if (const auto header = file.record_at(page)) newest = std::max(newest, header->batch);
  }
  return newest;
}

}  // namespace

RedoFindings examine_redo_log(const std::filesystem::path& journal, const Hash& identity,
                              const ChainLink& end) {
  RedoFindings findings;
  std::vector<RedoRecord> records;
  std::uint64_t newest_behind = 0;
  for (std::uint8_t number = 0; number < redo_files; ++number) {
    const auto file = RedoFile::open_for_reading(redo_file_path(journal, number));
    if (!file) {
      if (file.error().code == ErrorCode::not_found) continue;
      findings.whole = std::unexpected(file.error());
      return findings;
    }
    FileScan found = scan(*file, number);
    newest_behind = std::max(newest_behind, newest_from(*file, found.end_page));
    std::ranges::copy_if(found.records, std::back_inserter(records),
                         [&end](const RedoRecord& record) { return record.header.batch > end.head.batch; });
  }
  std::ranges::sort(records, {}, [](const RedoRecord& record) { return record.header.batch; });
  ChainLink link = end;
  for (const RedoRecord& record : records) {
    if (Status follows = check_record_follows(record.header, link); !follows) {
      findings.whole = broken(journal, link.head.batch + 1,
                              "what comes there does not follow: " + follows.error().message);
      return findings;
    }
    link = {record.header.head(), record.header.hash};
    findings.records.push_back(record);
  }
  // One write at a time is under way, so a record behind one that is not whole was acknowledged, and so was
  // that.
  if (newest_behind > link.head.batch) {
    findings.whole =
        broken(journal, link.head.batch + 1,
               "it is not whole, and batch " + std::to_string(newest_behind) + " comes after it");
    return findings;
  }
  const auto index = RedoIndex::open_for_reading(journal, identity);
  if (index && index->last() > link.head.batch) {
    findings.whole =
        broken(journal, link.head.batch + 1,
               "it is missing, though batches up to " + std::to_string(index->last()) + " were acknowledged");
  }
  return findings;
}

Result<std::vector<RedoRecord>> find_redo_records(const std::filesystem::path& journal, const Hash& identity,
                                                  const ChainLink& end) {
  RedoFindings findings = examine_redo_log(journal, identity, end);
  if (!findings.whole) return pass_on(std::move(findings.whole));
  return std::move(findings.records);
}

}  // namespace trade::journal
