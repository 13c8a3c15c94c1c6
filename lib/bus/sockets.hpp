// The sockets of the bus. Each belongs to one thread. A request or reply is one frame; a publication is a
// topic (with the number of the publication on that topic) and a frame; anything else that arrives is counted
// and dropped.
//
// Sockets are ipc. Those that take requests and those that publish may listen on TCP as well, with CURVE and
// an authenticator only. What goes over TCP has an I/O thread of its own.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/curve_key.hpp"
#include "base/result.hpp"
#include "bus/endpoints.hpp"
#include "bus/frame.hpp"

namespace trade::bus {

using Deadline = std::chrono::steady_clock::time_point;

/// Messages that wait at most, for each peer, in each direction. At the bound: a server stops reading from
/// that client (who is then held up in send) and drops replies to it; a publisher drops.
constexpr int request_receive_messages_max = 4'096;
constexpr int reply_send_messages_max = 65'536;
constexpr int publication_messages_max = 65'536;
/// The same of a subscriber over TCP: it may be far away, and there may be many.
constexpr int network_publication_messages_max = 8'192;

/// What sockets share: the I/O threads. Copies are the same context; the last one out waits until all its
/// sockets are closed and their files removed.
class Context {
 public:
  Context();

 private:
  friend struct SocketAccess;
  struct State;
  std::shared_ptr<State> state_;
};

/// What a socket that listens on TCP is for.
enum class Purpose : std::uint8_t { requests, publications };

/// Decides who may come in over TCP to the sockets of one context: every connection's public key is asked
/// about, on a thread of its own, before anything that comes over it is looked at. A connection that is not
/// let in gets no answer.
class Authenticator {
 public:
  /// The name that the key's holder goes by in RequestServer::sender; nothing: not let in. Called on the
  /// authenticator's thread.
  using Admit = std::function<std::optional<std::string>(const CurveKey& public_key, Purpose purpose)>;

  /// At most one in a context.
  static Result<Authenticator> start(const Context& context, Admit admit);
  ~Authenticator();
  Authenticator(Authenticator&&) noexcept;
  Authenticator& operator=(Authenticator&&) noexcept;

  [[nodiscard]] std::uint64_t admitted() const;
  [[nodiscard]] std::uint64_t refused() const;

 private:
  struct State;
  explicit Authenticator(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Whom a request came from; only good for answering on the same server.
class ClientIdentity {
 public:
  /// Clients that choose a longer one themselves are not answered; ours leave it to the server (5 bytes).
  static constexpr std::size_t bytes_max = 16;

  ClientIdentity() = default;
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }
  auto operator<=>(const ClientIdentity&) const = default;

 private:
  friend class RequestServer;
  std::array<char, bytes_max> bytes_{};
  std::uint8_t size_ = 0;
};

/// Takes requests from any number of clients and answers them.
class RequestServer {
 public:
  struct Counters {
    std::uint64_t received = 0;
    std::uint64_t malformed = 0;  ///< messages dropped: not one frame, empty, or from a bad identity
    std::uint64_t unnamed = 0;    ///< messages dropped: over TCP, but of nobody whom the authenticator named
    std::uint64_t sent = 0;
    std::uint64_t client_gone = 0;  ///< replies dropped: the client had disconnected
    std::uint64_t client_slow = 0;  ///< replies dropped: the client does not read (too many, too large)
    std::uint64_t too_large = 0;    ///< replies dropped: above `frame_bytes_max`
  };

  /// Binds the daemon's request socket; prepares the directory. A socket file left by a killed process is
  /// replaced; fails when a living process listens there.
  static Result<RequestServer> bind(const Context& context, Endpoints& endpoints, std::string_view daemon);
  ~RequestServer();
  RequestServer(RequestServer&&) noexcept;
  RequestServer& operator=(RequestServer&&) noexcept;

  /// Takes requests over TCP too, at "127.0.0.1:9001" (port 0: one that the system chooses). The context must
  /// have an authenticator: what comes from somebody whom none has named is dropped. Once.
  Status listen_tcp(std::string_view address, const CurveKeyPair& server_keys);
  /// The port that is listened on; zero: no TCP.
  [[nodiscard]] std::uint16_t tcp_port() const;

  /// The next request, if there is one; never waits.
  bool receive(ClientIdentity& client, Frame& frame);
  /// By which name the authenticator let in whoever sent the last request that was received; empty: it came
  /// over ipc.
  [[nodiscard]] std::string_view sender() const;
  /// Answers; never waits. False when the reply was dropped, which the counters tell.
  bool send(const ClientIdentity& client, Bytes frame);

  [[nodiscard]] const Counters& counters() const;
  /// For PollLoop.
  [[nodiscard]] void* native_handle() const;

 private:
  struct State;
  explicit RequestServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// One connection to a daemon. When the daemon goes away the connection is lost for good, and whatever was
/// not answered never will be; make a new one to go on. Nothing is ever sent twice.
class RequestClient {
 public:
  /// `not_running` when no process listens; of a remote suite that only turns out with `send`, where a daemon
  /// that does not let this client in gives no answer (`timed_out`).
  static Result<RequestClient> connect(const Context& context, const Endpoints& endpoints,
                                       std::string_view daemon);
  ~RequestClient();
  RequestClient(RequestClient&&) noexcept;
  RequestClient& operator=(RequestClient&&) noexcept;

  /// Hands one frame over. `timed_out` when the daemon does not take it in time, `not_running` when the
  /// connection is lost; in both cases it was not sent.
  Status send(Bytes frame, Deadline deadline);
  /// The next frame; false when none came in time. `not_running` when the connection is lost and everything
  /// that had come before is received. A deadline in the past: only what is there already.
  Result<bool> receive(Frame& frame, Deadline deadline);

  [[nodiscard]] bool lost() const;
  /// For poll(): may turn readable when there may be a frame; edge-triggered, so receive until nothing is
  /// left.
  [[nodiscard]] int file_descriptor() const;
  /// For PollLoop.
  [[nodiscard]] void* native_handle() const;

 private:
  struct State;
  explicit RequestClient(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Publishes to any number of subscribers. Never waits: a subscriber that is more than
/// `publication_messages_max` behind misses publications.
class Publisher {
 public:
  static Result<Publisher> bind(const Context& context, Endpoints& endpoints, std::string_view daemon);
  ~Publisher();
  Publisher(Publisher&&) noexcept;
  Publisher& operator=(Publisher&&) noexcept;

  /// `topic` ends with `topic_end`. Publications are numbered by topic, so that subscribers see gaps.
  void publish(std::string_view topic, Bytes frame);
  /// Whether anyone subscribes to it; what nobody wants need not be made. For a part of a topic ("q:") this
  /// is true whenever anyone may subscribe to a topic that starts so.
  [[nodiscard]] bool wanted(std::string_view topic) const;
  /// Takes note of subscriptions that came and went, and confirms them to those who ask. To be called
  /// whenever the publisher is readable: `loop.add(publisher, [&] { publisher.process_subscriptions(); })`,
  /// and, where it publishes over TCP, now and then too.
  void process_subscriptions();

  /// Publishes over TCP too, at "127.0.0.1:9004" (port 0: one that the system chooses), to whom the context's
  /// authenticator lets in. What is published is for all of them alike. Once.
  Status listen_tcp(std::string_view address, const CurveKeyPair& server_keys);
  /// The port that is listened on; zero: no TCP.
  [[nodiscard]] std::uint16_t tcp_port() const;
  /// Ends every connection over TCP, since none can be ended alone: whoever may, connects again, which a
  /// Subscriber does by itself. After an error nobody is listened to, and it is to be called again.
  Status disconnect_network();
  /// Whether over TCP more was subscribed to than any number of honest subscribers would: it is kept in
  /// memory until they are disconnected.
  [[nodiscard]] bool network_overburdened() const;

  [[nodiscard]] std::uint64_t published() const;
  [[nodiscard]] void* native_handle() const;

 private:
  struct State;
  explicit Publisher(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Receives publications. Connects by itself as soon as the daemon is there, and again when it comes back;
/// what is published meanwhile is missed.
class Subscriber {
 public:
  static Result<Subscriber> connect(const Context& context, const Endpoints& endpoints,
                                    std::string_view daemon);
  ~Subscriber();
  Subscriber(Subscriber&&) noexcept;
  Subscriber& operator=(Subscriber&&) noexcept;

  /// A topic, or a prefix of topics.
  void subscribe(std::string_view topic);
  void unsubscribe(std::string_view topic);
  /// Asks the publisher to confirm every subscription made so far. `confirmations()` goes up when it has:
  /// from then on nothing published is missed for being too early.
  void request_confirmation();
  [[nodiscard]] std::uint64_t confirmations() const;
  /// How often a connection came about. Kept up to date by `receive` and `wait`.
  [[nodiscard]] std::uint64_t connections() const;
  [[nodiscard]] bool connected() const;

  /// The next publication, if there is one; never waits.
  bool receive(Frame& topic, Frame& frame);
  /// How many publications on the same topic were missed right before the last one received: the publisher
  /// dropped them because this subscriber was too slow.
  [[nodiscard]] std::uint64_t missed() const;
  /// Waits until something may have changed (a publication, a confirmation, the connection) or the deadline.
  /// False when a signal ended it early.
  bool wait(Deadline deadline);

  [[nodiscard]] std::uint64_t malformed() const;
  [[nodiscard]] int file_descriptor() const;
  [[nodiscard]] void* native_handle() const;

 private:
  struct State;
  explicit Subscriber(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace trade::bus
