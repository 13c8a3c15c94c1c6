#include "client_keys.hpp"

#include <algorithm>
#include <filesystem>
#include <span>
#include <utility>

#include "access/client_key_store.hpp"
#include "access/curve_key_pair.hpp"
#include "access/network_door.hpp"
#include "access/server_key.hpp"
#include "app/remote_profile.hpp"
#include "base/clock.hpp"
#include "format/json.hpp"
#include "format/layout.hpp"

namespace trade::cmd {

namespace {

format::Json json_of(const access::ClientKey& key) {
  format::Json record;
  record["id"] = key.id;
  record["role"] = name_of(key.role);
  record["accounts"] = key.accounts;
  record["created_at"] = format::time_or_null(key.created_at);
  record["expires_at"] = format::time_or_null(key.expires_at);
  record["revoked_at"] = format::time_or_null(key.revoked_at);
  record["public_key"] = hex_of(key.public_key);
  return record;
}

const format::Layout& layout() {
  static const format::Layout layout{
      "client keys",
      {{.key = "id", .heading = "KEY"},
       {.key = "role", .heading = "ROLE"},
       {.key = "created_at", .heading = "CREATED", .shape = format::Shape::time},
       {.key = "expires_at", .heading = "EXPIRES", .shape = format::Shape::time},
       {.key = "revoked_at", .heading = "REVOKED", .shape = format::Shape::time}},
      {"id", "role", "accounts", "created_at", "expires_at", "revoked_at", "public_key"}};
  return layout;
}

Result<std::vector<std::string>> accounts_of(Context& context, const NewClientKey& wanted) {
  std::vector<std::string> accounts = wanted.accounts;
  if (accounts.empty() && wanted.role == KeyRole::desk_operator) {
    Result<std::optional<std::string>> named = context.named_account();
    if (!named) return pass_on(std::move(named));
    if (*named) accounts.push_back(**named);
  } else if (accounts.empty()) {
    Result<std::string> account = context.account();
    if (!account) return pass_on(std::move(account));
    accounts.push_back(*account);
  }
  for (const std::string& account : accounts) {
    if (Result<AccountName> name = parse_account_name(account); !name) return pass_on(std::move(name));
  }
  return accounts;
}

/// A key for an account that does not exist would be a mistake.
Status check_accounts(Context& context, const std::vector<std::string>& accounts) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  for (const std::string& account : accounts) {
    Result<AccountView> known = (*client)->account(account);
    if (!known && known.error().code == ErrorCode::not_running) {
      context.note("tradingd does not run: whether the key's accounts exist was not looked up");
      return {};
    }
    if (!known) return pass_on(std::move(known));
  }
  return {};
}

/// "127.0.0.1:9101" as an address to connect to. A port that the system chose is the daemon's to tell, by the
/// counter of this name.
Result<std::string> address_of(Context& context, const std::string& daemon, std::string_view listen,
                               const std::string& host, const std::string& port_counter) {
  const std::size_t colon = listen.rfind(':');
  const std::string_view listened = listen.substr(0, colon);
  if (host.empty() && (listened == "0.0.0.0" || listened == "[::]" || listened == "*")) {
    return fail(ErrorCode::usage, daemon + " listens on every address of this machine",
                "say by which one clients reach it: --host HOST");
  }
  std::string port(listen.substr(colon + 1));
  if (port.find_first_not_of('0') == std::string::npos) {
    Result<Client*> client = context.client();
    if (!client) return pass_on(std::move(client));
    Result<DaemonView> view = (*client)->status(daemon);
    if (!view) return pass_on(std::move(view));
    port = std::to_string(view->counters[port_counter]);
  }
  return "tcp://" + (host.empty() ? std::string(listened) : host) + ":" + port;
}

/// Of those of the daemons that listen.
Result<app::RemoteProfile::Addresses> addresses_of(Context& context,
                                                   std::span<const std::string_view> daemons,
                                                   const std::string& key, const std::string& port_counter,
                                                   const std::string& host) {
  Result<const app::Config*> config = context.config();
  if (!config) return pass_on(std::move(config));
  app::RemoteProfile::Addresses addresses;
  for (const std::string_view name : daemons) {
    const std::string daemon(name);
    const std::string& listen = (*config)->text(daemon + "." + key);
    if (listen == access::tcp_off) continue;
    Result<std::string> address = address_of(context, daemon, listen, host, port_counter);
    if (!address) return pass_on(std::move(address));
    addresses.emplace(daemon, std::move(*address));
  }
  return addresses;
}

Status add_addresses(Context& context, const std::string& host, app::RemoteProfile& profile) {
  auto addresses = addresses_of(context, app::remote_daemons, "tcp_listen", "tcp_port", host);
  if (!addresses) return pass_on(std::move(addresses));
  auto publications = addresses_of(context, app::remote_publishers, "tcp_publish", "tcp_publish_port", host);
  if (!publications) return pass_on(std::move(publications));
  profile.addresses = std::move(*addresses);
  profile.publications = std::move(*publications);
  if (!profile.addresses.empty()) return {};
  return fail(ErrorCode::usage, "no daemon of this suite listens on TCP",
              "say where, then start them anew: trade config set tradingd.tcp_listen 127.0.0.1:9101");
}

/// The table that is there.
Result<std::unique_ptr<access::ClientKeyStore>> open_table(Context& context) {
  Result<app::Home> home = context.home();
  if (!home) return pass_on(std::move(home));
  return access::ClientKeyStore::open(home->root, false);
}

}  // namespace

Result<ExitStatus> create_client_key(Context& context, const NewClientKey& wanted) {
  Result<app::Home> home = context.home();
  if (!home) return pass_on(std::move(home));
  Result<std::vector<std::string>> accounts = accounts_of(context, wanted);
  if (!accounts) return pass_on(std::move(accounts));
  if (Status known = check_accounts(context, *accounts); !known) return pass_on(std::move(known));
  app::RemoteProfile profile;
  if (!wanted.profile.empty()) {
    if (Status added = add_addresses(context, wanted.host, profile); !added) return pass_on(std::move(added));
  }
  access::ClientKey key{.role = wanted.role, .accounts = *accounts, .expires_at = wanted.expires_at};
  if (wanted.dry_run) {
    format::Json record = json_of(key);
    record["dry_run"] = true;
    for (const char* unknown : {"id", "created_at", "revoked_at", "public_key"})
      record.erase(unknown);
    context.output().record(record);
    context.note("dry run: nothing was changed");
    return ExitStatus::done;
  }
  Result<CurveKeyPair> server = access::load_or_make_server_key(home->root);
  if (!server) return pass_on(std::move(server));
  Result<CurveKeyPair> pair = access::make_curve_key_pair();
  if (!pair) return pass_on(std::move(pair));
  auto table = access::ClientKeyStore::open(home->root, true);
  if (!table) return pass_on(std::move(table));
  // The file comes first: a key whose secret nobody has would be of no use.
  if (!wanted.profile.empty()) {
    profile.server_key = server->public_key;
    profile.client_keys = *pair;
    if (accounts->size() == 1) profile.account = accounts->front();
    if (Status made = app::create_profile(wanted.profile, profile); !made) return pass_on(std::move(made));
  }
  key.public_key = pair->public_key;
  Result<access::ClientKey> added = (*table)->add(std::move(key), SystemClock().now());
  if (!added) {
    std::error_code error;
    if (!wanted.profile.empty()) std::filesystem::remove(wanted.profile, error);
    return pass_on(std::move(added));
  }
  format::Json record = json_of(*added);
  if (wanted.profile.empty()) {
    record["secret_key"] = hex_of(pair->secret_key);
  } else {
    record["profile"] = wanted.profile;
  }
  record["server_key"] = hex_of(server->public_key);
  context.output().record(record);
  context.note(wanted.profile.empty()
                   ? "the secret key is shown this once: keep it where the key will be used"
                   : "the secret key is in the profile alone: bring it to where it will be used");
  return ExitStatus::done;
}

Result<ExitStatus> list_client_keys(Context& context) {
  Result<std::optional<std::string>> account = context.named_account();
  if (!account) return pass_on(std::move(account));
  std::vector<format::Json> records;
  auto table = open_table(context);
  if (table) {
    auto keys = (*table)->list();
    if (!keys) return pass_on(std::move(keys));
    for (const access::ClientKey& key : *keys) {
      if (!*account || std::ranges::find(key.accounts, **account) != key.accounts.end())
        records.push_back(json_of(key));
    }
  } else if (table.error().code != ErrorCode::not_found) {
    return pass_on(std::move(table));
  }
  context.output().list(layout(), records);
  return ExitStatus::done;
}

Result<ExitStatus> revoke_client_key(Context& context, std::string_view id, bool dry_run) {
  auto table = open_table(context);
  if (!table) return pass_on(std::move(table));
  Result<access::ClientKey> key = dry_run ? (*table)->find(id) : (*table)->revoke(id, SystemClock().now());
  if (!key) return pass_on(std::move(key));
  context.output().record(layout(), json_of(*key));
  if (dry_run) context.note("dry run: nothing was changed");
  return ExitStatus::done;
}

bool is_client_key(Context& context, std::string_view id) {
  auto table = open_table(context);
  return table && (*table)->find(id);
}

Result<ExitStatus> show_server_key(Context& context) {
  Result<app::Home> home = context.home();
  if (!home) return pass_on(std::move(home));
  Result<CurveKeyPair> pair = access::load_or_make_server_key(home->root);
  if (!pair) return pass_on(std::move(pair));
  format::Json record;
  record["server_key"] = hex_of(pair->public_key);
  context.output().record(record);
  return ExitStatus::done;
}

}  // namespace trade::cmd
