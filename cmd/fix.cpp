// trade fix session: who may log on to fixd. The table is changed where it is, whether fixd runs or not.
#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "access/fix_session_store.hpp"
#include "access/venue_store.hpp"
#include "app/daemon.hpp"
#include "arguments.hpp"
#include "base/clock.hpp"
#include "commands.hpp"
#include "fix_arguments.hpp"
#include "format/layout.hpp"
#include "journal_directory.hpp"
#include "suite.hpp"

namespace trade::cmd {

namespace {

struct AddArguments {
  std::string comp_id;
  std::string accounts;
  std::string version = "FIX.4.4";
  std::string password;
  std::string allow;
  std::uint64_t messages_per_second = 0;
  bool drop_copy = false;
  bool cancel_on_disconnect = false;
  std::int32_t reset_second = 0;
  bool dry_run = false;
};

struct RemoveArguments {
  std::string comp_id;
  bool dry_run = false;
};

format::Json json_of(const access::FixSession& session) {
  format::Json record;
  record["comp_id"] = session.comp_id;
  record["version"] = session.version;
  record["kind"] = session.drop_copy ? "drop_copy" : "order_entry";
  record["accounts"] = session.accounts;
  record["addresses"] = session.addresses;
  record["messages_per_second"] = session.messages_per_second;
  record["cancel_on_disconnect"] = session.cancel_on_disconnect;
  record["reset_at"] = reset_text(session.reset_second);
  record["created_at"] = format::time_or_null(session.created_at);
  return record;
}

const format::Layout& layout() {
  static const format::Layout layout{
      "FIX sessions",
      {{.key = "comp_id", .heading = "COMPID"},
       {.key = "version", .heading = "VERSION"},
       {.key = "kind", .heading = "KIND"},
       {.key = "created_at", .heading = "CREATED", .shape = format::Shape::time}},
      {"comp_id", "version", "kind", "accounts", "addresses", "messages_per_second", "cancel_on_disconnect",
       "reset_at", "created_at"}};
  return layout;
}

/// Where a simulated clock goes on from when the suite is started: the journal's last moment, or in a new
/// home the one that is configured; not set where that is the present.
Result<Timestamp> standing_time(Context& context, const app::Config& config) {
  const Result<OpenJournal> journal = open_journal(context, {});
  if (!journal && journal.error().code != ErrorCode::not_found) return std::unexpected(journal.error());
  if (!journal || journal->head.batch == 0) {
    const std::string& start = config.text("tradingd.clock_start");
    return start.empty() ? Timestamp{} : parse_timestamp(start);
  }
  wire::Batch last;
  if (Status read = read_batch(*journal->reader, journal->head.batch, last); !read)
    return std::unexpected(read.error());
  return last.commands.empty() ? Timestamp{} : last.commands.back().timestamp;
}

/// How long tradingd may take to tell the time; without it the time is found otherwise.
constexpr std::chrono::milliseconds clock_timeout{500};

/// When a session begins, by the clock that stamps what it hears of: reports from before are not for it. The
/// suite need not run for that, nor answer.
Result<Timestamp> beginning_of_session(Context& context) {
  Result<ClientOptions> options = context.client_options();
  if (!options) return pass_on(std::move(options));
  options->timeout = std::min(options->timeout, clock_timeout);
  const Result<ClockView> clock = Client(*options).clock();
  if (clock) return clock->now;
  if (clock.error().code != ErrorCode::not_running && clock.error().code != ErrorCode::timed_out)
    return std::unexpected(clock.error());
  const Result<const app::Config*> config = context.config();
  if (!config) return std::unexpected(config.error());
  if ((*config)->text("tradingd.clock") != "simulated") return SystemClock().now();
  Result<Timestamp> standing = standing_time(context, **config);
  if (standing && !*standing) return SystemClock().now();
  return standing;
}

Result<ExitStatus> add_session(Context& context, const AddArguments& arguments) {
  Result<app::Home> home = context.home();
  if (!home) return pass_on(std::move(home));
  access::FixSession session;
  session.comp_id = arguments.comp_id;
  session.version = arguments.version;
  session.drop_copy = arguments.drop_copy;
  session.accounts = split_at_commas(arguments.accounts);
  if (session.accounts.empty()) {
    Result<std::string> account = context.account();
    if (!account) return pass_on(std::move(account));
    session.accounts.push_back(*account);
  }
  for (const std::string& account : session.accounts) {
    if (Result<AccountName> name = parse_account_name(account); !name) return pass_on(std::move(name));
  }
  session.addresses = split_at_commas(arguments.allow);
  session.messages_per_second = static_cast<std::uint32_t>(arguments.messages_per_second);
  session.cancel_on_disconnect = arguments.cancel_on_disconnect;
  session.reset_second = arguments.reset_second;
  const Result<Timestamp> now = beginning_of_session(context);
  if (!now) return std::unexpected(now.error());
  session.created_at = *now;
  format::Json record = json_of(session);
  if (arguments.dry_run) {
    context.output().record(record);
    context.note("dry run: nothing was changed");
    return ExitStatus::done;
  }
  auto table = access::FixSessionStore::open(home->root, true);
  if (!table) return pass_on(std::move(table));
  Result<std::string> password = (*table)->add(session, arguments.password);
  if (!password) return pass_on(std::move(password));
  record["password"] = *password;
  context.output().record(record);
  context.note("the password is shown this once");
  Result<std::optional<int>> running = app::daemon_pid(*home, "fixd");
  if (running && !*running) context.note("fixd does not run: 'trade up' starts it");
  return ExitStatus::done;
}

Result<ExitStatus> list_sessions(Context& context) {
  Result<app::Home> home = context.home();
  if (!home) return pass_on(std::move(home));
  std::vector<format::Json> records;
  auto table = access::FixSessionStore::open(home->root, false);
  if (table) {
    auto sessions = (*table)->list();
    if (!sessions) return pass_on(std::move(sessions));
    for (const access::FixSession& session : *sessions)
      records.push_back(json_of(session));
  } else if (table.error().code != ErrorCode::not_found) {
    return pass_on(std::move(table));
  }
  context.output().list(layout(), records);
  return ExitStatus::done;
}

Result<ExitStatus> remove_session(Context& context, const RemoveArguments& arguments) {
  Result<app::Home> home = context.home();
  if (!home) return pass_on(std::move(home));
  auto table = access::FixSessionStore::open(home->root, false);
  if (!table) return pass_on(std::move(table));
  auto sessions = (*table)->list();
  if (!sessions) return pass_on(std::move(sessions));
  for (const access::FixSession& session : *sessions) {
    if (session.comp_id != arguments.comp_id) continue;
    if (!arguments.dry_run) {
      if (Status removed = (*table)->remove(arguments.comp_id); !removed) return pass_on(std::move(removed));
    }
    context.output().record(layout(), json_of(session));
    if (arguments.dry_run) context.note("dry run: nothing was changed");
    return ExitStatus::done;
  }
  return fail_named(ErrorCode::not_found, "unknown_fix_session", "no FIX session '" + arguments.comp_id + "'",
                    "'trade fix session list' shows those there are");
}

}  // namespace

namespace {

/// Those that can follow the journal of another machine.
constexpr std::array<std::string_view, 2> following_daemons = {"ledgerd", "feedd"};

template <class Table>
bool has_rows(const app::Home& home) {
  auto table = Table::open(home.root, false);
  if (!table) return false;
  const auto rows = (*table)->list();
  return rows && !rows->empty();
}

}  // namespace

std::vector<std::string> wanted_daemons(Context& context, const app::Home& home) {
  // A configuration that cannot be read is told by whatever needs it.
  if (const Result<const app::Config*> config = context.config()) {
    std::vector<std::string> followers;
    for (const std::string_view daemon : following_daemons) {
      if (!(*config)->text(std::string(daemon) + ".follow").empty()) followers.emplace_back(daemon);
    }
    if (!followers.empty()) return followers;
  }
  std::vector<std::string> names(standard_daemons.begin(), standard_daemons.end());
  if (has_rows<access::FixSessionStore>(home) || has_rows<access::VenueStore>(home))
    names.emplace_back("fixd");
  return names;
}

Handler define_fix_session_add(CLI::App& app) {
  auto arguments = std::make_shared<AddArguments>();
  required(add_value(app, "comp_id", arguments->comp_id, parse_comp_id, "COMPID",
                     "What it sends as SenderCompID"));
  add_value(app, "--accounts", arguments->accounts, parse_text, "IDS",
            "Its accounts, with commas, in place of --account");
  add_value(app, "--version", arguments->version, parse_fix_version, "FIX.4.4|FIX.4.2",
            "The protocol that it speaks");
  add_value(app, "--password", arguments->password, parse_text, "TEXT",
            "Of its Logon; without it one is made");
  add_value(app, "--allow", arguments->allow, parse_text, "IPS",
            "Addresses that it may connect from; without it any");
  add_value(
      app, "--messages-per-second", arguments->messages_per_second,
      [](std::string_view text) -> Result<std::uint64_t> {
        Result<std::uint64_t> count = parse_count(text);
        if (count && *count > 1'000'000) return fail(ErrorCode::usage, "at most 1000000");
        return count;
      },
      "N", "Messages that it may send a second; without it no limit");
  add_flag(app, "--drop-copy", arguments->drop_copy,
           "It is told of everything in its accounts, and sends no orders");
  add_flag(app, "--cancel-on-disconnect", arguments->cancel_on_disconnect,
           "Its open orders end when its line does");
  add_value(app, "--reset-at", arguments->reset_second, parse_reset, "HH:MM|never",
            "When its sequence numbers begin at 1 again, in UTC; without it 00:00");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return add_session(context, *arguments); };
}

Handler define_fix_session_list(CLI::App&) {
  return list_sessions;
}

Handler define_fix_session_remove(CLI::App& app) {
  auto arguments = std::make_shared<RemoveArguments>();
  required(add_value(app, "comp_id", arguments->comp_id, parse_text, "COMPID", "The session"));
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return remove_session(context, *arguments); };
}

}  // namespace trade::cmd
