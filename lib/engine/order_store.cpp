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

OrderStore::PageIndex OrderStore::make_page(std::uint64_t number) {
  const PageIndex page = pages_.allocate();
  if (page >= page_details_.size()) page_details_.resize(std::size_t{page} * 2);
  page_details_[page] = {.number = number};
  page_index_.insert(page_hash(number), page);
  return page;
}

std::vector<OrderStore::PageIndex> OrderStore::pages_in_order() const {
  std::vector<PageIndex> pages;
  for (PageIndex page = 1; page < page_details_.size(); ++page) {
    // A page that was freed may still have a number, but is not found under it.
    if (find_page(page_details_[page].number) == page) pages.push_back(page);
  }
  std::ranges::sort(pages, {}, [&](PageIndex page) { return page_details_[page].number; });
  return pages;
}

OrderSlot OrderStore::make(OrderId id) {
  // Ids come one after the other, so that it is nearly always the same page.
  if (newest_page_ == 0 || page_details_[newest_page_].number != page_number(id)) [[unlikely]] {
    newest_page_ = find_page(page_number(id));
    if (newest_page_ == 0) newest_page_ = make_page(page_number(id));
  }
  const OrderSlot slot = orders_.allocate();
  pages_[newest_page_].slots[id.value & (page_size - 1)] = slot;
  ++page_details_[newest_page_].used;
  orders_[slot].id = id;
  return slot;
}

void OrderStore::link_open(OrderSlot slot, Account& account) {
  Order& order = orders_[slot];
  order.previous = account.last_open;
  if (account.last_open != 0) {
    orders_[account.last_open].next = slot;
  } else {
    account.first_open = slot;
  }
  account.last_open = slot;
  ++open_count_;
}

void OrderStore::end_open(OrderSlot slot, Account& account) {
  const Order& order = orders_[slot];
  (order.previous != 0 ? orders_[order.previous].next : account.first_open) = order.next;
  (order.next != 0 ? orders_[order.next].previous : account.last_open) = order.previous;
  --open_count_;
  add_ended(slot);
}

void OrderStore::add_ended(OrderSlot slot) {
  if (ended_count() == ended_.size()) [[unlikely]] {
    std::vector<OrderSlot, LargePageAllocator<OrderSlot>> larger(2 * ended_.size());
    for (std::uint64_t at = ended_begin_; at != ended_end_; ++at)
      larger[at & (larger.size() - 1)] = ended_at(at);
    ended_.swap(larger);
  }
  ended_[ended_end_++ & (ended_.size() - 1)] = slot;
}

void OrderStore::recycle(ClientIds& client_ids) {
  // Those whose turn comes next are as old as this one, and so out of the cache: they are called for some
  // turns ahead.
  constexpr std::uint64_t turns = 4;
  while (ended_count() > ended_kept_) {
    const OrderSlot slot = ended_at(ended_begin_);
    if (ended_end_ - ended_begin_ > 2 * turns) {
      const OrderSlot near = ended_at(ended_begin_ + turns);
      client_ids.prefetch(orders_[near].client_id);
      prefetch(orders_[near].id);
      orders_.prefetch(ended_at(ended_begin_ + 2 * turns));
    }
    ++ended_begin_;
    client_ids.drop_all(orders_[slot].client_id);
    forget(slot);
  }
}

void OrderStore::forget(OrderSlot slot) {
  const OrderId id = orders_[slot].id;
  const PageIndex page_index = find_page(page_number(id));
  pages_[page_index].slots[id.value & (page_size - 1)] = 0;
  if (--page_details_[page_index].used == 0) {
    page_index_.erase(page_hash(page_number(id)), page_index);
    pages_.free(page_index);
    if (page_index == newest_page_) newest_page_ = 0;
  }
  orders_.free(slot);
}

}  // namespace trade::engine
