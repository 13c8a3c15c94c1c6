// All orders, dense by id, in pages. Older pages leave memory once they are saved: those without open orders
// always, those with some beyond a bound, where whoever saved them can hand a page back. It comes back when
// an order of it changes; for looking at an order it is read where it was saved.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_stream.hpp"
#include "base/result.hpp"
#include "ledger/block_pool.hpp"
#include "ledger/dirty_pages.hpp"
#include "ledger/hash_index.hpp"
#include "ledger/page_copies.hpp"
#include "ledger/records.hpp"

namespace trade::ledger {

constexpr std::uint32_t order_page_records = 256;

/// An order and its client's id, wherever they are. The views are valid until the ledger changes, and those
/// of a saved order until its source is asked for another page.
struct OrderSight {
  OrderId id;
  OrderRecord record;
  std::string_view client_order_id;
  std::string_view venue_order_id;  ///< empty: its venue has told none
};

/// Client ids under which one order can be found, as the engine has it: the first that it got, and the newest
/// that replaces gave it.
constexpr std::uint32_t client_ids_per_order_max = 16;

/// A page of orders as it was saved, read in place:
///   2 bytes orders in use, 2 bytes layout, 4 bytes open orders, 4 bytes size of the texts,
///   layout 1: 4 bytes how many have extras, a StoredOrder each, the OrderExtras in ascending order of slots,
///   layout 0, of programs before: an OrderRecord each,
///   the texts.
/// The texts are the orders' client ids, and the ids that venues gave them; behind each stand five bytes that
/// tell of the same order's client id before it: 4 bytes offset in the texts, 1 byte size, all zero where
/// there is none.
class OrderPageImage {
 public:
  /// Nothing when the bytes are no page.
  static std::optional<OrderPageImage> open(std::span<const std::byte> bytes);
  [[nodiscard]] std::uint32_t used() const { return used_; }
  /// How many of its orders are open.
  [[nodiscard]] std::uint32_t open_orders() const { return open_orders_; }
  [[nodiscard]] OrderRecord record(std::uint32_t slot) const;
  [[nodiscard]] OrderParts parts(std::uint32_t slot) const;
  /// Whether those orders have extras, and no others, that say so. Where it is false single orders can be
  /// looked at all the same.
  [[nodiscard]] bool has_extras_where_due() const;
  [[nodiscard]] std::string_view client_order_id(const OrderRecord& record) const;
  [[nodiscard]] std::string_view venue_order_id(const OrderRecord& record) const;
  [[nodiscard]] std::string_view texts() const { return texts_; }

 private:
  [[nodiscard]] std::size_t extras_count() const { return extras_.size() / sizeof(OrderExtras); }
  /// All zero where there are none.
  [[nodiscard]] OrderExtras extras_at(std::uint32_t slot) const;

  std::uint32_t used_ = 0;
  std::uint32_t open_orders_ = 0;
  std::uint32_t layout_ = 0;
  std::span<const std::byte> records_;
  std::span<const std::byte> extras_;
  std::string_view texts_;
};

/// Where pages that have left memory are found again.
class OrderPageSource {
 public:
  virtual ~OrderPageSource() = default;
  /// The saved bytes of a page, valid until the next call; an error also when there are none.
  virtual Result<std::span<const std::byte>> page(std::uint32_t number) = 0;
};

class OrderTable {
 public:
  /// Reads the saved bytes of a page that is not in memory, as they were saved last.
  using ReadPage = std::function<Result<std::vector<std::byte>>(std::uint32_t number)>;
  /// Pages with open orders may leave memory from now on, and any page can come back. Without this, neither.
  void bring_back_with(ReadPage read) { saved_.read = std::move(read); }
  [[nodiscard]] bool can_bring_back() const { return static_cast<bool>(saved_.read); }

  /// The highest id given so far; zero: no order yet.
  [[nodiscard]] OrderId newest() const { return newest_; }
  [[nodiscard]] std::uint64_t open_count() const { return open_count_; }
  [[nodiscard]] std::uint32_t page_count() const { return static_cast<std::uint32_t>(pages_.size()); }
  static std::uint32_t page_of(OrderId id) {
    return static_cast<std::uint32_t>((id.value - 1) / order_page_records);
  }
  /// The lowest id of a page.
  static OrderId first_of(std::uint32_t page) { return {std::uint64_t{page} * order_page_records + 1}; }

  /// Adds an order with an id above `newest()`, for the caller to fill in. Null when the id is not a new one,
  /// or beyond what can be addressed.
  StoredOrder* add(OrderId id);
  /// What an order asks for, whatever the numbers are; one without a stop price has zero there.
  void set_terms(OrderId id, StoredOrder& order, Quantity quantity, Price limit_price, Price stop_price) {
    if (order.set_terms(quantity, limit_price) && !stop_price && !order.has_extras()) return;
    set_unusual_terms(id, order, quantity, limit_price, stop_price);
  }
  /// Gives an order, whose record says all else, a client id of 1 to 255 bytes on top of those it has. False
  /// when the order that has the id so far could not be read: see `read_failure`.
  [[nodiscard]] bool add_client_id(OrderId id, StoredOrder& order, std::string_view text);
  /// The id of 1 to 255 bytes that its venue knows it by, in the place of the one before. Its extras say
  /// which venue.
  void set_venue_order_id(OrderId id, StoredOrder& order, std::string_view text);
  void count_open(OrderId id);   ///< the order is open from now on
  void count_ended(OrderId id);  ///< the order was open and is not any more

  /// Null when there is no such order in memory.
  [[nodiscard]] const StoredOrder* find(OrderId id) const;
  /// The same, for changing: its page is brought back where it has left memory, and counts as changed from
  /// here on. Null also when its page could not be read: see `read_failure`.
  [[nodiscard]] StoredOrder* change(OrderId id);
  /// What else there is of an order that `find` or `change` gave; null: nothing. Good until extras are added
  /// to an order of the same page.
  [[nodiscard]] const OrderExtras* extras(OrderId id, const StoredOrder& order) const;
  /// The same, for changing an order that `add` or `change` gave; added where it has none.
  [[nodiscard]] OrderExtras& change_extras(OrderId id, StoredOrder& order);
  /// Why a saved page could not be read that `change` or `add_client_id` needed; null: all could.
  [[nodiscard]] const Error* read_failure() const { return saved_.failure ? &*saved_.failure : nullptr; }
  [[nodiscard]] std::string_view venue_order_id(OrderId id, const StoredOrder& order) const;
  /// The newest order that has, or before a replace had, this client id in the account; zero: none. Of ended
  /// orders only those count whose page has not left memory since they ended. An order that was refused
  /// before it could take the id only counts when no other has it, and never when that was because the id was
  /// taken. Open orders that are not in memory are looked at in `source`; an error when that fails.
  [[nodiscard]] Result<OrderId> find_client_id(AccountId account, std::string_view text,
                                               OrderPageSource* source) const;
  /// Has the processor fetch an order that is soon to be changed.
  void prefetch(OrderId id) const;
  /// For a client id that is soon to be added.
  void prefetch_client_id(AccountId account, std::string_view text) const;
  /// In memory, or, when that fails and `source` is given, saved. Nothing where there is no such order; an
  /// error where its page cannot be read.
  [[nodiscard]] Result<std::optional<OrderSight>> look(OrderId id, OrderPageSource* source) const;
  /// How many orders of a page are open, be it in memory or not.
  [[nodiscard]] std::uint32_t open_in_page(std::uint32_t page) const { return open_in_page_[page]; }
  [[nodiscard]] bool in_memory(std::uint32_t page) const { return pages_[page] != nullptr; }
  [[nodiscard]] std::uint32_t pages_in_memory() const { return pages_in_memory_; }
  /// Those of them that were not among the newest when `evict` was last called, or came back since.
  [[nodiscard]] std::size_t older_pages_in_memory() const { return older_.size(); }
  /// How many times a page came back.
  [[nodiscard]] std::uint64_t pages_brought_back() const { return pages_brought_back_; }

  [[nodiscard]] DirtyPages& dirty() { return dirty_; }
  [[nodiscard]] const DirtyPages& dirty() const { return dirty_; }
  /// A page that is to be saved, as it was when saving began.
  std::vector<std::byte> save_page(std::uint32_t page);
  /// What becomes of a page that is taken in.
  enum class Loaded : std::uint8_t {
    kept,        ///< it is in memory
    remembered,  ///< it is not, but its orders are found by client id, ended ones too, as long as it is
                 ///< newest
    left_out     ///< it is as one that has left memory: its open orders are counted and found by client id
  };
  /// Takes a saved page in, in ascending order; pages that are passed over stay out of memory, and must have
  /// no open orders. False when it is no page, or another one could not be read: see `read_failure`.
  [[nodiscard]] bool load_page(std::uint32_t page, std::span<const std::byte> bytes, Loaded loaded);
  /// Has so many of the pages come into memory that were taken in without: first those that are remembered,
  /// then those that were left out and still have open orders, as long as there are fewer than `older_kept`
  /// older ones; the newest first. A page that cannot be read ends it, as `read_failure` then says.
  void bring_back_loaded(std::size_t count, std::size_t older_kept);
  /// The pages that have open orders, ascending.
  [[nodiscard]] std::vector<std::uint32_t> open_pages() const;

  /// Lets go of pages without changes to be saved, all but the newest `newest_kept`: of those without open
  /// orders, and beyond `older_kept` of those with some, where they can come back; those first that did not
  /// change for the most calls. To be called only when what was saved is durable.
  void evict(std::uint32_t newest_kept, std::size_t older_kept);

 private:
  struct Page {
    std::span<StoredOrder, order_page_records> orders;
    std::vector<OrderExtras> extras;  ///< in ascending order of slots
    std::string texts;                ///< as in OrderPageImage
    std::uint32_t texts_dead = 0;     ///< bytes of it that nothing leads to any more
    /// How often `evict` had been called when the page was last saved: about when it last changed, without
    /// that each change has to note it.
    std::uint32_t saved_round = 0;
  };
  /// The saved pages as the fold reads them: the first failure is kept, as are some of the pages read last.
  /// Where client ids are used again, whose they were is looked up in the same pages order after order.
  struct SavedPages final : OrderPageSource {
    Result<std::span<const std::byte>> page(std::uint32_t number) override;
    /// The page comes into memory, where it may change.
    void forget(std::uint32_t number);

    ReadPage read;
    std::optional<Error> failure;

   private:
    struct Kept {
      std::optional<std::uint32_t> number;
      std::vector<std::byte> bytes;
    };
    /// Enough for some clients that each use their own ids again.
    std::array<Kept, 16> kept_;
  };
  /// Whether an order has a client id, and if so, whether it is open.
  enum class Holding : std::uint8_t { no, ended, open };
  struct ClientIdOwner {
    OrderId id;  ///< zero: none
    bool open = false;
    std::optional<Error> failure;  ///< of reading a page that had to be looked at
  };
  static std::uint32_t slot_of(OrderId id) {
    return static_cast<std::uint32_t>((id.value - 1) % order_page_records);
  }
  void make_page(std::uint32_t number);
  /// False when the image is broken; there is no page then.
  bool make_page(std::uint32_t number, const OrderPageImage& image);
  /// Puts client ids of a page's orders into the index: of all, or of the open ones. False where the image is
  /// broken, or another page could not be read.
  [[nodiscard]] bool index_page(std::uint32_t number, const OrderPageImage& image, bool ended_too);
  /// Of a page that is not in memory.
  void forget_remembered(std::uint32_t page);
  void drop_page(std::uint32_t page);
  /// Forgets the client ids of a page's ended orders, and drops it.
  void let_go(std::uint32_t page);
  /// Lets go of so many older pages, if there are as many without changes to be saved.
  void let_go_of_unchanged(std::size_t count);
  [[nodiscard]] Page* page_with(OrderId id) const;
  /// Null when the page, which has left memory, cannot be read.
  Page* bring_back(std::uint32_t number);
  [[nodiscard]] Result<Holding> holding_of(OrderId id, AccountId account, std::string_view text,
                                           OrderPageSource* source) const;
  [[nodiscard]] ClientIdOwner owner_of(AccountId account, std::string_view text,
                                       OrderPageSource* source) const;
  /// When an order took its client id: as an event has it now, or at some time before it was saved.
  enum class Taken : std::uint8_t { now, some_time };
  /// False as `add_client_id`.
  [[nodiscard]] bool index_client_id(OrderId id, const StoredOrder& order, std::string_view text,
                                     Taken taken);
  /// Forgets an order's oldest client id but the first where it has more than the bound.
  void limit_client_ids(Page& page, OrderId id, const StoredOrder& order);
  void set_unusual_terms(OrderId id, StoredOrder& order, Quantity quantity, Price limit_price,
                         Price stop_price);
  void forget_client_ids_if_ended(OrderId id, const StoredOrder& order, std::string_view texts);
  void mark(std::uint32_t page);
  [[nodiscard]] std::vector<std::byte> image_of(std::uint32_t page) const;
  static void compact_texts(Page& page);
  static void clear_dead_texts(Page& page);
  /// Counts the dead texts; false when a text is not where it should be.
  [[nodiscard]] static bool check_texts(Page& page);
  [[nodiscard]] static const OrderExtras* extras_of(const Page& page, std::uint32_t slot,
                                                    const StoredOrder& order);

  BlockPool blocks_{order_page_records * sizeof(StoredOrder)};  ///< for the pages' orders
  std::vector<std::unique_ptr<Page>> pages_;                    ///< null: not in memory
  std::vector<std::uint16_t> open_in_page_;                     ///< open orders, of every page
  /// Hash of account and text to order id. An ended order's entries go when its page leaves memory and do not
  /// come back with it; an open order's stay.
  HashIndex client_ids_;
  DirtyPages dirty_;
  PageCopies copies_;
  SavedPages saved_;
  OrderId newest_;
  std::uint64_t open_count_ = 0;
  /// Pages that are not in memory, but whose ended orders are found by client id; ascending.
  std::deque<std::uint32_t> remembered_;
  /// Older pages with open orders that have not come back yet since they were taken in; ascending.
  std::vector<std::uint32_t> left_out_;
  std::vector<std::uint32_t> older_;  ///< pages in memory before `newest_from_`, in no order
  std::uint32_t newest_from_ = 0;     ///< where the newest pages began when `evict` was last called
  std::uint32_t first_open_ = 0;      ///< no page before it has open orders
  std::uint32_t round_ = 0;           ///< how often `evict` was called
  std::uint32_t pages_in_memory_ = 0;
  std::uint64_t pages_brought_back_ = 0;
};

}  // namespace trade::ledger
