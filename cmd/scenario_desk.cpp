#include "scenario_desk.hpp"

#include <utility>

#include "run_on_stage.hpp"
#include "venue/rehearsal.hpp"
#include "venue/venue.hpp"
#include "venue_words.hpp"

namespace trade::cmd {

namespace {

/// Enough for a scenario, and quickly made.
constexpr EngineCapacity scenario_capacity{.accounts_max = 10'000,
                                           .symbols_max = 1'000,
                                           .open_orders_max = 100'000,
                                           .ended_orders_kept = 100'000,
                                           .positions_max = 100'000};

class VenueDesk final : public scenario::Desk {
 public:
  explicit VenueDesk(const scenario::DeskOptions& options)
      : options_(options),
        venue_({.start = options.start, .capacity = scenario_capacity}),
        rehearsal_(
            new venue::Rehearsal(venue::venue_transport(venue_),
                                 {.clock = &venue_.clock(),
                                  .pass_time = [this](Timestamp time) { return options_.pass_time(time); },
                                  .seed = options.seed})),
        client_(std::unique_ptr<Transport>(rehearsal_)) {}

  scenario::Outcome run(const std::string& account, const std::vector<std::string>& words) override {
    Stage stage;
    stage.client = &client_;
    stage.clock = &venue_.clock();
    stage.pause = [this](std::chrono::nanoseconds time) {
      static_cast<void>(options_.pass_time(Timestamp{now().nanoseconds + time.count()}));
    };
    return run_on_stage(stage, account, words);
  }

  [[nodiscard]] Timestamp now() const override { return venue_.clock().now(); }
  [[nodiscard]] bool owns_time() const override { return true; }
  Status advance_to(Timestamp time) override { return venue_.advance_to(time); }
  Status set_calendar(bool us) override {
    return venue_.set_calendar(us ? sequencer::Calendar::us : sequencer::Calendar::always);
  }
  Status behave(const std::vector<std::string>& words) override {
    Result<venue::Behaviour> behaviour = parse_behaviour(words);
    if (!behaviour) return pass_on(std::move(behaviour));
    return rehearsal_->behave(*behaviour);
  }
  Status check() override { return venue_.check(); }

 private:
  scenario::DeskOptions options_;
  venue::Venue venue_;
  venue::Rehearsal* rehearsal_;  ///< the client's
  Client client_;
};

}  // namespace

Result<std::unique_ptr<scenario::Desk>> make_venue_desk(const scenario::DeskOptions& options) {
  return std::make_unique<VenueDesk>(options);
}

}  // namespace trade::cmd
