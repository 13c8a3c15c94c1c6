#include "fixd/market_status_desk.hpp"

#include <utility>
#include <variant>

#include "fixd/market_data_request.hpp"

namespace trade::fixd {

namespace {

/// After tradingd did not answer it is asked again so much later.
constexpr std::int64_t retry_interval_ns = 250 * nanoseconds_per_millisecond;
/// With more symbols than this to be asked for, all are.
constexpr std::size_t stale_symbols_max = 64;

constexpr int security_id_tag = 324;
constexpr int session_id_tag = 335;
constexpr int list_id_tag = 320;

}  // namespace

std::optional<bool> MarketStatusDesk::is_symbol(const std::string& symbol) const {
  if (!symbols_known_) return std::nullopt;
  return symbols_.contains(symbol);
}

void MarketStatusDesk::note(const Event& event) {
  const auto stale = [this](SymbolId id) {
    const auto name = names_.find(id.value);
    if (name == names_.end()) {
      all_stale_ = true;
    } else {
      stale_.insert(name->second);
    }
  };
  if (const auto* added = std::get_if<SymbolAdded>(&event.body)) {
    stale_.insert(added->symbol.string());
  } else if (const auto* status = std::get_if<SymbolStatusChanged>(&event.body)) {
    stale(status->symbol);
  } else if (const auto* phase = std::get_if<SymbolPhaseChanged>(&event.body)) {
    stale(phase->symbol);
  } else if (const auto* session = std::get_if<SessionChanged>(&event.body)) {
    session_stale_ = true;
    if (session->moves_symbols) all_stale_ = true;
  } else if (const auto* kill = std::get_if<KillSwitchChanged>(&event.body)) {
    if (kill->symbol) {
      stale(kill->symbol);
    } else if (!kill->account) {
      session_stale_ = true;
    }
  }
  if (stale_.size() > stale_symbols_max) all_stale_ = true;
}

void MarketStatusDesk::turn(std::int64_t now_ns) {
  if (failed_) {
    failed_ = false;
    ask_due_ns_ = now_ns + retry_interval_ns;
  }
  if (asking_ == 0 && now_ns >= ask_due_ns_) {
    if (std::exchange(session_stale_, false)) ask_session();
    if (std::exchange(all_stale_, false)) {
      stale_.clear();
      ask_symbols({});
    }
    for (const std::string& symbol : std::exchange(stale_, {}))
      ask_symbols({symbol, {}, 1});
  }
  for (auto& [listener, session] : sessions_) {
    if (session.waits && known()) tell(*listener, session);
  }
}

void MarketStatusDesk::mark_all() {
  for (auto& [listener, session] : sessions_)
    session.waits = true;
}

void MarketStatusDesk::ask_session() {
  ++asking_;
  ask_(SessionRequest{}, [this, alive = std::weak_ptr<int>(alive_)](Result<ReplyBody> reply) {
    if (alive.expired()) return;
    --asking_;
    auto* answer = reply ? std::get_if<SessionReply>(&*reply) : nullptr;
    if (answer == nullptr) {
      session_stale_ = true;
      failed_ = true;
      return;
    }
    session_ = std::move(answer->session);
    mark_all();
  });
}

void MarketStatusDesk::ask_symbols(SymbolsRequest request) {
  ++asking_;
  ask_(request, [this, alive = std::weak_ptr<int>(alive_), request](Result<ReplyBody> reply) {
    if (alive.expired()) return;
    --asking_;
    take_symbols(request, std::move(reply));
  });
}

void MarketStatusDesk::take_symbols(const SymbolsRequest& asked, Result<ReplyBody> reply) {
  auto* answer = reply ? std::get_if<SymbolsReply>(&*reply) : nullptr;
  if (answer == nullptr) {
    // A symbol that there is not, though an event told of it, cannot be.
    all_stale_ = true;
    failed_ = true;
    return;
  }
  SymbolId last = asked.after;
  for (SymbolView& view : answer->symbols) {
    last = view.number;
    names_[view.number.value] = view.symbol;
    const std::string name = view.symbol;
    symbols_.insert_or_assign(name, std::move(view));
  }
  mark_all();
  if (!asked.symbol.empty()) return;
  if (answer->symbols.size() < asked.limit) {
    symbols_known_ = true;
    return;
  }
  SymbolsRequest next = asked;
  next.after = last;
  ask_symbols(std::move(next));
}

bool MarketStatusDesk::request(MarketListener& listener, const fix::Message& message) {
  if (message.type == "e") {
    security_request(listener, message);
  } else if (message.type == "g") {
    session_request(listener, message);
  } else if (message.type == "x" && !listener.is_fix42()) {
    list_request(listener, message);
  } else {
    return false;
  }
  return true;
}

bool MarketStatusDesk::may_subscribe(MarketListener& listener, const fix::Message& message, int id_tag,
                                     std::size_t there, bool duplicate) {
  if (duplicate) {
    listener.tell(business_reject(message, id_tag, business_reason::other,
                                  std::to_string(id_tag) + ": a subscription of this id is there already"));
    return false;
  }
  if (there >= subscriptions_max) {
    listener.tell(
        business_reject(message, id_tag, business_reason::other,
                        "at most " + std::to_string(subscriptions_max) + " subscriptions at a time"));
    return false;
  }
  return true;
}

void MarketStatusDesk::security_request(MarketListener& listener, const fix::Message& message) {
  const std::string id = message.text(security_id_tag);
  const std::string symbol = message.text(55);
  const std::string kind = message.text(263);
  Session& session = sessions_[&listener];
  if (kind == "2") {
    if (session.securities.erase(id) > 0) return;
    return listener.tell(business_reject(message, security_id_tag, business_reason::unknown_id,
                                         "324: there is no such subscription"));
  }
  if (!known()) {
    return listener.tell(business_reject(message, security_id_tag, business_reason::not_available,
                                         "the market is not known yet: try again in a moment"));
  }
  const auto found = symbols_.find(symbol);
  if (found == symbols_.end()) return listener.tell(unknown_security_status(id, symbol, listener.is_fix42()));
  if (kind == "1" && !may_subscribe(listener, message, security_id_tag, session.securities.size(),
                                    session.securities.contains(id))) {
    return;
  }
  const SecurityState state = security_state(found->second, *session_);
  if (kind == "1") session.securities[id] = {symbol, state};
  listener.tell(security_status(id, found->second, state, false, listener.is_fix42()));
}

void MarketStatusDesk::session_request(MarketListener& listener, const fix::Message& message) {
  const std::string id = message.text(session_id_tag);
  const std::string kind = message.text(263);
  Session& session = sessions_[&listener];
  if (kind == "2") {
    if (session.markets.erase(id) > 0) return;
    return listener.tell(business_reject(message, session_id_tag, business_reason::unknown_id,
                                         "335: there is no such subscription"));
  }
  if (const std::string* named = message.find(336); named != nullptr && *named != trading_session_id) {
    // 4.2 has no status for it.
    return listener.tell(listener.is_fix42()
                             ? business_reject(message, session_id_tag, business_reason::unknown_id,
                                               "336: the only trading session is 1 (day)")
                             : trading_session_rejected(id, *named));
  }
  if (!known()) {
    return listener.tell(business_reject(message, session_id_tag, business_reason::not_available,
                                         "the market is not known yet: try again in a moment"));
  }
  if (kind == "1" && !may_subscribe(listener, message, session_id_tag, session.markets.size(),
                                    session.markets.contains(id))) {
    return;
  }
  const SessionState state = session_state(*session_);
  if (kind == "1") session.markets[id] = state;
  listener.tell(trading_session_status_message(id, state, false, listener.is_fix42()));
}

void MarketStatusDesk::list_request(MarketListener& listener, const fix::Message& message) {
  const std::string id = message.text(list_id_tag);
  const std::string kind = message.text(263);
  const std::string type = message.text(559);
  Session& session = sessions_[&listener];
  if (kind == "2") {
    if (session.lists.erase(id) > 0) return;
    return listener.tell(business_reject(message, list_id_tag, business_reason::unknown_id,
                                         "320: there is no such subscription"));
  }
  if (!symbols_known_)
    return listener.tell(security_list_refused(id, next_response_id(), security_result::unavailable));
  const bool all = type == "4" || (type == "3" && message.text(336) == trading_session_id);
  const bool one = type == "0" && message.find(55) != nullptr && kind != "1";
  if (!all && !one)
    return listener.tell(security_list_refused(id, next_response_id(), security_result::invalid));
  if (kind == "1" &&
      !may_subscribe(listener, message, list_id_tag, session.lists.size(), session.lists.contains(id))) {
    return;
  }
  std::vector<const SymbolView*> symbols;
  for (const auto& [number, name] : names_) {
    if (all || name == message.text(55)) symbols.push_back(&symbols_.at(name));
  }
  if (kind == "1") session.lists[id] = names_.empty() ? SymbolId{} : SymbolId{names_.rbegin()->first};
  for (const fix::Message& part : security_list(id, next_response_id(), symbols))
    listener.tell(part);
}

void MarketStatusDesk::tell(MarketListener& listener, Session& session) {
  const auto full = [&] { return listener.backlog_bytes() >= backlog_bytes_max; };
  for (auto& [id, told] : session.markets) {
    const SessionState state = session_state(*session_);
    if (state == told) continue;
    if (full()) return;
    told = state;
    listener.tell(trading_session_status_message(id, state, true, listener.is_fix42()));
  }
  for (auto& [id, subscription] : session.securities) {
    const SymbolView& symbol = symbols_.at(subscription.symbol);
    const SecurityState state = security_state(symbol, *session_);
    if (state == subscription.told) continue;
    if (full()) return;
    subscription.told = state;
    listener.tell(security_status(id, symbol, state, true, listener.is_fix42()));
  }
  for (auto& [id, last] : session.lists) {
    std::vector<const SymbolView*> added;
    for (auto name = names_.upper_bound(last.value); name != names_.end(); ++name)
      added.push_back(&symbols_.at(name->second));
    if (added.empty()) continue;
    if (full()) return;
    last = SymbolId{names_.rbegin()->first};
    for (const fix::Message& part : security_list(id, next_response_id(), added))
      listener.tell(part);
  }
  session.waits = false;
}

}  // namespace trade::fixd
