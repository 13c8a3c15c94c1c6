// The two WebSockets of that API: what happens to one's orders (JSON), and the market's data (MessagePack, or
// JSON for a client that does not ask for the other).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "format/json.hpp"
#include "gatewayd/hub.hpp"
#include "gatewayd/input.hpp"
#include "gatewayd/outbox.hpp"
#include "gatewayd/services.hpp"
#include "http/websocket.hpp"

namespace trade::gatewayd::alpaca {

/// What both have in common: joining the hub, sending, and that a key is still good.
class Stream : public http::WebSocketHandler, public Subscriber {
 public:
  explicit Stream(Services& services) : services_(services), self_(std::make_shared<Self>(this)) {}
  ~Stream() override { self_->stream = nullptr; }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void on_open(http::WebSocketConnection& connection) override;
  void on_close() override;
  std::optional<http::WebSocketMessage> next_message() override;
  void on_tick() override;

  void on_quote(const Told<QuoteView>&) override {}
  void on_depth(const Told<DepthView>&) override {}
  void on_trade(const Told<TapeEntryView>&) override {}
  void on_order(const OrderNews&) override {}

 protected:
  /// What outlives the stream while an answer is waited for.
  struct Self {
    Stream* stream;
    [[nodiscard]] bool gone() const { return stream == nullptr || stream->connection_ == nullptr; }
  };
  virtual void greet() {}
  /// Nobody signed in in time, or the key is no longer good.
  virtual void tell_unauthorized() = 0;
  void push(MessageText text);
  void close(http::CloseCode code, std::string reason);

  Services& services_;
  std::optional<KeyView> key_;
  http::WebSocketConnection* connection_ = nullptr;
  std::shared_ptr<Self> self_;
  Outbox outbox_;
  bool binary_ = false;  ///< sent as binary messages

 private:
  int seconds_ = 0;
};

class TradingStream final : public Stream {
 public:
  using Stream::Stream;
  void on_message(std::string_view bytes, bool binary) override;
  void on_order(const OrderNews& news) override;

 private:
  void tell_unauthorized() override;
  void authenticate(const Input& message);
  void listen(const Input& message);
  static Task<bool> begin_listening(std::shared_ptr<Self> self, std::string account);
  void send(std::string_view stream, format::Json data);
  bool listening_ = false;
};

class DataStream final : public Stream {
 public:
  DataStream(Services& services, bool msgpack) : Stream(services), msgpack_(msgpack) { binary_ = msgpack; }
  void on_message(std::string_view bytes, bool binary) override;
  void on_quote(const Told<QuoteView>& quote) override;
  void on_trade(const Told<TapeEntryView>& trade) override;

 private:
  void greet() override;
  void tell_unauthorized() override;
  void authenticate(const Input& message);
  void subscribe(const Input& message, bool begin);
  static Task<bool> watch(std::shared_ptr<Self> self, Hub::Kind kind, std::string symbol);
  void send(const format::Json& frame);
  void send_error(int code, std::string_view message);
  void send_subscriptions();
  [[nodiscard]] std::string encode(const format::Json& frames) const;
  std::set<std::string>& symbols_of(Hub::Kind kind) { return kind == Hub::Kind::quotes ? quotes_ : trades_; }

  bool msgpack_;
  std::set<std::string> trades_;
  std::set<std::string> quotes_;
  std::map<std::string, Sequence, std::less<>> sent_;
};

}  // namespace trade::gatewayd::alpaca
