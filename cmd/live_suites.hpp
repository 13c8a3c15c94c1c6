// The suites that `trade test --live` runs scenarios on.
#pragma once

#include <memory>
#include <optional>

#include "bench_suite.hpp"
#include "interrupt.hpp"
#include "scenario_desk.hpp"

namespace trade::cmd {

/// With --home it is the one suite there, as it is. Otherwise suites on simulated time that are thrown away:
/// one serves scenarios for as long as its clock has not gone beyond where the next one begins and its market
/// is open at any hour, then a new one takes its place. While this is there SIGINT and SIGTERM only raise a
/// flag, and no command of a scenario is carried out any more.
class LiveSuites {
 public:
  explicit LiveSuites(const Globals& globals) : globals_(globals) {}

  Result<std::unique_ptr<scenario::Desk>> make_desk(const scenario::DeskOptions& options);
  [[nodiscard]] bool interrupted() const { return interrupt_.requested(); }

 private:
  [[nodiscard]] Result<bool> can_begin(const scenario::DeskOptions& options);
  Status start(const scenario::DeskOptions& options);
  Status set_calendar(bool us);

  const CooperativeInterrupt interrupt_;
  Globals globals_;
  std::unique_ptr<ThrowAwaySuite> suite_;
  Context* context_ = nullptr;  ///< the suite's
};

}  // namespace trade::cmd
