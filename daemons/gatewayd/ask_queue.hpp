// What a stream has still to ask the daemons for its client: each thing once and few at a time, so that
// however much one client wishes for, others are answered as well.
#pragma once

#include <optional>
#include <set>
#include <utility>

namespace trade::gatewayd {

template <class Key>
class AskQueue {
 public:
  static constexpr int at_once_max = 8;

  void add(Key key) { waiting_.insert(std::move(key)); }
  void remove(const Key& key) { waiting_.erase(key); }
  /// What to ask now; nothing while enough is asked. `done` is to follow.
  std::optional<Key> next() {
    if (waiting_.empty() || asking_ >= at_once_max) return std::nullopt;
    ++asking_;
    return std::move(waiting_.extract(waiting_.begin()).value());
  }
  void done() { --asking_; }

 private:
  std::set<Key> waiting_;
  int asking_ = 0;
};

/// A question that is under way once at a time: whoever wants it asked meanwhile is answered by one more
/// afterwards, however many they are.
class RepeatedAsk {
 public:
  /// Whether to ask now. `done` is to follow.
  [[nodiscard]] bool begin() {
    if (under_way_) again_ = true;
    return !std::exchange(under_way_, true);
  }
  /// Whether to ask once more. `done` is to follow then.
  [[nodiscard]] bool done() { return under_way_ = std::exchange(again_, false); }

 private:
  bool under_way_ = false;
  bool again_ = false;
};

}  // namespace trade::gatewayd
