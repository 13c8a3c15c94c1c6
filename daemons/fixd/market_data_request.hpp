// What a MarketDataRequest (V) asks for.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "bus/topics.hpp"
#include "fix/session.hpp"

namespace trade::fixd {

/// Values of MDEntryType (269) that there are here.
namespace entry_type {
constexpr char bid = '0';
constexpr char offer = '1';
constexpr char trade = '2';
constexpr char opening = '4';
constexpr char closing = '5';
constexpr char high = '7';
constexpr char low = '8';
constexpr char imbalance = 'A';  ///< FIX 4.4 only
constexpr char volume = 'B';     ///< FIX 4.4 only; in 4.2 every snapshot tells it in tag 387
}  // namespace entry_type

/// Values of MDReqRejReason (281) that are given here.
namespace refusal_reason {
constexpr char none = '\0';  ///< none of those that there are fits: only the text says why
constexpr char unknown_symbol = '0';
constexpr char duplicate_id = '1';
constexpr char insufficient_bandwidth = '2';
constexpr char unsupported_depth = '5';
constexpr char unsupported_book = '7';
constexpr char unsupported_entry_type = '8';
constexpr char unsupported_session = '9';          ///< FIX 4.4 only
constexpr char unsupported_scope = 'A';            ///< FIX 4.4 only
constexpr char unsupported_settle_flag = 'B';      ///< FIX 4.4 only
constexpr char unsupported_implicit_delete = 'C';  ///< FIX 4.4 only
}  // namespace refusal_reason

/// The only TradingSessionID (336) here: the day.
constexpr const char* trading_session_id = "1";
/// Levels of each side at most, and what MarketDepth 0 (the full book) comes to.
constexpr std::uint32_t market_depth_max = 1'000;
/// Symbols of one request.
constexpr std::size_t request_symbols_max = 1'000;

struct MarketDataRequest {
  std::string id;
  bool updates = false;              ///< not only the state as it is
  bool incremental = false;          ///< updates tell what has changed, not the whole state
  std::uint32_t levels = 0;          ///< of each side, from 1 to `market_depth_max`
  std::string entry_types;           ///< each once
  std::vector<std::string> symbols;  ///< each once, in the order of the request

  [[nodiscard]] bool wants(char type) const { return entry_types.find(type) != std::string::npos; }
  [[nodiscard]] bool wants_book() const { return wants(entry_type::bid) || wants(entry_type::offer); }
  /// More levels than are published: the book is asked for at each change.
  [[nodiscard]] bool wants_deep_book() const { return wants_book() && levels > bus::published_depth_levels; }
  /// Anything that a quote tells.
  [[nodiscard]] bool wants_figures() const {
    return entry_types.find_first_of("4578AB") != std::string::npos;
  }
};

struct MarketDataRefusal {
  char reason = refusal_reason::none;
  std::string text;
};

/// Of a request that is no unsubscription; what the data dictionary checks is taken as checked. Whether there
/// are such symbols is not looked at.
std::expected<MarketDataRequest, MarketDataRefusal> market_data_request_of(const fix::Message& message,
                                                                           bool fix42);

/// MarketDataRequestReject (Y).
fix::Message market_data_request_reject(const std::string& request_id, const MarketDataRefusal& refusal);

/// Every value of this tag, in the order of the message: that of a repeating group's entries.
std::vector<std::string> all_of(const fix::Message& message, int tag);

}  // namespace trade::fixd
