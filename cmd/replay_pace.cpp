#include "replay_pace.hpp"

#include <algorithm>
#include <cmath>
#include <thread>

#include "base/clock.hpp"
#include "calendar/calendar.hpp"
#include "scenario/value.hpp"

namespace trade::cmd {

namespace {

/// While a replay waits for its next message, signals, answers and the suite's clock are looked at this
/// often.
constexpr std::chrono::milliseconds look_up_interval{50};
constexpr double millionths_per_unit = 1e6;

/// Waits a little, and takes the answers that have come meanwhile.
Status wait_a_little(std::chrono::nanoseconds time, ItchPlayer& player) {
  std::this_thread::sleep_for(std::min(time, std::chrono::nanoseconds(look_up_interval)));
  return player.take_answers();
}

/// By the machine's clock.
class MachinePace final : public Pace {
 public:
  MachinePace(const PaceOptions& options, ItchPlayer& player, const CooperativeInterrupt& interrupt)
      : options_(options), player_(player), interrupt_(interrupt) {}

  Result<bool> await(std::int64_t recorded) override {
    if (options_.speed == 0 || (options_.at && recorded < *options_.at)) return true;
    if (start_ == 0) {
      start_ = monotonic_nanoseconds();
      first_recorded_ = options_.at.value_or(recorded);
    }
    const double offset = static_cast<double>(recorded - first_recorded_) / options_.speed;
    const std::int64_t due = start_ + std::llround(std::min(offset, 9e18));
    if (monotonic_nanoseconds() >= due) return true;
    // What came before is not to wait for this one.
    if (Status flushed = player_.flush(); !flushed) return pass_on(std::move(flushed));
    for (;;) {
      if (interrupt_.requested()) return false;
      const std::int64_t left = due - monotonic_nanoseconds();
      if (left <= 0) return true;
      if (Status waited = wait_a_little(std::chrono::nanoseconds(left), player_); !waited)
        return pass_on(std::move(waited));
    }
  }
  Status finish() override { return {}; }

 private:
  PaceOptions options_;
  ItchPlayer& player_;
  const CooperativeInterrupt& interrupt_;
  std::int64_t start_ = 0;
  std::int64_t first_recorded_ = 0;
};

/// By the suite's simulated clock.
class SuitePace final : public Pace {
 public:
  SuitePace(Context& context, const PaceOptions& options, ItchPlayer& player,
            const CooperativeInterrupt& interrupt)
      : context_(context), options_(options), player_(player), interrupt_(interrupt) {}

  Result<bool> await(std::int64_t recorded) override {
    if (!begun_) {
      if (Status begun = begin(options_.at.value_or(recorded)); !begun) return pass_on(std::move(begun));
    }
    if (options_.at && recorded < *options_.at) return true;
    return options_.speed == 0 ? jump_to(recorded) : follow_to(recorded);
  }

  Status finish() override {
    if (!begun_) return {};
    if (Status answered = player_.finish(); !answered) return answered;
    ClockRequest stand{.running = false};
    if (options_.until && !interrupt_.requested()) {
      if (options_.speed != 0) {
        if (Result<bool> come = follow_to(*options_.until); !come) return pass_on(std::move(come));
      } else {
        stand.set_to = std::max(clock_.now, moment(*options_.until));
      }
    }
    return ask(stand);
  }

 private:
  /// The clock stands at the time at which the recording begins to count.
  Status begin(std::int64_t recorded) {
    begun_ = true;
    if (Status asked = ask({}); !asked) return asked;
    date_ = calendar::to_new_york(clock_.now).date;
    if (options_.date) {
      date_ = *options_.date;
    } else if (!calendar::is_trading_day(date_) || moment(recorded) < clock_.now) {
      date_ = calendar::next_trading_day(date_);
    }
    ClockRequest request{.set_to = moment(recorded), .running = false};
    if (options_.speed != 0) request.speed_millionths = std::llround(options_.speed * millionths_per_unit);
    return ask(request);
  }

  [[nodiscard]] Timestamp moment(std::int64_t recorded) const { return scenario::moment_of(date_, recorded); }

  /// Moves the clock on to the message's second.
  Result<bool> jump_to(std::int64_t recorded) {
    const Timestamp second{moment(recorded).nanoseconds / nanoseconds_per_second * nanoseconds_per_second};
    if (second <= clock_.now) return true;
    // What came before belongs to the time before.
    if (Status answered = player_.finish(); !answered) return pass_on(std::move(answered));
    if (Status asked = ask({.set_to = second}); !asked) return pass_on(std::move(asked));
    return true;
  }

  /// Lets the clock come to the message's time.
  Result<bool> follow_to(std::int64_t recorded) {
    const Timestamp due = moment(recorded);
    if (!started_) {
      started_ = true;
      if (Status answered = player_.finish(); !answered) return pass_on(std::move(answered));
      if (Status asked = ask({.running = true}); !asked) return pass_on(std::move(asked));
    }
    bool flushed = false;
    for (;;) {
      if (interrupt_.requested()) return false;
      const std::int64_t now = monotonic_nanoseconds();
      if (now - asked_at_ >= std::chrono::nanoseconds(look_up_interval).count()) {
        if (Status asked = ask({}); !asked) return pass_on(std::move(asked));
      }
      const std::int64_t left = due.nanoseconds - shown_at(monotonic_nanoseconds());
      if (left <= 0) return true;
      if (!flushed) {
        if (Status sent = player_.flush(); !sent) return pass_on(std::move(sent));
        flushed = true;
      }
      const double speed = static_cast<double>(clock_.pace.speed_millionths) / millionths_per_unit;
      const double wait = clock_.pace.running ? static_cast<double>(left) / speed : 1e9;
      if (Status waited = wait_a_little(std::chrono::nanoseconds(std::llround(std::min(wait, 1e9))), player_);
          !waited)
        return pass_on(std::move(waited));
    }
  }

  /// What the clock shows by now, as far as is known.
  [[nodiscard]] std::int64_t shown_at(std::int64_t machine_nanoseconds) const {
    if (!clock_.pace.running) return clock_.now.nanoseconds;
    const double passed = static_cast<double>(machine_nanoseconds - asked_at_) *
                          static_cast<double>(clock_.pace.speed_millionths) / millionths_per_unit;
    return clock_.now.nanoseconds + std::llround(passed);
  }

  Status ask(const ClockRequest& request) {
    Result<Client*> client = context_.client();
    if (!client) return pass_on(std::move(client));
    Result<ClockView> view = (*client)->clock(request);
    if (!view) return pass_on(std::move(view));
    clock_ = *view;
    asked_at_ = monotonic_nanoseconds();
    return {};
  }

  Context& context_;
  PaceOptions options_;
  ItchPlayer& player_;
  const CooperativeInterrupt& interrupt_;
  Date date_;
  ClockView clock_;
  std::int64_t asked_at_ = 0;
  bool begun_ = false;
  bool started_ = false;  ///< the clock runs
};

}  // namespace

Result<std::unique_ptr<Pace>> make_pace(Context& context, const PaceOptions& options, ItchPlayer& player,
                                        const CooperativeInterrupt& interrupt) {
  bool simulated = false;
  if (options.timed()) {
    Result<Client*> client = context.client();
    if (!client) return pass_on(std::move(client));
    const Result<ClockView> view = (*client)->clock();
    if (!view) return std::unexpected(view.error());
    simulated = view->simulated;
  }
  if (simulated) return std::make_unique<SuitePace>(context, options, player, interrupt);
  if (options.date) {
    return fail(ErrorCode::usage, "--date is for a suite whose clock is simulated",
                "see trade-clock(1); without one the recording's times count from its beginning");
  }
  return std::make_unique<MachinePace>(options, player, interrupt);
}

}  // namespace trade::cmd
