// One FIX session: what it may do, what it asks for, and what it is told.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/fix_session_store.hpp"
#include "fix/session.hpp"
#include "fixd/fix_state.hpp"
#include "fixd/line.hpp"
#include "fixd/market_door.hpp"
#include "fixd/market_listener.hpp"
#include "fixd/order_tracker.hpp"
#include "model/messages.hpp"

namespace trade::fixd {

/// The number under which the engine binds the orders of this session, to cancel them together; the same in
/// every process.
ClientSessionId session_number(const std::string& comp_id);

class Client : public fix::Handler, public MarketListener {
 public:
  /// What became of each command that was asked for, in their order.
  using Results = Result<std::vector<CommandResult>>;
  /// Gets the answer, and the session as it is by then: null where it was removed.
  using Answered = std::function<void(Client*, Results)>;

  struct Services {
    MarketDoor* market = nullptr;  ///< null: nothing is told of the market
    FixState* state = nullptr;
    /// Asks tradingd for the session of that CompID, once what was received is durable: at most
    /// `submit_commands_max` commands, whose texts are needed during the call only.
    std::function<void(const std::string& comp_id, const std::vector<SubmittedCommand>&, Answered)> ask;
    /// Something is to be made durable and sent.
    std::function<void()> settle;
  };

  Client(access::FixSession config, const std::string& our_comp_id, Services services);
  ~Client() override;

  [[nodiscard]] const access::FixSession& config() const { return config_; }
  [[nodiscard]] bool may_come_from(const std::string& address) const;
  bool attach(Line& line);
  void detach(const Line& line);
  [[nodiscard]] bool is_on(const Line& line) const { return line_ == &line; }
  void receive(const std::string& message);
  /// To be called about every second.
  void tick(Timestamp now);
  void send(const fix::Message& message);
  /// Sends more of a resend that is under way, as the line takes it.
  void go_on_resending() { session_.go_on_resending(); }
  [[nodiscard]] bool resending() const { return session_.resending(); }
  void close(const std::string& why);
  /// The same, and at once without a line: it will not be used any more.
  void end(const std::string& why);
  [[nodiscard]] bool is_logged_on() const { return session_.logged_on(); }
  /// Its orders are to be cancelled, and tradingd has not said yet that they are.
  [[nodiscard]] bool is_cancelling() const { return cancelling_ != Cancelling::no; }
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
    std::string account;
    [[nodiscard]] ClientIdKey key() const { return {account, message.text(11)}; }
  };
  using Handle = void (Client::*)(const Asked&, Result<CommandResult>);

  /// Of messages in one second.
  struct Rate {
    std::int64_t second = 0;
    std::uint32_t count = 0;
    bool within(std::uint32_t count_max);
  };

  // client.cpp
  fix::Verdict take(const fix::Message& message);
  void leave_market();
  void begin_anew_when_due(Timestamp now);
  void ask_to_cancel_all();
  void ask(const Asked& asked, const SubmittedCommand& command, Handle answered);
  void ask(const fix::Message& message, const std::vector<SubmittedCommand>& commands, Answered answered);
  [[nodiscard]] bool has_account(const std::string& account) const;
  /// The session's own.
  [[nodiscard]] std::vector<const KnownOrder*> open_orders() const;
  [[nodiscard]] Result<std::string> account_of(const fix::Message& message) const;
  void refuse_order(const fix::Message& message, int code, const std::string& why);
  void refuse_change(const fix::Message& message, int code, const std::string& why,
                     const std::optional<KnownOrder>& order);
  void refuse_business(const fix::Message& message, int code, const std::string& why);
  [[nodiscard]] std::string own_execution_id(const fix::Message& message) const;

  // order_requests.cpp
  void place(const fix::Message& message);
  void placed(const Asked& asked, Result<CommandResult> result);
  void change(const fix::Message& message);
  template <class Command>
  void ask_to_change(const Asked& asked, const std::optional<KnownOrder>& known, RequestKind kind,
                     Command command);
  void replace(const Asked& asked, const std::optional<KnownOrder>& known);
  void changed(const Asked& asked, Result<CommandResult> result);
  void mass_cancel(const fix::Message& message);
  void mass_cancelled(const fix::Message& message, const Results& results);
  bool refuse_used_id(const Asked& asked);
  void unanswered(const Asked& asked, const Error& error);

  // order_queries.cpp
  void order_status(const fix::Message& message);
  void mass_status(const fix::Message& message);
  void send_status(const KnownOrder& order, const fix::Message& request, int of, bool last);

  access::FixSession config_;
  Services services_;
  fix::Session session_;
  Line* line_ = nullptr;
  Rate asked_rate_;    ///< messages that ask for something
  Rate session_rate_;  ///< those of the session itself
  /// Orders that mass cancels ask to cancel, as long as tradingd has not answered. Outlives the session.
  std::shared_ptr<std::size_t> mass_cancelling_ = std::make_shared<std::size_t>(0);
  /// Of its orders, after its line has ended.
  enum class Cancelling : std::uint8_t { no, due, asked };
  Cancelling cancelling_ = Cancelling::no;
};

}  // namespace trade::fixd
