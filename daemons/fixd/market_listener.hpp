// A FIX session, as those see it that tell it of the market.
#pragma once

#include <cstddef>
#include <string>

#include "fix/session.hpp"

namespace trade::fixd {

class MarketListener {
 public:
  virtual ~MarketListener() = default;
  virtual void tell(const fix::Message& message) = 0;
  /// Bytes that wait because the peer does not read them.
  [[nodiscard]] virtual std::size_t backlog_bytes() const = 0;
  [[nodiscard]] virtual bool is_fix42() const = 0;
  /// For the log.
  [[nodiscard]] virtual const std::string& name() const = 0;
};

/// With this much waiting, a session is told nothing more of the market until it has read: what it is told
/// then is the newest.
constexpr std::size_t backlog_bytes_max = 256 << 10;

/// BusinessMessageReject (j) of a message, with its BusinessRejectReason (380).
fix::Message business_reject(const fix::Message& message, int id_tag, int reason, const std::string& why);

namespace business_reason {
constexpr int other = 0;
constexpr int unknown_id = 1;
constexpr int not_available = 4;
}  // namespace business_reason

}  // namespace trade::fixd
