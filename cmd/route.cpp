// trade route: other venues, and which symbols' orders go there. What the suite must know of a venue is in
// the journal; how fixd logs on there is in a table, which is changed where it is, whether fixd runs or not.
#include <algorithm>
#include <array>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include "access/venue_store.hpp"
#include "app/daemon.hpp"
#include "arguments.hpp"
#include "commands.hpp"
#include "fix_arguments.hpp"
#include "format/layout.hpp"
#include "submit.hpp"
#include "symbol_output.hpp"

namespace trade::cmd {

namespace {

struct AddArguments {
  access::VenueSession session;
  std::optional<std::string> target_comp_id;
  std::optional<std::string> sender_comp_id;
  std::string password_file;
  WhenVenueDown when_down = WhenVenueDown::hold;
  bool trust_any_certificate = false;
  bool dry_run = false;
};

struct RemoveArguments {
  std::string venue;
  bool dry_run = false;
};

struct SetArguments {
  std::string symbol;
  std::string venue;
  bool dry_run = false;
};

Result<std::string> parse_venue_text(std::string_view text) {
  Result<VenueName> name = parse_venue_name(text);
  if (!name) return pass_on(std::move(name));
  return name->string();
}

/// A venue's name or "internal".
Result<std::string> parse_route(std::string_view text) {
  return text == internal_route_name ? Result<std::string>(text) : parse_venue_text(text);
}

Result<std::string> parse_host(std::string_view text) {
  if (Status fits = access::check_venue_host(text); !fits) return pass_on(std::move(fits));
  return std::string(text);
}

Result<std::uint16_t> parse_port(std::string_view text) {
  const Result<std::uint64_t> number = parse_count(text);
  if (number && *number <= UINT16_MAX) return static_cast<std::uint16_t>(*number);
  return fail(ErrorCode::usage, "a port is from 1 to 65535");
}

/// From 1 to so many; else `usage` with that text.
Result<std::int32_t> parse_seconds(std::string_view text, std::int32_t max, const char* wrong) {
  const Result<std::uint64_t> seconds = parse_count(text);
  if (seconds && *seconds <= static_cast<std::uint64_t>(max)) return static_cast<std::int32_t>(*seconds);
  return fail(ErrorCode::usage, wrong);
}

Result<std::int32_t> parse_heartbeat(std::string_view text) {
  return parse_seconds(text, access::venue_heartbeat_seconds_max,
                       "a heartbeat comes every 1 to 3600 seconds");
}

Result<std::int32_t> parse_answer_time(std::string_view text) {
  return parse_seconds(text, access::venue_answer_seconds_max,
                       "an answer is waited for from 1 to 3600 seconds");
}

/// The table; null on a stage, where there are no sessions, and where there is none yet and none is to be
/// made.
Result<std::unique_ptr<access::VenueStore>> open_table(Context& context, bool create) {
  if (context.on_stage()) return std::unique_ptr<access::VenueStore>();
  Result<app::Home> home = context.home();
  if (!home) return pass_on(std::move(home));
  auto table = access::VenueStore::open(home->root, create);
  if (!table && table.error().code == ErrorCode::not_found) return std::unique_ptr<access::VenueStore>();
  return table;
}

/// "127.0.0.1:9878", "[::1]:9878"
std::string address_of(const access::VenueSession& session) {
  const bool bare = session.host.find(':') == std::string::npos;
  return (bare ? session.host : "[" + session.host + "]") + ":" + std::to_string(session.port);
}

const format::Layout& layout() {
  static const format::Layout layout{
      "venues",
      {{.key = "venue", .heading = "VENUE"},
       {.key = "session", .heading = "SESSION", .tone = format::Tone::state},
       {.key = "when_down", .heading = "WHEN DOWN"},
       {.key = "open_orders", .heading = "OPEN ORDERS", .align = format::Align::right},
       {.key = "address", .heading = "ADDRESS"},
       {.key = "version", .heading = "VERSION"},
       {.key = "symbols", .heading = "SYMBOLS"}},
      {"venue", "session", "when_down", "clearing_account", "open_orders", "symbols", "address", "version",
       "sender_comp_id", "target_comp_id", "tls", "certificates_verified", "heartbeat_seconds", "reset_at",
       "answer_seconds", "send_account", "created_at"}};
  return layout;
}

/// What the suite knows of the venue, the symbols that are routed there, and how it is reached, if that is
/// known.
format::Json record_of(const VenueView& venue, const std::vector<std::string>& symbols,
                       const std::optional<access::VenueSession>& session) {
  format::Json record;
  record["venue"] = venue.name;
  record["session"] = venue.session_up ? "up" : "down";
  record["when_down"] = name_of(venue.when_down);
  record["clearing_account"] = venue.clearing_account;
  record["open_orders"] = venue.open_orders;
  record["symbols"] = symbols;
  const auto if_known = [&](auto value) {
    return session ? format::Json(value(*session)) : format::Json(nullptr);
  };
  using Session = access::VenueSession;
  record["address"] = if_known(address_of);
  record["version"] = if_known([](const Session& known) { return known.version; });
  record["sender_comp_id"] = if_known([](const Session& known) { return known.sender_comp_id; });
  record["target_comp_id"] = if_known([](const Session& known) { return known.target_comp_id; });
  record["tls"] = if_known([](const Session& known) { return known.tls; });
  record["certificates_verified"] =
      if_known([](const Session& known) { return known.tls && known.verify_certificate; });
  record["heartbeat_seconds"] = if_known([](const Session& known) { return known.heartbeat_seconds; });
  record["reset_at"] = if_known([](const Session& known) { return reset_text(known.reset_second); });
  record["answer_seconds"] = if_known([](const Session& known) { return known.answer_seconds; });
  record["send_account"] = if_known([](const Session& known) { return known.send_account; });
  record["created_at"] = session ? format::time_or_null(session->created_at) : format::Json(nullptr);
  return record;
}

Result<std::vector<std::string>> symbols_routed_to(Client& client, VenueId venue) {
  Result<std::vector<SymbolView>> symbols = client.symbols();
  if (!symbols) return pass_on(std::move(symbols));
  std::vector<std::string> names;
  for (const SymbolView& symbol : *symbols) {
    if (symbol.venue == venue) names.push_back(symbol.symbol);
  }
  std::ranges::sort(names);
  return names;
}

/// More than any password has.
constexpr std::streamsize password_line_bytes_max = 1'024;

/// The first line of a file, or of standard input for "-".
Result<std::string> read_password(const std::string& name) {
  const bool is_input = name == "-";
  std::ifstream file;
  if (!is_input) {
    file.open(name);
    if (!file) return fail(ErrorCode::not_found, "cannot read " + name);
  }
  std::istream& from = is_input ? std::cin : file;
  std::array<char, password_line_bytes_max> line{};
  from.getline(line.data(), line.size());
  // What is longer fails, and so does what has no line at all.
  if (!from || line.front() == '\0') {
    return fail(ErrorCode::usage,
                "the first line of " + (is_input ? "standard input" : name) + " is no password",
                "a password has at most 128 characters");
  }
  return std::string(line.data());
}

/// `usage` of what is missing; fills in what has a default.
Status complete(Context& context, AddArguments& arguments) {
  access::VenueSession& session = arguments.session;
  if (session.host.empty() || session.port == 0)
    return fail(ErrorCode::usage, "where is it? --host and --port are needed",
                "--host fix.example.com --port 9878");
  const Result<const app::Config*> config = context.config();
  if (!config) return std::unexpected(config.error());
  session.sender_comp_id = arguments.sender_comp_id.value_or((*config)->text("fixd.comp_id"));
  session.target_comp_id = arguments.target_comp_id.value_or(session.name);
  session.verify_certificate = !arguments.trust_any_certificate;
  if (!session.tls && (arguments.trust_any_certificate || !session.certificate_authorities.empty()))
    return fail(ErrorCode::usage, "--trust-any-certificate and --authorities go with --tls");
  if (!arguments.password_file.empty()) {
    if (!session.password.empty())
      return fail(ErrorCode::usage, "--password and --password-file say the same: give one of them");
    Result<std::string> password = read_password(arguments.password_file);
    if (!password) return pass_on(std::move(password));
    session.password = std::move(*password);
  }
  session.created_at = context.clock().now();
  return access::check_venue_session(session);
}

Result<ExitStatus> add_route(Context& context, AddArguments arguments) {
  const std::string& name = arguments.session.name;
  if (!context.on_stage()) {
    if (Status complete_now = complete(context, arguments); !complete_now)
      return pass_on(std::move(complete_now));
  }
  const SubmittedCommand command{
      AddVenue{.name = *VenueName::make(name), .when_down = arguments.when_down}, {}, {}};
  const std::string about = "add venue " + name;
  if (arguments.dry_run) return dry_run(context, command, about);
  auto table = open_table(context, true);
  if (!table) return pass_on(std::move(table));
  std::optional<access::VenueSession> before;
  if (*table) {
    auto found = (*table)->find(name);
    if (!found) return pass_on(std::move(found));
    before = std::move(*found);
  }
  const Result<CommandResult> added = submit(context, command, about);
  if (!added) {
    // A venue that the journal has and the table lacks, as after a restore without it: only the table is
    // mended.
    const bool mends = *table && !before && added.error().name == row_of(RejectReason::venue_exists).name;
    if (!mends) return std::unexpected(added.error());
  }
  if (*table) {
    if (Status kept = (*table)->put(arguments.session); !kept) return pass_on(std::move(kept));
  }
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  const Result<VenueView> venue = (*client)->venue(name);
  if (!venue) return std::unexpected(venue.error());
  const auto session = *table ? std::optional(arguments.session) : std::nullopt;
  context.output().record(layout(), record_of(*venue, {}, session));
  if (*table) {
    const Result<app::Home> home = context.home();
    const Result<std::optional<int>> running =
        home ? app::daemon_pid(*home, "fixd") : Result<std::optional<int>>(std::optional<int>(0));
    if (running && !*running) context.note("fixd does not run: 'trade up' starts it");
  }
  return ExitStatus::done;
}

Result<ExitStatus> list_routes(Context& context) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  const Result<std::vector<VenueView>> venues = (*client)->venues();
  if (!venues) return std::unexpected(venues.error());
  auto table = open_table(context, false);
  // A suite on the network keeps its table where it is.
  if (!table && table.error().code != ErrorCode::usage) return pass_on(std::move(table));
  std::vector<format::Json> records;
  for (const VenueView& venue : *venues) {
    std::optional<access::VenueSession> session;
    if (table && *table) {
      auto found = (*table)->find(venue.name);
      if (!found) return pass_on(std::move(found));
      session = std::move(*found);
    }
    const auto symbols = symbols_routed_to(**client, venue.id);
    if (!symbols) return std::unexpected(symbols.error());
    records.push_back(record_of(venue, *symbols, session));
  }
  context.output().list(layout(), records);
  return ExitStatus::done;
}

Result<ExitStatus> remove_route(Context& context, const RemoveArguments& arguments) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  const Result<VenueView> venue = (*client)->venue(arguments.venue);
  if (!venue) return std::unexpected(venue.error());
  const SubmittedCommand command{RemoveVenue{.venue = venue->id}, {}, {}};
  const std::string about = "remove venue " + arguments.venue;
  if (arguments.dry_run) return dry_run(context, command, about);
  const Result<CommandResult> removed = submit(context, command, about);
  if (!removed) return std::unexpected(removed.error());
  auto table = open_table(context, false);
  if (!table) return pass_on(std::move(table));
  std::optional<access::VenueSession> session;
  if (*table) {
    auto found = (*table)->find(arguments.venue);
    if (!found) return pass_on(std::move(found));
    session = std::move(*found);
    if (session) {
      if (Status gone = (*table)->remove(arguments.venue); !gone) return pass_on(std::move(gone));
    }
  }
  context.output().record(layout(), record_of(*venue, {}, session));
  return ExitStatus::done;
}

Result<ExitStatus> set_route(Context& context, const SetArguments& arguments) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  VenueId venue;
  if (arguments.venue != internal_route_name) {
    const Result<VenueView> view = (*client)->venue(arguments.venue);
    if (!view) return std::unexpected(view.error());
    venue = view->id;
  }
  return change_symbol(context, arguments.symbol,
                       {SetRoute{.symbol = {}, .venue = venue}, {}, arguments.symbol},
                       "route " + arguments.symbol + " to " + arguments.venue, arguments.dry_run);
}

}  // namespace

Handler define_route_add(CLI::App& app) {
  auto arguments = std::make_shared<AddArguments>();
  access::VenueSession& session = arguments->session;
  required(add_value(app, "venue", session.name, parse_venue_text, "VENUE", "What it is to be called"));
  add_value(app, "--host", session.host, parse_host, "HOST",
            "Where its FIX session is: a name or an address");
  add_value(app, "--port", session.port, parse_port, "PORT", "The port there");
  add_value(app, "--version", session.version, parse_fix_version, "FIX.4.4|FIX.4.2",
            "The protocol that it speaks (FIX.4.4)");
  add_value(app, "--sender", arguments->sender_comp_id, parse_comp_id, "COMPID",
            "What we are called there (fixd.comp_id)");
  add_value(app, "--target", arguments->target_comp_id, parse_comp_id, "COMPID",
            "What it is called there (the venue's name)");
  add_value(app, "--password", session.password, parse_text, "TEXT", "Of our Logon; without it none");
  add_value(app, "--password-file", arguments->password_file, parse_text, file_kind,
            "The same, which others then do not see; '-': standard input");
  add_flag(app, "--tls", session.tls, "Connect with TLS");
  add_value(app, "--authorities", session.certificate_authorities, parse_text, file_kind,
            "Who may have signed its certificate (PEM); without it the machine's");
  add_flag(app, "--trust-any-certificate", arguments->trust_any_certificate,
           "Do not look at its certificate: anybody in between may pass for the venue");
  add_value(app, "--heartbeat", session.heartbeat_seconds, parse_heartbeat, "SECONDS",
            "How often the line is proven (30)");
  add_value(app, "--reset-at", session.reset_second, parse_reset, "HH:MM|never",
            "When sequence numbers begin at 1 again, in UTC (00:00)");
  add_value(app, "--answer-within", session.answer_seconds, parse_answer_time, "SECONDS",
            "When a request that it has not answered is asked about (30)");
  add_flag(app, "--send-account", session.send_account, "Tell it whose each order is (tag 1)");
  add_enum<WhenVenueDown>(app, "--when-down", arguments->when_down,
                          "What becomes of orders while its session is down (hold)");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return add_route(context, *arguments); };
}

Handler define_route_list(CLI::App&) {
  return list_routes;
}

Handler define_route_remove(CLI::App& app) {
  auto arguments = std::make_shared<RemoveArguments>();
  required(add_value(app, "venue", arguments->venue, parse_venue_text, venue_kind, "The venue"));
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return remove_route(context, *arguments); };
}

Handler define_route_set(CLI::App& app) {
  auto arguments = std::make_shared<SetArguments>();
  required(add_value(app, "symbol", arguments->symbol, parse_symbol_text, symbol_kind, "Whose orders"));
  required(add_value(app, "venue", arguments->venue, parse_route, route_kind,
                     "Where they go: a venue, or internal for this one's own books"));
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return set_route(context, *arguments); };
}

}  // namespace trade::cmd
