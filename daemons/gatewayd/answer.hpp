// Small things that handlers of both surfaces answer with.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "format/json.hpp"
#include "gatewayd/call.hpp"

namespace trade::gatewayd {

inline http::Response json_response(int status, const format::Json& json) {
  return {status, format::text_of(json)};
}

/// A whole number of a parameter from `min` to `max`; `otherwise` where it is not given.
inline Result<std::uint32_t> number_parameter(const http::Request& request, std::string_view name,
                                              std::uint32_t min, std::uint32_t max, std::uint32_t otherwise) {
  const std::string* text = request.parameter(name);
  if (text == nullptr || text->empty()) return otherwise;
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error == std::errc() && end == text->data() + text->size() && number >= min && number <= max) {
    return number;
  }
  return fail(ErrorCode::usage, std::string(name) + " must be a number from " + std::to_string(min) + " to " +
                                    std::to_string(max));
}

/// The value of the enumeration that a parameter names; `otherwise` where it is not given.
template <class E>
Result<E> enum_parameter(const http::Request& request, std::string_view name, E otherwise) {
  const std::string* text = request.parameter(name);
  if (text == nullptr || text->empty()) return otherwise;
  if (const auto value = value_named<E>(*text)) return *value;
  return fail(ErrorCode::usage, std::string(name) + ": there is no '" + text->substr(0, 32) + "'");
}

/// The point in time that a parameter names: RFC 3339, or a date, which is its beginning in UTC. Zero where
/// it is not given.
Result<Timestamp> time_parameter(const http::Request& request, std::string_view name);

/// "AAPL,MSFT" as names, each once checked; at most `symbols_max`.
Result<std::vector<std::string>> symbols_of(std::string_view text, std::size_t symbols_max = 1'000);

}  // namespace trade::gatewayd
