#include "journal/redo_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "store/error.hpp"

namespace trade::journal {

namespace {

// A file reaches beyond what is in use by as much again, within these bounds; half of it may be used up
// before it is given more.
constexpr std::uint64_t room_bytes_min = std::uint64_t{256} << 10;
constexpr std::uint64_t room_bytes_max = std::uint64_t{4} << 20;
constexpr std::array<std::byte, std::size_t{64} << 10> zeros{};

}  // namespace

Result<RedoFile> RedoFile::open(const std::filesystem::path& path, int flags, bool sync) {
  store::FileDescriptor file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
  if (!file.open()) return std::unexpected(store::make_error(errno, path, "open the redo log"));
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) {
    return std::unexpected(store::make_error(errno, path, "look at the redo log"));
  }
  return RedoFile(path, std::move(file), static_cast<std::uint64_t>(status.st_size), sync);
}

Result<RedoFile> RedoFile::open_for_writing(const std::filesystem::path& path, bool sync) {
  auto file = open(path, O_RDWR | O_CREAT, sync);
  if (file) file->make_room(0);
  return file;
}

Result<RedoFile> RedoFile::open_for_reading(const std::filesystem::path& path) {
  return open(path, O_RDONLY, false);
}

Status RedoFile::write(std::uint32_t page, wire::Bytes header, wire::Bytes payload) {
  const std::uint64_t start = std::uint64_t{page} * redo_page_bytes;
  const std::uint64_t all = header.size() + payload.size();
  for (std::uint64_t done = 0; done < all;) {
    std::array<iovec, 2> parts{};
    int count = 0;
    std::uint64_t skipped = done;
    for (const wire::Bytes part : {header, payload}) {
      const std::uint64_t skip = std::min<std::uint64_t>(skipped, part.size());
      skipped -= skip;
      if (skip == part.size()) continue;
      // The kernel only reads it.
      parts[static_cast<std::size_t>(count++)] = {const_cast<std::byte*>(part.data() + skip),
                                                  part.size() - skip};
    }
    const ssize_t written = ::pwritev(file_.get(), parts.data(), count, static_cast<off_t>(start + done));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      return std::unexpected(store::make_error(written < 0 ? errno : ENOSPC, path_, "write to the redo log"));
    }
    done += static_cast<std::uint64_t>(written);
  }
  bytes_ = std::max(bytes_, start + all);
  if (sync_ && ::fdatasync(file_.get()) != 0) {
    return std::unexpected(store::make_error(errno, path_, "sync the redo log"));
  }
  return {};
}

void RedoFile::make_room(std::uint64_t bytes) {
  const std::uint64_t room = std::clamp(bytes, room_bytes_min, room_bytes_max);
  if (bytes_ >= bytes + room / 2) return;
  const std::uint64_t wanted = bytes + room;
  // A last page that a record fills in part is left alone.
  std::uint64_t end = std::uint64_t{pages_of(bytes_)} * redo_page_bytes;
  while (end < wanted) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(wanted - end, zeros.size()));
    const ssize_t written = ::pwrite(file_.get(), zeros.data(), count, static_cast<off_t>(end));
    if (written <= 0) return;
    end += static_cast<std::uint64_t>(written);
    bytes_ = end;
  }
  if (sync_) ::fdatasync(file_.get());
}

bool RedoFile::read(std::uint32_t page, std::span<std::byte> record) const {
  for (std::size_t done = 0; done < record.size();) {
    const ssize_t count = ::pread(file_.get(), record.data() + done, record.size() - done,
                                  static_cast<off_t>(page * redo_page_bytes + done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

std::optional<RecordHeader> RedoFile::record_at(std::uint32_t page) const {
  std::vector<std::byte> record(record_header_bytes);
  if (!read(page, record)) return std::nullopt;
  const auto bytes = record_bytes(record);
  if (!bytes || page * redo_page_bytes + *bytes > bytes_) return std::nullopt;
  record.resize(*bytes);
  if (!read(page, record)) return std::nullopt;
  const auto header = read_record_header(record);
  if (!header || !check_record_checksum(*header, record_payload(record)) ||
      !check_record_hash(*header, record_payload(record))) {
    return std::nullopt;
  }
  return *header;
}

}  // namespace trade::journal
