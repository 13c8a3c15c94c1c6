#include "fixd/translation.hpp"

#include <optional>
#include <utility>

#include "model/numbers.hpp"

namespace trade::fixd {

namespace {

std::unexpected<Error> wrong(int tag, std::string_view why) {
  return fail(ErrorCode::usage, "tag " + std::to_string(tag) + ": " + std::string(why));
}

Result<OrderType> type_of(const fix::Message& message) {
  const std::string text = message.text(40);
  const std::string instructions = message.text(18);
  if (text == "1") return OrderType::market;
  if (text == "2") return OrderType::limit;
  if (text == "3") return OrderType::stop_loss;
  if (text == "4") return OrderType::stop_limit;
  if (text == "P" && instructions.find('a') != std::string::npos) return OrderType::trailing_stop;
  return wrong(40, "this order type is not traded here");
}

Result<TimeInForce> time_in_force_of(const fix::Message& message) {
  const std::string* text = message.find(59);
  if (text == nullptr || *text == "0") return TimeInForce::day;
  if (*text == "1") return TimeInForce::gtc;
  if (*text == "3") return TimeInForce::ioc;
  if (*text == "4") return TimeInForce::fok;
  if (*text == "6") return TimeInForce::gtd;
  if (*text == "2") return TimeInForce::opg;
  if (*text == "7") return TimeInForce::cls;
  return wrong(59, "this time in force is not traded here");
}

/// FIX writes whole shares as "100" or "100.00".
Result<Quantity> quantity_of(const fix::Message& message, int tag) {
  std::string text = message.text(tag);
  if (const std::size_t point = text.find('.'); point != std::string::npos) {
    if (text.find_first_not_of('0', point + 1) != std::string::npos)
      return wrong(tag, "only whole shares are traded");
    text.erase(point);
  }
  Result<Quantity> quantity = parse_quantity(text);
  if (!quantity) return wrong(tag, quantity.error().message);
  return quantity;
}

Result<Price> price_of(const fix::Message& message, int tag) {
  Result<Price> price = parse_price(message.text(tag));
  if (!price) return wrong(tag, price.error().message);
  return price;
}

/// "20260130-14:30:00[.123]".
Result<Timestamp> time_of(const fix::Message& message, int tag) {
  const std::string text = message.text(tag);
  if (text.size() < 17) return wrong(tag, "it is no UTC time");
  Result<Timestamp> time = parse_timestamp(text.substr(0, 4) + "-" + text.substr(4, 2) + "-" +
                                           text.substr(6, 2) + "T" + text.substr(9) + "Z");
  if (!time) return wrong(tag, time.error().message);
  return time;
}

Status read_instructions(const fix::Message& message, PlaceOrder& order) {
  for (const char instruction : message.text(18)) {
    if (instruction == ' ' || instruction == 'a') continue;
    if (instruction == '6') {
      order.instructions.post_only = PostOnly::reject;
    } else if (instruction == 'G') {
      order.instructions.all_or_none = true;
    } else {
      return wrong(18, "this instruction is not taken here");
    }
  }
  if (message.text(post_only_slide_tag) == "Y") order.instructions.post_only = PostOnly::slide;
  if (const std::string* prevention = message.find(self_trade_prevention_tag)) {
    const auto value = value_numbered<SelfTradePrevention>(
        static_cast<std::uint8_t>(prevention->size() == 1 ? prevention->front() - '0' : 0));
    if (!value) return wrong(self_trade_prevention_tag, "it is 1 to 4");
    order.instructions.self_trade_prevention = value;
  }
  for (const auto& [tag, quantity] :
       {std::pair{110, &order.instructions.minimum_quantity}, {111, &order.instructions.display_quantity}}) {
    if (message.find(tag) == nullptr) continue;
    Result<Quantity> given = quantity_of(message, tag);
    if (!given) return pass_on(std::move(given));
    *quantity = *given;
  }
  if (order.type == OrderType::trailing_stop) {
    Result<Price> offset = price_of(message, 211);
    if (!offset) return pass_on(std::move(offset));
    if (message.text(836) == "1") {
      if (offset->units % units_per_dollar != 0) return wrong(211, "basis points are whole");
      order.instructions.trail_basis_points = offset->units / units_per_dollar;
    } else {
      order.instructions.trail_amount = *offset;
    }
  }
  if (message.find(126) != nullptr) {
    Result<Timestamp> expiry = time_of(message, 126);
    if (!expiry) return pass_on(std::move(expiry));
    order.instructions.expires_at = *expiry;
  } else if (order.time_in_force == TimeInForce::gtd) {
    return wrong(126, "an order that is good till a time names it");
  }
  return {};
}

/// Tag 103 in 4.2 ends with 8; what it has no word for is 0, broker option.
int order_reject_code(int code, bool fix42) {
  return fix42 && code > 8 ? 0 : code;
}

/// What the order was asked to do, as it was asked for.
void add_instructions(fix::Message& message, const KnownOrder& order) {
  const OrderInstructions& instructions = order.instructions;
  std::string texts;
  const auto add_text = [&texts](const char* text) {
    texts += (texts.empty() ? "" : " ") + std::string(text);
  };
  if (order.type == OrderType::trailing_stop) add_text("a");
  if (instructions.post_only) add_text("6");
  if (instructions.all_or_none) add_text("G");
  if (!texts.empty()) message.add(18, texts);
  if (instructions.minimum_quantity) message.add(110, std::to_string(instructions.minimum_quantity.shares));
  if (instructions.display_quantity) message.add(111, std::to_string(instructions.display_quantity.shares));
  if (instructions.trail_amount) {
    message.add(211, format_price(instructions.trail_amount)).add(836, "0");
  } else if (instructions.trail_basis_points != 0) {
    message.add(211, std::to_string(instructions.trail_basis_points)).add(836, "1");
  }
  if (instructions.self_trade_prevention) {
    message.add(self_trade_prevention_tag,
                std::to_string(static_cast<int>(*instructions.self_trade_prevention)));
  }
  if (instructions.post_only == PostOnly::slide) message.add(post_only_slide_tag, "Y");
}

/// Tag 39. Of an order that is asked about, that it is to be changed comes before all but its end.
char order_status(const Report& report) {
  if (report.changing && !is_terminal(report.order.status))
    return *report.changing == RequestKind::cancel ? '6' : 'E';
  return fix_order_status(report.order.status);
}

char execution_type(const Report& report, bool fix42) {
  switch (report.kind) {
    case ReportKind::accepted:
      return '0';
    case ReportKind::pending:
      return 'A';
    case ReportKind::rejected:
      return '8';
    case ReportKind::busted:
      return fix42 ? fix_order_status(report.order.status) : 'H';
    case ReportKind::filled:
      if (!fix42) return 'F';
      return report.order.status == OrderStatus::filled ? '2' : '1';
    case ReportKind::cancelled:
      return '4';
    case ReportKind::expired:
      return 'C';
    case ReportKind::replaced:
      return '5';
    case ReportKind::triggered:
      return fix42 ? 'D' : 'L';
    case ReportKind::status:
      return fix42 ? order_status(report) : 'I';
    case ReportKind::restated:
      return 'D';
    case ReportKind::change_refused:
    case ReportKind::too_late:
      break;  // no ExecutionReport
  }
  return '0';
}

}  // namespace

int cancel_reject_code(int code, std::string_view version) {
  return version == "FIX.4.2" && code > 3 ? 2 : code;
}

std::string fix_time(Timestamp timestamp) {
  // "2026-01-30T14:30:00.000000001Z"
  const std::string text = format_timestamp(timestamp);
  return text.substr(0, 4) + text.substr(5, 2) + text.substr(8, 2) + "-" + text.substr(11, 12);
}

char fix_side(MarkedSide side) {
  if (side.side == Side::buy) return '1';
  if (!side.short_sale) return '2';
  return *side.short_sale == ShortSale::sell_short ? '5' : '6';
}

std::optional<MarkedSide> side_of(std::string_view text) {
  if (text == "1") return MarkedSide{Side::buy, {}};
  if (text == "2") return MarkedSide{Side::sell, {}};
  if (text == "5") return MarkedSide{Side::sell, ShortSale::sell_short};
  if (text == "6") return MarkedSide{Side::sell, ShortSale::sell_short_exempt};
  return std::nullopt;
}

char fix_order_status(OrderStatus status) {
  switch (status) {
    case OrderStatus::pending:
      return 'A';
    case OrderStatus::validated:
    case OrderStatus::submitted:
      return '0';
    case OrderStatus::partially_filled:
      return '1';
    case OrderStatus::filled:
      return '2';
    case OrderStatus::cancelled:
      return '4';
    case OrderStatus::rejected:
      return '8';
    case OrderStatus::expired:
      return 'C';
  }
  return 'A';
}

char fix_order_type(OrderType type) {
  switch (type) {
    case OrderType::market:
      return '1';
    case OrderType::limit:
      return '2';
    case OrderType::stop_loss:
      return '3';
    case OrderType::stop_limit:
      return '4';
    case OrderType::trailing_stop:
      return 'P';
  }
  return '1';
}

char fix_time_in_force(TimeInForce time_in_force) {
  switch (time_in_force) {
    case TimeInForce::day:
      return '0';
    case TimeInForce::gtc:
      return '1';
    case TimeInForce::ioc:
      return '3';
    case TimeInForce::fok:
      return '4';
    case TimeInForce::gtd:
      return '6';
    case TimeInForce::opg:
      return '2';
    case TimeInForce::cls:
      return '7';
  }
  return '0';
}

Result<PlaceOrder> order_of(const fix::Message& message) {
  PlaceOrder order;
  // What would make it another order than the client means is not passed over.
  if (message.find(65) != nullptr) return wrong(65, "symbols have no suffix here");
  if (const std::string* currency = message.find(15); currency != nullptr && *currency != "USD")
    return wrong(15, "only USD is traded here");
  if (message.find(432) != nullptr) return wrong(432, "name the time in tag 126 instead");
  const std::optional<MarkedSide> side = side_of(message.text(54));
  if (!side) return wrong(54, "1 (buy), 2 (sell), 5 (sell short) and 6 (sell short exempt) are traded here");
  order.side = side->side;
  order.instructions.short_sale = side->short_sale;
  Result<OrderType> type = type_of(message);
  if (!type) return pass_on(std::move(type));
  order.type = *type;
  Result<TimeInForce> time_in_force = time_in_force_of(message);
  if (!time_in_force) return pass_on(std::move(time_in_force));
  order.time_in_force = *time_in_force;
  Result<Quantity> quantity = quantity_of(message, 38);
  if (!quantity) return pass_on(std::move(quantity));
  order.quantity = *quantity;
  for (const auto& [tag, price, wanted] :
       {std::tuple{44, &order.limit_price, wants_limit(order.type)},
        {99, &order.stop_price, wants_stop(order.type) && order.type != OrderType::trailing_stop}}) {
    if (message.find(tag) == nullptr) {
      if (wanted) return wrong(tag, "an order of this type has one");
      continue;
    }
    Result<Price> given = price_of(message, tag);
    if (!given) return pass_on(std::move(given));
    *price = *given;
  }
  if (Status read = read_instructions(message, order); !read) return pass_on(std::move(read));
  if (const std::string* id = message.find(11)) order.client_order_id = *id;
  return order;
}

fix::Message execution_report(const Report& report, std::string_view version) {
  const bool fix42 = version == "FIX.4.2";
  const KnownOrder& order = report.order;
  const bool over = is_terminal(order.status);
  const Quantity leaves = over ? Quantity{} : Quantity{order.quantity.shares - order.filled_quantity.shares};
  fix::Message message;
  message.type = "8";
  message.add(37, order.id ? std::to_string(order.id.value) : "NONE");
  const std::string& id = report.client_order_id.empty() ? order.client_order_id : report.client_order_id;
  if (!id.empty()) message.add(11, id);
  if (!report.original_client_order_id.empty()) message.add(41, report.original_client_order_id);
  message.add(17, report.execution_id);
  if (!report.reference_execution_id.empty()) message.add(19, report.reference_execution_id);
  if (fix42) {
    const bool busted = report.kind == ReportKind::busted;
    message.add(20, report.kind == ReportKind::status ? "3" : busted ? "1" : "0");
  }
  message.add(150, std::string(1, execution_type(report, fix42)));
  const bool says_replaced = fix42 && report.kind == ReportKind::replaced;
  message.add(39, says_replaced ? "5" : std::string(1, order_status(report)));
  if (order.status == OrderStatus::rejected)
    message.add(103, std::to_string(order_reject_code(report.reject_code, fix42)));
  if (report.kind == ReportKind::restated) message.add(378, "5");  // partial decline of OrderQty
  if (!order.account.empty()) message.add(1, order.account);
  message.add(55, order.symbol);
  message.add(54, std::string(1, fix_side(order.marked_side())));
  message.add(38, std::to_string(order.quantity.shares));
  message.add(40, std::string(1, fix_order_type(order.type)));
  if (order.limit_price) message.add(44, format_price(order.limit_price));
  if (order.stop_price) message.add(99, format_price(order.stop_price));
  message.add(59, std::string(1, fix_time_in_force(order.time_in_force)));
  if (order.instructions.expires_at) message.add(126, fix_time(order.instructions.expires_at));
  add_instructions(message, order);
  if (report.kind == ReportKind::filled || report.kind == ReportKind::busted) {
    message.add(32, std::to_string(report.last_quantity.shares));
    message.add(31, format_price(report.last_price));
    if (!fix42 && !report.away) message.add(851, report.maker ? "1" : "2");
  }
  message.add(151, std::to_string(leaves.shares));
  message.add(14, std::to_string(order.filled_quantity.shares));
  message.add(6, format_price(average_price(order.filled_notional, order.filled_quantity)));
  if (report.timestamp) message.add(60, fix_time(report.timestamp));
  if (!report.text.empty()) message.add(58, report.text);
  return message;
}

fix::Message cancel_reject(const std::string& client_order_id, const std::string& original,
                           RequestKind refused, const KnownOrder* order, int code, std::string_view why,
                           std::string_view version) {
  fix::Message reject;
  reject.type = "9";
  reject.add(37, order != nullptr ? std::to_string(order->id.value) : "NONE");
  reject.add(11, client_order_id).add(41, original);
  reject.add(39, std::string(1, order != nullptr ? fix_order_status(order->status) : '8'));
  reject.add(434, refused == RequestKind::cancel ? "1" : "2");
  reject.add(102, std::to_string(cancel_reject_code(code, version))).add(58, std::string(why));
  return reject;
}

fix::Message message_of(const Report& report, std::string_view version) {
  const bool refused = report.kind == ReportKind::change_refused;
  if (!refused && report.kind != ReportKind::too_late) return execution_report(report, version);
  const int code = report.reject_code != 0 ? report.reject_code : other_cancel_code;
  return cancel_reject(report.client_order_id, report.original_client_order_id, report.refused,
                       report.order.id ? &report.order : nullptr, refused ? code : too_late_code, report.text,
                       version);
}

}  // namespace trade::fixd
