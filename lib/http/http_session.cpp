// One connection that speaks HTTP: a request is read, answered and only then the next one is read.
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "http/server_state.hpp"
#include "http/websocket_session.hpp"

namespace trade::http {

namespace {

using BeastError = beast::error_code;
namespace field = beast::http;

constexpr std::size_t read_bytes = 8'192;

/// What to answer to a request that is not even read; zero: nothing, the connection is gone.
int status_of(const BeastError& error) {
  if (error == field::error::header_limit) return 431;
  if (error == field::error::body_limit) return 413;
  if (error == field::error::end_of_stream || error == field::error::partial_message) return 0;
  return error.category() == make_error_code(field::error::bad_method).category() ? 400 : 0;
}

/// What is wrong with a head that Beast takes and RFC 9112 does not; null: nothing. Whoever stands before us
/// may see another end of such a request, and so hide a second one in it.
const char* problem_of(const field::request<field::string_body>& head, bool chunked) {
  const auto hosts = head.count(field::field::host);
  if (hosts > 1 || (hosts == 0 && head.version() >= 11)) return "one Host header is needed";
  if (hosts == 1 && !is_host(head[field::field::host])) return "the Host header names no host";
  const auto codings = head.count(field::field::transfer_encoding);
  if (codings == 0) return nullptr;
  const bool alone = codings == 1 && beast::iequals(head[field::field::transfer_encoding], "chunked");
  if (!chunked || !alone || head.version() < 11) return "no transfer coding but chunked is taken";
  return nullptr;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

template <class Stream>
class HttpSession final : public std::enable_shared_from_this<HttpSession<Stream>>, public Connection {
 public:
  HttpSession(const std::shared_ptr<Server::State>& server, Stream stream, bool secure)
      : count_(server, this, beast::get_lowest_layer(stream).socket()),
        stream_(std::move(stream)),
        secure_(secure) {
    boost::system::error_code error;
    const auto endpoint = beast::get_lowest_layer(stream_).socket().remote_endpoint(error);
    if (!error) peer_ = endpoint.address().to_string();
  }

  void run() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      lowest().expires_after(options().request_time_max);
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](const BeastError& error) {
                                if (error) return self->note_end(error);
                                self->await_request();
                              });
    } else {
      await_request();
    }
  }

  void finish() override {
    finishing_ = true;
    // In the middle of a request, its answer is the end.
    if (idle_) lowest().close();
  }

 private:
  [[nodiscard]] const ServerOptions& options() const { return count_.server().options; }
  beast::tcp_stream& lowest() { return beast::get_lowest_layer(stream_); }

  /// Waits for the first byte of a request, for as long as a connection may be idle.
  void await_request() {
    if (buffer_.size() > 0) return read_header();
    idle_ = true;
    lowest().expires_after(options().idle_time_max);
    stream_.async_read_some(buffer_.prepare(read_bytes),
                            [self = this->shared_from_this()](const BeastError& error, std::size_t bytes) {
                              self->idle_ = false;
                              if (error) return self->note_end(error);
                              self->buffer_.commit(bytes);
                              self->read_header();
                            });
  }

  void read_header() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(options().header_bytes_max));
    parser_->body_limit(options().body_bytes_max);
    lowest().expires_after(options().request_time_max);
    field::async_read_header(
        stream_, buffer_, *parser_, [self = this->shared_from_this()](const BeastError& error, std::size_t) {
          if (error) return self->refuse(error);
          const char* problem = problem_of(self->parser_->get(), self->parser_->chunked());
          if (problem != nullptr) return self->refuse(400, problem);
          self->read_body();
        });
  }

  void read_body() {
    if (field::token_list(parser_->get()[field::field::expect]).exists("100-continue") &&
        !parser_->is_done()) {
      continue_.emplace(field::status::continue_, 11);
      field::async_write(stream_, *continue_,
                         [self = this->shared_from_this()](const BeastError& error, std::size_t) {
                           if (error) return self->note_end(error);
                           self->read_rest();
                         });
    } else {
      read_rest();
    }
  }

  void read_rest() {
    field::async_read(stream_, buffer_, *parser_,
                      [self = this->shared_from_this()](const BeastError& error, std::size_t) {
                        if (error) return self->refuse(error);
                        self->handle();
                      });
  }

  void handle() {
    lowest().expires_never();
    beast_request_ = parser_->release();
    keep_alive_ = beast_request_.keep_alive();
    head_ = beast_request_.method() == field::verb::head;
    Request request;
    request.method = beast_request_.method_string();
    request.target = beast_request_.target();
    request.peer = peer_;
    request.secure = secure_;
    request.wants_upgrade = beast::websocket::is_upgrade(beast_request_);
    for (const auto& header : beast_request_)
      request.headers.push_back({lower_case(header.name_string()), std::string(header.value())});
    request.target = std::string(own_target(request));
    if (Status parsed = parse_target(request.target, request); !parsed) {
      return answer(Response(400, R"({"error":")" + parsed.error().message + R"(","code":"bad_request"})"));
    }
    request.body = std::move(beast_request_.body());
    // The answer may come at once or later, always in this thread; it goes out from the loop, so that a
    // stream of requests does not nest calls.
    count_.server().handler(std::move(request), [self = this->shared_from_this()](Response response) mutable {
      auto* raw = self.get();
      raw->count_.server().loop.post([kept = std::move(self), ready = std::move(response)]() mutable {
        kept->answer(std::move(ready));
      });
    });
  }

  void answer(Response response) {
    if (response.upgrade && beast::websocket::is_upgrade(beast_request_)) {
      return serve_websocket(count_.shared(), std::move(stream_), std::move(beast_request_),
                             std::move(response.upgrade));
    }
    response_.emplace(field::int_to_status(static_cast<unsigned>(response.status)), 11);
    response_->reason(std::string(reason_phrase(response.status)));
    response_->set(field::field::server, "trade");
    for (const Header& header : response.headers)
      response_->set(header.name, header.value);
    const bool has_body = response.status != 204 && response.status != 304;
    if (has_body) {
      response_->set(field::field::content_type, response.content_type);
      response_->content_length(response.body.size());
      if (!head_) response_->body() = std::move(response.body);
    }
    const bool last = !keep_alive_ || finishing_ || count_.server().stopping;
    response_->keep_alive(!last);
    lowest().expires_after(options().write_time_max);
    serializer_.emplace(*response_);
    const auto written = [self = this->shared_from_this(), last](const BeastError& error, std::size_t) {
      self->serializer_.reset();
      if (error) return self->note_end(error);
      if (last) return self->close();
      self->await_request();
    };
    field::async_write(stream_, *serializer_, written);
  }

  /// A request that cannot be read is answered where the client can still hear it, and is the last.
  void refuse(const BeastError& error) {
    const int status = status_of(error);
    if (status == 0) return note_end(error);
    refuse(status, status == 413   ? "The body is too large"
                   : status == 431 ? "The headers are too large"
                                   : "The request is not well formed HTTP");
  }

  void refuse(int status, std::string_view why) {
    ++count_.server().counters.requests_malformed;
    keep_alive_ = false;
    head_ = false;
    beast_request_ = {};
    const std::string_view code = status == 413   ? "body_too_large"
                                  : status == 431 ? "headers_too_large"
                                                  : "bad_request";
    answer(
        Response(status, R"({"error":")" + std::string(why) + R"(","code":")" + std::string(code) + R"("})"));
  }

  void note_end(const BeastError& error) {
    if (error == beast::error::timeout) ++count_.server().counters.timed_out;
    lowest().close();
  }

  void close() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      stream_.async_shutdown(
          [self = this->shared_from_this()](const BeastError&) { self->lowest().close(); });
    } else {
      // What the client may still be sending is read away for a moment: closing on unread bytes would reset
      // the connection, and the answer with it.
      BeastError ignored;
      lowest().socket().shutdown(tcp::socket::shutdown_send, ignored);
      lowest().expires_after(std::chrono::seconds(2));
      drain();
    }
  }

  void drain() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(read_bytes),
                            [self = this->shared_from_this()](const BeastError& error, std::size_t bytes) {
                              self->drained_ += bytes;
                              if (error || self->drained_ > self->options().body_bytes_max * 4) {
                                self->lowest().close();
                              } else {
                                self->drain();
                              }
                            });
  }

  ConnectionCount count_;
  Stream stream_;
  beast::flat_buffer buffer_;
  std::optional<field::request_parser<field::string_body>> parser_;
  std::optional<field::response<field::empty_body>> continue_;
  std::optional<field::response<field::string_body>> response_;
  std::optional<field::response_serializer<field::string_body>> serializer_;
  BeastRequest beast_request_;
  std::string peer_;
  std::size_t drained_ = 0;
  bool secure_;
  bool keep_alive_ = false;
  bool head_ = false;
  bool idle_ = false;
  bool finishing_ = false;
};

}  // namespace

void serve_plain(const std::shared_ptr<Server::State>& server, tcp::socket socket) {
  std::make_shared<HttpSession<PlainStream>>(server, PlainStream(std::move(socket)), false)->run();
}

void serve_tls(const std::shared_ptr<Server::State>& server, tcp::socket socket, const TlsContext& tls) {
  std::make_shared<HttpSession<TlsStream>>(server, TlsStream(std::move(socket), tls.state().context), true)
      ->run();
}

}  // namespace trade::http
