#include "fixd/client.hpp"

#include <algorithm>
#include <utility>

#include "app/log.hpp"
#include "base/clock.hpp"
#include "fixd/translation.hpp"

namespace trade::fixd {

namespace {

constexpr int unknown_order_code = 1;  // tag 102
constexpr int too_late_code = 0;
constexpr int other_code = 99;

fix::SessionOptions options_of(const access::FixSession& config, const std::string& our_comp_id) {
  fix::SessionOptions options;
  options.version = config.version;
  options.our_comp_id = our_comp_id;
  options.their_comp_id = config.comp_id;
  return options;
}

int sequence_of(const fix::Message& message) {
  return std::atoi(message.text(34).c_str());
}

}  // namespace

Client::Client(access::FixSession config, const std::string& our_comp_id, Services services)
    : config_(std::move(config)),
      services_(std::move(services)),
      session_(options_of(config_, our_comp_id), services_.store->session(config_.comp_id), *this) {
  for (const auto& [key, origin] : services_.store->origins()) {
    if (origin.comp_id == config_.comp_id && !origin.original.empty()) {
      services_.tracker->note_cancel(key.first, origin.original, key.second);
    }
  }
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
  if (line_ != nullptr || !session_.attach(line)) return false;
  line_ = &line;
  return true;
}

void Client::detach(const Line& line) {
  if (line_ != &line) return;
  line_ = nullptr;
  session_.detach();
  leave_market();
}

void Client::send(const fix::Message& message) {
  session_.send(message);
  services_.settle();
}

void Client::close(const std::string& why) {
  if (session_.logged_on()) session_.log_out(why);
  if (line_ != nullptr) line_->disconnect();
}

bool Client::wants(const Report& report) const {
  if (report.timestamp < config_.created_at) return false;
  if (!config_.drop_copy) return report.order.comp_id == config_.comp_id;
  return std::ranges::find(config_.accounts, report.order.account) != config_.accounts.end();
}

std::string Client::check_logon(const fix::Message& logon) {
  if (!access::fix_password_fits(config_, logon.text(554))) return "the password is wrong";
  return {};
}

void Client::logged_on() {
  spdlog::info("{}: logged on from {}", config_.comp_id, line_ == nullptr ? "" : line_->address());
}

void Client::logged_out() {
  spdlog::info("{}: logged out", config_.comp_id);
  leave_market();
  if (!config_.cancel_on_disconnect) return;
  for (const KnownOrder* order : services_.tracker->open_orders(config_.accounts)) {
    if (order->comp_id != config_.comp_id) continue;
    CancelOrder cancel;
    cancel.order = order->id;
    services_.ask({cancel, order->account, {}}, [id = order->id](Result<CommandResult> result) {
      if (!result)
        spdlog::warn("order {} could not be cancelled on disconnect: {}", id.value, result.error().message);
    });
  }
  services_.settle();
}

void Client::log(const std::string& text) {
  spdlog::info("{}: {}", config_.comp_id, text);
}

bool Client::within_rate() {
  if (config_.messages_per_second == 0) return true;
  const std::int64_t second = monotonic_nanoseconds() / nanoseconds_per_second;
  if (second != rate_second_) {
    rate_second_ = second;
    rate_count_ = 0;
  }
  return ++rate_count_ <= config_.messages_per_second;
}

fix::Verdict Client::received(const fix::Message& message) {
  if (message.type == "j" || message.type == "3") return {};
  if (config_.drop_copy) {
    refuse_business(message, 6, "this session gets copies, and may ask for nothing");
    return {};
  }
  if (!within_rate()) {
    refuse_business(
        message, 0,
        "more than " + std::to_string(config_.messages_per_second) + " messages a second: try again later");
    return {};
  }
  if (message.type == "D") {
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
  const std::string* named = message.find(1);
  if (named == nullptr) {
    if (config_.accounts.size() == 1) return config_.accounts.front();
    // A change belongs where the order that it names is.
    for (const std::string& account : config_.accounts) {
      if (message.find(41) != nullptr && services_.store->origins().contains({account, message.text(41)}))
        return account;
      if (message.type == "H" && services_.store->origins().contains({account, message.text(11)}))
        return account;
    }
    return fail(ErrorCode::usage, "tag 1: this session has several accounts: name one");
  }
  if (std::ranges::find(config_.accounts, *named) != config_.accounts.end()) return *named;
  return fail(ErrorCode::not_permitted, "tag 1: the account is not one of this session's");
}

void Client::ask(Asked asked, const SubmittedCommand& command,
                 void (Client::*answered)(const Asked&, Result<CommandResult>)) {
  asked.sequence = sequence_of(asked.message);
  services_.store->begin_inbound(config_.comp_id, asked.sequence);
  services_.ask(command,
                [this, alive = std::weak_ptr<int>(alive_), asked, answered](Result<CommandResult> result) {
                  if (alive.expired()) return;
                  (this->*answered)(asked, std::move(result));
                  services_.store->end_inbound(config_.comp_id, asked.sequence);
                });
  services_.settle();
}

std::string Client::own_execution_id(const fix::Message& message) const {
  return "R" + message.text(52) + "-" + message.text(34);
}

void Client::place(const fix::Message& message) {
  const std::string client_order_id = message.text(11);
  if (Status fits = check_client_order_id(client_order_id); !fits) {
    return refuse_order(message, 99, "tag 11: " + fits.error().message);
  }
  const Result<std::string> account = account_of(message);
  if (!account) return refuse_order(message, config_.version == "FIX.4.2" ? 0 : 15, account.error().message);
  Result<PlaceOrder> order = order_of(message);
  if (!order) return refuse_order(message, config_.version == "FIX.4.2" ? 0 : 11, order.error().message);
  services_.store->add_origin({*account, client_order_id}, {config_.comp_id, {}});
  const std::string symbol = message.text(55);
  ask({message, 0, *account}, {*order, *account, symbol}, &Client::placed);
}

void Client::placed(const Asked& asked, Result<CommandResult> result) {
  if (!result) {
    return refuse_business(asked.message, 4, result.error().message + "; ask for the order's status");
  }
  if (result->reason == RejectReason::none) {
    if (!result->duplicate) return;  // the journal tells
    if (!asked.repeated()) return refuse_order(asked.message, 6, "Duplicate ClOrdID");
    const KnownOrder* order = services_.tracker->find(asked.account, asked.message.text(11));
    if (order != nullptr) send_status(*order, asked.message, 0, false);
    return;
  }
  if (result->order && result->sequence != 0) return;  // so it does of a refusal that has an order
  const RejectReasonRow& row = row_of(result->reason);
  refuse_order(asked.message, row.fix_ord_rej_reason, std::string(row.text));
}

void Client::change(const fix::Message& message) {
  const std::string original = message.text(41);
  const std::string client_order_id = message.text(11);
  const Result<std::string> account = account_of(message);
  if (!account) {
    const bool unknown = message.find(1) == nullptr;
    return refuse_change(message, unknown ? unknown_order_code : other_code,
                         unknown ? "Unknown order" : account.error().message, nullptr);
  }
  if (Status fits = check_client_order_id(client_order_id); !fits) {
    return refuse_change(message, other_code, "tag 11: " + fits.error().message, nullptr);
  }
  // One that ended, or was renamed by a replace, is known here by its old ids as well.
  const KnownOrder* known = services_.tracker->find(*account, original);
  if (message.type == "F") {
    CancelOrder cancel;
    if (known != nullptr) {
      cancel.order = known->id;
    } else {
      cancel.client_order_id = original;
    }
    services_.store->add_origin({*account, client_order_id}, {config_.comp_id, original});
    services_.tracker->note_cancel(*account, known == nullptr ? original : known->client_order_id,
                                   client_order_id);
    return ask({message, 0, *account}, {cancel, *account, {}}, &Client::changed);
  }
  Result<PlaceOrder> wanted = order_of(message);
  if (!wanted) return refuse_change(message, other_code, wanted.error().message, known);
  ReplaceOrder replace;
  if (known != nullptr) {
    if (known->side != wanted->side)
      return refuse_change(message, other_code, "tag 54: the side cannot be changed", known);
    if (known->type != wanted->type)
      return refuse_change(message, other_code, "tag 40: the type cannot be changed", known);
    replace.order = known->id;
  } else {
    replace.client_order_id = original;
  }
  replace.quantity = wanted->quantity;
  if (wanted->limit_price) replace.limit_price = wanted->limit_price;
  if (wanted->stop_price && wanted->type != OrderType::trailing_stop) replace.stop_price = wanted->stop_price;
  replace.new_client_order_id = client_order_id;
  services_.store->add_origin({*account, client_order_id}, {config_.comp_id, {}});
  ask({message, 0, *account}, {replace, *account, {}}, &Client::changed);
}

void Client::changed(const Asked& asked, Result<CommandResult> result) {
  const KnownOrder* known = services_.tracker->find(asked.account, asked.message.text(41));
  if (!result) {
    return refuse_business(asked.message, 4, result.error().message + "; ask for the order's status");
  }
  const RejectReason reason = result->reason;
  if (reason == RejectReason::none) return;  // the journal tells
  const RejectReasonRow& row = row_of(reason);
  int code = other_code;
  if (reason == RejectReason::order_not_cancellable || reason == RejectReason::order_not_replaceable) {
    code = too_late_code;
  } else if (reason == RejectReason::unknown_order || reason == RejectReason::not_your_order) {
    code = unknown_order_code;
  } else if (reason == RejectReason::duplicate_client_order_id) {
    code = config_.version == "FIX.4.2" ? 2 : 6;
  }
  if (config_.version == "FIX.4.2" && code == other_code) code = 2;
  refuse_change(asked.message, code, std::string(row.text), known);
}

void Client::order_status(const fix::Message& message) {
  const Result<std::string> account = account_of(message);
  const KnownOrder* known = account ? services_.tracker->find(*account, message.text(11)) : nullptr;
  if (known != nullptr) return send_status(*known, message, 0, false);
  Report report;
  report.order.client_order_id = message.text(11);
  report.order.symbol = message.text(55);
  report.order.side = message.text(54) == "2" ? Side::sell : Side::buy;
  const bool sent = account && services_.store->origins().contains({*account, message.text(11)});
  report.order.status = sent ? OrderStatus::pending : OrderStatus::rejected;
  report.reject_code = 5;
  report.text = sent ? "the order is under way" : account ? "Unknown order" : account.error().message;
  report.execution_id = own_execution_id(message);
  fix::Message reply = execution_report(report, config_.version);
  send(reply);
}

void Client::send_status(const KnownOrder& order, const fix::Message& request, int of, bool last) {
  Report report;
  report.order = order;
  report.execution_id = own_execution_id(request) + (of > 0 ? "-" + std::to_string(order.id.value) : "");
  fix::Message reply = execution_report(report, config_.version);
  if (const std::string* id = request.find(790)) reply.add(790, *id);
  if (of > 0) {
    reply.add(584, request.text(584)).add(911, std::to_string(of)).add(912, last ? "Y" : "N");
  }
  send(reply);
}

void Client::mass_status(const fix::Message& message) {
  std::vector<const KnownOrder*> orders;
  const std::string* account = message.find(1);
  for (const KnownOrder* order : services_.tracker->open_orders(config_.accounts)) {
    if (order->comp_id != config_.comp_id || (account != nullptr && order->account != *account)) continue;
    if (message.text(585) == "1" && order->symbol != message.text(55)) continue;
    orders.push_back(order);
  }
  for (std::size_t i = 0; i < orders.size(); ++i)
    send_status(*orders[i], message, static_cast<int>(orders.size()), i + 1 == orders.size());
  if (!orders.empty()) return;
  Report report;
  report.order.symbol = message.find(55) == nullptr ? "[N/A]" : message.text(55);
  report.order.status = OrderStatus::rejected;
  report.reject_code = 5;
  report.text = "no open orders";
  report.execution_id = own_execution_id(message);
  fix::Message reply = execution_report(report, config_.version);
  reply.add(584, message.text(584)).add(911, "0").add(912, "Y");
  send(reply);
}

void Client::mass_cancel(const fix::Message& message) {
  std::vector<const KnownOrder*> orders;
  const std::string* account = message.find(1);
  for (const KnownOrder* order : services_.tracker->open_orders(config_.accounts)) {
    if (order->comp_id != config_.comp_id || (account != nullptr && order->account != *account)) continue;
    if (message.text(530) == "1" && order->symbol != message.text(55)) continue;
    if (message.find(54) != nullptr && message.text(54) != (order->side == Side::buy ? "1" : "2")) continue;
    orders.push_back(order);
  }
  fix::Message report;
  report.type = "r";
  report.add(11, message.text(11)).add(37, own_execution_id(message)).add(530, message.text(530));
  report.add(531, message.text(530)).add(533, std::to_string(orders.size()));
  if (const std::string* symbol = message.find(55)) report.add(55, *symbol);
  send(report);
  for (const KnownOrder* order : orders) {
    CancelOrder cancel;
    cancel.order = order->id;
    ask({message, 0, order->account}, {cancel, order->account, {}}, &Client::mass_cancelled);
  }
}

/// The report has told which orders are to go; of each the journal tells, or nothing where it had ended by
/// then.
void Client::mass_cancelled(const Asked& asked, Result<CommandResult> result) {
  if (!result) refuse_business(asked.message, 4, result.error().message + "; ask for the orders' status");
}

void Client::refuse_order(const fix::Message& message, int code, const std::string& why) {
  Report report;
  report.kind = ReportKind::rejected;
  report.order.client_order_id = message.text(11);
  report.order.symbol = message.text(55);
  report.order.side = message.text(54) == "2" ? Side::sell : Side::buy;
  report.order.status = OrderStatus::rejected;
  if (const Result<Quantity> quantity = parse_quantity(message.text(38))) report.order.quantity = *quantity;
  report.execution_id = own_execution_id(message);
  report.reject_code = code;
  report.text = why;
  send(execution_report(report, config_.version));
}

void Client::refuse_change(const fix::Message& message, int code, const std::string& why,
                           const KnownOrder* order) {
  fix::Message reject;
  reject.type = "9";
  reject.add(37, order == nullptr ? "NONE" : std::to_string(order->id.value));
  reject.add(11, message.text(11)).add(41, message.text(41));
  reject.add(39, std::string(1, order == nullptr ? '8' : fix_order_status(order->status)));
  reject.add(434, message.type == "F" ? "1" : "2").add(102, std::to_string(code)).add(58, why);
  send(reject);
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
