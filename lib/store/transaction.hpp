// Transactions on an LMDB environment, and cursors through its databases. Bytes that are read point into the
// memory map: they are good until the transaction ends, or in a write transaction until its next write, and
// they are not aligned for anything wider than a byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/result.hpp"

namespace trade::store {

class Environment;

using Bytes = std::span<const std::byte>;

/// The longest key in bytes; the shortest is 1.
constexpr std::size_t key_bytes_max = 511;

/// One named database of an environment; keys sort as bytes (see key.hpp).
struct Database {
  unsigned handle = 0;
};

enum class PutMode : std::uint8_t {
  upsert,  ///< replaces the value of an existing key
  insert,  ///< fails (ErrorCode::rejected, named "key_exists") where the key exists
  append,  ///< the key sorts after every other, else fails as insert does; the quickest, and fills pages
};

/// Moves through one database in the order of its keys. After its transaction has ended it only fails.
class Cursor {
 public:
  Cursor(Cursor&&) noexcept;
  Cursor& operator=(Cursor&&) noexcept;
  ~Cursor();

  // Each returns false when there is no such record; `key` and `value` are empty then.
  Result<bool> first();
  Result<bool> last();
  /// From a cursor that was not placed yet: the first.
  Result<bool> next();
  /// From a cursor that was not placed yet: the last.
  Result<bool> previous();
  /// The first record whose key is `key` or sorts after it.
  Result<bool> seek(Bytes key);

  [[nodiscard]] Bytes key() const { return key_; }
  [[nodiscard]] Bytes value() const { return value_; }

 private:
  friend class Transaction;
  struct Core;
  explicit Cursor(std::unique_ptr<Core> core);
  Result<bool> move(int operation, Bytes key);

  std::unique_ptr<Core> core_;
  Bytes key_;
  Bytes value_;
};

/// Aborts when it is destroyed without a commit. A write transaction belongs to the thread that began it; a
/// read transaction may move between threads but is used by one at a time. Holds its environment open.
class Transaction {
 public:
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) noexcept;
  ~Transaction();

  /// Nothing where the key is not there.
  Result<std::optional<Bytes>> get(Database database, Bytes key);
  Status put(Database database, Bytes key, Bytes value, PutMode mode = PutMode::upsert);
  /// Makes a record of `size` bytes; the caller fills them before any other write. Saves a copy of large
  /// values.
  Result<std::span<std::byte>> reserve(Database database, Bytes key, std::size_t size,
                                       PutMode mode = PutMode::upsert);
  /// False where the key is not there.
  Result<bool> remove(Database database, Bytes key);
  /// Removes every record.
  Status clear(Database database);
  /// Number of records.
  Result<std::uint64_t> count(Database database);
  Result<Cursor> cursor(Database database);

  /// Makes everything durable, at once or (after an error) not at all. The transaction has ended then either
  /// way.
  Status commit();
  /// Drops everything. Ending a read transaction is the same by either.
  void abort();

  /// True when a write, or the commit, failed because the memory map is full.
  [[nodiscard]] bool map_full() const;

 private:
  friend class Environment;
  friend class Cursor;
  struct Core;
  explicit Transaction(std::unique_ptr<Core> core);
  static Error error(const Core& core, int code, const char* what);
  Result<std::span<std::byte>> write_record(Database database, Bytes key, Bytes value, std::size_t reserved,
                                            PutMode mode);

  std::unique_ptr<Core> core_;
};

}  // namespace trade::store
