// The WebSocket at /api/v1/stream.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "format/json.hpp"
#include "gatewayd/ask_queue.hpp"
#include "gatewayd/call.hpp"
#include "gatewayd/hub.hpp"
#include "gatewayd/input.hpp"
#include "gatewayd/outbox.hpp"
#include "gatewayd/services.hpp"
#include "gatewayd/watches.hpp"
#include "http/websocket.hpp"

namespace trade::gatewayd {

/// One client. It may come with a key, or send one as its first message.
class StreamV1 final : public http::WebSocketHandler, public Subscriber {
 public:
  /// `peer`: the client's address. `session`: the token of the browser's session that the key is from; empty:
  /// none.
  StreamV1(Services& services, std::string peer, std::optional<KeyView> key, std::string session = {});
  ~StreamV1() override;
  StreamV1(const StreamV1&) = delete;
  StreamV1& operator=(const StreamV1&) = delete;

  void on_open(http::WebSocketConnection& connection) override;
  void on_message(std::string_view bytes, bool binary) override;
  std::optional<http::WebSocketMessage> next_message() override;
  void on_close() override;

  void on_quote(const Told<QuoteView>& quote) override;
  void on_depth(const Told<DepthView>& depth) override;
  void on_trade(const Told<TapeEntryView>& trade) override;
  void on_order(const OrderNews& news) override;
  void on_tick() override;

 private:
  /// What outlives the stream while an answer is waited for.
  struct Self {
    StreamV1* stream;
    [[nodiscard]] bool gone() const { return stream == nullptr || stream->connection_ == nullptr; }
  };
  struct Wish {
    std::vector<std::string> symbols;
    bool quotes = false;
    bool depth = false;
    bool trades = false;
    bool orders = false;

    /// What of it is about symbols.
    [[nodiscard]] std::vector<Hub::Kind> kinds() const;
  };

  void authenticate(const Input& message);
  void welcome();
  void set_cancel_on_disconnect(const Input& message);
  std::optional<Wish> read_wish(const Input& message);
  void subscribe(const Wish& wish);
  void unsubscribe(const Wish& wish);
  static Task<bool> listen(std::shared_ptr<Self> self, std::string account);
  /// Asks for the present states that are wished for, as many at once as may be.
  void ask_for_present();
  static Task<bool> ask_one_after_another(std::shared_ptr<Self> self, std::string symbol);
  static Task<bool> ask_symbol(std::shared_ptr<Self> self, std::string symbol);
  static Task<bool> ask_depth(std::shared_ptr<Self> self, std::string symbol);
  static Task<bool> ask_trades(std::shared_ptr<Self> self, std::string symbol);
  /// Whether the present state of something of the symbol is still to be told.
  [[nodiscard]] bool awaits_any(std::string_view symbol) const;
  void tell_present(Hub::Kind kind, const std::string& symbol, Watches::Wish wish,
                    std::vector<SequencedText> present);
  void send_begun(Hub::Kind kind, const std::string& symbol, Watches::Begun begun);
  void refuse_watch(Hub::Kind kind, const std::string& symbol, Watches::Wish wish);
  void tell_change(Hub::Kind kind, const std::string& symbol, Sequence sequence,
                   const std::function<MessageText()>& make);
  void send_change(Hub::Kind kind, const std::string& symbol, MessageText text);
  /// Asks for the open orders, which are many: once at a time.
  void ask_for_orders();
  static Task<bool> send_orders(std::shared_ptr<Self> self, std::string account);
  void run(Task<bool> task);
  void send(const format::Json& message);
  void send_error(const Problem& problem);
  void push(MessageText text);
  /// The client may be told nothing more but why: neither what waits to be sent, nor what happens while a
  /// slow client keeps the close frame waiting.
  void dismiss(std::string reason);

  Services& services_;
  std::string peer_;
  std::optional<KeyView> key_;
  std::string session_;
  http::WebSocketConnection* connection_ = nullptr;
  std::shared_ptr<Self> self_;
  ClientSessionId client_session_;  ///< whose orders end with this stream; zero: none
  Outbox outbox_;
  Watches watches_;
  AskQueue<std::string> asks_;  ///< symbols
  RepeatedAsk orders_ask_;
  int seconds_ = 0;
};

}  // namespace trade::gatewayd
