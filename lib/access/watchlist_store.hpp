// Watchlists: named lists of symbols that accounts keep, beside the keys of the same store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "store/environment.hpp"

namespace trade::access {

struct Watchlist {
  std::uint64_t number = 0;  ///< of all accounts together, from 1
  std::string account;
  std::string name;                  ///< once in an account
  std::vector<std::string> symbols;  ///< each once, in the order they were added
  Timestamp created_at;
  Timestamp updated_at;
};

/// Not thread-safe. A change is durable when it returns; it waits for the disk.
class WatchlistStore {
 public:
  static constexpr std::size_t lists_of_account_max = 100;
  static constexpr std::size_t lists_max = 100'000;
  static constexpr std::size_t symbols_max = 200;
  static constexpr std::size_t name_bytes_max = 64;

  /// Opens the store in this directory, or what there is to be of it. `corrupt` when it is damaged.
  static Result<std::unique_ptr<WatchlistStore>> open(const std::filesystem::path& directory);

  /// The oldest first.
  [[nodiscard]] std::vector<Watchlist> list(std::string_view account) const;
  /// `not_found`, also when it is another account's.
  [[nodiscard]] Result<Watchlist> find(std::string_view account, std::uint64_t number) const;
  [[nodiscard]] Result<Watchlist> find(std::string_view account, std::string_view name) const;

  /// `usage` for a name that is empty, too long, or has control characters, or too many symbols; `rejected`
  /// for a name that the account has already, and for too many lists. Symbols that are named twice count
  /// once.
  Result<Watchlist> create(std::string_view account, std::string_view name, std::vector<std::string> symbols,
                           Timestamp now);
  /// Gives the list of this account and number another name and other symbols. Errors as of `create`, and
  /// `not_found`.
  Result<Watchlist> change(Watchlist wanted, Timestamp now);
  Status remove(std::string_view account, std::uint64_t number);

 private:
  WatchlistStore() = default;
  Status load();
  [[nodiscard]] Status check(Watchlist& list) const;
  Result<Watchlist> save(Watchlist list);

  std::shared_ptr<store::Environment> environment_;
  store::Database database_;
  std::map<std::uint64_t, Watchlist> lists_;
  std::uint64_t last_number_ = 0;
};

}  // namespace trade::access
