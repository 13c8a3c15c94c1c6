// The keys that clients on the network are known by, to the daemons' own sockets. Only public parts are kept.
// The command line changes the table, whether daemons run or not, and the daemons look at it with every
// request: LMDB lets several processes share it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/curve_key.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/key.hpp"
#include "store/environment.hpp"

namespace trade::access {

/// Keys of one table, revoked and expired ones included, and accounts of one key.
constexpr std::size_t client_keys_max = 10'000;
constexpr std::size_t client_key_accounts_max = 64;

struct ClientKey {
  std::string id;  ///< made of the public key: ClientKeyStore::id_of
  CurveKey public_key{};
  KeyRole role = KeyRole::viewer;
  std::vector<std::string> accounts;
  Timestamp created_at;
  Timestamp expires_at;  ///< zero: never
  Timestamp revoked_at;  ///< zero: not revoked

  bool operator==(const ClientKey&) const = default;
};

/// What whoever has none, or one that opens nothing more, is told.
constexpr std::string_view how_to_get_a_client_key =
    "ask the suite's owner for another: trade key create --curve";

/// `not_permitted` when the key is revoked or has expired.
Status check_usable(const ClientKey& key, Timestamp now);

/// Thread-safe.
class ClientKeyStore {
 public:
  /// Opens the table of this home; creates it unless `create` is false, where `not_found` means: no key yet.
  static Result<std::unique_ptr<ClientKeyStore>> open(const std::filesystem::path& home, bool create);
  /// Where it is.
  static std::filesystem::path directory_of(const std::filesystem::path& home);
  /// "CK" and 18 letters and digits.
  static std::string id_of(const CurveKey& public_key);

  /// Durable when this returns; the key's id is set. `usage` for too many accounts or none (but for an
  /// operator), and for an expiry that is past; `rejected` when the key is there already.
  Result<ClientKey> add(ClientKey key, Timestamp now);
  /// The oldest first.
  [[nodiscard]] Result<std::vector<ClientKey>> list() const;
  /// `not_found`.
  [[nodiscard]] Result<ClientKey> find(std::string_view id) const;
  /// From the return on it opens nothing; a key that is revoked already stays as it is. `not_found`.
  Result<ClientKey> revoke(std::string_view id, Timestamp now);

 private:
  ClientKeyStore() = default;
  std::shared_ptr<store::Environment> environment_;
  store::Database keys_;
};

}  // namespace trade::access
