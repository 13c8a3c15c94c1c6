// Requests to the HTTP API: "METHOD TARGET", a line's end, and the body.
#include <memory>

#include "fuzz/fuzz.hpp"
#include "fuzz/gateway_world.hpp"
#include "gatewayd/all_routes.hpp"
#include "gatewayd/credentials.hpp"
#include "gatewayd/input.hpp"

namespace {

using namespace trade;

const gatewayd::Router& router() {
  static const gatewayd::Router all = gatewayd::router_of_all();
  return all;
}

void check(const http::Response& response) {
  fuzz::require(response.status >= 200 && response.status < 600, "a status is one");
  fuzz::require(response.status != 500, "nothing that is asked is an error of ours");
  if (response.content_type == "application/json" && !response.body.empty()) {
    const auto json = gatewayd::parse_input(response.body);
    fuzz::require(json || json.error().message.find("too") != std::string::npos, "an answer is JSON");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::Input(data, size).text();
  const std::string_view line = text.substr(0, text.find('\n'));
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return 0;
  http::Request request;
  request.method = line.substr(0, space);
  request.target = line.substr(space + 1);
  if (line.size() < text.size()) request.body = text.substr(line.size() + 1);
  request.headers.push_back({"authorization", request.body.substr(0, 64)});
  static_cast<void>(gatewayd::credentials_of(request));
  if (!http::parse_target(request.target, request)) return 0;
  const auto match = router().find(request.method, request.segments);
  if (match.route == nullptr) return 0;

  fuzz::GatewayWorld& world = fuzz::GatewayWorld::instance();
  gatewayd::Call call(std::move(request), world.services());
  call.arguments = match.arguments;
  call.key = world.key();
  bool answered = false;
  start<http::Response>(
      match.route->handler(call),
      [&](http::Response response) {
        answered = true;
        check(response);
      },
      [](const std::exception_ptr& failure) { std::rethrow_exception(failure); });
  if (!answered) world.answer_questions();
  fuzz::require(answered, "every request is answered");
  return 0;
}
