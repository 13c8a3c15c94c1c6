#include "fixd/market_data_request.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

namespace trade::fixd {

namespace {

std::unexpected<MarketDataRefusal> refuse(char reason, std::string text) {
  return std::unexpected(MarketDataRefusal{reason, std::move(text)});
}

std::optional<std::int64_t> number_of(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// What has one value here that is taken, or is left out.
std::optional<MarketDataRefusal> fixed_terms(const fix::Message& message) {
  if (message.text(266) == "N") {
    return MarketDataRefusal{refusal_reason::unsupported_book,
                             "266: books are told by price level; orders are not told one by one"};
  }
  for (const std::string& session : all_of(message, 336)) {
    if (session != trading_session_id) {
      return MarketDataRefusal{refusal_reason::unsupported_session,
                               "336: the only trading session is 1 (day)"};
    }
  }
  if (const std::string* scope = message.find(546); scope != nullptr && *scope != "1" && *scope != "3") {
    return MarketDataRefusal{refusal_reason::unsupported_scope,
                             "546: there is one market, local (1) and global (3)"};
  }
  if (const std::string* flag = message.find(286); flag != nullptr && *flag != "0" && *flag != "4") {
    return MarketDataRefusal{refusal_reason::unsupported_settle_flag,
                             "286: the opening is the day's (0), the close the previous day's (4)"};
  }
  if (message.text(547) == "Y") {
    return MarketDataRefusal{refusal_reason::unsupported_implicit_delete,
                             "547: every level that goes is told to go"};
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> all_of(const fix::Message& message, int tag) {
  std::vector<std::string> values;
  for (const fix::Field& field : message.fields) {
    if (field.tag == tag) values.push_back(field.value);
  }
  return values;
}

std::expected<MarketDataRequest, MarketDataRefusal> market_data_request_of(const fix::Message& message,
                                                                           bool fix42) {
  MarketDataRequest request;
  request.id = message.text(262);
  request.updates = message.text(263) == "1";
  request.incremental = request.updates && message.text(265) == "1";
  if (auto refusal = fixed_terms(message)) {
    // 4.2 has no words for the reasons after 8.
    if (fix42 && (refusal->reason > '8')) refusal->reason = refusal_reason::none;
    return std::unexpected(std::move(*refusal));
  }
  const std::optional<std::int64_t> depth = number_of(message.text(264));
  if (!depth || *depth < 0 || *depth > market_depth_max) {
    return refuse(refusal_reason::unsupported_depth,
                  "264: a depth is 0 (all) or 1 to " + std::to_string(market_depth_max) + " levels");
  }
  request.levels = *depth == 0 ? market_depth_max : static_cast<std::uint32_t>(*depth);
  const std::string known = fix42 ? "0124578" : "0124578AB";
  for (const std::string& type : all_of(message, 269)) {
    if (type.size() != 1 || known.find(type) == std::string::npos)
      return refuse(refusal_reason::unsupported_entry_type,
                    "269: there are no entries of type " + type + " here");
    if (!request.wants(type.front())) request.entry_types += type;
  }
  if (request.entry_types.empty())
    return refuse(refusal_reason::unsupported_entry_type, "269: no entry type is named");
  std::set<std::string> seen;
  for (const std::string& symbol : all_of(message, 55)) {
    if (seen.insert(symbol).second) request.symbols.push_back(symbol);
  }
  if (request.symbols.empty()) return refuse(refusal_reason::unknown_symbol, "55: no symbol is named");
  if (request.symbols.size() > request_symbols_max) {
    return refuse(refusal_reason::insufficient_bandwidth,
                  "146: at most " + std::to_string(request_symbols_max) + " symbols in one request");
  }
  return request;
}

fix::Message market_data_request_reject(const std::string& request_id, const MarketDataRefusal& refusal) {
  fix::Message message;
  message.type = "Y";
  message.add(262, request_id);
  if (refusal.reason != refusal_reason::none) message.add(281, std::string(1, refusal.reason));
  message.add(58, refusal.text);
  return message;
}

}  // namespace trade::fixd
