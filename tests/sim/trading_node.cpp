#include "sim/trading_node.hpp"

#include <algorithm>
#include <utility>

#include "base/byte_stream.hpp"
#include "tradingd/recovery.hpp"

namespace trade::sim {

namespace {
constexpr std::size_t batch_commands_max = 16;
}

TradingNode::TradingNode(World& world, Network& network, VirtualJournal& journal, Hooks hooks)
    : world_(world), network_(network), journal_(journal), hooks_(std::move(hooks)) {
  checkpoint_every_ = 1 + world_.below(60);
}

EngineCapacity TradingNode::capacity() {
  return {.accounts_max = 16,
          .symbols_max = 8,
          .open_orders_max = 4'096,
          .ended_orders_kept = 4'096,
          .positions_max = 256};
}

/// Runs a step of the process, which may be killed within it or find that it cannot go on.
template <class Step>
void TradingNode::run(Step&& step) {
  try {
    if (const Status status = step(); !status) drop();
  } catch (const Killed&) {
    drop();
  }
}

void TradingNode::drop() {
  pipeline_.reset();
  commits_.reset();
  checkpoint_.reset();
}

void TradingNode::start() {
  if (Status opened = journal_.open(); !opened) return;
  VirtualReader reader(journal_);
  auto recovered =
      tradingd::recover([this](std::uint64_t batch_max) { return journal_.load_checkpoint(batch_max); },
                        reader, [](const std::string&) {}, capacity());
  if (!recovered) {
    hooks_.violation("tradingd does not start: " + recovered.error().message);
    return;
  }
  commits_ = std::make_unique<VirtualCommitter>(world_, journal_,
                                                [this] { run([this] { return pipeline_->complete(); }); });
  timekeeper_.emplace(world_.now(), sequencer::SessionSchedule(sequencer::Calendar::always));
  tradingd::Outlet& outlet = *this;
  pipeline_ = std::make_unique<tradingd::Pipeline>(
      sequencer::Sequencer(std::move(recovered->engine), recovered->head, *timekeeper_), *commits_, outlet,
      batch_commands_max);
  commands_at_checkpoint_ = 0;
  tick();
}

void TradingNode::kill() {
  drop();
}

void TradingNode::stop() {
  run([this]() -> Status {
    if (Status drained = pipeline_->drain(); !drained) return drained;
    ByteWriter state;
    engine().save(state);
    journal_.save_checkpoint({commits_->head().batch, state.take()});
    return {};
  });
  drop();
}

void TradingNode::receive(const std::string& request) {
  // Clients of a full batch wait in their sockets; here, what does not fit is lost and sent again.
  if (!running() || pipeline_->full()) return;
  frame_.assign(request.data(), request.size());
  const Result<Request> decoded = wire::decode_request(frame_.bytes());
  if (!decoded) {
    hooks_.violation("a request cannot be read: " + decoded.error().message);
    return;
  }
  run([&] {
    let_time_come();
    pipeline_->handle({}, *decoded, frame_);
    return pipeline_->flush();
  });
}

void TradingNode::let_time_come() {
  timekeeper_->advance_to(world_.now(), engine(),
                          [this](const CommandBody& body) { pipeline_->sequence(body); });
}

void TradingNode::tick() {
  if (!running()) return;
  run([this]() -> Status {
    let_time_come();
    return pipeline_->flush();
  });
}

/// Nothing may leave that is not on the disk.
void TradingNode::check_durable(const Reply& reply) {
  const auto* submitted = std::get_if<SubmitReply>(&reply.body);
  if (submitted == nullptr) return;
  for (const CommandResult& result : submitted->results) {
    if (result.sequence > journal_.head().last_sequence) {
      hooks_.violation("acknowledged event " + std::to_string(result.sequence) + ", durable are " +
                       std::to_string(journal_.head().last_sequence));
    }
  }
}

void TradingNode::send(const bus::ClientIdentity&, const Reply& reply) {
  world_.kill_within_step();
  check_durable(reply);
  network_.send(encoder_.encode(reply), hooks_.to_client);
}

void TradingNode::submitted(std::uint64_t batch) {
  world_.kill_within_step();
  const std::uint64_t commands = pipeline_->sequencer().counters().commands;
  if (checkpoint_ || commands - commands_at_checkpoint_ < checkpoint_every_) return;
  commands_at_checkpoint_ = commands;
  ByteWriter state;
  engine().save(state);
  checkpoint_ = journal::Checkpoint{batch, state.take()};
}

void TradingNode::became_durable(const journal::Head& head) {
  world_.kill_within_step();
  hooks_.doorbell();
  if (checkpoint_ && checkpoint_->batch <= head.batch)
    journal_.save_checkpoint(*std::exchange(checkpoint_, std::nullopt));
}

}  // namespace trade::sim
