// feedd: market data. Follows the journal and answers and publishes quotes, depth and trades.
#include <cstddef>
#include <utility>

#include "app/daemon.hpp"
#include "feedd/feed.hpp"
#include "follower/follower.hpp"

namespace {

trade::Status run(trade::app::DaemonContext& context) {
  trade::feedd::FeedOptions feed_options;
  feed_options.directory = context.home().feed();
  feed_options.map_bytes = static_cast<std::size_t>(context.config().integer("feedd.map_megabytes")) << 20;
  auto feed = trade::feedd::Feed::open(feed_options);
  if (!feed) return trade::pass_on(std::move(feed));
  trade::follower::Options options = trade::follower::options_of(context);
  options.state_directory = feed_options.directory;
  options.publishes = true;
  return trade::follower::run_follower(context, **feed, std::move(options));
}

}  // namespace

int main(int argc, char** argv) {
  return trade::app::run_daemon(argc, argv, {"feedd", "Follows the journal and serves market data."}, run);
}
