#include "app/certificate_options.hpp"

#include <CLI/CLI.hpp>

namespace trade::app {

void add_certificate_options(CLI::App& parser, CertificateOptions& options) {
  parser
      .add_option("--tls-cert", options.certificate, "Certificate chain (PEM) instead of the configured one")
      ->type_name("FILE");
  parser.add_option("--tls-key", options.key, "Its private key (PEM)")->type_name("FILE");
}

Result<CertificatePlaces> certificate_places(const DaemonContext& context,
                                             const CertificateOptions& options) {
  const std::string daemon(context.name());
  const std::string certificate_key = daemon + ".tls_cert";
  const std::string key_key = daemon + ".tls_key";
  const auto chosen = [&](const std::string& option, const std::string& key) {
    return option.empty() ? std::string(context.config().text(key)) : option;
  };
  const std::string certificate = chosen(options.certificate, certificate_key);
  const std::string key = chosen(options.key, key_key);
  if (certificate.empty() != key.empty()) {
    return fail(ErrorCode::usage, "a TLS certificate needs its key, and a key its certificate",
                "give both " + certificate_key + " and " + key_key + ", or neither");
  }
  if (!certificate.empty()) return CertificatePlaces{certificate, key};
  const std::filesystem::path directory = context.home().access();
  return CertificatePlaces{directory / (daemon + ".crt"), directory / (daemon + ".key"), true};
}

}  // namespace trade::app
