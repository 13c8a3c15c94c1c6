// What a transaction owns; seen by this library's own files only.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include <lmdb.h>

#include "store/environment.hpp"
#include "store/transaction.hpp"

namespace trade::store {

struct Cursor::Core {
  MDB_cursor* cursor = nullptr;
  Transaction::Core* transaction = nullptr;  ///< null once that has ended
};

/// Whoever makes one has entered the environment's map gate for it and, to write, holds its write mutex.
struct Transaction::Core {
  std::shared_ptr<Environment> environment;
  MDB_txn* transaction = nullptr;  ///< null once it has ended
  std::unique_lock<std::mutex> write_lock;
  bool writing = false;
  bool map_full = false;
  std::uint64_t put_bytes = 0;  ///< in values
  std::vector<Cursor::Core*> cursors;

  Core() = default;
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;
  ~Core() { end(false); }

  /// Commits or aborts, once. Returns LMDB's answer to a commit.
  int end(bool commit);
};

}  // namespace trade::store
