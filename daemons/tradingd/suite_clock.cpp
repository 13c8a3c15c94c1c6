#include "tradingd/suite_clock.hpp"

#include <string>

#include "base/assert.hpp"

namespace trade::tradingd {

SuiteClock::SuiteClock(Timestamp start, const ClockPace& pace) {
  simulated_.emplace(start);
  change({start, pace});
}

SuiteClock SuiteClock::of(const app::Config& config, const Engine& engine) {
  if (config.text("tradingd.clock") != "simulated") return {};
  // Nobody who sets a suite up wants time to pass before all is there.
  if (engine.last_sequence() == 0) {
    const auto start = parse_timestamp(config.text("tradingd.clock_start"));
    return {start ? *start : SystemClock().now(), {.running = false}};
  }
  return {engine.last_timestamp(), engine.clock_pace()};
}

Timestamp SuiteClock::now() const {
  return simulated_ ? simulated_->now() : machine_.now();
}

Result<ClockChange> SuiteClock::decide(const ClockRequest& request, Timestamp now) const {
  if (!simulated_) {
    return fail_named(
        ErrorCode::not_permitted, "clock_not_simulated", "this suite goes by the machine's clock",
        "for a suite of tests: 'trade config set tradingd.clock simulated', then start it anew");
  }
  if (request.set_to && request.step_nanoseconds != 0) {
    return fail(ErrorCode::usage, "the clock is set to a time or goes on by a step, not both");
  }
  if (request.set_to && request.set_to < now) {
    return fail_named(ErrorCode::rejected, "clock_goes_on",
                      "the clock shows " + format_timestamp(now) + " and cannot go back to " +
                          format_timestamp(request.set_to),
                      "an earlier time needs a new home: see tradingd.clock_start in trade.toml(5)");
  }
  const std::int64_t ahead =
      request.set_to ? request.set_to.nanoseconds - now.nanoseconds : request.step_nanoseconds;
  if (ahead > clock_step_nanoseconds_max || ahead > SimulatedClock::latest.nanoseconds - now.nanoseconds) {
    return fail(ErrorCode::usage,
                "the clock goes no further than 366 days at a time, nor beyond the year 2199",
                "go there in several steps");
  }
  ClockChange change{{now.nanoseconds + ahead}, pace_};
  change.pace.running = request.running.value_or(pace_.running);
  change.pace.speed_millionths = request.speed_millionths.value_or(pace_.speed_millionths);
  return change;
}

void SuiteClock::change(const ClockChange& change) {
  TRADE_ASSERT(simulated_.has_value(), "nobody changes the machine's clock");
  pace_ = change.pace;
  simulated_->set_pace(pace_.running ? pace_.speed_millionths : 0);
  simulated_->set(change.time);
}

}  // namespace trade::tradingd
