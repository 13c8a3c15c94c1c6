// What a stream has still to send. States of the market are overwritten by newer ones; what must not be
// missed waits in a queue, and a client for whom that grows too long is to be dropped.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gatewayd/hub.hpp"

namespace trade::gatewayd {

class Outbox {
 public:
  /// Messages that wait at most.
  static constexpr std::size_t queue_max = 10'000;

  /// False: it is full, and the message is lost.
  [[nodiscard]] bool push(MessageText message) {
    if (queue_.size() >= queue_max) return false;
    queue_.push_back(std::move(message));
    return true;
  }
  /// Takes the place of what waits under the same name.
  void put(std::string_view name, MessageText message) {
    auto found = states_.find(name);
    if (found == states_.end()) found = states_.emplace(std::string(name), nullptr).first;
    if (!found->second) changed_.push_back(&*found);
    found->second = std::move(message);
  }
  /// Forgets a state, sent or not.
  void forget(std::string_view name) {
    const auto found = states_.find(name);
    if (found == states_.end()) return;
    std::erase(changed_, &*found);
    states_.erase(found);
  }
  std::optional<MessageText> next() {
    if (!queue_.empty()) {
      MessageText message = std::move(queue_.front());
      queue_.pop_front();
      return message;
    }
    if (changed_.empty()) return std::nullopt;
    State* state = changed_.front();
    changed_.pop_front();
    return std::exchange(state->second, nullptr);
  }

 private:
  using States = std::map<std::string, MessageText, std::less<>>;
  using State = States::value_type;
  std::deque<MessageText> queue_;
  States states_;
  std::deque<State*> changed_;  ///< those that wait; a map's elements stay where they are
};

}  // namespace trade::gatewayd
