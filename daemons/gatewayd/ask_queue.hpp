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

}  // namespace trade::gatewayd
