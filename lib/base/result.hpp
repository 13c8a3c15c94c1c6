// Expected failures are values: Result<T> holds a T or an Error that is ready to be shown to a user.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace trade {

/// What kind of failure this is. The command line turns each into an exit status, HTTP into a status code.
enum class ErrorCode : std::uint8_t {
  internal,       ///< a failure of the machine or of this program: disk, memory, a broken file
  usage,          ///< the caller's words are wrong: an unknown option, a malformed number
  rejected,       ///< refused by risk or by the market; `name` is the reject reason's
  not_permitted,  ///< the caller may not do this
  not_found,      ///< no such order, account, symbol, file
  timed_out,      ///< no answer in the time allowed; the outcome may be unknown
  not_running,    ///< the daemon that should answer does not
  difference,     ///< a replay, a verification or a reconciliation found a difference
  corrupt,        ///< stored or received bytes are not what they must be
  out_of_space,   ///< disk or memory map full
};

/// A failure, in words for the user: what happened and where, and what to do about it.
struct Error {
  ErrorCode code = ErrorCode::internal;
  /// Machine-readable snake_case name, as in `{"error": name}`, such as "insufficient_buying_power".
  std::string name;
  /// One line: what and where. No trailing full stop or newline.
  std::string message;
  /// One line: what to do. Empty when there is nothing to add.
  std::string hint;
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

/// The default name of an error code, as used when an Error has no more particular one.
std::string_view error_code_name(ErrorCode code);

/// Makes the unexpected alternative of a Result: `return fail(ErrorCode::not_found, "no account 'x'", "…");`
[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string message, std::string hint = {}) {
  return std::unexpected<Error>(
      Error{code, std::string(error_code_name(code)), std::move(message), std::move(hint)});
}

/// The same with a name of its own.
[[nodiscard]] inline std::unexpected<Error> fail_named(ErrorCode code, std::string_view name,
                                                       std::string message, std::string hint = {}) {
  return std::unexpected<Error>(Error{code, std::string(name), std::move(message), std::move(hint)});
}

/// Passes the error of one Result on as that of another.
template <class T>
[[nodiscard]] std::unexpected<Error> pass_on(Result<T>&& result) {
  return std::unexpected<Error>(std::move(result).error());
}

}  // namespace trade
