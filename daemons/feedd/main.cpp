// feedd: market data. Follows the journal and answers and publishes quotes, depth and trades.
#include <chrono>
#include <cstddef>
#include <utility>

#include "app/daemon.hpp"
#include "feedd/feed.hpp"
#include "follower/follower.hpp"
#include "journal/events_reader.hpp"

namespace {

/// What changes within that time goes out together; subscribers do not see the difference.
constexpr std::chrono::microseconds turn_interval{250};

trade::Status run(trade::app::DaemonContext& context) {
  trade::feedd::FeedOptions feed_options;
  feed_options.directory = context.home().feed();
  feed_options.map_bytes = static_cast<std::size_t>(context.config().integer("feedd.map_megabytes")) << 20;
  auto feed = trade::feedd::Feed::open(feed_options);
  if (!feed) return trade::pass_on(std::move(feed));
  trade::follower::Options options = trade::follower::options_of(context);
  options.state_directory = feed_options.directory;
  options.publishes = true;
  if (options.local_journal) {
    options.open_journal = [directory = context.home().journal()] {
      return trade::journal::open_market_events_reader(directory);
    };
  }
  options.turn_interval = turn_interval;
  return trade::follower::run_follower(context, **feed, std::move(options));
}

}  // namespace

int main(int argc, char** argv) {
  return trade::app::run_daemon(argc, argv, {"feedd", "Follows the journal and serves market data."}, run);
}
