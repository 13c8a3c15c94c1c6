// LMDB databases:
//   "about"  "format"  -> u32, `store_format`
//   "keys"   id text   -> number u64, account text, role u8, created i64, expires i64, revoked i64,
//                         requests a minute u32, salt 32 bytes, hash 32 bytes
#include "access/key_store.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include <sodium.h>

#include "access/key_lifetime.hpp"
#include "base/byte_stream.hpp"
#include "store/key.hpp"
#include "store/rows.hpp"

namespace trade::access {

namespace {

constexpr std::uint32_t store_format = 1;

store::Bytes bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

/// Random characters, five bits each: no 0, 1, O or I, which are mistaken for one another.
std::string random_text(std::size_t characters) {
  constexpr std::string_view alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  static_assert(alphabet.size() == 32);
  std::string text;
  for (std::size_t i = 0; i < characters; ++i)
    text += alphabet[randombytes_uniform(static_cast<std::uint32_t>(alphabet.size()))];
  return text;
}

std::unexpected<Error> damaged(const std::filesystem::path& directory, const std::string& what) {
  return fail(ErrorCode::corrupt, "the store of API keys in " + directory.string() + " is damaged: " + what,
              "restore it from a copy, or move it away and create the keys anew");
}

std::unexpected<Error> no_such_key() {
  return fail_named(ErrorCode::not_permitted, "unauthorized", "the API key is not valid",
                    "'trade key list' shows the keys there are");
}

template <std::size_t N>
void write_array(ByteWriter& writer, const std::array<unsigned char, N>& array) {
  writer.write_bytes(std::as_bytes(std::span(array)));
}

template <std::size_t N>
void read_array(ByteReader& reader, std::array<unsigned char, N>& array) {
  for (unsigned char& byte : array)
    byte = reader.read<std::uint8_t>();
}

}  // namespace

Result<std::unique_ptr<KeyStore>> KeyStore::open(const std::filesystem::path& directory) {
  if (sodium_init() < 0) return fail(ErrorCode::internal, "libsodium cannot be used on this machine");
  std::unique_ptr<KeyStore> store(new KeyStore);
  store::EnvironmentOptions options;
  options.map_bytes = std::size_t{16} << 20;
  auto environment = store::Environment::open(directory, options);
  if (!environment) return pass_on(std::move(environment));
  store->environment_ = std::move(*environment);
  for (auto [name, database] : {std::pair{"about", &store->about_}, {"keys", &store->keys_}}) {
    auto opened = store->environment_->open_database(name);
    if (!opened) return pass_on(std::move(opened));
    *database = *opened;
  }
  if (Status loaded = store->load(); !loaded) return pass_on(std::move(loaded));
  return store;
}

Status KeyStore::load() {
  bool fresh = false;
  {
    auto transaction = environment_->begin_read();
    if (!transaction) return pass_on(std::move(transaction));
    auto format = transaction->get(about_, bytes_of("format"));
    if (!format) return pass_on(std::move(format));
    fresh = !format->has_value();
    if (!fresh) {
      ByteReader reader(**format);
      if (reader.read<std::uint32_t>() != store_format || !reader.ok()) {
        return damaged(environment_->path(), "it is of another format");
      }
    }
    const auto take = [&](store::KeyReader key, store::Bytes bytes) -> Status {
      ByteReader value(bytes);
      Record record;
      record.key.id = key.text();
      record.number = value.read<std::uint64_t>();
      record.key.account = value.read_text();
      const auto role = value_numbered<KeyRole>(value.read<std::uint8_t>());
      record.key.created_at = {value.read<std::int64_t>()};
      record.key.expires_at = {value.read<std::int64_t>()};
      record.key.revoked_at = {value.read<std::int64_t>()};
      record.key.requests_per_minute = value.read<std::uint32_t>();
      read_array(value, record.salt);
      read_array(value, record.hash);
      if (!key.ok() || !value.ok() || !value.at_end() || !role) {
        return damaged(environment_->path(), "a key is not well formed");
      }
      record.key.role = *role;
      last_number_ = std::max(last_number_, record.number);
      records_.emplace(record.key.id, std::move(record));
      return {};
    };
    if (Status read = store::for_each_row(*transaction, keys_, take); !read) return read;
  }
  if (!fresh) return {};
  return environment_->write([this](store::Transaction& transaction) {
    ByteWriter format;
    format.write(store_format);
    return transaction.put(about_, bytes_of("format"), format.bytes());
  });
}

Status KeyStore::save(const Record& record) {
  ByteWriter value;
  value.write(record.number);
  value.write_text(record.key.account);
  value.write(record.key.role);
  value.write(record.key.created_at.nanoseconds);
  value.write(record.key.expires_at.nanoseconds);
  value.write(record.key.revoked_at.nanoseconds);
  value.write(record.key.requests_per_minute);
  write_array(value, record.salt);
  write_array(value, record.hash);
  return environment_->write([&](store::Transaction& transaction) {
    return transaction.put(keys_, store::Key().text(record.key.id), value.bytes());
  });
}

KeyStore::Hash KeyStore::hash_of(std::string_view secret, const Salt& salt) {
  // A secret has 200 random bits, so that guessing is hopeless however fast the hash is; and it must be fast,
  // because every request is checked.
  Hash hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(secret.data()),
                     secret.size(), salt.data(), salt.size());
  return hash;
}

Result<CreatedKey> KeyStore::create(const NewKey& wanted, Timestamp now) {
  if (Status fits = check_expiry(wanted.expires_at, now); !fits) return pass_on(std::move(fits));
  const std::lock_guard lock(mutex_);
  if (records_.size() >= keys_max) {
    return fail_named(ErrorCode::rejected, "capacity_reached",
                      "there are " + std::to_string(keys_max) + " API keys, and no more are kept");
  }
  Record record;
  record.key = {.id = "PK" + random_text(key_id_characters - 2),
                .account = wanted.account,
                .role = wanted.role,
                .created_at = now,
                .expires_at = wanted.expires_at,
                .requests_per_minute = wanted.requests_per_minute};
  record.number = last_number_ + 1;
  const std::string secret = random_text(secret_characters);
  randombytes_buf(record.salt.data(), record.salt.size());
  record.hash = hash_of(secret, record.salt);
  if (Status saved = save(record); !saved) return pass_on(std::move(saved));
  last_number_ = record.number;
  CreatedKey created{record.key, secret};
  records_.emplace(record.key.id, std::move(record));
  return created;
}

std::vector<KeyView> KeyStore::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<const Record*> records;
  for (const auto& [id, record] : records_)
    records.push_back(&record);
  std::ranges::sort(records, {}, [](const Record* record) { return record->number; });
  std::vector<KeyView> keys;
  for (const Record* record : records)
    keys.push_back(record->key);
  return keys;
}

Result<KeyView> KeyStore::revoke(std::string_view id, Timestamp now) {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(id);
  if (found == records_.end()) {
    return fail_named(ErrorCode::not_found, "unknown_key",
                      "no API key '" + std::string(id.substr(0, 64)) + "'",
                      "'trade key list' shows the keys there are");
  }
  Record& record = found->second;
  if (record.key.revoked_at) return record.key;
  // It opens nothing from here on, even if the disk does not take it.
  record.key.revoked_at = now;
  if (Status saved = save(record); !saved) return pass_on(std::move(saved));
  return record.key;
}

Status KeyStore::check_usable(const KeyView& key, Timestamp now) {
  return check_lifetime("API key", "ask for another: trade key create", key.revoked_at, key.expires_at, now);
}

Result<KeyView> KeyStore::verify(std::string_view id, std::string_view secret, Timestamp now) const {
  if (id.size() > credential_bytes_max || secret.size() > credential_bytes_max) return no_such_key();
  const std::lock_guard lock(mutex_);
  static const Record nobody;
  const auto found = records_.find(id);
  const Record& record = found == records_.end() ? nobody : found->second;
  const Hash hash = hash_of(secret, record.salt);
  const bool alike = sodium_memcmp(hash.data(), record.hash.data(), hash.size()) == 0;
  if (!alike || &record == &nobody) return no_such_key();
  if (Status usable = check_usable(record.key, now); !usable) return pass_on(std::move(usable));
  return record.key;
}

Status KeyStore::check(std::string_view id, Timestamp now) const {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(id);
  if (found == records_.end()) return no_such_key();
  return check_usable(found->second.key, now);
}

}  // namespace trade::access
