#include "fixd/gateway.hpp"

#include <algorithm>
#include <fstream>
#include <thread>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

#include "app/log.hpp"
#include "base/clock.hpp"
#include "fixd/client.hpp"
#include "fixd/line_bounds.hpp"
#include "fixd/translation.hpp"
#include "http/client_address.hpp"

namespace trade::fixd {

namespace {

/// Connections that are taken in one go: what they say is read in between, before others make them end.
constexpr int accepted_at_a_time_max = 64;
/// A connection that has not logged on by then is closed.
constexpr std::int64_t logon_time_max_ns = 10 * nanoseconds_per_second;
constexpr std::chrono::milliseconds turn_interval{10};
/// Logons that an address may try in a second: to check a password takes a millisecond of the one thread.
constexpr int logons_per_second_max = 20;
/// How long a stop waits for tradingd to cancel the orders of sessions that want it, and to take what venues
/// told. What is not done by then is done at the next start.
constexpr std::int64_t finish_time_max_ns = 2 * nanoseconds_per_second;
/// Without a batch for so long the journal is read to its end.
constexpr std::int64_t quiet_time_ns = nanoseconds_per_second;

/// A command with the texts that it has views of. Stays where it is.
class HeldCommand {
 public:
  HeldCommand() = default;
  HeldCommand(const HeldCommand&) = delete;
  HeldCommand& operator=(const HeldCommand&) = delete;

  void hold(const SubmittedCommand& command) {
    account_ = command.account_name;
    symbol_ = command.symbol_name;
    body_ = command.body;
    if (auto* place = std::get_if<PlaceOrder>(&body_)) {
      keep(place->client_order_id, client_order_id_);
    } else if (auto* cancel = std::get_if<CancelOrder>(&body_)) {
      keep(cancel->client_order_id, client_order_id_);
    } else if (auto* replace = std::get_if<ReplaceOrder>(&body_)) {
      keep(replace->client_order_id, client_order_id_);
      keep(replace->new_client_order_id, new_client_order_id_);
    }
  }
  [[nodiscard]] SubmittedCommand view() const { return {body_, account_, symbol_}; }

 private:
  static void keep(std::string_view& text, std::string& here) {
    here = text;
    text = here;
  }

  std::string account_, symbol_, client_order_id_, new_client_order_id_;
  CommandBody body_;
};

}  // namespace

Gateway::Gateway(GatewayOptions options)
    : options_(std::move(options)),
      listeners_{
          {{options_.listen, "FIX", "fixd.listen", "fixd.fix", std::nullopt, -1},
           {options_.tls_listen, "FIX over TLS", "fixd.tls_listen", "fixd.fix-tls", std::nullopt, -1}}} {}

Gateway::~Gateway() {
  venues_.reset();
  clients_.clear();
  lines_.clear();
  for (const Listener& listener : listeners_) {
    if (listener.descriptor >= 0) ::close(listener.descriptor);
  }
  if (settle_descriptor_ >= 0) ::close(settle_descriptor_);
}

Result<std::unique_ptr<Gateway>> Gateway::open(GatewayOptions options) {
  std::unique_ptr<Gateway> gateway(new Gateway(std::move(options)));
  if (Status fits = access::check_comp_id(gateway->options_.comp_id); !fits) return pass_on(std::move(fits));
  auto table = access::FixSessionStore::open(gateway->options_.home, true);
  if (!table) return pass_on(std::move(table));
  gateway->table_ = std::move(*table);
  auto state = FixState::open(gateway->options_.home / "fix" / "messages");
  if (!state) return pass_on(std::move(state));
  gateway->state_ = std::move(*state);
  gateway->tracker_ = std::make_unique<OrderTracker>(gateway->state_->orders(), gateway->state_->requests(),
                                                     gateway->state_->venues());
  ClientOptions client_options;
  client_options.home = gateway->options_.home;
  gateway->tradingd_ = std::make_unique<PolledClient>(client_options, "tradingd");
  VenueDesk::Services venue_services;
  venue_services.state = gateway->state_.get();
  venue_services.ask = [raw = gateway.get()](const RequestBody& request, AsyncClient::Handler answered) {
    raw->tradingd_->ask(request, std::move(answered));
  };
  venue_services.settle = [raw = gateway.get()] { raw->settle_soon(); };
  auto venues = VenueDesk::open(gateway->options_.home, std::move(venue_services));
  if (!venues) return pass_on(std::move(venues));
  gateway->venues_ = std::move(*venues);
  gateway->market_ = std::make_unique<MarketDoor>(client_options);
  if (Status read = gateway->read_sessions(); !read) return pass_on(std::move(read));
  return gateway;
}

Status Gateway::start(bus::PollLoop& loop) {
  loop_ = &loop;
  applied_at_ns_ = monotonic_nanoseconds();
  settle_descriptor_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (settle_descriptor_ < 0) return fail(ErrorCode::internal, "cannot make an eventfd");
  if (options_.tls_listen != "off") {
    auto tls = http::TlsContext::load(options_.certificate, options_.make_certificate);
    if (!tls) return pass_on(std::move(tls));
    listeners_[1].tls = std::move(*tls);
  }
  for (Listener& listener : listeners_) {
    if (Status listens = listen(listener); !listens) return listens;
  }
  if (Status started = market_->start(loop); !started) return started;
  loop.add(settle_descriptor_, [this] { settle(); });
  tradingd_->start(loop);
  if (Status started = venues_->start(loop); !started) return started;
  loop.add_timer(turn_interval, [this] {
    venues_->turn();
    if (std::exchange(settle_at_next_turn_, false)) settle_soon();
  });
  return {};
}

Status Gateway::listen(Listener& listener) {
  const std::filesystem::path run_file = options_.home / "run" / listener.run_file;
  if (listener.address == "off") {
    std::error_code ignored;
    std::filesystem::remove(run_file, ignored);
    return {};
  }
  std::string problem;
  listener.descriptor = listen_on(listener.address, problem);
  if (listener.descriptor < 0) {
    return fail(ErrorCode::internal,
                "cannot accept " + std::string(listener.what) + " on " + listener.address + ": " + problem,
                "set " + std::string(listener.setting) + " to an address and port that are free");
  }
  loop_->add(listener.descriptor, [this, &listener] { accept(listener); });
  const std::string host = listener.address.substr(0, listener.address.rfind(':'));
  const int port = port_of(listener.descriptor);
  std::ofstream(run_file) << host << ':' << port << '\n';
  spdlog::info("accepting {} on {}:{}", listener.what, host, port);
  return {};
}

Status Gateway::read_sessions() {
  auto sessions = table_->list();
  if (!sessions) return pass_on(std::move(sessions));
  std::map<std::string, bool> there;
  for (const access::FixSession& session : *sessions) {
    there[session.comp_id] = true;
    auto& client = clients_[session.comp_id];
    if (client && client->config() == session) continue;
    if (client) client->end("the session was changed");
    client.reset();
    Client::Services services;
    services.market = market_.get();
    services.state = state_.get();
    services.ask = [this](const std::string& comp_id, const std::vector<SubmittedCommand>& commands,
                          Client::Answered done) { ask(comp_id, commands, std::move(done)); };
    services.settle = [this] { settle_soon(); };
    client = std::make_unique<Client>(session, options_.comp_id, std::move(services));
  }
  for (auto client = clients_.begin(); client != clients_.end();) {
    if (there.contains(client->first)) {
      ++client;
      continue;
    }
    client->second->end("the session was removed");
    client = clients_.erase(client);
  }
  return {};
}

void Gateway::accept(const Listener& listener) {
  std::string address;
  for (int taken = 0; taken < accepted_at_a_time_max; ++taken) {
    const int descriptor = accept_from(listener.descriptor, address);
    if (descriptor < 0) return;
    auto tls = listener.tls ? std::make_unique<http::TlsChannel>(*listener.tls) : nullptr;
    auto line = std::make_unique<Line>(descriptor, address, std::move(tls));
    if (Line* const old = line_to_end(lines_, address)) {
      note_refusal(old->address(), "it does not log on, and others are waiting");
      loop_->remove(old->watch);
      std::erase_if(lines_, [old](const auto& open) { return open.get() == old; });
    }
    if (lines_.size() >= lines_max) {
      note_refusal(address, std::to_string(lines_max) + " connections are open");
      continue;
    }
    line->opened_at_ns = monotonic_nanoseconds();
    line->watch = loop_->add(descriptor, [this, raw = line.get()] { read_line(*raw); });
    lines_.push_back(std::move(line));
  }
}

void Gateway::read_line(Line& line) {
  line.read();
  std::string message;
  while (!line.over() && line.framer().next(message)) {
    ++messages_in_;
    if (line.comp_id.empty()) {
      take_first(line, message);
      continue;
    }
    const auto client = clients_.find(line.comp_id);
    if (client != clients_.end() && client->second->is_on(line)) client->second->receive(message);
  }
  settle_soon();
}

bool Gateway::may_try_password(const std::string& address) {
  return ++logons_[http::client_of_address(address)] <= logons_per_second_max;
}

/// Says why, of the first in a second; `tell_refusals` how many more there were.
void Gateway::note_refusal(const std::string& address, const std::string& why) {
  if (refusals_++ == 0) spdlog::warn("{}: refused: {}", address, why);
}

void Gateway::tell_refusals() {
  const std::uint64_t count = std::exchange(refusals_, 0);
  if (count > 1) spdlog::warn("{} more connections were refused within a second", count - 1);
}

/// The first message says whose the connection is, and must be a Logon. Who is not known gets no answer.
void Gateway::take_first(Line& line, const std::string& message) {
  const fix::Message parsed = fix::parse(message);
  const std::string comp_id = parsed.text(49);
  const auto client = clients_.find(comp_id);
  std::string why;
  if (parsed.type != "A") {
    why = "its first message is no Logon";
  } else if (client == clients_.end()) {
    why = "there is no session '" + comp_id.substr(0, 32) + "'";
  } else if (parsed.text(8) != client->second->config().version || parsed.text(56) != options_.comp_id) {
    why = "BeginString or TargetCompID are not those of session " + comp_id;
  } else if (!client->second->may_come_from(line.address())) {
    why = "session " + comp_id + " may not come from there";
  } else if (!may_try_password(line.address())) {
    why = "too many logons from there at a time";
  } else if (!client->second->attach(line)) {
    why = "session " + comp_id + " is connected already";
  }
  if (!why.empty()) {
    note_refusal(line.address(), why);
    line.disconnect();
    return;
  }
  line.comp_id = comp_id;
  client->second->receive(message);
}

void Gateway::ask(const std::string& comp_id, const std::vector<SubmittedCommand>& commands,
                  Client::Answered done) {
  // The texts belong to the message that is being taken; the request goes out when that is durable.
  auto held = std::make_shared<std::vector<HeldCommand>>(commands.size());
  for (std::size_t i = 0; i < commands.size(); ++i)
    (*held)[i].hold(commands[i]);
  const auto answered = [this, comp_id, done = std::move(done)](Client::Results results) {
    const auto client = clients_.find(comp_id);
    // What it has the session say settles by itself. That the request is answered may become durable with
    // whatever comes next: until then a crash has the session send it again, which is told apart.
    done(client == clients_.end() ? nullptr : client->second.get(), std::move(results));
  };
  asked_.push_back([this, held, answered] {
    SubmitRequest request;
    for (const HeldCommand& command : *held)
      request.commands.push_back(command.view());
    const std::size_t count = held->size();
    tradingd_->ask(RequestBody(std::move(request)), [answered, count](Result<ReplyBody> reply) {
      if (!reply) return answered(std::unexpected(reply.error()));
      auto* answer = std::get_if<SubmitReply>(&*reply);
      if (answer == nullptr || answer->results.size() != count)
        return answered(fail(ErrorCode::internal, "tradingd did not say what became of the command"));
      answered(std::move(answer->results));
    });
  });
}

void Gateway::settle_soon() {
  if (settle_posted_) return;
  settle_posted_ = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(settle_descriptor_, &one, sizeof one);
}

/// Everything that has happened since the last time becomes durable with one commit; only then is any of it
/// told.
void Gateway::settle() {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t read = ::read(settle_descriptor_, &count, sizeof count);
  settle_posted_ = false;
  if (!failure_) return;
  // What a resend tells again was told before, and is durable.
  for (const auto& [comp_id, client] : clients_)
    client->go_on_resending();
  venues_->go_on_resending();
  if (Status done = state_->commit(); !done) {
    failure_ = std::move(done);
    return;
  }
  for (const auto& line : lines_)
    line->flush();
  venues_->flush();
  if (venues_->resending()) settle_at_next_turn_ = true;
  for (const auto& [comp_id, client] : clients_) {
    if (client->resending()) settle_at_next_turn_ = true;
  }
  std::vector<std::function<void()>> asked;
  asked.swap(asked_);
  for (const auto& send : asked)
    send();
  venues_->submit();
  if (!asked.empty()) tradingd_->turn();
  clear_lines();
}

void Gateway::clear_lines() {
  const std::int64_t now_ns = monotonic_nanoseconds();
  std::erase_if(lines_, [&](const std::unique_ptr<Line>& line) {
    const bool late = line->comp_id.empty() && now_ns - line->opened_at_ns > logon_time_max_ns;
    if (!line->over() && !late) return false;
    loop_->remove(line->watch);
    if (const auto client = clients_.find(line->comp_id); client != clients_.end())
      client->second->detach(*line);
    return true;
  });
}

void Gateway::tell(const Report& report) {
  for (const auto& [comp_id, client] : clients_) {
    if (client->wants(report)) {
      client->send(message_of(report, client->config().version));
      ++reports_out_;
    }
  }
}

Status Gateway::apply(const wire::Batch& batch) {
  for (const Event& event : batch.events) {
    reports_.clear();
    tracker_->apply(event, reports_);
    market_->note(event);
    venues_->apply(event);
    for (const Report& report : reports_)
      tell(report);
  }
  reports_.clear();
  tracker_->finish(reports_);
  for (const Report& report : reports_)
    tell(report);
  applied_at_ns_ = monotonic_nanoseconds();
  if (!batch.events.empty()) applied_to_ = batch.events.back().timestamp;
  state_->set_position(follower::position_after(batch));
  return {};
}

Status Gateway::commit() {
  settle();
  return failure_;
}

ReplyBody Gateway::answer(const RequestBody&) {
  return follower::not_served_here("fixd");
}

Status Gateway::idle(Timestamp now) {
  if (!failure_) return failure_;
  const std::int64_t now_ns = monotonic_nanoseconds();
  const bool ticks = now_ns - ticked_at_ns_ >= nanoseconds_per_second;
  if (ticks) {
    ticked_at_ns_ = now_ns;
    logons_.clear();
    tell_refusals();
    if (Status read = read_sessions(); !read) return read;
    for (const auto& [comp_id, client] : clients_)
      client->tick(now);
    if (Status ticked = venues_->tick(now); !ticked) return ticked;
    const bool quiet = now_ns - applied_at_ns_ > quiet_time_ns;
    for (const auto& [key, request] :
         state_->requests().drop_lost(quiet ? now : std::min(now, applied_to_))) {
      if (const auto report = tracker_->report_of_lost(key, request, now)) tell(*report);
    }
  }
  settle();
  if (!failure_) return failure_;
  if (ticks) failure_ = state_->commit_all();
  if (failure_) failure_ = state_->tidy();
  return failure_;
}

Status Gateway::stop() {
  for (const auto& [comp_id, client] : clients_)
    client->close("the other side stops");
  venues_->close("the other side stops");
  settle();
  finish_with_tradingd();
  settle();
  if (failure_) failure_ = state_->commit_all();
  return failure_;
}

/// Has the orders cancelled of sessions whose line ends with this process, and tells what venues told.
void Gateway::finish_with_tradingd() {
  const std::int64_t deadline_ns = monotonic_nanoseconds() + finish_time_max_ns;
  const auto waits = [&] {
    return venues_->is_telling() ||
           std::ranges::any_of(clients_, [](const auto& entry) { return entry.second->is_cancelling(); });
  };
  while (failure_ && waits() && monotonic_nanoseconds() < deadline_ns) {
    tradingd_->turn();
    settle();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void Gateway::describe(DaemonView& view) const {
  std::int64_t logged_on = 0;
  for (const auto& [comp_id, client] : clients_)
    logged_on += client->is_logged_on() ? 1 : 0;
  view.counters["port"] = listeners_[0].descriptor >= 0 ? port_of(listeners_[0].descriptor) : 0;
  view.counters["tls_port"] = listeners_[1].descriptor >= 0 ? port_of(listeners_[1].descriptor) : 0;
  view.counters["sessions"] = static_cast<std::int64_t>(clients_.size());
  view.counters["sessions_logged_on"] = logged_on;
  view.counters["orders_open"] = static_cast<std::int64_t>(state_->orders().open_count());
  view.counters["requests_pending"] = static_cast<std::int64_t>(state_->requests().size());
  view.counters["messages_received"] = messages_in_;
  view.counters["reports_sent"] = reports_out_;
  venues_->describe(view);
  market_->describe(view);
}

}  // namespace trade::fixd
