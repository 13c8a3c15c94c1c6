// Requests and responses, as they are for whoever answers: without the transport.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace trade::http {

class WebSocketHandler;

struct Header {
  std::string name;  ///< of a request in lower case
  std::string value;
};

struct Request {
  std::string method;                 ///< "GET", as it was sent
  std::string target;                 ///< as it was sent, from the path on
  std::vector<std::string> segments;  ///< of the path, decoded: "/a/b%20c" has "a" and "b c"
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in order
  std::vector<Header> headers;
  std::string body;
  std::string peer;            ///< the client's address
  bool secure = false;         ///< by TLS
  bool wants_upgrade = false;  ///< a WebSocket is asked for

  /// The first header of this name (in lower case), or an empty text.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  /// The first parameter of this name, or null.
  [[nodiscard]] const std::string* parameter(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<Header> headers;
  /// Where the request wanted an upgrade: who speaks on the WebSocket. Status and body do not count then.
  std::unique_ptr<WebSocketHandler> upgrade;

  Response();
  Response(int status_code, std::string text, std::string type = "application/json");
  ~Response();
  Response(Response&&) noexcept;
  Response& operator=(Response&&) noexcept;
};

/// The words for a status: 404 is "Not Found".
std::string_view reason_phrase(int status);

/// Whether this can be a Host header's value: a name or an address, perhaps with a port.
bool is_host(std::string_view text);

/// The request's target from the path on, where it names this server as a whole ("http://HOST/a/b", as RFC
/// 9112 wants it taken, with the same host as the Host header); else the target as it is.
std::string_view own_target(const Request& request);

/// Fills `segments` and `query` from a target. `usage` when it is no path ("/…"), an escape is broken, or a
/// segment has control characters or is "." or "..".
Status parse_target(std::string_view target, Request& request);

/// "%41+b" is "A b" where `plus_is_space`; `usage` for a broken escape.
Result<std::string> percent_decode(std::string_view text, bool plus_is_space);

}  // namespace trade::http
