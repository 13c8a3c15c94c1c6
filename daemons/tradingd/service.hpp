// tradingd's loop around the pipeline: sockets, signals, timers and checkpoints.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "access/network_door.hpp"
#include "app/daemon.hpp"
#include "base/result.hpp"
#include "bus/poll_loop.hpp"
#include "bus/sockets.hpp"
#include "journal/commit_thread.hpp"
#include "sequencer/intake.hpp"
#include "sequencer/sequencer.hpp"
#include "sequencer/timekeeper.hpp"
#include "tradingd/checkpointer.hpp"
#include "tradingd/journal_service.hpp"
#include "tradingd/pipeline.hpp"
#include "tradingd/suite_clock.hpp"

namespace trade::tradingd {

using sequencer::Intake;
using sequencer::Timekeeper;

struct ServiceOptions {
  /// Commands in the open batch from which on nothing is added to it until the batch before is durable.
  std::size_t batch_commands_max = 65'536;
  /// From one turn of the loop, and so one commit, to the next at least, where no commands wait.
  std::chrono::microseconds commit_interval{0};
  /// Work not yet durable from which on new orders are refused.
  Work queue{65'536, 64u << 20};
  /// Commands between two checkpoints; zero: only when stopping.
  std::uint64_t checkpoint_every_commands = 6'000'000;
};

ServiceOptions service_options(const app::Config& config);
/// When the session opens and closes by itself.
sequencer::SessionSchedule schedule_of(const app::Config& config);

class Service final : private Outlet {
 public:
  /// `timekeeper` is what the sequencer stamps by; it and the clock must outlive the service.
  Service(app::DaemonContext& context, const ServiceOptions& options, SuiteClock& clock,
          Timekeeper& timekeeper, Sequencer sequencer, std::unique_ptr<journal::CommitThread> commits,
          std::unique_ptr<journal::Reader> reader);

  /// Binds, says that it is ready, and runs until told to stop. An error means that the process must end:
  /// what was acknowledged is durable, what was not may be lost.
  Status run();

 private:
  /// Takes over what the configuration, read again, says otherwise.
  void reload();
  void receive();
  void work();
  [[nodiscard]] bool can_work() const { return !intake_.empty() && !pipeline_.full(); }
  void handle(Intake::Item& item);
  /// Answers with a refusal, and returns true, where its sender may not ask this.
  bool refuse_unpermitted(const bus::ClientIdentity& client, Request& request);
  void ask_journal(const bus::ClientIdentity& client, std::uint64_t id, const JournalRequest& request);
  void send_journal();
  void refuse_malformed(const bus::ClientIdentity& client, const Error& error);
  [[nodiscard]] DaemonView describe() const;
  void send(const bus::ClientIdentity& client, const Reply& reply) override;
  void submitted(std::uint64_t batch) override;
  void became_durable(const journal::Head& head) override;
  void flush();
  void complete();
  void tick();
  void let_time_come(Timestamp time);
  /// Notes the calendar that the session follows, once what it did at first is durable.
  void note_calendar_in_force();
  void sequence(const CommandBody& body);
  [[nodiscard]] ReplyBody answer_clock(const ClockRequest& request);
  void update_reading();
  Status stop_cleanly();
  void fail_with(Error error);

  app::DaemonContext& context_;
  ServiceOptions options_;
  SuiteClock& clock_;
  Timekeeper& timekeeper_;
  std::unique_ptr<journal::CommitThread> commits_;
  Intake intake_;
  Pipeline pipeline_;
  JournalService journal_service_;
  Checkpointer checkpointer_;

  bus::Context bus_context_;
  bus::PollLoop loop_;
  std::unique_ptr<bus::RequestServer> server_;
  std::unique_ptr<access::NetworkDoor> door_;  ///< null: no TCP
  std::unique_ptr<bus::Publisher> publisher_;
  bus::PollLoop::Id server_registration_ = 0;  ///< zero: not reading
  bus::PollLoop::Id copying_timer_ = 0;        ///< zero: nothing is to be copied for a checkpoint

  bus::Frame frame_;
  wire::Encoder encoder_;
  std::optional<sequencer::Calendar> calendar_noted_;
  std::uint64_t commands_at_checkpoint_ = 0;
  bool checkpoint_prepared_ = false;
  std::uint64_t malformed_ = 0;
  std::int64_t malformed_logged_at_ = 0;
  Status outcome_;
};

}  // namespace trade::tradingd
