// fixd: FIX sessions.
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "app/daemon.hpp"
#include "app/log.hpp"
#include "fixd/gateway.hpp"
#include "follower/follower.hpp"

namespace {

struct TlsArguments {
  std::string certificate;
  std::string key;
};

trade::Result<trade::fixd::GatewayOptions> options_of(const trade::app::DaemonContext& context,
                                                      const TlsArguments& arguments) {
  const trade::app::Config& config = context.config();
  trade::fixd::GatewayOptions options;
  options.home = context.home().root;
  options.listen = config.text("fixd.listen");
  options.tls_listen = config.text("fixd.tls_listen");
  options.comp_id = config.text("fixd.comp_id");
  options.certificate.certificate =
      arguments.certificate.empty() ? config.text("fixd.tls_cert") : arguments.certificate;
  options.certificate.key = arguments.key.empty() ? config.text("fixd.tls_key") : arguments.key;
  if (options.certificate.certificate.empty() != options.certificate.key.empty()) {
    return trade::fail(trade::ErrorCode::usage, "a TLS certificate needs its key, and a key its certificate",
                       "give both fixd.tls_cert and fixd.tls_key, or neither");
  }
  options.make_certificate = options.certificate.certificate.empty();
  if (options.make_certificate) {
    options.certificate = {context.home().access() / "fixd.crt", context.home().access() / "fixd.key"};
  }
  return options;
}

trade::Status run(trade::app::DaemonContext& context, const TlsArguments& arguments) {
  auto options = options_of(context, arguments);
  if (!options) return trade::pass_on(std::move(options));
  auto gateway = trade::fixd::Gateway::open(std::move(*options));
  if (!gateway) return trade::pass_on(std::move(gateway));
  trade::follower::Options follower_options = trade::follower::options_of(context);
  follower_options.state_directory = context.home().root / "fix";
  auto follower = trade::follower::Follower::start(std::move(follower_options), **gateway);
  if (!follower) return trade::pass_on(std::move(follower));
  follower->loop().add(context.signal_descriptor(), [&] {
    while (const auto signal = context.next_signal()) {
      if (*signal == trade::app::DaemonSignal::stop) follower->stop();
    }
  });
  if (trade::Status started = (*gateway)->start(follower->loop()); !started) return started;
  context.ready();
  return follower->run();
}

}  // namespace

int main(int argc, char** argv) {
  TlsArguments arguments;
  const auto add_options = [&](CLI::App& parser) {
    parser
        .add_option("--tls-cert", arguments.certificate,
                    "Certificate chain (PEM) instead of the configured one")
        ->type_name("FILE");
    parser.add_option("--tls-key", arguments.key, "Its private key (PEM)")->type_name("FILE");
  };
  return trade::app::run_daemon(
      argc, argv,
      {"fixd", "Serves FIX sessions: orders, market data, and copies of what happens.", add_options},
      [&](trade::app::DaemonContext& context) { return run(context, arguments); });
}
