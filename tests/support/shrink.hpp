// Makes a failing script of steps short enough to read.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace trade::test {

/// Leaves out steps of a script that fails, ever smaller runs of them, as long as it still fails ("delta
/// debugging": Zeller and Hildebrandt, 2002). With runs to spare, no single step of the result can be left
/// out. `fails(script)` decides; it is asked at most `runs_max` times.
template <class Step, class Fails>
std::vector<Step> shrink(std::vector<Step> script, Fails&& fails, std::size_t runs_max = 2'000) {
  std::size_t runs = 0;
  std::size_t length = std::max<std::size_t>(script.size() / 2, 1);
  while (runs < runs_max && !script.empty()) {
    bool shortened = false;
    for (std::size_t from = 0; from < script.size() && runs < runs_max;) {
      const std::size_t to = std::min(from + length, script.size());
      std::vector<Step> shorter(script.begin(), script.begin() + static_cast<std::ptrdiff_t>(from));
      shorter.insert(shorter.end(), script.begin() + static_cast<std::ptrdiff_t>(to), script.end());
      ++runs;
      if (fails(shorter)) {
        script = std::move(shorter);
        shortened = true;
      } else {
        from = to;
      }
    }
    if (length > 1) {
      length /= 2;
    } else if (!shortened) {
      break;
    }
  }
  return script;
}

}  // namespace trade::test
