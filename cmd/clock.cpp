// trade clock: the time by which the suite goes, where it is simulated.
#include <algorithm>
#include <memory>

#include "arguments.hpp"
#include "commands.hpp"
#include "format/clock_text.hpp"
#include "format/layout.hpp"
#include "scenario/value.hpp"

namespace trade::cmd {

namespace {

format::Json record_of(const ClockView& clock) {
  format::Json record = format::json_of(clock);
  record["new_york"] = scenario::new_york_text(clock.now);
  return record;
}

const format::Layout& clock_layout() {
  static const format::Layout layout{"clocks",
                                     {{.key = "now", .heading = "TIME", .shape = format::Shape::time},
                                      {.key = "new_york", .heading = "NEW YORK"},
                                      {.key = "state", .heading = "STATE", .tone = format::Tone::state},
                                      {.key = "speed", .heading = "SPEED"},
                                      {.key = "simulated", .heading = "SIMULATED"}},
                                     format::field_names(record_of({}))};
  return layout;
}

struct Arguments {
  ClockRequest request;
  std::vector<std::string> time;  ///< of set: as New York's words say it
};

Result<ExitStatus> ask(Context& context, const ClockRequest& request) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  const Result<ClockView> view = (*client)->clock(request);
  if (!view) return std::unexpected(view.error());
  format::Json record = record_of(*view);
  if (request.dry_run) {
    record["dry_run"] = true;
    context.output().record(record);
    context.note("dry run: nothing was changed");
  } else {
    context.output().record(clock_layout(), record);
  }
  return ExitStatus::done;
}

Handler define(CLI::App& app, const std::shared_ptr<Arguments>& arguments) {
  add_dry_run(app, arguments->request.dry_run);
  return [arguments](Context& context) { return ask(context, arguments->request); };
}

Result<ExitStatus> set(Context& context, Arguments& arguments) {
  Result<Timestamp> time = parse_timestamp(arguments.time.front());
  if (!time || arguments.time.size() > 1) {
    Result<Client*> client = context.client();
    if (!client) return pass_on(std::move(client));
    const Result<ClockView> view = (*client)->clock();
    if (!view) return std::unexpected(view.error());
    time = scenario::parse_moment(arguments.time, view->now);
    if (!time) return pass_on(std::move(time));
  }
  if (!*time) return fail(ErrorCode::usage, "the clock is not set to 1970");
  arguments.request.set_to = *time;
  return ask(context, arguments.request);
}

Result<std::int64_t> parse_step(std::string_view text) {
  Result<std::int64_t> step = scenario::parse_duration(text);
  if (step && *step == 0) return fail(ErrorCode::usage, "a step of no time");
  return step;
}

}  // namespace

Handler define_clock_show(CLI::App&) {
  return [](Context& context) { return ask(context, {}); };
}

Handler define_clock_pause(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  arguments->request.running = false;
  return define(app, arguments);
}

Handler define_clock_resume(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  arguments->request.running = true;
  return define(app, arguments);
}

Handler define_clock_step(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  required(add_value(app, "duration", arguments->request.step_nanoseconds, parse_step, "DURATION",
                     "How far: 250ms, 1h30m, 2d"));
  return define(app, arguments);
}

Handler define_clock_set(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  required(add_values(app, "time", arguments->time, parse_text, "TIME",
                      "RFC 3339, New York's 09:30 or 2026-03-02 09:30, 'next open' or 'next close'"));
  add_dry_run(app, arguments->request.dry_run);
  return [arguments](Context& context) { return set(context, *arguments); };
}

Handler define_clock_speed(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  required(add_value(app, "factor", arguments->request.speed_millionths, format::parse_clock_speed, "FACTOR",
                     "Times as fast as on the machine: 5, 0.5"));
  return define(app, arguments);
}

}  // namespace trade::cmd
