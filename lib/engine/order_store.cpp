#include "engine/order_store.hpp"

#include <algorithm>

namespace trade::engine {

void Order::set(const OrderInstructions& instructions) {
  // What a rejected order asked for may be out of range; it is shown as far as it fits.
  const auto narrowed = [](std::int64_t value) {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(value, 0, UINT32_MAX));
  };
  const auto post_only = static_cast<unsigned>(instructions.post_only.value_or(PostOnly{}));
  const auto prevention =
      static_cast<unsigned>(instructions.self_trade_prevention.value_or(SelfTradePrevention{}));
  const bool ratio = instructions.trail_basis_points != 0;
  instruction_bits = static_cast<std::uint8_t>(
      (post_only & post_only_mask) | (instructions.all_or_none ? all_or_none_bit : 0U) |
      (ratio ? trail_is_ratio_bit : 0U) | (prevention & self_trade_mask) << self_trade_shift);
  display_shares = narrowed(instructions.display_quantity.shares);
  minimum_shares = narrowed(instructions.minimum_quantity.shares);
  trail = narrowed(ratio ? instructions.trail_basis_points : instructions.trail_amount.units);
  expires_at = instructions.expires_at;
  short_bits = static_cast<std::uint8_t>(instructions.short_sale.value_or(ShortSale{})) & short_sale_mask;
}

void Order::set(OrderLink link) {
  link_bits = link.is_linked() ? static_cast<std::uint8_t>(static_cast<unsigned>(link.order_class) |
                                                           static_cast<unsigned>(link.role) << role_shift)
                               : std::uint8_t{0};
}

OrderInstructions Order::instructions() const {
  OrderInstructions instructions;
  if (const auto post_only = static_cast<PostOnly>(instruction_bits & post_only_mask);
      post_only != PostOnly{})
    instructions.post_only = post_only;
  instructions.all_or_none = all_or_none();
  if (prevents_self_trade()) instructions.self_trade_prevention = self_trade_prevention();
  instructions.display_quantity = {display_shares};
  instructions.minimum_quantity = {minimum_shares};
  if (trail_is_ratio()) {
    instructions.trail_basis_points = trail;
  } else {
    instructions.trail_amount = {trail};
  }
  instructions.expires_at = expires_at;
  if (is_short()) instructions.short_sale = short_sale();
  return instructions;
}

OrderStore::OrderStore(std::uint32_t ended_kept) : ended_(64), ended_kept_(ended_kept) {}

void OrderStore::grow_ended() {
  std::vector<OrderSlot, LargePageAllocator<OrderSlot>> larger(2 * ended_.size());
  for (std::uint64_t at = ended_begin_; at != ended_end_; ++at)
    larger[at & (larger.size() - 1)] = ended_at(at);
  ended_.swap(larger);
}

void OrderStore::recycle(ClientIds& client_ids) {
  // Those whose turn comes next are as old as this one, and so out of the cache: they are called for some
  // turns ahead.
  constexpr std::uint64_t turns = 4;
  while (ended_count() > ended_kept_) {
    const OrderSlot slot = ended_at(ended_begin_);
    if (ended_end_ - ended_begin_ > 2 * turns) {
      client_ids.prefetch(orders_[ended_at(ended_begin_ + turns)].client_id);
      orders_.prefetch(ended_at(ended_begin_ + 2 * turns));
    }
    ++ended_begin_;
    Order& order = orders_[slot];
    client_ids.drop_all(order.client_id);
    directory_.forget(order.id);
    order.id = {};
    orders_.free(slot);
  }
}

}  // namespace trade::engine
