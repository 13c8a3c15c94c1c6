#include "http/websocket_session.hpp"

#include <algorithm>

#include <boost/asio/bind_executor.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "http/frame_counter.hpp"
#include "http/metered_stream.hpp"

namespace trade::http {

namespace {

using ErrorCodeOf = beast::error_code;
namespace websocket = beast::websocket;

/// A peer that answers no ping for so long is gone.
constexpr std::chrono::seconds idle_time{60};
/// Longest reason of a close frame in bytes (RFC 6455, 5.5).
constexpr std::size_t reason_bytes_max = 123;
constexpr std::int64_t burst_seconds = 10;
/// Reads from a client that goes on after it was told to close, before it is cut off.
constexpr int reads_after_close_max = 64;

template <class Stream>
class WebSocketSession final : public std::enable_shared_from_this<WebSocketSession<Stream>>,
                               public Connection,
                               public WebSocketConnection {
 public:
  WebSocketSession(const std::shared_ptr<Server::State>& server, Stream stream,
                   std::unique_ptr<WebSocketHandler> handler)
      : count_(server, this, beast::get_lowest_layer(stream).socket()),
        stream_(std::move(stream)),
        write_timer_(server->loop.state().context),
        handler_(std::move(handler)),
        allowance_(static_cast<std::int64_t>(server->options.frames_per_second_max) * burst_seconds) {
    ++server->counters.websockets_open;
  }
  ~WebSocketSession() override { --count_.server().counters.websockets_open; }
  WebSocketSession(const WebSocketSession&) = delete;
  WebSocketSession& operator=(const WebSocketSession&) = delete;

  void run(BeastRequest request) {
    beast::get_lowest_layer(stream_).expires_never();
    websocket::stream_base::timeout timeout{};
    timeout.handshake_timeout = std::chrono::seconds(10);
    timeout.idle_timeout = idle_time;
    timeout.keep_alive_pings = true;
    stream_.set_option(timeout);
    stream_.read_message_max(count_.server().options.message_bytes_max);
    stream_.next_layer().set_meter([this](std::string_view bytes) { meter(bytes); });
    request_ = std::move(request);
    stream_.async_accept(request_, [self = this->shared_from_this()](const ErrorCodeOf& error) {
      self->request_ = {};
      if (error) return;
      self->open_ = true;
      self->handler_->on_open(*self);
      self->read();
      self->write();
    });
  }

  void wake() override {
    if (open_ && !writing_) write();
  }
  void close(CloseCode code, std::string reason) override {
    if (closing_) return;
    closing_ = true;
    code_ = code;
    if (reason.size() > reason_bytes_max) reason.resize(reason_bytes_max);
    reason_ = std::move(reason);
    if (open_ && !writing_) write();
  }
  void finish() override { close(CloseCode::going_away, "the server stops"); }

 private:
  void read() {
    stream_.async_read(buffer_, [self = this->shared_from_this()](const ErrorCodeOf& error, std::size_t) {
      if (error == websocket::error::message_too_big || error == websocket::error::buffer_overflow) {
        // Beast has sent the close frame by itself.
        return self->ended();
      }
      if (error) return self->ended();
      self->take();
      if (self->open_) self->read();
    });
  }

  /// Takes the frames that came from what may still come: those of messages, and those that never come to the
  /// handler, since Beast answers them (pings) or goes on to the next (parts of a message with nothing in
  /// them).
  void meter(std::string_view bytes) {
    const auto burst =
        static_cast<std::int64_t>(count_.server().options.frames_per_second_max) * burst_seconds;
    refill(burst);
    allowance_ -= static_cast<std::int64_t>(frames_.take(bytes));
    if (allowance_ >= 0) return;
    const bool was_told = closing_;
    close(CloseCode::policy, "too many messages");
    // Who goes on all the same is not waited for, once the close frame has had time to leave.
    if (was_told && allowance_ < -burst && ++reads_after_close_ > reads_after_close_max)
      beast::get_lowest_layer(stream_).close();
  }

  void refill(std::int64_t burst) {
    const auto now = std::chrono::steady_clock::now();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - refilled_at_).count();
    if (seconds <= 0 || closing_) return;
    allowance_ = std::min(burst, allowance_ + seconds * burst / burst_seconds);
    refilled_at_ = now;
  }

  void take() {
    if (!closing_) {
      const auto data = buffer_.data();
      handler_->on_message({static_cast<const char*>(data.data()), data.size()}, stream_.got_binary());
    }
    buffer_.consume(buffer_.size());
  }

  void write() {
    if (writing_ || !open_) return;
    auto message = handler_->next_message();
    if (!message) {
      if (closing_) send_close();
      return;
    }
    writing_ = true;
    sent_ = std::move(message->bytes);
    stream_.binary(message->binary);
    watch_write();
    stream_.async_write(asio::buffer(*sent_),
                        [self = this->shared_from_this()](const ErrorCodeOf& error, std::size_t) {
                          self->write_timer_.cancel();
                          self->writing_ = false;
                          if (error) return self->ended();
                          self->write();
                        });
  }

  void send_close() {
    writing_ = true;
    watch_write();
    const websocket::close_reason reason(static_cast<websocket::close_code>(code_), reason_);
    stream_.async_close(reason, [self = this->shared_from_this()](const ErrorCodeOf&) {
      self->write_timer_.cancel();
      self->ended();
    });
  }

  /// A client that does not take one message in time is not there for more.
  void watch_write() {
    write_timer_.expires_after(count_.server().options.write_time_max);
    write_timer_.async_wait([weak = this->weak_from_this()](const ErrorCodeOf& error) {
      const auto self = weak.lock();
      if (error || !self) return;
      ++self->count_.server().counters.websockets_dropped;
      beast::get_lowest_layer(self->stream_).close();
    });
  }

  void ended() {
    if (!open_) return;
    open_ = false;
    handler_->on_close();
    beast::get_lowest_layer(stream_).close();
  }

  ConnectionCount count_;
  websocket::stream<MeteredStream<Stream>> stream_;
  FrameCounter frames_;
  asio::steady_timer write_timer_;
  std::unique_ptr<WebSocketHandler> handler_;
  BeastRequest request_;
  beast::flat_buffer buffer_;
  std::shared_ptr<const std::string> sent_;
  std::int64_t allowance_;
  int reads_after_close_ = 0;
  std::chrono::steady_clock::time_point refilled_at_ = std::chrono::steady_clock::now();
  CloseCode code_ = CloseCode::going_away;
  std::string reason_;
  bool open_ = false;
  bool writing_ = false;
  bool closing_ = false;
};

template <class Stream>
void serve(const std::shared_ptr<Server::State>& server, Stream stream, BeastRequest request,
           std::unique_ptr<WebSocketHandler> handler) {
  std::make_shared<WebSocketSession<Stream>>(server, std::move(stream), std::move(handler))
      ->run(std::move(request));
}

}  // namespace

void serve_websocket(const std::shared_ptr<Server::State>& server, PlainStream stream, BeastRequest request,
                     std::unique_ptr<WebSocketHandler> handler) {
  serve(server, std::move(stream), std::move(request), std::move(handler));
}

void serve_websocket(const std::shared_ptr<Server::State>& server, TlsStream stream, BeastRequest request,
                     std::unique_ptr<WebSocketHandler> handler) {
  serve(server, std::move(stream), std::move(request), std::move(handler));
}

}  // namespace trade::http
