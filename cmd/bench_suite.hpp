// What the benchmarks of a running suite share: a suite of their own, and what is read off it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/home.hpp"
#include "arguments.hpp"
#include "base/histogram.hpp"
#include "base/result.hpp"
#include "context.hpp"
#include "format/json.hpp"
#include "interrupt.hpp"

namespace trade::cmd {

/// A start or a catch-up may take this long.
constexpr std::chrono::milliseconds bench_patience{120'000};

/// A key of the configuration and what it is to be.
struct Setting {
  std::string key;
  std::string value;
};

/// A home that is removed at the end, with a suite in it that is stopped before. With --home it is that one,
/// which stays; daemons that run in it already are used as they are. While it is there SIGINT and SIGTERM
/// only raise a flag, so that whoever is interrupted takes it down; if this process is killed, its daemons
/// stop.
class ThrowAwaySuite {
 public:
  /// With settings, a home of its own has a configuration file of its own: what is configured, and these over
  /// it, whatever the environment says of them. A home that was named is left as it is.
  explicit ThrowAwaySuite(const Globals& globals, std::vector<Setting> settings = {})
      : globals_(globals), settings_(std::move(settings)) {}
  ~ThrowAwaySuite() { stop(); }
  ThrowAwaySuite(const ThrowAwaySuite&) = delete;
  ThrowAwaySuite& operator=(const ThrowAwaySuite&) = delete;

  /// Starts the suite and waits until each daemon answers. The context is valid as long as this is.
  Result<Context*> start();
  /// Once started: this daemon too, if it does not run yet.
  Status run_also(std::string_view daemon);
  [[nodiscard]] const app::Home& home() const { return home_; }
  /// Whether one of the signals came.
  [[nodiscard]] bool interrupted() const { return interrupt_.requested(); }
  /// Changes the configuration and has a daemon read it again. Only with settings, in a home of its own.
  Status change(const Setting& setting, std::string_view daemon);

 private:
  Status configure();
  void stop();

  const CooperativeInterrupt interrupt_;
  Globals globals_;
  std::vector<Setting> settings_;
  std::unique_ptr<Context> context_;
  app::Home home_;
  std::vector<std::string> started_;
  std::filesystem::path temporary_;
};

struct BenchMarket;
/// Makes the market in the suite that is running in `home`, and tells `context`. Returns how its clients
/// connect.
Result<ClientOptions> set_up_market(Context& context, Context& bench, const app::Home& home,
                                    BenchMarket& market);

/// How long ledgerd takes until it has applied everything up to `sequence`, in seconds.
Result<double> await_ledger(Context& context, Sequence sequence);

/// A counter of a daemon; zero when it has none of that name.
std::int64_t counter(const DaemonView& view, const char* name);

/// `p50, p90, p99, p999, max` in microseconds.
format::Json percentiles_us(const Histogram& nanoseconds);

/// Adds `peak_memory_bytes`, by daemon and in all, and how tradingd committed: `commit_us,
/// orders_per_commit`. `more` names daemons beside those that every order passes through.
Status describe_daemons(Context& context, format::Json& json,
                        std::initializer_list<std::string_view> more = {});

/// The processor time that a process has used so far, in seconds: user and system, threads and children that
/// have ended included.
using ProcessorSeconds = std::map<std::string, double>;
/// Of each daemon that an order passes through, and of this process, which is the `client`.
Result<ProcessorSeconds> processor_seconds(Context& context);

/// What a process holds of the machine.
struct Footprint {
  std::int64_t own_bytes = 0;          ///< resident, of its own
  std::int64_t mapped_file_bytes = 0;  ///< resident, of mapped files: the kernel takes them back at will
  std::int64_t open_files = 0;         ///< descriptors of any kind
};
/// Of each daemon that an order passes through.
Result<std::map<std::string, Footprint>> footprints(Context& context);

/// The largest resident size that this process has had, in bytes.
std::int64_t own_peak_memory_bytes();

/// Bytes that the files under a directory take on disk.
std::uint64_t disk_bytes(const std::filesystem::path& directory);

/// How far a load is: a line a second.
class BenchProgress {
 public:
  BenchProgress(Context& context, std::string what, std::uint64_t total, std::string unit = "orders")
      : context_(context), what_(std::move(what)), unit_(std::move(unit)), total_(total) {}
  void operator()(std::uint64_t done);

 private:
  Context& context_;
  std::string what_;
  std::string unit_;
  std::uint64_t total_;
  std::int64_t last_ = 0;
};

/// A parser of whole numbers from `min` to `max`, which T must hold.
template <class T>
auto number_between(T min, T max) {
  return [min, max](std::string_view text) -> Result<T> {
    const Result<std::uint64_t> number = parse_number(text);
    if (!number) return std::unexpected(number.error());
    if (*number < min || *number > max) {
      return fail(ErrorCode::usage, "out of range: " + std::string(text),
                  "it must be from " + std::to_string(min) + " to " + std::to_string(max));
    }
    return static_cast<T>(*number);
  };
}

/// An option for a number from `min` to `max`. The help shows the value that is there as the default.
template <class T>
void add_count(CLI::App& app, const std::string& option, T& value, T min, T max, const std::string& help) {
  const std::string text = help + " (" + std::to_string(value) + ")";
  add_value(app, option, value, number_between<T>(min, max), "N", text);
}

}  // namespace trade::cmd
