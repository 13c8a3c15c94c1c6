// What a session asks tradingd for: new orders, changes to them, and mass cancels.
#include <algorithm>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "fixd/client.hpp"
#include "fixd/translation.hpp"

namespace trade::fixd {

namespace {

// Tag 103.
constexpr int duplicate_order_code = 6;
constexpr int unsupported_order_code = 11;
constexpr int unknown_account_code = 15;
constexpr int other_order_code = 99;

/// Of a mass cancel, in one request to tradingd.
constexpr std::size_t cancels_per_request = 1'000;
static_assert(cancels_per_request <= submit_commands_max);
/// Orders that mass cancels ask to cancel and that tradingd has not answered for; with as many another mass
/// cancel is refused, so that those who send them without end are held up, and not the memory filled.
constexpr std::size_t mass_cancelling_max = 100'000;

constexpr const char* used_id_text = "Duplicate ClOrdID";

/// The client was told of it before, or cannot know whether it was.
bool is_repeated(const fix::Message& message) {
  return message.text(43) == "Y" || message.text(97) == "Y";
}

bool is_overload(const Error& error) {
  return error.name == "overloaded";
}

int cancel_code_of(RejectReason reason) {
  switch (reason) {
    case RejectReason::order_not_cancellable:
    case RejectReason::order_not_replaceable:
      return too_late_code;
    case RejectReason::unknown_order:
    case RejectReason::not_your_order:
      return unknown_order_code;
    case RejectReason::duplicate_client_order_id:
      return duplicate_request_code;
    default:
      return other_cancel_code;
  }
}

/// What of the order a change names otherwise than it is, and cannot change; empty: nothing.
std::string contradiction(const fix::Message& message, const KnownOrder& known) {
  if (message.text(55) != known.symbol) return "tag 55: the symbol is another than the order's";
  if (side_of(message.text(54)) != known.marked_side()) return "tag 54: the side cannot be changed";
  return {};
}

std::string contradiction(const fix::Message& message, const PlaceOrder& wanted, const KnownOrder& known) {
  if (known.type != wanted.type) return "tag 40: the type cannot be changed";
  if (message.find(59) != nullptr && known.time_in_force != wanted.time_in_force)
    return "tag 59: the time in force cannot be changed";
  const auto differs = [&](int tag, bool same) { return message.find(tag) != nullptr && !same; };
  const OrderInstructions& is = known.instructions;
  const OrderInstructions& asked = wanted.instructions;
  if (differs(18,
              is.all_or_none == asked.all_or_none && is.post_only.has_value() == asked.post_only.has_value()))
    return "tag 18: the instructions cannot be changed";
  if (differs(110, is.minimum_quantity == asked.minimum_quantity))
    return "tag 110: the least quantity cannot be changed";
  if (differs(111, is.display_quantity == asked.display_quantity))
    return "tag 111: the quantity shown cannot be changed";
  if (differs(126, is.expires_at == asked.expires_at)) return "tag 126: the expiry cannot be changed";
  if (differs(211,
              is.trail_amount == asked.trail_amount && is.trail_basis_points == asked.trail_basis_points))
    return "tag 211: the trail cannot be changed";
  if (differs(self_trade_prevention_tag, is.self_trade_prevention == asked.self_trade_prevention))
    return "tag 5001: self-trade prevention cannot be changed";
  return {};
}

}  // namespace

/// An id that was used already: a request that is told again gets what became of the first, any other is
/// refused. False: it is new, or comes again and the first is still under way.
bool Client::refuse_used_id(const Asked& asked) {
  const bool repeated = is_repeated(asked.message);
  const auto order = services_.state->orders().find(asked.account, asked.message.text(11));
  const PendingRequest* request = services_.state->requests().find(asked.key());
  if (order && repeated && order->comp_id == config_.comp_id) {
    send_status(*order, asked.message, 0, false);
    return true;
  }
  if (!order && repeated && request != nullptr && request->at_venue && request->comp_id == config_.comp_id) {
    // Its venue was asked for it, and answers once.
    if (const auto changing = services_.state->orders().find(request->order)) {
      send_status(*changing, asked.message, 0, false);
    } else {
      refuse_business(asked.message, 4, "another venue was asked for it and has not answered yet");
    }
    return true;
  }
  if (!order && (request == nullptr || (repeated && request->comp_id == config_.comp_id))) return false;
  if (asked.message.type == "D") {
    refuse_order(asked.message, duplicate_order_code, used_id_text);
  } else {
    refuse_change(asked.message, duplicate_request_code, used_id_text, std::nullopt);
  }
  return true;
}

void Client::place(const fix::Message& message) {
  const std::string client_order_id = message.text(11);
  if (Status fits = check_client_order_id(client_order_id); !fits)
    return refuse_order(message, other_order_code, "tag 11: " + fits.error().message);
  const Result<std::string> account = account_of(message);
  if (!account) return refuse_order(message, unknown_account_code, account.error().message);
  const Asked asked{message, *account};
  if (refuse_used_id(asked)) return;
  const std::string symbol = message.text(55);
  // What can be no symbol is not asked about: tradingd takes no text of any length.
  if (!parse_symbol(symbol)) {
    const RejectReasonRow& row = row_of(RejectReason::unknown_symbol);
    return refuse_order(message, row.fix_ord_rej_reason, std::string(row.text));
  }
  Result<PlaceOrder> order = order_of(message);
  if (!order) return refuse_order(message, unsupported_order_code, order.error().message);
  if (config_.cancel_on_disconnect) order->session = session_number(config_.comp_id);
  PendingRequest request;
  request.comp_id = config_.comp_id;
  request.symbol = symbol;
  request.side = {order->side, order->instructions.short_sale};
  request.noted_at = SystemClock().now();
  services_.state->requests().add(asked.key(), std::move(request));
  ask(asked, {*order, *account, symbol}, &Client::placed);
}

void Client::placed(const Asked& asked, Result<CommandResult> result) {
  RequestTable& requests = services_.state->requests();
  if (!result) {
    if (is_overload(result.error())) {
      requests.take(asked.key());
      return refuse_order(asked.message, other_order_code, result.error().message);
    }
    return unanswered(asked, result.error());
  }
  if (result->duplicate) {
    // It was there before. Of an order of this session the journal tells, or has told; another has its id.
    const auto order = services_.state->orders().find(result->order);
    if (order && order->comp_id == config_.comp_id) return send_status(*order, asked.message, 0, false);
    if (!order) return;
    requests.take(asked.key());
    return refuse_order(asked.message, duplicate_order_code, used_id_text);
  }
  if (result->reason == RejectReason::none) return;  // the journal tells
  const bool used = result->reason == RejectReason::duplicate_client_order_id;
  if (!used && result->order && result->sequence != 0) return;  // so it does of a refusal that has an order
  requests.take(asked.key());
  const RejectReasonRow& row = row_of(result->reason);
  refuse_order(asked.message, row.fix_ord_rej_reason, used ? used_id_text : std::string(row.text));
}

/// Nobody knows yet whether it happened.
void Client::unanswered(const Asked& asked, const Error& error) {
  if (error.code == ErrorCode::not_running)
    services_.state->requests().hasten(asked.key(), SystemClock().now());
  refuse_business(asked.message, 4, error.message + "; ask for the order's status");
}

void Client::change(const fix::Message& message) {
  const Result<std::string> account = account_of(message);
  if (!account) {
    const bool unknown = message.find(1) == nullptr;
    return refuse_change(message, unknown ? unknown_order_code : other_cancel_code,
                         unknown ? "Unknown order" : account.error().message, std::nullopt);
  }
  if (Status fits = check_client_order_id(message.text(11)); !fits)
    return refuse_change(message, other_cancel_code, "tag 11: " + fits.error().message, std::nullopt);
  const Asked asked{message, *account};
  if (refuse_used_id(asked)) return;
  // One that ended, or was renamed by a replace, is known here by its old ids as well.
  const auto known = services_.state->orders().find(*account, message.text(41));
  const bool may_be_id = known || check_client_order_id(message.text(41));
  if (!may_be_id || (known && known->comp_id != config_.comp_id))
    return refuse_change(message, unknown_order_code, "Unknown order", std::nullopt);
  if (known) {
    if (const std::string why = contradiction(message, *known); !why.empty())
      return refuse_change(message, other_cancel_code, why, known);
  }
  if (message.type == "F") return ask_to_change(asked, known, RequestKind::cancel, CancelOrder{});
  replace(asked, known);
}

/// The order is named by its id where that is known, else by the id that the client gave it. Notes that its
/// change is asked for, and asks.
template <class Command>
void Client::ask_to_change(const Asked& asked, const std::optional<KnownOrder>& known, RequestKind kind,
                           Command command) {
  const std::string original = asked.message.text(41);
  PendingRequest request;
  request.comp_id = config_.comp_id;
  request.kind = kind;
  request.original = original;
  request.noted_at = SystemClock().now();
  if (known) {
    command.order = request.order = known->id;
  } else {
    command.client_order_id = original;
  }
  services_.state->requests().add(asked.key(), std::move(request));
  ask(asked, {command, asked.account, {}}, &Client::changed);
}

void Client::replace(const Asked& asked, const std::optional<KnownOrder>& known) {
  const fix::Message& message = asked.message;
  Result<PlaceOrder> wanted = order_of(message);
  if (!wanted) return refuse_change(message, other_cancel_code, wanted.error().message, known);
  if (known) {
    if (const std::string why = contradiction(message, *wanted, *known); !why.empty())
      return refuse_change(message, other_cancel_code, why, known);
  }
  const std::string client_order_id = message.text(11);
  ReplaceOrder command;
  command.quantity = wanted->quantity;
  if (wanted->limit_price) command.limit_price = wanted->limit_price;
  if (wanted->stop_price && wanted->type != OrderType::trailing_stop) command.stop_price = wanted->stop_price;
  command.new_client_order_id = client_order_id;
  ask_to_change(asked, known, RequestKind::replace, command);
}

void Client::changed(const Asked& asked, Result<CommandResult> result) {
  RequestTable& requests = services_.state->requests();
  const auto known = services_.state->orders().find(asked.account, asked.message.text(41));
  if (!result) {
    if (is_overload(result.error())) {
      if (!requests.take(asked.key())) return;
      return refuse_change(asked.message, other_cancel_code, result.error().message, known);
    }
    return unanswered(asked, result.error());
  }
  if (result->reason == RejectReason::none) return;  // the journal tells
  // It may have told already: of the order's end, at which all that waited for it was answered.
  if (!requests.take(asked.key())) return;
  refuse_change(asked.message, cancel_code_of(result->reason), std::string(row_of(result->reason).text),
                known);
}

void Client::mass_cancel(const fix::Message& message) {
  const std::string* account = message.find(1);
  const std::string* side = message.find(54);
  const auto meant = [&](const std::string& of_account, const std::string& symbol, MarkedSide of_side) {
    return (account == nullptr || of_account == *account) &&
           (message.text(530) != "1" || symbol == message.text(55)) &&
           (side == nullptr || side_of(*side) == of_side);
  };
  std::vector<SubmittedCommand> commands;
  for (const KnownOrder* order : open_orders()) {
    if (!meant(order->account, order->symbol, order->marked_side())) continue;
    commands.push_back(
        {CancelOrder{.account = {}, .order = order->id, .client_order_id = {}}, order->account, {}});
  }
  // Those under way are placed before this is taken.
  const auto places = services_.state->requests().places(config_.comp_id);
  for (const auto& [key, request] : places) {
    if (!has_account(key.first) || !meant(key.first, request.symbol, request.side)) continue;
    commands.push_back(
        {CancelOrder{.account = {}, .order = {}, .client_order_id = key.second}, key.first, {}});
  }
  const bool refused = *mass_cancelling_ >= mass_cancelling_max;
  fix::Message report;
  report.type = "r";
  report.add(11, message.text(11)).add(37, own_execution_id(message)).add(530, message.text(530));
  report.add(531, refused ? "0" : message.text(530));
  if (refused) report.add(532, "99");
  report.add(533, refused ? "0" : std::to_string(commands.size()));
  if (const std::string* symbol = message.find(55)) report.add(55, *symbol);
  if (refused) report.add(58, "mass cancels of before are not answered yet: try again");
  send(report);
  if (refused) return;
  // One request has so many that tradingd takes those of others in between.
  for (std::size_t first = 0; first < commands.size(); first += cancels_per_request) {
    const auto begin = commands.begin() + static_cast<std::ptrdiff_t>(first);
    const std::size_t count = std::min(cancels_per_request, commands.size() - first);
    *mass_cancelling_ += count;
    ask(message, {begin, begin + static_cast<std::ptrdiff_t>(count)},
        [message, count, under_way = mass_cancelling_](Client* client, const Results& results) {
          *under_way -= count;
          if (client != nullptr) client->mass_cancelled(message, results);
        });
  }
}

/// The report has told how many orders are to go; of each the journal tells, or nothing where it had ended by
/// then. One that cannot be cancelled now is told by itself.
void Client::mass_cancelled(const fix::Message& message, const Results& results) {
  if (!results) return refuse_business(message, 4, results.error().message + "; ask for the orders' status");
  for (const CommandResult& result : *results) {
    const int code = cancel_code_of(result.reason);
    if (result.reason == RejectReason::none || code == too_late_code || code == unknown_order_code) continue;
    const auto order = services_.state->orders().find(result.order);
    if (!order || !has_account(order->account)) continue;
    send(cancel_reject(message.text(11), order->client_order_id, RequestKind::cancel, &*order, code,
                       row_of(result.reason).text, config_.version));
  }
}

}  // namespace trade::fixd
