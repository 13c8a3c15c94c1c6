// Which certificate a daemon that speaks TLS uses: by its options, else by its configuration, else its own.
#pragma once

#include <filesystem>
#include <string>

#include "app/daemon.hpp"
#include "base/result.hpp"

namespace trade::app {

/// What the options --tls-cert and --tls-key gave; empty: nothing.
struct CertificateOptions {
  std::string certificate;
  std::string key;
};

/// For `DaemonDescription::add_options`; `options` must outlive the parsing.
void add_certificate_options(CLI::App& parser, CertificateOptions& options);

/// A certificate chain and its private key, both PEM.
struct CertificatePlaces {
  std::filesystem::path certificate;
  std::filesystem::path key;
  bool own = false;  ///< nobody named any: the daemon's own, self-signed, to be made where it is missing
};

/// The options come before DAEMON.tls_cert and DAEMON.tls_key of the configuration. An error when one of the
/// two is given without the other.
Result<CertificatePlaces> certificate_places(const DaemonContext& context, const CertificateOptions& options);

}  // namespace trade::app
