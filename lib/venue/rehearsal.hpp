// What a real market does rarely, on order: partial fills, refusals, delays, lost answers, connections that
// break. A layer between a client and whatever it asks; without a word it changes nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "client/transport.hpp"

namespace trade::venue {

/// How often a behaviour shows before it is used up.
struct Occasions {
  std::optional<std::uint64_t> times = 1;  ///< nothing: for ever
  int percent = 100;                       ///< of the occasions, by chance
};

/// The next order in a symbol meets so much from the other side, at its limit or at `price`.
struct FillOrders {
  std::string symbol;
  std::int64_t amount_min = 0;  ///< shares, or percent of the order
  std::int64_t amount_max = 0;  ///< by chance one between the two
  bool in_percent = false;
  Price price;  ///< zero: the order's limit; without one the last price
  Occasions occasions;
};
/// The next order in a symbol is refused at the door: it gets no id.
struct RejectOrders {
  std::string symbol;  ///< empty: any
  RejectReason reason = RejectReason::none;
  Occasions occasions;
};
/// The answer to the next command takes so long, half of it on the way there. Longer than the timeout: the
/// command is carried out, and nobody hears of it.
struct DelayCommands {
  std::int64_t nanoseconds = 0;
  Occasions occasions;
};
/// The next command, or its answer, is lost: the client times out.
struct LoseCommands {
  bool only_answer = false;
  Occasions occasions;
};
/// Nothing is reached until the connection is back.
struct Disconnect {
  std::optional<std::int64_t> nanoseconds;  ///< nothing: until Connect
};
struct Connect {};
/// Others trade: the last price moves, and stops with it.
struct TradeOfOthers {
  std::string symbol;
  Quantity quantity;
  Price price;
};
/// All of the above ends.
struct BehaveNormally {};

// Of venues that orders are routed to: what the session with them would tell, were there one.

/// The session with a venue comes up or goes down.
struct TurnSession {
  std::string venue;
  bool up = true;
};
/// A venue tells of an order. Without an execution id, a trade gets the next of the venue's own.
struct TellOfOrder {
  std::string venue;
  VenueReportKind kind = VenueReportKind::accepted;
  OrderId order;
  Quantity quantity;
  Price price;
  Price stop_price;
  std::string execution_id;
  std::string reference_execution_id;
  std::string venue_order_id;
  std::string text;
  Quantity cumulative;
  Quantity leaves;
  Price average_price;
};

using Behaviour = std::variant<FillOrders, RejectOrders, DelayCommands, LoseCommands, Disconnect, Connect,
                               TradeOfOthers, BehaveNormally, TurnSession, TellOfOrder>;

struct RehearsalOptions {
  const Clock* clock = nullptr;
  std::function<Status(Timestamp)> pass_time;  ///< lets a moment come
  std::int64_t timeout_nanoseconds = 5 * nanoseconds_per_second;
  std::uint64_t seed = 0;
};

class Rehearsal final : public Transport {
 public:
  /// The account that stands for the rest of the market.
  static constexpr std::string_view account_name = "venue";

  Rehearsal(std::unique_ptr<Transport> inner, RehearsalOptions options);

  Result<ReplyBody> ask(std::string_view daemon, RequestBody body, Retry retry) override;
  /// From now on. An error where it cannot be.
  Status behave(const Behaviour& behaviour);

 private:
  /// The first of these that has an occasion now; used up by one.
  template <class Kind, class Fits>
  Kind* take(std::vector<Kind>& rules, Fits&& fits);
  [[nodiscard]] bool happens(const Occasions& occasions);
  std::uint64_t random();

  Result<ReplyBody> submit(std::string_view daemon, SubmitRequest request, Retry retry);
  Result<CommandResult> submit_one(const SubmittedCommand& command);
  /// The same, where a refusal is an error that says `what` was refused.
  Status submit_for(const SubmittedCommand& command, std::string_view what);
  Result<VenueId> find_venue(const std::string& name);
  Status tell(const TellOfOrder& told);
  Status meet(const FillOrders& fill, const SubmittedCommand& submitted, std::optional<OrderId>& order);
  Status pass(std::int64_t nanoseconds);
  Result<ReplyBody> time_out(std::string_view daemon, const RequestBody& body, std::int64_t passed);

  std::unique_ptr<Transport> inner_;
  RehearsalOptions options_;
  std::uint64_t random_state_;
  std::vector<FillOrders> fills_;
  std::vector<RejectOrders> rejections_;
  std::vector<DelayCommands> delays_;
  std::vector<LoseCommands> losses_;
  bool disconnected_ = false;
  std::optional<Timestamp> connected_again_;
  bool account_open_ = false;
  std::map<std::string, std::uint64_t> executions_;  ///< told so far, by venue
};

}  // namespace trade::venue
