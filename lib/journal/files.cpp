#include "journal/files.hpp"

#include <algorithm>
#include <utility>

#include "base/byte_stream.hpp"

namespace trade::journal {

namespace {

/// Followers read the newest batches from the redo log; some more stay for those that are behind.
constexpr std::uint64_t cached_bytes_max = std::uint64_t{32} << 20;

constexpr const char* batches_name = "batches";
constexpr const char* meta_name = "meta";

store::Bytes text_key(std::string_view text) {
  return std::as_bytes(std::span(text));
}

store::Bytes version_key() {
  return text_key("format_version");
}
store::Bytes identity_key() {
  return text_key("identity");
}
store::Bytes start_key() {
  return text_key("start");
}

/// False where the journal was never given a version.
Result<bool> read_meta(JournalFiles& files, store::Transaction& transaction) {
  const std::string where = "the journal at " + files.directory.string();
  const auto version = transaction.get(files.meta, version_key());
  if (!version) return std::unexpected(version.error());
  const auto identity = transaction.get(files.meta, identity_key());
  if (!identity) return std::unexpected(identity.error());
  if (!version->has_value() && !identity->has_value()) return false;
  if (!version->has_value() || (*version)->size() != sizeof format_version || !identity->has_value() ||
      (*identity)->size() != files.identity.size()) {
    return fail(ErrorCode::corrupt, where + " has a damaged head", "restore it from a copy");
  }
  const auto found = ByteReader(**version).read<std::uint32_t>();
  if (found != format_version) {
    return fail_named(ErrorCode::corrupt, "journal_version",
                      where + " has format version " + std::to_string(found) +
                          ", and this program reads version " + std::to_string(format_version),
                      "use the release of this program that wrote it");
  }
  std::ranges::copy(**identity, files.identity.begin());
  const auto start = read_start(files, transaction);
  if (!start) return std::unexpected(start.error());
  files.start = *start;
  return true;
}

Status initialize(JournalFiles& files, const std::optional<Hash>& identity, store::Transaction& transaction) {
  auto known = read_meta(files, transaction);
  if (!known) return pass_on(std::move(known));
  if (*known) return {};
  const auto batches = transaction.count(files.batches);
  if (!batches) return std::unexpected(batches.error());
  if (*batches != 0) {
    return fail(ErrorCode::corrupt, "the journal at " + files.directory.string() + " has batches but no head",
                "restore it from a copy");
  }
  files.identity = identity ? *identity : random_identity();
  files.start = {Head{}, files.identity};
  if (auto put = transaction.put(files.meta, identity_key(), files.identity); !put) return put;
  return transaction.put(files.meta, version_key(), std::as_bytes(std::span(&format_version, 1)));
}

}  // namespace

Result<JournalFiles> open_files_for_writing(const std::filesystem::path& directory, const Options& options,
                                            const std::optional<Hash>& identity) {
  JournalFiles files;
  files.directory = directory;
  auto environment = store::Environment::open(directory, {.map_bytes = options.map_bytes,
                                                          .databases_max = 4,
                                                          .sync = options.sync,
                                                          .cached_bytes_max = cached_bytes_max});
  if (!environment) return pass_on(std::move(environment));
  files.environment = std::move(*environment);
  auto batches = files.environment->open_database(batches_name);
  if (!batches) return pass_on(std::move(batches));
  files.batches = *batches;
  auto meta = files.environment->open_database(meta_name);
  if (!meta) return pass_on(std::move(meta));
  files.meta = *meta;
  auto initialized = files.environment->write(
      [&](store::Transaction& transaction) { return initialize(files, identity, transaction); });
  if (!initialized) return pass_on(std::move(initialized));
  return files;
}

Result<JournalFiles> open_files_for_reading(const std::filesystem::path& directory) {
  const auto missing = [&](Error&& error) -> std::unexpected<Error> {
    if (error.code != ErrorCode::not_found) return std::unexpected(std::move(error));
    return fail(ErrorCode::not_found, "there is no journal at " + directory.string(),
                "check the path, or start tradingd, which makes it");
  };
  JournalFiles files;
  files.directory = directory;
  // Map sizes only ever grow, and LMDB takes the file's own where that is larger.
  auto environment = store::Environment::open(directory, {.databases_max = 4, .read_only = true});
  if (!environment) return missing(std::move(environment).error());
  files.environment = std::move(*environment);
  auto batches = files.environment->open_database(batches_name, false);
  if (!batches) return missing(std::move(batches).error());
  files.batches = *batches;
  auto meta = files.environment->open_database(meta_name, false);
  if (!meta) return missing(std::move(meta).error());
  files.meta = *meta;
  auto transaction = files.environment->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  auto known = read_meta(files, *transaction);
  if (!known) return pass_on(std::move(known));
  if (!*known) return missing(Error{ErrorCode::not_found, {}, {}, {}});
  return files;
}

Result<JournalFiles> open_files_for_pruning(const std::filesystem::path& directory) {
  // An environment is opened once in a process: for reading first would forbid writing.
  std::error_code ignored;
  if (!std::filesystem::exists(directory / "data.mdb", ignored)) {
    return fail(ErrorCode::not_found, "there is no journal at " + directory.string(), "check the path");
  }
  return open_files_for_writing(directory, {});
}

Result<ChainLink> read_start(const JournalFiles& files, store::Transaction& transaction) {
  ChainLink start{Head{}, files.identity};
  const auto stored = transaction.get(files.meta, start_key());
  if (!stored) return std::unexpected(stored.error());
  if (!stored->has_value()) return start;
  ByteReader reader(**stored);
  start.head.batch = reader.read<std::uint64_t>();
  start.head.next_command = reader.read<std::uint64_t>();
  start.head.last_sequence = reader.read<std::uint64_t>();
  for (std::byte& byte : start.hash)
    byte = reader.read<std::byte>();
  if (reader.ok() && reader.at_end()) return start;
  return fail(ErrorCode::corrupt, "the journal at " + files.directory.string() + " has a damaged head",
              "restore it from a copy");
}

Status put_start(const JournalFiles& files, store::Transaction& transaction, const ChainLink& start) {
  ByteWriter writer;
  writer.write(start.head.batch);
  writer.write(start.head.next_command);
  writer.write(start.head.last_sequence);
  writer.write_bytes(start.hash);
  return transaction.put(files.meta, start_key(), writer.bytes());
}

Result<std::uint64_t> number_of_key(const JournalFiles& files, store::Bytes key) {
  store::KeyReader reader(key);
  const auto number = reader.number<std::uint64_t>();
  if (reader.ok() && reader.at_end()) return number;
  return fail(ErrorCode::corrupt,
              "the journal at " + files.directory.string() + " has a key that is no batch number",
              "restore it from a copy");
}

Result<std::optional<StoredRecord>> last_record(const JournalFiles& files, store::Transaction& transaction) {
  auto cursor = transaction.cursor(files.batches);
  if (!cursor) return pass_on(std::move(cursor));
  const auto there = cursor->last();
  if (!there) return std::unexpected(there.error());
  if (!*there) return std::nullopt;
  const auto number = number_of_key(files, cursor->key());
  if (!number) return std::unexpected(number.error());
  return StoredRecord{*number, cursor->value()};
}

Error damaged(const JournalFiles& files, std::uint64_t batch, const std::string& problem) {
  return Error{ErrorCode::corrupt, std::string(error_code_name(ErrorCode::corrupt)),
               "batch " + std::to_string(batch) + " of the journal at " + files.directory.string() +
                   " is damaged: " + problem,
               "run 'trade journal verify' and restore the journal from a copy"};
}

}  // namespace trade::journal
