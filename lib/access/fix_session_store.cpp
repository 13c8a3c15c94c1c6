// LMDB database "sessions": comp id text -> format u8, then the fields of FixSession as `encode` writes them.
#include "access/fix_session_store.hpp"

#include <algorithm>
#include <utility>

#include <sodium.h>

#include "access/table.hpp"
#include "base/byte_stream.hpp"
#include "store/key.hpp"
#include "store/rows.hpp"

namespace trade::access {

namespace {

constexpr std::uint8_t record_format = 2;
/// Without the time of the reset, which was midnight.
constexpr std::uint8_t record_format_before = 1;
constexpr std::size_t comp_id_bytes_max = 32;
constexpr std::size_t password_bytes_min = 8;
constexpr std::size_t password_bytes_max = 128;
constexpr std::size_t made_password_characters = 32;

// Whoever serves FIX has one thread, so a logon must not hold it up: a megabyte and about a millisecond.
constexpr unsigned long long hash_operations = 2;
constexpr std::size_t hash_bytes = std::size_t{1} << 20;

std::string made_password() {
  constexpr std::string_view alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  std::string text;
  for (std::size_t i = 0; i < made_password_characters; ++i)
    text += alphabet[randombytes_uniform(static_cast<std::uint32_t>(alphabet.size()))];
  return text;
}

void write_texts(ByteWriter& writer, const std::vector<std::string>& texts) {
  writer.write(static_cast<std::uint32_t>(texts.size()));
  for (const std::string& text : texts)
    writer.write_text(text);
}

std::vector<std::string> read_texts(ByteReader& reader, std::size_t texts_max) {
  std::vector<std::string> texts;
  const std::size_t count = std::min<std::size_t>(reader.read<std::uint32_t>(), texts_max);
  for (std::size_t i = 0; i < count && reader.ok(); ++i)
    texts.emplace_back(reader.read_text());
  return texts;
}

std::vector<std::byte> encode(const FixSession& session) {
  ByteWriter writer;
  writer.write(record_format);
  writer.write_text(session.version);
  writer.write(static_cast<std::uint8_t>(session.drop_copy));
  write_texts(writer, session.accounts);
  write_texts(writer, session.addresses);
  writer.write(session.messages_per_second);
  writer.write(static_cast<std::uint8_t>(session.cancel_on_disconnect));
  writer.write(session.reset_second);
  writer.write(session.created_at.nanoseconds);
  writer.write_text(session.password_hash);
  return writer.take();
}

std::optional<FixSession> decode(std::string comp_id, store::Bytes bytes) {
  ByteReader reader(bytes);
  const auto format = reader.read<std::uint8_t>();
  if (format != record_format && format != record_format_before) return std::nullopt;
  FixSession session;
  session.comp_id = std::move(comp_id);
  session.version = reader.read_text();
  session.drop_copy = reader.read<std::uint8_t>() != 0;
  session.accounts = read_texts(reader, fix_session_accounts_max);
  session.addresses = read_texts(reader, fix_session_addresses_max);
  session.messages_per_second = reader.read<std::uint32_t>();
  session.cancel_on_disconnect = reader.read<std::uint8_t>() != 0;
  if (format == record_format) session.reset_second = reader.read<std::int32_t>();
  session.created_at = {reader.read<std::int64_t>()};
  session.password_hash = reader.read_text();
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  return session;
}

}  // namespace

Status check_comp_id(std::string_view text) {
  const bool fits =
      !text.empty() && text.size() <= comp_id_bytes_max && std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
               c == '_' || c == '-';
      });
  if (fits) return {};
  return fail(ErrorCode::usage, "a CompID is 1 to 32 letters, digits, '.', '_' and '-'");
}

bool fix_password_fits(const FixSession& session, const std::string& password) {
  if (password.size() > password_bytes_max) return false;
  return crypto_pwhash_str_verify(session.password_hash.c_str(), password.data(), password.size()) == 0;
}

Result<std::unique_ptr<FixSessionStore>> FixSessionStore::open(const std::filesystem::path& home,
                                                               bool create) {
  if (sodium_init() < 0) return fail(ErrorCode::internal, "libsodium cannot be used on this machine");
  const std::filesystem::path directory = home / "fix" / "sessions";
  if (!create && !has_table(directory)) {
    return fail(ErrorCode::not_found, "there is no FIX session",
                "add one: trade fix session add COMPID --account A");
  }
  auto table = open_table(directory, "sessions", std::size_t{8} << 20);
  if (!table) return pass_on(std::move(table));
  std::unique_ptr<FixSessionStore> sessions(new FixSessionStore);
  sessions->environment_ = std::move(table->environment);
  sessions->sessions_ = table->database;
  return sessions;
}

Result<std::string> FixSessionStore::add(FixSession session, std::string_view password) {
  if (Status fits = check_comp_id(session.comp_id); !fits) return pass_on(std::move(fits));
  if (session.accounts.empty() || session.accounts.size() > fix_session_accounts_max ||
      session.addresses.size() > fix_session_addresses_max) {
    return fail(ErrorCode::usage, "a FIX session has 1 to 64 accounts, and at most 64 addresses");
  }
  std::string chosen = password.empty() ? made_password() : std::string(password);
  if (chosen.size() < password_bytes_min || chosen.size() > password_bytes_max) {
    return fail(ErrorCode::usage, "a password has 8 to 128 characters",
                "leave it out, and a good one is made");
  }
  char hash[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str(hash, chosen.data(), chosen.size(), hash_operations, hash_bytes) != 0) {
    return fail(ErrorCode::internal, "there is no memory to hash the password");
  }
  session.password_hash = hash;
  const std::vector<std::byte> value = encode(session);
  Status saved = environment_->write([&](store::Transaction& transaction) -> Status {
    auto count = transaction.count(sessions_);
    if (!count) return pass_on(std::move(count));
    if (*count >= fix_sessions_max)
      return fail(ErrorCode::rejected, "there are 1000 FIX sessions, and no more are kept");
    auto there = transaction.get(sessions_, store::Key().text(session.comp_id));
    if (!there) return pass_on(std::move(there));
    if (*there) {
      return fail_named(ErrorCode::rejected, "fix_session_exists",
                        "there is a FIX session '" + session.comp_id + "'",
                        "remove it first: trade fix session remove " + session.comp_id);
    }
    return transaction.put(sessions_, store::Key().text(session.comp_id), value);
  });
  if (!saved) return pass_on(std::move(saved));
  return chosen;
}

Result<std::vector<FixSession>> FixSessionStore::list() {
  auto transaction = environment_->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  std::vector<FixSession> sessions;
  const auto take = [&](store::KeyReader key, store::Bytes value) -> Status {
    auto session = decode(key.text(), value);
    if (!session || !key.ok()) {
      return fail(ErrorCode::corrupt,
                  "the table of FIX sessions in " + environment_->path().string() + " is damaged",
                  "restore it from a copy, or move it away and add the sessions anew");
    }
    sessions.push_back(std::move(*session));
    return {};
  };
  if (Status read = store::for_each_row(*transaction, sessions_, take); !read)
    return pass_on(std::move(read));
  return sessions;
}

Status FixSessionStore::remove(std::string_view comp_id) {
  return environment_->write([&](store::Transaction& transaction) -> Status {
    auto removed = transaction.remove(sessions_, store::Key().text(comp_id));
    if (!removed) return pass_on(std::move(removed));
    if (*removed) return {};
    return fail_named(ErrorCode::not_found, "unknown_fix_session",
                      "no FIX session '" + std::string(comp_id.substr(0, 64)) + "'",
                      "'trade fix session list' shows those there are");
  });
}

}  // namespace trade::access
