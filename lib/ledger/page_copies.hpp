// Copies of pages that changed before they were saved.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace trade::ledger {

class PageCopies {
 public:
  void keep(std::uint32_t page, std::vector<std::byte> bytes) {
    copies_.insert_or_assign(page, std::move(bytes));
  }
  /// The copy of a page, once; nothing when the page did not change.
  std::optional<std::vector<std::byte>> take(std::uint32_t page) {
    const auto found = copies_.find(page);
    if (found == copies_.end()) return std::nullopt;
    std::vector<std::byte> bytes = std::move(found->second);
    copies_.erase(found);
    return bytes;
  }

 private:
  std::unordered_map<std::uint32_t, std::vector<std::byte>> copies_;
};

}  // namespace trade::ledger
