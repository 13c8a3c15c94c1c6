#include "base/result.hpp"

namespace trade {

std::string_view error_code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::internal:
      return "internal";
    case ErrorCode::usage:
      return "usage";
    case ErrorCode::rejected:
      return "rejected";
    case ErrorCode::not_permitted:
      return "not_permitted";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::timed_out:
      return "timed_out";
    case ErrorCode::not_running:
      return "not_running";
    case ErrorCode::difference:
      return "difference";
    case ErrorCode::corrupt:
      return "corrupt";
    case ErrorCode::out_of_space:
      return "out_of_space";
  }
  return "internal";
}

}  // namespace trade
