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

/// Zero, or the errno value of the failure. `write` is given the rest, and writes some of it.
template <class Write>
int write_whole(std::span<const std::byte> bytes, Write write) {
  while (!bytes.empty()) {
    const ssize_t written = write(bytes);
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

Result<DurableFile> DurableFile::create(const std::filesystem::path& path) {
  auto temporary = path;
  temporary += temporary_suffix;
  FileDescriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, file_mode));
  if (!file.open()) return fail_with(errno, path, "write the file");
  return DurableFile(path, std::move(temporary), std::move(file));
}

DurableFile::DurableFile(std::filesystem::path path, std::filesystem::path temporary, FileDescriptor file)
    : path_(std::move(path)), temporary_(std::move(temporary)), file_(std::move(file)) {}

DurableFile::DurableFile(DurableFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      file_(std::move(other.file_)) {}

DurableFile& DurableFile::operator=(DurableFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(temporary_, other.temporary_);
  file_ = std::move(other.file_);
  return *this;
}

DurableFile::~DurableFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Status DurableFile::append(std::span<const std::byte> bytes) {
  const int code = write_whole(bytes, [this](std::span<const std::byte> rest) {
    return ::write(file_.get(), rest.data(), rest.size());
  });
  if (code != 0) return fail_with(code, path_, "write the file");
  return {};
}

Status DurableFile::overwrite_beginning(std::span<const std::byte> bytes) {
  const int code = write_whole(bytes, [&](std::span<const std::byte> rest) {
    return ::pwrite(file_.get(), rest.data(), rest.size(), rest.data() - bytes.data());
  });
  if (code != 0) return fail_with(code, path_, "write the file");
  return {};
}

Status DurableFile::finish() {
  if (::fsync(file_.get()) != 0) return fail_with(errno, path_, "write the file");
  if (::rename(temporary_.c_str(), path_.c_str()) != 0)
    return fail_with(errno, path_, "rename the finished file");
  temporary_.clear();
  return sync_directory(parent_directory(path_));
}

Status write_file_durably(const std::filesystem::path& path,
                          std::initializer_list<std::span<const std::byte>> parts) {
  auto file = DurableFile::create(path);
  if (!file) return std::unexpected(file.error());
  for (const auto part : parts) {
    if (Status written = file->append(part); !written) return written;
  }
  return file->finish();
}

}  // namespace trade::store
