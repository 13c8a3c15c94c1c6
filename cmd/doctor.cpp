// trade doctor: what is wrong with this suite, and how to mend it.
#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/stat.h>
#include <unistd.h>

#include "access/venue_store.hpp"
#include "app/daemon.hpp"
#include "arguments.hpp"
#include "base/clock.hpp"
#include "bus/endpoints.hpp"
#include "commands.hpp"
#include "doctor_checks.hpp"
#include "format/layout.hpp"
#include "journal/journal.hpp"
#include "suite.hpp"

namespace trade::cmd {

namespace {

/// A journal that is no larger is verified whole without being asked to.
constexpr std::uint64_t verified_bytes_max = std::uint64_t{64} << 20;
/// A follower that is further behind than this does not keep up.
constexpr Sequence lag_events_enough = 100'000;

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
  } else if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
    findings.bad("home", path + ": " + std::strerror(errno), "give it to the user who runs the suite");
  } else {
    findings.good("home", path);
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
  if (is_stopped(**pid)) {
    const std::string process = std::to_string(**pid);
    findings.bad(name, "process " + process + " is stopped: somebody sent it SIGSTOP, or debugs it",
                 "'kill -CONT " + process + "' lets it go on");
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

/// Whether each venue that the suite routes to is in the table by which fixd logs on. What tradingd does not
/// tell, because it does not run, is not asked for here.
void check_venues(Context& context, const app::Home& home, Findings& findings) {
  const Result<Client*> client = context.client();
  const auto venues = client ? (*client)->venues() : std::unexpected(client.error());
  if (!venues || venues->empty()) return;
  std::vector<std::string> missing;
  auto table = access::VenueStore::open(home.root, false);
  if (!table && table.error().code != ErrorCode::not_found) return findings.bad("venues", table.error());
  for (const VenueView& venue : *venues) {
    const auto row = table ? (*table)->find(venue.name) : std::optional<access::VenueSession>();
    if (!row) return findings.bad("venues", row.error());
    if (!*row) missing.push_back(venue.name);
  }
  for (const std::string& name : missing) {
    findings.bad("venues",
                 "how to log on at " + name + " is not known: its row is missing in the table of venues",
                 "add it again, which leaves its orders as they are: trade route add " + name +
                     " --host HOST --port PORT");
  }
  if (missing.empty())
    findings.good("venues", std::to_string(venues->size()) + " known, and how to log on there");
}

/// The time that the journal has come to, against the machine's.
void check_journal_time(const wire::Batch& last, bool simulated, Findings& findings) {
  const Timestamp time = last.commands.empty() ? Timestamp{} : last.commands.back().timestamp;
  if (simulated) {
    findings.warn("clock", "simulated: the journal has come to " + format_timestamp(time),
                  "for tests alone; see trade-clock(1)");
  } else if (time.nanoseconds > SystemClock().now().nanoseconds + nanoseconds_per_second) {
    findings.bad("clock", "the journal's time " + format_timestamp(time) + " is ahead of the machine's",
                 "set the machine's clock; until it has come there, every command gets that time");
  }
}

void verify_journal(const app::Home& home, Findings& findings) {
  const Result<journal::VerifyReport> report = journal::verify(home.journal());
  if (!report) return findings.bad("journal", report.error());
  if (report->bad_batch) {
    return findings.bad("journal", "batch " + std::to_string(*report->bad_batch) + ": " + report->problem,
                        "see share/doc/runbook/corrupt-journal.md: restore a backup");
  }
  findings.good("journal", std::to_string(report->batches) + " batches, " + std::to_string(report->events) +
                               " events, every one verified");
}

void check_journal(const app::Home& home, bool simulated, bool whole, Findings& findings) {
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
  if (head->batch == 0) return findings.good("journal", "nothing is in it yet");
  if (whole || bytes_on_disk(home.journal() / "data.mdb") <= verified_bytes_max) {
    verify_journal(home, findings);
  } else {
    findings.good("journal", std::to_string(head->batch) + " batches, " +
                                 std::to_string(head->last_sequence) +
                                 " events, the last one read (--verify reads all of it)");
  }
  wire::Batch batch;
  const Result<bool> read = (*reader)->read(head->batch, batch);
  if (!read) return findings.bad("journal", read.error());
  check_journal_time(batch, simulated, findings);
}

const format::Layout& finding_layout() {
  static const format::Layout layout{"findings",
                                     {{.key = "check", .heading = "CHECK"},
                                      {.key = "state", .heading = "STATE", .tone = format::Tone::state},
                                      {.key = "detail", .heading = "FOUND"}},
                                     {"check", "state", "detail", "hint"}};
  return layout;
}

struct Arguments {
  bool verify = false;
};

Result<ExitStatus> examine(Context& context, const Arguments& arguments) {
  Result<app::Home> home = context.home();
  if (!home) return pass_on(std::move(home));
  Findings findings;
  check_home(*home, findings);
  check_disk(*home, findings);
  check_config(context, findings);
  const Result<const app::Config*> config = context.config();
  const bool simulated = config && (*config)->text("tradingd.clock") == "simulated";
  if (config) {
    check_maps(*home, **config, findings);
    check_keys(*home, **config, findings);
  }
  check_limits(*home, findings);
  check_memory(findings);
  check_machine_clock(findings);
  if (const Status sockets = bus::Endpoints(home->root).check(); !sockets) {
    findings.bad("sockets", sockets.error());
  } else {
    findings.good("sockets", home->run().string());
  }
  const std::vector<std::string> wanted_names = wanted_daemons(context, *home);
  for (const std::string_view daemon : bus::daemon_names) {
    const bool wanted = std::ranges::find(wanted_names, daemon) != wanted_names.end();
    if (const auto program = find_program(daemon); wanted && !program)
      findings.bad("programs", program.error());
    check_daemon(context, *home, daemon, wanted, findings);
  }
  check_venues(context, *home, findings);
  check_journal(*home, simulated, arguments.verify, findings);
  context.output().list(finding_layout(), findings.rows());
  if (context.output().mode() == format::OutputMode::table) {
    for (const format::Json& row : findings.rows()) {
      if (row["hint"].is_string())
        context.note(row["check"].get<std::string>() + ": " + row["hint"].get<std::string>());
    }
  }
  if (findings.errors() == 0) return ExitStatus::done;
  return fail_named(ErrorCode::internal, "unhealthy",
                    findings.errors() == 1 ? std::string("one thing is wrong")
                                           : std::to_string(findings.errors()) + " things are wrong",
                    "see above");
}

}  // namespace

Handler define_doctor(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  add_flag(app, "--verify", arguments->verify, "Read the whole journal, however large it is");
  return [arguments](Context& context) { return examine(context, *arguments); };
}

}  // namespace trade::cmd
