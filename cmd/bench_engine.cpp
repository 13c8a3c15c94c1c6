// trade bench engine and book: matching and risk in this process, without sockets and without a disk.
#include "arguments.hpp"
#include "base/clock.hpp"
#include "bench_instructions.hpp"
#include "bench_suite.hpp"
#include "commands.hpp"
#include "format/json.hpp"
#include "interrupt.hpp"
#include "journal_directory.hpp"
#include "workload/book_day.hpp"
#include "workload/engine_day.hpp"
#include "workload/processor_time.hpp"

namespace trade::cmd {

namespace {

using workload::BookMarket;
using workload::BookOperation;
using workload::EngineDay;
using workload::thread_seconds;

/// What a run costs: processor time, and instructions where they can be counted.
class Meter {
 public:
  void start() {
    begin_ = thread_seconds();
    instructions_.start();
  }
  void stop() {
    instructions_.stop();
    seconds_ += thread_seconds() - begin_;
  }
  [[nodiscard]] double seconds() const { return seconds_; }
  /// `null` where the kernel does not let them be counted.
  [[nodiscard]] format::Json instructions_per(std::uint64_t count) const {
    const std::optional<std::uint64_t> instructions = instructions_.count();
    if (!instructions || *instructions == 0) return nullptr;
    return *instructions / count;
  }

 private:
  InstructionCounter instructions_;
  double begin_ = 0;
  double seconds_ = 0;
};

std::uint64_t a_second(std::uint64_t count, double seconds) {
  return static_cast<std::uint64_t>(static_cast<double>(count) / seconds);
}

struct EngineArguments {
  workload::EngineMix mix;
  std::uint64_t commands = 5'000'000;
};

/// Each command timed by itself, on top of what reading the clock costs.
void time_each(EngineDay& day, std::span<const Command> batch, Histogram& nanoseconds) {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const std::int64_t begin = monotonic_nanoseconds();
    day.engine().prefetch(batch, i);
    day.engine().apply(batch[i], day.events());
    nanoseconds.record(static_cast<std::uint64_t>(monotonic_nanoseconds() - begin));
  }
}

Result<ExitStatus> bench_engine(Context& context, const EngineArguments& arguments) {
  const CooperativeInterrupt interrupt;
  context.note("setting up " + std::to_string(arguments.mix.accounts) + " accounts and " +
               std::to_string(arguments.mix.symbols) + " symbols");
  EngineDay day(arguments.mix);
  BenchProgress progress(context, "as fast as they go", arguments.commands, "commands");
  Meter meter;
  std::uint64_t done = 0;
  while (done < arguments.commands && !interrupt.requested()) {
    const std::span<const Command> batch = day.next_batch();
    meter.start();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      day.engine().prefetch(batch, i);
      day.engine().apply(batch[i], day.events());
    }
    meter.stop();
    day.note_events();
    done += batch.size();
    progress(done);
  }
  const EngineDay::Counts counts = day.counts();
  Histogram nanoseconds;
  for (std::uint64_t timed = 0; timed < arguments.commands / 4 && !interrupt.requested();) {
    const std::span<const Command> batch = day.next_batch();
    time_each(day, batch, nanoseconds);
    day.note_events();
    timed += batch.size();
  }
  // The same for the same options, whatever the engine's speed.
  const std::uint64_t state_hash = day.engine().state_hash();
  const std::uint64_t full_state_hash = day.engine().full_state_hash();
  format::Json json;
  json["orders"] = done;
  json["trades"] = counts.trades;
  json["rejected"] = counts.rejected;
  json["seconds"] = meter.seconds();
  json["orders_per_second"] = a_second(done, meter.seconds());
  json["trades_per_second"] = a_second(counts.trades, meter.seconds());
  json["events_per_order"] = static_cast<double>(counts.events) / static_cast<double>(done);
  json["instructions_per_order"] = meter.instructions_per(done);
  json["latency_us"] = percentiles_us(nanoseconds);
  json["open_orders"] = day.engine().open_order_count();
  json["state_hash"] = format_hash(state_hash);
  json["full_state_hash"] = format_hash(full_state_hash);
  json["peak_memory_bytes"] = own_peak_memory_bytes();
  context.output().record(json);
  return interrupt.requested() ? ExitStatus::interrupted : ExitStatus::done;
}

struct BookArguments {
  std::uint64_t operations = 20'000'000;
  std::uint64_t seed = workload::BookMix{}.seed;
};

format::Json bench_one_book(workload::BookMix mix, const BookArguments& arguments,
                            const CooperativeInterrupt& interrupt) {
  constexpr std::size_t operation_count = 1U << 20;
  mix.seed = arguments.seed;
  const std::vector<BookOperation> operations = make_book_operations(mix, operation_count);
  BookMarket market(mix);
  for (const BookOperation& operation : operations)
    market.apply(operation);
  Meter meter;
  std::uint64_t done = 0;
  while (done < arguments.operations && !interrupt.requested()) {
    meter.start();
    for (const BookOperation& operation : operations)
      market.apply(operation);
    meter.stop();
    done += operations.size();
  }
  format::Json json;
  json["books"] = mix.books;
  json["orders"] = done;
  json["seconds"] = meter.seconds();
  json["orders_per_second"] = a_second(done, meter.seconds());
  json["instructions_per_order"] = meter.instructions_per(done);
  return json;
}

Result<ExitStatus> bench_book(Context& context, const BookArguments& arguments) {
  const CooperativeInterrupt interrupt;
  context.note("one busy book");
  // The first is what the usual figures are of.
  format::Json json = bench_one_book(workload::one_busy_book, arguments, interrupt);
  context.note("four thousand thin books");
  json["thin_books"] = bench_one_book(workload::thousands_of_thin_books, arguments, interrupt);
  json["peak_memory_bytes"] = own_peak_memory_bytes();
  context.output().record(json);
  return interrupt.requested() ? ExitStatus::interrupted : ExitStatus::done;
}

}  // namespace

Handler define_bench_engine(CLI::App& app) {
  auto arguments = std::make_shared<EngineArguments>();
  add_value(app, "--orders", arguments->commands, number_between<std::uint64_t>(512, 1'000'000'000), "N",
            "How many commands (5000000)");
  add_value(app, "--symbols", arguments->mix.symbols, number_between<std::uint32_t>(1, 20'000), "N",
            "How many symbols (1000)");
  add_value(app, "--accounts", arguments->mix.accounts, number_between<std::uint32_t>(1, 1'000'000), "N",
            "How many accounts (100000)");
  add_flag(app, "--client-ids", arguments->mix.client_ids, "Give every order a client order id");
  add_value(app, "--seed", arguments->mix.seed, parse_number, "S", "Of the random orders (42)");
  return [arguments](Context& context) { return bench_engine(context, *arguments); };
}

Handler define_bench_book(CLI::App& app) {
  auto arguments = std::make_shared<BookArguments>();
  add_value(app, "--orders", arguments->operations, number_between<std::uint64_t>(1, 10'000'000'000), "N",
            "How many operations, of each kind of market (20000000)");
  add_value(app, "--seed", arguments->seed, parse_number, "S", "Of the random orders (20260130)");
  return [arguments](Context& context) { return bench_book(context, *arguments); };
}

}  // namespace trade::cmd
