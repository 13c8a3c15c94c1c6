// A virtual network: messages are dropped, doubled, delayed, and overtake each other.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>

#include "sim/world.hpp"
#include "wire/wire.hpp"

namespace trade::sim {

class Network {
 public:
  explicit Network(World& world) : world_(world) {}

  /// Between two processes that speak over one connection: messages arrive in the order in which they were
  /// sent, but for those that do not arrive.
  class Connection {
    friend class Network;
    std::int64_t last_arrival_ns_ = 0;
  };

  /// Brings the message to whoever is there when it arrives. Without a connection another may overtake it.
  void send(wire::Bytes message, const std::function<void(const std::string&)>& deliver,
            Connection* over = nullptr) {
    if (world_.happens(Fault::message_dropped)) return;
    std::string bytes(reinterpret_cast<const char*>(message.data()), message.size());
    if (world_.happens(Fault::message_doubled)) carry(bytes, deliver, over);
    carry(std::move(bytes), deliver, over);
  }

  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }
  /// Messages that arrived after one that was sent later.
  [[nodiscard]] std::uint64_t overtaken() const { return overtaken_; }

 private:
  void carry(std::string bytes, const std::function<void(const std::string&)>& deliver, Connection* over) {
    std::int64_t delay = static_cast<std::int64_t>(20 + world_.below(300)) * microsecond;
    if (world_.happens(Fault::message_delayed))
      delay += static_cast<std::int64_t>(world_.below(120)) * millisecond;
    if (over != nullptr) {
      over->last_arrival_ns_ = std::max(over->last_arrival_ns_, world_.monotonic_ns() + delay);
      delay = over->last_arrival_ns_ - world_.monotonic_ns();
    }
    world_.after(delay, [this, number = ++sent_, bytes = std::move(bytes), deliver] {
      ++delivered_;
      if (number < newest_) ++overtaken_;
      newest_ = number > newest_ ? number : newest_;
      deliver(bytes);
    });
  }

  World& world_;
  std::uint64_t sent_ = 0;
  std::uint64_t newest_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint64_t overtaken_ = 0;
};

}  // namespace trade::sim
