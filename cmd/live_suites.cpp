#include "live_suites.hpp"

#include <thread>
#include <utility>

#include "suite.hpp"

namespace trade::cmd {

namespace {

constexpr std::chrono::milliseconds ask_interval{5};
/// Names of a calendar in the configuration.
constexpr std::string_view calendar_name(bool us) {
  return us ? "us" : "always";
}

}  // namespace

Result<std::unique_ptr<scenario::Desk>> LiveSuites::make_desk(const scenario::DeskOptions& options) {
  bool fits = suite_ != nullptr;
  if (fits && !globals_.home) {
    const Result<bool> can = can_begin(options);
    if (!can) return std::unexpected(can.error());
    fits = *can;
  }
  if (!fits) {
    if (Status running = start(options); !running) return pass_on(std::move(running));
  }
  const Result<ClientOptions> client = context_->client_options();
  if (!client) return std::unexpected(client.error());
  LiveSuite live{.client = *client, .set_calendar = {}, .interrupted = [this] { return interrupted(); }};
  if (!globals_.home) live.set_calendar = [this](bool us) { return set_calendar(us); };
  return make_live_desk(live, options);
}

Status LiveSuites::start(const scenario::DeskOptions& options) {
  suite_.reset();
  suite_ = std::make_unique<ThrowAwaySuite>(
      globals_, std::vector<Setting>{{"tradingd.clock", "simulated"},
                                     {"tradingd.clock_start", format_timestamp(options.start)},
                                     {"tradingd.calendar", std::string(calendar_name(false))}});
  Result<Context*> context = suite_->start();
  if (!context) return pass_on(std::move(context));
  context_ = *context;
  return {};
}

Result<bool> LiveSuites::can_begin(const scenario::DeskOptions& options) {
  Result<Client*> client = context_->client();
  if (!client) return pass_on(std::move(client));
  const Result<ClockView> clock = (*client)->clock();
  if (!clock) return std::unexpected(clock.error());
  const Result<DaemonView> tradingd = (*client)->status("tradingd");
  if (!tradingd) return std::unexpected(tradingd.error());
  return clock->now <= options.start && counter(*tradingd, "calendar_us") == 0;
}

Status LiveSuites::set_calendar(bool us) {
  const Setting setting{"tradingd.calendar", std::string(calendar_name(us))};
  if (Status changed = suite_->change(setting, "tradingd"); !changed) return changed;
  const std::int64_t deadline_ns = monotonic_nanoseconds() + std::chrono::nanoseconds(bench_patience).count();
  while (monotonic_nanoseconds() < deadline_ns && !interrupted()) {
    const Result<DaemonView> tradingd = ask_daemon(*context_, "tradingd", bench_patience);
    if (!tradingd) return std::unexpected(tradingd.error());
    if ((counter(*tradingd, "calendar_us") != 0) == us) return {};
    std::this_thread::sleep_for(ask_interval);
  }
  return fail(ErrorCode::timed_out, "tradingd does not follow the calendar '" + setting.value + "'");
}

}  // namespace trade::cmd
