// Who wants to know what the market is doing, and has to be told when it changes. What it is doing is
// tradingd's to say: an event that may have changed it has the desk ask again.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/result.hpp"
#include "fixd/market_listener.hpp"
#include "fixd/market_status.hpp"
#include "model/event.hpp"
#include "model/messages.hpp"

namespace trade::fixd {

class MarketStatusDesk {
 public:
  /// Of one session, of each of the three kinds.
  static constexpr std::size_t subscriptions_max = 1'000;
  /// Asks tradingd; the answer comes later, never from within.
  using Ask = std::function<void(RequestBody, std::function<void(Result<ReplyBody>)>)>;

  explicit MarketStatusDesk(Ask ask) : ask_(std::move(ask)) {}

  /// SecurityStatusRequest (e), TradingSessionStatusRequest (g) and SecurityListRequest (x; FIX 4.4). False:
  /// it is none of them.
  bool request(MarketListener& listener, const fix::Message& message);
  /// The session has ended: so have its subscriptions.
  void leave(MarketListener& listener) { sessions_.erase(&listener); }

  /// An event of the journal.
  void note(const Event& event);
  /// Asks what is not known any more, and tells what has changed, as far as the sessions can take it. To be
  /// called every few milliseconds.
  void turn(std::int64_t now_ns);

  /// Nothing: it is not known yet which symbols there are.
  [[nodiscard]] std::optional<bool> is_symbol(const std::string& symbol) const;

 private:
  struct SecuritySubscription {
    std::string symbol;
    SecurityState told;
  };
  struct Session {
    std::map<std::string, SecuritySubscription> securities;  ///< by SecurityStatusReqID
    std::map<std::string, SessionState> markets;             ///< by TradSesReqID: what was told
    std::map<std::string, SymbolId> lists;  ///< by SecurityReqID: the last symbol that was told
    bool waits = false;                     ///< there may be something to tell
  };

  void security_request(MarketListener& listener, const fix::Message& message);
  void session_request(MarketListener& listener, const fix::Message& message);
  void list_request(MarketListener& listener, const fix::Message& message);
  bool may_subscribe(MarketListener& listener, const fix::Message& message, int id_tag, std::size_t there,
                     bool duplicate);
  void tell(MarketListener& listener, Session& session);
  [[nodiscard]] bool known() const { return session_.has_value() && symbols_known_; }

  void ask_session();
  void ask_symbols(SymbolsRequest request);
  void take_symbols(const SymbolsRequest& asked, Result<ReplyBody> reply);
  void mark_all();
  std::string next_response_id() { return "L" + std::to_string(++last_response_); }

  Ask ask_;
  std::map<std::string, SymbolView> symbols_;
  std::map<std::uint32_t, std::string> names_;  ///< by the symbol's number
  std::optional<SessionView> session_;
  bool symbols_known_ = false;
  bool session_stale_ = true;
  bool all_stale_ = true;
  std::set<std::string> stale_;  ///< these symbols may have changed
  int asking_ = 0;
  std::int64_t ask_due_ns_ = 0;  ///< not before, after a failure
  bool failed_ = false;
  std::map<MarketListener*, Session> sessions_;
  std::uint64_t last_response_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace trade::fixd
