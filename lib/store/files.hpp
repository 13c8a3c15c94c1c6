// Files that must survive a crash: made, written and renamed so that what is acknowledged is on the disk.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <span>
#include <utility>

#include "base/result.hpp"

namespace trade::store {

/// Closes the descriptor that it holds.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  FileDescriptor(FileDescriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~FileDescriptor();

  [[nodiscard]] int get() const { return descriptor_; }
  [[nodiscard]] bool open() const { return descriptor_ >= 0; }

 private:
  int descriptor_ = -1;
};

/// A file's name is durable only once the directory that holds it is synced.
Status sync_directory(const std::filesystem::path& directory);

/// Makes the directory and those above it that are missing, mode 0700, durably.
Status make_directories(const std::filesystem::path& directory);

/// The directory that holds the path; "." where the path names none.
std::filesystem::path parent_directory(const std::filesystem::path& path);

/// Writes the parts one after the other into a file of this name, mode 0600: the whole file is there
/// afterwards, or what was there before. Goes by a temporary file beside it, with ".tmp" appended to the
/// name.
Status write_file_durably(const std::filesystem::path& path,
                          std::initializer_list<std::span<const std::byte>> parts);

}  // namespace trade::store
