#include "store/file_mapping.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "store/error.hpp"
#include "store/files.hpp"

namespace trade::store {

Result<FileMapping> FileMapping::open(const std::filesystem::path& path) {
  constexpr const char* what = "read the file";
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (!file.open() || ::fstat(file.get(), &status) != 0)
    return std::unexpected(make_error(errno, path, what));
  if (!S_ISREG(status.st_mode)) return std::unexpected(make_error(EINVAL, path, what));
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return FileMapping({});
  void* const start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (start == MAP_FAILED) return std::unexpected(make_error(errno, path, what));
  FileMapping mapping({static_cast<const std::byte*>(start), size});
  // Kernels before 5.14 do not know it (EINVAL): there the pages are read as they are used.
  if (::madvise(start, size, MADV_POPULATE_READ) != 0 && errno != EINVAL)
    return std::unexpected(make_error(errno == EFAULT ? EIO : errno, path, what));
  return mapping;
}

FileMapping::~FileMapping() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace trade::store
