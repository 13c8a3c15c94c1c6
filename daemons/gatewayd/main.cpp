// gatewayd: HTTP and WebSocket for everything that is not a shell on this machine.
#include <csignal>
#include <string>
#include <utility>

#include <unistd.h>

#include "app/certificate_options.hpp"
#include "app/daemon.hpp"
#include "app/log.hpp"
#include "follower/follower.hpp"
#include "gatewayd/gateway.hpp"

namespace {

trade::Result<trade::gatewayd::GatewayOptions> options_of(const trade::app::DaemonContext& context,
                                                          const trade::app::CertificateOptions& arguments) {
  const trade::app::Config& config = context.config();
  trade::gatewayd::GatewayOptions options;
  options.client.home = context.home().root;
  options.keys_directory = context.home().access();
  options.journal_directory = context.home().journal();
  options.log_directory = context.home().log();
  options.run_directory = context.home().run();
  options.listen = config.text("gatewayd.listen");
  options.tls_listen = config.text("gatewayd.tls_listen");
  options.requests_per_minute = static_cast<std::uint32_t>(config.integer("gatewayd.requests_per_minute"));
  options.new_york_hours = config.text("tradingd.calendar") == "us";
  options.access_log = config.boolean("gatewayd.access_log");
  options.server.connections_max = static_cast<std::size_t>(config.integer("gatewayd.connections_max"));
  const auto places = trade::app::certificate_places(context, arguments);
  if (!places) return std::unexpected(places.error());
  options.certificate = {places->certificate, places->key};
  options.make_certificate = places->own;
  if (options.listen != "off" && !trade::http::is_loopback(options.listen) &&
      !config.boolean("gatewayd.plain_http_anywhere")) {
    return trade::fail(trade::ErrorCode::usage,
                       "gatewayd.listen is " + options.listen +
                           ", which others can reach, and plain HTTP shows them the keys",
                       "serve them by TLS (gatewayd.tls_listen), or set gatewayd.plain_http_anywhere = true");
  }
  return options;
}

trade::Status run(trade::app::DaemonContext& context, const trade::app::CertificateOptions& arguments) {
  auto options = options_of(context, arguments);
  if (!options) return trade::pass_on(std::move(options));
  auto gateway = trade::gatewayd::Gateway::open(std::move(*options));
  if (!gateway) return trade::pass_on(std::move(gateway));
  trade::follower::Options follower_options = trade::follower::options_of(context);
  follower_options.state_directory = context.home().access();
  follower_options.reload = [&] {
    const auto wanted = options_of(context, arguments);
    if (!wanted) {
      spdlog::error("reload: limits and certificate stay as they were: {}; {}", wanted.error().message,
                    wanted.error().hint);
    } else {
      (*gateway)->reload(wanted->requests_per_minute, wanted->certificate);
    }
  };
  auto started = (*gateway)->start([] { ::kill(::getpid(), SIGTERM); });
  if (!started) return started;
  auto done = trade::follower::run_follower(context, (*gateway)->application(), std::move(follower_options));
  (*gateway)->stop();
  return done;
}

}  // namespace

int main(int argc, char** argv) {
  trade::app::CertificateOptions arguments;
  const auto add_options = [&](CLI::App& parser) { trade::app::add_certificate_options(parser, arguments); };
  return trade::app::run_daemon(argc, argv,
                                {"gatewayd", "Serves the HTTP and WebSocket APIs of the suite.", add_options},
                                [&](trade::app::DaemonContext& context) { return run(context, arguments); });
}
