#include "model/ids.hpp"

#include <charconv>
#include <string>

namespace trade {

namespace {
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_name(std::string_view text, std::size_t bytes_max) {
  bool valid = !text.empty() && text.size() <= bytes_max;
  for (const char c : text)
    valid = valid && (is_digit(c) || is_upper(c) || is_lower(c) || c == '.' || c == '_' || c == '-');
  return valid;
}
std::string quoted(std::string_view text) {
  return "'" + std::string(text.substr(0, 40)) + "'";
}
}  // namespace

Result<AccountName> parse_account_name(std::string_view text) {
  if (!is_name(text, AccountName::capacity)) {
    return fail(ErrorCode::usage, "not an account id: " + quoted(text),
                "use 1 to 32 letters, digits, '.', '_' or '-'");
  }
  return *AccountName::make(text);
}

Result<Symbol> parse_symbol(std::string_view text) {
  std::string upper(text.substr(0, Symbol::capacity + 1));
  for (char& c : upper) {
    if (is_lower(c)) c = static_cast<char>(c - 'a' + 'A');
  }
  constexpr std::string_view others = ".$=+*^#~-";
  bool valid =
      !upper.empty() && upper.size() <= Symbol::capacity && (is_upper(upper[0]) || is_digit(upper[0]));
  for (const char c : upper)
    valid = valid && (is_digit(c) || is_upper(c) || others.find(c) != std::string_view::npos);
  if (!valid) {
    return fail(ErrorCode::usage, "not a symbol: " + quoted(text),
                "a symbol has 1 to 15 letters, digits or .$=+*^#~-, and begins with a letter or a digit");
  }
  return *Symbol::make(upper);
}

Status check_client_order_id(std::string_view text) {
  bool valid =
      !text.empty() && text.size() <= client_order_id_bytes_max && text.front() != ' ' && text.back() != ' ';
  for (const char c : text)
    valid = valid && c >= ' ' && c <= '~';
  if (!valid) {
    return fail(ErrorCode::usage, "not a client order id: " + quoted(text),
                "use 1 to 128 printable ASCII characters, no blank at either end");
  }
  return {};
}

Result<VenueName> parse_venue_name(std::string_view text) {
  if (!is_name(text, VenueName::capacity) || text == internal_route_name) {
    return fail(ErrorCode::usage, "not a venue's name: " + quoted(text),
                "use 1 to 32 letters, digits, '.', '_' or '-', but not 'internal'");
  }
  return *VenueName::make(text);
}

Result<OrderId> parse_order_id(std::string_view text) {
  OrderId id;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id.value);
  if (error != std::errc{} || end != text.data() + text.size() || id.value == 0) {
    return fail(ErrorCode::usage, "not an order id: " + quoted(text),
                "an order id is a number, as 'trade orders' lists it");
  }
  return id;
}

}  // namespace trade
