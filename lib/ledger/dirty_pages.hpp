// Which pages of an array changed since they were last saved.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace trade::ledger {

class DirtyPages {
 public:
  void mark(std::uint32_t page) {
    if (page >= marks_.size()) marks_.resize(page + std::size_t{1});
    if (marks_[page]) return;
    marks_[page] = 1;
    list_.push_back(page);
  }
  [[nodiscard]] bool marked(std::uint32_t page) const { return page < marks_.size() && marks_[page] != 0; }
  [[nodiscard]] std::size_t count() const { return list_.size(); }

  /// The marked pages in ascending order; none is marked afterwards.
  std::vector<std::uint32_t> take() {
    for (const std::uint32_t page : list_)
      marks_[page] = 0;
    std::sort(list_.begin(), list_.end());
    return std::exchange(list_, {});
  }

 private:
  std::vector<std::uint8_t> marks_;
  std::vector<std::uint32_t> list_;
};

}  // namespace trade::ledger
