// Certificates: read from files, or made for this machine alone.
#pragma once

#include <filesystem>
#include <memory>

#include "base/result.hpp"

namespace trade::http {

/// A certificate chain and its private key, both PEM.
struct CertificateFiles {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

/// A certificate with its key, or the certificates that are trusted, ready for use. Copies are the same.
class TlsContext {
 public:
  static Result<TlsContext> load(const CertificateFiles& files);
  /// The same, after `ensure_self_signed_certificate` where that is wanted.
  static Result<TlsContext> load(const CertificateFiles& files, bool make_missing);
  /// Of who connects to others: `authorities` (PEM) says whose certificates are good; empty: those that the
  /// machine trusts. Without `verify` any is.
  static Result<TlsContext> for_client(const std::filesystem::path& authorities, bool verify);

  /// Connections made from now on use the other one's certificate, on every copy; only in the thread that
  /// serves them. The other one is of no use afterwards.
  void become(TlsContext&& other);

  struct State;
  [[nodiscard]] State& state() const { return *state_; }

 private:
  explicit TlsContext(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

/// Makes a self-signed certificate for localhost, 127.0.0.1 and ::1 and its key (mode 0600), unless both
/// files are there already.
Status ensure_self_signed_certificate(const CertificateFiles& files);

}  // namespace trade::http
