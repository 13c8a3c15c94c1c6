// Who is signed in with the page: a key is shown once, and a cookie stands for it from then on.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "model/key.hpp"

namespace trade::access {

/// Kept in memory alone: whoever was signed in signs in again after a restart. Tokens are kept hashed, so
/// that memory that leaks opens nothing.
class BrowserSessions {
 public:
  /// More than so many at a time, and the one that was used longest ago ends.
  static constexpr std::size_t sessions_max = 10'000;
  /// Of one key.
  static constexpr std::size_t sessions_per_key_max = 20;
  static constexpr std::int64_t idle_seconds_max = std::int64_t{2} * 60 * 60;
  static constexpr std::int64_t seconds_max = std::int64_t{12} * 60 * 60;

  /// A new session of the key; the token is 43 characters that fit a cookie.
  std::string create(const KeyView& key, Timestamp now);
  /// The key of a session that is not over, which is thereby used; nothing: there is none.
  [[nodiscard]] std::optional<KeyView> use(std::string_view token, Timestamp now);
  /// Whether it is not over; that does not count as use.
  [[nodiscard]] bool alive(std::string_view token, Timestamp now) const;
  void end(std::string_view token);
  [[nodiscard]] std::size_t count() const { return sessions_.size(); }

 private:
  using Hash = std::array<unsigned char, 32>;
  struct Session {
    KeyView key;
    Timestamp created_at;
    Timestamp used_at;
  };
  static Hash hash_of(std::string_view token);
  [[nodiscard]] static bool is_over(const Session& session, Timestamp now);
  void end_idlest_of(std::string_view key_id);

  std::map<Hash, Session> sessions_;
};

}  // namespace trade::access
