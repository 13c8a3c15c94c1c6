// The FIX door: connections and their sessions, requests to tradingd, and reports of what the journal tells;
// and the sessions with other venues. One thread, the follower's.
#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/fix_session_store.hpp"
#include "bus/poll_loop.hpp"
#include "fixd/client.hpp"
#include "fixd/fix_state.hpp"
#include "fixd/line.hpp"
#include "fixd/market_door.hpp"
#include "fixd/order_tracker.hpp"
#include "fixd/polled_client.hpp"
#include "fixd/venue_desk.hpp"
#include "follower/application.hpp"
#include "http/tls.hpp"

namespace trade::fixd {

struct GatewayOptions {
  std::filesystem::path home;
  std::string listen;      ///< plain TCP; "off": not served
  std::string tls_listen;  ///< "off": not served
  http::CertificateFiles certificate;
  bool make_certificate = true;  ///< self-signed, where the files are not there
  std::string comp_id;           ///< ours
};

class Gateway : public follower::Application {
 public:
  static Result<std::unique_ptr<Gateway>> open(GatewayOptions options);
  ~Gateway() override;

  /// Listens, and serves from this loop, which must outlive it.
  Status start(bus::PollLoop& loop);

  [[nodiscard]] follower::Position position() const override { return state_->position(); }
  Status apply(const wire::Batch& batch) override;
  Status commit() override;
  ReplyBody answer(const RequestBody& request) override;
  Status idle(Timestamp now) override;
  Status stop() override;
  void describe(DaemonView& view) const override;

 private:
  explicit Gateway(GatewayOptions options);

  Status read_sessions();
  /// A place where connections are accepted.
  struct Listener {
    std::string address;   ///< "off": none
    const char* what;      ///< for messages
    const char* setting;   ///< its configuration key
    const char* run_file;  ///< under run/: where it is
    std::optional<http::TlsContext> tls;
    int descriptor = -1;
  };
  Status listen(Listener& listener);
  void accept(const Listener& listener);
  void read_line(Line& line);
  void take_first(Line& line, const std::string& message);
  void tell(const Report& report);
  [[nodiscard]] bool may_try_password(const std::string& address);
  void note_refusal(const std::string& address, const std::string& why);
  void tell_refusals();
  /// `done` gets the session of that CompID as it is by then; null where it was removed.
  void ask(const std::string& comp_id, const std::vector<SubmittedCommand>& commands, Client::Answered done);
  void settle_soon();
  void settle();
  void clear_lines();
  void finish_with_tradingd();

  GatewayOptions options_;
  std::unique_ptr<access::FixSessionStore> table_;
  std::unique_ptr<FixState> state_;
  std::unique_ptr<OrderTracker> tracker_;
  std::unique_ptr<PolledClient> tradingd_;
  std::unique_ptr<VenueDesk> venues_;
  std::unique_ptr<MarketDoor> market_;  ///< outlives the clients, who listen
  std::map<std::string, std::unique_ptr<Client>> clients_;
  std::vector<std::unique_ptr<Line>> lines_;
  std::vector<std::function<void()>> asked_;  ///< to be sent once what they come from is durable
  std::vector<Report> reports_;
  std::map<std::string, int> logons_;  ///< of this second, by client
  std::uint64_t refusals_ = 0;         ///< of this second
  bus::PollLoop* loop_ = nullptr;
  std::array<Listener, 2> listeners_;
  int settle_descriptor_ = -1;
  bool settle_posted_ = false;
  bool settle_at_next_turn_ = false;
  Status failure_;
  std::int64_t ticked_at_ns_ = 0;
  std::int64_t applied_at_ns_ = 0;
  Timestamp applied_to_;  ///< of the last event
  std::int64_t messages_in_ = 0;
  std::int64_t reports_out_ = 0;
};

}  // namespace trade::fixd
