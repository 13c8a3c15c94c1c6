// Requests that were received and wait for their place in the sequence. Under more load than the machine can
// take, it says early which of them are refused, so that those that are taken are answered in bounded time
// and memory stays bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "bus/frame.hpp"
#include "bus/sockets.hpp"
#include "model/messages.hpp"
#include "sequencer/sequencer.hpp"

namespace trade::sequencer {

/// Work that is received and not yet durable.
struct Work {
  std::size_t commands = 0;  ///< a question counts as one
  std::size_t bytes = 0;

  Work& operator+=(const Work& other) {
    commands += other.commands;
    bytes += other.bytes;
    return *this;
  }
  Work& operator-=(const Work& other) {
    commands -= other.commands;
    bytes -= other.bytes;
    return *this;
  }
};

class Intake {
 public:
  struct Item {
    bus::ClientIdentity client;
    Request request;  ///< its views point into `frame`
    bus::Frame frame;
    Admission admission = Admission::all;
    Work work;
  };

  /// `bounds`: work from which on orders and questions are refused. What may not be refused is queued until
  /// twice as much waits; then the intake is `full`.
  explicit Intake(const Work& bounds) : bounds_(bounds) {}

  /// Other bounds from now on; what is queued stays.
  void set_bounds(const Work& bounds) { bounds_ = bounds; }

  /// Queues the request, or such of its commands as must go through; or returns the answer that refuses it.
  /// `elsewhere` is the work that has left the queue and is not yet durable. `frame`, which the request was
  /// decoded from, is swapped for another when it is queued.
  std::optional<Reply> offer(const bus::ClientIdentity& client, Request&& request, bus::Frame& frame,
                             const Work& elsewhere);

  /// Nothing more is to be read from the sockets: their senders are held up.
  [[nodiscard]] bool full() const {
    return queued_.commands >= 2 * bounds_.commands || queued_.bytes >= 2 * bounds_.bytes;
  }
  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] const Work& queued() const { return queued_; }
  /// Commands and questions refused since the start.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

  /// The oldest; only when not `empty`.
  [[nodiscard]] Item& front() { return items_.front(); }
  /// Drops it; memory that its frame still has is used again.
  void pop();

 private:
  Work bounds_;
  Work queued_;
  std::uint64_t refused_ = 0;
  std::deque<Item> items_;
  std::vector<bus::Frame> spare_frames_;  ///< whose memory is used again
};

}  // namespace trade::sequencer
