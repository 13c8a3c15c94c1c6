// simulate [--first SEED] [--seeds N] [--twice] [--all-kinds] [--break WHAT]: runs the suite in a virtual
// world, once for each seed from SEED (1; "random": from anywhere) on. Prints the faults injected, by kind,
// and what was done. On a failure it prints what does not hold and how to run that seed again, and exits
// with 1. With
// --twice each seed is run two times, which must not differ. With --all-kinds it is a failure too where a
// kind of fault, command or order never came. With --break something is wrong on purpose (see world.hpp),
// which must be found.
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>

#include <unistd.h>

#include "app/log.hpp"
#include "sim/simulation.hpp"

namespace {

using namespace trade::sim;

struct Arguments {
  std::uint64_t first = 1;
  std::uint64_t seeds = 1'000;
  bool twice = false;
  bool all_kinds = false;
  Breakage breakage = Breakage::none;
};

bool parse_number(std::string_view text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool parse(int argc, char** argv, Arguments& arguments) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    const std::string_view value = i + 1 < argc ? argv[i + 1] : "";
    if (name == "--twice") {
      arguments.twice = true;
    } else if (name == "--all-kinds") {
      arguments.all_kinds = true;
    } else if (const auto breakage = trade::value_named<Breakage>(value); name == "--break" && breakage) {
      arguments.breakage = *breakage;
      ++i;
    } else if (name == "--first" && value == "random") {
      arguments.first = std::random_device{}();
      ++i;
    } else if (name == "--first" && parse_number(value, arguments.first)) {
      ++i;
    } else if (name == "--seeds" && parse_number(value, arguments.seeds)) {
      ++i;
    } else {
      return false;
    }
  }
  return true;
}

/// In memory where there is such a place: a run makes many small files.
std::filesystem::path make_directory() {
  std::string pattern =
      std::filesystem::exists("/dev/shm") ? "/dev/shm/trade-sim-XXXXXX" : "/tmp/trade-sim-XXXXXX";
  return ::mkdtemp(pattern.data()) == nullptr ? std::filesystem::path() : std::filesystem::path(pattern);
}

void add(Outcome& sum, const Outcome& one) {
  for (std::size_t i = 0; i < sum.faults.size(); ++i)
    sum.faults[i] += one.faults[i];
  sum.coverage.add(one.coverage);
  sum.messages += one.messages;
  sum.overtaken += one.overtaken;
  sum.retries += one.retries;
  sum.orders += one.orders;
  sum.trades += one.trades;
  sum.batches += one.batches;
}

/// Whether everything that can be counted is there.
bool print(const Arguments& arguments, std::uint64_t seeds, const Outcome& sum) {
  const auto line = [](std::uint64_t count, std::string_view what) {
    std::printf("%12llu  %.*s\n", static_cast<unsigned long long>(count), static_cast<int>(what.size()),
                what.data());
  };
  std::printf("seeds %llu to %llu\n", static_cast<unsigned long long>(arguments.first),
              static_cast<unsigned long long>(arguments.first + seeds - 1));
  line(sum.orders, "orders acknowledged");
  line(sum.trades, "trades");
  line(sum.retries, "requests sent again");
  line(sum.batches, "batches");
  line(sum.messages, "messages delivered");
  line(sum.overtaken, "messages overtaken by a later one");
  bool all_kinds = true;
  const auto kind = [&](std::uint64_t count, std::string_view what) {
    line(count, what);
    all_kinds = all_kinds && count != 0;
  };
  for (std::size_t i = 0; i < sum.faults.size(); ++i)
    kind(sum.faults[i], fault_names[i]);
  for (const Coverage::Row& row : sum.coverage.rows())
    kind(row.count, row.what);
  return all_kinds;
}

bool run_seed(const Arguments& arguments, const std::filesystem::path& directory, std::uint64_t seed,
              Outcome& sum) {
  Outcome outcome = Simulation(seed, directory / "run", arguments.breakage).run();
  if (arguments.twice) {
    const Outcome again = Simulation(seed, directory / "run", arguments.breakage).run();
    if (again.fingerprint != outcome.fingerprint) outcome.problems.emplace_back("a second run differs");
  }
  add(sum, outcome);
  if (outcome.problems.empty()) return true;
  for (const std::string& problem : outcome.problems)
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), problem.c_str());
  std::printf("again: simulate --first %llu --seeds 1\n", static_cast<unsigned long long>(seed));
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!parse(argc, argv, arguments)) {
    std::fprintf(
        stderr, "usage: simulate [--first SEED|random] [--seeds N] [--twice] [--all-kinds] [--break WHAT]\n");
    return 2;
  }
  // Failures that the world makes are logged by the thousand.
  spdlog::set_level(spdlog::level::off);
  const std::filesystem::path directory = make_directory();
  if (directory.empty()) {
    std::perror("simulate: cannot make a directory");
    return 1;
  }
  Outcome sum;
  std::uint64_t run = 0;
  bool good = true;
  while (good && run < arguments.seeds)
    good = run_seed(arguments, directory, arguments.first + run++, sum);
  const bool all_kinds = print(arguments, run, sum);
  if (good && arguments.all_kinds && !all_kinds) {
    std::printf("a kind never came\n");
    good = false;
  }
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
  return good ? 0 : 1;
}
