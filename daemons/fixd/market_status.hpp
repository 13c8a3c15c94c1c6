// What the market and each symbol in it is doing, in the words of FIX: SecurityStatus (f),
// TradingSessionStatus (h) and SecurityList (y).
#pragma once

#include <string>
#include <vector>

#include "fix/session.hpp"
#include "model/views.hpp"

namespace trade::fixd {

/// What SecurityStatus tells of a symbol.
struct SecurityState {
  MarketPhase phase = MarketPhase::continuous;  ///< `halt` of a symbol that is halted
  bool kill_switch = false;                     ///< of the symbol or of the whole market
  std::string halt_reason;

  bool operator==(const SecurityState&) const = default;
};

/// What TradingSessionStatus tells of the market.
struct SessionState {
  MarketPhase phase = MarketPhase::continuous;
  bool kill_switch = false;

  bool operator==(const SessionState&) const = default;
};

SecurityState security_state(const SymbolView& symbol, const SessionView& session);
SessionState session_state(const SessionView& session);

/// SecurityTradingStatus (326).
int security_trading_status(const SecurityState& state, bool fix42);
/// TradSesStatus (340).
int trading_session_status(const SessionState& state);
/// TradingSessionSubID (625), FIX 4.4: which part of the day it is.
int trading_session_part(MarketPhase phase);

/// Values of SecurityTradingStatus for what has no state.
constexpr int security_unknown = 20;

/// f. `unsolicited`: it has changed, and nobody asked again.
fix::Message security_status(const std::string& request_id, const SymbolView& symbol,
                             const SecurityState& state, bool unsolicited, bool fix42);
/// f of a symbol that there is not.
fix::Message unknown_security_status(const std::string& request_id, const std::string& symbol, bool fix42);
/// h.
fix::Message trading_session_status_message(const std::string& request_id, const SessionState& state,
                                            bool unsolicited, bool fix42);
/// h to a request for another session than the one there is; FIX 4.4.
fix::Message trading_session_rejected(const std::string& request_id, const std::string& session);

/// Symbols of one SecurityList.
constexpr std::size_t security_list_part_max = 200;

/// y: one message for each part; one without symbols where there are none. `response_id` begins each one's
/// SecurityResponseID (322). FIX 4.4.
std::vector<fix::Message> security_list(const std::string& request_id, const std::string& response_id,
                                        const std::vector<const SymbolView*>& symbols);
/// y that says why there is no list, with its SecurityRequestResult (560).
fix::Message security_list_refused(const std::string& request_id, const std::string& response_id, int result);

namespace security_result {
constexpr int valid = 0;
constexpr int invalid = 1;
constexpr int none_found = 2;
constexpr int unavailable = 4;
}  // namespace security_result

}  // namespace trade::fixd
