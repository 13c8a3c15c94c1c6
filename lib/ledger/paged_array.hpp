// An array of plain records that grows page by page: nothing moves when it grows, and a checkpoint saves
// just the pages that changed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

#include "base/assert.hpp"
#include "base/prefetch.hpp"
#include "ledger/block_pool.hpp"
#include "ledger/dirty_pages.hpp"
#include "ledger/page_copies.hpp"

namespace trade::ledger {

template <class Record, std::uint32_t PageRecords>
class PagedArray {
  static_assert((PageRecords & (PageRecords - 1)) == 0);
  // Records are saved as the bytes they are: no padding, no pointers.
  static_assert(std::is_trivially_copyable_v<Record> && std::has_unique_object_representations_v<Record>);

 public:
  [[nodiscard]] std::uint32_t size() const { return size_; }

  [[nodiscard]] const Record& operator[](std::uint32_t index) const {
    return pages_[index / PageRecords][index % PageRecords];
  }
  /// For changing: the record's page counts as changed from here on.
  [[nodiscard]] Record& change(std::uint32_t index) {
    const std::uint32_t page = index / PageRecords;
    if (dirty_.mark(page)) [[unlikely]]
      keep_copy(page);
    return pages_[page][index % PageRecords];
  }
  /// Appends a zero record and returns its index.
  std::uint32_t append() {
    TRADE_ASSERT(size_ != UINT32_MAX, "array index exhausted");
    const std::uint32_t page = size_ / PageRecords;
    if (dirty_.mark(page)) keep_copy(page);
    if (size_ % PageRecords == 0) pages_.push_back(make_page());
    return size_++;
  }
  /// Has the processor fetch the record, if there is one of this index.
  void prefetch(std::uint32_t index) const {
    if (index >= size_) return;
    const Record& record = (*this)[index];
    prefetch_line(&record);
    // The next line too, where it reaches into that.
    prefetch_line(reinterpret_cast<const std::byte*>(&record + 1) - 1);
  }

  [[nodiscard]] DirtyPages& dirty() { return dirty_; }
  [[nodiscard]] const DirtyPages& dirty() const { return dirty_; }

  /// A page that is to be saved, as it was when saving began.
  std::vector<std::byte> save_page(std::uint32_t page) {
    dirty_.saved(page);
    if (auto copy = copies_.take(page)) return std::move(*copy);
    const auto bytes = page_bytes(page);
    return {bytes.begin(), bytes.end()};
  }
  /// Takes the next page in. False when it is not the next, or its bytes are not whole records.
  [[nodiscard]] bool load_page(std::uint32_t page, std::span<const std::byte> bytes) {
    if (size_ % PageRecords != 0 || page != size_ / PageRecords) return false;
    if (bytes.empty() || bytes.size() % sizeof(Record) != 0) return false;
    const std::size_t count = bytes.size() / sizeof(Record);
    if (count > PageRecords) return false;
    pages_.push_back(make_page());
    std::memcpy(static_cast<void*>(pages_.back()), bytes.data(), bytes.size());
    size_ += static_cast<std::uint32_t>(count);
    return true;
  }

 private:
  /// The page's bytes: its records one after the other. The last page may be shorter.
  [[nodiscard]] std::span<const std::byte> page_bytes(std::uint32_t page) const {
    const std::uint32_t first = page * PageRecords;
    const std::uint32_t count = std::min(size_ - first, PageRecords);
    return std::as_bytes(std::span<const Record>(pages_[page], count));
  }
  Record* make_page() {
    auto* const records = static_cast<Record*>(blocks_.take());
    std::uninitialized_value_construct_n(records, PageRecords);
    return records;
  }
  void keep_copy(std::uint32_t page) {
    const auto bytes = page_bytes(page);
    copies_.keep(page, {bytes.begin(), bytes.end()});
  }

  BlockPool blocks_{PageRecords * sizeof(Record)};
  std::vector<Record*> pages_;
  DirtyPages dirty_;
  PageCopies copies_;
  std::uint32_t size_ = 0;
};

}  // namespace trade::ledger
