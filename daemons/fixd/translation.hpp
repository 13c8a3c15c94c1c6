// FIX fields and our own terms, both ways.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "fix/session.hpp"
#include "fixd/order_tracker.hpp"

namespace trade::fixd {

/// "20260130-14:30:00.000".
std::string fix_time(Timestamp timestamp);
char fix_order_status(OrderStatus status);

/// An order or the new terms of one, from NewOrderSingle or OrderCancelReplaceRequest. Its texts point into
/// `message`. The error's message says which tag is wrong and why.
Result<PlaceOrder> order_of(const fix::Message& message);

/// ExecutionReport in the words of this version.
fix::Message execution_report(const Report& report, std::string_view version);

}  // namespace trade::fixd
