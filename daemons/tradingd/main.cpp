#include <memory>
#include <string>
#include <utility>

#include "app/daemon.hpp"
#include "app/log.hpp"
#include "base/clock.hpp"
#include "journal/commit_thread.hpp"
#include "journal/journal.hpp"
#include "tradingd/calendar_note.hpp"
#include "tradingd/recovery.hpp"
#include "tradingd/service.hpp"

namespace trade::tradingd {
namespace {

/// Says in the log what is unusual about the time.
void note_clock(const SuiteClock& clock, const Engine& engine) {
  if (clock.simulated()) {
    spdlog::warn("the clock is simulated and shows {}", format_timestamp(clock.now()));
  } else if (engine.last_timestamp() > clock.now()) {
    spdlog::warn(
        "the journal's time {} is ahead of the machine's clock: commands get that time until it has come",
        format_timestamp(engine.last_timestamp()));
  }
}

Status serve(app::DaemonContext& context) {
  const app::Config& config = context.config();
  journal::Options journal_options;
  journal_options.map_bytes = static_cast<std::size_t>(config.integer("tradingd.map_megabytes")) << 20;
  auto writer = journal::open_writer(context.home().journal(), journal_options);
  if (!writer) return std::unexpected(writer.error());
  auto reader = journal::open_reader(context.home().journal());
  if (!reader) return std::unexpected(reader.error());

  context.report_status("restoring from the journal");
  const std::int64_t started = monotonic_nanoseconds();
  auto recovered = recover(context.home().journal(), **reader,
                           [](const std::string& warning) { spdlog::warn("{}", warning); });
  if (!recovered) return std::unexpected(recovered.error());
  spdlog::info("restored event {} (batch {}): checkpoint of batch {}, {} commands replayed, {} ms",
               recovered->head.last_sequence, recovered->head.batch, recovered->checkpoint_batch,
               recovered->replayed_commands,
               (monotonic_nanoseconds() - started) / nanoseconds_per_millisecond);

  auto commits = journal::CommitThread::start(std::move(*writer));
  if (!commits) return std::unexpected(commits.error());
  SuiteClock clock = SuiteClock::of(config, recovered->engine);
  note_clock(clock, recovered->engine);
  sequencer::SessionSchedule schedule = schedule_of(config);
  const auto former = noted_calendar(context.home().journal());
  if (former) schedule.succeed(sequencer::SessionSchedule(*former));
  Timekeeper timekeeper(clock.now(), schedule);
  Service service(context, service_options(config), clock, timekeeper,
                  Sequencer(std::move(recovered->engine), recovered->head, timekeeper), std::move(*commits),
                  std::move(*reader));
  return service.run();
}

}  // namespace
}  // namespace trade::tradingd

int main(int argc, char** argv) {
  return trade::app::run_daemon(
      argc, argv,
      {.name = "tradingd", .summary = "sequences commands, checks risk, matches and keeps the journal"},
      trade::tradingd::serve);
}
