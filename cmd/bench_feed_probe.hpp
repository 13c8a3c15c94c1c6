// Subscribers of the quote feed that note when they saw what, so that the time from an acknowledgement to the
// new quote can be told.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/histogram.hpp"
#include "base/result.hpp"
#include "bench_load.hpp"
#include "bus/sockets.hpp"

namespace trade::cmd {

class FeedProbe {
 public:
  /// Subscribes `subscribers` sockets to feedd's quotes, each to one of the symbols in turn, or, where there
  /// is only one, to all of them; waits until feedd has confirmed each subscription, then starts to listen on
  /// a thread of its own.
  static Result<std::unique_ptr<FeedProbe>> start(const std::filesystem::path& home,
                                                  const std::vector<std::string>& symbols,
                                                  std::uint32_t subscribers);
  ~FeedProbe();
  FeedProbe(const FeedProbe&) = delete;
  FeedProbe& operator=(const FeedProbe&) = delete;

  /// Ends listening, once everything up to the event `sequence` has had `patience` to come in.
  void stop(Sequence sequence, std::chrono::milliseconds patience);

  // After `stop`.
  /// Quotes that came in, over all subscribers.
  [[nodiscard]] std::uint64_t quotes() const { return sightings_.size(); }
  /// That feedd dropped because a subscriber was too slow.
  [[nodiscard]] std::uint64_t missed() const { return missed_; }
  /// Nanoseconds from the acknowledgement of the order that changed a quote to the quote's arrival; zero
  /// where the quote was there first.
  [[nodiscard]] Histogram latency_nanoseconds(std::vector<Acknowledgement> acknowledgements) const;

 private:
  FeedProbe() = default;
  Status connect(const std::filesystem::path& home, const std::vector<std::string>& symbols,
                 std::uint32_t subscribers);
  Status await_confirmations();
  void listen();
  void take_all(bus::Subscriber& subscriber, bus::Frame& topic, bus::Frame& frame);

  bus::Context context_;
  std::vector<bus::Subscriber> subscribers_;
  std::vector<Acknowledgement> sightings_;  ///< the same shape: up to this event was seen at that time
  std::uint64_t missed_ = 0;
  std::atomic<Sequence> newest_seen_ = 0;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace trade::cmd
