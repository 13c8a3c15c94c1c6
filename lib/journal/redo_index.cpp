#include "journal/redo_index.hpp"

#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/error.hpp"
#include "store/files.hpp"

namespace trade::journal {

namespace {

constexpr std::uint64_t index_magic = 0x3158444e494f4452;

// A place in 64 bits, so that it is read and written at once: one bit the file, 31 the page, 32 the bytes.
constexpr unsigned file_shift = 63;
constexpr unsigned page_shift = 32;
constexpr std::uint64_t page_mask = (std::uint64_t{1} << (file_shift - page_shift)) - 1;

std::uint64_t pack(const RedoPlace& place) {
  return std::uint64_t{place.file} << file_shift | std::uint64_t{place.page} << page_shift | place.bytes;
}

RedoPlace unpack(std::uint64_t packed) {
  return {static_cast<std::uint8_t>(packed >> file_shift),
          static_cast<std::uint32_t>(packed >> page_shift & page_mask), static_cast<std::uint32_t>(packed)};
}

}  // namespace

std::filesystem::path redo_file_path(const std::filesystem::path& journal, std::size_t file) {
  return journal / ("redo-" + std::to_string(file));
}

std::filesystem::path redo_index_path(const std::filesystem::path& journal) {
  return journal / "redo-index";
}

void RedoIndex::Unmap::operator()(Memory* memory) const {
  ::munmap(memory, sizeof(Memory));
}

Result<RedoIndex> RedoIndex::map(const std::filesystem::path& path, bool writing) {
  const store::FileDescriptor file(
      ::open(path.c_str(), writing ? O_RDWR | O_CREAT | O_CLOEXEC : O_RDONLY | O_CLOEXEC, 0600));
  if (!file.open()) return std::unexpected(store::make_error(errno, path, "open the redo log's index"));
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) {
    return std::unexpected(store::make_error(errno, path, "look at the redo log's index"));
  }
  if (static_cast<std::uint64_t>(status.st_size) < sizeof(Memory)) {
    if (!writing) return fail(ErrorCode::not_found, path.string() + " is too short to be an index");
    // The blocks are taken now: a write to memory of which the disk has none would kill the process.
    if (const int code = ::posix_fallocate(file.get(), 0, sizeof(Memory)); code != 0)
      return std::unexpected(store::make_error(code, path, "make the redo log's index"));
  }
  void* const memory = ::mmap(nullptr, sizeof(Memory), writing ? PROT_READ | PROT_WRITE : PROT_READ,
                              MAP_SHARED, file.get(), 0);
  if (memory == MAP_FAILED) {
    return std::unexpected(store::make_error(errno, path, "map the redo log's index into memory"));
  }
  return RedoIndex(static_cast<Memory*>(memory), status.st_dev, status.st_ino);
}

Result<RedoIndex> RedoIndex::open_for_writing(const std::filesystem::path& journal, const Hash& identity) {
  auto index = map(redo_index_path(journal), true);
  if (!index) return index;
  Memory& memory = *index->memory_;
  memory.magic = index_magic;
  memory.identity = identity;
  index->clear();
  return index;
}

std::optional<RedoIndex> RedoIndex::open_for_reading(const std::filesystem::path& journal,
                                                     const Hash& identity) {
  auto index = map(redo_index_path(journal), false);
  if (!index || index->memory_->magic != index_magic || index->memory_->identity != identity)
    return std::nullopt;
  return std::move(*index);
}

bool RedoIndex::is_that_of(const std::filesystem::path& journal) const {
  struct stat status{};
  return ::stat(redo_index_path(journal).c_str(), &status) == 0 && status.st_dev == device_ &&
         status.st_ino == file_;
}

void RedoIndex::clear() {
  memory_->last.store(0, std::memory_order_release);
  for (Slot& slot : memory_->slots)
    slot.batch.store(0, std::memory_order_release);
}

void RedoIndex::put(std::uint64_t batch, const RedoPlace& place) {
  Slot& slot = memory_->slots[batch % redo_slots];
  slot.batch.store(0, std::memory_order_relaxed);
  slot.place.store(pack(place), std::memory_order_release);
  slot.batch.store(batch, std::memory_order_release);
  memory_->last.store(batch, std::memory_order_release);
}

std::optional<RedoPlace> RedoIndex::find(std::uint64_t batch) const {
  const Slot& slot = memory_->slots[batch % redo_slots];
  // What is not the last yet is not there for readers: they would have a batch behind the end that they are
  // told.
  if (batch == 0 || batch > last() || slot.batch.load(std::memory_order_acquire) != batch)
    return std::nullopt;
  const std::uint64_t place = slot.place.load(std::memory_order_acquire);
  // Given to another meanwhile.
  if (slot.batch.load(std::memory_order_relaxed) != batch) return std::nullopt;
  return unpack(place);
}

std::uint64_t RedoIndex::last() const {
  return memory_->last.load(std::memory_order_acquire);
}

}  // namespace trade::journal
