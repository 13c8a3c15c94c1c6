#include "venue/venue.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "ledger/views.hpp"
#include "market/views.hpp"

namespace trade::venue {

namespace {

ReplyBody not_served() {
  return ErrorReply{
      fail_named(ErrorCode::usage, "not_served_here", "a venue in this process does not answer this")
          .error()};
}

class VenueTransport final : public Transport {
 public:
  explicit VenueTransport(Venue& venue) : venue_(venue) {}
  Result<ReplyBody> ask(std::string_view daemon, RequestBody body, Retry retry) override {
    static_cast<void>(retry);  // nothing is lost on the way
    return venue_.ask(daemon, body);
  }

 private:
  Venue& venue_;
};

}  // namespace

Venue::Venue(const VenueOptions& options)
    : timekeeper_(options.start, sequencer::SessionSchedule(sequencer::Calendar::always)),
      sequencer_(Engine(options.capacity), {}, timekeeper_),
      ledger_({.orders_kept_max = options.capacity.ended_orders_kept,
               .trades_kept_max = options.capacity.ended_orders_kept}) {
  let_time_come(options.start);
}

Result<ReplyBody> Venue::ask(std::string_view daemon, const RequestBody& body) {
  if (!broken_) return std::unexpected(broken_.error());
  if (daemon == "ledgerd") return books(body);
  if (daemon == "feedd") return quotes(body);
  if (daemon != "tradingd") {
    return fail(ErrorCode::not_running, "there is no " + std::string(daemon) + " in this process",
                "ask it of a running suite");
  }
  ReplyBody reply = submit_or_query(body);
  broken_ = settle();
  if (!broken_) return std::unexpected(broken_.error());
  return reply;
}

ReplyBody Venue::submit_or_query(const RequestBody& body) {
  bus::Frame frame;
  sequencer_.handle({}, Request{1, body}, frame);
  sequencer_.take_replies(replies_);
  return std::move(replies_.front().reply.body);
}

Status Venue::settle() {
  if (!sequencer_.has_commands()) return {};
  if (Status folded = ledger_.fold(sequencer_.events(), entries_); !folded) return folded;
  for (const Event& event : sequencer_.events()) {
    if (Status applied = market_.apply(event); !applied) return applied;
  }
  market_.clear_changes();
  sequencer_.close();
  return {};
}

void Venue::let_time_come(Timestamp time) {
  timekeeper_.advance_to(time, engine(), [this](const CommandBody& body) {
    if (!broken_) return;
    sequencer_.sequence(body);
    broken_ = settle();
  });
}

Status Venue::advance_to(Timestamp time) {
  if (broken_ && time > timekeeper_.now()) let_time_come(time);
  return broken_;
}

Status Venue::set_calendar(sequencer::Calendar calendar) {
  if (!broken_) return broken_;
  timekeeper_.follow(sequencer::SessionSchedule(calendar));
  let_time_come(timekeeper_.now());
  return broken_;
}

ReplyBody Venue::books(const RequestBody& body) const {
  if (const auto* portfolio = std::get_if<PortfolioRequest>(&body)) {
    auto view = ledger::portfolio_view(ledger_, portfolio->account);
    if (!view) return ErrorReply{view.error()};
    return PortfolioReply{*std::move(view)};
  }
  if (const auto* orders = std::get_if<OrdersRequest>(&body)) {
    auto views = ledger::orders_view(ledger_, *orders, nullptr);
    if (!views) return ErrorReply{views.error()};
    return OrdersReply{.orders = *std::move(views), .sequence = ledger_.sequence()};
  }
  if (const auto* holdings = std::get_if<HoldingsRequest>(&body))
    return reply_of(ledger::holdings_view(ledger_, *holdings));
  if (const auto* wanted = std::get_if<PostingsRequest>(&body)) return postings(*wanted);
  const auto* fills = std::get_if<FillsRequest>(&body);
  if (fills == nullptr) return not_served();
  if (Status limit = ledger::check_limit(fills->limit, ledger::answer_fills_max); !limit)
    return ErrorReply{limit.error()};
  ledger::FillsWanted wanted{{}, {}, fills->order, fills->limit, fills->before};
  if (!fills->account.empty()) {
    const auto account = ledger::account_named(ledger_, fills->account);
    if (!account) return ErrorReply{account.error()};
    wanted.account = *account;
  }
  if (!fills->symbol.empty()) {
    const auto symbol = ledger::symbol_named(ledger_, fills->symbol);
    if (!symbol) return ErrorReply{symbol.error()};
    wanted.symbol = *symbol;
  }
  auto found = ledger::fills_view(ledger_, wanted);
  if (!found) return ErrorReply{found.error()};
  if (fills->order && !found->order) return ErrorReply{ledger::no_order(fills->order).error()};
  return FillsReply{std::move(found->fills)};
}

ReplyBody Venue::postings(const PostingsRequest& request) const {
  if (Status limit = ledger::check_limit(request.limit); !limit) return ErrorReply{limit.error()};
  const auto account = ledger::account_named(ledger_, request.account);
  if (!account) return ErrorReply{account.error()};
  PostingsReply reply;
  std::vector<PostingView> of_entry;
  for (const ledger::Entry& entry : entries_) {
    if (entry.sequence <= request.after) continue;
    of_entry.clear();
    ledger::append_postings(ledger_, *account, entry, of_entry);
    // An entry's postings stay together.
    if (!reply.postings.empty() && reply.postings.size() + of_entry.size() > request.limit) break;
    std::ranges::move(of_entry, std::back_inserter(reply.postings));
  }
  return reply;
}

ReplyBody Venue::quotes(const RequestBody& body) const {
  if (const auto* wanted = std::get_if<QuotesRequest>(&body))
    return reply_of(market::quotes_view(market_, *wanted));
  if (const auto* wanted = std::get_if<DepthRequest>(&body))
    return reply_of(market::depth_view(market_, *wanted));
  if (const auto* wanted = std::get_if<TapeRequest>(&body))
    return reply_of(market::tape_view(market_, *wanted));
  if (const auto* wanted = std::get_if<QuoteHistoryRequest>(&body))
    return reply_of(market::quote_history_view(market_, *wanted));
  if (const auto* wanted = std::get_if<BarsRequest>(&body))
    return reply_of(market::bars_view(market_, *wanted));
  return not_served();
}

Status Venue::check() const {
  if (!broken_) return broken_;
  if (Status balanced = ledger_.check_invariants(); !balanced) return balanced;
  const std::uint32_t accounts = engine().account_count();
  auto books = ledger::holdings_view(ledger_, {.after = {}, .limit = std::max(accounts, 1u), .only = {}});
  if (!books) return pass_on(std::move(books));
  for (const HoldingsRow& row : books->rows) {
    const auto risk = engine().holdings(row.account);
    if (risk && risk->cash_balance == row.cash_balance && risk->holdings == row.holdings) continue;
    return fail(ErrorCode::difference,
                "the books of " + row.name + " say a cash balance of " + format_money(row.cash_balance) +
                    ", risk " +
                    (risk ? format_money(risk->cash_balance) : std::string("knows no such account")) +
                    ", or other shares");
  }
  if (books->rows.size() != accounts) {
    return fail(ErrorCode::difference, "the books have " + std::to_string(books->rows.size()) +
                                           " accounts, risk " + std::to_string(accounts));
  }
  return {};
}

std::unique_ptr<Transport> venue_transport(Venue& venue) {
  return std::make_unique<VenueTransport>(venue);
}

}  // namespace trade::venue
