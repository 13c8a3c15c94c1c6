// The two WebSockets of that API: what happens to one's orders (JSON), and the market's data (MessagePack, or
// JSON for a client that does not ask for the other).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "format/json.hpp"
#include "gatewayd/ask_queue.hpp"
#include "gatewayd/bar_clock.hpp"
#include "gatewayd/hub.hpp"
#include "gatewayd/input.hpp"
#include "gatewayd/outbox.hpp"
#include "gatewayd/services.hpp"
#include "http/websocket.hpp"

namespace trade::gatewayd::alpaca {

/// What both have in common: joining the hub, sending, and that a key is still good.
class Stream : public http::WebSocketHandler, public Subscriber {
 public:
  /// `peer`: the client's address.
  Stream(Services& services, std::string peer)
      : services_(services), peer_(std::move(peer)), self_(std::make_shared<Self>(this)) {}
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
  std::string peer_;
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
  void send_error(std::string_view what);
  bool listening_ = false;
  RepeatedAsk account_ask_;
};

class DataStream final : public Stream, public BarListener {
 public:
  DataStream(Services& services, std::string peer, bool msgpack)
      : Stream(services, std::move(peer)), msgpack_(msgpack) {
    binary_ = msgpack;
  }
  void on_message(std::string_view bytes, bool binary) override;
  void on_close() override;
  void on_quote(const Told<QuoteView>& quote) override;
  void on_trade(const Told<TapeEntryView>& trade) override;
  void on_bar(const Told<BarNews>& news) override;
  [[nodiscard]] bool wants(BarNews::Kind kind, const std::string& symbol) const override;

 private:
  enum class Channel : std::uint8_t { trades, quotes, bars, updated_bars, daily_bars };
  static constexpr std::size_t channel_count = 5;
  static std::optional<Channel> channel_named(std::string_view name);

  void greet() override;
  void tell_unauthorized() override;
  void authenticate(const Input& message);
  void change_subscriptions(const Input& message, bool begin);
  void begin(Channel channel, const std::string& symbol);
  void end(Channel channel, const std::string& symbol);
  static Task<bool> ask_one_after_another(std::shared_ptr<Self> self, Channel channel, std::string symbol);
  static Task<bool> begin_if_known(std::shared_ptr<Self> self, Channel channel, std::string symbol);
  static Task<bool> begin_every_trade(std::shared_ptr<Self> self);
  void watch_trades(const std::string& symbol, Sequence from);
  void follow_bars();
  void send(const format::Json& frame);
  void send_error(int code, std::string_view message);
  void send_subscriptions();
  [[nodiscard]] std::string encode(const format::Json& frames) const;
  [[nodiscard]] int text_kind() const;
  using Names = std::set<std::string, std::less<>>;
  [[nodiscard]] Names& names_of(Channel channel) { return names_[static_cast<std::size_t>(channel)]; }
  [[nodiscard]] const Names& names_of(Channel channel) const {
    return names_[static_cast<std::size_t>(channel)];
  }
  [[nodiscard]] bool has(Channel channel, std::string_view symbol) const;

  bool msgpack_;
  bool follows_bars_ = false;
  bool every_trade_ = false;                ///< symbols that come to be known are watched as well
  std::array<Names, channel_count> names_;  ///< what is subscribed to; "*" is every symbol
  Names watched_trades_;                    ///< symbols whose trades the hub tells
  std::map<std::string, Sequence, std::less<>> sent_;
  AskQueue<std::pair<Channel, std::string>> asks_;  ///< symbols that may not exist
};

}  // namespace trade::gatewayd::alpaca
