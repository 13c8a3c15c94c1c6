// Client sessions that orders are bound to: when the stream that a session belongs to is lost, the orders
// placed under it are cancelled.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "gatewayd/upstream.hpp"
#include "http/loop.hpp"
#include "model/ids.hpp"

namespace trade::gatewayd {

/// Belongs to the loop's thread.
class ClientSessions {
 public:
  ClientSessions(http::Loop& loop, Upstream& upstream);

  /// A new session of the account, with a number of its own.
  ClientSessionId open(std::string account);
  [[nodiscard]] bool is_open(ClientSessionId session, std::string_view account) const;
  /// The session is over, and its orders stay.
  void release(ClientSessionId session);
  /// The session is over, and its orders are to be cancelled. What tradingd does not answer is asked again,
  /// for ten minutes.
  void end(ClientSessionId session);

  /// ClientSessions whose orders are still to be cancelled.
  [[nodiscard]] std::size_t ending() const { return ending_.size(); }

 private:
  struct Ending {
    std::string account;
    int attempts = 0;
    bool asked = false;
  };

  void ask(ClientSessionId session);
  Task<bool> cancel_orders(ClientSessionId session, std::string account);
  void ask_again();

  Upstream& upstream_;
  std::map<ClientSessionId, std::string> open_;  ///< to the account
  std::map<ClientSessionId, Ending> ending_;
  std::unique_ptr<http::Loop::Registration> ticks_;
};

}  // namespace trade::gatewayd
