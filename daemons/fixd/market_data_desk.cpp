#include "fixd/market_data_desk.hpp"

#include <algorithm>
#include <utility>

#include "app/log.hpp"

namespace trade::fixd {

namespace {

using Kind = MarketFeed::Kind;

constexpr int request_id_tag = 262;

/// What has to be followed for a request.
std::vector<Kind> kinds_of(const MarketDataRequest& request, bool fix42) {
  std::vector<Kind> kinds;
  // Each snapshot of 4.2 tells the day's volume.
  if (request.wants_figures() || fix42) kinds.push_back(Kind::quotes);
  if (request.wants_book()) kinds.push_back(request.wants_deep_book() ? Kind::book : Kind::depth);
  if (request.wants(entry_type::trade)) kinds.push_back(Kind::tape);
  return kinds;
}

std::size_t levels_of(const MarketDataRequest& request) {
  return request.symbols.size() * (request.wants_book() ? request.levels : 1);
}

}  // namespace

MarketDataDesk::~MarketDataDesk() = default;

std::size_t MarketDataDesk::subscriptions() const {
  std::size_t count = 0;
  for (const auto& [listener, session] : sessions_)
    count += session.subscriptions.size();
  return count;
}

void MarketDataDesk::send(Session& session, const fix::Message& message) {
  ++messages_told_;
  session.listener->tell(message);
}

void MarketDataDesk::request(MarketListener& listener, const fix::Message& message) {
  if (message.text(263) == "2") return unsubscribe(listener, message);
  const std::string id = message.text(request_id_tag);
  const auto refuse = [&](char reason, const std::string& text) {
    listener.tell(market_data_request_reject(id, {reason, text}));
  };
  Session& session = sessions_[&listener];
  session.listener = &listener;
  if (session.subscriptions.contains(id))
    return refuse(refusal_reason::duplicate_id, "262: a request of this id is under way");
  auto request = market_data_request_of(message, listener.is_fix42());
  if (!request) return listener.tell(market_data_request_reject(id, request.error()));
  for (const std::string& symbol : request->symbols) {
    const std::optional<bool> known = source_.is_symbol(symbol);
    if (!known) {
      return listener.tell(business_reject(message, request_id_tag, business_reason::not_available,
                                           "the market is not known yet: try again in a moment"));
    }
    if (!*known) return refuse(refusal_reason::unknown_symbol, "55: there is no symbol " + symbol);
  }
  if (session.subscriptions.size() >= subscriptions_max) {
    return refuse(refusal_reason::insufficient_bandwidth,
                  "at most " + std::to_string(subscriptions_max) + " subscriptions at a time");
  }
  if (session.levels + levels_of(*request) > levels_max) {
    return refuse(
        refusal_reason::insufficient_bandwidth,
        "at most " + std::to_string(levels_max) + " levels of books at a time, over all subscriptions");
  }
  begin(listener, session, std::move(*request), message);
}

void MarketDataDesk::unsubscribe(MarketListener& listener, const fix::Message& message) {
  const std::string id = message.text(request_id_tag);
  const auto session = sessions_.find(&listener);
  if (session == sessions_.end() || !session->second.subscriptions.contains(id)) {
    return listener.tell(
        market_data_request_reject(id, {refusal_reason::none, "262: there is no such subscription"}));
  }
  end(session->second, id);
}

void MarketDataDesk::begin(MarketListener& listener, Session& session, MarketDataRequest request,
                           const fix::Message& message) {
  const std::string id = request.id;
  Subscription& subscription = session.subscriptions[id];
  subscription.number = ++last_number_;
  subscription.request = std::move(request);
  subscription.message = message;
  subscription.levels = levels_of(subscription.request);
  session.levels += subscription.levels;
  for (const std::string& symbol : subscription.request.symbols) {
    subscription.parts[symbol];
    // Followed from before the question on, so that nothing falls between the two.
    if (subscription.request.updates) watch(session, subscription, symbol);
    ask_snapshot(listener, subscription, symbol);
  }
}

void MarketDataDesk::watch(Session& session, const Subscription& subscription, const std::string& symbol) {
  Watched& watched = watched_[symbol];
  watched.subscriptions.emplace(session.listener, subscription.request.id);
  for (const Kind kind : kinds_of(subscription.request, session.listener->is_fix42())) {
    if (watched.watchers[kind]++ == 0) source_.watch(kind, symbol);
  }
}

void MarketDataDesk::unwatch(Session& session, const Subscription& subscription, const std::string& symbol) {
  const auto found = watched_.find(symbol);
  if (found == watched_.end()) return;
  Watched& watched = found->second;
  watched.subscriptions.erase({session.listener, subscription.request.id});
  for (const Kind kind : kinds_of(subscription.request, session.listener->is_fix42())) {
    if (--watched.watchers[kind] > 0) continue;
    source_.leave(kind, symbol);
    // What is not followed any more grows old.
    if (kind == Kind::quotes) watched.picture.quote.reset();
    if (kind == Kind::depth) watched.picture.depth.reset();
    if (kind == Kind::book) watched.picture.book.reset();
    if (kind == Kind::tape) watched.picture.trades = {};
  }
  if (watched.subscriptions.empty()) watched_.erase(found);
}

void MarketDataDesk::ask_snapshot(MarketListener& listener, const Subscription& subscription,
                                  const std::string& symbol) {
  for (const Kind kind : kinds_of(subscription.request, listener.is_fix42())) {
    switch (kind) {
      case Kind::quotes:
        ask_part(listener, subscription, symbol, QuotesRequest{{symbol}});
        break;
      case Kind::depth:
        ask_part(listener, subscription, symbol,
                 DepthRequest{symbol, std::uint32_t{bus::published_depth_levels}});
        break;
      case Kind::book:
        ask_part(listener, subscription, symbol, DepthRequest{symbol, market_depth_max});
        break;
      case Kind::tape: {
        TapeRequest request;
        request.symbol = symbol;
        request.limit = 1;
        ask_part(listener, subscription, symbol, request);
        break;
      }
    }
  }
}

void MarketDataDesk::ask_part(MarketListener& listener, const Subscription& subscription,
                              const std::string& symbol, RequestBody body) {
  ++sessions_[&listener].subscriptions[subscription.request.id].parts[symbol].awaited;
  source_.ask(std::move(body),
              [this, alive = std::weak_ptr<int>(alive_), who = &listener, id = subscription.request.id,
               number = subscription.number, symbol](Result<ReplyBody> reply) {
                if (!alive.expired()) answered(*who, id, number, symbol, std::move(reply));
              });
}

void MarketDataDesk::answered(MarketListener& listener, const std::string& request_id, std::uint64_t number,
                              const std::string& symbol, Result<ReplyBody> reply) {
  // The session may have gone, and come again, in the meantime.
  const auto session = sessions_.find(&listener);
  if (session == sessions_.end()) return;
  const auto found = session->second.subscriptions.find(request_id);
  if (found == session->second.subscriptions.end() || found->second.number != number) return;
  Subscription& subscription = found->second;
  if (!reply) {
    const fix::Message message = std::move(subscription.message);
    end(session->second, request_id);
    return listener.tell(
        business_reject(message, request_id_tag, business_reason::not_available, reply.error().message));
  }
  Part& part = subscription.parts[symbol];
  take_answer(part, std::move(*reply));
  if (--part.awaited > 0) return;
  if (const auto watched = watched_.find(symbol); watched != watched_.end() && subscription.request.updates) {
    MarketPicture& picture = watched->second.picture;
    if (part.snapshot.quote) picture.put_quote(std::move(*part.snapshot.quote));
    if (part.snapshot.depth) picture.put_depth(std::move(*part.snapshot.depth));
    if (part.snapshot.book) picture.put_book(std::move(*part.snapshot.book));
    part.snapshot = {};
  }
  subscription.waiting.insert(symbol);
}

void MarketDataDesk::take_answer(Part& part, ReplyBody reply) {
  if (auto* quotes = std::get_if<QuotesReply>(&reply)) {
    if (!quotes->quotes.empty()) part.snapshot.quote = std::move(quotes->quotes.front());
  } else if (auto* depth = std::get_if<DepthReply>(&reply)) {
    // Which of the two was asked for; only one is looked at.
    part.snapshot.depth = depth->depth;
    part.snapshot.book = std::move(depth->depth);
  } else if (auto* tape = std::get_if<TapeReply>(&reply)) {
    if (!tape->entries.empty()) part.last_trade = std::move(tape->entries.front());
  }
}

void MarketDataDesk::end(Session& session, const std::string& request_id) {
  const auto found = session.subscriptions.find(request_id);
  if (found == session.subscriptions.end()) return;
  Subscription& subscription = found->second;
  session.levels -= subscription.levels;
  if (subscription.request.updates) {
    for (const auto& [symbol, part] : subscription.parts)
      unwatch(session, subscription, symbol);
  }
  session.subscriptions.erase(found);
}

void MarketDataDesk::drop(Session& session, const std::string& request_id, const std::string& why) {
  ++dropped_;
  spdlog::warn("{}: market data {}: {}", session.listener->name(), request_id, why);
  // Made before: the id may be the subscription's own.
  const auto refusal = market_data_request_reject(request_id, {refusal_reason::insufficient_bandwidth, why});
  end(session, request_id);
  send(session, refusal);
}

void MarketDataDesk::leave(MarketListener& listener) {
  const auto session = sessions_.find(&listener);
  if (session == sessions_.end()) return;
  while (!session->second.subscriptions.empty())
    end(session->second, std::string(session->second.subscriptions.begin()->first));
  sessions_.erase(session);
}

void MarketDataDesk::mark(Watched& watched, const std::string& symbol) {
  for (const auto& [listener, id] : watched.subscriptions)
    sessions_.at(listener).subscriptions.at(id).waiting.insert(symbol);
}

void MarketDataDesk::take(MarketFeed::News news) {
  const auto put = [this](const std::string& symbol, auto change) {
    const auto found = watched_.find(symbol);
    if (found == watched_.end()) return;
    change(found->second.picture);
    mark(found->second, symbol);
  };
  if (news.trades_passed_over > 0) {
    // Whose they were is not known.
    for (auto& [listener, session] : sessions_) {
      std::vector<std::string> lost;
      for (const auto& [id, subscription] : session.subscriptions) {
        if (subscription.request.updates && subscription.request.wants(entry_type::trade)) lost.push_back(id);
      }
      for (const std::string& id : lost)
        drop(session, id,
             "the subscription has ended: trades came faster than they could be told; subscribe again");
    }
  }
  for (auto& named : news.quotes)
    put(named.first, [&](MarketPicture& picture) { picture.put_quote(std::move(named.second)); });
  for (auto& named : news.depths)
    put(named.first, [&](MarketPicture& picture) { picture.put_depth(std::move(named.second)); });
  for (auto& named : news.books)
    put(named.first, [&](MarketPicture& picture) { picture.put_book(std::move(named.second)); });
  for (TapeEntryView& trade : news.trades) {
    const std::string symbol = trade.symbol;
    put(symbol, [&](MarketPicture& picture) { picture.trades.add(std::move(trade)); });
  }
}

bool MarketDataDesk::tell(Session& session, Subscription& subscription, const std::string& symbol) {
  Part& part = subscription.parts[symbol];
  const MarketDataRequest& request = subscription.request;
  const bool fix42 = session.listener->is_fix42();
  const auto watched = watched_.find(symbol);
  const MarketPicture& picture = request.updates ? watched->second.picture : part.snapshot;
  const auto volume = picture.quote ? std::optional(picture.quote->volume) : std::nullopt;
  if (!part.told.begun()) {
    send(session, market_data_snapshot(request, symbol, part.told.whole(request, picture, part.last_trade),
                                       volume, fix42));
    if (request.updates) {
      // Trades may have come between the answer and now.
      if (picture.trades.last() > part.told.last_trade()) subscription.waiting.insert(symbol);
      return true;
    }
    subscription.parts.erase(symbol);
    if (!subscription.parts.empty()) return true;
    end(session, std::string(request.id));
    return false;
  }
  if (request.wants(entry_type::trade) && picture.trades.lost_after(part.told.last_trade())) {
    drop(session, std::string(request.id),
         "the subscription has ended: more than " + std::to_string(RecentTrades::kept_max) + " trades in " +
             symbol + " waited for this session to read; subscribe again");
    return false;
  }
  ToldMarket before;
  if (!request.incremental) before = part.told;
  const std::vector<MarketDataEntry> changes = part.told.changes(request, picture);
  if (changes.empty()) return true;
  if (request.incremental) {
    for (const fix::Message& message : market_data_changes(request, symbol, changes, fix42))
      send(session, message);
  } else {
    part.told = std::move(before);
    send(session,
         market_data_snapshot(request, symbol, part.told.whole(request, picture, {}), volume, fix42));
  }
  return true;
}

/// Each subscription in its turn, as far as the session can take it. True when something still waits.
bool MarketDataDesk::serve(Session& session) {
  std::vector<std::string> order;
  for (auto at = session.subscriptions.lower_bound(session.next); at != session.subscriptions.end(); ++at)
    order.push_back(at->first);
  for (auto at = session.subscriptions.begin(); at != session.subscriptions.lower_bound(session.next); ++at)
    order.push_back(at->first);
  for (const std::string& id : order) {
    session.next = id;
    while (true) {
      const auto found = session.subscriptions.find(id);
      if (found == session.subscriptions.end()) break;
      Subscription& subscription = found->second;
      // What was told to wait for an answer has nothing to tell yet.
      const auto ready = std::ranges::find_if(subscription.waiting, [&](const std::string& symbol) {
        return subscription.parts.at(symbol).awaited == 0;
      });
      if (ready == subscription.waiting.end()) break;
      if (session.listener->backlog_bytes() >= backlog_bytes_max) return true;
      const auto symbol = subscription.waiting.extract(ready);
      tell(session, subscription, symbol.value());
    }
  }
  session.next.clear();
  return false;
}

void MarketDataDesk::turn(std::int64_t now_ns) {
  for (auto& [listener, session] : sessions_) {
    const std::int64_t told_before = messages_told_;
    // Whoever reads, however slowly, gets on now and then; it is blocked only while nothing can be told.
    if (!serve(session) || messages_told_ != told_before) {
      session.blocked_since_ns = 0;
      continue;
    }
    if (session.blocked_since_ns == 0) session.blocked_since_ns = now_ns;
    if (now_ns - session.blocked_since_ns < blocked_max_ns) continue;
    session.blocked_since_ns = 0;
    while (!session.subscriptions.empty()) {
      drop(session, std::string(session.subscriptions.begin()->first),
           "the subscription has ended: this session read too slowly for " +
               std::to_string(blocked_max_ns / nanoseconds_per_second) + " seconds; subscribe again");
    }
  }
}

}  // namespace trade::fixd
