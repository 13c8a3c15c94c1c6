// Files that must survive a crash: made, written and renamed so that what is acknowledged is on the disk.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <span>
#include <string_view>
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

/// A file that is written piece by piece, mode 0600, and takes its name when it is finished: the whole file
/// is there then, or what was there before. Until then it is a temporary file beside it, with
/// `temporary_suffix` appended to the name, which goes with the object.
class DurableFile {
 public:
  static constexpr std::string_view temporary_suffix = ".tmp";

  static Result<DurableFile> create(const std::filesystem::path& path);
  DurableFile(DurableFile&& other) noexcept;
  DurableFile& operator=(DurableFile&& other) noexcept;
  ~DurableFile();

  Status append(std::span<const std::byte> bytes);
  /// Over what was appended at its beginning.
  Status overwrite_beginning(std::span<const std::byte> bytes);
  /// Durable under its name when it returns. Nothing can be written after it.
  Status finish();

 private:
  DurableFile(std::filesystem::path path, std::filesystem::path temporary, FileDescriptor file);

  std::filesystem::path path_;
  std::filesystem::path temporary_;  ///< empty: it is gone, or has its name
  FileDescriptor file_;
};

/// Writes the parts one after the other into a DurableFile.
Status write_file_durably(const std::filesystem::path& path,
                          std::initializer_list<std::span<const std::byte>> parts);

}  // namespace trade::store
