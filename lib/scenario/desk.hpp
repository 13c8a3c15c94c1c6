// Where a scenario's commands are carried out: a venue in this process, or a suite that runs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "format/json.hpp"

namespace trade::scenario {

/// What a command of the command line came to.
struct Outcome {
  format::Json output;        ///< what it printed; null: nothing
  std::vector<Error> errors;  ///< what it reported, the one that decides its exit status first
};

struct DeskOptions {
  Timestamp start;         ///< what the clock shows at first
  std::uint64_t seed = 0;  ///< of what the venue does at random
  /// Called when a command lets time pass up to a moment: whoever owns the time then moves it there.
  std::function<Status(Timestamp)> pass_time;
};

class Desk {
 public:
  virtual ~Desk() = default;

  /// Runs a command, for the account where one is named.
  virtual Outcome run(const std::string& account, const std::vector<std::string>& words) = 0;
  [[nodiscard]] virtual Timestamp now() const = 0;
  /// Whether the clock stands until it is moved, so that a scenario can say when something happens.
  [[nodiscard]] virtual bool owns_time() const = 0;
  /// Lets the time come. `not_permitted` where time cannot be told to.
  virtual Status advance_to(Timestamp time) = 0;
  /// From now on the session follows New York's hours, or is open at any.
  virtual Status set_calendar(bool us) = 0;
  /// Has the venue behave as told from now on: "fill AAPL 40%".
  virtual Status behave(const std::vector<std::string>& words) = 0;
  /// What must hold at the end of every scenario, whatever it expects.
  virtual Status check() = 0;
};

using MakeDesk = std::function<Result<std::unique_ptr<Desk>>(const DeskOptions&)>;

}  // namespace trade::scenario
