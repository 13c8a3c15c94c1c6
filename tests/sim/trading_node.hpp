// tradingd in the virtual world: its recovery, sequencer and pipeline, with the loop around them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sequencer/timekeeper.hpp"
#include "sim/network.hpp"
#include "sim/virtual_journal.hpp"
#include "tradingd/pipeline.hpp"

namespace trade::sim {

class TradingNode final : private tradingd::Outlet {
 public:
  struct Hooks {
    std::function<void(const std::string& reply)> to_client;  ///< a reply has arrived
    std::function<void()> doorbell;                           ///< a batch is durable; may be lost
    std::function<void(const std::string& problem)> violation;
  };
  TradingNode(World& world, Network& network, VirtualJournal& journal, Hooks hooks);

  void start();
  void kill();
  /// As SIGTERM does.
  void stop();
  [[nodiscard]] bool running() const { return pipeline_ != nullptr; }
  /// A request has arrived; lost where nobody listens.
  void receive(const std::string& request);
  /// A turn of the timer.
  void tick();

  [[nodiscard]] const Engine& engine() const { return pipeline_->sequencer().engine(); }
  /// The engine's bounds in the virtual world: small, so that a run is quick.
  static EngineCapacity capacity();

 private:
  template <class Step>
  void run(Step&& step);
  void send(const bus::ClientIdentity& client, const Reply& reply) override;
  void submitted(std::uint64_t batch) override;
  void became_durable(const journal::Head& head) override;
  void check_durable(const Reply& reply);
  void let_time_come();
  void drop();

  World& world_;
  Network& network_;
  VirtualJournal& journal_;
  Hooks hooks_;
  std::unique_ptr<VirtualCommitter> commits_;
  std::optional<sequencer::Timekeeper> timekeeper_;  ///< outlives the pipeline's sequencer
  std::unique_ptr<tradingd::Pipeline> pipeline_;
  std::optional<journal::Checkpoint> checkpoint_;  ///< waits for its batch
  std::uint64_t commands_at_checkpoint_ = 0;
  std::uint64_t checkpoint_every_ = 0;
  bus::Frame frame_;
  wire::Encoder encoder_;
};

}  // namespace trade::sim
