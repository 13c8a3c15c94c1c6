// How the books answer: from memory where they can, else from the postings frames and the saved pages.
#include <algorithm>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "ledger/views.hpp"
#include "ledgerd/books.hpp"

namespace trade::ledgerd {

namespace {

/// A reader that is opened when a saved page of orders is first needed.
class LazyPages final : public ledger::OrderPageSource {
 public:
  explicit LazyPages(const LedgerStore& store) : store_(store) {}
  Result<std::span<const std::byte>> page(std::uint32_t number) override {
    if (!reader_) {
      auto reader = store_.begin_read();
      if (!reader) return pass_on(std::move(reader));
      reader_.emplace(std::move(*reader));
    }
    return reader_->page(number);
  }

 private:
  const LedgerStore& store_;
  std::optional<LedgerStore::Reader> reader_;
};

/// Adds fills from the frames, newest first, to those found in memory.
Status add_older_fills(LedgerStore::Reader& reader, const ledger::Ledger& ledger,
                       const ledger::FillsWanted& wanted, ledger::FillsFound& found) {
  // Whose frames have them; zero: anybody's.
  const AccountId owner = found.order ? found.order->account : wanted.account;
  const ledger::AccountRecord* account = ledger.account(owner);
  const ledger::TradeLog& trades = ledger.trades();
  // Newer trades need not be gone through; but those of an order count for what it has filled.
  Sequence before = found.before;
  if (wanted.before && !wanted.order &&
      (!trades.holds(trades.oldest()) || wanted.before < trades[trades.oldest()].trade)) {
    auto end = reader.end_of_trades_before(wanted.before, before);
    if (!end) return pass_on(std::move(end));
    before = *end;
  }
  std::vector<ledger::Entry> entries;
  return reader.for_each_frame_back(before, [&](const ledger::FrameView& frame) -> Result<bool> {
    if (account == nullptr || frame.may_concern(owner)) {
      if (Status decoded = frame.decode(entries); !decoded) return pass_on(std::move(decoded));
      found.looked_at += entries.size();
      for (auto entry = entries.rbegin(); entry != entries.rend() && !found.complete(wanted); ++entry) {
        if (entry->sequence < before) append_fills(ledger, wanted, *entry, found);
      }
    }
    if (found.complete(wanted) || found.precedes_order(frame.first_timestamp())) return false;
    if (account != nullptr && frame.first_sequence() <= account->first_entry) return false;
    if (found.looked_at > ledger::trades_looked_at_max) {
      return ledger::looked_at_too_many("trades", found.looked_at, found.fills.size());
    }
    return true;
  });
}

}  // namespace

ReplyBody Books::answer(const RequestBody& request) {
  Result<ReplyBody> result = std::visit([this](const auto& body) { return reply(body); }, request);
  if (result) return std::move(*result);
  return ErrorReply{std::move(result.error())};
}

Result<ReplyBody> Books::reply(const PortfolioRequest& request) {
  auto portfolio = portfolio_view(ledger_, request.account);
  if (!portfolio) return pass_on(std::move(portfolio));
  return PortfolioReply{std::move(*portfolio)};
}

Result<ReplyBody> Books::reply(const HoldingsRequest& request) {
  auto holdings = holdings_view(ledger_, request);
  if (!holdings) return pass_on(std::move(holdings));
  return std::move(*holdings);
}

Result<ReplyBody> Books::reply(const OrdersRequest& request) {
  LazyPages pages(store_);
  auto orders = orders_view(ledger_, request, &pages);
  if (!orders) return pass_on(std::move(orders));
  return OrdersReply{.orders = std::move(*orders), .sequence = position().last_sequence};
}

Result<ReplyBody> Books::reply(const FillsRequest& request) {
  if (Status limit = ledger::check_limit(request.limit, ledger::answer_fills_max); !limit) {
    return pass_on(std::move(limit));
  }
  ledger::FillsWanted wanted{{}, {}, request.order, request.limit, request.before};
  if (!request.account.empty()) {
    auto account = ledger::account_named(ledger_, request.account);
    if (!account) return pass_on(std::move(account));
    wanted.account = *account;
  }
  if (!request.symbol.empty()) {
    auto symbol = ledger::symbol_named(ledger_, request.symbol);
    if (!symbol) return pass_on(std::move(symbol));
    wanted.symbol = *symbol;
  }
  std::optional<LazyPages> pages(std::in_place, store_);
  auto found = fills_view(ledger_, wanted, &*pages);
  pages.reset();  // before the frames are written: a write may wait for readers
  if (!found) return pass_on(std::move(found));
  if (request.order && !found->order) return ledger::no_order(request.order);
  if (found->older_on_disk) {
    if (Status flushed = flush(); !flushed) return pass_on(std::move(flushed));
    auto reader = store_.begin_read();
    if (!reader) return pass_on(std::move(reader));
    if (Status added = add_older_fills(*reader, ledger_, wanted, *found); !added) {
      return pass_on(std::move(added));
    }
  }
  return FillsReply{std::move(found->fills)};
}

Result<ReplyBody> Books::reply(const EquityHistoryRequest& request) {
  auto id = ledger::account_named(ledger_, request.account);
  if (!id) return pass_on(std::move(id));
  const ledger::AccountRecord& account = *ledger_.account(*id);
  const auto equity = equity_of(ledger_, account);
  if (!equity) {
    return fail(ErrorCode::internal, "account '" + request.account + "': the equity is out of range");
  }
  if (Status flushed = flush(); !flushed) return pass_on(std::move(flushed));
  auto reader = store_.begin_read();
  if (!reader) return pass_on(std::move(reader));
  auto found = reader->equity_notes(request.step, *id, request.from, request.to);
  if (!found) return pass_on(std::move(found));
  return EquityHistoryReply{std::move(found->before), std::move(found->rows),
                            EquityView{ledger_.timestamp(), *equity, account.external}};
}

Result<ReplyBody> Books::reply(const FeesRequest& request) {
  if (Status limit = ledger::check_limit(request.limit); !limit) return pass_on(std::move(limit));
  auto id = ledger::account_named(ledger_, request.account);
  if (!id) return pass_on(std::move(id));
  const ledger::AccountRecord& account = *ledger_.account(*id);
  FeesReply reply;
  if (!account.fees()) return reply;
  if (Status flushed = flush(); !flushed) return pass_on(std::move(flushed));
  auto reader = store_.begin_read();
  if (!reader) return pass_on(std::move(reader));
  const Sequence before = request.before != 0 ? request.before : ledger_.sequence() + 1;
  std::vector<ledger::Entry> entries;
  std::uint64_t looked_at = 0;
  Status walked = reader->for_each_frame_back(before, [&](const ledger::FrameView& frame) -> Result<bool> {
    if (frame.may_concern(*id)) {
      if (Status decoded = frame.decode(entries); !decoded) return pass_on(std::move(decoded));
      looked_at += entries.size();
      const auto enough = [&] { return reply.fees.size() >= request.limit; };
      for (auto entry = entries.rbegin(); entry != entries.rend() && !enough(); ++entry) {
        if (entry->sequence < before) append_fee(ledger_, *id, *entry, reply.fees);
      }
    }
    if (reply.fees.size() >= request.limit || frame.first_sequence() <= account.first_entry) return false;
    if (looked_at > ledger::trades_looked_at_max)
      return ledger::looked_at_too_many("postings", looked_at, reply.fees.size());
    return true;
  });
  if (!walked) return pass_on(std::move(walked));
  return reply;
}

Result<ReplyBody> Books::reply(const AccountEventsRequest& request) {
  if (!account_journal_) return follower::not_served_here("ledgerd");
  auto account = ledger::account_named(ledger_, request.account);
  if (!account) return pass_on(std::move(account));
  auto events = account_journal_->read(request, *account, position());
  if (!events) return pass_on(std::move(events));
  return std::move(*events);
}

Result<ReplyBody> Books::reply(const PostingsRequest& request) {
  if (Status limit = ledger::check_limit(request.limit); !limit) return pass_on(std::move(limit));
  auto id = ledger::account_named(ledger_, request.account);
  if (!id) return pass_on(std::move(id));
  const ledger::AccountRecord& account = *ledger_.account(*id);
  PostingsReply reply;
  if (account.first_entry == 0 || request.after >= account.last_entry) return reply;
  if (Status flushed = flush(); !flushed) return pass_on(std::move(flushed));
  auto reader = store_.begin_read();
  if (!reader) return pass_on(std::move(reader));
  std::vector<ledger::Entry> entries;
  std::vector<PostingView> of_entry;
  const Sequence from = std::max(request.after + 1, account.first_entry);
  // An entry's postings stay together: the next request goes on after the last one's sequence.
  const auto add = [&](const ledger::Entry& entry) {
    if (entry.sequence <= request.after) return true;
    of_entry.clear();
    append_postings(ledger_, *id, entry, of_entry);
    if (!reply.postings.empty() && reply.postings.size() + of_entry.size() > request.limit) return false;
    std::ranges::move(of_entry, std::back_inserter(reply.postings));
    return reply.postings.size() < request.limit;
  };
  const std::int64_t end_ns = monotonic_nanoseconds() + options_.looking_time_max.count();
  bool any = false;
  Status walked = reader->for_each_frame(from, [&](const ledger::FrameView& frame) -> Result<bool> {
    if (frame.first_sequence() > account.last_entry) return false;
    if (std::exchange(any, true) && monotonic_nanoseconds() >= end_ns) {
      reply.next_after = frame.first_sequence() - 1;
      return false;
    }
    if (!frame.may_concern(*id)) return true;
    if (Status decoded = frame.decode(entries); !decoded) return pass_on(std::move(decoded));
    return std::ranges::all_of(entries, add);
  });
  if (!walked) return pass_on(std::move(walked));
  return reply;
}

}  // namespace trade::ledgerd
