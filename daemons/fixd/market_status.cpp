#include "fixd/market_status.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "fixd/market_data_request.hpp"
#include "model/enums.hpp"

namespace trade::fixd {

namespace {

std::string text_of(MarketPhase phase, bool kill_switch, const std::string& reason) {
  std::string text(name_of(phase));
  if (kill_switch) text += ", kill switch";
  if (!reason.empty()) text += ", " + reason;
  return text;
}

}  // namespace

SecurityState security_state(const SymbolView& symbol, const SessionView& session) {
  SecurityState state;
  state.phase = symbol.status == SymbolStatus::halted ? MarketPhase::halt : symbol.phase;
  state.kill_switch = symbol.kill_switch || session.kill_switch;
  if (state.phase == MarketPhase::halt) state.halt_reason = symbol.halt_reason;
  return state;
}

SessionState session_state(const SessionView& session) {
  return {session.market_phase, session.kill_switch};
}

int security_trading_status(const SecurityState& state, bool fix42) {
  constexpr int halt = 2;
  constexpr int price_indication = 5;
  constexpr int ready = 17;
  constexpr int not_available = 18;
  constexpr int pre_open = 21;          // FIX 4.3 and later
  constexpr int opening_rotation = 22;  // FIX 4.3 and later
  if (state.kill_switch) return halt;
  switch (state.phase) {
    case MarketPhase::closed:
      return not_available;
    case MarketPhase::pre_open:
      return fix42 ? price_indication : pre_open;
    case MarketPhase::opening_auction:
      return fix42 ? price_indication : opening_rotation;
    case MarketPhase::continuous:
      return ready;
    case MarketPhase::halt:
      return halt;
    case MarketPhase::volatility_auction:
    case MarketPhase::closing_auction:
      return price_indication;
  }
  return security_unknown;
}

int trading_session_status(const SessionState& state) {
  constexpr int halted = 1;
  constexpr int open = 2;
  constexpr int closed = 3;
  constexpr int pre_open = 4;
  constexpr int pre_close = 5;
  if (state.kill_switch) return halted;
  switch (state.phase) {
    case MarketPhase::closed:
      return closed;
    case MarketPhase::pre_open:
    case MarketPhase::opening_auction:
      return pre_open;
    case MarketPhase::continuous:
    case MarketPhase::volatility_auction:
      return open;
    case MarketPhase::closing_auction:
      return pre_close;
    case MarketPhase::halt:
      break;
  }
  return halted;
}

int trading_session_part(MarketPhase phase) {
  switch (phase) {
    case MarketPhase::pre_open:
      return 1;
    case MarketPhase::opening_auction:
      return 2;
    case MarketPhase::continuous:
      return 3;
    case MarketPhase::closing_auction:
      return 4;
    case MarketPhase::closed:
      return 5;
    case MarketPhase::volatility_auction:
      return 6;
    case MarketPhase::halt:
      break;
  }
  return 7;
}

fix::Message security_status(const std::string& request_id, const SymbolView& symbol,
                             const SecurityState& state, bool unsolicited, bool fix42) {
  fix::Message message;
  message.type = "f";
  message.add(324, request_id).add(55, symbol.symbol).add(336, trading_session_id);
  if (!fix42) message.add(625, std::to_string(trading_session_part(state.phase)));
  message.add(325, unsolicited ? "Y" : "N");
  message.add(326, std::to_string(security_trading_status(state, fix42)));
  if (symbol.last_price) message.add(31, format_price(symbol.last_price));
  if (!fix42) message.add(58, text_of(state.phase, state.kill_switch, state.halt_reason));
  return message;
}

fix::Message unknown_security_status(const std::string& request_id, const std::string& symbol, bool fix42) {
  fix::Message message;
  message.type = "f";
  message.add(324, request_id).add(55, symbol).add(325, "N").add(326, std::to_string(security_unknown));
  if (!fix42) message.add(58, "there is no such symbol");
  return message;
}

fix::Message trading_session_status_message(const std::string& request_id, const SessionState& state,
                                            bool unsolicited, bool fix42) {
  fix::Message message;
  message.type = "h";
  message.add(335, request_id).add(336, trading_session_id);
  if (!fix42) message.add(625, std::to_string(trading_session_part(state.phase)));
  message.add(325, unsolicited ? "Y" : "N");
  message.add(340, std::to_string(trading_session_status(state)));
  message.add(58, text_of(state.phase, state.kill_switch, {}));
  return message;
}

fix::Message trading_session_rejected(const std::string& request_id, const std::string& session) {
  constexpr const char* request_rejected = "6";
  constexpr const char* unknown_session = "1";
  fix::Message message;
  message.type = "h";
  message.add(335, request_id)
      .add(336, session)
      .add(325, "N")
      .add(340, request_rejected)
      .add(567, unknown_session);
  message.add(58, "the only trading session is 1 (day)");
  return message;
}

std::vector<fix::Message> security_list(const std::string& request_id, const std::string& response_id,
                                        const std::vector<const SymbolView*>& symbols) {
  std::vector<fix::Message> messages;
  std::size_t at = 0;
  do {
    const std::size_t count = std::min(symbols.size() - at, security_list_part_max);
    const bool last = at + count == symbols.size();
    fix::Message message;
    message.type = "y";
    message.add(320, request_id).add(322, response_id + "-" + std::to_string(messages.size() + 1));
    message.add(560, std::to_string(symbols.empty() ? security_result::none_found : security_result::valid));
    message.add(393, std::to_string(symbols.size())).add(893, last ? "Y" : "N");
    fix::Group group{146, 55, {}};
    for (const SymbolView* symbol : std::span(symbols).subspan(at, count)) {
      group.entries.push_back({{55, symbol->symbol},
                               {460, "5"},
                               {167, "CS"},
                               {15, "USD"},
                               {561, format_quantity(symbol->lot)},
                               {562, format_quantity(symbol->lot)},
                               {336, trading_session_id},
                               {58, "tick " + format_price(symbol->tick)}});
    }
    if (!group.entries.empty()) message.groups.push_back(std::move(group));
    messages.push_back(std::move(message));
    at += count;
  } while (at < symbols.size());
  return messages;
}

fix::Message security_list_refused(const std::string& request_id, const std::string& response_id,
                                   int result) {
  fix::Message message;
  message.type = "y";
  message.add(320, request_id).add(322, response_id + "-1").add(560, std::to_string(result));
  return message;
}

}  // namespace trade::fixd
