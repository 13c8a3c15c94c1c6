#include "gatewayd/client_sessions.hpp"

#include <chrono>
#include <random>
#include <utility>
#include <vector>

#include "app/log.hpp"

namespace trade::gatewayd {

namespace {

constexpr std::chrono::milliseconds ask_again_interval{1'000};
constexpr int attempts_max = 600;

/// Not to be guessed, and different from those of another gateway and of an earlier run.
ClientSessionId random_session() {
  std::random_device random;
  return {std::uint64_t{random()} << 32 | random()};
}

}  // namespace

ClientSessions::ClientSessions(http::Loop& loop, Upstream& upstream) : upstream_(upstream) {
  ticks_ = loop.every(ask_again_interval, [this] { ask_again(); });
}

ClientSessionId ClientSessions::open(std::string account) {
  ClientSessionId session;
  while (!session || open_.contains(session) || ending_.contains(session))
    session = random_session();
  open_.emplace(session, std::move(account));
  return session;
}

bool ClientSessions::is_open(ClientSessionId session, std::string_view account) const {
  const auto found = open_.find(session);
  return found != open_.end() && found->second == account;
}

void ClientSessions::release(ClientSessionId session) {
  open_.erase(session);
}

void ClientSessions::end(ClientSessionId session) {
  const auto found = open_.find(session);
  if (found == open_.end()) return;
  ending_.emplace(session, Ending{.account = std::move(found->second)});
  open_.erase(found);
  ask(session);
}

void ClientSessions::ask(ClientSessionId session) {
  Ending& ending = ending_.at(session);
  ending.asked = true;
  ++ending.attempts;
  trade::start<bool>(
      cancel_orders(session, ending.account),
      [this, session](bool answered) {
        Ending& of = ending_.at(session);
        of.asked = false;
        if (!answered && of.attempts >= attempts_max) {
          spdlog::error("the orders of session {} of {} were not cancelled: tradingd did not answer",
                        session.value, of.account);
        }
        if (answered || of.attempts >= attempts_max) ending_.erase(session);
      },
      [this, session](const std::exception_ptr&) {
        spdlog::error("cancelling the orders of session {} failed", session.value);
        ending_.erase(session);
      });
}

Task<bool> ClientSessions::cancel_orders(ClientSessionId session, std::string account) {
  SubmittedCommand command{CancelAllOrders{.account = {}, .symbol = {}, .session = session}, account, {}};
  const auto result = co_await upstream_.submit(std::move(command));
  if (!result) co_return false;
  if (result->reason == RejectReason::none) {
    spdlog::info("session {} of {} ended: {} orders cancelled", session.value, account, result->affected);
  } else {
    spdlog::error("the orders of session {} of {} were not cancelled: {}", session.value, account,
                  row_of(result->reason).text);
  }
  co_return true;
}

void ClientSessions::ask_again() {
  std::vector<ClientSessionId> unanswered;
  for (const auto& [session, ending] : ending_)
    if (!ending.asked) unanswered.push_back(session);
  for (const ClientSessionId session : unanswered)
    ask(session);
}

}  // namespace trade::gatewayd
