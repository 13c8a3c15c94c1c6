// The session with one other venue: connects, logs on, asks for what the journal says, and turns what the
// venue says into news for tradingd.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "access/venue_store.hpp"
#include "bus/poll_loop.hpp"
#include "fix/session.hpp"
#include "fixd/connector.hpp"
#include "fixd/fix_state.hpp"
#include "fixd/line.hpp"
#include "fixd/venue_inquiry.hpp"
#include "fixd/venue_translation.hpp"
#include "http/tls.hpp"

namespace trade::fixd {

class VenueLink : public fix::Handler {
 public:
  struct Services {
    bus::PollLoop* loop = nullptr;
    FixState* state = nullptr;
    /// Something is to be made durable and sent.
    std::function<void()> settle;
  };

  VenueLink(access::VenueSession config, VenueId venue, Services services);
  ~VenueLink() override;

  [[nodiscard]] const access::VenueSession& config() const { return config_; }
  [[nodiscard]] VenueId venue() const { return venue_; }
  [[nodiscard]] bool is_logged_on() const { return session_.logged_on(); }

  /// Connects when it is time to, and goes on with what is under way. To be called every few milliseconds.
  void turn();
  /// To be called about every second.
  void tick(Timestamp now);
  /// A request of an order is new: it is sent if the venue can be spoken to, else at the next logon.
  void send(OrderId order, std::uint32_t number);
  /// The journal tells that the session came up or went down. Once it tells the former, the orders are known
  /// whose fate is not.
  void told_session(bool up);
  /// The journal tells where an order stands.
  void told_state(OrderId order, VenueState state);
  /// Sends what was held until it is durable; afterwards, gives a line up that has ended.
  void flush();
  void go_on_resending() { session_.go_on_resending(); }
  [[nodiscard]] bool resending() const { return session_.resending(); }
  /// Logs out, and is not used any more.
  void end(const std::string& why);

  std::string check_logon(const fix::Message& logon) override;
  void logged_on() override;
  void logged_out() override;
  fix::Verdict received(const fix::Message& message) override;
  void refused(const fix::Message& reject) override;
  void log(const std::string& text) override;

 private:
  /// One of our messages that was refused, without an answer of its own kind.
  struct Refusal {
    std::string type;  ///< of our message
    std::optional<VenueRequestId> request;
    bool undecided = false;    ///< the venue does not say what came of it
    bool unsupported = false;  ///< messages of that type are
    std::string text;
  };

  // venue_link.cpp
  void connect();
  void connected();
  void attach();
  void read();
  void lose_line(const std::string& why);
  void close(const std::string& why);
  void tell_session(bool up);
  void begin_anew_when_due(Timestamp now);
  void send_waiting();
  void send_request(VenueOrder& order, const VenueRequest& request);
  void tell_unanswered();
  void ask();
  void say(const fix::Message& message);

  // venue_answers.cpp
  fix::Verdict take_execution(const fix::Message& message);
  void take_report(const VenueExecution& execution);
  void take_status(const VenueExecution& execution);
  void close_request(VenueRequestId id);
  /// The venue has said something of it.
  void heard_of(VenueRequestId id) { sent_at_ns_.erase({id.order.value, id.number}); }
  void forget_if_over(OrderId id, char status);
  void take_unknown(const VenueExecution& execution, VenueOrder* order);
  void take_undecided(const VenueExecution& execution, VenueOrder& order, const VenueRequest& change);
  void tell_change_refused(VenueOrder& order, const VenueRequest& change, std::string text);
  void take_refused_order(const VenueExecution& execution);
  fix::Verdict take_cancel_reject(const fix::Message& message);
  void take_refusal(const Refusal& refusal);
  [[nodiscard]] Refusal refusal_of(const fix::Message& reject) const;
  [[nodiscard]] VenueNews news_of(const VenueExecution& execution, VenueReportKind kind) const;
  void tell(VenueNews news);
  void replace_terms(VenueOrder& order, const VenueExecution& execution, std::uint32_t number,
                     VenueNews& news);
  void inquire(OrderId order);
  [[nodiscard]] const VenueRequest* undecided_change(const VenueOrder& order) const;

  access::VenueSession config_;
  VenueId venue_;
  Services services_;
  fix::Store& numbers_;
  fix::Session session_;
  VenueInquiry inquiry_;
  /// By order: the cancel or replace of which the venue said that it cannot say what came of it.
  std::map<std::uint64_t, std::uint32_t> undecided_;
  /// By order and number: when each request was sent of which the venue has said nothing yet. Those that a
  /// session does not outlive are of unknown fate with it.
  std::map<std::pair<std::uint64_t, std::uint32_t>, std::int64_t> sent_at_ns_;
  Connector connector_;
  std::unique_ptr<Line> line_;
  bool attached_ = false;   ///< the session has the line
  bool up_told_ = false;    ///< what tradingd was told last
  bool up_known_ = false;   ///< so the journal says
  bool is_behind_ = false;  ///< the venue's numbers are: it has begun at 1 again
  std::int64_t connect_at_ns_ = 0;
  std::int64_t retry_after_ns_;
  std::int64_t line_opened_at_ns_ = 0;
  std::int64_t asked_at_ns_ = 0;
  std::string last_problem_;  ///< said once, not at each attempt
  std::uint64_t mass_requests_ = 0;
  bool asks_mass_;         ///< the venue is thought to take mass status requests
  bool asks_each_ = true;  ///< the same of status requests
};

}  // namespace trade::fixd
