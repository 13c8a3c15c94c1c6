// A session's store that lasts as long as the test.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "fix/session.hpp"

namespace trade::fix::test {

class MemoryStore : public Store {
 public:
  void save(int sequence, const std::string& message) override { kept[sequence] = message; }
  std::vector<std::string> messages(int first, int last) override {
    std::vector<std::string> found;
    for (auto at = kept.lower_bound(first); at != kept.end() && at->first <= last; ++at)
      found.push_back(at->second);
    portion_max = std::max(portion_max, found.size());
    return found;
  }
  int next_sender() const override { return sender; }
  int next_target() const override { return target; }
  void set_next_sender(int sequence) override { sender = sequence; }
  void set_next_target(int sequence) override { target = sequence; }
  std::int64_t created_at_seconds() const override { return 0; }
  void reset(std::int64_t) override {
    kept.clear();
    sender = target = 1;
    ++resets;
  }

  std::map<int, std::string> kept;
  int sender = 1;
  int target = 1;
  int resets = 0;
  std::size_t portion_max = 0;
};

}  // namespace trade::fix::test
