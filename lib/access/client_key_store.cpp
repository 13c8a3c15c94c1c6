// LMDB database "keys": id text -> format u8, public key 32 bytes, role u8, accounts, created i64, expires
// i64, revoked i64, as `encode` writes them.
#include "access/client_key_store.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include <sodium.h>

#include "access/key_lifetime.hpp"
#include "access/table.hpp"
#include "base/byte_stream.hpp"
#include "store/key.hpp"
#include "store/rows.hpp"

namespace trade::access {

namespace {

constexpr std::uint8_t record_format = 1;
constexpr std::size_t id_characters = 18;
constexpr std::size_t id_bytes_max = 64;

std::vector<std::byte> encode(const ClientKey& key) {
  ByteWriter writer;
  writer.write(record_format);
  writer.write_bytes(std::as_bytes(std::span(key.public_key)));
  writer.write(key.role);
  writer.write(static_cast<std::uint32_t>(key.accounts.size()));
  for (const std::string& account : key.accounts)
    writer.write_text(account);
  writer.write(key.created_at.nanoseconds);
  writer.write(key.expires_at.nanoseconds);
  writer.write(key.revoked_at.nanoseconds);
  return writer.take();
}

std::optional<ClientKey> decode(std::string id, store::Bytes bytes) {
  ByteReader reader(bytes);
  if (reader.read<std::uint8_t>() != record_format) return std::nullopt;
  ClientKey key;
  key.id = std::move(id);
  for (unsigned char& byte : key.public_key)
    byte = reader.read<std::uint8_t>();
  const auto role = value_numbered<KeyRole>(reader.read<std::uint8_t>());
  const auto accounts = reader.read<std::uint32_t>();
  if (!role || accounts > client_key_accounts_max) return std::nullopt;
  key.role = *role;
  for (std::uint32_t i = 0; i < accounts && reader.ok(); ++i)
    key.accounts.emplace_back(reader.read_text());
  key.created_at = {reader.read<std::int64_t>()};
  key.expires_at = {reader.read<std::int64_t>()};
  key.revoked_at = {reader.read<std::int64_t>()};
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  return key;
}

std::unexpected<Error> damaged(const store::Environment& environment) {
  return fail(ErrorCode::corrupt,
              "the table of client keys in " + environment.path().string() + " is damaged",
              "restore it from a copy, or move it away and make the keys anew");
}

std::unexpected<Error> no_such_key(std::string_view id) {
  return fail_named(ErrorCode::not_found, "unknown_key",
                    "no client key '" + std::string(id.substr(0, id_bytes_max)) + "'",
                    "'trade key list --curve' shows the keys there are");
}

Status check_new(const ClientKey& key, Timestamp now) {
  if (key.accounts.size() > client_key_accounts_max ||
      (key.accounts.empty() && key.role != KeyRole::desk_operator)) {
    return fail(ErrorCode::usage,
                "a client key has from 1 to " + std::to_string(client_key_accounts_max) + " accounts");
  }
  return check_expiry(key.expires_at, now);
}

}  // namespace

Status check_usable(const ClientKey& key, Timestamp now) {
  return check_lifetime("client key", how_to_get_a_client_key, key.revoked_at, key.expires_at, now);
}

std::filesystem::path ClientKeyStore::directory_of(const std::filesystem::path& home) {
  return home / "curve" / "clients";
}

std::string ClientKeyStore::id_of(const CurveKey& public_key) {
  // 90 bits of a hash: as good as unique, and found from the key without a second index.
  constexpr std::string_view alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  std::array<unsigned char, id_characters> hash{};
  crypto_generichash(hash.data(), hash.size(), public_key.data(), public_key.size(), nullptr, 0);
  std::string id = "CK";
  for (const unsigned char byte : hash)
    id += alphabet[byte % alphabet.size()];
  return id;
}

Result<std::unique_ptr<ClientKeyStore>> ClientKeyStore::open(const std::filesystem::path& home, bool create) {
  if (sodium_init() < 0) return fail(ErrorCode::internal, "libsodium cannot be used on this machine");
  const std::filesystem::path directory = directory_of(home);
  if (!create && !has_table(directory)) {
    return fail(ErrorCode::not_found, "there is no client key",
                "make one: trade key create --curve --account A --role trader");
  }
  auto table = open_table(directory, "keys", std::size_t{16} << 20);
  if (!table) return pass_on(std::move(table));
  std::unique_ptr<ClientKeyStore> keys(new ClientKeyStore);
  keys->environment_ = std::move(table->environment);
  keys->keys_ = table->database;
  return keys;
}

Result<ClientKey> ClientKeyStore::add(ClientKey key, Timestamp now) {
  if (Status fits = check_new(key, now); !fits) return pass_on(std::move(fits));
  key.id = id_of(key.public_key);
  key.created_at = now;
  const std::vector<std::byte> value = encode(key);
  Status saved = environment_->write([&](store::Transaction& transaction) -> Status {
    auto count = transaction.count(keys_);
    if (!count) return pass_on(std::move(count));
    if (*count >= client_keys_max) {
      return fail_named(
          ErrorCode::rejected, "capacity_reached",
          "there are " + std::to_string(client_keys_max) + " client keys, and no more are kept");
    }
    auto present = transaction.get(keys_, store::Key().text(key.id));
    if (!present) return pass_on(std::move(present));
    if (present->has_value()) {
      return fail(ErrorCode::rejected, "there is a client key '" + key.id + "' already",
                  "a key is for one client: let another be made");
    }
    return transaction.put(keys_, store::Key().text(key.id), value);
  });
  if (!saved) return pass_on(std::move(saved));
  return key;
}

Result<std::vector<ClientKey>> ClientKeyStore::list() const {
  auto transaction = environment_->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  std::vector<ClientKey> keys;
  const auto take = [&](store::KeyReader id, store::Bytes value) -> Status {
    auto key = decode(std::string(id.text()), value);
    if (!id.ok() || !key) return damaged(*environment_);
    keys.push_back(std::move(*key));
    return {};
  };
  if (Status read = store::for_each_row(*transaction, keys_, take); !read) return pass_on(std::move(read));
  std::ranges::sort(keys, [](const ClientKey& left, const ClientKey& right) {
    return std::pair(left.created_at.nanoseconds, left.id) <
           std::pair(right.created_at.nanoseconds, right.id);
  });
  return keys;
}

Result<ClientKey> ClientKeyStore::find(std::string_view id) const {
  if (id.size() > id_bytes_max) return no_such_key(id);
  auto transaction = environment_->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  auto value = transaction->get(keys_, store::Key().text(id));
  if (!value) return pass_on(std::move(value));
  if (!value->has_value()) return no_such_key(id);
  auto key = decode(std::string(id), **value);
  if (!key) return damaged(*environment_);
  return *std::move(key);
}

Result<ClientKey> ClientKeyStore::revoke(std::string_view id, Timestamp now) {
  Result<ClientKey> key = find(id);
  if (!key || key->revoked_at) return key;
  key->revoked_at = now;
  const std::vector<std::byte> value = encode(*key);
  Status saved = environment_->write([&](store::Transaction& transaction) {
    return transaction.put(keys_, store::Key().text(key->id), value);
  });
  if (!saved) return pass_on(std::move(saved));
  return key;
}

}  // namespace trade::access
