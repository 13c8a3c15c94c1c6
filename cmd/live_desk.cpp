// Scenarios on a suite that runs: what one scenario does must not disturb the next. Where the suite's clock
// is simulated a scenario moves it; the machine's it can only wait for.
#include <algorithm>
#include <array>
#include <optional>
#include <thread>
#include <utility>

#include "calendar/calendar.hpp"
#include "command_line.hpp"
#include "run_on_stage.hpp"
#include "scenario/runner.hpp"
#include "scenario/value.hpp"
#include "scenario_desk.hpp"
#include "venue/rehearsal.hpp"
#include "venue/renaming.hpp"
#include "venue_words.hpp"

namespace trade::cmd {

namespace {

/// What is waited for on the machine's clock; for more it would be too slow.
constexpr std::int64_t wait_max_nanoseconds = 2 * nanoseconds_per_second;

/// tradingd takes no longer way of its clock at a time.
constexpr std::int64_t way_max_nanoseconds = clock_step_nanoseconds_max;

std::unexpected<Error> needs_virtual_time(std::string why) {
  return fail_named(ErrorCode::not_permitted, "needs_virtual_time", std::move(why),
                    "it runs without --live, on a clock of its own");
}

/// Four letters and digits that no scenario had before in this suite, as a rule: they count up with time.
std::string new_mark() {
  static constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  static std::int64_t last = 0;
  last = std::max(last + 1, SystemClock().now().nanoseconds / (10 * nanoseconds_per_millisecond));
  std::string mark;
  for (std::int64_t rest = last; mark.size() < 6; rest /= static_cast<std::int64_t>(digits.size()))
    mark += digits[static_cast<std::size_t>(rest % static_cast<std::int64_t>(digits.size()))];
  return mark;
}

/// The suite's clock: the machine's, or one that shows what it was last set to.
class SuiteClockView final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return shown_ ? *shown_ : machine_.now(); }
  [[nodiscard]] bool simulated() const { return shown_.has_value(); }
  void show(Timestamp time) { shown_ = time; }

 private:
  SystemClock machine_;
  std::optional<Timestamp> shown_;
};

class LiveDesk final : public scenario::Desk {
 public:
  LiveDesk(LiveSuite suite, const scenario::DeskOptions& options)
      : suite_(std::move(suite)),
        options_(options),
        direct_(suite_.client),
        rehearsal_(
            new venue::Rehearsal(venue::renaming_transport(socket_transport(suite_.client), new_mark()),
                                 {.clock = &clock_,
                                  .pass_time = [this](Timestamp time) { return options_.pass_time(time); },
                                  .seed = options.seed})),
        client_(std::unique_ptr<Transport>(rehearsal_)) {}

  /// Every scenario begins at its time, with the usual rules and an open market.
  Status begin() {
    if (Status begun = begin_time(); !begun) return begun;
    for (const CommandBody& body : std::array<CommandBody, 2>{
             SetFirmRules{}, SetSession{.phase = SessionPhase::open, .trading_date = {}}}) {
      Result<CommandResult> result = direct_.submit(SubmittedCommand{body, {}, {}});
      if (!result) return pass_on(std::move(result));
    }
    return {};
  }

  scenario::Outcome run(const std::string& account, const std::vector<std::string>& words) override {
    if (Status goes_on = check_interrupted(); !goes_on) return {.output = {}, .errors = {goes_on.error()}};
    Stage stage;
    stage.client = &client_;
    stage.clock = &clock_;
    stage.pause = [this](std::chrono::nanoseconds time) {
      static_cast<void>(options_.pass_time(Timestamp{now().nanoseconds + time.count()}));
    };
    return run_on_stage(stage, account, words);
  }

  [[nodiscard]] Timestamp now() const override { return clock_.now(); }
  [[nodiscard]] bool owns_time() const override { return clock_.simulated() && begins_as_told_; }
  Status advance_to(Timestamp time) override {
    if (Status goes_on = check_interrupted(); !goes_on) return goes_on;
    const std::int64_t ahead = time.nanoseconds - now().nanoseconds;
    if (ahead <= 0) return {};
    if (clock_.simulated()) {
      if (suite_follows_us_ && !follows_us_ && time >= calendar::session_at(now()).next_change) {
        return needs_virtual_time(
            "the suite's session follows New York's hours, and the scenario's is open at any");
      }
      return move_clock(time);
    }
    if (ahead > wait_max_nanoseconds) {
      return needs_virtual_time(
          "it lets more than two seconds pass, and the suite goes by the machine's clock");
    }
    std::this_thread::sleep_for(std::chrono::nanoseconds(ahead));
    return {};
  }
  Status set_calendar(bool us) override {
    follows_us_ = us;
    if (suite_.set_calendar == nullptr) {
      if (us == suite_follows_us_ && (!us || clock_.simulated())) return {};
      return needs_virtual_time("it follows another calendar than the suite, whose configuration says which");
    }
    if (Status set = suite_.set_calendar(us); !set) return set;
    suite_follows_us_ = us;
    return {};
  }
  Status behave(const std::vector<std::string>& words) override {
    Result<venue::Behaviour> behaviour = parse_behaviour(words);
    if (!behaviour) return pass_on(std::move(behaviour));
    return rehearsal_->behave(*behaviour);
  }
  /// 'trade reconcile' tells of the whole suite, once.
  Status check() override { return {}; }

 private:
  [[nodiscard]] Status check_interrupted() const {
    if (!suite_.interrupted || !suite_.interrupted()) return {};
    return fail(ErrorCode::internal, "interrupted");
  }

  /// Brings a simulated clock to where the scenario begins, and has it stand.
  Status begin_time() {
    Result<DaemonView> tradingd = direct_.status("tradingd");
    if (!tradingd) return pass_on(std::move(tradingd));
    suite_follows_us_ = tradingd->counters["calendar_us"] != 0;
    Result<ClockView> clock = direct_.clock();
    if (!clock) return pass_on(std::move(clock));
    const bool any_time = options_.start == scenario::default_start();
    if (!clock->simulated) {
      if (any_time) return {};
      return needs_virtual_time("it begins at a time of its own, and the suite goes by the machine's clock");
    }
    if (clock->pace.running) {
      ClockRequest stand;
      stand.running = false;
      clock = direct_.clock(stand);
      if (!clock) return pass_on(std::move(clock));
    }
    clock_.show(clock->now);
    begins_as_told_ = clock->now <= options_.start;
    if (begins_as_told_) return move_clock(options_.start);
    if (any_time) return {};
    return needs_virtual_time("it begins at " + scenario::new_york_text(options_.start) +
                              ", and the suite's clock shows " + scenario::new_york_text(clock->now) +
                              " already");
  }
  Status move_clock(Timestamp time) {
    while (clock_.now() < time) {
      ClockRequest request;
      request.set_to = std::min(time, Timestamp{clock_.now().nanoseconds + way_max_nanoseconds});
      const Result<ClockView> clock = direct_.clock(request);
      if (!clock) return std::unexpected(clock.error());
      clock_.show(clock->now);
    }
    return {};
  }

  LiveSuite suite_;
  scenario::DeskOptions options_;
  SuiteClockView clock_;
  bool begins_as_told_ = false;  ///< what the clock shows is what the scenario says
  bool follows_us_ = false;
  bool suite_follows_us_ = false;
  Client direct_;
  venue::Rehearsal* rehearsal_;  ///< the client's
  Client client_;
};

}  // namespace

Result<std::unique_ptr<scenario::Desk>> make_live_desk(const LiveSuite& suite,
                                                       const scenario::DeskOptions& options) {
  auto desk = std::make_unique<LiveDesk>(suite, options);
  if (Status begun = desk->begin(); !begun) return pass_on(std::move(begun));
  return desk;
}

}  // namespace trade::cmd
