// fixd: FIX sessions.
#include <CLI/CLI.hpp>

#include "app/daemon.hpp"
#include "app/log.hpp"
#include "fixd/gateway.hpp"
#include "follower/follower.hpp"

namespace {

trade::Status run(trade::app::DaemonContext& context) {
  trade::fixd::GatewayOptions options;
  options.home = context.home().root;
  options.listen = context.config().text("fixd.listen");
  options.comp_id = context.config().text("fixd.comp_id");
  auto gateway = trade::fixd::Gateway::open(std::move(options));
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
  return trade::app::run_daemon(
      argc, argv, {"fixd", "Serves FIX sessions: orders, and copies of what becomes of them."}, run);
}
