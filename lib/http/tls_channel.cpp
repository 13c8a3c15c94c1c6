#include "http/tls_channel.hpp"

#include <array>
#include <climits>
#include <new>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "http/tls_state.hpp"

namespace trade::http {

namespace {

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

}  // namespace

struct TlsChannel::State {
  TlsContext context;  ///< lives as long as the connection
  std::unique_ptr<SSL, FreeSsl> ssl;
  BIO* incoming = nullptr;  ///< both belong to `ssl`
  BIO* outgoing = nullptr;
};

TlsChannel::TlsChannel(const TlsContext& context) {
  begin(context);
  SSL_set_accept_state(state_->ssl.get());
}

TlsChannel::TlsChannel(const TlsContext& context, const std::string& host) {
  begin(context);
  SSL* const ssl = state_->ssl.get();
  X509_VERIFY_PARAM* const wanted = SSL_get0_param(ssl);
  if (X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) != 1) {
    ERR_clear_error();  // so it is a name
    SSL_set1_host(ssl, host.c_str());
    // What SSL_set_tlsext_host_name is, which casts as C does.
    SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(host.c_str()));
  }
  SSL_set_connect_state(ssl);
  SSL_do_handshake(ssl);  // says that it waits for an answer
  ERR_clear_error();
}

void TlsChannel::begin(const TlsContext& context) {
  state_.reset(new State{context, nullptr, nullptr, nullptr});
  state_->ssl.reset(SSL_new(context.state().context.native_handle()));
  state_->incoming = BIO_new(BIO_s_mem());
  state_->outgoing = BIO_new(BIO_s_mem());
  if (!state_->ssl || state_->incoming == nullptr || state_->outgoing == nullptr) {
    BIO_free(state_->incoming);
    BIO_free(state_->outgoing);
    throw std::bad_alloc();
  }
  SSL_set_bio(state_->ssl.get(), state_->incoming, state_->outgoing);
  // A peer that asks for new keys again and again would keep the one thread busy.
  SSL_set_options(state_->ssl.get(), SSL_OP_NO_RENEGOTIATION);
}

TlsChannel::~TlsChannel() = default;

bool TlsChannel::failed() {
  std::array<char, 256> text{};
  const unsigned long error = ERR_get_error();
  if (error == 0) {
    problem_ = "the TLS connection is broken";
  } else {
    ERR_error_string_n(error, text.data(), text.size());
    problem_ = text.data();
  }
  ERR_clear_error();
  return false;
}

bool TlsChannel::receive(std::string_view bytes, std::string& plain) {
  ERR_clear_error();
  if (!bytes.empty() && BIO_write(state_->incoming, bytes.data(), static_cast<int>(bytes.size())) !=
                            static_cast<int>(bytes.size())) {
    return failed();
  }
  std::array<char, 16 << 10> part;
  for (;;) {
    const int count = SSL_read(state_->ssl.get(), part.data(), static_cast<int>(part.size()));
    if (count > 0) {
      plain.append(part.data(), static_cast<std::size_t>(count));
      continue;
    }
    const int error = SSL_get_error(state_->ssl.get(), count);
    if (error == SSL_ERROR_WANT_READ) return true;
    if (error == SSL_ERROR_ZERO_RETURN) return false;
    return failed();
  }
}

bool TlsChannel::send(std::string_view plain) {
  if (plain.empty()) return true;
  ERR_clear_error();
  // Memory takes everything at once.
  if (plain.size() > INT_MAX || SSL_write(state_->ssl.get(), plain.data(), static_cast<int>(plain.size())) !=
                                    static_cast<int>(plain.size())) {
    return failed();
  }
  return true;
}

void TlsChannel::close() {
  ERR_clear_error();
  if (established()) SSL_shutdown(state_->ssl.get());
}

std::string TlsChannel::take_outgoing() {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(state_->outgoing, &bytes);
  std::string taken(bytes, static_cast<std::size_t>(size > 0 ? size : 0));
  static_cast<void>(BIO_reset(state_->outgoing));
  return taken;
}

bool TlsChannel::established() const {
  return SSL_is_init_finished(state_->ssl.get()) == 1;
}

}  // namespace trade::http
