// trade doctor: what is wrong with this suite, and how to mend it.
#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "app/daemon.hpp"
#include "bus/endpoints.hpp"
#include "commands.hpp"
#include "format/layout.hpp"
#include "journal/journal.hpp"
#include "suite.hpp"

namespace trade::cmd {

namespace {

constexpr std::uint64_t free_bytes_enough = std::uint64_t{1} << 30;
constexpr std::uint64_t free_bytes_min = std::uint64_t{64} << 20;
/// A follower that is further behind than this does not keep up.
constexpr Sequence lag_events_enough = 100'000;

/// The findings so far.
class Findings {
 public:
  void good(std::string check, std::string detail) { add(std::move(check), "ok", std::move(detail), ""); }
  void warn(std::string check, std::string detail, std::string hint) {
    add(std::move(check), "warning", std::move(detail), std::move(hint));
  }
  void bad(std::string check, std::string detail, std::string hint) {
    add(std::move(check), "error", std::move(detail), std::move(hint));
    ++errors_;
  }
  void bad(std::string check, const Error& error) { bad(std::move(check), error.message, error.hint); }
  [[nodiscard]] const std::vector<format::Json>& rows() const { return rows_; }
  [[nodiscard]] std::size_t errors() const { return errors_; }

 private:
  void add(std::string check, std::string_view state, std::string detail, std::string hint) {
    format::Json row;
    row["check"] = std::move(check);
    row["state"] = state;
    row["detail"] = std::move(detail);
    row["hint"] = format::text_or_null(hint);
    rows_.push_back(std::move(row));
  }
  std::vector<format::Json> rows_;
  std::size_t errors_ = 0;
};

std::string megabytes(std::uint64_t bytes) {
  return std::to_string(bytes >> 20) + " MiB";
}

void check_home(const app::Home& home, Findings& findings) {
  struct stat status{};
  const std::string path = home.root.string();
  if (stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) {
      findings.warn("home", path + " does not exist yet", "'trade up' makes it");
    } else {
      findings.bad("home", path + ": " + std::strerror(errno), "choose another with --home");
    }
    return;
  }
  if (!S_ISDIR(status.st_mode)) {
    findings.bad("home", path + " is not a directory", "choose another with --home");
  } else if ((status.st_mode & 077) != 0) {
    findings.bad("home", path + " is open to other users", "chmod 700 " + path);
  } else if (access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
    findings.bad("home", path + ": " + std::strerror(errno), "give it to the user who runs the suite");
  } else {
    findings.good("home", path);
  }
}

void check_disk(const app::Home& home, Findings& findings) {
  struct statvfs status{};
  if (statvfs(home.root.c_str(), &status) != 0) return;
  const std::uint64_t available = static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
  const std::string detail = megabytes(available) + " free";
  const std::string hint = "make room on the file system of " + home.root.string();
  if (available < free_bytes_min) {
    findings.bad("disk", detail, hint + ": tradingd stops when it is full");
  } else if (available < free_bytes_enough) {
    findings.warn("disk", detail, hint);
  } else {
    findings.good("disk", detail);
  }
}

void check_config(Context& context, Findings& findings) {
  const Result<std::filesystem::path> file = context.config_file();
  if (!file) return findings.bad("config", file.error());
  std::error_code error;
  const bool exists = std::filesystem::exists(*file, error);
  const std::vector<Error> problems = exists ? app::check_config_file(*file) : std::vector<Error>{};
  for (const Error& problem : problems)
    findings.bad("config", problem);
  if (const Result<const app::Config*> config = context.config(); !config) {
    if (problems.empty()) findings.bad("config", config.error());
  } else if (problems.empty()) {
    findings.good("config", exists ? file->string() : "every setting is at its default");
  }
}

void check_daemon(Context& context, const app::Home& home, std::string_view daemon, bool wanted,
                  Findings& findings) {
  const std::string name(daemon);
  const Result<std::optional<int>> pid = app::daemon_pid(home, daemon);
  if (!pid) return findings.bad(name, pid.error());
  if (!*pid) {
    if (!wanted) return;
    const std::vector<std::string> last = last_log_lines(home, daemon, 1);
    const std::string words = last.empty() ? "" : "; its log ends: " + last.front();
    findings.bad(name, "not running" + words, "start it with 'trade up'");
    return;
  }
  const Result<DaemonView> view = ask_daemon(context, daemon, context.timeout());
  if (!view) {
    findings.bad(
        name, "process " + std::to_string(**pid) + " does not answer: " + view.error().message,
        "see " + (home.log() / (name + ".log")).string() + "; 'trade down' and 'trade up' start it anew");
  } else if (view->version != app::version()) {
    findings.warn(name, "runs version " + view->version + ", this is " + std::string(app::version()),
                  "'trade down' and 'trade up' start the new one");
  } else if (view->lag > lag_events_enough) {
    findings.warn(name, std::to_string(view->lag) + " events behind the journal",
                  "it catches up by itself; if it does not, the machine is too slow for this load");
  } else if (const auto port = view->counters.find("http_port");
             port != view->counters.end() && port->second == 0) {
    findings.warn(name, "runs, but serves no plain HTTP: its address is in use, or gatewayd.listen is off",
                  "free the address or choose another: 'trade config get gatewayd.listen' shows it");
  } else {
    findings.good(name, view->state + ", process " + std::to_string(view->pid) + ", at event " +
                            std::to_string(view->sequence));
  }
}

void check_journal(const app::Home& home, Findings& findings) {
  std::error_code error;
  if (!std::filesystem::exists(home.journal(), error)) return;
  Result<std::unique_ptr<journal::Reader>> reader = journal::open_reader(home.journal());
  if (!reader) {
    // A daemon that has only just made the directory is no fault.
    if (reader.error().code != ErrorCode::not_found) findings.bad("journal", reader.error());
    return;
  }
  const Result<journal::Head> head = (*reader)->head();
  if (!head) return findings.bad("journal", head.error());
  wire::Batch batch;
  if (head->batch > 0) {
    const Result<bool> read = (*reader)->read(head->batch, batch);
    if (!read) return findings.bad("journal", read.error());
  }
  findings.good("journal", std::to_string(head->batch) + " batches, " + std::to_string(head->last_sequence) +
                               " events ('trade journal verify' reads all of it)");
}

const format::Layout& finding_layout() {
  static const format::Layout layout{"findings",
                                     {{.key = "check", .heading = "CHECK"},
                                      {.key = "state", .heading = "STATE", .tone = format::Tone::state},
                                      {.key = "detail", .heading = "FOUND"}},
                                     {"check", "state", "detail", "hint"}};
  return layout;
}

Result<ExitStatus> examine(Context& context) {
  Result<app::Home> home = context.home();
  if (!home) return pass_on(std::move(home));
  Findings findings;
  check_home(*home, findings);
  check_disk(*home, findings);
  check_config(context, findings);
  if (const Status sockets = bus::Endpoints(home->root).check(); !sockets)
    findings.bad("sockets", sockets.error());
  const std::vector<std::string> wanted_names = wanted_daemons(*home);
  for (const std::string_view daemon : bus::daemon_names) {
    const bool wanted = std::ranges::find(wanted_names, daemon) != wanted_names.end();
    check_daemon(context, *home, daemon, wanted, findings);
  }
  check_journal(*home, findings);
  context.output().list(finding_layout(), findings.rows());
  if (context.output().mode() == format::OutputMode::table) {
    for (const format::Json& row : findings.rows()) {
      if (row["hint"].is_string())
        context.note(row["check"].get<std::string>() + ": " + row["hint"].get<std::string>());
    }
  }
  if (findings.errors() == 0) return ExitStatus::done;
  return fail_named(ErrorCode::internal, "unhealthy",
                    std::to_string(findings.errors()) + " thing(s) are wrong", "see above");
}

}  // namespace

Handler define_doctor(CLI::App&) {
  return examine;
}

}  // namespace trade::cmd
