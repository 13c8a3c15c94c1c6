#include "doctor_checks.hpp"

#include <array>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "app/daemon.hpp"
#include "base/clock.hpp"
#include "bus/endpoints.hpp"
#include "process_stat.hpp"

namespace trade::cmd {

namespace {

constexpr std::uint64_t free_bytes_enough = std::uint64_t{1} << 30;
constexpr std::uint64_t free_bytes_min = std::uint64_t{64} << 20;
constexpr std::uint64_t memory_bytes_enough = std::uint64_t{512} << 20;
/// Each client takes a descriptor.
constexpr rlim_t open_files_enough = 65'536;
/// 2020-01-01: before there was anything to trade here.
constexpr Timestamp earliest_plausible{1'577'836'800'000'000'000};

/// In MiB, without saying so.
std::string mebibytes(std::uint64_t bytes) {
  return std::to_string(bytes >> 20);
}
std::string megabytes(std::uint64_t bytes) {
  return mebibytes(bytes) + " MiB";
}

/// Nothing where it cannot be told.
std::optional<std::uint64_t> free_bytes(const std::filesystem::path& path) {
  struct statvfs status{};
  if (statvfs(path.c_str(), &status) != 0) return std::nullopt;
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

/// The number in kB behind a name in /proc/meminfo.
std::optional<std::uint64_t> meminfo_bytes(std::string_view name) {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name)) continue;
    std::istringstream rest(line.substr(name.size()));
    std::uint64_t kilobytes = 0;
    if (rest >> kilobytes) return kilobytes << 10;
  }
  return std::nullopt;
}

/// Of which of these bits its mode has one; false where there is no such file.
bool is_open_to(const std::filesystem::path& path, mode_t bits) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 && !S_ISLNK(status.st_mode) && (status.st_mode & bits) != 0;
}

/// The directory and what is in it, certificates left out: they are public.
std::vector<std::filesystem::path> private_paths(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  std::filesystem::recursive_directory_iterator entry(directory, error);
  if (error) return paths;
  paths.push_back(directory);
  // A daemon may make and remove files meanwhile: what cannot be looked at ends the search, not the command.
  for (; !error && entry != std::filesystem::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() != ".crt") paths.push_back(entry->path());
  }
  return paths;
}

}  // namespace

void Findings::add(std::string check, std::string_view state, std::string detail, std::string_view hint) {
  format::Json row;
  row["check"] = std::move(check);
  row["state"] = state;
  row["detail"] = std::move(detail);
  row["hint"] = format::text_or_null(hint);
  rows_.push_back(std::move(row));
}

bool is_stopped(int pid) {
  const std::string stat = process_stat(pid);
  return stat.starts_with('T') || stat.starts_with('t');
}

std::uint64_t bytes_on_disk(const std::filesystem::path& file) {
  constexpr std::uint64_t block_bytes = 512;
  struct stat status{};
  return ::stat(file.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_blocks) * block_bytes : 0;
}

void check_disk(const app::Home& home, Findings& findings) {
  const auto available = free_bytes(home.root);
  if (!available) return;
  const std::string detail = megabytes(*available) + " free";
  const std::string hint = "make room on the file system of " + home.root.string();
  if (*available < free_bytes_min) {
    findings.bad("disk", detail, hint + ": tradingd stops when it is full");
  } else if (*available < free_bytes_enough) {
    findings.warn("disk", detail, hint);
  } else {
    findings.good("disk", detail);
  }
}

void check_maps(const app::Home& home, const app::Config& config, Findings& findings) {
  struct Map {
    std::string_view name;
    std::filesystem::path file;
    std::string_view key;
  };
  const std::array<Map, 3> maps{{{"journal", home.journal() / "data.mdb", "tradingd.map_megabytes"},
                                 {"ledger", home.ledger() / "data.mdb", "ledgerd.map_megabytes"},
                                 {"feed", home.feed() / "data.mdb", "feedd.map_megabytes"}}};
  std::string detail;
  std::uint64_t may_grow = 0;
  for (const Map& map : maps) {
    const std::uint64_t used = bytes_on_disk(map.file);
    const auto size = static_cast<std::uint64_t>(config.integer(map.key)) << 20;
    if (used == 0) continue;
    detail += (detail.empty() ? "" : ", ") + std::string(map.name) + " " + mebibytes(used) +
              (used > size ? " (grown)" : "/" + mebibytes(size));
    if (size > used) may_grow += size - used;
  }
  if (detail.empty()) return;
  detail += " MiB";
  if (const auto available = free_bytes(home.root); available && *available < may_grow) {
    findings.warn(
        "maps",
        detail + "; they may grow by " + megabytes(may_grow) + ", the disk has " + megabytes(*available),
        "make room, or 'trade journal archive' and 'trade journal prune'");
  } else {
    findings.good("maps", detail);
  }
}

void check_limits(const app::Home& home, Findings& findings) {
  rlimit files{};
  rlimit space{};
  std::string whose = "of what is started from here";
  ::getrlimit(RLIMIT_NOFILE, &files);
  ::getrlimit(RLIMIT_AS, &space);
  // A daemon raises its own as far as it may.
  rlim_t open_files = files.rlim_max;
  for (const std::string_view daemon : bus::daemon_names) {
    const auto pid = app::daemon_pid(home, daemon);
    if (!pid || !*pid || ::prlimit(**pid, RLIMIT_NOFILE, nullptr, &files) != 0) continue;
    ::prlimit(**pid, RLIMIT_AS, nullptr, &space);
    open_files = files.rlim_cur;
    whose = "of " + std::string(daemon);
    break;
  }
  const std::string detail =
      (open_files == RLIM_INFINITY ? "any number of" : std::to_string(open_files)) + " open files, " + whose;
  if (space.rlim_cur != RLIM_INFINITY) {
    findings.bad("limits", "address space is limited to " + megabytes(space.rlim_cur) + ", " + whose,
                 "take the limit away (ulimit -v unlimited): databases are mapped whole");
  } else if (open_files < open_files_enough) {
    findings.warn("limits", detail, "raise the hard limit to 65536 (ulimit -Hn, LimitNOFILE=)");
  } else {
    findings.good("limits", detail);
  }
  std::ifstream overcommit("/proc/sys/vm/overcommit_memory");
  if (int mode = 0; overcommit >> mode && mode == 2) {
    findings.warn("limits", "the kernel promises no more memory than it has (vm.overcommit_memory = 2)",
                  "tradingd reserves more than it uses: set it to 0");
  }
}

void check_memory(Findings& findings) {
  const auto available = meminfo_bytes("MemAvailable:");
  if (!available) return;
  if (*available < memory_bytes_enough) {
    findings.warn("memory", megabytes(*available) + " available",
                  "a daemon that the kernel ends for memory starts again from the journal");
  } else {
    findings.good("memory", megabytes(*available) + " available");
  }
}

void check_keys(const app::Home& home, const app::Config& config, Findings& findings) {
  constexpr mode_t group_and_others = 077;
  constexpr mode_t others = 07;
  const std::size_t errors_before = findings.errors();
  std::size_t looked_at = 0;
  const auto look = [&](const std::filesystem::path& path, mode_t bits, const std::string& mend) {
    ++looked_at;
    if (!is_open_to(path, bits)) return;
    findings.bad("keys", path.string() + " is open to other users",
                 mend + path.string() + ", and make the keys anew if somebody may have read it");
  };
  for (const std::filesystem::path& directory : {home.access(), home.root / "curve"}) {
    for (const std::filesystem::path& path : private_paths(directory))
      look(path, group_and_others, "chmod go= ");
  }
  for (const std::string_view key : {"gatewayd.tls_key", "fixd.tls_key"}) {
    if (const std::string& file = config.text(key); !file.empty()) look(file, others, "chmod o= ");
  }
  if (findings.errors() != errors_before) return;
  findings.good("keys", looked_at == 0 ? "there are none yet" : "closed to other users");
}

void check_machine_clock(Findings& findings) {
  const Timestamp now = SystemClock().now();
  if (now < earliest_plausible) {
    return findings.bad("clock", "it is " + format_timestamp(now) + ", says the machine",
                        "set the machine's clock before the suite stamps orders by it");
  }
  timex state{};
  const int kept = ::adjtimex(&state);
  if (kept == TIME_ERROR || (state.status & STA_UNSYNC) != 0) {
    findings.warn("clock", format_timestamp(now) + ", and nothing keeps it right",
                  "run chrony or systemd-timesyncd");
  } else {
    findings.good("clock", format_timestamp(now) + ", synchronized");
  }
}

}  // namespace trade::cmd
