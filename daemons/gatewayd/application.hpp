// The gateway's side of the bus: follows the journal, so that it knows how far the suite is, and answers
// requests about keys. Runs in the follower's thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "access/key_store.hpp"
#include "app/log.hpp"
#include "base/clock.hpp"
#include "follower/application.hpp"
#include "gatewayd/hub.hpp"
#include "gatewayd/order_follower.hpp"
#include "journal/journal.hpp"

namespace trade::gatewayd {

class Application final : public follower::Application {
 public:
  /// Begins after `position`: what was before has been told to everybody.
  Application(access::KeyStore& keys, app::LineLog& audit, const Clock& clock, follower::Position position);

  /// From then on the news of orders are handed to the hub. Before the follower runs.
  void tell_orders(OrderFollower* orders, Hub* hub) {
    orders_ = orders;
    hub_ = hub;
  }

  [[nodiscard]] follower::Position position() const override { return position_; }
  Status apply(const wire::Batch& batch) override;
  Status commit() override { return {}; }
  ReplyBody answer(const RequestBody& request) override;
  void describe(DaemonView& view) const override;

  /// What `describe` adds, from any thread.
  struct Counters {
    std::atomic<std::int64_t> http_port{0};  ///< zero: not served
    std::atomic<std::int64_t> https_port{0};
    std::atomic<std::int64_t> requests{0};
  };
  [[nodiscard]] Counters& counters() { return counters_; }
  /// The last event applied, from any thread.
  [[nodiscard]] Sequence sequence() const { return sequence_.load(std::memory_order_relaxed); }

 private:
  ReplyBody reply(const CreateKeyRequest& request);
  ReplyBody reply(const KeysRequest& request);
  ReplyBody reply(const RevokeKeyRequest& request);
  template <class Other>
  ReplyBody reply(const Other&) {
    return follower::not_served_here("gatewayd");
  }
  void audit(std::string_view what, const KeyView& key);

  access::KeyStore& keys_;
  app::LineLog& audit_;
  const Clock& clock_;
  follower::Position position_;
  OrderFollower* orders_ = nullptr;
  Hub* hub_ = nullptr;
  std::atomic<Sequence> sequence_{0};
  Counters counters_;
};

/// The position at the end of the journal, or before the first batch where there is no journal yet.
Result<follower::Position> position_at_end(const std::filesystem::path& journal);

}  // namespace trade::gatewayd
