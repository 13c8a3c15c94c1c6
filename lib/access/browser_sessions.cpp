#include "access/browser_sessions.hpp"

#include <algorithm>

#include <sodium.h>

namespace trade::access {

namespace {

constexpr std::size_t token_bytes = 32;

}  // namespace

BrowserSessions::Hash BrowserSessions::hash_of(std::string_view token) {
  Hash hash;
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(token.data()),
                     token.size(), nullptr, 0);
  return hash;
}

bool BrowserSessions::is_over(const Session& session, Timestamp now) {
  const auto seconds_since = [&](Timestamp then) {
    return (now.nanoseconds - then.nanoseconds) / nanoseconds_per_second;
  };
  return seconds_since(session.created_at) >= seconds_max ||
         seconds_since(session.used_at) >= idle_seconds_max;
}

std::string BrowserSessions::create(const KeyView& key, Timestamp now) {
  std::erase_if(sessions_, [&](const auto& entry) { return is_over(entry.second, now); });
  const auto of_key =
      std::ranges::count_if(sessions_, [&](const auto& entry) { return entry.second.key.id == key.id; });
  if (static_cast<std::size_t>(of_key) >= sessions_per_key_max) end_idlest_of(key.id);
  if (sessions_.size() >= sessions_max) end_idlest_of({});
  std::array<unsigned char, token_bytes> random;
  randombytes_buf(random.data(), random.size());
  constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::array<char, sodium_base64_ENCODED_LEN(token_bytes, variant)> text;
  sodium_bin2base64(text.data(), text.size(), random.data(), random.size(), variant);
  std::string token(text.data());
  sessions_.insert_or_assign(hash_of(token), Session{key, now, now});
  return token;
}

void BrowserSessions::end_idlest_of(std::string_view key_id) {
  auto idlest = sessions_.end();
  for (auto at = sessions_.begin(); at != sessions_.end(); ++at) {
    if (!key_id.empty() && at->second.key.id != key_id) continue;
    if (idlest == sessions_.end() || at->second.used_at < idlest->second.used_at) idlest = at;
  }
  if (idlest != sessions_.end()) sessions_.erase(idlest);
}

std::optional<KeyView> BrowserSessions::use(std::string_view token, Timestamp now) {
  const auto found = sessions_.find(hash_of(token));
  if (found == sessions_.end()) return std::nullopt;
  if (is_over(found->second, now)) {
    sessions_.erase(found);
    return std::nullopt;
  }
  found->second.used_at = now;
  return found->second.key;
}

bool BrowserSessions::alive(std::string_view token, Timestamp now) const {
  const auto found = sessions_.find(hash_of(token));
  return found != sessions_.end() && !is_over(found->second, now);
}

void BrowserSessions::end(std::string_view token) {
  sessions_.erase(hash_of(token));
}

}  // namespace trade::access
