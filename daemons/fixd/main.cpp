// fixd: FIX sessions.
#include <string>
#include <utility>

#include "app/certificate_options.hpp"
#include "app/daemon.hpp"
#include "app/log.hpp"
#include "fixd/gateway.hpp"
#include "follower/follower.hpp"

namespace {

trade::Result<trade::fixd::GatewayOptions> options_of(const trade::app::DaemonContext& context,
                                                      const trade::app::CertificateOptions& arguments) {
  const trade::app::Config& config = context.config();
  trade::fixd::GatewayOptions options;
  options.home = context.home().root;
  options.listen = config.text("fixd.listen");
  options.tls_listen = config.text("fixd.tls_listen");
  options.comp_id = config.text("fixd.comp_id");
  const auto places = trade::app::certificate_places(context, arguments);
  if (!places) return std::unexpected(places.error());
  options.certificate = {places->certificate, places->key};
  options.make_certificate = places->own;
  return options;
}

trade::Status run(trade::app::DaemonContext& context, const trade::app::CertificateOptions& arguments) {
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
  trade::app::CertificateOptions arguments;
  const auto add_options = [&](CLI::App& parser) { trade::app::add_certificate_options(parser, arguments); };
  return trade::app::run_daemon(
      argc, argv,
      {"fixd",
       "Serves FIX sessions: orders, market data, and copies of what happens; routes orders to other venues.",
       add_options},
      [&](trade::app::DaemonContext& context) { return run(context, arguments); });
}
