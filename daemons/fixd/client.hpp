// One FIX session: what it may do, what it asks for, and what it is told.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "access/fix_session_store.hpp"
#include "fix/session.hpp"
#include "fixd/line.hpp"
#include "fixd/market_door.hpp"
#include "fixd/market_listener.hpp"
#include "fixd/message_store.hpp"
#include "fixd/order_tracker.hpp"
#include "model/messages.hpp"

namespace trade::fixd {

class Client : public fix::Handler, public MarketListener {
 public:
  struct Services {
    MessageStore* store = nullptr;
    OrderTracker* tracker = nullptr;
    MarketDoor* market = nullptr;  ///< null: nothing is told of the market
    /// Asks tradingd, once what was received is durable.
    std::function<void(const SubmittedCommand&, std::function<void(Result<CommandResult>)>)> ask;
    /// Something is to be made durable and sent.
    std::function<void()> settle;
  };

  Client(access::FixSession config, const std::string& our_comp_id, Services services);
  ~Client() override;

  [[nodiscard]] const access::FixSession& config() const { return config_; }
  [[nodiscard]] bool may_come_from(const std::string& address) const;
  bool attach(Line& line);
  void detach(const Line& line);
  void receive(const std::string& message) { session_.receive(message); }
  void tick() { session_.tick(); }
  void send(const fix::Message& message);
  void close(const std::string& why);
  [[nodiscard]] bool is_logged_on() const { return session_.logged_on(); }
  /// Whether it is to be told of this.
  [[nodiscard]] bool wants(const Report& report) const;

  void tell(const fix::Message& message) override { send(message); }
  [[nodiscard]] std::size_t backlog_bytes() const override {
    return line_ == nullptr ? 0 : line_->unsent_bytes();
  }
  [[nodiscard]] bool is_fix42() const override { return config_.version == "FIX.4.2"; }
  [[nodiscard]] const std::string& name() const override { return config_.comp_id; }

  std::string check_logon(const fix::Message& logon) override;
  void logged_on() override;
  void logged_out() override;
  fix::Verdict received(const fix::Message& message) override;
  void log(const std::string& text) override;

 private:
  /// What is asked for, while the answer is awaited.
  struct Asked {
    fix::Message message;
    int sequence = 0;
    std::string account;
    [[nodiscard]] bool repeated() const { return message.text(43) == "Y" || message.text(97) == "Y"; }
  };

  void leave_market();
  bool within_rate();
  Result<std::string> account_of(const fix::Message& message) const;
  void place(const fix::Message& message);
  void placed(const Asked& asked, Result<CommandResult> result);
  void change(const fix::Message& message);
  void changed(const Asked& asked, Result<CommandResult> result);
  void order_status(const fix::Message& message);
  void mass_status(const fix::Message& message);
  void mass_cancel(const fix::Message& message);
  void mass_cancelled(const Asked& asked, Result<CommandResult> result);
  void ask(Asked asked, const SubmittedCommand& command,
           void (Client::*answered)(const Asked&, Result<CommandResult>));
  void refuse_order(const fix::Message& message, int code, const std::string& why);
  void refuse_change(const fix::Message& message, int code, const std::string& why, const KnownOrder* order);
  void refuse_business(const fix::Message& message, int code, const std::string& why);
  void send_status(const KnownOrder& order, const fix::Message& request, int of, bool last);
  std::string own_execution_id(const fix::Message& message) const;

  access::FixSession config_;
  Services services_;
  fix::Session session_;
  Line* line_ = nullptr;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  std::int64_t rate_second_ = 0;
  std::uint32_t rate_count_ = 0;
};

}  // namespace trade::fixd
