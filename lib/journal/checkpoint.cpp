#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/byte_stream.hpp"
#include "journal/copy.hpp"
#include "journal/hash.hpp"
#include "journal/journal.hpp"
#include "store/error.hpp"
#include "store/files.hpp"

namespace trade::journal {

namespace {

// A checkpoint is a file "checkpoint-" and 20 digits, the batch. Integers are little-endian:
//
//    0  u32 magic "TCKP"       16  u64 size of the state in bytes
//    4  u16 version            24  BLAKE2b, 32 bytes, of bytes 0 to 23 and of the state
//    6  u16 size of the header 56  the state
//    8  u64 batch

constexpr std::uint32_t checkpoint_magic = 0x504b4354;
constexpr std::uint16_t checkpoint_version = 1;
constexpr std::size_t hashed_header_bytes = 24;
constexpr std::size_t header_bytes = hashed_header_bytes + sizeof(Hash);
constexpr std::size_t kept_checkpoints = 2;
constexpr std::string_view name_prefix = "checkpoint-";
constexpr std::size_t name_digits = 20;

std::filesystem::path file_of(const std::filesystem::path& directory, std::uint64_t batch) {
  std::array<char, name_digits + 1> digits{};
  std::snprintf(digits.data(), digits.size(), "%020llu", static_cast<unsigned long long>(batch));
  return directory / (std::string(name_prefix) + digits.data());
}

std::vector<std::byte> fixed_header(std::uint64_t batch, std::uint64_t state_bytes) {
  ByteWriter writer;
  writer.write(checkpoint_magic);
  writer.write(checkpoint_version);
  writer.write(static_cast<std::uint16_t>(header_bytes));
  writer.write(batch);
  writer.write(state_bytes);
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

/// The batches that there are checkpoints of, newest first; none where there is no directory.
Result<std::vector<std::uint64_t>> list(const std::filesystem::path& directory) {
  std::vector<std::uint64_t> batches;
  std::error_code code;
  for (std::filesystem::directory_iterator entry(directory, code), end; !code && entry != end;
       entry.increment(code)) {
    if (const auto batch = batch_of_name(entry->path().filename().string())) batches.push_back(*batch);
  }
  if (code && code != std::errc::no_such_file_or_directory) {
    return std::unexpected(store::make_error(code.value(), directory, "list the checkpoints"));
  }
  std::ranges::sort(batches, std::ranges::greater());
  return batches;
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

/// The state in the file; nothing where the file is not whole.
std::optional<std::vector<std::byte>> read_checkpoint(const std::filesystem::path& path,
                                                      std::uint64_t batch) {
  auto bytes = read_file(path);
  if (!bytes || bytes->size() < header_bytes) return std::nullopt;
  const auto header = fixed_header(batch, bytes->size() - header_bytes);
  if (!std::equal(header.begin(), header.end(), bytes->begin())) return std::nullopt;
  const auto state = std::span(*bytes).subspan(header_bytes);
  const Hash hash = hash_of({header, state});
  if (!std::equal(hash.begin(), hash.end(), bytes->begin() + hashed_header_bytes)) return std::nullopt;
  bytes->erase(bytes->begin(), bytes->begin() + header_bytes);
  return bytes;
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

}  // namespace

Status save_checkpoint(const std::filesystem::path& directory, std::uint64_t batch,
                       std::span<const std::byte> state) {
  const auto header = fixed_header(batch, state.size());
  const Hash hash = hash_of({header, state});
  if (auto made = store::make_directories(directory); !made) return made;
  if (auto written = store::write_file_durably(file_of(directory, batch), {header, hash, state}); !written) {
    return written;
  }
  remove_superseded(directory, batch);
  return {};
}

Result<std::optional<Checkpoint>> load_checkpoint(const std::filesystem::path& directory,
                                                  std::uint64_t batch_max) {
  const auto batches = list(directory);
  if (!batches) return std::unexpected(batches.error());
  for (const std::uint64_t batch : *batches) {
    if (batch > batch_max) continue;
    if (auto state = read_checkpoint(file_of(directory, batch), batch))
      return Checkpoint{batch, std::move(*state)};
  }
  return std::nullopt;
}

Status copy_checkpoints(const std::filesystem::path& from, const std::filesystem::path& to) {
  auto batches = list(from);
  if (!batches) return pass_on(std::move(batches));
  std::ranges::reverse(*batches);
  for (const std::uint64_t batch : *batches) {
    const auto state = read_checkpoint(file_of(from, batch), batch);
    if (!state) continue;
    if (Status saved = save_checkpoint(to, batch, *state); !saved) return saved;
  }
  return {};
}

}  // namespace trade::journal
