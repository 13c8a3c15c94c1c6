#include "fixd/market_door.hpp"

#include <chrono>
#include <utility>

#include "base/clock.hpp"

namespace trade::fixd {

namespace {

/// What has changed is told this often at most: each time it makes sequence numbers durable first.
constexpr std::chrono::milliseconds portion_interval{5};
constexpr std::chrono::milliseconds turn_interval{10};

}  // namespace

MarketDoor::MarketDoor(const ClientOptions& options)
    : options_(options),
      tradingd_(options, "tradingd"),
      feedd_(options, "feedd"),
      statuses_([this](const RequestBody& request, std::function<void(Result<ReplyBody>)> answered) {
        tradingd_.ask(request, std::move(answered));
      }),
      data_(*this) {}

MarketDoor::~MarketDoor() {
  stop();
}

Status MarketDoor::start(bus::PollLoop& loop) {
  if (Status started = loop_post_.start(loop); !started) return started;
  tradingd_.start(loop);
  feedd_.start(loop);
  loop.add_timer(turn_interval, [this] { turn(); });
  return {};
}

void MarketDoor::stop() {
  if (feed_) feed_->stop();
}

fix::Verdict MarketDoor::received(MarketListener& listener, const fix::Message& message) {
  if (message.type == "V") {
    // Who wants updates says which.
    if (message.text(263) == "1" && message.find(265) == nullptr) return {fix::Verdict::field_missing, 265};
    data_.request(listener, message);
    return {};
  }
  if (statuses_.request(listener, message)) return {};
  return {fix::Verdict::type_unsupported, 0};
}

void MarketDoor::leave(MarketListener& listener) {
  data_.leave(listener);
  statuses_.leave(listener);
}

void MarketDoor::watch(Kind kind, const std::string& symbol) {
  if (!feed_) {
    feed_ = std::make_unique<MarketFeed>(
        [this](std::function<void()> work) { loop_post_.post(std::move(work)); }, options_,
        [this](MarketFeed::News news) {
          data_.take(std::move(news));
          data_.turn(monotonic_nanoseconds());
        },
        portion_interval);
  }
  feed_->watch(kind, symbol);
}

void MarketDoor::leave(Kind kind, const std::string& symbol) {
  if (feed_) feed_->leave(kind, symbol);
}

void MarketDoor::ask(RequestBody request, std::function<void(Result<ReplyBody>)> answered) {
  feedd_.ask(request, [this, answered = std::move(answered)](Result<ReplyBody> reply) {
    answered(std::move(reply));
    data_.turn(monotonic_nanoseconds());
  });
}

void MarketDoor::turn() {
  const std::int64_t now_ns = monotonic_nanoseconds();
  statuses_.turn(now_ns);
  data_.turn(now_ns);
}

void MarketDoor::describe(DaemonView& view) const {
  view.counters["market_subscriptions"] = static_cast<std::int64_t>(data_.subscriptions());
  view.counters["market_messages_sent"] = data_.messages_told();
  view.counters["market_subscriptions_dropped"] = data_.dropped();
}

}  // namespace trade::fixd
