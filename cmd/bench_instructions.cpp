#include "bench_instructions.hpp"

#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace trade::cmd {

InstructionCounter::InstructionCounter() {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_HARDWARE;
  attributes.config = PERF_COUNT_HW_INSTRUCTIONS;
  attributes.disabled = 1;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  // This thread, on whatever processor it runs.
  descriptor_ =
      static_cast<int>(::syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC));
}

InstructionCounter::~InstructionCounter() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void InstructionCounter::start() {
  if (descriptor_ >= 0) ::ioctl(descriptor_, PERF_EVENT_IOC_ENABLE, 0);
}

void InstructionCounter::stop() {
  if (descriptor_ >= 0) ::ioctl(descriptor_, PERF_EVENT_IOC_DISABLE, 0);
}

std::optional<std::uint64_t> InstructionCounter::count() const {
  std::uint64_t value = 0;
  if (descriptor_ < 0 || ::read(descriptor_, &value, sizeof value) != sizeof value) return std::nullopt;
  return value;
}

}  // namespace trade::cmd
