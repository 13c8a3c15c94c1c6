#include "access/network_door.hpp"

#include <string>
#include <utility>

#include "access/permissions.hpp"
#include "access/server_key.hpp"
#include "base/clock.hpp"

namespace trade::access {

Result<std::unique_ptr<NetworkDoor>> NetworkDoor::open(const std::filesystem::path& home,
                                                       const bus::Context& context,
                                                       bus::RequestServer& server, std::string_view address) {
  Result<CurveKeyPair> server_keys = load_or_make_server_key(home);
  if (!server_keys) return pass_on(std::move(server_keys));
  auto keys = ClientKeyStore::open(home, true);
  if (!keys) return pass_on(std::move(keys));
  std::unique_ptr<NetworkDoor> door(new NetworkDoor);
  door->keys_ = std::move(*keys);
  auto admit = [table = door->keys_.get()](const CurveKey& public_key) -> std::optional<std::string> {
    const Result<ClientKey> key = table->find(ClientKeyStore::id_of(public_key));
    // Whatever is wrong, a table that cannot be read included, lets nobody in.
    if (!key || key->public_key != public_key || !check_usable(*key, SystemClock().now()))
      return std::nullopt;
    return key->id;
  };
  auto authenticator = bus::Authenticator::start(context, std::move(admit));
  if (!authenticator) return pass_on(std::move(authenticator));
  door->authenticator_.emplace(std::move(*authenticator));
  if (Status listening = server.listen_tcp(address, *server_keys); !listening)
    return pass_on(std::move(listening));
  door->port_ = server.tcp_port();
  return door;
}

Status NetworkDoor::permit(std::string_view sender, RequestBody& request) {
  const Status decided = [&]() -> Status {
    Result<ClientKey> key = keys_->find(sender);
    if (!key) {
      if (key.error().code != ErrorCode::not_found) return pass_on(std::move(key));
      return fail_named(ErrorCode::not_permitted, "unauthorized", "the client key is not known any more",
                        std::string(how_to_get_a_client_key));
    }
    if (Status usable = check_usable(*key, SystemClock().now()); !usable) return usable;
    return access::permit(Grant{key->role, std::move(key->accounts)}, request);
  }();
  if (!decided) ++requests_refused_;
  return decided;
}

void NetworkDoor::describe(DaemonView& view) const {
  view.counters["tcp_port"] = port_;
  view.counters["tcp_connections_admitted"] = static_cast<std::int64_t>(authenticator_->admitted());
  view.counters["tcp_connections_refused"] = static_cast<std::int64_t>(authenticator_->refused());
  view.counters["tcp_requests_refused"] = static_cast<std::int64_t>(requests_refused_);
}

Status permit_through(NetworkDoor* door, std::string_view sender, RequestBody& request) {
  if (sender.empty()) return {};
  if (door != nullptr) return door->permit(sender, request);
  return fail(ErrorCode::not_permitted, "this daemon takes requests from its own machine alone");
}

}  // namespace trade::access
