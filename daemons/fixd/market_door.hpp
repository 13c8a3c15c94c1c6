// Everything that FIX sessions are told of the market: market data from feedd, and from tradingd which
// symbols there are and what each is doing.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "bus/poll_loop.hpp"
#include "client/client.hpp"
#include "client/market_feed.hpp"
#include "fixd/loop_post.hpp"
#include "fixd/market_data_desk.hpp"
#include "fixd/market_listener.hpp"
#include "fixd/market_status_desk.hpp"
#include "fixd/polled_client.hpp"
#include "model/event.hpp"

namespace trade::fixd {

class MarketDoor final : private MarketSource {
 public:
  explicit MarketDoor(const ClientOptions& options);
  ~MarketDoor() override;

  /// Serves from this loop, which must outlive it.
  Status start(bus::PollLoop& loop);
  /// Follows the market no more.
  void stop();

  /// A message of a session that is logged on; `type_unsupported` when it is none that is answered here.
  fix::Verdict received(MarketListener& listener, const fix::Message& message);
  /// The session has ended, or its line.
  void leave(MarketListener& listener);
  /// An event of the journal.
  void note(const Event& event) { statuses_.note(event); }
  void describe(DaemonView& view) const;

 private:
  void watch(Kind kind, const std::string& symbol) override;
  void leave(Kind kind, const std::string& symbol) override;
  void ask(RequestBody request, std::function<void(Result<ReplyBody>)> answered) override;
  [[nodiscard]] std::optional<bool> is_symbol(const std::string& symbol) const override {
    return statuses_.is_symbol(symbol);
  }
  void turn();

  ClientOptions options_;
  PolledClient tradingd_;
  PolledClient feedd_;
  MarketStatusDesk statuses_;
  MarketDataDesk data_;
  LoopPost loop_post_;
  std::unique_ptr<MarketFeed> feed_;  ///< once somebody follows the market; its thread ends before the rest
};

}  // namespace trade::fixd
