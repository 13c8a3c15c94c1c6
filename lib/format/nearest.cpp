#include "format/nearest.hpp"

#include <algorithm>

namespace trade::format {

namespace {

/// Levenshtein's distance, with a swap of neighbours counted as one.
std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> before_last(right.size() + 1);
  std::vector<std::size_t> last(right.size() + 1);
  std::vector<std::size_t> row(right.size() + 1);
  for (std::size_t j = 0; j <= right.size(); ++j)
    last[j] = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t change = left[i - 1] == right[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[right.size()];
}

}  // namespace

std::string nearest(std::string_view text, const std::vector<std::string>& candidates) {
  // Of two that are as near, the one with the same first letter: that is the one least often mistyped.
  const auto unlike = [&](std::string_view candidate) { return !candidate.starts_with(text.substr(0, 1)); };
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, std::min<std::size_t>(3, text.size() / 2)) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(text.substr(0, 64), candidate);
    const bool as_near = !best.empty() && distance == best_distance;
    if (distance < best_distance || (as_near && unlike(best) && !unlike(candidate))) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace trade::format
