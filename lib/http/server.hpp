// An HTTP/1.1 server, plain and by TLS, in the thread of a loop. Everything that comes from outside is
// bounded here: sizes, times, connections.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/loop.hpp"
#include "http/message.hpp"
#include "http/tls.hpp"

namespace trade::http {

struct ServerOptions {
  std::size_t header_bytes_max = std::size_t{16} << 10;  ///< beyond: 431
  std::size_t body_bytes_max = std::size_t{1} << 20;     ///< beyond: 413
  /// Beyond, or beyond half of it from one address (IPv6: from one network of 64 bits): closed at once.
  std::size_t connections_max = 4'096;
  std::chrono::milliseconds idle_time_max{75'000};     ///< between requests
  std::chrono::milliseconds request_time_max{15'000};  ///< for a request to come in; TLS handshakes as well
  std::chrono::milliseconds write_time_max{30'000};    ///< for an answer, or one WebSocket message, to go out
  std::size_t message_bytes_max = std::size_t{64} << 10;  ///< of a WebSocket message that comes in
  std::size_t frames_per_second_max = 100;  ///< that come in on one WebSocket, over ten seconds; whole
                                            ///< messages are one each
};

/// Gives the answer, now or later, once.
using Respond = std::move_only_function<void(Response)>;
using RequestHandler = std::function<void(Request, Respond)>;

class Server {
 public:
  struct Counters {
    std::int64_t connections_open = 0;
    std::int64_t connections_accepted = 0;
    std::int64_t connections_refused = 0;  ///< too many at one time
    std::int64_t requests_malformed = 0;
    std::int64_t timed_out = 0;  ///< connections closed for being slow
    std::int64_t websockets_open = 0;
    std::int64_t websockets_dropped = 0;  ///< for being slow
  };

  /// The loop must outlive it.
  Server(Loop& loop, ServerOptions options, RequestHandler handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Accepts connections at "HOST:PORT" ("127.0.0.1:8080", "[::1]:0", "localhost:8080"), by TLS where a
  /// certificate is given. The result is the address in force, with the port that was chosen for 0.
  Result<std::string> listen(std::string_view address, const std::optional<TlsContext>& tls = std::nullopt);
  /// Accepts no more, and closes connections as soon as what they are doing is answered.
  void stop();
  [[nodiscard]] const Counters& counters() const;

  struct State;

 private:
  std::shared_ptr<State> state_;
};

/// Whether "HOST:PORT" is reachable from this machine alone.
bool is_loopback(std::string_view address);

}  // namespace trade::http
