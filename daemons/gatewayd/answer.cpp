#include "gatewayd/answer.hpp"

#include <algorithm>

namespace trade::gatewayd {

Result<Timestamp> time_parameter(const http::Request& request, std::string_view name) {
  const std::string* text = request.parameter(name);
  if (text == nullptr || text->empty()) return Timestamp{};
  auto moment = parse_timestamp(*text);
  if (const auto date = parse_date(*text)) {
    moment = Timestamp{std::int64_t{date->days} * 86'400 * nanoseconds_per_second};
  }
  if (moment && moment->nanoseconds < 0)
    return fail(ErrorCode::usage, std::string(name) + ": nothing is known of before 1970");
  return moment;
}

Result<std::vector<std::string>> symbols_of(std::string_view text, std::size_t symbols_max) {
  std::vector<std::string> symbols;
  while (!text.empty()) {
    const std::size_t end = text.find(',');
    auto symbol = parse_symbol(text.substr(0, end));
    if (!symbol) return pass_on(std::move(symbol));
    if (std::ranges::find(symbols, symbol->view()) == symbols.end()) symbols.push_back(symbol->string());
    if (symbols.size() > symbols_max) {
      return fail(ErrorCode::usage, "too many symbols: at most " + std::to_string(symbols_max));
    }
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return symbols;
}

}  // namespace trade::gatewayd
