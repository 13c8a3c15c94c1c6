#include "fixd/client.hpp"

#include <algorithm>
#include <utility>

#include "app/log.hpp"
#include "base/clock.hpp"
#include "fix/resend.hpp"
#include "fixd/session_day.hpp"
#include "fixd/translation.hpp"

namespace trade::fixd {

namespace {

/// Seconds of HeartBtInt. Without heartbeats a line that is dead would never be noticed.
constexpr int heartbeat_seconds_max = 3'600;
/// Heartbeats, test and resend requests and rejects; more in a second end the session.
constexpr std::uint32_t session_messages_per_second_max = 100;

fix::SessionOptions options_of(const access::FixSession& config, const std::string& our_comp_id) {
  fix::SessionOptions options;
  options.version = config.version;
  options.our_comp_id = our_comp_id;
  options.their_comp_id = config.comp_id;
  return options;
}

/// The numbers of the session. They begin at 1 again where it was added anew without accounts that it had.
fix::Store& numbers_of(const access::FixSession& config, MessageStore& messages) {
  messages.give_accounts(config.comp_id, config.accounts, config.created_at);
  return messages.session(config.comp_id);
}

/// Of a request with one command.
Result<CommandResult> only(Client::Results results) {
  if (!results) return std::unexpected(std::move(results.error()));
  return std::move(results->front());
}

bool is_of_session(const std::string& type) {
  return type == "0" || type == "1" || type == "2" || type == "3";
}

}  // namespace

ClientSessionId session_number(const std::string& comp_id) {
  // FNV-1a. gatewayd draws its numbers from as many, at random.
  std::uint64_t hash = 14'695'981'039'346'656'037u;
  for (const char character : "fix:" + comp_id)
    hash = (hash ^ static_cast<unsigned char>(character)) * 1'099'511'628'211u;
  return {hash == 0 ? 1 : hash};
}

Client::Client(access::FixSession config, const std::string& our_comp_id, Services services)
    : config_(std::move(config)),
      services_(std::move(services)),
      session_(options_of(config_, our_comp_id), numbers_of(config_, services_.state->messages()), *this) {
  // Nobody knows how the process before this one ended, and whether it could still do so.
  if (config_.cancel_on_disconnect) cancelling_ = Cancelling::due;
}

Client::~Client() {
  leave_market();
}

void Client::leave_market() {
  if (services_.market != nullptr) services_.market->leave(*this);
}

bool Client::may_come_from(const std::string& address) const {
  return config_.addresses.empty() ||
         std::ranges::find(config_.addresses, address) != config_.addresses.end();
}

bool Client::attach(Line& line) {
  if (line_ != nullptr) return false;
  begin_anew_when_due(SystemClock().now());
  if (!session_.attach(line)) return false;
  session_rate_ = {};
  line_ = &line;
  return true;
}

void Client::detach(const Line& line) {
  if (line_ != &line) return;
  line_ = nullptr;
  session_.detach();
  leave_market();
}

void Client::receive(const std::string& message) {
  if (is_of_session(fix::type_of(message)) && message.find("\00143=Y\001") == std::string::npos &&
      session_.logged_on() && !session_rate_.within(session_messages_per_second_max)) {
    close("more than " + std::to_string(session_messages_per_second_max) + " session messages a second");
    return;
  }
  session_.receive(message);
}

void Client::tick(Timestamp now) {
  begin_anew_when_due(now);
  session_.tick();
  if (cancelling_ == Cancelling::due) ask_to_cancel_all();
}

void Client::begin_anew_when_due(Timestamp now) {
  const fix::Store& numbers = services_.state->messages().session(config_.comp_id);
  if (!begins_another_day(numbers.created_at_seconds(), config_.reset_second, now)) return;
  spdlog::info("{}: the numbers begin at 1 again", config_.comp_id);
  session_.begin_anew("the numbers begin at 1 again");
  services_.settle();
}

void Client::send(const fix::Message& message) {
  session_.send(message);
  services_.settle();
}

void Client::close(const std::string& why) {
  if (session_.logged_on()) session_.log_out(why);
  if (line_ != nullptr) line_->disconnect();
}

void Client::end(const std::string& why) {
  close(why);
  if (line_ != nullptr) detach(*line_);
}

bool Client::wants(const Report& report) const {
  if (report.timestamp < config_.created_at || !has_account(report.order.account)) return false;
  // What is refused has an answer, and no copies.
  const bool copied =
      config_.drop_copy && report.kind != ReportKind::too_late && report.kind != ReportKind::change_refused;
  return copied || report.order.comp_id == config_.comp_id;
}

bool Client::has_account(const std::string& account) const {
  return std::ranges::find(config_.accounts, account) != config_.accounts.end();
}

/// A session that was added anew may have lost accounts that it had: what is open there is not its own any
/// more.
std::vector<const KnownOrder*> Client::open_orders() const {
  std::vector<const KnownOrder*> orders = services_.state->orders().open_orders(config_.comp_id);
  std::erase_if(orders, [this](const KnownOrder* order) { return !has_account(order->account); });
  return orders;
}

std::string Client::check_logon(const fix::Message& logon) {
  if (!access::fix_password_fits(config_, logon.text(554))) return "the password is wrong";
  if (logon.text(98) != "0") return "tag 98: only 0 (no encryption) is spoken";
  const int heartbeat = std::atoi(logon.text(108).c_str());
  if (heartbeat < 1 || heartbeat > heartbeat_seconds_max)
    return "tag 108: the heartbeat interval is from 1 to " + std::to_string(heartbeat_seconds_max) +
           " seconds";
  if (logon.text(141) == "Y" && logon.text(34) != "1") return "tag 34: with 141=Y the numbers begin at 1";
  return {};
}

void Client::logged_on() {
  spdlog::info("{}: logged on from {}", config_.comp_id, line_ == nullptr ? "" : line_->address());
}

void Client::logged_out() {
  spdlog::info("{}: logged out", config_.comp_id);
  leave_market();
  if (!config_.cancel_on_disconnect) return;
  cancelling_ = Cancelling::due;
  ask_to_cancel_all();
}

/// All orders that are bound to the session, in every account: also those which tradingd takes just now,
/// since it takes them before this.
void Client::ask_to_cancel_all() {
  cancelling_ = Cancelling::asked;
  CancelAllOrders cancel;
  cancel.session = session_number(config_.comp_id);
  services_.ask(config_.comp_id, {{cancel, {}, {}}},
                [comp_id = config_.comp_id](Client* client, auto results) {
                  const Result<CommandResult> result = only(std::move(results));
                  const bool done = result && result->reason == RejectReason::none;
                  if (done) {
                    spdlog::info("{}: {} orders cancelled on disconnect", comp_id, result->affected);
                  } else {
                    spdlog::warn("{}: the orders are not cancelled on disconnect yet: {}", comp_id,
                                 result ? std::string(row_of(result->reason).text) : result.error().message);
                  }
                  if (client != nullptr) client->cancelling_ = done ? Cancelling::no : Cancelling::due;
                });
  services_.settle();
}

void Client::log(const std::string& text) {
  spdlog::info("{}: {}", config_.comp_id, text);
}

bool Client::Rate::within(std::uint32_t count_max) {
  const std::int64_t now_second = monotonic_nanoseconds() / nanoseconds_per_second;
  if (now_second != second) {
    second = now_second;
    count = 0;
  }
  return ++count <= count_max;
}

fix::Verdict Client::received(const fix::Message& message) {
  if (message.type == "j") return {};
  if (config_.messages_per_second != 0 && !asked_rate_.within(config_.messages_per_second)) {
    refuse_business(
        message, 0,
        "more than " + std::to_string(config_.messages_per_second) + " messages a second: try again later");
    return {};
  }
  if (config_.drop_copy) {
    refuse_business(message, 6, "this session gets copies, and may ask for nothing");
    return {};
  }
  return take(message);
}

fix::Verdict Client::take(const fix::Message& message) {
  if (cancelling_ != Cancelling::no && (message.type == "D" || message.type == "G")) {
    refuse_business(message, 4, "the orders of before the line ended are still being cancelled: try again");
  } else if (message.type == "D") {
    place(message);
  } else if (message.type == "F" || message.type == "G") {
    change(message);
  } else if (message.type == "H") {
    order_status(message);
  } else if (message.type == "AF") {
    mass_status(message);
  } else if (message.type == "q") {
    mass_cancel(message);
  } else if (services_.market != nullptr) {
    return services_.market->received(*this, message);
  } else {
    return {fix::Verdict::type_unsupported, 0};
  }
  return {};
}

/// The account that is named, or the session's only one.
Result<std::string> Client::account_of(const fix::Message& message) const {
  if (const std::string* named = message.find(1)) {
    if (has_account(*named)) return *named;
    return fail(ErrorCode::not_permitted, "tag 1: the account is not one of this session's");
  }
  if (config_.accounts.size() == 1) return config_.accounts.front();
  // A change belongs where the order that it names is.
  const std::string* const id = message.type == "H" ? message.find(11) : message.find(41);
  if (id != nullptr) {
    for (const std::string& account : config_.accounts) {
      if (services_.state->requests().find({account, *id}) != nullptr ||
          services_.state->orders().find(account, *id)) {
        return account;
      }
    }
  }
  return fail(ErrorCode::usage, "tag 1: this session has several accounts: name one");
}

void Client::ask(const Asked& asked, const SubmittedCommand& command, Handle answered) {
  ask(asked.message, {command}, [state = services_.state, asked, answered](Client* client, Results results) {
    Result<CommandResult> result = only(std::move(results));
    // The session may have lost the account meanwhile.
    if (client != nullptr && client->has_account(asked.account)) {
      (client->*answered)(asked, std::move(result));
    } else if (result && result->reason != RejectReason::none) {
      state->requests().take(asked.key());
    }
  });
}

void Client::ask(const fix::Message& message, const std::vector<SubmittedCommand>& commands,
                 Answered answered) {
  MessageStore& messages = services_.state->messages();
  const auto inbound = messages.begin_inbound(config_.comp_id, std::atoi(message.text(34).c_str()));
  services_.ask(config_.comp_id, commands,
                [&messages, comp_id = config_.comp_id, inbound, answered = std::move(answered)](
                    Client* client, Results results) {
                  answered(client, std::move(results));
                  messages.end_inbound(comp_id, inbound);
                });
  services_.settle();
}

std::string Client::own_execution_id(const fix::Message& message) const {
  return "R" + message.text(52) + "-" + message.text(34);
}

void Client::refuse_order(const fix::Message& message, int code, const std::string& why) {
  Report report;
  report.kind = ReportKind::rejected;
  report.order.client_order_id = message.text(11);
  report.order.account = message.text(1);
  report.order.symbol = message.text(55);
  if (const auto side = side_of(message.text(54))) report.order.set_marked_side(*side);
  report.order.status = OrderStatus::rejected;
  if (const Result<Quantity> quantity = parse_quantity(message.text(38))) report.order.quantity = *quantity;
  report.execution_id = own_execution_id(message);
  report.reject_code = code;
  report.text = why;
  send(execution_report(report, config_.version));
}

void Client::refuse_change(const fix::Message& message, int code, const std::string& why,
                           const std::optional<KnownOrder>& order) {
  const RequestKind refused = message.type == "F" ? RequestKind::cancel : RequestKind::replace;
  send(cancel_reject(message.text(11), message.text(41), refused, order ? &*order : nullptr, code, why,
                     config_.version));
}

void Client::refuse_business(const fix::Message& message, int code, const std::string& why) {
  fix::Message reject;
  reject.type = "j";
  reject.add(45, message.text(34)).add(372, message.type);
  if (const std::string* id = message.find(11)) reject.add(379, *id);
  reject.add(380, std::to_string(code)).add(58, why);
  send(reject);
}

}  // namespace trade::fixd
