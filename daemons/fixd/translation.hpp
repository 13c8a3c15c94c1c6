// FIX fields and our own terms, both ways.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "fix/session.hpp"
#include "fixd/order_tracker.hpp"

namespace trade::fixd {

// Our own tags.
constexpr int self_trade_prevention_tag = 5001;
constexpr int post_only_slide_tag = 5002;

// Tag 102 (CxlRejReason) as in FIX 4.4.
constexpr int too_late_code = 0;
constexpr int unknown_order_code = 1;
constexpr int duplicate_request_code = 6;
constexpr int other_cancel_code = 99;
/// The same in the words of this version: 4.2 has only 0 to 3, of which 2 (broker option) stands for the
/// rest.
int cancel_reject_code(int code, std::string_view version);

/// "20260130-14:30:00.000".
std::string fix_time(Timestamp timestamp);
char fix_order_status(OrderStatus status);
/// Tags 40 and 59.
char fix_order_type(OrderType type);
char fix_time_in_force(TimeInForce time_in_force);
/// Tag 54: 1 buy, 2 sell, 5 sell short, 6 sell short exempt; nothing: it is none of them.
char fix_side(MarkedSide side);
std::optional<MarkedSide> side_of(std::string_view text);

/// An order or the new terms of one, from NewOrderSingle or OrderCancelReplaceRequest. Its texts point into
/// `message`. The error's message says which tag is wrong and why.
Result<PlaceOrder> order_of(const fix::Message& message);

/// ExecutionReport in the words of this version.
fix::Message execution_report(const Report& report, std::string_view version);
/// OrderCancelReject; without an order it is one that is not known.
fix::Message cancel_reject(const std::string& client_order_id, const std::string& original,
                           RequestKind refused, const KnownOrder* order, int code, std::string_view why,
                           std::string_view version);
/// That which tells of the report.
fix::Message message_of(const Report& report, std::string_view version);

}  // namespace trade::fixd
