#include "fixd/venue_link.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <unistd.h>

#include "app/log.hpp"
#include "base/clock.hpp"
#include "fixd/session_day.hpp"

namespace trade::fixd {

namespace {

/// After a failure the next attempt comes after the former, then twice that, up to the latter.
constexpr std::int64_t retry_after_min_ns = 250'000'000;
constexpr std::int64_t retry_after_max_ns = 10'000'000'000;
/// Questions come in portions this far apart.
constexpr std::int64_t ask_interval_ns = 50'000'000;
/// TLS and logon together.
constexpr std::int64_t line_time_max_ns = 10'000'000'000;

fix::SessionOptions options_of(const access::VenueSession& config) {
  fix::SessionOptions options;
  options.version = config.version;
  options.our_comp_id = config.sender_comp_id;
  options.their_comp_id = config.target_comp_id;
  options.initiates = true;
  options.heartbeat_seconds = config.heartbeat_seconds;
  options.password = config.password;
  return options;
}

/// Numbers belong to who speaks to whom, wherever that is. No CompID has a colon.
std::string numbers_name(const access::VenueSession& config) {
  return "venue:" + config.name + ":" + config.version + ":" + config.sender_comp_id + ":" +
         config.target_comp_id;
}

}  // namespace

VenueLink::VenueLink(access::VenueSession config, VenueId venue, Services services)
    : config_(std::move(config)),
      venue_(venue),
      services_(std::move(services)),
      numbers_(services_.state->messages().session(numbers_name(config_))),
      session_(options_of(config_), numbers_, *this),
      retry_after_ns_(retry_after_min_ns),
      asks_mass_(config_.version != "FIX.4.2") {
  // Nobody has told tradingd how the process before this one ended.
  up_told_ = true;
  tell_session(false);
}

VenueLink::~VenueLink() {
  if (line_) services_.loop->remove(line_->watch);
}

void VenueLink::log(const std::string& text) {
  spdlog::info("venue {}: {}", config_.name, text);
}

void VenueLink::turn() {
  const std::int64_t now_ns = monotonic_nanoseconds();
  if (line_ && !session_.logged_on() && now_ns - line_opened_at_ns_ > line_time_max_ns)
    lose_line("it does not log on in time");
  if (connector_.busy()) {
    switch (connector_.turn(now_ns)) {
      case Connector::Outcome::waits:
        break;
      case Connector::Outcome::connected:
        connected();
        break;
      case Connector::Outcome::failed:
        lose_line("cannot connect: " + connector_.problem());
        break;
    }
  } else if (!line_ && now_ns >= connect_at_ns_ && !services_.state->outbox().full()) {
    connector_.start(config_.host, config_.port, now_ns);
  }
  if (session_.logged_on() && now_ns - asked_at_ns_ >= ask_interval_ns) {
    asked_at_ns_ = now_ns;
    ask();
  }
}

void VenueLink::connected() {
  const int descriptor = connector_.take();
  std::unique_ptr<http::TlsChannel> tls;
  if (config_.tls) {
    auto context = http::TlsContext::for_client(config_.certificate_authorities, config_.verify_certificate);
    if (!context) {
      ::close(descriptor);
      return lose_line(context.error().message);
    }
    tls = std::make_unique<http::TlsChannel>(*context, config_.host);
  }
  line_ = std::make_unique<Line>(descriptor, config_.host, std::move(tls));
  line_->watch = services_.loop->add(descriptor, [this] { read(); });
  line_opened_at_ns_ = monotonic_nanoseconds();
  line_->begin();
  if (line_->established()) return attach();
  line_->flush();
}

void VenueLink::attach() {
  begin_anew_when_due(SystemClock().now());
  attached_ = session_.attach(*line_);
  services_.settle();
}

void VenueLink::read() {
  line_->read();
  if (!attached_ && line_->established() && !line_->over()) attach();
  std::string message;
  while (line_ && !line_->over() && line_->framer().next(message))
    session_.receive(message);
  if (line_ && services_.state->outbox().full() && session_.logged_on())
    close("what was told is not taken: later");
  services_.settle();
}

void VenueLink::flush() {
  if (!line_) return;
  line_->flush();
  if (line_->over()) lose_line(line_->problem().empty() ? "the line has ended" : line_->problem());
}

/// Also where there is none yet: tries again later.
void VenueLink::lose_line(const std::string& why) {
  const std::int64_t now_ns = monotonic_nanoseconds();
  const bool was_logged_on = session_.logged_on();
  if (was_logged_on || why != last_problem_) spdlog::warn("venue {}: {}", config_.name, why);
  last_problem_ = why;
  if (attached_) session_.detach();
  attached_ = false;
  if (std::exchange(is_behind_, false)) session_.begin_anew(why);
  if (line_) {
    if (line_->watch != 0) services_.loop->remove(line_->watch);
    line_.reset();
  }
  connector_.stop();
  connect_at_ns_ = now_ns + retry_after_ns_;
  retry_after_ns_ = std::min(retry_after_ns_ * 2, retry_after_max_ns);
}

void VenueLink::tick(Timestamp now) {
  begin_anew_when_due(now);
  if (attached_) session_.tick();
  tell_unanswered();
  services_.settle();
}

void VenueLink::begin_anew_when_due(Timestamp now) {
  if (!begins_another_day(numbers_.created_at_seconds(), config_.reset_second, now)) return;
  log("the numbers begin at 1 again");
  session_.begin_anew("the numbers begin at 1 again");
  services_.settle();
}

void VenueLink::close(const std::string& why) {
  if (session_.logged_on()) session_.log_out(why);
  if (line_) line_->disconnect();
}

void VenueLink::end(const std::string& why) {
  close(why);
  if (attached_) session_.detach();
  attached_ = false;
  tell_session(false);
}

/// A venue whose numbers are behind ours has lost what it knew of the session. Nothing that it tells would be
/// taken; so both begin at 1, and it is asked about every order.
std::string VenueLink::check_logon(const fix::Message& logon) {
  const int number = std::atoi(logon.text(34).c_str());
  if (logon.text(141) == "Y" || logon.text(43) == "Y" || number >= numbers_.next_target()) return {};
  is_behind_ = true;
  return "its numbers are behind ours (" + std::to_string(number) + ", expected " +
         std::to_string(numbers_.next_target()) + "): both begin at 1 again";
}

void VenueLink::logged_on() {
  log("logged on at " + config_.host + ":" + std::to_string(config_.port));
  retry_after_ns_ = retry_after_min_ns;
  last_problem_.clear();
  asks_mass_ = config_.version != "FIX.4.2";
  asks_each_ = true;
  send_waiting();
  tell_session(true);
}

void VenueLink::logged_out() {
  log("logged out");
  inquiry_.end();
  undecided_.clear();
  sent_at_ns_.clear();
  tell_session(false);
}

void VenueLink::tell_session(bool up) {
  if (up == up_told_) return;
  up_told_ = up;
  VenueNews news;
  news.what = VenueNews::Kind::session;
  news.venue = venue_;
  news.up = up;
  tell(std::move(news));
}

void VenueLink::tell(VenueNews news) {
  services_.state->outbox().push(std::move(news));
  services_.settle();
}

void VenueLink::say(const fix::Message& message) {
  session_.send(message);
  services_.settle();
}

void VenueLink::send(OrderId id, std::uint32_t number) {
  if (!session_.logged_on()) return;
  VenueOrder* const order = services_.state->venues().order(id);
  if (order == nullptr) return;
  if (const VenueRequest* request = order->request(number)) send_request(*order, *request);
}

/// Marks it as sent: what is sent and that it was become durable together.
void VenueLink::send_request(VenueOrder& order, const VenueRequest& request) {
  if (request.sent) return;
  say(request_message(order, request, SystemClock().now(), config_.send_account));
  sent_at_ns_[{order.id.value, request.number}] = monotonic_nanoseconds();
  const auto kept = std::ranges::find(order.open, request.number, &VenueRequest::number);
  kept->sent = true;
  services_.state->venues().changed(order.id);
}

/// What the venue says nothing of on a line that stays up. The engine has no clock: it is told.
void VenueLink::tell_unanswered() {
  const std::int64_t now_ns = monotonic_nanoseconds();
  const std::int64_t time_max_ns = config_.answer_seconds * nanoseconds_per_second;
  std::size_t count = 0;
  std::erase_if(sent_at_ns_, [&](const auto& sent) {
    if (now_ns - sent.second < time_max_ns) return false;
    VenueNews news;
    news.venue = venue_;
    news.order = {sent.first.first};
    news.kind = VenueReportKind::unanswered;
    news.request = sent.first.second;
    news.text = "no answer within " + std::to_string(config_.answer_seconds) + " seconds";
    tell(std::move(news));
    // Of what has ended here the journal says no more.
    const VenueOrder* const order = services_.state->venues().find({sent.first.first});
    if (order != nullptr && order->over) inquire(order->id);
    ++count;
    return true;
  });
  if (count == 0) return;
  spdlog::warn("venue {}: {} requests are not answered within {} seconds; it is asked about their orders",
               config_.name, count, config_.answer_seconds);
}

/// Requests that were made while the session was down, though tradingd did not know that yet.
void VenueLink::send_waiting() {
  for (const OrderId id : services_.state->venues().orders(venue_)) {
    VenueOrder& order = *services_.state->venues().order(id);
    for (std::size_t i = 0; i < order.open.size(); ++i)
      send_request(order, order.open[i]);
  }
}

void VenueLink::told_session(bool up) {
  up_known_ = up;
  inquiry_.end();
  undecided_.clear();
  if (!up || !session_.logged_on()) return;
  std::vector<OrderId> unknown;
  for (const OrderId id : services_.state->venues().orders(venue_)) {
    if (services_.state->venues().order(id)->state == VenueState::unknown) unknown.push_back(id);
  }
  if (!unknown.empty()) log("asking what became of " + std::to_string(unknown.size()) + " orders");
  inquiry_.begin(unknown, asks_mass_, monotonic_nanoseconds());
}

void VenueLink::told_state(OrderId order, VenueState state) {
  if (state == VenueState::unknown) {
    // Where the session was lost, all are asked about together once it is known to be up again.
    if (up_known_ && session_.logged_on() && asks_each_) inquiry_.add(order, monotonic_nanoseconds());
    return;
  }
  inquiry_.known(order);
  if (state != VenueState::ended) return;
  inquiry_.answered(order);
  std::erase_if(sent_at_ns_, [&](const auto& sent) { return sent.first.first == order.value; });
}

void VenueLink::inquire(OrderId order) {
  if (!asks_each_ || services_.state->venues().order(order) == nullptr) return;
  inquiry_.ask_again(order, monotonic_nanoseconds());
}

/// The change of an order whose fate the venue could not say, unless it has said it since.
const VenueRequest* VenueLink::undecided_change(const VenueOrder& order) const {
  const auto found = undecided_.find(order.id.value);
  return found == undecided_.end() ? nullptr : order.request(found->second);
}

/// An order is asked about by the name that is in force, and then by those of replaces that are not answered:
/// one of them may be. What became of a change shows by its own name.
void VenueLink::ask() {
  for (const VenueInquiry::Question& question : inquiry_.turn(monotonic_nanoseconds())) {
    if (question.mass) {
      say(mass_status_request("ALL-" + std::to_string(++mass_requests_)));
      continue;
    }
    const VenueOrder* const order = services_.state->venues().order(question.order);
    if (order == nullptr) {
      inquiry_.answered(question.order);
      continue;
    }
    std::uint32_t number = order->current;
    std::uint32_t attempt = question.attempt;
    for (const VenueRequest& request : order->open) {
      if (attempt == 0) break;
      if (request.kind != VenueRequestKind::replace || !request.sent) continue;
      number = request.number;
      --attempt;
    }
    if (const VenueRequest* const change = undecided_change(*order)) number = change->number;
    say(status_request(*order, number, config_.version, config_.send_account));
  }
}

}  // namespace trade::fixd
