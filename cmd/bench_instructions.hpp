// Counts the instructions that this thread executes: on a machine shared with others they say more than
// times.
#pragma once

#include <cstdint>
#include <optional>

namespace trade::cmd {

/// Counts from its construction on, in user space, where the kernel allows it (perf_event_open(2)).
class InstructionCounter {
 public:
  InstructionCounter();
  ~InstructionCounter();
  InstructionCounter(const InstructionCounter&) = delete;
  InstructionCounter& operator=(const InstructionCounter&) = delete;

  void start();
  void stop();
  /// Between all starts and stops so far; nothing where they cannot be counted.
  [[nodiscard]] std::optional<std::uint64_t> count() const;

 private:
  int descriptor_ = -1;
};

}  // namespace trade::cmd
