// Which venues there are, and the open orders that are with them, as the journal and the venues tell.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "fixd/venue_order.hpp"
#include "model/event.hpp"
#include "store/environment.hpp"

namespace trade::fixd {

class VenueTable {
 public:
  /// Reads what there is. `corrupt` where it cannot be understood.
  Status open(std::shared_ptr<store::Environment> environment);

  void take(const VenueAdded& added);
  void take(const VenueRemoved& removed);
  /// False where the request was taken before. `sent`: it may have been, by who was here before.
  bool take(const VenueRequestMade& made, const std::string& account, const std::string& symbol,
            bool sent = false);
  void take(const VenueStateChanged& changed);
  void end(OrderId id);

  /// Zero: there is none of that name.
  [[nodiscard]] VenueId venue(const std::string& name) const;
  /// An open order, or null. After changing it: `changed`.
  VenueOrder* order(OrderId id);
  [[nodiscard]] const VenueOrder* find(OrderId id) const;
  void changed(OrderId id) { dirty_.insert(id.value); }
  /// Open orders at a venue, in ascending order of id.
  [[nodiscard]] std::vector<OrderId> orders(VenueId venue) const;
  [[nodiscard]] std::size_t open_count() const { return orders_.size(); }

  [[nodiscard]] bool dirty() const { return !dirty_.empty() || !dirty_venues_.empty(); }
  Status write(store::Transaction& transaction) const;
  void written();

 private:
  store::Database venue_rows_;
  store::Database order_rows_;
  std::map<std::uint32_t, std::string> venues_;
  std::map<std::uint64_t, VenueOrder> orders_;
  std::set<std::uint64_t> dirty_;
  std::set<std::uint32_t> dirty_venues_;
};

}  // namespace trade::fixd
