#include "bench_feed_probe.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <poll.h>

#include "base/clock.hpp"
#include "bus/topics.hpp"
#include "wire/wire.hpp"

namespace trade::cmd {

namespace {

using std::chrono::milliseconds;

/// How often the end is looked for while nothing comes.
constexpr int poll_milliseconds = 20;
constexpr std::chrono::seconds confirmation_patience{30};

}  // namespace

Result<std::unique_ptr<FeedProbe>> FeedProbe::start(const std::filesystem::path& home,
                                                    const std::vector<std::string>& symbols,
                                                    std::uint32_t subscribers) {
  std::unique_ptr<FeedProbe> probe(new FeedProbe);
  if (Status connected = probe->connect(home, symbols, subscribers); !connected) {
    return std::unexpected(connected.error());
  }
  if (Status confirmed = probe->await_confirmations(); !confirmed) return std::unexpected(confirmed.error());
  probe->thread_ = std::thread([&self = *probe] { self.listen(); });
  return probe;
}

FeedProbe::~FeedProbe() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

Status FeedProbe::connect(const std::filesystem::path& home, const std::vector<std::string>& symbols,
                          std::uint32_t subscribers) {
  const bus::Endpoints endpoints(home);
  for (std::uint32_t i = 0; i < subscribers; ++i) {
    auto subscriber = bus::Subscriber::connect(context_, endpoints, "feedd");
    if (!subscriber) return std::unexpected(subscriber.error());
    if (subscribers == 1) {
      subscriber->subscribe(bus::all_quotes);
    } else {
      subscriber->subscribe(bus::quote_topic(symbols[i % symbols.size()]).view());
    }
    subscriber->request_confirmation();
    subscribers_.push_back(std::move(*subscriber));
  }
  return {};
}

Status FeedProbe::await_confirmations() {
  const auto deadline = std::chrono::steady_clock::now() + confirmation_patience;
  bus::Frame topic;
  bus::Frame frame;
  for (bus::Subscriber& subscriber : subscribers_) {
    while (subscriber.confirmations() == 0) {
      // Receiving is what lets a confirmation in; a quote that comes already is of no interest yet.
      while (subscriber.receive(topic, frame)) {
      }
      if (subscriber.confirmations() != 0) break;
      if (std::chrono::steady_clock::now() >= deadline) {
        return fail(ErrorCode::timed_out, "feedd did not confirm the subscriptions within 30 s");
      }
      static_cast<void>(subscriber.wait(std::chrono::steady_clock::now() + milliseconds(poll_milliseconds)));
    }
  }
  return {};
}

void FeedProbe::take_all(bus::Subscriber& subscriber, bus::Frame& topic, bus::Frame& frame) {
  while (subscriber.receive(topic, frame)) {
    missed_ += subscriber.missed();
    const auto body = wire::decode_publication(frame.bytes());
    const auto* published = body ? std::get_if<QuotePublished>(&*body) : nullptr;
    if (published == nullptr) continue;
    sightings_.push_back({published->quote.sequence, monotonic_nanoseconds()});
    if (published->quote.sequence > newest_seen_.load(std::memory_order_relaxed)) {
      newest_seen_.store(published->quote.sequence, std::memory_order_relaxed);
    }
  }
}

void FeedProbe::listen() {
  std::vector<pollfd> descriptors;
  for (const bus::Subscriber& subscriber : subscribers_)
    descriptors.push_back({subscriber.file_descriptor(), POLLIN, 0});
  bus::Frame topic;
  bus::Frame frame;
  while (!stop_.load(std::memory_order_relaxed)) {
    const int readable = ::poll(descriptors.data(), descriptors.size(), poll_milliseconds);
    for (std::size_t i = 0; i < descriptors.size(); ++i) {
      // The descriptors tell of changes alone; now and then all are looked at.
      if (readable <= 0 || descriptors[i].revents != 0) take_all(subscribers_[i], topic, frame);
    }
  }
}

void FeedProbe::stop(Sequence sequence, milliseconds patience) {
  const std::int64_t deadline =
      monotonic_nanoseconds() + std::chrono::duration_cast<std::chrono::nanoseconds>(patience).count();
  // The last orders need not have changed a quote, so not seeing them is no error.
  while (newest_seen_.load(std::memory_order_relaxed) < sequence && monotonic_nanoseconds() < deadline)
    std::this_thread::sleep_for(milliseconds(poll_milliseconds));
  stop_ = true;
  thread_.join();
}

Histogram FeedProbe::latency_nanoseconds(std::vector<Acknowledgement> acknowledgements) const {
  std::ranges::sort(acknowledgements, {}, &Acknowledgement::sequence);
  Histogram latency;
  for (const Acknowledgement& sighting : sightings_) {
    const auto cause =
        std::ranges::lower_bound(acknowledgements, sighting.sequence, {}, &Acknowledgement::sequence);
    if (cause == acknowledgements.end()) continue;
    latency.record(
        static_cast<std::uint64_t>(std::max<std::int64_t>(sighting.nanoseconds - cause->nanoseconds, 0)));
  }
  return latency;
}

}  // namespace trade::cmd
