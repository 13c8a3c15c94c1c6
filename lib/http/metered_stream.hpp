// Inside lib/http only: a stream whose every byte that comes in is shown to somebody before whoever reads it
// has it. It stands below a WebSocket, where frames that Beast answers or skips by itself can still be seen.
#pragma once

#include <functional>
#include <string_view>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/beast/core/buffers_prefix.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/teardown.hpp>

namespace trade::http {

namespace asio = boost::asio;
namespace beast = boost::beast;

/// Meets Beast's AsyncStream by what `Next` does.
template <class Next>
class MeteredStream {
 public:
  using executor_type = typename Next::executor_type;
  using next_layer_type = Next;
  using Meter = std::function<void(std::string_view bytes)>;

  explicit MeteredStream(Next next) : next_(std::move(next)) {}

  [[nodiscard]] executor_type get_executor() noexcept { return next_.get_executor(); }
  [[nodiscard]] Next& next_layer() noexcept { return next_; }
  [[nodiscard]] const Next& next_layer() const noexcept { return next_; }
  /// Before the first read. It may close the stream.
  void set_meter(Meter meter) { meter_ = std::move(meter); }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(beast::error_code, std::size_t)>(
        [this](auto handler, const Buffers& into) {
          const auto executor = asio::get_associated_executor(handler, get_executor());
          next_.async_read_some(into, asio::bind_executor(executor, [this, into, kept = std::move(handler)](
                                                                        const beast::error_code& error,
                                                                        std::size_t bytes) mutable {
                                  if (!error) show(into, bytes);
                                  std::move(kept)(error, bytes);
                                }));
        },
        token, buffers);
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return next_.async_write_some(buffers, std::forward<Token>(token));
  }

 private:
  template <class Buffers>
  void show(const Buffers& buffers, std::size_t bytes) {
    for (const auto part : beast::buffers_range(beast::buffers_prefix(bytes, buffers))) {
      meter_({static_cast<const char*>(part.data()), part.size()});
    }
  }

  Next next_;
  Meter meter_;
};

/// How Beast ends a stream; found by its arguments.
template <class Next>
void teardown(beast::role_type role, MeteredStream<Next>& stream, beast::error_code& error) {
  using beast::websocket::teardown;
  teardown(role, stream.next_layer(), error);
}
template <class Next, class Handler>
void async_teardown(beast::role_type role, MeteredStream<Next>& stream, Handler&& handler) {
  using beast::websocket::async_teardown;
  async_teardown(role, stream.next_layer(), std::forward<Handler>(handler));
}

}  // namespace trade::http
