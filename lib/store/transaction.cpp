#include "store/transaction.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <lmdb.h>

#include "store/environment.hpp"
#include "store/error.hpp"
#include "store/transaction_core.hpp"

namespace trade::store {

namespace {

MDB_val to_lmdb(Bytes bytes) {
  // LMDB never writes through the pointers that it is given to read.
  return {bytes.size(), const_cast<std::byte*>(bytes.data())};
}

Bytes from_lmdb(const MDB_val& value) {
  return {static_cast<const std::byte*>(value.mv_data), value.mv_size};
}

unsigned put_flags(PutMode mode) {
  switch (mode) {
    case PutMode::upsert:
      return 0;
    case PutMode::insert:
      return MDB_NOOVERWRITE;
    case PutMode::append:
      return MDB_APPEND;
  }
  return 0;
}

constexpr const char* ended = "use a transaction that has ended";

}  // namespace

int Transaction::Core::end(bool commit) {
  if (transaction == nullptr) return EINVAL;
  for (Cursor::Core* cursor : cursors) {
    ::mdb_cursor_close(cursor->cursor);
    cursor->transaction = nullptr;
  }
  cursors.clear();
  int code = 0;
  if (commit) {
    code = ::mdb_txn_commit(transaction);
    if (code == MDB_MAP_FULL) map_full = true;
  } else {
    ::mdb_txn_abort(transaction);
  }
  transaction = nullptr;
  environment->map_gate_.leave();
  if (commit && writing && code == 0) environment->committed(put_bytes);
  if (write_lock.owns_lock()) write_lock.unlock();
  return code;
}

Transaction::Transaction(std::unique_ptr<Core> core) : core_(std::move(core)) {}
Transaction::Transaction(Transaction&&) noexcept = default;
Transaction& Transaction::operator=(Transaction&&) noexcept = default;
Transaction::~Transaction() = default;

Error Transaction::error(const Core& core, int code, const char* what) {
  return make_error(code, core.environment->path(), what);
}

Result<std::optional<Bytes>> Transaction::get(Database database, Bytes key) {
  if (core_->transaction == nullptr) return std::unexpected(error(*core_, EINVAL, ended));
  MDB_val lmdb_key = to_lmdb(key);
  MDB_val value{};
  const int code = ::mdb_get(core_->transaction, database.handle, &lmdb_key, &value);
  if (code == MDB_NOTFOUND) return std::nullopt;
  if (code != 0) return std::unexpected(error(*core_, code, "read a record"));
  return from_lmdb(value);
}

Result<std::span<std::byte>> Transaction::write_record(Database database, Bytes key, Bytes value,
                                                       std::size_t reserved, PutMode mode) {
  if (core_->transaction == nullptr) return std::unexpected(error(*core_, EINVAL, ended));
  MDB_val lmdb_key = to_lmdb(key);
  MDB_val lmdb_value = to_lmdb(value);
  unsigned flags = put_flags(mode);
  if (reserved != 0) {
    lmdb_value = {reserved, nullptr};
    flags |= MDB_RESERVE;
  }
  const int code = ::mdb_put(core_->transaction, database.handle, &lmdb_key, &lmdb_value, flags);
  if (code == 0) {
    core_->put_bytes += lmdb_value.mv_size;
    return std::span{static_cast<std::byte*>(lmdb_value.mv_data), lmdb_value.mv_size};
  }
  if (code == MDB_MAP_FULL) core_->map_full = true;
  if (code == MDB_KEYEXIST) {
    const std::string what = mode == PutMode::append
                                 ? "a key that does not sort after every other was appended to "
                                 : "the key that was to be inserted is already in ";
    return fail_named(ErrorCode::rejected, "key_exists", what + core_->environment->path().string());
  }
  return std::unexpected(error(*core_, code, "write a record"));
}

Status Transaction::put(Database database, Bytes key, Bytes value, PutMode mode) {
  auto written = write_record(database, key, value, 0, mode);
  if (!written) return pass_on(std::move(written));
  return {};
}

Result<std::span<std::byte>> Transaction::reserve(Database database, Bytes key, std::size_t size,
                                                  PutMode mode) {
  return write_record(database, key, {}, size, mode);
}

Result<bool> Transaction::remove(Database database, Bytes key) {
  if (core_->transaction == nullptr) return std::unexpected(error(*core_, EINVAL, ended));
  MDB_val lmdb_key = to_lmdb(key);
  const int code = ::mdb_del(core_->transaction, database.handle, &lmdb_key, nullptr);
  if (code == MDB_NOTFOUND) return false;
  if (code == MDB_MAP_FULL) core_->map_full = true;
  if (code != 0) return std::unexpected(error(*core_, code, "remove a record"));
  return true;
}

Status Transaction::clear(Database database) {
  if (core_->transaction == nullptr) return std::unexpected(error(*core_, EINVAL, ended));
  const int code = ::mdb_drop(core_->transaction, database.handle, 0);
  if (code == MDB_MAP_FULL) core_->map_full = true;
  if (code != 0) return std::unexpected(error(*core_, code, "clear a database"));
  return {};
}

Result<std::uint64_t> Transaction::count(Database database) {
  if (core_->transaction == nullptr) return std::unexpected(error(*core_, EINVAL, ended));
  MDB_stat statistics{};
  const int code = ::mdb_stat(core_->transaction, database.handle, &statistics);
  if (code != 0) return std::unexpected(error(*core_, code, "count the records"));
  return std::uint64_t{statistics.ms_entries};
}

Result<Cursor> Transaction::cursor(Database database) {
  if (core_->transaction == nullptr) return std::unexpected(error(*core_, EINVAL, ended));
  auto core = std::make_unique<Cursor::Core>();
  const int code = ::mdb_cursor_open(core_->transaction, database.handle, &core->cursor);
  if (code != 0) return std::unexpected(error(*core_, code, "open a cursor"));
  core->transaction = core_.get();
  core_->cursors.push_back(core.get());
  return Cursor(std::move(core));
}

Status Transaction::commit() {
  const int code = core_->end(true);
  if (code != 0) return std::unexpected(error(*core_, code, "commit"));
  return {};
}

void Transaction::abort() {
  core_->end(false);
}

bool Transaction::map_full() const {
  return core_->map_full;
}

Cursor::Cursor(std::unique_ptr<Core> core) : core_(std::move(core)) {}
Cursor::Cursor(Cursor&&) noexcept = default;

Cursor& Cursor::operator=(Cursor&& other) noexcept {
  std::swap(core_, other.core_);
  key_ = other.key_;
  value_ = other.value_;
  return *this;
}

Cursor::~Cursor() {
  if (core_ == nullptr || core_->transaction == nullptr) return;
  std::erase(core_->transaction->cursors, core_.get());
  ::mdb_cursor_close(core_->cursor);
}

Result<bool> Cursor::move(int operation, Bytes key) {
  key_ = {};
  value_ = {};
  if (core_->transaction == nullptr)
    return fail(ErrorCode::internal, "a cursor was used after its transaction");
  MDB_val lmdb_key = to_lmdb(key);
  MDB_val value{};
  const int code = ::mdb_cursor_get(core_->cursor, &lmdb_key, &value, static_cast<MDB_cursor_op>(operation));
  if (code == MDB_NOTFOUND) return false;
  if (code != 0) {
    return std::unexpected(make_error(code, core_->transaction->environment->path(), "read with a cursor"));
  }
  key_ = from_lmdb(lmdb_key);
  value_ = from_lmdb(value);
  return true;
}

Result<bool> Cursor::first() {
  return move(MDB_FIRST, {});
}
Result<bool> Cursor::last() {
  return move(MDB_LAST, {});
}
Result<bool> Cursor::next() {
  return move(MDB_NEXT, {});
}
Result<bool> Cursor::previous() {
  return move(MDB_PREV, {});
}
Result<bool> Cursor::seek(Bytes key) {
  return move(MDB_SET_RANGE, key);
}

}  // namespace trade::store
