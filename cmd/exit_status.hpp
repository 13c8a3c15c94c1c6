// How a command ends, as its caller's shell sees it.
#pragma once

#include "base/result.hpp"

namespace trade::cmd {

enum class ExitStatus : int {
  done = 0,
  error = 1,
  usage = 2,
  rejected = 3,  ///< by risk or by the market
  not_permitted = 4,
  not_found = 5,
  timed_out = 6,
  not_running = 7,  ///< the daemon that should answer does not
  difference = 8,   ///< a replay, a verification or a reconciliation found one
  interrupted = 130,
};

constexpr ExitStatus exit_status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::internal:
      return ExitStatus::error;
    case ErrorCode::usage:
      return ExitStatus::usage;
    case ErrorCode::rejected:
      return ExitStatus::rejected;
    case ErrorCode::not_permitted:
      return ExitStatus::not_permitted;
    case ErrorCode::not_found:
      return ExitStatus::not_found;
    case ErrorCode::timed_out:
      return ExitStatus::timed_out;
    case ErrorCode::not_running:
      return ExitStatus::not_running;
    case ErrorCode::difference:
      return ExitStatus::difference;
    case ErrorCode::corrupt:
      return ExitStatus::error;
    case ErrorCode::out_of_space:
      return ExitStatus::error;
  }
  return ExitStatus::error;
}

}  // namespace trade::cmd
