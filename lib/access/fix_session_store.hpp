// The table of FIX sessions: who may log on, for which accounts, and how. The command line changes it,
// whether fixd runs or not, and fixd looks at it again and again: LMDB lets several processes share it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "store/environment.hpp"

namespace trade::access {

/// Sessions of one table, and accounts and addresses of one session.
constexpr std::size_t fix_sessions_max = 1'000;
constexpr std::size_t fix_session_accounts_max = 64;
constexpr std::size_t fix_session_addresses_max = 64;

struct FixSession {
  std::string comp_id;              ///< theirs: SenderCompID of what they send
  std::string version = "FIX.4.4";  ///< or "FIX.4.2"
  bool drop_copy = false;           ///< is told of everything in its accounts, and may send no orders
  std::vector<std::string> accounts;
  std::vector<std::string> addresses;     ///< from which it may connect; none: from any
  std::uint32_t messages_per_second = 0;  ///< that it may send; 0: no limit
  bool cancel_on_disconnect = false;
  /// Second of the day, UTC, at which its sequence numbers begin at 1 again; below zero: never.
  std::int32_t reset_second = 0;
  Timestamp created_at;
  std::string password_hash;  ///< libsodium's text form

  bool operator==(const FixSession&) const = default;
};

class FixSessionStore {
 public:
  /// Opens the table of this home; creates it unless `create` is false, where `not_found` means: no session
  /// yet.
  static Result<std::unique_ptr<FixSessionStore>> open(const std::filesystem::path& home, bool create);

  /// Durable when this returns. `rejected` when there is one of that name. Without a password one is made;
  /// the result is the password.
  Result<std::string> add(FixSession session, std::string_view password);
  /// By name.
  Result<std::vector<FixSession>> list();
  /// `not_found`.
  Status remove(std::string_view comp_id);

 private:
  FixSessionStore() = default;
  std::shared_ptr<store::Environment> environment_;
  store::Database sessions_;
};

/// Takes about a millisecond.
bool fix_password_fits(const FixSession& session, const std::string& password);
/// 1 to 32 of [A-Za-z0-9._-].
Status check_comp_id(std::string_view text);

}  // namespace trade::access
