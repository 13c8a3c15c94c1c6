// What a run of scenarios came to, for people, for TAP and for JUnit.
#pragma once

#include <span>
#include <string>

#include "format/json.hpp"
#include "scenario/runner.hpp"

namespace trade::scenario {

/// The scenarios of one run in the order of their files.
struct Summary {
  std::size_t scenarios = 0;
  std::size_t files = 0;
  std::size_t passed = 0;
  std::size_t failed = 0;  ///< invalid ones too
  std::size_t skipped = 0;
  std::size_t steps = 0;
  std::size_t expectations = 0;
};
Summary summarize(std::span<const ScenarioResult> results);

/// How one scenario failed or why it was skipped: the lines, and what was expected and got. Empty where it
/// passed.
std::string failure_text(const ScenarioResult& result, bool color);
/// "214 scenarios in 12 files: 212 passed, 2 failed (0.31 s, seed 1)"
std::string summary_text(const Summary& summary, double seconds, std::uint64_t seed);

/// The Test Anything Protocol, version 13, with a YAML block under each failure.
std::string tap_text(std::span<const ScenarioResult> results);
/// JUnit's XML as CI systems read it: a test suite for each file, a test case for each scenario.
std::string junit_text(std::span<const ScenarioResult> results, double seconds);

/// `file, line, scenario, verdict, steps, expectations, seconds, differences`.
format::Json json_of(const ScenarioResult& result);
std::string_view name_of(Verdict verdict);

}  // namespace trade::scenario
