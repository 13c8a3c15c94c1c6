// All orders, dense by id, in pages. Ended ones of long ago leave memory page by page once they are saved;
// whoever saved them can hand a page back for reading.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_stream.hpp"
#include "ledger/block_pool.hpp"
#include "ledger/dirty_pages.hpp"
#include "ledger/hash_index.hpp"
#include "ledger/page_copies.hpp"
#include "ledger/records.hpp"

namespace trade::ledger {

constexpr std::uint32_t order_page_records = 256;

/// An order and its client's id, wherever they are. The view is valid until the ledger changes.
struct OrderSight {
  OrderId id;
  OrderRecord record;
  std::string_view client_order_id;
  std::string_view venue_order_id;  ///< empty: its venue has told none
};

/// Client ids under which one order can be found: the newest that replaces gave it.
constexpr std::uint32_t client_ids_per_order_max = 16;

/// A page of orders as it was saved, read in place:
///   4 bytes orders in use, 4 bytes open orders, 4 bytes size of the texts, the records, the texts.
/// The texts are the orders' client ids, and the ids that venues gave them; behind each stand five bytes that
/// tell of the same order's client id before it: 4 bytes offset in the texts, 1 byte size, all zero where
/// there is none.
class OrderPageImage {
 public:
  /// Nothing when the bytes are no page.
  static std::optional<OrderPageImage> open(std::span<const std::byte> bytes);
  [[nodiscard]] std::uint32_t used() const { return used_; }
  [[nodiscard]] std::uint32_t open_orders() const { return open_orders_; }
  [[nodiscard]] OrderRecord record(std::uint32_t slot) const;
  [[nodiscard]] std::string_view client_order_id(const OrderRecord& record) const;
  [[nodiscard]] std::string_view venue_order_id(const OrderRecord& record) const;
  [[nodiscard]] std::string_view texts() const { return texts_; }

 private:
  std::uint32_t used_ = 0;
  std::uint32_t open_orders_ = 0;
  std::span<const std::byte> records_;
  std::string_view texts_;
};

/// Where pages that have left memory are found again.
class OrderPageSource {
 public:
  virtual ~OrderPageSource() = default;
  /// The saved bytes of a page, valid until the next call; nothing when there are none.
  virtual std::optional<std::span<const std::byte>> page(std::uint32_t number) = 0;
};

class OrderTable {
 public:
  /// The highest id given so far; zero: no order yet.
  [[nodiscard]] OrderId newest() const { return newest_; }
  [[nodiscard]] std::uint64_t open_count() const { return open_count_; }
  [[nodiscard]] std::uint32_t page_count() const { return static_cast<std::uint32_t>(pages_.size()); }
  static std::uint32_t page_of(OrderId id) {
    return static_cast<std::uint32_t>((id.value - 1) / order_page_records);
  }

  /// Adds an order with an id above `newest()`, for the caller to fill in. Null when the id is not a new one,
  /// or beyond what can be addressed.
  OrderRecord* add(OrderId id);
  /// Gives an order, whose record says all else, a client id of 1 to 255 bytes on top of those it has.
  void add_client_id(OrderId id, OrderRecord& record, std::string_view text);
  /// The id of 1 to 255 bytes that its venue knows it by, in the place of the one before. The record says
  /// which venue.
  void set_venue_order_id(OrderId id, OrderRecord& record, std::string_view text);
  void count_open(OrderId id);   ///< the order is open from now on
  void count_ended(OrderId id);  ///< the order was open and is not any more

  /// Null when there is no such order in memory.
  [[nodiscard]] const OrderRecord* find(OrderId id) const;
  /// The same, for changing: its page counts as changed from here on.
  [[nodiscard]] OrderRecord* change(OrderId id);
  [[nodiscard]] std::string_view client_order_id(OrderId id, const OrderRecord& record) const;
  [[nodiscard]] std::string_view venue_order_id(OrderId id, const OrderRecord& record) const;
  /// The newest order in memory that has, or before a replace had, this client id in the account; zero: none.
  /// An order that was refused before it could take the id only counts when no other has it, and never when
  /// that was because the id was taken.
  [[nodiscard]] OrderId find_client_id(AccountId account, std::string_view text) const;
  /// Has the processor fetch an order that is soon to be changed.
  void prefetch(OrderId id) const;
  /// For a client id that is soon to be added.
  void prefetch_client_id(AccountId account, std::string_view text) const;
  /// In memory, or, when that fails and `source` is given, saved.
  [[nodiscard]] std::optional<OrderSight> look(OrderId id, OrderPageSource* source) const;
  /// How many orders of a page are open; zero for one that is not in memory.
  [[nodiscard]] std::uint32_t open_in_page(std::uint32_t page) const {
    return pages_[page] ? pages_[page]->open_orders : 0;
  }

  [[nodiscard]] DirtyPages& dirty() { return dirty_; }
  [[nodiscard]] const DirtyPages& dirty() const { return dirty_; }
  /// A page that is to be saved, as it was when saving began.
  std::vector<std::byte> save_page(std::uint32_t page);
  /// Takes a saved page in, in ascending order; pages that are passed over stay out of memory. False when
  /// it is no page.
  [[nodiscard]] bool load_page(std::uint32_t page, std::span<const std::byte> bytes);
  /// The pages that have open orders, ascending.
  [[nodiscard]] std::vector<std::uint32_t> open_pages() const;

  /// Lets go of pages without open orders or changes to be saved, all but the newest `pages_kept`. To be
  /// called only when what was saved is durable.
  void evict(std::uint32_t pages_kept);

 private:
  struct Page {
    std::span<OrderRecord, order_page_records> records;
    std::string texts;             ///< as in OrderPageImage
    std::uint32_t texts_dead = 0;  ///< bytes of it that nothing leads to any more
    std::uint32_t open_orders = 0;
  };
  static std::uint32_t slot_of(OrderId id) {
    return static_cast<std::uint32_t>((id.value - 1) % order_page_records);
  }
  std::unique_ptr<Page> make_page();
  void drop_page(std::uint32_t page);
  [[nodiscard]] Page* page_with(OrderId id) const;
  [[nodiscard]] bool has_client_id(std::uint64_t id, AccountId account, std::string_view text) const;
  void index_client_id(OrderId id, const OrderRecord& record, std::string_view text);
  /// Forgets an order's oldest client ids where it has more than the bound.
  void limit_client_ids(Page& page, OrderId id, const OrderRecord& record);
  void forget_client_ids(std::uint32_t page);
  void mark(std::uint32_t page);
  [[nodiscard]] std::vector<std::byte> image_of(std::uint32_t page) const;
  static void compact_texts(Page& page);
  static void clear_dead_texts(Page& page);
  [[nodiscard]] static bool check_texts(const Page& page);

  BlockPool blocks_{order_page_records * sizeof(OrderRecord)};  ///< for the pages' records
  std::vector<std::unique_ptr<Page>> pages_;                    ///< null: not in memory
  HashIndex client_ids_;                                        ///< hash of account and text to order id
  DirtyPages dirty_;
  PageCopies copies_;
  OrderId newest_;
  std::uint64_t open_count_ = 0;
  std::uint32_t first_in_memory_ = 0;  ///< no page before it is in memory
};

}  // namespace trade::ledger
