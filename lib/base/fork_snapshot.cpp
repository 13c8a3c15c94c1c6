#include "base/fork_snapshot.hpp"

#include <algorithm>
#include <cerrno>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace trade {

namespace {

/// Copied with one call by `step`: with more of them a call costs less than the copying.
constexpr std::size_t run_pages_max = 16;

bool write_whole(int file, const std::byte* bytes, std::size_t count, std::size_t offset) {
  while (count > 0) {
    const ssize_t written = ::pwrite(file, bytes, count, static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes += written;
    count -= static_cast<std::size_t>(written);
    offset += static_cast<std::size_t>(written);
  }
  return true;
}

}  // namespace

ForkSnapshot::~ForkSnapshot() {
  end();
  if (file_ >= 0) ::close(file_);
}

SnapshotMemory::~SnapshotMemory() {
  if (snapshot_ != nullptr) snapshot_->let_go(place_);
}

void SnapshotMemory::keep(std::size_t offset, std::size_t bytes) {
  snapshot_->keep_before_write(place_, offset, bytes);
}

void ForkSnapshot::add(SnapshotMemory& memory, const std::byte* begin, std::size_t used_bytes) {
  if (used_bytes < smallest_bytes_) return;
  Part part;
  part.memory = &memory;
  part.begin = const_cast<std::byte*>(begin);  // NOLINT(cppcoreguidelines-pro-type-const-cast): mmap wants it
  part.mapped_bytes = rounded_up(used_bytes, used_bytes < large_page_bytes ? page_bytes : large_page_bytes);
  part.pages = rounded_up(used_bytes, page_bytes) / page_bytes;
  part.file_offset = parts_.empty() ? 0 : parts_.back().file_offset + parts_.back().mapped_bytes;
  part.kept_pages.assign((part.pages + 63) / 64, 0);
  parts_.push_back(std::move(part));
}

void ForkSnapshot::leave_out(const void* begin, std::size_t bytes) {
  const auto address = reinterpret_cast<std::uintptr_t>(begin);
  const std::size_t before = rounded_up(address, page_bytes) - address;
  if (bytes < std::max(smallest_bytes_, before + page_bytes)) return;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): madvise wants it
  left_out_.push_back({static_cast<std::byte*>(const_cast<void*>(begin)) + before,
                       (bytes - before) / page_bytes * page_bytes});
}

std::function<void(const std::stop_token&)> ForkSnapshot::taking_of_room() {
  const std::size_t bytes = file_bytes();
  end();
  if (bytes == 0 || (file_ < 0 && !has_file(0))) return [](const std::stop_token&) {};
  return [file = file_, bytes](const std::stop_token& stop) {
    struct stat status{};
    if (::fstat(file, &status) != 0) return;
    // What is there already was used before.
    const std::vector<std::byte> zeros(std::size_t{64} << 10);
    for (auto at = static_cast<std::size_t>(status.st_size); at < bytes && !stop.stop_requested();
         at += zeros.size()) {
      if (!write_whole(file, zeros.data(), std::min(zeros.size(), bytes - at), at)) return;
    }
  };
}

pid_t ForkSnapshot::fork() {
  if (!parts_.empty() && !has_file(file_bytes())) parts_.clear();
  advise(MADV_DONTFORK);
  const pid_t child = ::fork();
  if (child == 0) {
    if (!map_copies()) ::_exit(exit_not_mapped);
    return 0;
  }
  advise(MADV_DOFORK);
  if (child < 0) {
    end();
    return child;
  }
  failed_ = false;
  bytes_kept_ = bytes_kept_before_writes_ = 0;
  for (std::size_t place = 0; place < parts_.size(); ++place) {
    Part& part = parts_[place];
    part.memory->snapshot_ = this;
    part.memory->place_ = place;
    pages_left_ += part.pages;
  }
  return child;
}

std::size_t ForkSnapshot::file_bytes() const {
  return parts_.empty() ? 0 : parts_.back().file_offset + parts_.back().mapped_bytes;
}

bool ForkSnapshot::has_file(std::size_t bytes) {
  if (file_ < 0) file_ = ::memfd_create("trade-snapshot", MFD_CLOEXEC);
  return file_ >= 0 && ::ftruncate(file_, static_cast<off_t>(bytes)) == 0;
}

void ForkSnapshot::advise(int advice) const {
  // It cannot fail for memory that is mapped; should it, the child maps its copies over what it shares.
  for (const Part& part : parts_)
    static_cast<void>(::madvise(part.begin, part.mapped_bytes, advice));
  for (const Range& range : left_out_)
    static_cast<void>(::madvise(range.begin, range.bytes, advice));
}

bool ForkSnapshot::map_copies() const {
  return std::ranges::all_of(parts_, [&](const Part& part) {
    return ::mmap(part.begin, part.mapped_bytes, PROT_READ, MAP_SHARED | MAP_FIXED, file_,
                  static_cast<off_t>(part.file_offset)) != MAP_FAILED;
  });
}

void ForkSnapshot::keep_before_write(std::size_t place, std::size_t offset, std::size_t bytes) {
  Part& part = parts_[place];
  const std::size_t end = std::min(part.pages, (offset + bytes - 1) / page_bytes + 1);
  for (std::size_t page = offset / page_bytes; page < end; ++page) {
    if (is_kept(part, page)) continue;
    bytes_kept_before_writes_ += page_bytes;
    keep_pages(part, page, 1);
    if (pages_left_ == 0) return;  // the last one, or it has failed
  }
}

void ForkSnapshot::step(std::size_t bytes_max) {
  if (pages_left_ == 0) return;
  std::size_t pages = std::max<std::size_t>(bytes_max / page_bytes, 1);
  for (Part& part : parts_) {
    while (part.next_page < part.pages) {
      if (is_kept(part, part.next_page)) {
        ++part.next_page;
        continue;
      }
      if (pages == 0) return;
      const std::size_t most = std::min({part.pages - part.next_page, pages, run_pages_max});
      std::size_t run = 1;
      while (run < most && !is_kept(part, part.next_page + run))
        ++run;
      pages -= run;
      const std::size_t first = part.next_page;
      part.next_page += run;
      keep_pages(part, first, run);
      if (pages_left_ == 0) return;
    }
  }
}

void ForkSnapshot::keep_pages(Part& part, std::size_t first, std::size_t count) {
  const std::size_t offset = first * page_bytes;
  const std::size_t bytes = count * page_bytes;
  if (!write_whole(file_, part.begin + offset, bytes, part.file_offset + offset)) {
    failed_ = true;
    release();
    return;
  }
  for (std::size_t page = first; page < first + count; ++page)
    part.kept_pages[page / 64] |= std::uint64_t{1} << (page % 64);
  bytes_kept_ += bytes;
  pages_left_ -= count;
  if (pages_left_ == 0) release();
}

void ForkSnapshot::let_go(std::size_t place) {
  parts_[place].memory = nullptr;
  failed_ = true;
  release();
}

void ForkSnapshot::release() {
  pages_left_ = 0;
  for (Part& part : parts_) {
    if (part.memory != nullptr) part.memory->snapshot_ = nullptr;
    part.memory = nullptr;
  }
}

void ForkSnapshot::end() {
  release();
  parts_.clear();
  left_out_.clear();
}

}  // namespace trade
