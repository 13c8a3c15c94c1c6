// Inside lib/bus only: how much memory the replies take that clients have not read yet.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <zmq.hpp>

#include "bus/frame.hpp"

namespace trade::bus {

/// Of replies that are counted, in bytes.
struct UnreadRepliesBounds {
  /// Beyond so many for one client it is given nothing more that is counted.
  std::size_t client_max = std::size_t{32} << 20;
  /// Beyond so many for all of them, none is that would have more than its share unread.
  std::size_t all_max = std::size_t{256} << 20;
  std::size_t share = std::size_t{1} << 20;
};

/// libzmq bounds what waits for a client by the number of messages alone, and a reply may have megabytes.
/// This counts the bytes of those that are not small, from when libzmq is given one until it has sent it.
class UnreadReplies {
 public:
  /// Replies up to so many bytes are not counted: libzmq's own bound of messages holds them.
  static constexpr std::size_t small_bytes_max = 1'024;

  explicit UnreadReplies(const UnreadRepliesBounds& bounds = {}) : bounds_(bounds) {}

  /// Whether the client may be given a reply of this size. To whoever has read all, one of any size may go,
  /// as long as there is room for all.
  [[nodiscard]] bool admits(std::string_view client, std::size_t bytes) const;
  /// A copy of the frame, counted until libzmq has no more use of it.
  zmq::message_t make_message(std::string_view client, Bytes frame);

  /// Clients that are remembered, those included that have read all.
  [[nodiscard]] std::size_t clients() const { return counts_.size(); }

 private:
  /// Counted down on libzmq's threads, which may have messages for longer than this lasts.
  struct Count {
    std::atomic<std::size_t> client{0};
    std::shared_ptr<std::atomic<std::size_t>> all;
  };
  struct Reply;

  std::shared_ptr<Count> count_of(std::string_view client);

  UnreadRepliesBounds bounds_;
  std::shared_ptr<std::atomic<std::size_t>> all_ = std::make_shared<std::atomic<std::size_t>>(0);
  std::map<std::string, std::shared_ptr<Count>, std::less<>> counts_;
  std::size_t counts_after_tidying_ = 0;
};

}  // namespace trade::bus
