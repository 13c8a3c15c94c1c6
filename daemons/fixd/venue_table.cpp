// LMDB databases:
//   "venues"        venue u32   -> name
//   "venue_orders"  order u64   -> the order, as venue_order.cpp writes it
#include "fixd/venue_table.hpp"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "store/key.hpp"
#include "store/rows.hpp"

namespace trade::fixd {

Status VenueTable::open(std::shared_ptr<store::Environment> environment) {
  for (auto [name, database] : {std::pair{"venues", &venue_rows_}, {"venue_orders", &order_rows_}}) {
    auto opened = environment->open_database(name);
    if (!opened) return pass_on(std::move(opened));
    *database = *opened;
  }
  auto transaction = environment->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  const auto damaged = [&] {
    return fail(ErrorCode::corrupt, "what fixd keeps in " + environment->path().string() + " is damaged",
                "restore it from a backup, or move it away: then each session begins at 1, and venues are "
                "asked what became of their orders");
  };
  const auto take_venue = [&](store::KeyReader key, store::Bytes value) -> Status {
    const auto id = key.number<std::uint32_t>();
    if (!key.ok()) return damaged();
    venues_[id] = std::string(reinterpret_cast<const char*>(value.data()), value.size());
    return {};
  };
  if (Status read = store::for_each_row(*transaction, venue_rows_, take_venue); !read) return read;
  return store::for_each_row(*transaction, order_rows_, [&](store::KeyReader, store::Bytes value) -> Status {
    ByteReader reader(value);
    VenueOrder order;
    if (!read_venue_order(reader, order)) return damaged();
    orders_[order.id.value] = std::move(order);
    return {};
  });
}

void VenueTable::take(const VenueAdded& added) {
  venues_[added.venue.value] = std::string(added.name.view());
  dirty_venues_.insert(added.venue.value);
}

void VenueTable::take(const VenueRemoved& removed) {
  for (const OrderId id : orders(removed.venue))
    end(id);
  venues_.erase(removed.venue.value);
  dirty_venues_.insert(removed.venue.value);
}

bool VenueTable::take(const VenueRequestMade& made, const std::string& account, const std::string& symbol,
                      bool sent) {
  auto found = orders_.find(made.order.value);
  if (found == orders_.end()) {
    VenueOrder order;
    order.id = made.order;
    order.venue = made.venue;
    order.account = account;
    order.symbol = symbol;
    order.side = made.side;
    order.type = made.type;
    order.time_in_force = made.time_in_force;
    order.instructions = made.instructions;
    order.terms = {made.quantity, made.limit_price, made.stop_price};
    // An order that was given up here turned out to live on there.
    order.over = made.kind != VenueRequestKind::place;
    found = orders_.emplace(made.order.value, std::move(order)).first;
  }
  VenueOrder& order = found->second;
  if (order.request(made.number) != nullptr) return false;
  order.open.push_back({made.number, made.kind, {made.quantity, made.limit_price, made.stop_price}, sent});
  changed(made.order);
  return true;
}

void VenueTable::take(const VenueStateChanged& changed_to) {
  if (changed_to.state == VenueState::ended || is_terminal(changed_to.status)) return end(changed_to.order);
  VenueOrder* const known = order(changed_to.order);
  if (known == nullptr) return;
  known->state = changed_to.state;
  if (!changed_to.venue_order_id.empty()) known->venue_order_id = std::string(changed_to.venue_order_id);
  changed(changed_to.order);
}

void VenueTable::end(OrderId id) {
  if (orders_.erase(id.value) != 0) dirty_.insert(id.value);
}

VenueId VenueTable::venue(const std::string& name) const {
  const auto found = std::ranges::find_if(venues_, [&](const auto& entry) { return entry.second == name; });
  return found == venues_.end() ? VenueId{} : VenueId{found->first};
}

const VenueOrder* VenueTable::find(OrderId id) const {
  const auto found = orders_.find(id.value);
  return found == orders_.end() ? nullptr : &found->second;
}

VenueOrder* VenueTable::order(OrderId id) {
  const auto found = orders_.find(id.value);
  return found == orders_.end() ? nullptr : &found->second;
}

std::vector<OrderId> VenueTable::orders(VenueId venue) const {
  std::vector<OrderId> found;
  for (const auto& [id, order] : orders_) {
    if (order.venue == venue) found.push_back(OrderId{id});
  }
  return found;
}

Status VenueTable::write(store::Transaction& transaction) const {
  for (const std::uint32_t id : dirty_venues_) {
    const store::Key key = store::Key().number(id);
    if (const auto venue = venues_.find(id); venue != venues_.end()) {
      Status put =
          transaction.put(venue_rows_, key, std::as_bytes(std::span(std::string_view(venue->second))));
      if (!put) return put;
    } else if (auto removed = transaction.remove(venue_rows_, key); !removed) {
      return pass_on(std::move(removed));
    }
  }
  for (const std::uint64_t id : dirty_) {
    const store::Key key = store::Key().number(id);
    if (const auto order = orders_.find(id); order != orders_.end()) {
      ByteWriter value;
      write_venue_order(value, order->second);
      if (Status put = transaction.put(order_rows_, key, value.bytes()); !put) return put;
    } else if (auto removed = transaction.remove(order_rows_, key); !removed) {
      return pass_on(std::move(removed));
    }
  }
  return {};
}

void VenueTable::written() {
  dirty_.clear();
  dirty_venues_.clear();
}

}  // namespace trade::fixd
