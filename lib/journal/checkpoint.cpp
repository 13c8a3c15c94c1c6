#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/byte_stream.hpp"
#include "journal/checkpoint_writer.hpp"
#include "journal/copy.hpp"
#include "journal/crc32c.hpp"
#include "journal/hash.hpp"
#include "journal/journal.hpp"
#include "store/error.hpp"
#include "store/file_mapping.hpp"
#include "store/files.hpp"

namespace trade::journal {

namespace {

// A checkpoint is a file "checkpoint-" and 20 digits, the batch. Integers are little-endian:
//
//    0  u32 magic "TCKP"       16  u64 size of the state in bytes
//    4  u16 version            24  u32 CRC-32C of bytes 0 to 23 and of the list at the end
//    6  u16 size of the header 28  u32 0
//    8  u64 batch              32  the state; then, at the end, the u32 CRC-32C of each MB of it, the last of
//                                  which may be shorter
//
// Version 1 has the BLAKE2b, 32 bytes, of bytes 0 to 23 and of the state at 24, and then the state. It takes
// ten times as long, and whoever could change the state on purpose could have changed that too: what a state
// is is proven by the journal.

constexpr std::uint32_t checkpoint_magic = 0x504b4354;
constexpr std::size_t checked_header_bytes = 24;
constexpr std::uint16_t hashed_version = 1;
constexpr std::size_t hashed_header_bytes = checked_header_bytes + sizeof(Hash);
constexpr std::uint16_t version = 2;
constexpr std::size_t header_bytes = 32;
constexpr std::size_t checked_block_bytes = std::size_t{1} << 20;
constexpr std::size_t kept_checkpoints = 2;
constexpr std::string_view name_prefix = "checkpoint-";
constexpr std::size_t name_digits = 20;

std::filesystem::path file_of(const std::filesystem::path& directory, std::uint64_t batch) {
  std::array<char, name_digits + 1> digits{};
  std::snprintf(digits.data(), digits.size(), "%020llu", static_cast<unsigned long long>(batch));
  return directory / (std::string(name_prefix) + digits.data());
}

std::vector<std::byte> fixed_header(std::uint16_t of_version, std::size_t bytes, std::uint64_t batch,
                                    std::uint64_t state_bytes) {
  ByteWriter writer;
  writer.write(checkpoint_magic);
  writer.write(of_version);
  writer.write(static_cast<std::uint16_t>(bytes));
  writer.write(batch);
  writer.write(state_bytes);
  return writer.take();
}

/// What stands before the state, whose blocks have these checksums.
std::vector<std::byte> make_header(std::uint64_t batch, std::uint64_t state_bytes,
                                   std::span<const std::byte> checksums) {
  const auto fixed = fixed_header(version, header_bytes, batch, state_bytes);
  ByteWriter writer;
  writer.write_bytes(fixed);
  writer.write(crc32c(checksums, crc32c(fixed)));
  writer.write(std::uint32_t{0});
  return writer.take();
}

std::optional<std::uint64_t> batch_of_name(const std::string& name) {
  if (name.size() != name_prefix.size() + name_digits || !name.starts_with(name_prefix)) return std::nullopt;
  std::uint64_t batch = 0;
  const char* const end = name.data() + name.size();
  const auto [stop, code] = std::from_chars(name.data() + name_prefix.size(), end, batch);
  if (code != std::errc() || stop != end) return std::nullopt;
  return batch;
}

/// The batches of the files that have such a name and the suffix behind it, newest first; none where there is
/// no directory.
Result<std::vector<std::uint64_t>> list(const std::filesystem::path& directory,
                                        std::string_view suffix = {}) {
  std::vector<std::uint64_t> batches;
  std::error_code code;
  for (std::filesystem::directory_iterator entry(directory, code), end; !code && entry != end;
       entry.increment(code)) {
    std::string name = entry->path().filename().string();
    if (!name.ends_with(suffix)) continue;
    name.resize(name.size() - suffix.size());
    if (const auto batch = batch_of_name(name)) batches.push_back(*batch);
  }
  if (code && code != std::errc::no_such_file_or_directory) {
    return std::unexpected(store::make_error(code.value(), directory, "list the checkpoints"));
  }
  std::ranges::sort(batches, std::ranges::greater());
  return batches;
}

bool begins_with(std::span<const std::byte> bytes, std::span<const std::byte> prefix) {
  return bytes.size() >= prefix.size() && std::ranges::equal(bytes.first(prefix.size()), prefix);
}

/// The state within the file's bytes; nothing where they are not whole.
std::optional<std::span<const std::byte>> find_state(std::span<const std::byte> bytes, std::uint64_t batch) {
  if (bytes.size() < header_bytes) return std::nullopt;
  // Each block brings its checksum along.
  constexpr std::size_t with_checksum = checked_block_bytes + sizeof(std::uint32_t);
  const auto content = bytes.subspan(header_bytes);
  const std::size_t list_bytes = (content.size() + with_checksum - 1) / with_checksum * sizeof(std::uint32_t);
  if (content.size() < list_bytes) return std::nullopt;
  const auto state = content.first(content.size() - list_bytes);
  const auto checksums = content.last(list_bytes);
  if (!begins_with(bytes, make_header(batch, state.size(), checksums))) return std::nullopt;
  ByteReader reader(checksums);
  for (auto rest = state; !rest.empty();) {
    const auto block = rest.first(std::min(rest.size(), checked_block_bytes));
    if (crc32c(block) != reader.read<std::uint32_t>()) return std::nullopt;
    rest = rest.subspan(block.size());
  }
  return state;
}

/// The same of version 1.
std::optional<std::span<const std::byte>> find_hashed_state(std::span<const std::byte> bytes,
                                                            std::uint64_t batch) {
  if (bytes.size() < hashed_header_bytes) return std::nullopt;
  const auto state = bytes.subspan(hashed_header_bytes);
  const auto header = fixed_header(hashed_version, hashed_header_bytes, batch, state.size());
  if (!begins_with(bytes, header)) return std::nullopt;
  if (!begins_with(bytes.subspan(checked_header_bytes), hash_of({header, state}))) return std::nullopt;
  return state;
}

/// The whole file; nothing where it cannot be read.
std::optional<std::vector<std::byte>> read_file(const std::filesystem::path& path) {
  const store::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (!file.open() || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  std::vector<std::byte> bytes(static_cast<std::size_t>(status.st_size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::read(file.get(), bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::nullopt;
    done += static_cast<std::size_t>(count);
  }
  return bytes;
}

/// The checkpoint that the bytes of a file are, which `owner` holds; nothing where they are not whole.
std::optional<Checkpoint> checkpoint_of(std::span<const std::byte> bytes, std::uint64_t batch,
                                        std::shared_ptr<const void> owner) {
  auto state = find_state(bytes, batch);
  if (!state) state = find_hashed_state(bytes, batch);
  if (!state) return std::nullopt;
  return Checkpoint{batch, *state, std::move(owner)};
}

/// The checkpoint in the file; nothing where the file is not whole. A copy: whoever writes checkpoints may
/// cut the file meanwhile (remove_gently).
std::optional<Checkpoint> read_checkpoint(const std::filesystem::path& path, std::uint64_t batch) {
  auto bytes = read_file(path);
  if (!bytes) return std::nullopt;
  auto owner = std::make_shared<const std::vector<std::byte>>(std::move(*bytes));
  return checkpoint_of(*owner, batch, owner);
}

/// The same where nobody writes checkpoints meanwhile.
std::optional<Checkpoint> map_checkpoint(const std::filesystem::path& path, std::uint64_t batch) {
  auto file = store::FileMapping::open(path);
  if (!file) return std::nullopt;
  auto owner = std::make_shared<const store::FileMapping>(std::move(*file));
  return checkpoint_of(owner->bytes(), batch, owner);
}

Result<std::optional<Checkpoint>> newest_checkpoint(
    const std::filesystem::path& directory, std::uint64_t batch_max,
    std::optional<Checkpoint> (*read)(const std::filesystem::path& path, std::uint64_t batch)) {
  const auto batches = list(directory);
  if (!batches) return std::unexpected(batches.error());
  for (const std::uint64_t batch : *batches) {
    if (batch > batch_max) continue;
    if (auto checkpoint = read(file_of(directory, batch), batch)) return checkpoint;
  }
  return std::nullopt;
}

/// In steps: giving back the blocks of a large file at once holds up the commits of the whole file system.
void remove_gently(const std::filesystem::path& path) {
  constexpr off_t step_bytes = off_t{64} << 20;
  {
    const store::FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    struct stat status{};
    if (file.open() && ::fstat(file.get(), &status) == 0) {
      for (off_t size = status.st_size; size > step_bytes; size -= step_bytes) {
        if (::ftruncate(file.get(), size - step_bytes) != 0) break;
      }
    }
  }
  ::unlink(path.c_str());
}

/// Leaves the one just written and the newest before it. Later ones are those of a future that the journal,
/// restored from a copy, does not have any more. What cannot be removed now will be next time.
void remove_superseded(const std::filesystem::path& directory, std::uint64_t written) {
  const auto batches = list(directory);
  if (!batches) return;
  std::size_t kept = 0;
  for (const std::uint64_t batch : *batches) {
    if (batch <= written && kept < kept_checkpoints) {
      ++kept;
    } else {
      remove_gently(file_of(directory, batch));
    }
  }
}

/// Removes what writers that were killed have left. There is one writer at a time.
void remove_unfinished(const std::filesystem::path& directory) {
  constexpr std::string_view suffix = store::DurableFile::temporary_suffix;
  const auto batches = list(directory, suffix);
  if (!batches) return;
  for (const std::uint64_t batch : *batches)
    remove_gently(file_of(directory, batch).string().append(suffix));
}

}  // namespace

Result<CheckpointWriter> CheckpointWriter::create(const std::filesystem::path& directory,
                                                  std::uint64_t batch) {
  if (auto made = store::make_directories(directory); !made) return pass_on(std::move(made));
  remove_unfinished(directory);
  auto file = store::DurableFile::create(file_of(directory, batch));
  if (!file) return pass_on(std::move(file));
  CheckpointWriter writer(std::move(*file), directory, batch);
  // Its place; what it says is known at the end.
  if (Status written = writer.file_.append(std::vector<std::byte>(header_bytes)); !written)
    return pass_on(std::move(written));
  return writer;
}

Status CheckpointWriter::write(std::span<const std::byte> bytes) {
  if (Status written = file_.append(bytes); !written) return written;
  state_bytes_ += bytes.size();
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(bytes.size(), checked_block_bytes - block_bytes_));
    checksum_ = crc32c(part, checksum_);
    block_bytes_ += part.size();
    bytes = bytes.subspan(part.size());
    if (block_bytes_ < checked_block_bytes) continue;
    checksums_.write(std::exchange(checksum_, 0));
    block_bytes_ = 0;
  }
  return {};
}

Status CheckpointWriter::finish() {
  if (block_bytes_ != 0) checksums_.write(checksum_);
  if (Status written = file_.append(checksums_.bytes()); !written) return written;
  if (Status written = file_.overwrite_beginning(make_header(batch_, state_bytes_, checksums_.bytes()));
      !written) {
    return written;
  }
  if (Status finished = file_.finish(); !finished) return finished;
  remove_superseded(directory_, batch_);
  return {};
}

Status save_checkpoint(const std::filesystem::path& directory, std::uint64_t batch,
                       std::span<const std::byte> state) {
  auto writer = CheckpointWriter::create(directory, batch);
  if (!writer) return std::unexpected(writer.error());
  if (Status written = writer->write(state); !written) return written;
  return writer->finish();
}

Result<std::optional<Checkpoint>> load_checkpoint(const std::filesystem::path& directory,
                                                  std::uint64_t batch_max) {
  return newest_checkpoint(directory, batch_max, read_checkpoint);
}

Result<std::optional<Checkpoint>> load_own_checkpoint(const std::filesystem::path& directory,
                                                      std::uint64_t batch_max) {
  return newest_checkpoint(directory, batch_max, map_checkpoint);
}

Status copy_checkpoints(const std::filesystem::path& from, const std::filesystem::path& to) {
  auto batches = list(from);
  if (!batches) return pass_on(std::move(batches));
  std::ranges::reverse(*batches);
  for (const std::uint64_t batch : *batches) {
    const auto checkpoint = read_checkpoint(file_of(from, batch), batch);
    if (!checkpoint) continue;
    if (Status saved = save_checkpoint(to, batch, checkpoint->state); !saved) return saved;
  }
  return {};
}

}  // namespace trade::journal
