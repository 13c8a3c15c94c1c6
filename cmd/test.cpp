// trade test: runs scenarios and compares what comes of them with what they expect.
#include <algorithm>
#include <atomic>
#include <cctype>
#include <thread>

#include <unistd.h>

#include "arguments.hpp"
#include "commands.hpp"
#include "format/layout.hpp"
#include "live_suites.hpp"
#include "scenario/report.hpp"
#include "scenario/runner.hpp"
#include "scenario/update.hpp"
#include "scenario_desk.hpp"
#include "write_file.hpp"

namespace trade::cmd {

namespace {

using scenario::Scenario;
using scenario::ScenarioResult;
using scenario::Verdict;

constexpr std::uint64_t jobs_max = 256;

struct Arguments {
  std::vector<std::string> paths;
  std::string filter;
  std::string junit;
  std::optional<std::uint64_t> seed;
  std::optional<std::uint64_t> jobs;
  bool fail_fast = false;
  bool tap = false;
  bool list = false;
  bool live = false;
  bool update = false;
  bool dry_run = false;
};

/// One file's scenarios and what came of those that were run.
struct File {
  std::vector<Scenario> scenarios;
  std::vector<ScenarioResult> results;
};

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return text;
}

Result<std::vector<File>> load(const Arguments& arguments) {
  Result<std::vector<std::filesystem::path>> paths = scenario::find_files(arguments.paths);
  if (!paths) return pass_on(std::move(paths));
  const std::string wanted = lower_case(arguments.filter);
  std::vector<File> files;
  for (const std::filesystem::path& path : *paths) {
    Result<std::vector<Scenario>> scenarios = scenario::load_file(path);
    if (!scenarios) return pass_on(std::move(scenarios));
    std::erase_if(*scenarios, [&](const Scenario& one) {
      return lower_case(path.string() + ": " + one.title).find(wanted) == std::string::npos;
    });
    if (!scenarios->empty()) files.push_back({*std::move(scenarios), {}});
  }
  if (files.empty()) {
    return fail(ErrorCode::usage, "no scenario to run",
                arguments.filter.empty() ? "scenarios are in files named *.scenario" : "does --filter fit?");
  }
  return files;
}

/// What happens at random in a scenario depends on the run's seed and on its title alone: neither on its
/// neighbours nor on which thread runs it.
std::uint64_t seed_of(std::uint64_t seed, const Scenario& scenario) {
  std::uint64_t hash = 14'695'981'039'346'656'037u ^ seed;  // FNV-1a
  for (const char c : scenario.title)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211u;
  return hash;
}

/// Runs the files, each on one thread, and stops early where that is wanted. Without `suites`, in this
/// process.
void run(std::vector<File>& files, const Arguments& arguments, LiveSuites* suites, std::uint64_t seed) {
  scenario::MakeDesk make_desk = make_venue_desk;
  if (suites != nullptr)
    make_desk = [suites](const scenario::DeskOptions& desk) { return suites->make_desk(desk); };
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> stop = false;
  const auto work = [&] {
    for (std::size_t i = next++; i < files.size() && !stop; i = next++) {
      for (const Scenario& one : files[i].scenarios) {
        if (stop) return;
        ScenarioResult result = scenario::run_scenario(one, make_desk, seed_of(seed, one));
        // What it came to says nothing then.
        if (suites != nullptr && suites->interrupted()) return;
        result.seed = seed;
        const bool failed = result.verdict == Verdict::failed || result.verdict == Verdict::invalid;
        files[i].results.push_back(std::move(result));
        if (failed && arguments.fail_fast) stop = true;
      }
    }
  };
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  // In one suite, one after the other: rules and the session are everybody's.
  const std::size_t jobs =
      suites != nullptr ? 1 : std::min<std::size_t>(arguments.jobs.value_or(cores), files.size());
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < jobs; ++i)
    others.emplace_back(work);
  work();
}

const format::Layout& list_layout() {
  static const format::Layout layout{
      "scenarios",
      {{"file", "FILE"}, {"line", "LINE", format::Align::right}, {"scenario", "SCENARIO"}},
      {"file", "line", "scenario"}};
  return layout;
}

const format::Layout& result_layout() {
  static const format::Layout layout{"scenarios",
                                     {{"file", "FILE"},
                                      {"line", "LINE", format::Align::right},
                                      {"scenario", "SCENARIO"},
                                      {"verdict", "VERDICT"}},
                                     format::field_names(json_of(ScenarioResult{}))};
  return layout;
}

void print(Context& context, const Arguments& arguments, const std::vector<ScenarioResult>& results,
           double seconds, std::uint64_t seed) {
  Output& output = context.output();
  if (arguments.tap) {
    output.write(tap_text(results));
    return;
  }
  if (output.mode() != format::OutputMode::table || !context.globals().selection.empty()) {
    std::vector<format::Json> records;
    for (const ScenarioResult& result : results)
      records.push_back(json_of(result));
    output.list(result_layout(), records);
    return;
  }
  std::string text;
  for (const ScenarioResult& result : results) {
    if (result.verdict == Verdict::passed && context.globals().verbose) {
      text += "ok   " + result.file + ":" + std::to_string(result.line) + ": " +
              format::printable(result.title) + "\n";
    }
    if (result.verdict != Verdict::skipped || context.globals().verbose || arguments.live)
      text += failure_text(result, output.style().color);
  }
  output.write(text + summary_text(summarize(results), seconds, seed));
}

ExitStatus list_scenarios(Context& context, const std::vector<File>& files) {
  std::vector<format::Json> records;
  for (const File& file : files) {
    for (const Scenario& one : file.scenarios) {
      format::Json record;
      record["file"] = one.line.file->path.string();
      record["line"] = one.line.number();
      record["scenario"] = one.title;
      records.push_back(std::move(record));
    }
  }
  context.output().list(list_layout(), records);
  return ExitStatus::done;
}

/// On a terminal, asks; elsewhere whoever says --update means it.
bool wants_it_written(Context& context) {
  if (!context.output().is_terminal() || isatty(STDIN_FILENO) == 0) return true;
  std::fputs("write this? [y/N] ", stderr);
  const int answer = std::getchar();
  return answer == 'y' || answer == 'Y';
}

/// Shows what would have to be written for everything to be expected, and writes it.
Result<ExitStatus> update(Context& context, const Arguments& arguments,
                          const std::vector<ScenarioResult>& results) {
  const scenario::Update changes = scenario::make_update(results);
  context.output().write(update_text(changes, context.output().style().color));
  if (changes.changes.empty()) {
    context.note("nothing to write");
    return changes.left_out.empty() ? ExitStatus::done : ExitStatus::difference;
  }
  if (arguments.dry_run) {
    context.note("dry run: nothing was changed");
    return ExitStatus::done;
  }
  if (!wants_it_written(context)) return ExitStatus::difference;
  if (Status written = write_update(changes); !written) return pass_on(std::move(written));
  context.note(std::to_string(changes.changes.size()) +
               " lines written; what comes after a refusal shows when they are run again");
  return changes.left_out.empty() ? ExitStatus::done : ExitStatus::difference;
}

Result<ExitStatus> test(Context& context, const Arguments& arguments) {
  if (arguments.dry_run && !arguments.update) return fail(ErrorCode::usage, "--dry-run goes with --update");
  if (arguments.paths.empty()) return fail(ErrorCode::usage, "which scenarios? name files or directories");
  const format::SelectionTexts& selection = context.globals().selection;
  if (!selection.empty() && (arguments.update || arguments.tap)) {
    return fail(ErrorCode::usage, "--fields and --sort are for the list of what came of scenarios",
                "leave out --update and --tap");
  }
  const format::Layout& layout = arguments.list ? list_layout() : result_layout();
  if (Status fit = context.output().check(layout); !fit) return pass_on(std::move(fit));
  Result<std::vector<File>> files = load(arguments);
  if (!files) return pass_on(std::move(files));
  if (arguments.list) return list_scenarios(context, *files);
  const auto begun = context.monotonic_time();
  const std::uint64_t seed = arguments.seed.value_or(1);
  std::optional<LiveSuites> suites;
  if (arguments.live) suites.emplace(context.globals());
  run(*files, arguments, suites ? &*suites : nullptr, seed);
  const bool interrupted = suites && suites->interrupted();
  const double seconds = std::chrono::duration<double>(context.monotonic_time() - begun).count();
  std::vector<ScenarioResult> results;
  for (File& file : *files)
    std::ranges::move(file.results, std::back_inserter(results));
  if (arguments.update && !interrupted) return update(context, arguments, results);
  print(context, arguments, results, seconds, seed);
  if (!arguments.junit.empty()) {
    if (Status written = write_file(arguments.junit, junit_text(results, seconds)); !written)
      return pass_on(std::move(written));
  }
  if (interrupted) return ExitStatus::interrupted;
  const scenario::Summary summary = summarize(results);
  if (summary.failed != 0) return ExitStatus::difference;
  // Nothing went wrong because nothing was tried.
  if (summary.skipped != 0 && summary.passed == 0) {
    return fail_named(ErrorCode::not_permitted, "all_skipped", "every scenario was skipped",
                      "the suite cannot do what they need: see LIVE RUNS in trade-test(1)");
  }
  return ExitStatus::done;
}

Result<std::uint64_t> parse_jobs(std::string_view text) {
  Result<std::uint64_t> number = parse_count(text);
  if (number && *number > jobs_max) return fail(ErrorCode::usage, "at most " + std::to_string(jobs_max));
  return number;
}

}  // namespace

Handler define_test(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  add_values(app, "path", arguments->paths, parse_text, file_kind, "Scenarios, or directories of *.scenario");
  add_value(app, "--filter", arguments->filter, parse_text, "TEXT", "Only those whose file or title has it");
  add_flag(app, "--fail-fast", arguments->fail_fast, "Stop after the first that fails");
  add_value(app, "--seed", arguments->seed, parse_number, "N", "Of what the venue does at random (1)");
  add_value(app, "--jobs", arguments->jobs, parse_jobs, "N", "Files at a time (one for each core)");
  add_flag(app, "--tap", arguments->tap, "Write the Test Anything Protocol");
  add_value(app, "--junit", arguments->junit, parse_text, file_kind, "Write JUnit's XML into a file, too");
  add_flag(app, "--list", arguments->list, "List the scenarios; run none");
  add_flag(app, "--live", arguments->live, "On daemons that run: throw-away ones, or those of --home");
  add_flag(app, "--update", arguments->update, "Write what came of them into the files as what is expected");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return test(context, *arguments); };
}

}  // namespace trade::cmd
