// trade key: API keys for gatewayd, and, with --curve, keys of clients on the network (client_keys.cpp).
#include "app/daemon.hpp"
#include "arguments.hpp"
#include "base/clock.hpp"
#include "client_keys.hpp"
#include "commands.hpp"
#include "format/layout.hpp"

namespace trade::cmd {

namespace {

constexpr std::uint64_t requests_per_minute_max = 10'000'000;
constexpr const char* curve_help = "Of clients that reach the daemons over TCP, not of the gateway";

struct CreateArguments {
  KeyRole role = KeyRole::viewer;
  Timestamp expires_at;
  std::uint64_t requests_per_minute = 0;
  bool curve = false;
  std::string accounts;
  std::string profile;
  std::string host;
  bool dry_run = false;
};

/// A point in time, a date (its beginning in UTC), or a span from now: "90d", "12h", "30m".
Result<Timestamp> parse_expiry(std::string_view text) {
  const std::int64_t now = SystemClock().now().nanoseconds;
  constexpr std::int64_t spans_max = 100'000;
  const char unit = text.empty() ? '\0' : text.back();
  const std::int64_t unit_seconds = unit == 'd' ? 86'400 : unit == 'h' ? 3'600 : unit == 'm' ? 60 : 0;
  Timestamp expiry;
  if (unit_seconds != 0) {
    const Result<std::uint64_t> count = parse_count(text.substr(0, text.size() - 1));
    if (!count || *count > static_cast<std::uint64_t>(spans_max)) {
      return fail(ErrorCode::usage, "a span is a number from 1 to 100000 and d, h or m, such as 90d");
    }
    expiry = {now + static_cast<std::int64_t>(*count) * unit_seconds * nanoseconds_per_second};
  } else if (const Result<Date> date = parse_date(text)) {
    expiry = {std::int64_t{date->days} * 86'400 * nanoseconds_per_second};
  } else {
    Result<Timestamp> point = parse_timestamp(text);
    if (!point) {
      return fail(ErrorCode::usage,
                  "it is neither a span (90d), a date (2027-01-31) nor a time "
                  "(2027-01-31T16:00:00Z)");
    }
    expiry = *point;
  }
  if (expiry.nanoseconds <= now) return fail(ErrorCode::usage, "it is in the past");
  return expiry;
}

Result<ExitStatus> create_key(Context& context, const CreateArguments& arguments) {
  if (arguments.curve) {
    if (arguments.requests_per_minute != 0)
      return fail(ErrorCode::usage, "--requests-per-minute is for keys of the gateway, not for --curve");
    return create_client_key(context, {.role = arguments.role,
                                       .accounts = split_at_commas(arguments.accounts),
                                       .expires_at = arguments.expires_at,
                                       .profile = arguments.profile,
                                       .host = arguments.host,
                                       .dry_run = arguments.dry_run});
  }
  if (!arguments.accounts.empty() || !arguments.profile.empty() || !arguments.host.empty())
    return fail(ErrorCode::usage, "--accounts, --profile and --host go with --curve");
  Result<std::string> account = context.account();
  if (!account) return pass_on(std::move(account));
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  // gatewayd does not know the accounts; a key for one that does not exist would be a mistake.
  if (Result<AccountView> known = (*client)->account(*account); !known) return pass_on(std::move(known));
  CreateKeyRequest request{.account = *account,
                           .role = arguments.role,
                           .expires_at = arguments.expires_at,
                           .requests_per_minute = static_cast<std::uint32_t>(arguments.requests_per_minute)};
  if (arguments.dry_run) {
    if (Result<std::vector<KeyView>> keys = (*client)->keys(); !keys) return pass_on(std::move(keys));
    format::Json record;
    record["dry_run"] = true;
    record["account"] = request.account;
    record["role"] = name_of(request.role);
    record["expires_at"] = format::time_or_null(request.expires_at);
    context.output().record(record);
    context.note("dry run: nothing was changed");
    return ExitStatus::done;
  }
  Result<KeyCreatedReply> created = (*client)->create_key(request);
  if (!created) return pass_on(std::move(created));
  const format::Json fields = format::json_of(created->key);
  format::Json record;
  record["id"] = fields["id"];
  record["secret"] = created->secret;
  record.update(fields);
  context.output().record(record);
  context.note("the secret is shown this once: keep it where the key will be used");
  return ExitStatus::done;
}

Result<ExitStatus> list_keys(Context& context, bool curve) {
  if (curve) return list_client_keys(context);
  Result<std::optional<std::string>> account = context.named_account();
  if (!account) return pass_on(std::move(account));
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  Result<std::vector<KeyView>> keys = (*client)->keys();
  if (!keys) return pass_on(std::move(keys));
  std::vector<format::Json> records;
  for (const KeyView& key : *keys) {
    if (!*account || key.account == **account) records.push_back(format::json_of(key));
  }
  context.output().list(format::key_layout(), records);
  return ExitStatus::done;
}

struct RevokeArguments {
  std::string id;
  bool curve = false;
  bool dry_run = false;
};

std::unexpected<Error> other_kind_of_key(const std::string& id) {
  return fail_named(ErrorCode::not_found, "unknown_key", "no API key '" + id + "', but a client's",
                    "'trade key revoke --curve " + id + "' revokes that one");
}

Result<ExitStatus> revoke_key(Context& context, const RevokeArguments& arguments) {
  if (arguments.curve) return revoke_client_key(context, arguments.id, arguments.dry_run);
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  if (!arguments.dry_run) {
    Result<KeyView> revoked = (*client)->revoke_key(arguments.id);
    if (!revoked && revoked.error().code == ErrorCode::not_found && is_client_key(context, arguments.id))
      return other_kind_of_key(arguments.id);
    if (!revoked) return pass_on(std::move(revoked));
    context.output().record(format::key_layout(), format::json_of(*revoked));
    return ExitStatus::done;
  }
  Result<std::vector<KeyView>> keys = (*client)->keys();
  if (!keys) return pass_on(std::move(keys));
  for (const KeyView& key : *keys) {
    if (key.id != arguments.id) continue;
    context.output().record(format::key_layout(), format::json_of(key));
    context.note("dry run: nothing was changed");
    return ExitStatus::done;
  }
  if (is_client_key(context, arguments.id)) return other_kind_of_key(arguments.id);
  return fail_named(ErrorCode::not_found, "unknown_key", "no API key '" + arguments.id + "'",
                    "'trade key list' shows the keys there are");
}

}  // namespace

Handler define_key_create(CLI::App& app) {
  auto arguments = std::make_shared<CreateArguments>();
  required(add_enum<KeyRole>(app, "--role", arguments->role, "What the key may do"));
  add_value(app, "--expires", arguments->expires_at, parse_expiry, "WHEN",
            "A span from now (90d), a date or a time; without it never");
  add_value(
      app, "--requests-per-minute", arguments->requests_per_minute,
      [](std::string_view text) -> Result<std::uint64_t> {
        Result<std::uint64_t> count = parse_count(text);
        if (count && *count > requests_per_minute_max)
          return fail(ErrorCode::usage, "at most " + std::to_string(requests_per_minute_max));
        return count;
      },
      "N", "Requests that it may make a minute; the configuration says how many else");
  add_flag(app, "--curve", arguments->curve, curve_help);
  add_value(app, "--accounts", arguments->accounts, parse_text, "IDS",
            "With --curve: its accounts, with commas, in place of --account");
  add_value(app, "--profile", arguments->profile, parse_text, file_kind,
            "With --curve: write a new profile for --connect, the secret key in it");
  add_value(app, "--host", arguments->host, parse_text, "HOST",
            "With --profile: by what clients reach this machine, where that is not where it listens");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return create_key(context, *arguments); };
}

Handler define_key_list(CLI::App& app) {
  auto curve = std::make_shared<bool>(false);
  add_flag(app, "--curve", *curve, curve_help);
  return [curve](Context& context) { return list_keys(context, *curve); };
}

Handler define_key_server(CLI::App&) {
  return show_server_key;
}

Handler define_key_revoke(CLI::App& app) {
  auto arguments = std::make_shared<RevokeArguments>();
  required(add_value(app, "id", arguments->id, parse_text, "ID", "The key"));
  add_flag(app, "--curve", arguments->curve, curve_help);
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return revoke_key(context, *arguments); };
}

}  // namespace trade::cmd
