// A stretch of a journal as a scenario: its commands as steps, what came of them as expectations.
#pragma once

#include <string>

#include "base/result.hpp"
#include "context.hpp"
#include "journal/journal.hpp"

namespace trade::cmd {

struct ScenarioOfJournal {
  Sequence from = 1;  ///< events, first and last
  Sequence to = ~Sequence{0};
  std::string account;  ///< whose outcomes are expected; empty: everybody's
  bool keep_names = false;
};

struct WrittenScenario {
  std::string text;
  std::uint64_t steps = 0;
  std::uint64_t left_out = 0;  ///< commands that no step can say
};

/// `not_found` where the account or the stretch is not in the journal.
Result<WrittenScenario> scenario_of_journal(journal::Reader& reader, const ScenarioOfJournal& wanted);

}  // namespace trade::cmd
