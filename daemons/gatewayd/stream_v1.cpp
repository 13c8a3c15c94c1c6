#include "gatewayd/stream_v1.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "format/json.hpp"
#include "gatewayd/client_sessions.hpp"
#include "gatewayd/credentials.hpp"

namespace trade::gatewayd {

namespace {

/// A client that has not said who it is after so long is dropped.
constexpr int sign_in_seconds = 15;
constexpr std::uint32_t depth_levels = 10;
constexpr std::uint32_t trades_at_start = 10;
constexpr std::uint32_t orders_at_start = 500;
/// Told::text's kinds of this stream.
constexpr int update_text = 1;
constexpr std::array all_kinds{Hub::Kind::quotes, Hub::Kind::depth, Hub::Kind::tape};

template <class View>
std::string message_of(std::string_view type, const View& view) {
  format::Json json;
  json["type"] = type;
  json["data"] = format::json_of(view);
  return format::text_of(json);
}

template <class View>
MessageText text_of(std::string_view type, const View& view) {
  return std::make_shared<const std::string>(message_of(type, view));
}

/// What waits to be sent of a symbol's state, by this name.
std::string state_name(Hub::Kind kind, const std::string& symbol) {
  return (kind == Hub::Kind::depth ? "d:" : "q:") + symbol;
}

}  // namespace

std::vector<Hub::Kind> StreamV1::Wish::kinds() const {
  std::vector<Hub::Kind> wanted;
  if (quotes) wanted.push_back(Hub::Kind::quotes);
  if (depth) wanted.push_back(Hub::Kind::depth);
  if (trades) wanted.push_back(Hub::Kind::tape);
  return wanted;
}

StreamV1::StreamV1(Services& services, std::string peer, std::optional<KeyView> key, std::string session)
    : services_(services),
      peer_(std::move(peer)),
      key_(std::move(key)),
      session_(std::move(session)),
      self_(std::make_shared<Self>(this)) {}

StreamV1::~StreamV1() {
  self_->stream = nullptr;
}

void StreamV1::on_open(http::WebSocketConnection& connection) {
  connection_ = &connection;
  services_.hub->join(*this);
  if (key_) welcome();
}

void StreamV1::on_close() {
  services_.hub->leave(*this);
  if (client_session_) services_.client_sessions->end(client_session_);
  client_session_ = {};
  connection_ = nullptr;
}

std::optional<http::WebSocketMessage> StreamV1::next_message() {
  auto text = outbox_.next();
  if (!text) return std::nullopt;
  return http::WebSocketMessage{std::move(*text), false};
}

void StreamV1::push(MessageText text) {
  if (connection_ == nullptr) return;
  if (!outbox_.push(std::move(text))) {
    return connection_->close(http::CloseCode::policy, "too slow: too many messages wait to be read");
  }
  connection_->wake();
}

void StreamV1::send(const format::Json& message) {
  push(std::make_shared<const std::string>(format::text_of(message)));
}

void StreamV1::send_error(const Problem& problem) {
  format::Json json;
  json["type"] = "error";
  json["code"] = problem.name;
  json["error"] = problem.message;
  send(json);
}

void StreamV1::on_message(std::string_view bytes, bool binary) {
  if (binary) return connection_->close(http::CloseCode::unsupported, "text messages are taken, in JSON");
  const auto message = parse_input(bytes);
  if (!message) return send_error(problem_of(message.error()));
  Fields fields(*message);
  const auto action = fields.text("action");
  if (fields.error()) return send_error(problem_of(*fields.error()));
  const std::string named = action.value_or("");
  if (named == "auth") return authenticate(*message);
  if (!key_)
    return send_error({401, "unauthorized", "sign in first: {\"action\":\"auth\",\"key\":…,\"secret\":…}"});
  if (named == "ping") {
    format::Json pong;
    pong["type"] = "pong";
    return send(pong);
  }
  if (named == "cancel_on_disconnect") return set_cancel_on_disconnect(*message);
  if (named != "subscribe" && named != "unsubscribe") {
    return send_error({422, "invalid_request",
                       "action must be auth, subscribe, unsubscribe, cancel_on_disconnect or ping"});
  }
  auto wish = read_wish(*message);
  if (!wish) return;
  if (named == "subscribe") {
    if (const auto verdict = take_request(services_, *key_); !verdict.allowed) {
      return send_error(
          {429, "too_many_requests",
           "Too many requests: try again in " + std::to_string(verdict.retry_in_seconds) + " s"});
    }
    subscribe(*wish);
  } else {
    unsubscribe(*wish);
  }
}

void StreamV1::authenticate(const Input& message) {
  Fields fields(message);
  const auto id = fields.text("key");
  const auto secret = fields.text("secret");
  if (fields.error()) return send_error(problem_of(*fields.error()));
  if (key_) return send_error({409, "already_signed_in", "this connection has a key already"});
  auto key = key_for_stream(services_, peer_, {id.value_or(""), secret.value_or("")});
  if (!key) {
    send_error(problem_of(key.error()));
    return connection_->close(http::CloseCode::policy, key.error().message);
  }
  key_ = std::move(*key);
  format::Json json;
  json["type"] = "authenticated";
  json["data"] = {{"account", key_->account}, {"role", name_of(key_->role)}};
  send(json);
  welcome();
}

/// Orders that name the session end with this stream, whatever ends it.
void StreamV1::set_cancel_on_disconnect(const Input& message) {
  Fields fields(message);
  const auto enabled = fields.boolean("enabled");
  if (!fields.error() && !enabled) fields.refuse("enabled", "it is missing");
  if (fields.error()) return send_error(problem_of(*fields.error()));
  if (key_->role == KeyRole::viewer) {
    return send_error({403, "not_permitted", "a viewer places no orders"});
  }
  if (*enabled && !client_session_) client_session_ = services_.client_sessions->open(key_->account);
  if (!*enabled && client_session_) {
    services_.client_sessions->release(client_session_);
    client_session_ = {};
  }
  format::Json json;
  json["type"] = "cancel_on_disconnect";
  json["data"] = {{"enabled", *enabled}, {"session", format::id_or_null(client_session_)}};
  send(json);
}

/// Own orders are told without being asked for.
void StreamV1::welcome() {
  run(listen(self_, key_->account));
}

void StreamV1::run(Task<bool> task) {
  trade::start<bool>(
      std::move(task), [](bool) {},
      [](const std::exception_ptr&) { spdlog::error("a stream's request failed"); });
}

Task<bool> StreamV1::listen(std::shared_ptr<Self> self, std::string account) {
  AccountsRequest request;
  request.name = account;
  request.limit = 1;
  RequestBody body(std::move(request));
  Upstream& upstream = self->stream->services_.upstream;
  const auto reply = co_await upstream.ask<AccountsReply>(Daemon::tradingd, std::move(body));
  if (self->stream == nullptr || self->stream->connection_ == nullptr) co_return false;
  if (reply && !reply->accounts.empty()) {
    self->stream->services_.hub->listen(reply->accounts.front().number, *self->stream);
    co_return true;
  }
  self->stream->send_error(reply ? Problem{404, "unknown_account", "Unknown account"}
                                 : problem_of(reply.error()));
  co_return false;
}

std::optional<StreamV1::Wish> StreamV1::read_wish(const Input& message) {
  Fields fields(message);
  Wish wish;
  const auto channels = fields.texts("channels");
  for (const std::string& text : fields.texts("symbols").value_or(std::vector<std::string>{})) {
    const auto symbol = parse_symbol(text);
    if (!symbol) {
      fields.refuse("symbols", symbol.error().message);
    } else {
      wish.symbols.push_back(symbol->string());
    }
  }
  wish.quotes = !channels;
  for (const std::string& channel : channels.value_or(std::vector<std::string>{})) {
    if (channel == "quotes") {
      wish.quotes = true;
    } else if (channel == "depth") {
      wish.depth = true;
    } else if (channel == "trades") {
      wish.trades = true;
    } else if (channel == "orders") {
      wish.orders = true;
    } else {
      fields.refuse("channels", "there are quotes, depth, trades and orders");
    }
  }
  if (!fields.error() && wish.symbols.empty() && !wish.orders) fields.refuse("symbols", "name at least one");
  if (!fields.error()) return wish;
  send_error(problem_of(*fields.error()));
  return std::nullopt;
}

void StreamV1::subscribe(const Wish& wish) {
  if (!wish.symbols.empty()) {
    if (watches_.begin(wish.kinds(), wish.symbols) == 0) {
      return send_error(
          {422, "too_many_symbols",
           "at most " + std::to_string(Watches::symbols_max) + " symbols can be watched on one connection"});
    }
    for (const std::string& symbol : wish.symbols) {
      if (wish.quotes) services_.hub->watch(Hub::Kind::quotes, symbol, *this);
      asks_.add(symbol);
    }
    ask_for_present();
  }
  if (wish.orders) ask_for_orders();
}

void StreamV1::ask_for_present() {
  while (auto symbol = asks_.next())
    run(ask_one_after_another(self_, std::move(*symbol)));
}

Task<bool> StreamV1::ask_one_after_another(std::shared_ptr<Self> self, std::string symbol) {
  for (;;) {
    co_await ask_symbol(self, symbol);
    if (self->gone()) co_return false;
    self->stream->asks_.done();
    auto next = self->stream->asks_.next();
    if (!next) co_return true;
    symbol = std::move(*next);
  }
}

/// Depth and trades are watched once the quote has shown that the symbol exists.
Task<bool> StreamV1::ask_symbol(std::shared_ptr<Self> self, std::string symbol) {
  if (!self->stream->awaits_any(symbol)) co_return false;
  std::array<Watches::Wish, all_kinds.size()> wishes{};
  for (std::size_t i = 0; i < wishes.size(); ++i)
    wishes[i] = self->stream->watches_.unbegun(all_kinds[i], symbol);
  std::vector<std::string> named{symbol};
  RequestBody quotes(QuotesRequest{std::move(named)});
  Upstream& upstream = self->stream->services_.upstream;
  const auto quote = co_await upstream.ask<QuotesReply>(Daemon::feedd, std::move(quotes));
  if (self->gone()) co_return false;
  if (!quote || quote->quotes.size() != 1) {
    for (std::size_t i = 0; i < wishes.size(); ++i)
      self->stream->refuse_watch(all_kinds[i], symbol, wishes[i]);
    self->stream->send_error(quote ? Problem{404, "unknown_symbol", "Unknown symbol"}
                                   : problem_of(quote.error()));
    co_return false;
  }
  if (wishes[0] != 0) {
    const QuoteView& present = quote->quotes.front();
    std::vector<SequencedText> texts{{present.sequence, text_of("quote", present)}};
    self->stream->tell_present(Hub::Kind::quotes, symbol, wishes[0], std::move(texts));
  }
  if (wishes[1] != 0) co_await ask_depth(self, symbol);
  if (wishes[2] != 0 && !self->gone()) co_await ask_trades(self, symbol);
  co_return true;
}

Task<bool> StreamV1::ask_depth(std::shared_ptr<Self> self, std::string symbol) {
  StreamV1& stream = *self->stream;
  const Watches::Wish wish = stream.watches_.unbegun(Hub::Kind::depth, symbol);
  if (wish == 0) co_return false;
  stream.services_.hub->watch(Hub::Kind::depth, symbol, stream);
  RequestBody body(DepthRequest{symbol, depth_levels});
  const auto depth = co_await stream.services_.upstream.ask<DepthReply>(Daemon::feedd, std::move(body));
  if (self->gone()) co_return false;
  if (!depth) {
    self->stream->refuse_watch(Hub::Kind::depth, symbol, wish);
    self->stream->send_error(problem_of(depth.error()));
    co_return false;
  }
  std::vector<SequencedText> texts{{depth->depth.sequence, text_of("depth", depth->depth)}};
  self->stream->tell_present(Hub::Kind::depth, symbol, wish, std::move(texts));
  co_return true;
}

Task<bool> StreamV1::ask_trades(std::shared_ptr<Self> self, std::string symbol) {
  StreamV1& stream = *self->stream;
  const Watches::Wish wish = stream.watches_.unbegun(Hub::Kind::tape, symbol);
  if (wish == 0) co_return false;
  stream.services_.hub->watch(Hub::Kind::tape, symbol, stream);
  RequestBody body(TapeRequest{symbol, trades_at_start});
  const auto tape = co_await stream.services_.upstream.ask<TapeReply>(Daemon::feedd, std::move(body));
  if (self->gone()) co_return false;
  if (!tape) {
    self->stream->refuse_watch(Hub::Kind::tape, symbol, wish);
    self->stream->send_error(problem_of(tape.error()));
    co_return false;
  }
  std::vector<SequencedText> texts;
  for (const TapeEntryView& entry : tape->entries)
    texts.push_back({entry.sequence, text_of("trade", entry)});
  std::ranges::reverse(texts);
  self->stream->tell_present(Hub::Kind::tape, symbol, wish, std::move(texts));
  co_return true;
}

void StreamV1::tell_present(Hub::Kind kind, const std::string& symbol, Watches::Wish wish,
                            std::vector<SequencedText> present) {
  if (!watches_.awaits(kind, symbol, wish)) return;
  // A state that still waits is older than what comes now.
  if (kind != Hub::Kind::tape) outbox_.forget(state_name(kind, symbol));
  send_begun(kind, symbol, watches_.tell_present(kind, symbol, wish, std::move(present)));
}

void StreamV1::send_begun(Hub::Kind kind, const std::string& symbol, Watches::Begun begun) {
  for (MessageText& text : begun.present)
    push(std::move(text));
  for (MessageText& text : begun.changes)
    send_change(kind, symbol, std::move(text));
}

/// What could not begin ends; who only asked again goes on.
void StreamV1::refuse_watch(Hub::Kind kind, const std::string& symbol, Watches::Wish wish) {
  auto goes_on = watches_.fail(kind, symbol, wish);
  if (goes_on) return send_begun(kind, symbol, std::move(*goes_on));
  services_.hub->unwatch(kind, symbol, *this);
}

void StreamV1::ask_for_orders() {
  if (orders_ask_.begin()) run(send_orders(self_, key_->account));
}

Task<bool> StreamV1::send_orders(std::shared_ptr<Self> self, std::string account) {
  do {
    OrdersRequest request;
    request.account = account;
    request.filter = OrderFilter::open;
    request.limit = orders_at_start;
    RequestBody body(std::move(request));
    Upstream& upstream = self->stream->services_.upstream;
    const auto reply = co_await upstream.ask<OrdersReply>(Daemon::ledgerd, std::move(body));
    if (self->gone()) co_return false;
    if (!reply) {
      self->stream->send_error(problem_of(reply.error()));
    } else {
      for (const OrderView& order : reply->orders)
        self->stream->push(std::make_shared<const std::string>(message_of("order", order)));
    }
    // A client for whom that was too much is gone with it.
  } while (!self->gone() && self->stream->orders_ask_.done());
  co_return true;
}

void StreamV1::unsubscribe(const Wish& wish) {
  for (const std::string& symbol : wish.symbols) {
    for (const Hub::Kind kind : wish.kinds()) {
      if (!watches_.end(kind, symbol)) continue;
      services_.hub->unwatch(kind, symbol, *this);
      if (kind != Hub::Kind::tape) outbox_.forget(state_name(kind, symbol));
    }
    if (!awaits_any(symbol)) asks_.remove(symbol);
  }
}

bool StreamV1::awaits_any(std::string_view symbol) const {
  return std::ranges::any_of(all_kinds, [&](Hub::Kind kind) { return watches_.unbegun(kind, symbol) != 0; });
}

void StreamV1::tell_change(Hub::Kind kind, const std::string& symbol, Sequence sequence,
                           const std::function<MessageText()>& make) {
  MessageText text;
  if (!watches_.change(kind, symbol, sequence, make, text)) {
    return connection_->close(http::CloseCode::policy, "too slow: too many messages wait to be read");
  }
  if (text) send_change(kind, symbol, std::move(text));
}

/// Of states the newest is sent, of trades each.
void StreamV1::send_change(Hub::Kind kind, const std::string& symbol, MessageText text) {
  if (kind == Hub::Kind::tape) return push(std::move(text));
  outbox_.put(state_name(kind, symbol), std::move(text));
  connection_->wake();
}

void StreamV1::on_quote(const Told<QuoteView>& quote) {
  tell_change(Hub::Kind::quotes, quote.view.symbol, quote.view.sequence, [&] {
    return quote.text(update_text, [](const QuoteView& view) { return message_of("quote_update", view); });
  });
}

void StreamV1::on_depth(const Told<DepthView>& depth) {
  tell_change(Hub::Kind::depth, depth.view.symbol, depth.view.sequence, [&] {
    return depth.text(update_text, [](const DepthView& view) { return message_of("depth_update", view); });
  });
}

void StreamV1::on_trade(const Told<TapeEntryView>& trade) {
  tell_change(Hub::Kind::tape, trade.view.symbol, trade.view.sequence, [&] {
    return trade.text(update_text,
                      [](const TapeEntryView& view) { return message_of("trade_update", view); });
  });
}

void StreamV1::on_order(const OrderNews& news) {
  push(std::make_shared<const std::string>(message_of("order_update", news.order)));
}

void StreamV1::on_tick() {
  if (!key_) {
    if (++seconds_ >= sign_in_seconds) connection_->close(http::CloseCode::policy, "nobody signed in");
    return;
  }
  if (const Status good = services_.keys.check(key_->id, services_.clock.now()); !good) {
    return dismiss(good.error().message);
  }
  if (!session_.empty() && !services_.sessions.alive(session_, services_.clock.now())) {
    dismiss("the session is over: sign in again");
  }
}

void StreamV1::dismiss(std::string reason) {
  http::WebSocketConnection& connection = *connection_;
  on_close();
  outbox_ = {};
  connection.close(http::CloseCode::policy, std::move(reason));
}

}  // namespace trade::gatewayd
