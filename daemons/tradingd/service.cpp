#include "tradingd/service.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <unistd.h>

#include "app/log.hpp"
#include "base/byte_stream.hpp"
#include "base/clock.hpp"
#include "bus/topics.hpp"
#include "tradingd/calendar_note.hpp"

namespace trade::tradingd {

namespace {

/// Requests read, and the commands in them, in one turn of the loop: so that a completed commit is never kept
/// waiting for long.
constexpr int receive_requests_max = 1'024;
constexpr std::size_t receive_commands_max = 16'384;
/// Commands carried out in one turn. Reading is several times faster, so that a load that is too large is
/// seen here, where orders can be refused, rather than wait in the sockets.
constexpr std::size_t work_commands_max = 2'048;
constexpr std::chrono::hours wait_max{1};
constexpr std::chrono::milliseconds tick_interval{100};
/// Between one stretch of the state copied for a checkpoint and the next.
constexpr std::chrono::milliseconds copying_interval{1};
/// A checkpoint is prepared when this part of the commands between two is left: a second or more at full
/// load.
constexpr std::uint64_t prepared_share = 8;
constexpr std::int64_t malformed_log_interval_nanoseconds = nanoseconds_per_second;

}  // namespace

ServiceOptions service_options(const app::Config& config) {
  ServiceOptions options;
  options.batch_commands_max = static_cast<std::size_t>(config.integer("tradingd.batch_commands_max"));
  options.commit_interval = std::chrono::microseconds(config.integer("tradingd.commit_interval_us"));
  options.queue = {static_cast<std::size_t>(config.integer("tradingd.queue_commands_max")),
                   static_cast<std::size_t>(config.integer("tradingd.queue_megabytes_max")) << 20};
  options.checkpoint_every_commands =
      static_cast<std::uint64_t>(config.integer("tradingd.checkpoint_every_commands"));
  return options;
}

sequencer::SessionSchedule schedule_of(const app::Config& config) {
  using sequencer::Calendar;
  return sequencer::SessionSchedule(
      config.text("tradingd.calendar") == "us" ? Calendar::us : Calendar::always,
      {.opening_seconds = 60 * config.integer("tradingd.opening_call_minutes"),
       .closing_seconds = 60 * config.integer("tradingd.closing_call_minutes")});
}

Service::Service(app::DaemonContext& context, const ServiceOptions& options, SuiteClock& clock,
                 Timekeeper& timekeeper, Sequencer sequencer, std::unique_ptr<journal::CommitThread> commits,
                 std::unique_ptr<journal::Reader> reader)
    : context_(context),
      options_(options),
      clock_(clock),
      timekeeper_(timekeeper),
      commits_(std::move(commits)),
      intake_(options.queue),
      pipeline_(std::move(sequencer), *commits_, *this, options.batch_commands_max,
                std::max(options.queue.bytes, Pipeline::default_batch_bytes_max)),
      journal_service_(std::move(reader)),
      checkpointer_(context.home().journal()) {}

Status Service::run() {
  bus::Endpoints endpoints(context_.home().root);
  auto server = bus::RequestServer::bind(bus_context_, endpoints, context_.name());
  if (!server) return std::unexpected(server.error());
  server_ = std::make_unique<bus::RequestServer>(std::move(*server));
  auto door =
      access::NetworkDoor::open(context_.home().root, bus_context_,
                                {.requests = context_.config().text("tradingd.tcp_listen")}, *server_);
  if (!door) return std::unexpected(door.error());
  door_ = std::move(*door);
  if (door_ != nullptr) spdlog::info("{}", door_->summary());
  auto publisher = bus::Publisher::bind(bus_context_, endpoints, context_.name());
  if (!publisher) return std::unexpected(publisher.error());
  publisher_ = std::make_unique<bus::Publisher>(std::move(*publisher));

  loop_.add(context_.signal_descriptor(), [this] {
    while (const auto signal = context_.next_signal()) {
      if (*signal == app::DaemonSignal::stop) {
        loop_.stop();
      } else {
        reload();
      }
    }
  });
  // Replies do not wait for the next commit's turn.
  loop_.add_urgent(commits_->completion_file_descriptor(), [this] { complete(); });
  loop_.add(journal_service_.file_descriptor(), [this] { send_journal(); });
  loop_.add(*publisher_, [this] { publisher_->process_subscriptions(); });
  loop_.add_timer(tick_interval, [this] { tick(); });
  loop_.set_turn_interval(options_.commit_interval);
  // How a simulated clock goes is the journal's to say, from the first command on.
  if (clock_.simulated() && clock_.pace() != pipeline_.sequencer().engine().clock_pace())
    sequence(SetClock{clock_.pace()});
  tick();
  update_reading();
  context_.ready();
  while (true) {
    const auto turned = loop_.run_once(can_work() ? std::chrono::nanoseconds(0) : wait_max);
    if (!turned) return std::unexpected(turned.error());
    if (!*turned) return stop_cleanly();
    work();
  }
}

void Service::reload() {
  const ServiceOptions options = service_options(context_.config());
  options_.checkpoint_every_commands = options.checkpoint_every_commands;
  loop_.set_turn_interval(options.commit_interval);
  intake_.set_bounds(options.queue);
  timekeeper_.follow(schedule_of(context_.config()));
  tick();
  update_reading();
}

void Service::receive() {
  bus::ClientIdentity client;
  std::size_t commands = 0;
  for (int i = 0; i < receive_requests_max && commands < receive_commands_max && !intake_.full(); ++i) {
    if (!server_->receive(client, frame_)) break;
    Result<Request> request = wire::decode_request(frame_.bytes());
    if (!request) {
      refuse_malformed(client, request.error());
    } else if (refuse_unpermitted(client, *request)) {
      continue;
    } else if (std::holds_alternative<StatusRequest>(request->body)) {
      // These are about the process and its journal: they speak only of what is durable, so need not
      // wait.
      send(client, Reply{request->id, StatusReply{describe()}});
    } else if (const auto* level = std::get_if<LogLevelRequest>(&request->body)) {
      const Status set = level->level.empty() ? Status() : app::set_log_level(level->level);
      send(client, Reply{request->id, set ? ReplyBody(LogLevelReply{std::string(app::log_level())})
                                          : ErrorReply{set.error()}});
    } else if (const auto* journal_request = std::get_if<JournalRequest>(&request->body)) {
      ask_journal(client, request->id, *journal_request);
    } else {
      if (const auto* submitted = std::get_if<SubmitRequest>(&request->body)) {
        commands += submitted->commands.size();
      }
      // A refusal speaks of nothing that would have to be durable first.
      if (const auto refusal = intake_.offer(client, *std::move(request), frame_, pipeline_.unfinished())) {
        send(client, *refusal);
      }
    }
  }
  update_reading();
}

void Service::work() {
  if (intake_.empty() || !outcome_) return;
  std::size_t commands = 0;
  while (can_work() && commands < work_commands_max) {
    Intake::Item& item = intake_.front();
    commands += item.work.commands;
    handle(item);
    intake_.pop();
  }
  flush();
}

void Service::handle(Intake::Item& item) {
  let_time_come(clock_.now());
  if (const auto* request = std::get_if<ClockRequest>(&item.request.body)) {
    pipeline_.answer(item.client, {item.request.id, answer_clock(*request)});
  } else {
    pipeline_.handle(item.client, item.request, item.frame, item.admission);
  }
}

ReplyBody Service::answer_clock(const ClockRequest& request) {
  if (request.changes()) {
    const Result<ClockChange> change = clock_.decide(request, timekeeper_.now());
    if (!change) return ErrorReply{change.error()};
    if (request.dry_run) return ClockReply{{.simulated = true, .now = change->time, .pace = change->pace}};
    let_time_come(change->time);
    // With it, the time that the clock has come to is in the journal too.
    sequence(SetClock{change->pace});
    clock_.change(*change);
    spdlog::info("the clock shows {} and {}", format_timestamp(change->time),
                 change->pace.running ? "goes on" : "stands");
  }
  return ClockReply{{.simulated = clock_.simulated(), .now = timekeeper_.now(), .pace = clock_.pace()}};
}

void Service::let_time_come(Timestamp time) {
  timekeeper_.advance_to(time, pipeline_.sequencer().engine(),
                         [this](const CommandBody& body) { sequence(body); });
}

void Service::sequence(const CommandBody& body) {
  if (const auto* session = std::get_if<SetSession>(&body)) {
    spdlog::info(
        "session {} on {}, phase {}", name_of(session->phase), format_date(session->trading_date),
        name_of(session->market_phase.value_or(pipeline_.sequencer().engine().session().market_phase)));
  }
  pipeline_.sequence(body);
}

bool Service::refuse_unpermitted(const bus::ClientIdentity& client, Request& request) {
  const Status permitted = access::permit_through(door_.get(), server_->sender(), request.body);
  if (permitted) return false;
  send(client, Reply{request.id, ErrorReply{permitted.error()}});
  return true;
}

void Service::ask_journal(const bus::ClientIdentity& client, std::uint64_t id,
                          const JournalRequest& request) {
  if (journal_service_.ask(client, id, request, commits_->head())) return;
  send(client, Reply{id, ErrorReply{Error{ErrorCode::rejected, "overloaded",
                                          "too many followers read the journal at once", "try again"}}});
}

void Service::send_journal() {
  // A follower that is gone, or does not read, is counted by the server.
  for (const JournalService::Answer& answer : journal_service_.take())
    server_->send(answer.client, answer.frame);
}

void Service::refuse_malformed(const bus::ClientIdentity& client, const Error& error) {
  ++malformed_;
  // Number 0, which no request has, tells the client that it sent something unreadable.
  send(client, Reply{0, ErrorReply{error}});
  const std::int64_t now = monotonic_nanoseconds();
  if (now - malformed_logged_at_ < malformed_log_interval_nanoseconds) return;
  malformed_logged_at_ = now;
  spdlog::warn("refused a malformed request ({} so far): {}", malformed_, error.message);
}

DaemonView Service::describe() const {
  const Sequencer& sequencer = pipeline_.sequencer();
  DaemonView view;
  view.daemon = context_.name();
  view.version = app::version();
  view.state = "running";
  view.pid = ::getpid();
  view.started_at = context_.started_at();
  view.sequence = commits_->head().last_sequence;
  const auto count = [&](const char* name, std::uint64_t value) {
    view.counters[name] = static_cast<std::int64_t>(value);
  };
  const bus::RequestServer::Counters& socket = server_->counters();
  const journal::CommitThread::SyncLatency sync = commits_->sync_latency();
  count("batch", commits_->head().batch);
  count("commands", sequencer.counters().commands);
  count("rejected", sequencer.counters().rejected);
  count("queries", sequencer.counters().queries);
  count("queued_commands", intake_.queued().commands);
  count("queued_bytes", intake_.queued().bytes);
  count("overloaded", intake_.refused());
  count("malformed_requests", malformed_ + socket.malformed + socket.unnamed);
  count("replies_dropped", socket.client_gone + socket.client_slow + socket.too_large);
  count("open_orders", sequencer.engine().open_order_count());
  count("accounts", sequencer.engine().account_count());
  count("symbols", sequencer.engine().symbol_count());
  count("commits", sync.count);
  count("commit_p50_us", sync.p50_microseconds);
  count("commit_p99_us", sync.p99_microseconds);
  count("commit_max_us", sync.max_microseconds);
  count("checkpoint_batch", checkpointer_.last_batch());
  count("checkpoint_pause_max_us",
        static_cast<std::uint64_t>(checkpointer_.pause_nanoseconds_max() / nanoseconds_per_microsecond));
  count("checkpoint_copy_max_us",
        static_cast<std::uint64_t>(checkpointer_.copy_nanoseconds_max() / nanoseconds_per_microsecond));
  count("checkpoint_fork_processor_max_us",
        static_cast<std::uint64_t>(checkpointer_.fork_processor_nanoseconds_max() /
                                   nanoseconds_per_microsecond));
  count("calendar_us", context_.config().text("tradingd.calendar") == "us" ? 1 : 0);
  if (door_ != nullptr) door_->describe(view);
  count("clock_simulated", clock_.simulated() ? 1 : 0);
  if (clock_.simulated()) {
    view.counters["clock_seconds"] = clock_.now().nanoseconds / nanoseconds_per_second;
    view.counters["clock_speed_millionths"] = clock_.pace().running ? clock_.pace().speed_millionths : 0;
  }
  return view;
}

void Service::send(const bus::ClientIdentity& client, const Reply& reply) {
  server_->send(client, encoder_.encode(reply));
}

void Service::flush() {
  if (outcome_) {
    if (Status status = pipeline_.flush(); !status) fail_with(status.error());
  }
  update_reading();
}

void Service::complete() {
  if (Status status = pipeline_.complete(); !status) {
    fail_with(status.error());
    return;
  }
  update_reading();
}

void Service::became_durable(const journal::Head& head) {
  publisher_->publish(bus::batch_topic().view(),
                      encoder_.encode(PublicationBody{BatchPublished{head.batch, head.last_sequence}}));
  checkpointer_.became_durable(head.batch);
}

void Service::tick() {
  let_time_come(clock_.now());
  if (pipeline_.sequencer().has_commands()) flush();
  note_calendar_in_force();
  if (Status status = checkpointer_.reap(); !status) {
    spdlog::error("{} ({})", status.error().message, status.error().hint);
  }
}

void Service::note_calendar_in_force() {
  const sequencer::Calendar calendar = timekeeper_.schedule().calendar();
  if (calendar_noted_ == calendar || pipeline_.unfinished().commands > 0) return;
  calendar_noted_ = calendar;
  const std::filesystem::path journal = context_.home().journal();
  if (noted_calendar(journal) == calendar) return;
  if (Status noted = note_calendar(journal, calendar); !noted)
    spdlog::warn("{} ({})", noted.error().message, noted.error().hint);
}

void Service::update_reading() {
  // Clients of a full queue wait in their sockets: that is the bound on memory.
  const bool wanted = !intake_.full();
  if (wanted && server_registration_ == 0) {
    server_registration_ = loop_.add(*server_, [this] { receive(); });
  } else if (!wanted && server_registration_ != 0) {
    loop_.remove(server_registration_);
    server_registration_ = 0;
  }
}

void Service::submitted(std::uint64_t batch) {
  const std::uint64_t every = options_.checkpoint_every_commands;
  if (every == 0 || checkpointer_.busy()) return;
  const std::uint64_t commands = pipeline_.sequencer().counters().commands;
  const std::uint64_t since = commands - commands_at_checkpoint_;
  if (since < every) {
    if (since < every - every / prepared_share) return;
    if (!std::exchange(checkpoint_prepared_, true)) checkpointer_.prepare(pipeline_.sequencer().engine());
    return;
  }
  checkpoint_prepared_ = false;
  commands_at_checkpoint_ = commands;
  if (Status status = checkpointer_.start(pipeline_.sequencer().engine(), batch); !status) {
    spdlog::error("{} ({})", status.error().message, status.error().hint);
    return;
  }
  if (copying_timer_ != 0) return;
  copying_timer_ = loop_.add_timer(copying_interval, [this] {
    if (checkpointer_.copy_some()) return;
    loop_.remove(copying_timer_);
    copying_timer_ = 0;
  });
}

Status Service::stop_cleanly() {
  if (!outcome_) return outcome_;
  spdlog::info("stopping: committing what was received");
  if (server_registration_ != 0) loop_.remove(server_registration_);
  server_registration_ = 0;
  for (; !intake_.empty(); intake_.pop()) {
    handle(intake_.front());
  }
  if (Status drained = pipeline_.drain(); !drained) return drained;
  note_calendar_in_force();
  const Sequencer& sequencer = pipeline_.sequencer();
  if (sequencer.counters().commands == commands_at_checkpoint_) return {};
  checkpointer_.finish();
  ByteWriter state;
  sequencer.engine().save(state);
  if (Status saved =
          journal::save_checkpoint(context_.home().journal(), commits_->head().batch, state.bytes());
      !saved) {
    // The journal has everything; the next start only takes longer.
    spdlog::error("no checkpoint written: {} ({})", saved.error().message, saved.error().hint);
  }
  return {};
}

void Service::fail_with(Error error) {
  spdlog::critical("{} ({})", error.message, error.hint);
  outcome_ = std::unexpected(std::move(error));
  loop_.stop();
}

}  // namespace trade::tradingd
