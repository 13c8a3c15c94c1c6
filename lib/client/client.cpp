#include "client/client.hpp"

#include <algorithm>

#include "client/connection.hpp"

namespace trade {

namespace {

/// Rows asked for at a time.
constexpr std::uint32_t page_rows = 1'000;

constexpr std::string_view tradingd = "tradingd";
constexpr std::string_view ledgerd = "ledgerd";
constexpr std::string_view feedd = "feedd";
constexpr std::string_view gatewayd = "gatewayd";

/// A retry of an order with a client order id gets the original's answer; a dry run changes nothing.
Retry retry_of(const SubmitRequest& request) {
  const bool safe =
      request.dry_run || std::ranges::all_of(request.commands, [](const SubmittedCommand& command) {
        const auto* order = std::get_if<PlaceOrder>(&command.body);
        return order != nullptr && !order->client_order_id.empty();
      });
  return safe ? Retry::safe : Retry::unsafe;
}

/// What callers want of a reply that holds one thing.
template <class ReplyType, class Part>
Result<Part> part_of(Result<ReplyType> reply, Part ReplyType::* part) {
  if (!reply) return pass_on(std::move(reply));
  return std::move((*reply).*part);
}

}  // namespace

template <class Wanted>
Result<Wanted> Client::ask(std::string_view daemon, RequestBody body, Retry retry) {
  Result<ReplyBody> reply = transport_->ask(daemon, std::move(body), retry);
  if (!reply) return pass_on(std::move(reply));
  if (auto* wanted = std::get_if<Wanted>(&*reply)) return std::move(*wanted);
  return std::unexpected(unwanted_reply(daemon, std::move(*reply)));
}

/// `after` is where a page starts, and is moved on; `number` tells a row's number.
template <class Wanted, class View, class RequestType, class Id>
Result<std::vector<View>> Client::all_pages(RequestType request, std::vector<View> Wanted::* rows,
                                            Id View::* number) {
  std::vector<View> all;
  for (;;) {
    request.limit = page_rows;
    auto reply = ask<Wanted>(tradingd, request);
    if (!reply) return pass_on(std::move(reply));
    std::vector<View>& page = (*reply).*rows;
    // Whatever number of rows the daemon gives at a time, the end is where it gives none.
    if (page.empty()) return all;
    for (View& row : page) {
      if (row.*number <= request.after) {
        return fail(ErrorCode::internal, "tradingd gave a page of rows that does not follow the one before");
      }
      request.after = row.*number;
      all.push_back(std::move(row));
    }
  }
}

Client::Client(const ClientOptions& options) : transport_(socket_transport(options)) {}
Client::Client(std::unique_ptr<Transport> transport) : transport_(std::move(transport)) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<SubmitReply> Client::submit(const SubmitRequest& request) {
  if (auto checked = check_submit(request); !checked) return pass_on(std::move(checked));
  auto reply = ask<SubmitReply>(tradingd, request, retry_of(request));
  if (reply && reply->results.size() != request.commands.size()) {
    return fail(ErrorCode::internal, "tradingd answered " + std::to_string(request.commands.size()) +
                                         " commands with " + std::to_string(reply->results.size()) +
                                         " results");
  }
  return reply;
}

Result<CommandResult> Client::submit(const SubmittedCommand& command, bool dry_run) {
  SubmitRequest request;
  request.commands.push_back(command);
  request.dry_run = dry_run;
  request.want_orders = true;
  request.want_fills = true;
  auto reply = submit(request);
  if (!reply) return pass_on(std::move(reply));
  return std::move(reply->results.front());
}

Result<std::vector<AccountView>> Client::accounts() {
  return all_pages(AccountsRequest{}, &AccountsReply::accounts, &AccountView::number);
}

Result<AccountView> Client::account(std::string_view name) {
  AccountsRequest request;
  request.name = name;
  request.limit = 1;
  auto reply = ask<AccountsReply>(tradingd, std::move(request));
  if (!reply) return pass_on(std::move(reply));
  if (reply->accounts.empty()) {
    return fail_named(ErrorCode::not_found, "unknown_account", "no account '" + std::string(name) + "'",
                      "'trade account list' shows all accounts");
  }
  return std::move(reply->accounts.front());
}

Result<std::vector<SymbolView>> Client::symbols() {
  return all_pages(SymbolsRequest{}, &SymbolsReply::symbols, &SymbolView::number);
}

Result<SymbolView> Client::symbol(std::string_view symbol) {
  SymbolsRequest request;
  request.symbol = symbol;
  request.limit = 1;
  auto reply = ask<SymbolsReply>(tradingd, std::move(request));
  if (!reply) return pass_on(std::move(reply));
  if (reply->symbols.empty()) {
    return fail_named(ErrorCode::not_found, "unknown_symbol", "no symbol '" + std::string(symbol) + "'",
                      "'trade symbol list' shows all symbols");
  }
  return std::move(reply->symbols.front());
}

Result<SessionView> Client::session() {
  return part_of(ask<SessionReply>(tradingd, SessionRequest{}), &SessionReply::session);
}

Result<std::vector<VenueView>> Client::venues() {
  return part_of(ask<VenuesReply>(tradingd, VenuesRequest{}), &VenuesReply::venues);
}

Result<VenueView> Client::venue(std::string_view name) {
  VenuesRequest request;
  request.name = name;
  auto reply = ask<VenuesReply>(tradingd, std::move(request));
  if (!reply) return pass_on(std::move(reply));
  if (reply->venues.empty() || reply->venues.front().removed) {
    return fail_named(ErrorCode::not_found, "unknown_venue", "no venue '" + std::string(name) + "'",
                      "'trade route list' shows all venues");
  }
  return std::move(reply->venues.front());
}

Result<ClockView> Client::clock(const ClockRequest& request) {
  // A step that was done twice would be twice as far.
  const Retry retry = request.step_nanoseconds != 0 ? Retry::unsafe : Retry::safe;
  return part_of(ask<ClockReply>(tradingd, request, retry), &ClockReply::clock);
}

Result<JournalReply> Client::journal(const JournalRequest& request) {
  return ask<JournalReply>(tradingd, request);
}

Result<PortfolioView> Client::portfolio(std::string_view account) {
  return part_of(ask<PortfolioReply>(ledgerd, PortfolioRequest{std::string(account)}),
                 &PortfolioReply::portfolio);
}

Result<std::vector<OrderView>> Client::orders(const OrdersRequest& request) {
  return part_of(ask<OrdersReply>(ledgerd, request), &OrdersReply::orders);
}

Result<OrdersReply> Client::orders_and_sequence(const OrdersRequest& request) {
  return ask<OrdersReply>(ledgerd, request);
}

Result<OrderView> Client::order(OrderId id) {
  OrdersRequest request;
  request.order = id;
  request.limit = 1;
  auto found = orders(request);
  if (!found) return pass_on(std::move(found));
  if (found->empty()) {
    return fail_named(ErrorCode::not_found, "unknown_order", "no order " + std::to_string(id.value),
                      "'trade orders --status all' shows all orders");
  }
  return std::move(found->front());
}

Result<std::vector<FillView>> Client::fills(const FillsRequest& request) {
  return part_of(ask<FillsReply>(ledgerd, request), &FillsReply::fills);
}

Result<std::vector<FeeView>> Client::fees(const FeesRequest& request) {
  return part_of(ask<FeesReply>(ledgerd, request), &FeesReply::fees);
}

Result<std::vector<PostingView>> Client::postings(PostingsRequest request) {
  for (;;) {
    Result<PostingsReply> reply = ask<PostingsReply>(ledgerd, request);
    if (!reply) return std::unexpected(std::move(reply.error()));
    if (!reply->postings.empty() || reply->next_after <= request.after) return std::move(reply->postings);
    request.after = reply->next_after;
  }
}

Result<AccountEventsReply> Client::account_events(const AccountEventsRequest& request) {
  return ask<AccountEventsReply>(ledgerd, request);
}

Result<std::vector<QuoteView>> Client::quotes(const std::vector<std::string>& symbols) {
  return part_of(ask<QuotesReply>(feedd, QuotesRequest{symbols}), &QuotesReply::quotes);
}

Result<DepthView> Client::depth(std::string_view symbol, std::uint32_t levels) {
  return part_of(ask<DepthReply>(feedd, DepthRequest{std::string(symbol), levels}), &DepthReply::depth);
}

Result<std::vector<TapeEntryView>> Client::tape(std::string_view symbol, std::uint32_t limit) {
  return tape(TapeRequest{.symbol = std::string(symbol), .limit = limit});
}

Result<std::vector<TapeEntryView>> Client::tape(const TapeRequest& request) {
  return part_of(ask<TapeReply>(feedd, request), &TapeReply::entries);
}

Result<std::vector<BarView>> Client::bars(const BarsRequest& request) {
  return part_of(ask<BarsReply>(feedd, request), &BarsReply::bars);
}

Result<KeyCreatedReply> Client::create_key(const CreateKeyRequest& request) {
  return ask<KeyCreatedReply>(gatewayd, request, Retry::unsafe);
}

Result<std::vector<KeyView>> Client::keys() {
  return part_of(ask<KeysReply>(gatewayd, KeysRequest{}), &KeysReply::keys);
}

Result<KeyView> Client::revoke_key(std::string_view id) {
  auto keys = part_of(ask<KeysReply>(gatewayd, RevokeKeyRequest{std::string(id)}), &KeysReply::keys);
  if (!keys) return pass_on(std::move(keys));
  if (keys->size() != 1) return fail(ErrorCode::internal, "gatewayd did not say what became of the key");
  return std::move(keys->front());
}

Result<std::string> Client::log_level(std::string_view daemon, std::string_view level) {
  return part_of(ask<LogLevelReply>(daemon, LogLevelRequest{std::string(level)}), &LogLevelReply::level);
}

Result<DaemonView> Client::status(std::string_view daemon) {
  return part_of(ask<StatusReply>(daemon, StatusRequest{}), &StatusReply::daemon);
}

Result<HoldingsReply> Client::holdings(std::string_view daemon, const HoldingsRequest& request) {
  return ask<HoldingsReply>(daemon, request);
}

}  // namespace trade
