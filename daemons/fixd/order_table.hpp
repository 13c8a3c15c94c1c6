// The orders that are known: all open ones, and of those that came by FIX the ones that ended, to tell "too
// late" from "unknown". Open ones are in memory; ended ones only on the disk, and of them a bounded number.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "fixd/known_order.hpp"
#include "store/environment.hpp"

namespace trade::fixd {

/// Account and ClOrdID.
using ClientIdKey = std::pair<std::string, std::string>;

class OrderTable {
 public:
  /// Ended orders that are kept: those with the lowest ids are forgotten first.
  static constexpr std::uint64_t ended_kept_max = 1'000'000;

  /// Reads what there is. `corrupt` where it cannot be understood.
  Status open(std::shared_ptr<store::Environment> environment, std::uint64_t ended_kept = ended_kept_max);

  /// A new order; one that has ended already is kept as such, where it came by FIX.
  void add(KnownOrder order);
  /// An open order, or null. After changing it: `changed`.
  KnownOrder* open_order(OrderId id);
  void changed(OrderId id) { dirty_.insert(id.value); }
  /// What is known of it has changed, whether it has ended or not.
  void amend(const KnownOrder& order);
  /// It has ended: no more in memory, and kept where it came by FIX.
  void end(OrderId id);
  /// Of this session from now on.
  void adopt(KnownOrder& order, const std::string& comp_id);
  /// An open order that is no session's, by the ClOrdID that it has now; or null.
  KnownOrder* unclaimed(const std::string& account, const std::string& client_order_id);
  /// An open order has another ClOrdID from now on.
  void rename(KnownOrder& order, std::string client_order_id);

  /// One more ClOrdID by which an order that came by FIX is found.
  void name(OrderId id, const std::string& account, const std::string& client_order_id);
  [[nodiscard]] std::optional<KnownOrder> find(OrderId id) const;
  [[nodiscard]] std::optional<KnownOrder> find(const std::string& account,
                                               const std::string& client_order_id) const;
  /// Open orders of a session, in ascending order of id.
  [[nodiscard]] std::vector<const KnownOrder*> open_orders(const std::string& comp_id) const;
  [[nodiscard]] std::size_t open_count() const { return open_.size(); }

  void set_account(AccountId id, std::string name);
  void set_symbol(SymbolId id, std::string symbol);
  [[nodiscard]] std::string account_name(AccountId id) const;
  [[nodiscard]] std::string symbol_name(SymbolId id) const;

  /// Rows that differ from those on the disk.
  [[nodiscard]] std::size_t dirty_rows() const;
  /// Writes them; may be done again until `written`.
  Status write(store::Transaction& transaction) const;
  void written();
  /// More ended ones are on the disk than are kept.
  [[nodiscard]] bool too_many_ended() const;
  /// Forgets the oldest of them, at most so many at a time.
  Status forget(store::Transaction& transaction, std::size_t orders_max) const;

 private:
  Status load();
  /// Open orders of no session are found by their ClOrdID, the others by their session.
  void index(const KnownOrder& order);
  void unindex(const KnownOrder& order);
  [[nodiscard]] std::optional<KnownOrder> stored_ended(OrderId id) const;
  Status write_row(store::Transaction& transaction, std::uint64_t id) const;

  std::shared_ptr<store::Environment> environment_;
  std::uint64_t ended_kept_ = ended_kept_max;
  store::Database open_rows_;
  store::Database ended_rows_;
  store::Database ids_;
  store::Database names_;
  store::Database accounts_rows_;
  store::Database symbols_rows_;

  std::map<std::uint64_t, KnownOrder> open_;
  std::map<std::string, std::set<std::uint64_t>> open_of_session_;
  std::map<ClientIdKey, std::uint64_t> unclaimed_;
  std::unordered_map<std::uint32_t, std::string> accounts_;
  std::unordered_map<std::uint32_t, std::string> symbols_;
  // Not on the disk yet:
  std::set<std::uint64_t> dirty_;
  std::map<std::uint64_t, KnownOrder> ended_;
  std::map<ClientIdKey, std::uint64_t> new_ids_;
  std::set<std::uint32_t> new_accounts_;
  std::set<std::uint32_t> new_symbols_;
};

}  // namespace trade::fixd
