// The skeleton of a daemon that follows the journal: reads batches as they become durable, has the
// application apply and commit them in groups, answers requests once it has caught up with what was in the
// journal when they arrived, and stops cleanly. Followers hold nobody up: they read the journal themselves,
// and tradingd's publications are only the doorbell.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "access/network_door.hpp"
#include "app/daemon.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "bus/poll_loop.hpp"
#include "follower/application.hpp"
#include "journal/journal.hpp"

namespace trade::follower {

struct Options {
  std::string daemon;                     ///< "ledgerd": its name in the status and of its sockets
  std::filesystem::path home;             ///< the suite's root; its sockets are under it
  std::filesystem::path state_directory;  ///< where the application keeps its state, for messages only
  Timestamp started_at;
  access::DoorAddresses tcp;  ///< where clients with a key are served over TCP
  bool publishes = false;     ///< binds the publication socket, and calls Application::publish

  // A group of batches ends at either bound; then it is committed, and requests get a look.
  std::size_t group_batches_max = 64;
  std::chrono::milliseconds group_time_max{50};

  /// From one look at the journal to the next at least, when it is caught up with: a steady load then wakes
  /// the daemon less often.
  std::chrono::microseconds turn_interval{0};
  /// How often the journal is looked at when no doorbell rings: publications may be dropped.
  std::chrono::milliseconds poll_interval{20};
  /// A request that waits longer than this for the application to catch up gets `timed_out`.
  std::chrono::milliseconds catch_up_max{4'000};
  /// Requests waiting at one time; at the bound the newest is refused with `overloaded`.
  std::size_t pending_requests_max = 4'096;
  /// A journal elsewhere that did not answer is left alone for so long: while it is asked, nobody is
  /// answered.
  std::chrono::milliseconds silence_pause{1'000};
  /// How often Application::idle is called.
  std::chrono::milliseconds idle_interval{50};

  /// Called when the configuration has been read again; may be empty.
  std::function<void()> reload;

  /// Whether the journal is of this home's tradingd, whose publications are then listened to.
  bool local_journal = true;
  /// Opens the journal; the error `not_found` means "not there yet", and it is tried again.
  std::function<Result<std::unique_ptr<journal::Reader>>()> open_journal;
};

/// The options of a daemon that was started the usual way: its name, its home, and the journal of that home
/// or, where the daemon's `follow` names a profile, that of a suite on the network.
Options options_of(const app::DaemonContext& context);

/// The loop itself, for what is more particular than `run_follower`: tests, other ways to be stopped.
class Follower {
 public:
  /// Binds the sockets: from now on requests are kept for `run` to answer. `application` must outlive it.
  static Result<Follower> start(Options options, Application& application);
  ~Follower();
  Follower(Follower&&) noexcept;
  Follower& operator=(Follower&&) noexcept;

  /// For other things to wait for beside requests and the journal.
  [[nodiscard]] bus::PollLoop& loop();
  /// Follows and answers until stopped; then commits, and calls Application::stop. An error means that the
  /// daemon cannot go on: a gap in the journal, another journal than the state was made from, a failed
  /// commit.
  Status run();
  /// Ends `run` after the group at hand. May be called from any thread.
  void stop();

 private:
  class State;
  explicit Follower(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The whole life of a following daemon: start, readiness, signals, run.
Status run_follower(app::DaemonContext& context, Application& application, Options options);

}  // namespace trade::follower
