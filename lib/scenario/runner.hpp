// Runs scenarios and says where they differ from what they expect.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scenario/desk.hpp"
#include "scenario/scenario.hpp"

namespace trade::scenario {

/// After so many differences a scenario is given up.
constexpr std::size_t differences_max = 50;

/// One field that is not as expected.
struct FieldDifference {
  std::string path;
  std::string expected;  ///< with the sign of the comparison where that is not "="
  std::string actual;
  std::string hint;  ///< empty: none
  /// Where the expected value stands in the step's line; both zero where it cannot be written there.
  std::size_t value_begin = 0;
  std::size_t value_end = 0;
};

/// How a command's being refused differs from what was expected.
enum class RefusalDifference : std::uint8_t {
  none,
  unexpected,  ///< it was refused
  missing,     ///< it was accepted
};

/// A step that did not come to what was expected.
struct Difference {
  SourceLine line;
  std::string step;   ///< as it is written
  std::string cause;  ///< the command whose result it is about; empty: the step itself
  std::size_t cause_line = 0;
  std::string bindings;  ///< "side=buy, limit=150.00"; empty outside of loops
  std::string message;   ///< what went wrong where that is no field; empty: `fields` says it
  std::string hint;
  RefusalDifference refusal = RefusalDifference::none;
  std::string reason;  ///< of a refusal, the one it has
  std::vector<FieldDifference> fields;
};

/// What came as it is written: from `begin` on in the line, which is the step's own beginning for whether a
/// command is refused. It is not to be written anew for what the step came to another time.
struct Held {
  SourceLine line;
  std::size_t begin = 0;
};

enum class Verdict : std::uint8_t {
  passed,
  failed,   ///< something differs
  invalid,  ///< a step makes no sense: what it says was never tried
  skipped,  ///< cannot be run here
};

struct ScenarioResult {
  std::string file;
  std::string title;
  std::size_t line = 0;
  Verdict verdict = Verdict::passed;
  std::string skipped_because;
  std::vector<Difference> differences;
  std::vector<Held> held;
  std::size_t steps = 0;
  std::size_t expectations = 0;
  double seconds = 0;
  std::uint64_t seed = 0;
};

/// When scenarios begin unless they say otherwise: a Monday, at the opening of New York's session.
Timestamp default_start();

/// Runs one scenario from the beginning on a desk of its own.
ScenarioResult run_scenario(const Scenario& scenario, const MakeDesk& make_desk, std::uint64_t seed);

}  // namespace trade::scenario
