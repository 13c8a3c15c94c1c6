// The skeleton of a daemon that follows the journal: reads batches as they become durable, has the
// application apply and commit them in groups, answers requests once it has caught up with what was in the
// journal when they arrived, and stops cleanly. Followers hold nobody up: they read the journal themselves,
// and tradingd's publications are only the doorbell.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "follower/application.hpp"
#include "journal/journal.hpp"

namespace trade::follower {

struct Options {
  std::string daemon;          ///< "ledgerd": its name in the status, in logs and in the endpoints' names
  std::filesystem::path home;  ///< the suite's

  // A group of batches ends at either bound; then it is committed, and requests get a look.
  std::size_t group_batches_max = 64;
  std::chrono::milliseconds group_time_max{50};

  /// How often the journal is looked at when no doorbell rings: publications may be dropped.
  std::chrono::milliseconds poll_interval{20};
  /// A request that waits longer than this for the application to catch up gets `timed_out`.
  std::chrono::milliseconds catch_up_max{4'000};
  /// Requests waiting at one time; at the bound the newest is refused with `overloaded`.
  std::size_t pending_requests_max = 4'096;
  /// How often Application::idle is called.
  std::chrono::milliseconds idle_interval{50};

  /// Opens the journal; `not_found` means "not there yet" and is tried again. Empty: the home's own.
  std::function<Result<std::unique_ptr<journal::Reader>>()> open_journal;
};

}  // namespace trade::follower
