#include <algorithm>
#include <array>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/environment.hpp"
#include "store/files.hpp"

namespace trade::store {

namespace {

/// So far at most does the file reach beyond what is in use. A write of half of it takes about 0.1 ms.
constexpr std::uint64_t room_bytes_max = std::uint64_t{1} << 20;
/// And no further than this share of what is in use, so that small databases stay small.
constexpr std::uint64_t room_share = 4;

constexpr std::array<std::byte, std::size_t{64} << 10> zeros{};

/// False when the file system has no room, or another error that the next commit will meet and name.
bool write_zeros(int descriptor, std::uint64_t from, std::uint64_t to) {
  while (from < to) {
    const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(to - from, zeros.size()));
    const ssize_t written = ::pwrite(descriptor, zeros.data(), bytes, static_cast<off_t>(from));
    if (written <= 0) return false;
    from += static_cast<std::uint64_t>(written);
  }
  return true;
}

/// So far the file is to reach beyond what is in use.
std::uint64_t room_beyond(std::uint64_t used_bytes) {
  return std::min(room_bytes_max, used_bytes / room_share);
}

/// Half of that is there.
bool has_room(std::uint64_t used_bytes, std::uint64_t file_bytes) {
  const std::uint64_t room = room_beyond(used_bytes);
  return file_bytes >= used_bytes + room - room / 2;
}

}  // namespace

void Environment::extend_file() {
  if (options_.read_only || !options_.sync) return;
  // As a rule there is room, and no transaction is needed to see it.
  if (const auto before = usage(); !before || has_room(before->used_bytes, file_bytes_seen_)) return;
  // Nobody else, in whichever process, may append meanwhile: the zeros would fall on it.
  const auto transaction = begin_write();
  if (!transaction) return;
  const auto now = usage();
  if (!appended_.open()) appended_ = FileDescriptor(::open(data_file_.c_str(), O_WRONLY | O_CLOEXEC));
  struct stat status{};
  if (!now || !appended_.open() || ::fstat(appended_.get(), &status) != 0) return;
  const auto end = static_cast<std::uint64_t>(status.st_size);
  file_bytes_seen_ = end;
  if (has_room(now->used_bytes, end) || end < now->used_bytes) return;
  const std::uint64_t wanted = now->used_bytes + room_beyond(now->used_bytes);
  // Written and not merely allotted: on ext4 the first write to allotted space changes the inode again. Begun
  // to be flushed now, since the next sync of the file waits for all of it.
  if (write_zeros(appended_.get(), end, wanted)) {
    file_bytes_seen_ = wanted;
    ::sync_file_range(appended_.get(), static_cast<off_t>(end), static_cast<off_t>(wanted - end),
                      SYNC_FILE_RANGE_WRITE);
  }
}

}  // namespace trade::store
