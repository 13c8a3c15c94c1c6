#include "http/message.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "http/websocket.hpp"

namespace trade::http {

namespace {

/// Parts of a path, and parameters, at most.
constexpr std::size_t segments_max = 16;
constexpr std::size_t parameters_max = 64;

std::optional<int> hex_digit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  return std::nullopt;
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

Status parse_query(std::string_view text, Request& request) {
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (pair.empty()) continue;
    if (request.query.size() == parameters_max) return fail(ErrorCode::usage, "too many parameters");
    const std::size_t equals = pair.find('=');
    auto name = percent_decode(pair.substr(0, equals), true);
    if (!name) return pass_on(std::move(name));
    auto value =
        percent_decode(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), true);
    if (!value) return pass_on(std::move(value));
    request.query.emplace_back(std::move(*name), std::move(*value));
  }
  return {};
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  for (const Header& header : headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

const std::string* Request::parameter(std::string_view name) const {
  for (const auto& [candidate, value] : query) {
    if (candidate == name) return &value;
  }
  return nullptr;
}

Response::Response() = default;
Response::Response(int status_code, std::string text, std::string type)
    : status(status_code), content_type(std::move(type)), body(std::move(text)) {}
Response::~Response() = default;
Response::Response(Response&&) noexcept = default;
Response& Response::operator=(Response&&) noexcept = default;

std::string_view reason_phrase(int status) {
  static constexpr std::array<std::pair<int, std::string_view>, 22> phrases = {{
      {200, "OK"},
      {201, "Created"},
      {204, "No Content"},
      {207, "Multi-Status"},
      {304, "Not Modified"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {413, "Content Too Large"},
      {415, "Unsupported Media Type"},
      {422, "Unprocessable Content"},
      {426, "Upgrade Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
  }};
  for (const auto& [candidate, phrase] : phrases) {
    if (candidate == status) return phrase;
  }
  return "Unknown";
}

Result<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      decoded += ' ';
    } else if (text[i] == '%') {
      const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
      const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
      if (!high || !low) return fail(ErrorCode::usage, "an escape in the address is broken");
      decoded += static_cast<char>(*high * 16 + *low);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

bool is_host(std::string_view text) {
  // RFC 3986: unreserved, escapes, sub-delims, and what ports and IPv6 addresses are written with.
  constexpr std::string_view marks = "-._~%!$&'()*+,;=:[]";
  return std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           marks.find(c) != std::string_view::npos;
  });
}

std::string_view own_target(const Request& request) {
  const std::string_view target = request.target;
  const std::string start = (request.secure ? "https://" : "http://") + std::string(request.header("host"));
  if (!target.starts_with(start) || start.ends_with('/')) return target;
  return target.size() == start.size() ? std::string_view("/") : target.substr(start.size());
}

Status parse_target(std::string_view target, Request& request) {
  if (!target.starts_with('/')) return fail(ErrorCode::usage, "the address is not a path");
  const std::size_t mark = target.find('?');
  std::string_view path = target.substr(1, mark == std::string_view::npos ? mark : mark - 1);
  // A slash at the end names nothing further.
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  while (!path.empty()) {
    const std::size_t end = path.find('/');
    auto segment = percent_decode(path.substr(0, end), false);
    if (!segment) return pass_on(std::move(segment));
    if (segment->empty() || *segment == "." || *segment == ".." || has_control(*segment)) {
      return fail(ErrorCode::usage, "the path is not well formed");
    }
    if (request.segments.size() == segments_max) return fail(ErrorCode::usage, "the path is too deep");
    request.segments.push_back(std::move(*segment));
    path = end == std::string_view::npos ? std::string_view{} : path.substr(end + 1);
  }
  if (mark == std::string_view::npos) return {};
  return parse_query(target.substr(mark + 1), request);
}

}  // namespace trade::http
