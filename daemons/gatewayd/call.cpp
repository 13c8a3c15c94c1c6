#include "gatewayd/call.hpp"

#include "format/json.hpp"
#include "gatewayd/services.hpp"
#include "model/reject_reason.hpp"

namespace trade::gatewayd {

namespace {

/// A daemon that is down is back in a second, if it comes back by itself.
constexpr std::string_view retry_after_seconds = "1";

int status_of(const Error& error) {
  if (const auto reason = reject_reason_named(error.name)) return row_of(*reason).http_status;
  if (error.name == "unauthorized") return 401;
  if (error.name == "too_many_requests") return 429;
  if (error.name == "overloaded") return 503;
  switch (error.code) {
    case ErrorCode::usage:
      return 422;
    case ErrorCode::rejected:
      return 400;
    case ErrorCode::not_permitted:
      return 403;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::timed_out:
      return 504;
    case ErrorCode::not_running:
      return 503;
    default:
      return 500;
  }
}

/// The numbers that clients of that API know: the status, then 10000, with exceptions of their own.
std::int64_t alpaca_code(const Problem& problem) {
  if (problem.name == "duplicate_client_order_id") return 40010001;
  return std::int64_t{problem.status} * 100'000 + 10'000;
}

}  // namespace

Upstream& Call::upstream() const {
  return services.upstream;
}

Result<std::string> Call::account(const std::optional<std::string>& wanted) const {
  std::string named = wanted.value_or(std::string());
  if (const std::string* parameter = request.parameter("account"); named.empty() && parameter != nullptr) {
    named = *parameter;
  }
  if (named.empty() || named == key->account) return key->account;
  if (key->role != KeyRole::desk_operator) {
    return fail_named(ErrorCode::not_permitted, "not_permitted", "the key is for another account");
  }
  if (auto checked = parse_account_name(named); !checked) return pass_on(std::move(checked));
  return named;
}

bool Call::may_see(std::string_view account) const {
  return key->role == KeyRole::desk_operator || key->account == account;
}

Problem problem_of(const Error& error) {
  Problem problem{status_of(error), error.name, error.message};
  if (const auto reason = reject_reason_named(error.name)) problem.message = row_of(*reason).text;
  if (error.code == ErrorCode::usage && problem.name == "usage") problem.name = "invalid_request";
  return problem;
}

http::Response response_to(Surface surface, const Problem& problem) {
  format::Json json;
  if (surface == Surface::alpaca) {
    json["code"] = alpaca_code(problem);
    json["message"] = problem.message;
  } else {
    json["error"] = problem.message;
    json["code"] = problem.name;
  }
  http::Response response(problem.status, format::text_of(json));
  if (problem.status == 503 || problem.status == 504) {
    response.headers.push_back({"Retry-After", std::string(retry_after_seconds)});
  }
  return response;
}

}  // namespace trade::gatewayd
