// What is said of a saved ledger that cannot be right, and what to do about it.
#pragma once

#include <string>

#include "base/result.hpp"

namespace trade::ledger {

constexpr const char* rebuild_hint = "make it anew from the journal: 'ledgerd --rebuild'";

/// `what` is broken of it.
[[nodiscard]] inline std::unexpected<Error> broken_ledger(const std::string& what) {
  return fail(ErrorCode::corrupt, "the saved ledger is broken: " + what, rebuild_hint);
}

}  // namespace trade::ledger
