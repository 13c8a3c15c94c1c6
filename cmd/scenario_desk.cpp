#include "scenario_desk.hpp"

#include <utility>

#include "command_line.hpp"
#include "venue/venue.hpp"

namespace trade::cmd {

namespace {

/// Enough for a scenario, and quickly made.
constexpr EngineCapacity scenario_capacity{.accounts_max = 10'000,
                                           .symbols_max = 1'000,
                                           .open_orders_max = 100'000,
                                           .ended_orders_kept = 100'000,
                                           .positions_max = 100'000};

/// What a command wrote: one document; of several, one in each line, a list of them.
format::Json document_of(const std::string& output) {
  if (output.empty()) return nullptr;
  format::Json whole = format::Json::parse(output, nullptr, false);
  if (!whole.is_discarded()) return whole;
  format::Json list = format::Json::array();
  for (std::size_t begin = 0; begin < output.size();) {
    const std::size_t end = std::min(output.find('\n', begin), output.size());
    format::Json line = format::Json::parse(output.substr(begin, end - begin), nullptr, false);
    if (!line.is_discarded()) list.push_back(std::move(line));
    begin = end + 1;
  }
  return list;
}

scenario::Outcome run_on_stage(Stage& stage, const std::string& account,
                               const std::vector<std::string>& words) {
  CommandLine line(words);
  Result<ExitStatus> status = line.run_on(stage, account, words);
  scenario::Outcome outcome;
  if (!status) outcome.errors.push_back(std::move(status).error());
  std::ranges::move(stage.errors, std::back_inserter(outcome.errors));
  outcome.output = document_of(stage.output);
  return outcome;
}

class VenueDesk final : public scenario::Desk {
 public:
  explicit VenueDesk(const scenario::DeskOptions& options)
      : options_(options),
        venue_({.start = options.start, .capacity = scenario_capacity}),
        client_(venue::venue_transport(venue_)) {}

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
  Status advance_to(Timestamp time) override { return venue_.advance_to(time); }
  Status set_calendar(bool us) override {
    return venue_.set_calendar(us ? sequencer::Calendar::us : sequencer::Calendar::always);
  }
  Status behave(const std::vector<std::string>&) override {
    return fail(ErrorCode::usage, "the venue cannot be told to behave");
  }
  Status check() override { return venue_.check(); }

 private:
  scenario::DeskOptions options_;
  venue::Venue venue_;
  Client client_;
};

}  // namespace

Result<std::unique_ptr<scenario::Desk>> make_venue_desk(const scenario::DeskOptions& options) {
  return std::make_unique<VenueDesk>(options);
}

}  // namespace trade::cmd
