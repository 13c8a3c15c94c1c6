#include "store/environment.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>

#include <fcntl.h>
#include <lmdb.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/error.hpp"
#include "store/files.hpp"
#include "store/registry.hpp"
#include "store/transaction_core.hpp"

namespace trade::store {

namespace {

/// How long a growth of the map waits for the read transactions of this process.
constexpr std::chrono::seconds growth_wait_max{30};
constexpr std::size_t map_bytes_min = std::size_t{128} << 10;
constexpr std::size_t map_bytes_max = std::size_t{1} << 46;
/// Dead readers are looked for once in so many commits.
constexpr std::uint32_t commits_between_reader_checks = 1'024;
constexpr mode_t file_mode = 0600;

std::unexpected<Error> fail_with(int code, const std::filesystem::path& path, const char* what) {
  return std::unexpected(make_error(code, path, what));
}

/// Makes the empty data file where it is missing (LMDB fills it), and tells which file it is.
Result<FileIdentity> identify(const std::filesystem::path& data_file, const EnvironmentOptions& options) {
  int flags = O_RDONLY | O_CLOEXEC;
  if (!options.read_only) flags = O_RDWR | O_CLOEXEC | O_CREAT;
  const FileDescriptor descriptor(::open(data_file.c_str(), flags, file_mode));
  if (!descriptor.open()) return fail_with(errno, data_file, "open the database");
  struct stat status{};
  if (::fstat(descriptor.get(), &status) != 0) return fail_with(errno, data_file, "open the database");
  if (!S_ISREG(status.st_mode))
    return fail_with(EINVAL, data_file, "open as a database what is no regular file");
  if (status.st_size == 0) {
    if (options.read_only) return fail_with(ENOENT, data_file, "open the database, which is empty so far,");
    if (auto synced = sync_directory(parent_directory(data_file)); !synced) return pass_on(std::move(synced));
  }
  return FileIdentity{status.st_dev, status.st_ino};
}

std::size_t round_up_to_page(std::size_t bytes) {
  const auto page_bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return (std::clamp(bytes, map_bytes_min, map_bytes_max) + page_bytes - 1) / page_bytes * page_bytes;
}

/// LMDB checks the pages that it reads by assertions, and aborts after this.
void tell_of_damage(MDB_env* environment, const char* message) {
  const auto* const ours = static_cast<const Environment*>(::mdb_env_get_userctx(environment));
  std::fprintf(stderr, "the database at %s is damaged: restore it from a copy (%s)\n", ours->path().c_str(),
               message);
}

bool has_address_space(std::size_t bytes) {
  if (bytes == 0) return true;
  void* const probe = ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (probe == MAP_FAILED) return false;
  ::munmap(probe, bytes);
  return true;
}

}  // namespace

Environment::Environment(std::filesystem::path path, EnvironmentOptions options)
    : path_(std::move(path)),
      options_(options),
      data_file_(options.single_file ? path_ : path_ / "data.mdb"),
      process_id_(::getpid()) {}

Environment::~Environment() {
  // The locks and the reader slots belong to the process that opened it, not to its child after fork.
  if (environment_ != nullptr && process_id_ == ::getpid()) ::mdb_env_close(environment_);
}

Error Environment::error(int code, const char* what) const {
  return make_error(code, path_, what);
}

Result<std::shared_ptr<Environment>> Environment::open(const std::filesystem::path& path,
                                                       const EnvironmentOptions& options) {
  std::unique_ptr<Environment> created(new Environment(path, options));
  if (!options.read_only) {
    if (auto made = make_directories(options.single_file ? parent_directory(path) : path); !made) {
      return pass_on(std::move(made));
    }
  }
  const auto identity = identify(created->data_file_, options);
  if (!identity) return std::unexpected(identity.error());
  auto environment =
      Registry::instance().find_or_open(*identity, [&]() -> Result<std::unique_ptr<Environment>> {
        if (auto opened = created->open_files(); !opened) return pass_on(std::move(opened));
        return std::move(created);
      });
  if (!environment) return environment;
  const EnvironmentOptions& found = (*environment)->options_;
  if ((found.read_only && !options.read_only) || (options.sync && !found.sync && !options.read_only)) {
    return fail(ErrorCode::internal,
                "this process has " + path.string() + " open already, " +
                    (found.read_only ? "for reading only" : "without syncing"),
                "close it first");
  }
  return environment;
}

Status Environment::open_files() {
  constexpr const char* what = "open the database";
  if (const int code = ::mdb_env_create(&environment_); code != 0) return std::unexpected(error(code, what));
  // Readers belong to transactions, not to threads, so that a transaction can move and a thread have several.
  unsigned flags = MDB_NOTLS;
  if (options_.read_only) flags |= MDB_RDONLY;
  if (!options_.sync) flags |= MDB_NOSYNC;
  if (options_.single_file) flags |= MDB_NOSUBDIR;
  int code = ::mdb_env_set_maxdbs(environment_, options_.databases_max);
  if (code == 0) code = ::mdb_env_set_maxreaders(environment_, options_.readers_max);
  if (code == 0) code = ::mdb_env_set_mapsize(environment_, round_up_to_page(options_.map_bytes));
  if (code == 0) code = ::mdb_env_set_userctx(environment_, this);
  if (code == 0) code = ::mdb_env_set_assert(environment_, tell_of_damage);
  if (code == 0) code = ::mdb_env_open(environment_, path_.c_str(), flags, file_mode);
  if (code != 0) {
    // What LMDB wants after a failed open, and the destructor must not do again.
    ::mdb_env_close(std::exchange(environment_, nullptr));
    return std::unexpected(error(code, what));
  }
  if (auto checked = check_file_length(); !checked) return checked;
  if (auto cleared = clear_dead_readers(); !cleared) return pass_on(std::move(cleared));
  return {};
}

/// Touching mapped memory beyond the end of a file kills a process, so a file that was cut must not be read.
Status Environment::check_file_length() {
  // Pages taken and given back within one transaction count as used but are never written, so the file may be
  // a little shorter than its last page says. It is made that long: appended zeros are no harm to anybody.
  constexpr std::uint64_t unwritten_pages_max = 64;
  MDB_envinfo info{};
  MDB_stat statistics{};
  ::mdb_env_info(environment_, &info);
  ::mdb_env_stat(environment_, &statistics);
  const std::uint64_t page_bytes = statistics.ms_psize;
  const std::uint64_t wanted_bytes = (std::uint64_t{info.me_last_pgno} + 1) * page_bytes;
  struct stat status{};
  if (::stat(data_file_.c_str(), &status) != 0) return std::unexpected(error(errno, "open the database"));
  const auto file_bytes = static_cast<std::uint64_t>(status.st_size);
  if (file_bytes >= wanted_bytes) return {};
  if (file_bytes + unwritten_pages_max * page_bytes < wanted_bytes) {
    return fail(ErrorCode::corrupt,
                data_file_.string() + " is cut short: it has " + std::to_string(file_bytes) + " of " +
                    std::to_string(wanted_bytes) + " bytes",
                "restore it from a copy");
  }
  // Never ftruncate: another process may be writing, and that would cut off what it has just appended. Where
  // this fails (no permission, not supported) nothing is lost but the precaution.
  const FileDescriptor descriptor(::open(data_file_.c_str(), O_WRONLY | O_CLOEXEC));
  if (descriptor.open()) {
    ::fallocate(descriptor.get(), 0, static_cast<off_t>(file_bytes),
                static_cast<off_t>(wanted_bytes - file_bytes));
  }
  return {};
}

Status Environment::check_usable() const {
  if (process_id_ != ::getpid()) {
    return fail(ErrorCode::internal,
                path_.string() + " was opened before a fork: the child must open it itself");
  }
  if (map_lost_) {
    return fail(ErrorCode::internal, path_.string() + " could not be mapped into memory again",
                "the process must start again");
  }
  return {};
}

Result<Transaction> Environment::begin(bool writing) {
  if (auto usable = check_usable(); !usable) return pass_on(std::move(usable));
  auto core = std::make_unique<Transaction::Core>();
  core->environment = shared_from_this();
  core->writing = writing;
  // A writer in another process may grow the map again between adopting and beginning; it doubles each time.
  constexpr int attempts_max = 64;
  int code = 0;
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    map_gate_.enter();
    if (map_lost_) {
      map_gate_.leave();
      return pass_on(check_usable());
    }
    code = ::mdb_txn_begin(environment_, nullptr, writing ? 0 : MDB_RDONLY, &core->transaction);
    if (code == 0) return Transaction(std::move(core));
    core->transaction = nullptr;
    map_gate_.leave();
    if (code == MDB_READERS_FULL && attempt == 0) {
      if (auto cleared = clear_dead_readers(); cleared && *cleared > 0) continue;
    }
    if (code != MDB_MAP_RESIZED) break;
    std::unique_lock lock(write_mutex_, std::defer_lock);
    if (!writing) lock.lock();
    if (auto adopted = adopt_map_size(); !adopted) return pass_on(std::move(adopted));
  }
  return std::unexpected(error(code, writing ? "begin a write transaction" : "begin a read transaction"));
}

Result<Transaction> Environment::begin_read() {
  return begin(false);
}

Result<Transaction> Environment::begin_write() {
  if (options_.read_only) return fail(ErrorCode::not_permitted, path_.string() + " is open for reading only");
  std::unique_lock lock(write_mutex_);
  auto transaction = begin(true);
  if (transaction) transaction->core_->write_lock = std::move(lock);
  return transaction;
}

Status Environment::write(const std::function<Status(Transaction&)>& change) {
  if (options_.read_only) return fail(ErrorCode::not_permitted, path_.string() + " is open for reading only");
  // Held over all attempts: the map is replaced between two, with no other write transaction in between.
  const std::lock_guard lock(write_mutex_);
  while (true) {
    auto transaction = begin(true);
    if (!transaction) return pass_on(std::move(transaction));
    Status outcome = change(*transaction);
    if (outcome && !transaction->map_full()) outcome = transaction->commit();
    const bool map_full = transaction->map_full();
    transaction->abort();
    if (!map_full) return outcome;
    if (auto cleared = clear_dead_readers(); !cleared) return pass_on(std::move(cleared));
    if (auto grown = grow_map(); !grown) return grown;
  }
}

/// With the write mutex held.
Status Environment::grow_map() {
  MDB_envinfo info{};
  ::mdb_env_info(environment_, &info);
  if (info.me_mapsize >= map_bytes_max)
    return std::unexpected(error(MDB_MAP_FULL, "grow the memory map any further"));
  return set_map_size(info.me_mapsize * 2, "grow the memory map");
}

/// With the write mutex held.
Status Environment::adopt_map_size() {
  return set_map_size(0, "adopt the size of the memory map");
}

Status Environment::set_map_size(std::size_t bytes, const char* what) {
  if (!map_gate_.shut(growth_wait_max)) {
    return fail_named(ErrorCode::internal, "map_busy",
                      std::string("cannot ") + what + " at " + path_.string() +
                          ": a read transaction of this process does not end",
                      "this is a bug: read transactions must be short");
  }
  // LMDB unmaps before it maps, and has no map at all when that fails: so it is tried beforehand.
  int code = has_address_space(bytes) ? 0 : ENOMEM;
  if (code == 0) {
    code = ::mdb_env_set_mapsize(environment_, bytes);
    if (code != 0) map_lost_ = true;
  }
  map_gate_.reopen();
  if (code != 0) return std::unexpected(error(code, what));
  return {};
}

Result<Database> Environment::open_database(const std::string& name, bool create) {
  const std::lock_guard lock(databases_mutex_);
  if (const auto found = databases_.find(name); found != databases_.end()) return found->second;
  Database database;
  const auto open_in = [&](Transaction& transaction, unsigned flags) -> Status {
    const int code = ::mdb_dbi_open(transaction.core_->transaction, name.c_str(), flags, &database.handle);
    if (code == 0) return {};
    if (code == MDB_MAP_FULL) transaction.core_->map_full = true;
    if (code == MDB_NOTFOUND) {
      return fail(ErrorCode::not_found, "there is no database '" + name + "' in " + path_.string());
    }
    return std::unexpected(error(code, "open a database"));
  };
  Status opened;
  if (options_.read_only) {
    auto transaction = begin_read();
    if (!transaction) return pass_on(std::move(transaction));
    opened = open_in(*transaction, 0);
    // Committing, even of a read transaction, is what keeps the handle.
    if (opened) opened = transaction->commit();
  } else {
    opened = write([&](Transaction& transaction) { return open_in(transaction, create ? MDB_CREATE : 0); });
  }
  if (!opened) return pass_on(std::move(opened));
  databases_.emplace(name, database);
  return database;
}

Result<int> Environment::clear_dead_readers() {
  int dead = 0;
  const int code = ::mdb_reader_check(environment_, &dead);
  if (code != 0) return std::unexpected(error(code, "clear dead readers"));
  return dead;
}

void Environment::committed(std::uint64_t put_bytes) {
  put_bytes_ += put_bytes;
  if (options_.cached_bytes_max != 0 && put_bytes_ >= options_.cached_bytes_max) {
    put_bytes_ = 0;
    int descriptor = -1;
    if (::mdb_env_get_fd(environment_, &descriptor) == 0)
      ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
  }
  if (++commits_ % commits_between_reader_checks != 0) return;
  // Only tidies up: a failure shows again where it matters, on growing.
  int dead = 0;
  ::mdb_reader_check(environment_, &dead);
}

Status Environment::copy_to(const std::filesystem::path& directory) {
  constexpr const char* what = "write a copy of the database";
  if (auto usable = check_usable(); !usable) return usable;
  if (auto made = make_directories(directory); !made) return made;
  const auto file = directory / "data.mdb";
  const FileDescriptor descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file_mode));
  if (!descriptor.open()) return fail_with(errno, file, what);
  constexpr int attempts_max = 8;
  int code = MDB_MAP_RESIZED;
  for (int attempt = 0; attempt < attempts_max && code == MDB_MAP_RESIZED; ++attempt) {
    // Takes over the map's size where another process has made it larger.
    if (auto adopted = begin_read(); !adopted) return pass_on(std::move(adopted));
    map_gate_.enter();
    code = ::mdb_env_copyfd2(environment_, descriptor.get(), 0);
    map_gate_.leave();
  }
  if (code != 0) return fail_with(code, file, what);
  if (::fsync(descriptor.get()) != 0) return fail_with(errno, file, what);
  return sync_directory(directory);
}

Result<EnvironmentUsage> Environment::usage() {
  if (auto usable = check_usable(); !usable) return pass_on(std::move(usable));
  MDB_envinfo info{};
  MDB_stat statistics{};
  // The answers stand in the map.
  map_gate_.enter();
  if (!map_lost_) {
    ::mdb_env_info(environment_, &info);
    ::mdb_env_stat(environment_, &statistics);
  }
  map_gate_.leave();
  return EnvironmentUsage{info.me_mapsize, (std::uint64_t{info.me_last_pgno} + 1) * statistics.ms_psize,
                          info.me_numreaders};
}

}  // namespace trade::store
