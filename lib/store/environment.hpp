// An LMDB environment: one file of databases, read by many processes and threads while one writes. The memory
// map grows while running, errors say what and where, and a process never opens the same file twice.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.hpp"
#include "store/files.hpp"
#include "store/map_gate.hpp"
#include "store/transaction.hpp"

struct MDB_env;

namespace trade::store {

struct EnvironmentOptions {
  /// Size of the memory map at first, in bytes; it is address space only, and doubles whenever it is full.
  std::size_t map_bytes = std::size_t{1} << 30;
  /// Named databases that may be open at one time.
  unsigned databases_max = 16;
  /// Read transactions at one time, of all processes together.
  unsigned readers_max = 126;
  bool read_only = false;
  /// False: a commit does not wait for the disk, and a crash of the machine may damage the file.
  bool sync = true;
  /// Once so much was written, the kernel is told to keep nothing of the file in memory but what is mapped;
  /// zero: it keeps what it wants. For a file of which little is read again soon: its cache would take all
  /// memory there is, and a page that has just become free costs less to write to than one that was not in
  /// use, which in a virtual machine the host has to find first.
  std::uint64_t cached_bytes_max = 0;
  /// The path is the data file itself (beside it a file named "…-lock"), not a directory that holds data.mdb.
  bool single_file = false;
};

/// What an environment takes up.
struct EnvironmentUsage {
  std::uint64_t map_bytes = 0;   ///< address space
  std::uint64_t used_bytes = 0;  ///< of the file, free pages within it included
  std::uint64_t readers = 0;     ///< slots of read transactions in use, of all processes
};

/// Thread-safe. Must not be used in a child after fork: there, open it again.
class Environment : public std::enable_shared_from_this<Environment> {
 public:
  /// Opens the environment at `path`, and creates it (and its directory, mode 0700) unless read-only. Where
  /// this process has it open already the same object is returned, since LMDB's locks forbid a second one; it
  /// must then not be asked for more (writing, syncing) than it was opened with. Errors: not_found (read-only
  /// and not there yet), not_permitted, corrupt (not an LMDB file, truncated), out_of_space.
  static Result<std::shared_ptr<Environment>> open(const std::filesystem::path& path,
                                                   const EnvironmentOptions& options = {});
  /// All transactions have ended before: each holds the environment.
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  /// A named database; not_found where it does not exist and is not created (never created when read-only).
  /// Waits for a write transaction to end, so not to be called within one. The handle is good as long as the
  /// environment.
  Result<Database> open_database(const std::string& name, bool create = true);

  /// A snapshot of all databases. Keep it short: while it is open, no page that was in use at its start is
  /// used again and the file grows with each commit; and the map cannot grow, so that a write that needs it
  /// waits.
  Result<Transaction> begin_read();
  /// Waits for the write transaction of another thread or process. Writes through it fail with out_of_space
  /// when the map is full; `write` grows it instead.
  Result<Transaction> begin_write();

  /// Runs `change` in a write transaction and commits. When the map is full the transaction is aborted, the
  /// map doubled, and `change` run again: it must be repeatable, and change nothing but the transaction (or
  /// set, not add). An error returned by `change` aborts and is returned. After a failed commit nothing of it
  /// is in the database. The caller must not hold a read transaction of its own on this thread.
  Status write(const std::function<Status(Transaction&)>& change);

  /// Makes the data file a little longer than it need be, where it is not: a commit that stays within the
  /// file's length syncs faster (a quarter to a third of the time on ext4), since the file system need not
  /// write its own journal for it. Waits for the write transaction of another thread or process. Failing is
  /// no harm: the next commit finds out.
  void extend_file();

  /// Frees the slots of readers that died; done on opening, before growing and now and then on committing as
  /// well. Returns how many there were.
  Result<int> clear_dead_readers();

  /// Writes a copy, as it is at this moment, to `directory`/data.mdb, which must not be there yet; others go
  /// on writing meanwhile. The copy is on the disk when this returns. It is one read transaction: see
  /// `begin_read`.
  Status copy_to(const std::filesystem::path& directory);

  Result<EnvironmentUsage> usage();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] bool read_only() const { return options_.read_only; }

 private:
  friend class Transaction;
  friend class Registry;
  Environment(std::filesystem::path path, EnvironmentOptions options);

  Status open_files();
  Status check_file_length();
  Status check_usable() const;
  Result<Transaction> begin(bool writing);
  Status grow_map();
  Status adopt_map_size();
  Status set_map_size(std::size_t bytes, const char* what);
  /// So many bytes of values are in it.
  void committed(std::uint64_t put_bytes);
  [[nodiscard]] Error error(int code, const char* what) const;

  std::filesystem::path path_;
  EnvironmentOptions options_;
  std::filesystem::path data_file_;
  MDB_env* environment_ = nullptr;
  int process_id_ = 0;

  /// Held by the one write transaction of this process, and while the map is replaced.
  std::mutex write_mutex_;
  /// Entered by every transaction; shut while the map is replaced.
  MapGate map_gate_;
  std::atomic<bool> map_lost_ = false;  ///< there is none any more: replacing it failed
  std::uint32_t commits_ = 0;
  std::uint64_t put_bytes_ = 0;  ///< since the file's cached pages were last given back
  FileDescriptor appended_;      ///< of the data file, opened by the first `extend_file`
  /// The data file is at least so long, as `extend_file` has seen; it never gets shorter.
  std::uint64_t file_bytes_seen_ = 0;

  std::mutex databases_mutex_;
  std::map<std::string, Database> databases_;
};

}  // namespace trade::store
