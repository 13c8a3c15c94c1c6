#include "gatewayd/alpaca_streams.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "gatewayd/alpaca.hpp"
#include "gatewayd/alpaca_data.hpp"
#include "gatewayd/credentials.hpp"

namespace trade::gatewayd::alpaca {

namespace {

constexpr int sign_in_seconds = 15;
constexpr std::size_t symbols_max = 2'000;
/// Told::text's kinds of these streams.
constexpr int json_text = 2;
constexpr int msgpack_text = 3;

/// By DataStream::Channel.
constexpr std::array<std::string_view, 5> channel_names{"trades", "quotes", "bars", "updatedBars",
                                                        "dailyBars"};
constexpr std::string_view every_symbol = Hub::every_symbol;

void run(Task<bool> task) {
  trade::start<bool>(
      std::move(task), [](bool) {},
      [](const std::exception_ptr&) { spdlog::error("a stream's request failed"); });
}

std::string msgpack_of(const format::Json& json) {
  const std::vector<std::uint8_t> bytes = format::Json::to_msgpack(json);
  return {bytes.begin(), bytes.end()};
}

/// Of what has changed with an order's venue; empty: what clients of this API need not hear of.
std::string_view venue_event_name(const OrderNews& news) {
  const VenueState before = news.venue_state_before.value_or(VenueState::sending);
  switch (news.order.venue_state.value_or(VenueState::ended)) {
    case VenueState::working:
      if (before == VenueState::pending_cancel) return "order_cancel_rejected";
      if (before == VenueState::pending_replace) return "order_replace_rejected";
      return before == VenueState::working || news.order.filled_quantity ? "" : "new";
    case VenueState::pending_cancel:
      return "pending_cancel";
    case VenueState::pending_replace:
      return "pending_replace";
    case VenueState::held:
    case VenueState::sending:
    case VenueState::unknown:
    case VenueState::ended:
      break;
  }
  return "";
}

std::string_view event_name(const OrderNews& news) {
  switch (news.kind) {
    case OrderNews::Kind::accepted:
      return news.order.status == OrderStatus::pending ? "pending_new" : "new";
    case OrderNews::Kind::activated:
      return "new";
    case OrderNews::Kind::rejected:
      return "rejected";
    case OrderNews::Kind::filled:
      return news.order.status == OrderStatus::filled ? "fill" : "partial_fill";
    case OrderNews::Kind::replaced:
      return "replaced";
    case OrderNews::Kind::cancelled:
      return news.order.status == OrderStatus::expired ? "expired" : "canceled";
    case OrderNews::Kind::venue_state:
      return venue_event_name(news);
    case OrderNews::Kind::busted:
      return "trade_bust";
    case OrderNews::Kind::triggered:
      break;
  }
  return "";
}

/// The texts of a member that is an object, or of the message itself.
const Input& data_of(const Input& message) {
  const Input* data = message.find("data");
  return data != nullptr && data->kind == Input::Kind::object ? *data : message;
}

}  // namespace

void Stream::on_open(http::WebSocketConnection& connection) {
  connection_ = &connection;
  services_.hub->join(*this);
  greet();
}

void Stream::on_close() {
  services_.hub->leave(*this);
  connection_ = nullptr;
}

std::optional<http::WebSocketMessage> Stream::next_message() {
  auto text = outbox_.next();
  if (!text) return std::nullopt;
  return http::WebSocketMessage{std::move(*text), binary_};
}

void Stream::push(MessageText text) {
  if (connection_ == nullptr) return;
  if (!outbox_.push(std::move(text))) return close(http::CloseCode::policy, "slow client");
  connection_->wake();
}

void Stream::close(http::CloseCode code, std::string reason) {
  if (connection_ != nullptr) connection_->close(code, std::move(reason));
}

void Stream::on_tick() {
  if (!key_ && ++seconds_ < sign_in_seconds) return;
  if (key_ && services_.keys.check(key_->id, services_.clock.now())) return;
  // Nothing more may be told but that: neither what waits to be sent, nor what happens while a slow client
  // keeps the close frame waiting.
  outbox_ = {};
  tell_unauthorized();
  close(http::CloseCode::policy, key_ ? "the key is no longer good" : "nobody signed in");
  on_close();
}

void TradingStream::send(std::string_view stream, format::Json data) {
  format::Json json;
  json["stream"] = stream;
  json["data"] = std::move(data);
  push(std::make_shared<const std::string>(format::text_of(json)));
}

void TradingStream::tell_unauthorized() {
  format::Json data;
  data["action"] = "authenticate";
  data["status"] = "unauthorized";
  send("authorization", std::move(data));
}

void TradingStream::on_message(std::string_view bytes, bool) {
  const auto message = parse_input(bytes);
  const Input* action = message && message->kind == Input::Kind::object ? message->find("action") : nullptr;
  if (action == nullptr) return send_error("invalid syntax");
  if (action->text == "authenticate" || action->text == "auth") return authenticate(*message);
  if (!key_) return tell_unauthorized();
  if (action->text == "listen") return listen(*message);
  send_error("unknown action");
}

void TradingStream::send_error(std::string_view what) {
  format::Json json;
  json["action"] = "error";
  json["data"] = {{"error_message", what}};
  push(std::make_shared<const std::string>(format::text_of(json)));
}

void TradingStream::authenticate(const Input& message) {
  const Input& data = data_of(message);
  const auto text = [&](const char* name, const char* other) {
    const Input* found = data.find(name);
    if (found == nullptr) found = data.find(other);
    return found == nullptr ? std::string() : found->text;
  };
  const std::string id = text("key_id", "key");
  const std::string secret = text("secret_key", "secret");
  auto key = key_for_stream(services_, peer_, {id, secret});
  if (!key) {
    tell_unauthorized();
    return close(http::CloseCode::policy, "unauthorized");
  }
  // What this connection is told is its first key's to hear, and ends with that.
  if (key_ && key_->id != key->id) return send_error("already authenticated");
  key_ = std::move(*key);
  format::Json answer;
  answer["action"] = "authenticate";
  answer["status"] = "authorized";
  send("authorization", std::move(answer));
}

/// Told once it is so: what happens to an order that is placed after that is heard of.
void TradingStream::listen(const Input& message) {
  if (!take_request(services_, *key_).allowed) return send_error("too many requests");
  const Input* streams = data_of(message).find("streams");
  listening_ = streams != nullptr && std::ranges::any_of(streams->items, [](const Input& stream) {
                 return stream.text == "trade_updates";
               });
  if (account_ask_.begin()) run(begin_listening(self_, key_->account));
}

Task<bool> TradingStream::begin_listening(std::shared_ptr<Self> self, std::string account) {
  bool again = true;
  while (again) {
    AccountsRequest request;
    request.name = account;
    request.limit = 1;
    RequestBody body(std::move(request));
    Upstream& upstream = static_cast<TradingStream*>(self->stream)->services_.upstream;
    const auto reply = co_await upstream.ask<AccountsReply>(Daemon::tradingd, std::move(body));
    if (self->gone()) co_return false;
    auto* stream = static_cast<TradingStream*>(self->stream);
    if (!reply || reply->accounts.empty()) {
      stream->close(http::CloseCode::try_again, reply ? "unknown account" : reply.error().message);
      co_return false;
    }
    stream->services_.hub->listen(reply->accounts.front().number, *stream);
    format::Json data;
    data["streams"] = format::Json::array();
    if (stream->listening_) data["streams"].push_back("trade_updates");
    stream->send("listening", std::move(data));
    again = stream->account_ask_.done();
  }
  co_return true;
}

void TradingStream::on_order(const OrderNews& news) {
  const std::string_view event = event_name(news);
  if (!listening_ || event.empty()) return;
  format::Json data;
  data["event"] = event;
  data["execution_id"] = uuid_of(IdKind::trade, news.sequence);
  data["timestamp"] = format::time_or_null(news.timestamp);
  if (news.kind == OrderNews::Kind::filled || news.kind == OrderNews::Kind::busted) {
    data["price"] = format_price(news.price);
    data["qty"] = std::to_string(news.quantity.shares);
  }
  data["order"] = order_json(news.order);
  send("trade_updates", std::move(data));
}

std::string DataStream::encode(const format::Json& frames) const {
  return msgpack_ ? msgpack_of(frames) : format::text_of(frames);
}

/// Control and data never stand in one array.
void DataStream::send(const format::Json& frame) {
  format::Json frames = format::Json::array();
  frames.push_back(frame);
  push(std::make_shared<const std::string>(encode(frames)));
}

void DataStream::greet() {
  send({{"T", "success"}, {"msg", "connected"}});
}

void DataStream::send_error(int code, std::string_view message) {
  format::Json frame;
  frame["T"] = "error";
  frame["code"] = code;
  frame["msg"] = message;
  send(frame);
}

void DataStream::tell_unauthorized() {
  if (key_) {
    send_error(402, "auth failed");
  } else {
    send_error(404, "auth timeout");
  }
}

void DataStream::on_message(std::string_view bytes, bool binary) {
  const auto message = binary ? parse_msgpack_input(bytes) : parse_input(bytes);
  const Input* action = message && message->kind == Input::Kind::object ? message->find("action") : nullptr;
  if (action == nullptr) return send_error(400, "invalid syntax");
  if (action->text == "auth") return authenticate(*message);
  if (!key_) return send_error(401, "not authenticated");
  if (action->text == "subscribe" || action->text == "unsubscribe") {
    if (action->text == "subscribe" && !take_request(services_, *key_).allowed) {
      return send_error(429, "too many requests");
    }
    return change_subscriptions(*message, action->text == "subscribe");
  }
  send_error(400, "invalid syntax");
}

void DataStream::authenticate(const Input& message) {
  if (key_) return send_error(403, "already authenticated");
  const Input* id = message.find("key");
  const Input* secret = message.find("secret");
  auto key = key_for_stream(
      services_, peer_,
      {id == nullptr ? std::string_view() : id->text, secret == nullptr ? std::string_view() : secret->text});
  if (!key) {
    send_error(402, "auth failed");
    return close(http::CloseCode::policy, "auth failed");
  }
  key_ = std::move(*key);
  send({{"T", "success"}, {"msg", "authenticated"}});
}

std::optional<DataStream::Channel> DataStream::channel_named(std::string_view name) {
  for (std::size_t i = 0; i < channel_names.size(); ++i) {
    if (channel_names[i] == name) return static_cast<Channel>(i);
  }
  return std::nullopt;
}

bool DataStream::has(Channel channel, std::string_view symbol) const {
  const Names& names = names_of(channel);
  return names.contains(every_symbol) || names.contains(symbol);
}

/// Channels that do not exist here are refused by name, so that nobody waits for what never comes.
void DataStream::change_subscriptions(const Input& message, bool begin_them) {
  for (std::size_t i = 0; i < message.names.size(); ++i) {
    const std::string& name = message.names[i];
    const std::vector<Input>& symbols = message.items[i].items;
    if (name == "action" || message.items[i].kind == Input::Kind::null) continue;
    if (message.items[i].kind != Input::Kind::array) {
      send_error(400, "invalid syntax: " + name.substr(0, 32) + " must be a list of symbols");
      continue;
    }
    if (symbols.empty()) continue;
    const auto channel = channel_named(name);
    if (!channel) {
      send_error(409, "insufficient subscription: " + name.substr(0, 32) + " are not streamed here");
      continue;
    }
    for (const Input& named : symbols) {
      const auto parsed = parse_symbol(named.text);
      const std::string symbol = parsed ? parsed->string() : named.text;
      if (!parsed && symbol != every_symbol) {
        send_error(400, "invalid syntax: this is no symbol, nor *");
      } else if (begin_them) {
        begin(*channel, symbol);
      } else {
        end(*channel, symbol);
      }
    }
  }
  send_subscriptions();
}

void DataStream::begin(Channel channel, const std::string& symbol) {
  std::size_t count = 0;
  for (const Names& names : names_)
    count += names.size();
  if (count >= symbols_max) return send_error(405, "symbol limit exceeded");
  if (!names_of(channel).insert(symbol).second) return;
  if (symbol != every_symbol) {
    asks_.add({channel, symbol});
    if (auto ask = asks_.next()) run(ask_one_after_another(self_, ask->first, std::move(ask->second)));
    return;
  }
  if (channel == Channel::quotes) {
    services_.hub->watch(Hub::Kind::quotes, symbol, *this);
  } else if (channel == Channel::trades) {
    services_.hub->watch(Hub::Kind::quotes, symbol, *this);
    run(begin_every_trade(self_));
  }
  follow_bars();
}

void DataStream::end(Channel channel, const std::string& symbol) {
  if (names_of(channel).erase(symbol) == 0) return;
  asks_.remove({channel, symbol});
  follow_bars();
  if (channel == Channel::quotes && symbol != every_symbol) {
    services_.hub->unwatch(Hub::Kind::quotes, symbol, *this);
    if (!has(channel, symbol)) outbox_.forget("q:" + symbol);
  }
  if (channel == Channel::trades) {
    every_trade_ = every_trade_ && symbol != every_symbol;
    std::erase_if(watched_trades_, [&](const std::string& watched) {
      if (has(Channel::trades, watched)) return false;
      services_.hub->unwatch(Hub::Kind::tape, watched, *this);
      return true;
    });
  }
  // New symbols are seen by their quotes.
  const bool every =
      names_of(Channel::quotes).contains(every_symbol) || names_of(Channel::trades).contains(every_symbol);
  if (symbol == every_symbol && !every) services_.hub->unwatch(Hub::Kind::quotes, symbol, *this);
}

void DataStream::follow_bars() {
  const bool wanted = !names_of(Channel::bars).empty() || !names_of(Channel::updated_bars).empty() ||
                      !names_of(Channel::daily_bars).empty();
  if (wanted == follows_bars_) return;
  follows_bars_ = wanted;
  if (wanted) {
    services_.bar_clock->join(*this);
  } else {
    services_.bar_clock->leave(*this);
  }
}

void DataStream::on_close() {
  if (std::exchange(follows_bars_, false)) services_.bar_clock->leave(*this);
  Stream::on_close();
}

Task<bool> DataStream::ask_one_after_another(std::shared_ptr<Self> self, Channel channel,
                                             std::string symbol) {
  for (;;) {
    co_await begin_if_known(self, channel, symbol);
    if (self->gone()) co_return false;
    auto* stream = static_cast<DataStream*>(self->stream);
    stream->asks_.done();
    auto next = stream->asks_.next();
    if (!next) co_return true;
    channel = next->first;
    symbol = std::move(next->second);
  }
}

Task<bool> DataStream::begin_if_known(std::shared_ptr<Self> self, Channel channel, std::string symbol) {
  Services& services = static_cast<DataStream*>(self->stream)->services_;
  std::vector<std::string> named{symbol};
  RequestBody body(QuotesRequest{std::move(named)});
  const auto quotes = co_await services.upstream.ask<QuotesReply>(Daemon::feedd, std::move(body));
  if (self->gone()) co_return false;
  auto* stream = static_cast<DataStream*>(self->stream);
  if (!stream->names_of(channel).contains(symbol)) co_return false;
  if (!quotes || quotes->quotes.size() != 1) {
    stream->names_of(channel).erase(symbol);
    const bool unknown = quotes || quotes.error().code == ErrorCode::not_found;
    stream->send_error(unknown ? 400 : 500, unknown ? "no symbol " + symbol : quotes.error().message);
    stream->send_subscriptions();
    co_return false;
  }
  if (channel == Channel::quotes) services.hub->watch(Hub::Kind::quotes, symbol, *stream);
  if (channel == Channel::trades) stream->watch_trades(symbol, quotes->quotes.front().sequence);
  stream->follow_bars();
  co_return true;
}

Task<bool> DataStream::begin_every_trade(std::shared_ptr<Self> self) {
  Services& services = static_cast<DataStream*>(self->stream)->services_;
  RequestBody body(QuotesRequest{});
  const auto quotes = co_await services.upstream.ask<QuotesReply>(Daemon::feedd, std::move(body));
  if (self->gone()) co_return false;
  auto* stream = static_cast<DataStream*>(self->stream);
  if (!quotes) {
    stream->end(Channel::trades, std::string(every_symbol));
    stream->send_error(500, quotes.error().message);
    stream->send_subscriptions();
    co_return false;
  }
  if (!stream->names_of(Channel::trades).contains(every_symbol)) co_return false;
  for (const QuoteView& quote : quotes->quotes)
    stream->watch_trades(quote.symbol, quote.sequence);
  stream->every_trade_ = true;
  co_return true;
}

/// Trades from here on; those before are for the history.
void DataStream::watch_trades(const std::string& symbol, Sequence from) {
  if (!watched_trades_.insert(symbol).second) return;
  Sequence& sent = sent_["t:" + symbol];
  sent = std::max(sent, from);
  services_.hub->watch(Hub::Kind::tape, symbol, *this);
}

void DataStream::send_subscriptions() {
  format::Json frame;
  frame["T"] = "subscription";
  for (std::size_t i = 0; i < channel_names.size(); ++i)
    frame[std::string(channel_names[i])] = names_[i];
  for (const char* channel :
       {"statuses", "lulds", "cancelErrors", "corrections", "imbalances", "orderbooks", "news"})
    frame[channel] = format::Json::array();
  // Of many that wait the newest is enough: each unknown symbol changes what is subscribed to.
  if (connection_ == nullptr) return;
  outbox_.put("subscription", std::make_shared<const std::string>(encode(format::Json::array({frame}))));
  connection_->wake();
}

int DataStream::text_kind() const {
  return msgpack_ ? msgpack_text : json_text;
}

void DataStream::on_quote(const Told<QuoteView>& quote) {
  const std::string& symbol = quote.view.symbol;
  // Who wants every trade wants those of a symbol that was just added, from its beginning.
  if (every_trade_) watch_trades(symbol, 0);
  if (!has(Channel::quotes, symbol)) return;
  const std::string name = "q:" + symbol;
  Sequence& sent = sent_[name];
  if (quote.view.sequence <= sent) return;
  sent = quote.view.sequence;
  outbox_.put(name, quote.text(text_kind(), [this](const QuoteView& view) {
    format::Json frame;
    frame["T"] = "q";
    frame["S"] = view.symbol;
    frame.update(data_json(view));
    return encode(format::Json::array({frame}));
  }));
  connection_->wake();
}

void DataStream::on_trade(const Told<TapeEntryView>& trade) {
  Sequence& sent = sent_["t:" + trade.view.symbol];
  if (trade.view.sequence <= sent) return;
  sent = trade.view.sequence;
  push(trade.text(text_kind(), [this](const TapeEntryView& view) {
    format::Json frame;
    frame["T"] = "t";
    frame["S"] = view.symbol;
    frame.update(data_json(view));
    return encode(format::Json::array({frame}));
  }));
}

bool DataStream::wants(BarNews::Kind kind, const std::string& symbol) const {
  switch (kind) {
    case BarNews::Kind::minute:
      return has(Channel::bars, symbol);
    case BarNews::Kind::updated:
      return has(Channel::updated_bars, symbol);
    case BarNews::Kind::day:
      return has(Channel::daily_bars, symbol);
  }
  return false;
}

void DataStream::on_bar(const Told<BarNews>& news) {
  push(news.text(text_kind(), [this](const BarNews& told) {
    format::Json frame;
    frame["T"] = told.kind == BarNews::Kind::minute ? "b" : told.kind == BarNews::Kind::updated ? "u" : "d";
    frame["S"] = told.symbol;
    frame.update(bar_json(told.bar, told.span));
    return encode(format::Json::array({frame}));
  }));
}

namespace {

http::Response upgrade_required() {
  return error(426, "this address is a WebSocket");
}

Task<http::Response> trading(Call& call) {
  if (!call.request.wants_upgrade) co_return upgrade_required();
  http::Response response;
  response.upgrade = std::make_unique<TradingStream>(call.services, call.request.peer);
  co_return response;
}

Task<http::Response> data(Call& call) {
  if (!call.request.wants_upgrade) co_return upgrade_required();
  const bool msgpack = call.request.header("content-type").find("msgpack") != std::string_view::npos;
  http::Response response;
  response.upgrade = std::make_unique<DataStream>(call.services, call.request.peer, msgpack);
  co_return response;
}

constexpr std::array routes{
    Route{"GET", "/stream", Access::open, trading},
    Route{"GET", "/v2/stream", Access::open, trading},
    Route{"GET", "/v2/iex", Access::open, data},
    Route{"GET", "/v2/sip", Access::open, data},
};

}  // namespace

std::span<const Route> stream_routes() {
  return routes;
}

}  // namespace trade::gatewayd::alpaca
