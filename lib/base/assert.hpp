// Assertions that stay on in release. They guard what input can never cause: a failure is a bug of this
// program, and going on would put the books at risk, so the process stops and restarts from its journal.
#pragma once

namespace trade {

/// Prints the failed condition and its place to standard error and aborts.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line, const char* message);

}  // namespace trade

#define TRADE_ASSERT(condition, message)                                  \
  do {                                                                    \
    if (!(condition)) [[unlikely]] {                                      \
      ::trade::assertion_failed(#condition, __FILE__, __LINE__, message); \
    }                                                                     \
  } while (false)
