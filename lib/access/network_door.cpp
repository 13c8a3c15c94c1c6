#include "access/network_door.hpp"

#include <algorithm>
#include <utility>

#include "access/permissions.hpp"
#include "access/server_key.hpp"
#include "base/clock.hpp"
#include "bus/accept_guard.hpp"

namespace trade::access {

Result<std::unique_ptr<NetworkDoor>> NetworkDoor::open(const std::filesystem::path& home,
                                                       const bus::Context& context,
                                                       const DoorAddresses& addresses,
                                                       bus::RequestServer& server,
                                                       bus::Publisher* publisher) {
  const bool publishes = publisher != nullptr && addresses.publications != tcp_off;
  if (addresses.requests == tcp_off) {
    if (!publishes) return nullptr;
    return fail(ErrorCode::usage, "tcp_publish is set, but tcp_listen is off",
                "set both: whoever follows a stream asks for the present state too");
  }
  Result<CurveKeyPair> server_keys = load_or_make_server_key(home);
  if (!server_keys) return pass_on(std::move(server_keys));
  auto keys = ClientKeyStore::open(home, true);
  if (!keys) return pass_on(std::move(keys));
  std::unique_ptr<NetworkDoor> door(new NetworkDoor(std::move(*keys)));
  auto authenticator = bus::Authenticator::start(
      context, [asked = door.get()](const CurveKey& public_key, bus::Purpose purpose) {
        return asked->admit(public_key, purpose);
      });
  if (!authenticator) return pass_on(std::move(authenticator));
  door->authenticator_.emplace(std::move(*authenticator));
  if (Status listening = server.listen_tcp(addresses.requests, *server_keys); !listening)
    return pass_on(std::move(listening));
  door->port_ = server.tcp_port();
  if (!publishes) return door;
  if (Status listening = publisher->listen_tcp(addresses.publications, *server_keys); !listening)
    return pass_on(std::move(listening));
  door->publications_port_ = publisher->tcp_port();
  return door;
}

std::optional<std::string> NetworkDoor::admit(const CurveKey& public_key, bus::Purpose purpose) {
  const Result<ClientKey> key = keys_->find(ClientKeyStore::id_of(public_key));
  // Whatever is wrong, a table that cannot be read included, lets nobody in.
  if (!key || key->public_key != public_key || !check_usable(*key, SystemClock().now())) return std::nullopt;
  if (purpose == bus::Purpose::publications) {
    // One that is revoked from here on is found by the next look at those who are here.
    const std::lock_guard lock(mutex_);
    subscribers_.insert(key->id);
  }
  return key->id;
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

bool NetworkDoor::subscribers_usable(Timestamp now) {
  const std::lock_guard lock(mutex_);
  const bool usable = std::ranges::all_of(subscribers_, [&](const std::string& id) {
    const Result<ClientKey> key = keys_->find(id);
    return key && check_usable(*key, now);
  });
  if (!usable) subscribers_.clear();
  return usable;
}

Status NetworkDoor::look_after(bus::Publisher& publisher, Timestamp now) {
  if (publications_port_ == 0) return {};
  if (subscribers_usable(now) && !publisher.network_overburdened() && !disconnected_) return {};
  disconnected_ = true;
  ++disconnections_;
  if (Status done = publisher.disconnect_network(); !done) return done;
  disconnected_ = false;
  return {};
}

std::string NetworkDoor::summary() const {
  std::string text = "clients with a key are served over TCP, port " + std::to_string(port_);
  if (publications_port_ != 0)
    text += ", and market data is streamed to them at port " + std::to_string(publications_port_);
  return text;
}

void NetworkDoor::describe(DaemonView& view) const {
  view.counters["tcp_port"] = port_;
  if (publications_port_ != 0) {
    view.counters["tcp_publish_port"] = publications_port_;
    view.counters["tcp_publish_disconnections"] = static_cast<std::int64_t>(disconnections_);
  }
  view.counters["tcp_connections_admitted"] = static_cast<std::int64_t>(authenticator_->admitted());
  view.counters["tcp_connections_refused"] = static_cast<std::int64_t>(authenticator_->refused());
  view.counters["tcp_connections_turned_away"] =
      static_cast<std::int64_t>(bus::network_connections_turned_away());
  view.counters["tcp_requests_refused"] = static_cast<std::int64_t>(requests_refused_);
}

Status permit_through(NetworkDoor* door, std::string_view sender, RequestBody& request) {
  if (sender.empty()) return {};
  if (door != nullptr) return door->permit(sender, request);
  return fail(ErrorCode::not_permitted, "this daemon takes requests from its own machine alone");
}

}  // namespace trade::access
