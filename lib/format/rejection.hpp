// Rejections in words: what each reason means for the one who asked, and what to do about it.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "model/reject_reason.hpp"

namespace trade::format {

/// The Error that shows a rejection. `about` says what was refused ("buy 100 AAPL for alice"); empty: nothing
/// is said of it. The code is `not_permitted` for another's order, `not_found` for an unknown account or
/// order, `rejected` for all else.
Error rejection(RejectReason reason, std::string_view about);

/// What to do about it, one line; empty where there is nothing to say.
std::string_view hint_of(RejectReason reason);

}  // namespace trade::format
