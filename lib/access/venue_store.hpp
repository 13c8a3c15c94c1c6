// The table of venues: where orders are routed to by FIX, and how to log on there. The command line changes
// it, whether fixd runs or not, and fixd looks at it again and again: LMDB lets several processes share it.
#pragma once

#include <cstddef>
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

/// Venues of one table.
constexpr std::size_t venues_max = 1'000;

constexpr std::int32_t venue_heartbeat_seconds_min = 1;
constexpr std::int32_t venue_heartbeat_seconds_max = 3'600;
constexpr std::int32_t venue_answer_seconds_min = 1;
constexpr std::int32_t venue_answer_seconds_max = 3'600;

/// How fixd connects to a venue. What the suite knows of it beside that (its clearing account, what happens
/// to orders while the session is down) is in the journal.
struct VenueSession {
  std::string name;  ///< by which routes name it
  std::string host;  ///< a name or an address
  std::uint16_t port = 0;
  std::string version = "FIX.4.4";  ///< or "FIX.4.2"
  std::string sender_comp_id;       ///< ours
  std::string target_comp_id;       ///< the venue's
  /// Of the Logon; empty: none. It has to be sent, so it is kept as it is, in a file that only its owner
  /// reads.
  std::string password;
  bool tls = false;
  bool verify_certificate = true;  ///< with TLS: by `certificate_authorities`, and that it names the host
  std::string certificate_authorities;  ///< a file (PEM); empty: the machine's
  std::int32_t heartbeat_seconds = 30;
  /// Second of the day, UTC, at which sequence numbers begin at 1 again; below zero: never.
  std::int32_t reset_second = 0;
  /// A request of which the venue has said nothing for so long is asked about.
  std::int32_t answer_seconds = 30;
  bool send_account = false;  ///< orders there bear their account here
  Timestamp created_at;

  bool operator==(const VenueSession&) const = default;
};

class VenueStore {
 public:
  /// Opens the table of this home; creates it unless `create` is false, where `not_found` means: no venue
  /// yet.
  static Result<std::unique_ptr<VenueStore>> open(const std::filesystem::path& home, bool create);

  /// Adds it, or takes the place of the one of this name. Durable when this returns. `usage` when it is not
  /// well formed, `rejected` when there are too many.
  Status put(const VenueSession& venue);
  /// By name.
  Result<std::vector<VenueSession>> list();
  /// Nothing when there is none of this name.
  Result<std::optional<VenueSession>> find(std::string_view name);
  /// `not_found`.
  Status remove(std::string_view name);

 private:
  VenueStore() = default;
  std::shared_ptr<store::Environment> environment_;
  store::Database venues_;
};

/// What is wrong with it, `usage`.
Status check_venue_session(const VenueSession& venue);
/// A name or an address: 1 to 253 of [A-Za-z0-9.:-].
Status check_venue_host(std::string_view text);

}  // namespace trade::access
