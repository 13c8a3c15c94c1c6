// The server's end of a WebSocket. Messages are pulled: the connection asks for the next one when it can be
// sent, so nothing is ever buffered here, and whoever speaks decides what a slow client misses.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace trade::http {

struct WebSocketMessage {
  std::shared_ptr<const std::string> bytes;  ///< shared, since one message may go to many
  bool binary = false;
};

/// Why a connection is closed (RFC 6455, 7.4.1).
enum class CloseCode : std::uint16_t {
  going_away = 1001,
  unsupported = 1003,
  policy = 1008,
  too_big = 1009,
  internal = 1011,
  try_again = 1013,
};

class WebSocketConnection {
 public:
  virtual ~WebSocketConnection() = default;
  /// There is something to send: `next_message` will be asked, when the connection can take it.
  virtual void wake() = 0;
  /// Sends what the handler still has, then the reason, at most 123 bytes.
  virtual void close(CloseCode code, std::string reason) = 0;
};

/// Implemented by whoever speaks; every call comes from the loop's thread. It is destroyed after `on_close`.
class WebSocketHandler {
 public:
  virtual ~WebSocketHandler() = default;
  /// The connection stands until `on_close`.
  virtual void on_open(WebSocketConnection& connection) = 0;
  virtual void on_message(std::string_view bytes, bool binary) = 0;
  /// Nothing: there is nothing to send before the next `wake`.
  virtual std::optional<WebSocketMessage> next_message() = 0;
  virtual void on_close() = 0;
};

}  // namespace trade::http
