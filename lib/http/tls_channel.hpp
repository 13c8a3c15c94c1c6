// TLS of one connection, apart from its socket: for who reads and writes sockets in a way of its own.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/tls.hpp"

namespace trade::http {

/// The server's side, or the client's. Bytes of the network go in by `receive`, and what is to be sent comes
/// out of `take_outgoing`, which is to be asked after each call of the others. Belongs to one thread.
class TlsChannel {
 public:
  explicit TlsChannel(const TlsContext& context);
  /// The client's side, with its first words outgoing. Where the context verifies, the certificate is to name
  /// `host`, which is a name or an address.
  TlsChannel(const TlsContext& context, const std::string& host);
  ~TlsChannel();
  TlsChannel(const TlsChannel&) = delete;
  TlsChannel& operator=(const TlsChannel&) = delete;

  /// Adds to `plain` what the peer sent. False when the line is of no more use: the peer closed it, or what
  /// came is no TLS; `problem` says which. What is outgoing then is a last word to the peer.
  bool receive(std::string_view bytes, std::string& plain);
  /// To the peer, once `established`; before, nothing may be sent. False: the line is of no more use.
  bool send(std::string_view plain);
  /// Tells the peer that nothing more will come.
  void close();
  /// Bytes for the network; they are forgotten here.
  std::string take_outgoing();

  [[nodiscard]] bool established() const;
  /// Why `receive` or `send` failed; empty: the peer closed the line.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  struct State;
  void begin(const TlsContext& context);
  bool failed();

  std::unique_ptr<State> state_;
  std::string problem_;
};

}  // namespace trade::http
