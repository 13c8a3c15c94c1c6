// Client order ids: which order of an account a client's own id means, and what was asked for under it, so
// that a retry is told from another order.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/accounts.hpp"
#include "engine/hash_index.hpp"
#include "engine/slab.hpp"
#include "engine/text_store.hpp"
#include "model/command.hpp"

namespace trade::engine {

using ClientIdIndex = std::uint32_t;  ///< index of a client id's record; zero: none

/// What a PlaceOrder asks for, apart from its account and client id.
struct OrderContent {
  SymbolId symbol;
  Side side = Side::buy;
  OrderType type = OrderType::market;
  TimeInForce time_in_force = TimeInForce::day;
  Quantity quantity;
  Price limit_price;
  Price stop_price;

  bool operator==(const OrderContent&) const = default;

  static OrderContent of(const PlaceOrder& order) {
    return {order.symbol,   order.side,        order.type,      order.time_in_force,
            order.quantity, order.limit_price, order.stop_price};
  }
};

/// Thirty-two bits of what else is asked for (instructions and legs); zero for a plain order. Two different
/// wishes of one client under one id would have to collide for a retry to be taken for what it is not.
std::uint32_t digest_of_rest(const PlaceOrder& order);

/// One client id of one order. An order's ids form a list, newest first.
struct alignas(64) ClientId {
  OrderContent content{};  ///< meaningful where `placed`
  AccountId account{};
  OrderSlot order = 0;
  ClientIdIndex older = 0;  ///< of the same order
  StoredText text{};
  std::uint32_t hash = 0;  ///< the upper half of that of account and text, by which it is indexed
  bool placed = false;     ///< the order was placed under it; else a replace gave it
  bool known = false;      ///< it can be looked up and keeps others from using it; else only shown
  std::uint32_t instructions_digest = 0;  ///< of the rest of what was asked for; zero: nothing

  /// Whether the command asks for what the order of this id was placed with.
  [[nodiscard]] bool is_retried_by(const PlaceOrder& command) const {
    return placed && content == OrderContent::of(command) && instructions_digest == digest_of_rest(command);
  }
};
static_assert(sizeof(ClientId) == 64);

class ClientIds {
 public:
  /// The record of a known id; zero: none.
  [[nodiscard]] ClientIdIndex find(AccountId account, std::string_view text) const;
  /// Adds an id that is not known yet, in front of the order's list that begins with `older`.
  ClientIdIndex add(const ClientId& id, std::string_view text);
  /// Removes all ids of the list that begins with `newest`.
  void drop_all(ClientIdIndex newest);
  /// Forgets those between the first and the most recent where there are more than the bound.
  void limit_length(ClientIdIndex newest);

  [[nodiscard]] const ClientId& operator[](ClientIdIndex index) const { return ids_[index]; }
  [[nodiscard]] std::string_view text(ClientIdIndex index) const {
    return index == 0 ? std::string_view{} : texts_.get(ids_[index].text);
  }
  void add_to(ForkSnapshot& snapshot) const {
    ids_.add_to(snapshot);
    texts_.add_to(snapshot);
    index_.leave_out_of(snapshot);
  }

  // Warm the cache: for finding an id, and for its record.
  void prefetch(AccountId account, std::string_view text) const {
    if (!text.empty()) index_.prefetch(hash_of(account, text));
  }
  void prefetch(ClientIdIndex index) const { ids_.prefetch(index); }

 private:
  static std::uint64_t hash_of(AccountId account, std::string_view text);
  void drop(ClientIdIndex index);

  Slab<ClientId> ids_;
  HashIndex index_;
  TextStore texts_;
};

}  // namespace trade::engine
