// The bytes of a file, where the kernel has them anyway.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <utility>

#include "base/result.hpp"

namespace trade::store {

/// A whole file in memory, for reading: the kernel's own pages of it, none of which is copied. The file must
/// not be cut while it is mapped, as a file that is replaced by another of its name is not.
class FileMapping {
 public:
  /// All of it is read before this returns, so that a disk that fails is an error here, not a signal later.
  static Result<FileMapping> open(const std::filesystem::path& path);

  FileMapping(FileMapping&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  FileMapping& operator=(FileMapping&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~FileMapping();

  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

 private:
  explicit FileMapping(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::span<const std::byte> bytes_;
};

}  // namespace trade::store
