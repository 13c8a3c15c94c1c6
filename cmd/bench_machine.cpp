#include "bench_machine.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "bench_suite.hpp"

namespace trade::cmd {

namespace {

constexpr int disk_sync_samples = 200;
constexpr int wakeup_samples = 4'000;
/// The thread is asleep by the time that it is woken again, and the processor may be so too.
constexpr std::chrono::microseconds wakeup_interval{200};

constexpr int stretches_measured = 100;
constexpr std::int64_t stretch_nanoseconds = 10 * nanoseconds_per_millisecond;
/// Of dependent multiplications: some 20 microseconds, all in the processor itself.
constexpr int piece_multiplications = 20'000;
/// A stretch is slow from this multiple of the median on.
constexpr double slow_ratio = 1.7;

void do_piece_of_work() {
  std::uint64_t value = 1;
  for (int i = 0; i < piece_multiplications; ++i)
    value = value * 6'364'136'223'846'793'005U + 1;
  // The result is wanted: else the compiler would leave the work out.
  asm volatile("" : : "r"(value));
}

}  // namespace

Status MachineProbe::measure(const std::filesystem::path& directory) {
  Status status = measure_disk_sync(directory);
  if (status) status = measure_wakeups();
  if (status) measure_processor();
  return status;
}

Status MachineProbe::measure_disk_sync(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / "disk-sync-probe";
  const int file = ::open(path.c_str(), O_CREAT | O_RDWR | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0)
    return fail(ErrorCode::internal, "cannot write " + path.string() + ": " + std::strerror(errno));
  const std::vector<char> block(4'096, 'x');
  Status status;
  for (int i = 0; i < disk_sync_samples && status; ++i) {
    const std::int64_t start = monotonic_nanoseconds();
    const bool written = ::pwrite(file, block.data(), block.size(), ::off_t{i % 16} * 4'096) == 4'096 &&
                         ::fdatasync(file) == 0;
    if (!written)
      status = fail(ErrorCode::internal, "cannot sync " + path.string() + ": " + std::strerror(errno));
    disk_sync_microseconds_.record(
        static_cast<std::uint64_t>((monotonic_nanoseconds() - start) / nanoseconds_per_microsecond));
  }
  ::close(file);
  ::unlink(path.c_str());
  return status;
}

/// By a pipe, as the suite's threads are by their sockets: each message is the time at which it was sent.
Status MachineProbe::measure_wakeups() {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
    return fail(ErrorCode::internal, std::string("cannot open a pipe: ") + std::strerror(errno));
  std::thread sleeper([&, reading = pipe[0]] {
    std::int64_t sent = 0;
    while (::read(reading, &sent, sizeof sent) == static_cast<ssize_t>(sizeof sent))
      wakeup_nanoseconds_.record(static_cast<std::uint64_t>(monotonic_nanoseconds() - sent));
  });
  Status status;
  for (int i = 0; i < wakeup_samples && status; ++i) {
    std::this_thread::sleep_for(wakeup_interval);
    const std::int64_t now = monotonic_nanoseconds();
    if (::write(pipe[1], &now, sizeof now) != static_cast<ssize_t>(sizeof now))
      status = fail(ErrorCode::internal, std::string("cannot write to a pipe: ") + std::strerror(errno));
  }
  // The end of the pipe ends the thread.
  ::close(pipe[1]);
  sleeper.join();
  ::close(pipe[0]);
  return status;
}

void MachineProbe::measure_processor() {
  std::int64_t now = monotonic_nanoseconds();
  for (int i = 0; i < stretches_measured; ++i) {
    const std::int64_t began = now;
    int pieces = 0;
    while (now - began < stretch_nanoseconds) {
      do_piece_of_work();
      ++pieces;
      now = monotonic_nanoseconds();
    }
    stretches_.push_back(static_cast<double>(now - began) / pieces);
  }
}

void MachineProbe::describe(format::Json& json) const {
  json["disk_sync_us"]["p50"] = disk_sync_microseconds_.percentile(50);
  json["disk_sync_us"]["p99"] = disk_sync_microseconds_.percentile(99);
  json["wakeup_us"] = percentiles_us(wakeup_nanoseconds_);
  if (stretches_.empty()) return;
  std::vector<double> sorted = stretches_;
  std::ranges::sort(sorted);
  const double slow_from = slow_ratio * sorted[sorted.size() / 2];
  const auto slow = std::ranges::count_if(stretches_, [&](double piece) { return piece > slow_from; });
  json["processor_slow_percent"] = 100 * static_cast<double>(slow) / static_cast<double>(stretches_.size());
}

}  // namespace trade::cmd
