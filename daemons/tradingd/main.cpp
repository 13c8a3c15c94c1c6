#include <memory>
#include <string>
#include <utility>

#include "app/daemon.hpp"
#include "app/log.hpp"
#include "base/clock.hpp"
#include "journal/commit_thread.hpp"
#include "journal/journal.hpp"
#include "tradingd/recovery.hpp"
#include "tradingd/service.hpp"

namespace trade::tradingd {
namespace {

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
  ServiceOptions options;
  options.batch_commands_max = static_cast<std::size_t>(config.integer("tradingd.batch_commands_max"));
  options.queue = {static_cast<std::size_t>(config.integer("tradingd.queue_commands_max")),
                   static_cast<std::size_t>(config.integer("tradingd.queue_megabytes_max")) << 20};
  options.checkpoint_every_commands =
      static_cast<std::uint64_t>(config.integer("tradingd.checkpoint_every_commands"));
  options.calendar = config.text("tradingd.calendar") == "us" ? Calendar::us : Calendar::always;
  options.calls = {.opening_seconds = 60 * config.integer("tradingd.opening_call_minutes"),
                   .closing_seconds = 60 * config.integer("tradingd.closing_call_minutes")};
  const SystemClock clock;
  Service service(context, options, Sequencer(std::move(recovered->engine), recovered->head, clock),
                  std::move(*commits), std::move(*reader));
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
