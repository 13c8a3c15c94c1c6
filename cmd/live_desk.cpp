// Scenarios on a suite that runs: its time is the machine's, and what one scenario does must not disturb the
// next.
#include <array>
#include <thread>

#include "command_line.hpp"
#include "run_on_stage.hpp"
#include "scenario/runner.hpp"
#include "scenario_desk.hpp"
#include "venue/rehearsal.hpp"
#include "venue/renaming.hpp"
#include "venue_words.hpp"

namespace trade::cmd {

namespace {

/// What a live run waits for; for more it would be too slow.
constexpr std::int64_t wait_max_nanoseconds = 2 * nanoseconds_per_second;

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

class LiveDesk final : public scenario::Desk {
 public:
  LiveDesk(const ClientOptions& suite, const scenario::DeskOptions& options)
      : options_(options),
        direct_(suite),
        rehearsal_(
            new venue::Rehearsal(venue::renaming_transport(socket_transport(suite), new_mark()),
                                 {.clock = &clock_,
                                  .pass_time = [this](Timestamp time) { return options_.pass_time(time); },
                                  .seed = options.seed})),
        client_(std::unique_ptr<Transport>(rehearsal_)) {}

  /// Every scenario begins with the usual rules and an open market.
  Status begin() {
    for (const CommandBody& body : std::array<CommandBody, 2>{
             SetFirmRules{}, SetSession{.phase = SessionPhase::open, .trading_date = {}}}) {
      Result<CommandResult> result = direct_.submit(SubmittedCommand{body, {}, {}});
      if (!result) return pass_on(std::move(result));
    }
    return {};
  }

  scenario::Outcome run(const std::string& account, const std::vector<std::string>& words) override {
    Stage stage;
    stage.client = &client_;
    stage.clock = &clock_;
    stage.pause = [this](std::chrono::nanoseconds time) {
      static_cast<void>(options_.pass_time(Timestamp{now().nanoseconds + time.count()}));
    };
    return run_on_stage(stage, account, words);
  }

  [[nodiscard]] Timestamp now() const override { return clock_.now(); }
  [[nodiscard]] bool owns_time() const override { return false; }
  Status advance_to(Timestamp time) override {
    const std::int64_t wait = time.nanoseconds - now().nanoseconds;
    if (wait > wait_max_nanoseconds)
      return needs_virtual_time("it lets more time pass than a live run waits for");
    if (wait > 0) std::this_thread::sleep_for(std::chrono::nanoseconds(wait));
    return {};
  }
  Status set_calendar(bool us) override {
    if (us) return needs_virtual_time("it follows a calendar, which a suite has in its configuration");
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
  scenario::DeskOptions options_;
  SystemClock clock_;
  Client direct_;
  venue::Rehearsal* rehearsal_;  ///< the client's
  Client client_;
};

}  // namespace

Result<std::unique_ptr<scenario::Desk>> make_live_desk(const ClientOptions& suite,
                                                       const scenario::DeskOptions& options) {
  if (options.start != scenario::default_start()) return needs_virtual_time("it begins at a time of its own");
  auto desk = std::make_unique<LiveDesk>(suite, options);
  if (Status begun = desk->begin(); !begun) return pass_on(std::move(begun));
  return desk;
}

}  // namespace trade::cmd
