// One process at a time writes a journal, and holds a lock on a file beside it while it does.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "store/files.hpp"

namespace trade::journal {

/// A lock of the whole process: a child after fork does not inherit it, and so cannot keep it when this
/// process is gone. Released on destruction.
class WriterLock {
 public:
  /// Fails, named "journal_locked" and telling the holder's process id, when another process or another
  /// writer of this one has it.
  static Result<WriterLock> acquire(const std::filesystem::path& directory);
  /// True when this process or another has it, or none can tell. Takes nothing, and changes nothing in the
  /// directory, which need not be writable.
  static bool is_held(const std::filesystem::path& directory);
  WriterLock(WriterLock&&) noexcept = default;
  WriterLock& operator=(WriterLock&&) = delete;
  ~WriterLock();

 private:
  WriterLock(std::filesystem::path file, store::FileDescriptor descriptor);

  std::filesystem::path file_;
  store::FileDescriptor descriptor_;
};

}  // namespace trade::journal
