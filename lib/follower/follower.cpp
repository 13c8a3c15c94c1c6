#include "follower/follower.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/log.hpp"
#include "app/remote_profile.hpp"
#include "base/clock.hpp"
#include "bus/endpoints.hpp"
#include "bus/sockets.hpp"
#include "bus/topics.hpp"
#include "follower/remote_reader.hpp"
#include "follower/request_desk.hpp"
#include "follower/tail.hpp"
#include "journal/events_reader.hpp"
#include "wire/wire.hpp"

namespace trade::follower {

namespace {

/// How often subscriptions over TCP are taken note of, and whether those who made them may still be here.
constexpr std::chrono::milliseconds subscribers_interval{20};
constexpr std::chrono::seconds usable_interval{1};

/// How long a journal elsewhere is waited for: its tradingd answers at once, or it is not there.
constexpr std::chrono::milliseconds remote_answer_max{1'000};

/// Of the suite on the network that the profile is of.
Result<std::unique_ptr<journal::Reader>> open_journal_of(const std::filesystem::path& file) {
  auto profile = app::load_profile(file);
  if (!profile) {
    // One that is missing is not waited for, as a journal would be.
    if (profile.error().code == ErrorCode::not_found) profile.error().code = ErrorCode::usage;
    return pass_on(std::move(profile));
  }
  return open_remote_reader({.timeout = remote_answer_max, .remote = remote_suite(*profile)});
}

/// Publishes on a socket what an application hands over as a message.
class SocketPublisher final : public Publisher {
 public:
  explicit SocketPublisher(bus::Publisher socket) : socket_(std::move(socket)) {}

  [[nodiscard]] bool wanted(std::string_view topic) const override { return socket_.wanted(topic); }
  void publish(std::string_view topic, const PublicationBody& body) override {
    socket_.publish(topic, encoder_.encode(body));
  }
  [[nodiscard]] bus::Publisher& socket() { return socket_; }

 private:
  bus::Publisher socket_;
  wire::Encoder encoder_;
};

}  // namespace

class Follower::State {
 public:
  State(Options options, Application& application)
      : options_(std::move(options)), application_(application), tail_(options_, application_) {}

  Status bind();
  Status run();
  bus::PollLoop& loop() { return loop_; }

 private:
  Status follow();
  Result<bool> turn();
  Status call_idle_when_due();
  void answer_doorbell();
  void look_after_subscribers();

  Options options_;
  Application& application_;
  Tail tail_;
  bus::Context context_;
  bus::PollLoop loop_;
  std::optional<RequestDesk> desk_;
  std::optional<SocketPublisher> publisher_;
  std::optional<bus::Subscriber> doorbell_;
  bus::Frame doorbell_topic_;
  bus::Frame doorbell_frame_;
  std::int64_t idle_due_ns_ = 0;
  std::int64_t subscribers_due_ns_ = 0;
};

Status Follower::State::bind() {
  bus::Endpoints endpoints(options_.home);
  auto server = bus::RequestServer::bind(context_, endpoints, options_.daemon);
  if (!server) return pass_on(std::move(server));
  if (options_.publishes) {
    auto publisher = bus::Publisher::bind(context_, endpoints, options_.daemon);
    if (!publisher) return pass_on(std::move(publisher));
    publisher_.emplace(std::move(*publisher));
    loop_.add(publisher_->socket(), [this] { publisher_->socket().process_subscriptions(); });
  }
  auto door = access::NetworkDoor::open(options_.home, context_, options_.tcp, *server,
                                        publisher_ ? &publisher_->socket() : nullptr);
  if (!door) return pass_on(std::move(door));
  if (*door) {
    spdlog::info("{}", (*door)->summary());
    if (publisher_) loop_.add_timer(subscribers_interval, [this] { look_after_subscribers(); });
  }
  desk_.emplace(options_, application_, tail_, std::move(*server), std::move(*door));
  if (options_.local_journal) {
    auto doorbell = bus::Subscriber::connect(context_, endpoints, "tradingd");
    if (!doorbell) return pass_on(std::move(doorbell));
    doorbell_.emplace(std::move(*doorbell));
    doorbell_->subscribe(bus::batch_topic().view());
    loop_.add(*doorbell_, [this] { answer_doorbell(); });
  }
  loop_.set_turn_interval(options_.turn_interval);
  // Requests are taken once a turn; this only wakes the loop.
  loop_.add(desk_->server(), [] {});
  return {};
}

/// Those of the network.
void Follower::State::look_after_subscribers() {
  publisher_->socket().process_subscriptions();
  const std::int64_t now_ns = monotonic_nanoseconds();
  if (now_ns < subscribers_due_ns_) return;
  subscribers_due_ns_ = now_ns + std::chrono::nanoseconds(usable_interval).count();
  if (Status done = desk_->door()->look_after(publisher_->socket(), SystemClock().now()); !done)
    spdlog::error("market data is not streamed over TCP: {} ({})", done.error().message, done.error().hint);
}

/// What is rung does not matter: the journal is looked at in any case, and tells the truth.
void Follower::State::answer_doorbell() {
  while (doorbell_->receive(doorbell_topic_, doorbell_frame_)) {
  }
}

Status Follower::State::run() {
  if (auto followed = follow(); !followed) return followed;
  desk_->note_stopping();
  desk_->answer();
  desk_->refuse_all();
  return application_.stop();
}

Status Follower::State::follow() {
  const std::chrono::nanoseconds wait = std::min(options_.poll_interval, options_.idle_interval);
  std::chrono::nanoseconds timeout{0};
  while (true) {
    auto running = loop_.run_once(timeout);
    if (!running) return pass_on(std::move(running));
    if (!*running) return {};
    auto more = turn();
    if (!more) return pass_on(std::move(more));
    timeout = *more ? std::chrono::nanoseconds{0} : wait;
  }
}

/// One group of batches and one look at the requests. True when there is more of either to do at once.
Result<bool> Follower::State::turn() {
  auto opened = tail_.open();
  if (!opened) return pass_on(std::move(opened));
  if (*opened) desk_->note_journal_open();
  if (auto received = desk_->receive(); !received) return pass_on(std::move(received));
  auto group = tail_.apply_group();
  if (!group) return pass_on(std::move(group));
  if (group->at_end) desk_->note_caught_up(monotonic_nanoseconds());
  if (publisher_ && group->batches > 0) application_.publish(*publisher_);
  const bool more_to_answer = desk_->answer();
  if (auto idle = call_idle_when_due(); !idle) return pass_on(std::move(idle));
  return group->more || more_to_answer;
}

Status Follower::State::call_idle_when_due() {
  const std::int64_t now_ns = monotonic_nanoseconds();
  if (now_ns < idle_due_ns_) return {};
  idle_due_ns_ = now_ns + std::chrono::nanoseconds(options_.idle_interval).count();
  // Connections that came and went wait to be taken note of, rung or not.
  if (doorbell_) answer_doorbell();
  return application_.idle(SystemClock().now());
}

Follower::Follower(std::unique_ptr<State> state) : state_(std::move(state)) {}
Follower::~Follower() = default;
Follower::Follower(Follower&&) noexcept = default;
Follower& Follower::operator=(Follower&&) noexcept = default;

Result<Follower> Follower::start(Options options, Application& application) {
  auto state = std::make_unique<State>(std::move(options), application);
  if (auto bound = state->bind(); !bound) return pass_on(std::move(bound));
  return Follower(std::move(state));
}

bus::PollLoop& Follower::loop() {
  return state_->loop();
}

Status Follower::run() {
  return state_->run();
}

void Follower::stop() {
  state_->loop().stop();
}

Options options_of(const app::DaemonContext& context) {
  Options options;
  options.daemon = context.name();
  options.home = context.home().root;
  options.started_at = context.started_at();
  // gatewayd and fixd are followers that have doors of their own.
  const auto configured = [&](std::string_view key, std::string& value) {
    if (const auto found = context.config().find(std::string(context.name()) + std::string(key)))
      value = (*found)->text;
  };
  configured(".tcp_listen", options.tcp.requests);
  configured(".tcp_publish", options.tcp.publications);
  std::string profile;
  configured(".follow", profile);
  if (profile.empty()) {
    options.open_journal = [directory = context.home().journal()] {
      return journal::open_events_reader(directory);
    };
  } else {
    options.local_journal = false;
    options.open_journal = [file = context.home().root / profile] { return open_journal_of(file); };
  }
  return options;
}

Status run_follower(app::DaemonContext& context, Application& application, Options options) {
  const std::function<void()> reload = options.reload;
  auto follower = Follower::start(std::move(options), application);
  if (!follower) return pass_on(std::move(follower));
  follower->loop().add(context.signal_descriptor(), [&] {
    while (const auto signal = context.next_signal()) {
      if (*signal == app::DaemonSignal::stop) {
        follower->stop();
      } else if (reload) {
        reload();
      }
    }
  });
  const Position position = application.position();
  spdlog::info("following the journal from batch {}, event {}", position.batch + 1,
               position.last_sequence + 1);
  context.ready();
  if (auto done = follower->run(); !done) return done;
  spdlog::info("stopped after batch {}", application.position().batch);
  return {};
}

}  // namespace trade::follower
