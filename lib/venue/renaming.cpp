#include "venue/renaming.hpp"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

namespace trade::venue {

namespace {

class Renaming final : public Transport {
 public:
  Renaming(std::unique_ptr<Transport> inner, const std::string& mark)
      : inner_(std::move(inner)), account_mark_("." + mark), symbol_mark_("~" + mark) {}
  // A venue is named as its clearing account is.

  Result<ReplyBody> ask(std::string_view daemon, RequestBody body, Retry retry) override {
    // The texts of a request are views: those that are made here must last until it is answered.
    names_.clear();
    Status renamed = std::visit([this](auto& request) { return rename(request); }, body);
    if (!renamed) return pass_on(std::move(renamed));
    Result<ReplyBody> reply = inner_->ask(daemon, std::move(body), retry);
    if (reply) std::visit([this](auto& answer) { restore(answer); }, *reply);
    return reply;
  }

 private:
  std::string_view marked(std::string_view name, const std::string& mark) {
    if (name.empty()) return name;
    return names_.emplace_back(std::string(name) + mark);
  }
  void mark_text(std::string& name, const std::string& mark) {
    if (!name.empty()) name += mark;
  }
  template <std::size_t Capacity>
  static Status mark_name(FixedString<Capacity>& name, const std::string& mark) {
    const auto longer = FixedString<Capacity>::make(name.string() + mark);
    if (!longer) return fail(ErrorCode::usage, "the name '" + name.string() + "' is too long for a live run");
    name = *longer;
    return {};
  }

  // --- on the way there ---

  Status rename(SubmitRequest& request) {
    for (SubmittedCommand& command : request.commands) {
      command.account_name = marked(command.account_name, account_mark_);
      command.symbol_name = marked(command.symbol_name, symbol_mark_);
      Status named;
      if (auto* open = std::get_if<OpenAccount>(&command.body)) named = mark_name(open->name, account_mark_);
      if (auto* add = std::get_if<AddSymbol>(&command.body)) named = mark_name(add->symbol, symbol_mark_);
      if (auto* venue = std::get_if<AddVenue>(&command.body)) named = mark_name(venue->name, account_mark_);
      if (!named) return named;
    }
    return {};
  }
  template <class Request>
  Status rename(Request& request) {
    if constexpr (requires { request.name; }) mark_text(request.name, account_mark_);
    if constexpr (requires { request.account.size(); }) mark_text(request.account, account_mark_);
    if constexpr (requires { request.symbol.size(); }) mark_text(request.symbol, symbol_mark_);
    if constexpr (requires { request.symbols; }) {
      for (std::string& symbol : request.symbols)
        mark_text(symbol, symbol_mark_);
    }
    return {};
  }

  // --- and back ---

  static bool unmark(std::string& name, const std::string& mark) {
    if (!name.ends_with(mark)) return false;
    name.resize(name.size() - mark.size());
    return true;
  }
  template <class Rows, class Name>
  static void keep_own(Rows& rows, Name name, const std::string& mark) {
    std::erase_if(rows, [&](auto& row) { return !unmark(row.*name, mark); });
  }
  void restore(OrderView& order) const {
    unmark(order.account, account_mark_);
    unmark(order.symbol, symbol_mark_);
    unmark(order.venue, account_mark_);
  }

  void restore(SubmitReply& reply) const {
    for (CommandResult& result : reply.results) {
      if (result.order_view) restore(*result.order_view);
    }
  }
  // All numbers are taken: pages go on from the last row, so a page of others' must not look like the end.
  void restore(AccountsReply& reply) const {
    for (AccountView& account : reply.accounts)
      unmark(account.id, account_mark_);
  }
  void restore(SymbolsReply& reply) const {
    for (SymbolView& symbol : reply.symbols) {
      unmark(symbol.symbol, symbol_mark_);
      unmark(symbol.venue_name, account_mark_);
    }
  }
  void restore(VenuesReply& reply) const {
    keep_own(reply.venues, &VenueView::name, account_mark_);
    for (VenueView& venue : reply.venues)
      unmark(venue.clearing_account, account_mark_);
  }
  void restore(PortfolioReply& reply) const {
    unmark(reply.portfolio.account, account_mark_);
    for (PositionView& position : reply.portfolio.positions)
      unmark(position.symbol, symbol_mark_);
  }
  void restore(OrdersReply& reply) const {
    for (OrderView& order : reply.orders)
      restore(order);
  }
  void restore(FillsReply& reply) const {
    for (FillView& fill : reply.fills) {
      unmark(fill.account, account_mark_);
      unmark(fill.symbol, symbol_mark_);
      unmark(fill.venue, account_mark_);
    }
  }
  void restore(FeesReply& reply) const {
    for (FeeView& fee : reply.fees) {
      unmark(fee.account, account_mark_);
      unmark(fee.symbol, symbol_mark_);
    }
  }
  void restore(PostingsReply& reply) const {
    for (PostingView& posting : reply.postings) {
      unmark(posting.account, account_mark_);
      unmark(posting.symbol, symbol_mark_);
    }
  }
  void restore(QuotesReply& reply) const { keep_own(reply.quotes, &QuoteView::symbol, symbol_mark_); }
  void restore(DepthReply& reply) const { unmark(reply.depth.symbol, symbol_mark_); }
  void restore(TapeReply& reply) const {
    for (TapeEntryView& entry : reply.entries)
      unmark(entry.symbol, symbol_mark_);
  }
  template <class Other>
  void restore(Other&) const {}

  std::unique_ptr<Transport> inner_;
  std::string account_mark_;
  std::string symbol_mark_;
  std::deque<std::string> names_;
};

}  // namespace

std::unique_ptr<Transport> renaming_transport(std::unique_ptr<Transport> inner, const std::string& mark) {
  return std::make_unique<Renaming>(std::move(inner), mark);
}

}  // namespace trade::venue
