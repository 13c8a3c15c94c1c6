// Keeps the pages of a ledger as a store would, and makes ledgers of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/byte_stream.hpp"
#include "ledger/ledger.hpp"

namespace trade::ledger::test {

/// The pages of orders are the source of those that have left memory, too.
struct SavedPages final : OrderPageSource {
  std::map<PageName, std::vector<std::byte>> pages;
  std::vector<PageName> names;  ///< being saved
  std::vector<std::byte> summary;
  int orders_read_back = 0;  ///< looked at where they are saved
  int pages_brought_back = 0;

  void save(Ledger& ledger) {
    begin(ledger);
    finish(ledger);
  }
  void begin(Ledger& ledger) {
    names = ledger.begin_saving();
    ByteWriter writer;
    ledger.save_summary(writer);
    summary = writer.take();
  }
  void finish(Ledger& ledger) {
    for (const PageName& name : names)
      pages[name] = ledger.save_page(name);
  }
  /// For a ledger whose pages with open orders may leave memory. Good as long as this object.
  OrderTable::ReadPage reader() {
    return [this](std::uint32_t number) -> Result<std::vector<std::byte>> {
      ++pages_brought_back;
      const auto found = pages.find({PageKind::orders, number});
      if (found != pages.end()) return found->second;
      return fail(ErrorCode::corrupt, "page " + std::to_string(number) + " is not there");
    };
  }
  Result<Ledger> load(const LedgerCapacity& capacity = {}, OrderTable::ReadPage read_orders = {}) const {
    ByteReader reader(summary);
    return Ledger::load(
        reader,
        [this](PageName name) -> std::optional<std::span<const std::byte>> {
          const auto found = pages.find(name);
          if (found == pages.end()) return std::nullopt;
          return found->second;
        },
        capacity, std::move(read_orders));
  }
  Result<std::span<const std::byte>> page(std::uint32_t number) override {
    ++orders_read_back;
    const auto found = pages.find({PageKind::orders, number});
    if (found == pages.end()) return fail(ErrorCode::corrupt, "no page " + std::to_string(number));
    return found->second;
  }
};

/// A page of orders as programs saved it whose records were OrderRecords.
inline std::vector<std::byte> in_layout_before(std::span<const std::byte> bytes) {
  const auto image = OrderPageImage::open(bytes);
  EXPECT_TRUE(image);
  ByteWriter writer;
  writer.write(image->used());
  writer.write(image->open_orders());
  writer.write(static_cast<std::uint32_t>(image->texts().size()));
  for (std::uint32_t slot = 0; slot < image->used(); ++slot) {
    const OrderRecord record = image->record(slot);
    writer.write_bytes(std::as_bytes(std::span(&record, 1)));
  }
  writer.write_bytes(std::as_bytes(std::span(image->texts())));
  return writer.take();
}

/// A summary as programs wrote it that did not keep which trades are busted.
inline std::vector<std::byte> summary_before_busts(std::span<const std::byte> summary) {
  // The count of busts stands behind the version, four numbers of 64 bits and four of 32.
  constexpr std::ptrdiff_t count_at =
      sizeof(std::uint32_t) + 4 * sizeof(std::uint64_t) + 4 * sizeof(std::uint32_t);
  std::vector<std::byte> before(summary.begin(), summary.end());
  EXPECT_EQ(before.at(0), std::byte{3});
  before[0] = std::byte{2};
  before.erase(before.begin() + count_at, before.begin() + count_at + sizeof(std::uint32_t));
  return before;
}

/// All that a ledger has, as those programs saved it.
inline SavedPages saved_in_layout_before(SavedPages saved) {
  saved.summary = summary_before_busts(saved.summary);
  std::erase_if(saved.pages, [](const auto& page) { return page.first.kind == PageKind::busted_trades; });
  for (auto& [name, bytes] : saved.pages) {
    if (name.kind == PageKind::orders) bytes = in_layout_before(bytes);
  }
  return saved;
}

/// Puts the trades back that a loaded ledger wants, all of them at hand.
inline Status restore(Ledger& ledger, const std::vector<Entry>& entries) {
  const Status restored = ledger.restore_trades(0, entries);
  return restored ? ledger.finish_restoring() : restored;
}

}  // namespace trade::ledger::test
