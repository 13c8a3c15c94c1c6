#include "http/tls.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include "http/tls_state.hpp"

namespace trade::http {

namespace {

constexpr long validity_seconds = 10L * 365 * 24 * 3'600;

template <class T, void (*release)(T*)>
struct Release {
  void operator()(T* pointer) const { release(pointer); }
};
using PrivateKey = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Release<X509, X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION, X509_EXTENSION_free>>;

std::unexpected<Error> openssl_error(const std::string& what) {
  char text[256] = "unknown";
  ERR_error_string_n(ERR_get_error(), text, sizeof text);
  return fail(ErrorCode::internal, "cannot " + what + ": " + text);
}

bool add_extension(X509* certificate, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool fill_certificate(X509* certificate, EVP_PKEY* key) {
  std::uint64_t serial = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) return false;
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto* common_name = reinterpret_cast<const unsigned char*>("localhost");
  return X509_set_version(certificate, 2) == 1 &&
         ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1 &&
         // A clock that is set back a little still finds it valid.
         X509_gmtime_adj(X509_getm_notBefore(certificate), std::int64_t{-24} * 3'600) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), validity_seconds) != nullptr &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1 &&
         add_extension(certificate, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") &&
         add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, NID_key_usage, "critical,digitalSignature") &&
         add_extension(certificate, NID_ext_key_usage, "serverAuth") &&
         X509_sign(certificate, key, EVP_sha256()) > 0;
}

/// Writes beside the file and renames, so that it is whole or not there.
template <class Write>
Status write_pem(const std::filesystem::path& path, Write write) {
  const std::string temporary = path.string() + ".tmp";
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  std::FILE* file = descriptor < 0 ? nullptr : ::fdopen(descriptor, "w");
  bool written = file != nullptr && write(file) == 1;
  if (file != nullptr) written = std::fclose(file) == 0 && written;
  if (written && ::rename(temporary.c_str(), path.c_str()) == 0) return {};
  return fail(ErrorCode::internal, "cannot write " + path.string() + ": " + std::strerror(errno));
}

}  // namespace

Status ensure_self_signed_certificate(const CertificateFiles& files) {
  std::error_code error;
  if (std::filesystem::exists(files.certificate, error) && std::filesystem::exists(files.key, error))
    return {};
  std::filesystem::create_directories(files.certificate.parent_path(), error);
  // What EVP_EC_gen stands for, without its cast.
  const PrivateKey key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  const Certificate certificate(X509_new());
  if (!key || !certificate || !fill_certificate(certificate.get(), key.get())) {
    return openssl_error("make a certificate");
  }
  Status wrote = write_pem(files.key, [&](std::FILE* file) {
    return PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  if (!wrote) return wrote;
  return write_pem(files.certificate,
                   [&](std::FILE* file) { return PEM_write_X509(file, certificate.get()); });
}

namespace {

constexpr auto context_options = boost::asio::ssl::context::default_workarounds |
                                 boost::asio::ssl::context::no_tlsv1 | boost::asio::ssl::context::no_tlsv1_1 |
                                 boost::asio::ssl::context::no_compression;

}  // namespace

Result<TlsContext> TlsContext::for_client(const std::filesystem::path& authorities, bool verify) {
  auto state = std::make_shared<State>(boost::asio::ssl::context::tls_client);
  boost::system::error_code error;
  state->context.set_options(context_options, error);
  if (!error)
    state->context.set_verify_mode(verify ? boost::asio::ssl::verify_peer : boost::asio::ssl::verify_none,
                                   error);
  if (!error && verify) {
    if (authorities.empty()) {
      state->context.set_default_verify_paths(error);
    } else {
      state->context.load_verify_file(authorities.string(), error);
    }
  }
  if (!error) return TlsContext(std::move(state));
  return fail(ErrorCode::usage,
              "cannot use " + (authorities.empty() ? "the machine's certificates" : authorities.string()) +
                  " for TLS: " + error.message(),
              "name a PEM file with the certificates that are trusted");
}

Result<TlsContext> TlsContext::load(const CertificateFiles& files) {
  auto state = std::make_shared<State>();
  boost::system::error_code error;
  const auto failed = [&](const std::filesystem::path& path) {
    return fail(ErrorCode::usage, "cannot use " + path.string() + " for TLS: " + error.message(),
                "both the certificate and its key must be PEM files that belong together");
  };
  state->context.set_options(context_options, error);
  if (error) return failed(files.certificate);
  state->context.use_certificate_chain_file(files.certificate.string(), error);
  if (error) return failed(files.certificate);
  state->context.use_private_key_file(files.key.string(), boost::asio::ssl::context::pem, error);
  if (error) return failed(files.key);
  return TlsContext(std::move(state));
}

Result<TlsContext> TlsContext::load(const CertificateFiles& files, bool make_missing) {
  if (make_missing) {
    if (Status made = ensure_self_signed_certificate(files); !made) return pass_on(std::move(made));
  }
  return load(files);
}

void TlsContext::become(TlsContext&& other) {
  // Connections that there are hold on to the certificate that they began with.
  state_->context = std::move(other.state_->context);
}

}  // namespace trade::http
