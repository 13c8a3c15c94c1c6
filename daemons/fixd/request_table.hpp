// Requests of FIX sessions whose outcome is not known yet: which session sent them, so that what the journal
// tells of them reaches it, over crashes too. Whoever used a ClOrdID first has it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "fixd/order_table.hpp"
#include "model/enums.hpp"
#include "model/ids.hpp"
#include "store/environment.hpp"

namespace trade::fixd {

enum class RequestKind : std::uint8_t { place = 1, cancel = 2, replace = 3 };

struct PendingRequest {
  std::string comp_id;
  RequestKind kind = RequestKind::place;
  OrderId order;         ///< that is to be cancelled or replaced, where it was known; else zero
  std::string original;  ///< its ClOrdID, as it was given
  std::string symbol;    ///< of a new order
  MarkedSide side;       ///< likewise
  Timestamp noted_at;    ///< of those read from the disk, when they were
  bool lost = false;     ///< most likely: tradingd went away with it
  /// Of a change: another venue was asked for it, so it waits for that, however long.
  bool at_venue = false;
};

class RequestTable {
 public:
  /// tradingd answers, or has lost a request, long before: see `drop_lost`.
  static constexpr std::int64_t lost_after_ns = 60'000'000'000;
  /// The same once tradingd has gone away.
  static constexpr std::int64_t lost_with_tradingd_after_ns = 5'000'000'000;

  Status open(const std::shared_ptr<store::Environment>& environment, Timestamp now);

  /// False where that ClOrdID is in use. The same request of the same session, asked again, is waited for
  /// anew; of another nothing is changed.
  bool add(const ClientIdKey& key, PendingRequest request);
  [[nodiscard]] const PendingRequest* find(const ClientIdKey& key) const;
  /// Its outcome is known. Nothing where it was before.
  std::optional<PendingRequest> take(const ClientIdKey& key);
  using Named = std::pair<ClientIdKey, PendingRequest>;
  /// The first cancel or replace that waits for this order, by number or by the name that it has now: its
  /// ClOrdID. What a venue was asked for comes before all others, and what may be lost after them. It is
  /// taken.
  std::optional<Named> take_change(RequestKind kind, OrderId order, const std::string& account,
                                   const std::string& client_order_id);
  /// The same, only of those that a venue was asked for.
  std::optional<Named> take_change_at_venue(RequestKind kind, OrderId order, const std::string& account,
                                            const std::string& client_order_id);
  /// All cancels and replaces that wait for this order, found likewise. They are taken.
  std::vector<Named> take_changes(OrderId order, const std::string& account,
                                  const std::string& client_order_id);
  /// A venue was asked for a change of this order: the first such request that waits, found likewise, waits
  /// for that from now on.
  void went_to_venue(RequestKind kind, OrderId order, const std::string& account,
                     const std::string& client_order_id);
  /// What of the order waits to be changed: a cancel, or else a replace.
  [[nodiscard]] std::optional<RequestKind> change_of(OrderId order, const std::string& account,
                                                     const std::string& client_order_id) const;
  /// New orders of a session that are under way, in the order of their ids.
  [[nodiscard]] std::vector<Named> places(const std::string& comp_id) const;
  /// Forgets those of which the journal, which is read up to this moment, would have told by now: they never
  /// came to tradingd. They are returned.
  std::vector<Named> drop_lost(Timestamp read_to);
  /// tradingd went away with it: what the journal does not tell of soon did not happen.
  void hasten(const ClientIdKey& key, Timestamp now);
  [[nodiscard]] std::size_t size() const { return requests_.size(); }

  [[nodiscard]] bool dirty() const { return !dirty_.empty(); }
  Status write(store::Transaction& transaction) const;
  void written() { dirty_.clear(); }

 private:
  static void note(PendingRequest& request, Timestamp now);
  template <class IsMeant>
  [[nodiscard]] std::optional<ClientIdKey> find_change(OrderId order, const std::string& account,
                                                       const std::string& client_order_id,
                                                       IsMeant&& is_meant) const;
  std::optional<Named> take_named(const std::optional<ClientIdKey>& key);
  void index(const ClientIdKey& key, const PendingRequest& request);
  void unindex(const ClientIdKey& key, const PendingRequest& request);

  store::Database rows_;
  std::map<ClientIdKey, PendingRequest> requests_;
  /// Cancels and replaces, by what they name, in the order in which they came.
  std::multimap<std::uint64_t, ClientIdKey> changes_by_order_;
  std::multimap<ClientIdKey, ClientIdKey> changes_by_name_;
  std::set<ClientIdKey> dirty_;
};

}  // namespace trade::fixd
