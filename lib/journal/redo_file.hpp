// One file of the redo log: records one after the other from its beginning, each at the start of a page.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "journal/record.hpp"
#include "journal/redo_index.hpp"
#include "store/files.hpp"
#include "wire/wire.hpp"

namespace trade::journal {

class RedoFile {
 public:
  /// Makes it where it is missing, and gives it room.
  static Result<RedoFile> open_for_writing(const std::filesystem::path& path, bool sync);
  /// not_found where there is none.
  static Result<RedoFile> open_for_reading(const std::filesystem::path& path);

  /// Writes a record at a page, durably. What fails may be there or not: nothing may be written after it.
  Status write(std::uint32_t page, wire::Bytes header, wire::Bytes payload);
  /// Sees to it that more than so much is there, as zeros that were written: then a sync needs no change of
  /// the file system's own data. An error is met, and named, by the next write.
  void make_room(std::uint64_t bytes);
  /// As many bytes as `record` has, from this page on; false where there are not so many. Whether they are a
  /// record is for the caller to see.
  [[nodiscard]] bool read(std::uint32_t page, std::span<std::byte> record) const;
  /// The whole record that begins at a page, if one does: its checksum and its hash are right.
  [[nodiscard]] std::optional<RecordHeader> record_at(std::uint32_t page) const;

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint32_t pages() const { return static_cast<std::uint32_t>(bytes_ / redo_page_bytes); }

  static std::uint32_t pages_of(std::uint64_t bytes) {
    return static_cast<std::uint32_t>((bytes + redo_page_bytes - 1) / redo_page_bytes);
  }

 private:
  RedoFile(std::filesystem::path path, store::FileDescriptor file, std::uint64_t bytes, bool sync)
      : path_(std::move(path)), file_(std::move(file)), bytes_(bytes), sync_(sync) {}
  static Result<RedoFile> open(const std::filesystem::path& path, int flags, bool sync);

  std::filesystem::path path_;
  store::FileDescriptor file_;
  std::uint64_t bytes_ = 0;  ///< its size
  bool sync_ = true;
};

}  // namespace trade::journal
