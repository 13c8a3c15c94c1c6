#include "store/files.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/error.hpp"

namespace trade::store {

namespace {

constexpr mode_t file_mode = 0600;
constexpr mode_t directory_mode = 0700;

std::unexpected<Error> fail_with(int code, const std::filesystem::path& path, const char* what) {
  return std::unexpected(make_error(code, path, what));
}

/// Zero, or the errno value of the failure.
int write_whole(int descriptor, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    } else if (written == 0) {
      return EIO;
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

int write_and_sync(const std::filesystem::path& path,
                   std::initializer_list<std::span<const std::byte>> parts) {
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, file_mode));
  if (!file.open()) return errno;
  for (const auto part : parts) {
    if (const int code = write_whole(file.get(), part); code != 0) return code;
  }
  return ::fsync(file.get()) == 0 ? 0 : errno;
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status sync_directory(const std::filesystem::path& directory) {
  const FileDescriptor descriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.open() || ::fsync(descriptor.get()) != 0)
    return fail_with(errno, directory, "sync the directory");
  return {};
}

std::filesystem::path parent_directory(const std::filesystem::path& path) {
  auto parent = path.parent_path();
  return parent.empty() ? std::filesystem::path(".") : parent;
}

Status make_directories(const std::filesystem::path& directory) {
  constexpr const char* what = "make the directory";
  const auto parent = parent_directory(directory);
  if (::mkdir(directory.c_str(), directory_mode) == 0) return sync_directory(parent);
  if (errno == EEXIST) return {};
  if (errno != ENOENT || parent == directory) return fail_with(errno, directory, what);
  if (auto made = make_directories(parent); !made) return made;
  if (::mkdir(directory.c_str(), directory_mode) != 0 && errno != EEXIST)
    return fail_with(errno, directory, what);
  return sync_directory(parent);
}

Status write_file_durably(const std::filesystem::path& path,
                          std::initializer_list<std::span<const std::byte>> parts) {
  auto temporary = path;
  temporary += ".tmp";
  if (const int code = write_and_sync(temporary, parts); code != 0) {
    ::unlink(temporary.c_str());
    return fail_with(code, path, "write the file");
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int code = errno;
    ::unlink(temporary.c_str());
    return fail_with(code, path, "rename the finished file");
  }
  return sync_directory(parent_directory(path));
}

}  // namespace trade::store
