// API keys: made, checked and revoked. A secret is shown once and kept only as a salted hash, so whoever
// reads the store can let nobody in.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/key.hpp"
#include "store/environment.hpp"

namespace trade::access {

/// Keys of one store, revoked and expired ones included.
constexpr std::size_t keys_max = 100'000;
/// Of an id and a secret, as they are made here: letters and digits.
constexpr std::size_t key_id_characters = 20;
constexpr std::size_t secret_characters = 40;
/// Longer ids and secrets are not looked at.
constexpr std::size_t credential_bytes_max = 128;

struct NewKey {
  std::string account;
  KeyRole role = KeyRole::viewer;
  Timestamp expires_at;                   ///< zero: never
  std::uint32_t requests_per_minute = 0;  ///< zero: the gateway's default
};

struct CreatedKey {
  KeyView key;
  std::string secret;
};

/// Thread-safe. One process has a store open at a time: what is known is in memory, and the file only makes
/// it last.
class KeyStore {
 public:
  /// Opens or creates the store in this directory. `corrupt` when it is damaged or of another format.
  static Result<std::unique_ptr<KeyStore>> open(const std::filesystem::path& directory);

  /// Makes a key, durable when this returns. `usage` for an expiry that is past.
  Result<CreatedKey> create(const NewKey& wanted, Timestamp now);
  /// Every key, the oldest first.
  [[nodiscard]] std::vector<KeyView> list() const;
  /// From here on the key opens nothing; a key that is revoked already stays as it is. `not_found`.
  Result<KeyView> revoke(std::string_view id, Timestamp now);

  /// The key that this id and secret open; `not_permitted` when there is none, it is revoked or has expired.
  /// Takes as long for an id that does not exist as for a wrong secret.
  [[nodiscard]] Result<KeyView> verify(std::string_view id, std::string_view secret, Timestamp now) const;
  /// Whether a key that was verified before is still good.
  [[nodiscard]] Status check(std::string_view id, Timestamp now) const;

 private:
  using Hash = std::array<unsigned char, 32>;
  using Salt = std::array<unsigned char, 32>;
  struct Record {
    KeyView key;
    std::uint64_t number = 0;  ///< in the order of creation, from 1
    Salt salt{};
    Hash hash{};
  };

  KeyStore() = default;
  static Hash hash_of(std::string_view secret, const Salt& salt);
  Status load();
  Status save(const Record& record);
  [[nodiscard]] static Status check_usable(const KeyView& key, Timestamp now);

  std::shared_ptr<store::Environment> environment_;
  store::Database about_;
  store::Database keys_;
  mutable std::mutex mutex_;
  std::map<std::string, Record, std::less<>> records_;
  std::uint64_t last_number_ = 0;
};

}  // namespace trade::access
