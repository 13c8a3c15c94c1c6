// One TCP connection: bytes in and out without ever waiting. What is to be sent is held until `flush`, which
// is called once everything that it tells of is durable. With TLS its bytes go through a channel.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "fix/session.hpp"
#include "http/tls_channel.hpp"

namespace trade::fixd {

class Line : public fix::Connection {
 public:
  /// What a peer that does not read may have waiting; beyond, it is disconnected, and asks for a resend
  /// later.
  static constexpr std::size_t unsent_bytes_max = 16u << 20;

  /// `tls` null: plain.
  Line(int descriptor, std::string address, std::unique_ptr<http::TlsChannel> tls = nullptr)
      : descriptor_(descriptor), address_(std::move(address)), tls_(std::move(tls)) {}
  ~Line() override;
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  void send(const std::string& bytes) override;
  /// Once what was given to send is sent, or cannot be.
  void disconnect() override;

  /// What the client's side of TLS says first.
  void begin();
  /// Something may be sent: TLS has been agreed on, where there is any.
  [[nodiscard]] bool established() const { return !tls_ || tls_->established(); }
  /// Why TLS failed; empty: it did not.
  [[nodiscard]] const std::string& problem() const { return problem_; }

  /// Reads what there is into the framer. False when the line is of no more use.
  bool read();
  void flush();
  [[nodiscard]] bool over() const { return broken_ || (closing_ && unsent_.empty()); }
  [[nodiscard]] std::size_t unsent_bytes() const override { return unsent_.size(); }
  [[nodiscard]] bool encrypted() const { return tls_ != nullptr; }

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] const std::string& address() const { return address_; }
  fix::Framer& framer() { return framer_; }

  std::string comp_id;  ///< of the session that it belongs to; empty before the logon
  std::uint64_t watch = 0;
  std::int64_t opened_at_ns = 0;

 private:
  /// Bytes of the peer, as they came from the network.
  bool take(const char* bytes, std::size_t size);

  int descriptor_;
  std::string address_;
  std::unique_ptr<http::TlsChannel> tls_;
  fix::Framer framer_;
  std::string unsent_;
  std::string problem_;
  bool closing_ = false;
  bool broken_ = false;
};

/// A listening socket on "ADDRESS:PORT"; -1 and `problem` when that cannot be had.
int listen_on(const std::string& where, std::string& problem);
/// The port that it listens on.
int port_of(int descriptor);
/// The next connection that waits, without blocking; -1 when there is none. `address` is the peer's, without
/// port.
int accept_from(int listener, std::string& address);

}  // namespace trade::fixd
