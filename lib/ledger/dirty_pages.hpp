// Which pages of an array changed since they were last saved, and which are being saved.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace trade::ledger {

/// Saving takes a while, and the array goes on changing meanwhile: whoever is about to change a page that is
/// still to be saved must keep a copy of it as it is.
class DirtyPages {
 public:
  /// The page is about to change. True when a copy of it must be kept first.
  [[nodiscard]] bool mark(std::uint32_t page) {
    if (page < states_.size() && states_[page] == State::changed) return false;
    return mark_first(page);
  }
  /// Neither changed since it was saved, nor still to be saved.
  [[nodiscard]] bool clean(std::uint32_t page) const {
    return page >= states_.size() || states_[page] == State::clean;
  }
  [[nodiscard]] std::size_t changed_count() const { return changed_.size(); }

  /// Every changed page is to be saved from now on. Returns them in ascending order.
  std::vector<std::uint32_t> begin_saving() {
    for (const std::uint32_t page : changed_)
      states_[page] = State::to_be_saved;
    std::sort(changed_.begin(), changed_.end());
    return std::exchange(changed_, {});
  }
  /// The page was saved.
  void saved(std::uint32_t page) {
    if (states_[page] == State::to_be_saved) states_[page] = State::clean;
  }
  /// All pages are as they were saved.
  void clear() {
    for (const std::uint32_t page : changed_)
      states_[page] = State::clean;
    changed_.clear();
  }

 private:
  enum class State : std::uint8_t { clean = 0, changed, to_be_saved };

  bool mark_first(std::uint32_t page) {
    if (page >= states_.size()) states_.resize(page + std::size_t{1});
    changed_.push_back(page);
    return std::exchange(states_[page], State::changed) == State::to_be_saved;
  }

  std::vector<State> states_;
  std::vector<std::uint32_t> changed_;
};

}  // namespace trade::ledger
