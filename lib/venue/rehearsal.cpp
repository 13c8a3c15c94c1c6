#include "venue/rehearsal.hpp"

#include <algorithm>
#include <utility>

namespace trade::venue {

namespace {

constexpr std::string_view tradingd = "tradingd";

/// The order of a request that has one command, an order.
const PlaceOrder* only_order(const SubmitRequest& request) {
  return request.commands.size() == 1 ? std::get_if<PlaceOrder>(&request.commands.front().body) : nullptr;
}

}  // namespace

Rehearsal::Rehearsal(std::unique_ptr<Transport> inner, RehearsalOptions options)
    : inner_(std::move(inner)), options_(std::move(options)), random_state_(options_.seed) {}

/// SplitMix64 (Steele, Lea and Flood, 2014).
std::uint64_t Rehearsal::random() {
  std::uint64_t z = random_state_ += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

bool Rehearsal::happens(const Occasions& occasions) {
  return occasions.percent >= 100 || static_cast<int>(random() % 100) < occasions.percent;
}

template <class Kind, class Fits>
Kind* Rehearsal::take(std::vector<Kind>& rules, Fits&& fits) {
  for (Kind& rule : rules) {
    if (rule.occasions.times == 0u || !fits(rule) || !happens(rule.occasions)) continue;
    if (rule.occasions.times) --*rule.occasions.times;
    return &rule;
  }
  return nullptr;
}

Status Rehearsal::pass(std::int64_t nanoseconds) {
  return options_.pass_time(Timestamp{options_.clock->now().nanoseconds + nanoseconds});
}

Status Rehearsal::behave(const Behaviour& behaviour) {
  if (const auto* fill = std::get_if<FillOrders>(&behaviour)) fills_.push_back(*fill);
  if (const auto* reject = std::get_if<RejectOrders>(&behaviour)) rejections_.push_back(*reject);
  if (const auto* delay = std::get_if<DelayCommands>(&behaviour)) delays_.push_back(*delay);
  if (const auto* loss = std::get_if<LoseCommands>(&behaviour)) losses_.push_back(*loss);
  if (const auto* away = std::get_if<Disconnect>(&behaviour)) {
    disconnected_ = true;
    connected_again_.reset();
    if (away->nanoseconds)
      connected_again_ = Timestamp{options_.clock->now().nanoseconds + *away->nanoseconds};
  }
  if (std::holds_alternative<Connect>(behaviour)) disconnected_ = false;
  if (std::holds_alternative<BehaveNormally>(behaviour)) {
    fills_.clear();
    rejections_.clear();
    delays_.clear();
    losses_.clear();
    disconnected_ = false;
  }
  if (const auto* trade = std::get_if<TradeOfOthers>(&behaviour)) {
    const PrintTrade print{.symbol = {}, .price = trade->price, .quantity = trade->quantity};
    return submit_for({print, {}, trade->symbol}, "the trade of others");
  }
  if (const auto* session = std::get_if<TurnSession>(&behaviour)) {
    const Result<VenueId> venue = find_venue(session->venue);
    if (!venue) return std::unexpected(venue.error());
    return submit_for({SetVenueSession{.venue = *venue, .up = session->up}, {}, {}}, "the session");
  }
  const auto* told = std::get_if<TellOfOrder>(&behaviour);
  return told == nullptr ? Status{} : tell(*told);
}

Status Rehearsal::submit_for(const SubmittedCommand& command, std::string_view what) {
  const Result<CommandResult> result = submit_one(command);
  if (!result) return std::unexpected(result.error());
  if (result->reason == RejectReason::none) return {};
  return fail_named(ErrorCode::rejected, row_of(result->reason).name,
                    std::string(what) + " was refused: " + std::string(row_of(result->reason).text));
}

Result<VenueId> Rehearsal::find_venue(const std::string& name) {
  VenuesRequest request;
  request.name = name;
  Result<ReplyBody> reply = inner_->ask(tradingd, std::move(request), Retry::safe);
  if (!reply) return pass_on(std::move(reply));
  auto* found = std::get_if<VenuesReply>(&*reply);
  if (found == nullptr) return std::unexpected(unwanted_reply(tradingd, std::move(*reply)));
  if (!found->venues.empty()) return found->venues.front().id;
  return fail_named(ErrorCode::not_found, row_of(RejectReason::unknown_venue).name, "no venue '" + name + "'",
                    "add it first: route add " + name);
}

Status Rehearsal::tell(const TellOfOrder& told) {
  const Result<VenueId> venue = find_venue(told.venue);
  if (!venue) return std::unexpected(venue.error());
  const bool trades = told.kind == VenueReportKind::filled || told.kind == VenueReportKind::corrected;
  std::string execution_id = told.execution_id;
  if (trades && execution_id.empty())
    execution_id = told.venue + "-" + std::to_string(++executions_[told.venue]);
  return submit_for({VenueReport{.venue = *venue,
                                 .order = told.order,
                                 .kind = told.kind,
                                 .request = 0,
                                 .execution_id = execution_id,
                                 .reference_execution_id = told.reference_execution_id,
                                 .venue_order_id = told.venue_order_id,
                                 .text = told.text,
                                 .quantity = told.quantity,
                                 .price = told.price,
                                 .stop_price = told.stop_price,
                                 .cumulative = told.cumulative,
                                 .leaves = told.leaves,
                                 .average_price = told.average_price},
                     {},
                     {}},
                    "what " + told.venue + " tells");
}

Result<CommandResult> Rehearsal::submit_one(const SubmittedCommand& command) {
  SubmitRequest request;
  request.commands.push_back(command);
  Result<ReplyBody> reply = inner_->ask(tradingd, std::move(request), Retry::unsafe);
  if (!reply) return pass_on(std::move(reply));
  auto* submitted = std::get_if<SubmitReply>(&*reply);
  if (submitted == nullptr || submitted->results.size() != 1)
    return std::unexpected(unwanted_reply(tradingd, std::move(*reply)));
  return std::move(submitted->results.front());
}

/// Puts what an order is to meet into the book. `order` is what there is to be cancelled afterwards.
Status Rehearsal::meet(const FillOrders& fill, const SubmittedCommand& submitted,
                       std::optional<OrderId>& order) {
  const auto& incoming = std::get<PlaceOrder>(submitted.body);
  const std::int64_t span = fill.amount_max - fill.amount_min + 1;
  std::int64_t shares =
      fill.amount_min + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(span));
  if (fill.in_percent) shares = incoming.quantity.shares * shares / 100;
  if (shares <= 0) return {};
  if (!account_open_) {
    const OpenAccount open{.name = *AccountName::make(account_name), .type = AccountType::house};
    Result<CommandResult> opened = submit_one({open, account_name, {}});
    if (!opened) return pass_on(std::move(opened));
    account_open_ = true;
  }
  Price price = fill.price ? fill.price : incoming.limit_price;
  if (!price) {
    SymbolsRequest question;
    question.symbol = submitted.symbol_name;
    Result<ReplyBody> reply = inner_->ask(tradingd, std::move(question), Retry::safe);
    if (!reply) return pass_on(std::move(reply));
    const auto* symbols = std::get_if<SymbolsReply>(&*reply);
    if (symbols == nullptr || symbols->symbols.empty()) return {};  // the order is refused for it
    const SymbolView& symbol = symbols->symbols.front();
    price = symbol.last_price ? symbol.last_price : symbol.previous_close;
  }
  PlaceOrder other;
  other.side = opposite(incoming.side);
  other.type = OrderType::limit;
  other.quantity = Quantity{shares};
  other.limit_price = price;
  Result<CommandResult> placed = submit_one({other, account_name, submitted.symbol_name});
  if (!placed) return pass_on(std::move(placed));
  if (placed->reason == RejectReason::none) order = placed->order;
  return {};
}

Result<ReplyBody> Rehearsal::time_out(std::string_view daemon, const RequestBody& body, std::int64_t passed) {
  if (Status waited = pass(options_.timeout_nanoseconds - passed); !waited) return pass_on(std::move(waited));
  return std::unexpected(timed_out_error(
      daemon, body, std::to_string(options_.timeout_nanoseconds / nanoseconds_per_second) + " s", ""));
}

Result<ReplyBody> Rehearsal::submit(std::string_view daemon, SubmitRequest request, Retry retry) {
  const PlaceOrder* order = only_order(request);
  const auto concerns = [&](const std::string& symbol) {
    return order != nullptr && (symbol.empty() || request.commands.front().symbol_name == symbol);
  };
  const LoseCommands* loss = take(losses_, [](const LoseCommands&) { return true; });
  if (loss != nullptr && !loss->only_answer) return time_out(daemon, request, 0);
  const DelayCommands* delay = take(delays_, [](const DelayCommands&) { return true; });
  const std::int64_t late = delay != nullptr ? delay->nanoseconds : 0;
  if (Status passed = pass(late / 2); !passed) return pass_on(std::move(passed));

  Result<ReplyBody> reply = SubmitReply{};
  if (const RejectOrders* rejection =
          take(rejections_, [&](const RejectOrders& rule) { return concerns(rule.symbol); })) {
    CommandResult result;
    result.reason = rejection->reason;
    result.timestamp = options_.clock->now();
    reply = SubmitReply{{std::move(result)}};
  } else {
    std::optional<OrderId> other;
    if (const FillOrders* fill =
            take(fills_, [&](const FillOrders& rule) { return concerns(rule.symbol); })) {
      if (Status met = meet(*fill, request.commands.front(), other); !met) return pass_on(std::move(met));
    }
    reply = inner_->ask(daemon, request, retry);
    if (other) {
      // What the order did not take of it was not meant for others.
      const CancelOrder cancel{.account = {}, .order = *other, .client_order_id = {}};
      if (Result<CommandResult> cancelled = submit_one({cancel, account_name, {}}); !cancelled)
        return pass_on(std::move(cancelled));
    }
  }
  if (loss != nullptr) return time_out(daemon, request, late / 2);
  if (late > options_.timeout_nanoseconds) return time_out(daemon, request, late / 2);
  if (Status passed = pass(late - late / 2); !passed) return pass_on(std::move(passed));
  return reply;
}

Result<ReplyBody> Rehearsal::ask(std::string_view daemon, RequestBody body, Retry retry) {
  if (disconnected_ && connected_again_ && options_.clock->now() >= *connected_again_) disconnected_ = false;
  if (disconnected_) {
    return fail(ErrorCode::not_running, std::string(daemon) + " cannot be reached: the connection is broken",
                "'venue connect' mends it");
  }
  auto* request = std::get_if<SubmitRequest>(&body);
  if (request == nullptr || request->dry_run) return inner_->ask(daemon, std::move(body), retry);
  return submit(daemon, std::move(*request), retry);
}

}  // namespace trade::venue
