#include "ledger/ledger.hpp"

#include <cstdint>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "event_feed.hpp"
#include "ledger/views.hpp"

namespace trade::ledger {
namespace {

using test::cents;
using test::dollars;
using test::EventFeed;
using test::price_cents;
using test::RandomMarket;

/// Folds what the feed has collected since the last time, and checks what must always hold.
class LedgerTest : public ::testing::Test {
 protected:
  void fold() {
    const std::vector<Event> events = feed.take();
    const Status status = ledger.fold(events, entries);
    ASSERT_TRUE(status) << status.error().message;
    const Status invariants = ledger.check_invariants();
    EXPECT_TRUE(invariants) << invariants.error().message;
  }
  /// The postings of the newest entry.
  std::vector<Posting> last_postings() {
    std::vector<Posting> postings;
    for_each_posting(entries.back(), [&](const Posting& posting) { postings.push_back(posting); });
    return postings;
  }
  Holding holding(AccountId account, SymbolId symbol) {
    const PositionRecord* position = ledger.position(account, symbol);
    return position == nullptr ? Holding{} : Holding{position->quantity, position->cost};
  }

  EventFeed feed;
  Ledger ledger;
  std::vector<Entry> entries;
};

TEST_F(LedgerTest, DepositsAndWithdrawals) {
  const AccountId alice = feed.open_account("alice");
  feed.move_cash(alice, dollars(100));
  feed.move_cash(alice, dollars(-40));
  fold();
  EXPECT_EQ(ledger.account(alice)->cash, dollars(60));
  EXPECT_EQ(ledger.account(alice)->external, dollars(60));
  EXPECT_EQ(ledger.account(alice)->changed_at, 3u);
  EXPECT_EQ(last_postings(), (std::vector<Posting>{{alice, LedgerName::cash, {}, {}, dollars(-40)},
                                                   {alice, LedgerName::external, {}, {}, dollars(40)}}));
}

TEST_F(LedgerTest, AFeeGoesFromTheCashToAnAccountOfItsOwn) {
  const AccountId alice = feed.open_account("alice", AccountType::margin);
  const SymbolId acme = feed.add_symbol("ACME");
  feed.move_cash(alice, dollars(100));
  BorrowFeeCharged fee{.account = alice, .symbol = acme};
  // More shares than one order has.
  fee.quantity = {2 * order_quantity_max};
  fee.price = price_cents(500);
  fee.amount = dollars(3);
  feed.add(fee);
  fold();
  EXPECT_EQ(last_postings(), (std::vector<Posting>{{alice, LedgerName::fees, acme, {}, dollars(3)},
                                                   {alice, LedgerName::cash, {}, {}, dollars(-3)}}));
  EXPECT_EQ(ledger.account(alice)->cash, dollars(97));
  EXPECT_EQ(ledger.account(alice)->fees(), dollars(3));
  EXPECT_EQ(ledger.account(alice)->external, dollars(100));
  EXPECT_EQ(ledger.account(alice)->changed_at, feed.sequence());
  // Beyond 32 bits.
  fee.amount = dollars(1'000'000);
  feed.add(fee);
  fold();
  EXPECT_EQ(ledger.account(alice)->fees(), dollars(1'000'003));
  const auto portfolio = portfolio_view(ledger, "alice");
  ASSERT_TRUE(portfolio);
  EXPECT_EQ(portfolio->fees, dollars(1'000'003));
  EXPECT_EQ(portfolio->realized_pnl, Money{});
  EXPECT_EQ(portfolio->equity, dollars(-999'903));
}

TEST_F(LedgerTest, SharesFromElsewhere) {
  const AccountId alice = feed.open_account("alice");
  const SymbolId acme = feed.add_symbol("ACME");
  feed.add(SharesTransferred{alice, acme, Quantity{10}, price_cents(500)});
  fold();
  EXPECT_EQ(holding(alice, acme), (Holding{Quantity{10}, dollars(50)}));
  EXPECT_EQ(ledger.account(alice)->cash, Money{});
  EXPECT_EQ(ledger.symbol(acme)->external_shares, Quantity{10});
  EXPECT_EQ(last_postings(),
            (std::vector<Posting>{{alice, LedgerName::securities, acme, Quantity{10}, dollars(50)},
                                  {alice, LedgerName::external, acme, Quantity{-10}, dollars(-50)}}));
}

TEST_F(LedgerTest, ATradeIsAPurchaseAndASale) {
  const AccountId alice = feed.open_account("alice");
  const AccountId bob = feed.open_account("bob");
  const SymbolId acme = feed.add_symbol("ACME");
  feed.move_cash(alice, dollars(1'000));
  feed.add(SharesTransferred{bob, acme, Quantity{10}, price_cents(500)});
  feed.trade(alice, bob, acme, Quantity{4}, price_cents(600));
  fold();
  EXPECT_EQ(ledger.account(alice)->cash, dollars(976));
  EXPECT_EQ(holding(alice, acme), (Holding{Quantity{4}, dollars(24)}));
  EXPECT_EQ(ledger.account(alice)->realized, Money{});
  EXPECT_EQ(ledger.account(bob)->cash, dollars(24));
  EXPECT_EQ(holding(bob, acme), (Holding{Quantity{6}, dollars(30)}));
  EXPECT_EQ(ledger.account(bob)->realized, dollars(4));
  EXPECT_EQ(ledger.position(bob, acme)->realized, dollars(4));
  EXPECT_EQ(last_postings(),
            (std::vector<Posting>{{alice, LedgerName::securities, acme, Quantity{4}, dollars(24)},
                                  {alice, LedgerName::cash, {}, {}, dollars(-24)},
                                  {bob, LedgerName::securities, acme, Quantity{-4}, dollars(-20)},
                                  {bob, LedgerName::cash, {}, {}, dollars(24)},
                                  {bob, LedgerName::realized_pnl, acme, {}, dollars(-4)}}));
  EXPECT_EQ(ledger.account(alice)->changed_at, feed.sequence());
  EXPECT_EQ(ledger.account(bob)->changed_at, feed.sequence());
}

TEST_F(LedgerTest, AverageCostOverSeveralLotsWithOddCents) {
  const AccountId alice = feed.open_account("alice");
  const AccountId house = feed.open_account("house", AccountType::house);
  const SymbolId acme = feed.add_symbol("ACME");
  feed.move_cash(alice, dollars(10'000));
  feed.trade(alice, house, acme, Quantity{3}, Price{1'000'033});  // 100.0033 each: 300.0099
  feed.trade(alice, house, acme, Quantity{4}, Price{999'999});    //  99.9999 each: 399.9996
  fold();
  EXPECT_EQ(holding(alice, acme), (Holding{Quantity{7}, Money{7'000'095}}));
  // 2 of 7 take 7,000,095 * 2 / 7 = 2,000,027.14… of the cost along, rounded down.
  feed.trade(house, alice, acme, Quantity{2}, Price{1'010'000}, true);
  fold();
  EXPECT_EQ(holding(alice, acme), (Holding{Quantity{5}, Money{5'000'068}}));
  EXPECT_EQ(ledger.account(alice)->realized, Money{2'020'000 - 2'000'027});
  feed.trade(house, alice, acme, Quantity{5}, Price{1'000'000});
  fold();
  EXPECT_EQ(holding(alice, acme), Holding{});
  // Bought for 7,000,095, sold for 7,020,000: to the unit, however it was rounded in between.
  EXPECT_EQ(ledger.account(alice)->realized, Money{19'905});
  EXPECT_EQ(ledger.account(alice)->cash, dollars(10'000) + Money{19'905});
}

TEST_F(LedgerTest, TheHouseGoesShortAndComesBack) {
  const AccountId alice = feed.open_account("alice");
  const AccountId house = feed.open_account("house", AccountType::house);
  const SymbolId acme = feed.add_symbol("ACME");
  feed.move_cash(alice, dollars(1'000));
  feed.trade(alice, house, acme, Quantity{5}, price_cents(1'000));
  fold();
  EXPECT_EQ(holding(house, acme), (Holding{Quantity{-5}, dollars(-50)}));
  EXPECT_EQ(ledger.account(house)->cash, dollars(50));
  feed.add(SharesTransferred{alice, acme, Quantity{10}, price_cents(1'000)});
  feed.trade(house, alice, acme, Quantity{8}, price_cents(1'200));
  fold();
  EXPECT_EQ(holding(house, acme), (Holding{Quantity{3}, dollars(36)}));
  EXPECT_EQ(ledger.account(house)->realized, dollars(-10));
  EXPECT_EQ(ledger.account(house)->cash, dollars(-46));
}

TEST_F(LedgerTest, ATradeAtAVenueIsOneWithItsClearingAccount) {
  const AccountId alice = feed.open_account("alice");
  const SymbolId acme = feed.add_symbol("ACME");
  const VenueId nyx = feed.add_venue("NYX");
  feed.move_cash(alice, dollars(1'000));
  const OrderId order = feed.route(alice, acme, nyx, Side::buy, Quantity{10});
  fold();
  const auto view = [&] { return order_view(ledger, **ledger.orders().look(order, nullptr)); };
  EXPECT_EQ(view().status, OrderStatus::pending);
  EXPECT_EQ(view().venue, "NYX");
  EXPECT_EQ(view().venue_state, VenueState::sending);
  feed.venue_state(order, alice, acme, nyx, VenueState::working, OrderStatus::submitted, "N-17");
  feed.venue_trade(order, alice, acme, nyx, Side::buy, Quantity{4}, price_cents(600), Quantity{6});
  fold();
  EXPECT_EQ(view().status, OrderStatus::partially_filled);
  EXPECT_EQ(view().venue_order_id, "N-17");
  EXPECT_EQ(view().filled_quantity, Quantity{4});
  const AccountId clearing = feed.clearing_account(nyx);
  EXPECT_EQ(last_postings(),
            (std::vector<Posting>{{alice, LedgerName::securities, acme, Quantity{4}, dollars(24)},
                                  {alice, LedgerName::cash, {}, {}, dollars(-24)},
                                  {clearing, LedgerName::securities, acme, Quantity{-4}, dollars(-24)},
                                  {clearing, LedgerName::cash, {}, {}, dollars(24)}}));
  EXPECT_EQ(ledger.symbol(acme)->last_price, price_cents(600));
  const auto fills = fills_view(ledger, {.account = alice, .symbol = {}, .order = {}, .limit = 10});
  ASSERT_TRUE(fills);
  ASSERT_EQ(fills->fills.size(), 1u);
  EXPECT_EQ(fills->fills[0].venue, "NYX");
  EXPECT_FALSE(fills->fills[0].busted);
}

TEST_F(LedgerTest, ABustedTradeGoesBackWithItsProfit) {
  const AccountId alice = feed.open_account("alice");
  const SymbolId acme = feed.add_symbol("ACME");
  const VenueId nyx = feed.add_venue("NYX");
  feed.add(SharesTransferred{alice, acme, Quantity{10}, price_cents(400)});
  const OrderId order = feed.route(alice, acme, nyx, Side::sell, Quantity{10});
  const TradeId trade =
      feed.venue_trade(order, alice, acme, nyx, Side::sell, Quantity{10}, price_cents(600), {});
  fold();
  EXPECT_EQ(ledger.account(alice)->realized, dollars(20));
  EXPECT_EQ(ledger.orders().open_count(), 0u);
  feed.add(VenueTradeBusted{trade,
                            order,
                            alice,
                            acme,
                            nyx,
                            feed.clearing_account(nyx),
                            Side::sell,
                            price_cents(600),
                            Quantity{10},
                            {},
                            OrderStatus::filled,
                            "E",
                            false});
  fold();
  EXPECT_EQ(ledger.account(alice)->realized, Money{});
  EXPECT_EQ(ledger.account(alice)->cash, Money{});
  EXPECT_EQ(holding(alice, acme), (Holding{Quantity{10}, dollars(40)}));
  EXPECT_EQ(holding(feed.clearing_account(nyx), acme), Holding{});
  EXPECT_EQ(ledger.orders().find(order)->filled_quantity(), Quantity{});
  const auto fills = fills_view(ledger, {.account = {}, .symbol = {}, .order = order, .limit = 10});
  ASSERT_TRUE(fills);
  ASSERT_EQ(fills->fills.size(), 1u);
  EXPECT_TRUE(fills->fills[0].busted);
  EXPECT_FALSE(fills->older_on_disk);
}

TEST_F(LedgerTest, AFillThatCrossedWithTheEndOfItsOrderSettles) {
  const AccountId alice = feed.open_account("alice");
  const SymbolId acme = feed.add_symbol("ACME");
  const VenueId nyx = feed.add_venue("NYX");
  const OrderId order = feed.route(alice, acme, nyx, Side::buy, Quantity{10});
  feed.add(OrderCancelled{order, alice, acme, Side::buy, CancelReason::venue, false, {}, Quantity{10}});
  feed.venue_state(order, alice, acme, nyx, VenueState::ended, OrderStatus::cancelled);
  feed.venue_trade(order, alice, acme, nyx, Side::buy, Quantity{3}, price_cents(500), {});
  fold();
  EXPECT_EQ(holding(alice, acme), (Holding{Quantity{3}, dollars(15)}));
  EXPECT_EQ(ledger.orders().find(order)->status, OrderStatus::cancelled);
  EXPECT_EQ(ledger.orders().find(order)->filled_quantity(), Quantity{3});
}

TEST_F(LedgerTest, WhoTradesWithHimselfKeepsHisShares) {
  const AccountId alice = feed.open_account("alice");
  const SymbolId acme = feed.add_symbol("ACME");
  feed.add(SharesTransferred{alice, acme, Quantity{10}, price_cents(100)});
  feed.trade(alice, alice, acme, Quantity{10}, price_cents(200));
  fold();
  // 20 shares for 30 in all while the trade is under way; 10 of them are sold for 20.
  EXPECT_EQ(holding(alice, acme), (Holding{Quantity{10}, dollars(15)}));
  EXPECT_EQ(ledger.account(alice)->realized, dollars(5));
  EXPECT_EQ(ledger.account(alice)->cash, Money{});
}

TEST_F(LedgerTest, PricesFollowTradesPrintsAndDays) {
  const AccountId alice = feed.open_account("alice");
  const SymbolId acme = feed.add_symbol("ACME", price_cents(900));
  feed.add(SessionChanged{SessionPhase::open, {}, true});
  fold();
  EXPECT_EQ(ledger.symbol(acme)->previous_close, price_cents(900));
  EXPECT_EQ(ledger.symbol(acme)->last_price, Price{});
  feed.add(TradePrinted{feed.next_trade(), acme, price_cents(950), Quantity{7}});
  fold();
  EXPECT_EQ(ledger.symbol(acme)->last_price, price_cents(950));
  feed.trade(alice, alice, acme, Quantity{1}, price_cents(960));
  feed.add(SessionChanged{SessionPhase::closed, {}, false});
  fold();
  EXPECT_EQ(ledger.symbol(acme)->previous_close, price_cents(900));
  feed.add(SessionChanged{SessionPhase::open, {}, true});
  fold();
  EXPECT_EQ(ledger.symbol(acme)->previous_close, price_cents(960));
}

TEST_F(LedgerTest, PortfolioAtMarketPricesOrAtCost) {
  const AccountId alice = feed.open_account("alice");
  const AccountId house = feed.open_account("house", AccountType::house);
  const SymbolId zeta = feed.add_symbol("ZETA");
  const SymbolId acme = feed.add_symbol("ACME", price_cents(1'000));
  const SymbolId gone = feed.add_symbol("GONE");
  feed.move_cash(alice, dollars(1'000));
  feed.trade(alice, house, acme, Quantity{10}, price_cents(1'100));
  feed.trade(alice, house, gone, Quantity{1}, price_cents(1'000));
  feed.trade(house, alice, gone, Quantity{1}, price_cents(1'300));
  feed.add(SharesTransferred{alice, zeta, Quantity{2}, price_cents(700)});
  feed.add(TradePrinted{feed.next_trade(), acme, price_cents(1'250), Quantity{1}});
  fold();
  const auto view = portfolio_view(ledger, "alice");
  ASSERT_TRUE(view);
  EXPECT_EQ(view->cash_balance, dollars(893));
  EXPECT_EQ(view->realized_pnl, dollars(3));
  ASSERT_EQ(view->positions.size(), 2u);  // GONE is sold out
  EXPECT_EQ(view->positions[0].symbol, "ACME");
  EXPECT_EQ(view->positions[0].market_price, price_cents(1'250));
  EXPECT_EQ(view->positions[0].cost, dollars(110));
  EXPECT_EQ(view->positions[0].current_value, dollars(125));
  EXPECT_EQ(view->positions[0].unrealized_pnl, dollars(15));
  EXPECT_EQ(view->positions[1].symbol, "ZETA");
  EXPECT_EQ(view->positions[1].market_price, Price{});  // no price yet: worth what it cost
  EXPECT_EQ(view->positions[1].current_value, dollars(14));
  EXPECT_EQ(view->positions[1].unrealized_pnl, Money{});
  EXPECT_EQ(view->equity, dollars(893 + 125 + 14));

  const auto none = portfolio_view(ledger, "nobody");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::not_found);
  EXPECT_EQ(none.error().message, "no account 'nobody'");
}

TEST_F(LedgerTest, HoldingsPageByPage) {
  for (int number = 1; number <= 5; ++number)
    feed.open_account("a" + std::to_string(number));
  const SymbolId acme = feed.add_symbol("ACME");
  const SymbolId beta = feed.add_symbol("BETA");
  feed.add(SharesTransferred{AccountId{2}, beta, Quantity{1}, price_cents(100)});
  feed.add(SharesTransferred{AccountId{2}, acme, Quantity{2}, price_cents(100)});
  fold();
  const auto page = holdings_view(ledger, {.after = AccountId{1}, .limit = 2, .only = {}});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->sequence, feed.sequence());
  ASSERT_EQ(page->rows.size(), 2u);
  EXPECT_EQ(page->rows[0].name, "a2");
  EXPECT_EQ(page->rows[0].changed_at, feed.sequence());
  EXPECT_EQ(page->rows[0].holdings,
            (std::vector<HoldingsRow::Holding>{{acme, Quantity{2}}, {beta, Quantity{1}}}));
  EXPECT_EQ(page->rows[1].name, "a3");
  EXPECT_EQ(page->rows[1].changed_at, 3u);
  EXPECT_TRUE(holdings_view(ledger, {.after = AccountId{5}, .limit = 2, .only = {}})->rows.empty());
  EXPECT_EQ(holdings_view(ledger, {.after = {}, .limit = 9, .only = AccountId{4}})->rows.size(), 1u);
  EXPECT_EQ(holdings_view(ledger, {.after = {}, .limit = 9, .only = AccountId{6}}).error().code,
            ErrorCode::not_found);
  EXPECT_FALSE(holdings_view(ledger, {.after = {}, .limit = 0, .only = {}}));
}

/// Whether a ledger that has an account, a symbol and two orders in it refuses this event.
bool refused(EventBody body) {
  EventFeed feed;
  feed.open_account("alice");
  feed.add_symbol("ACME");
  feed.accept(AccountId{1}, SymbolId{1}, Side::buy, Quantity{5});
  feed.accept(AccountId{1}, SymbolId{1}, Side::sell, Quantity{5});
  feed.add(std::move(body));
  Ledger ledger;
  std::vector<Entry> entries;
  const Status status = ledger.fold(feed.events(), entries);
  return !status && status.error().code == ErrorCode::corrupt;
}

TEST(LedgerErrors, EventsThatCannotBe) {
  const TradeExecuted good{.trade = TradeId{1},
                           .symbol = SymbolId{1},
                           .price = Price{1},
                           .quantity = Quantity{5},
                           .taker_side = Side::sell,
                           .maker_order = OrderId{1},
                           .maker_account = AccountId{1},
                           .maker_leaves = {},
                           .taker_order = OrderId{2},
                           .taker_account = AccountId{1},
                           .taker_leaves = {}};
  EXPECT_FALSE(refused(good));
  const auto changed = [&good](auto change) {
    TradeExecuted event = good;
    change(event);
    return EventBody(event);
  };
  EXPECT_TRUE(refused(changed([](TradeExecuted& event) { event.maker_order = OrderId{9}; })));
  EXPECT_TRUE(refused(changed([](TradeExecuted& event) { event.taker_order = OrderId{1}; })));
  EXPECT_TRUE(refused(changed([](TradeExecuted& event) { event.maker_leaves = Quantity{1}; })));
  EXPECT_TRUE(refused(changed([](TradeExecuted& event) { event.quantity = Quantity{6}; })));
  EXPECT_TRUE(refused(changed([](TradeExecuted& event) { event.quantity = Quantity{0}; })));
  EXPECT_TRUE(refused(changed([](TradeExecuted& event) { event.price = Price{price_units_max + 1}; })));
  EXPECT_TRUE(refused(changed([](TradeExecuted& event) { event.symbol = SymbolId{2}; })));
  EXPECT_TRUE(refused(changed([](TradeExecuted& event) { event.taker_account = AccountId{2}; })));
  EXPECT_TRUE(refused(CashMoved{AccountId{2}, Money{1}, {}}));
  EXPECT_TRUE(refused(CashMoved{AccountId{1}, Money{INT64_MIN}, {}}));
  const BorrowFeeCharged fee{.account = AccountId{1},
                             .symbol = SymbolId{1},
                             .quantity = Quantity{1},
                             .price = Price{1},
                             .rate_basis_points = 1,
                             .days = 1,
                             .amount = Money{100},
                             .cash_balance = {}};
  EXPECT_FALSE(refused(fee));
  const auto changed_fee = [&fee](auto change) {
    BorrowFeeCharged event = fee;
    change(event);
    return EventBody(event);
  };
  EXPECT_TRUE(refused(changed_fee([](BorrowFeeCharged& event) { event.account = AccountId{2}; })));
  EXPECT_TRUE(refused(changed_fee([](BorrowFeeCharged& event) { event.symbol = SymbolId{2}; })));
  EXPECT_TRUE(refused(changed_fee([](BorrowFeeCharged& event) { event.amount = Money{}; })));
  EXPECT_TRUE(refused(changed_fee([](BorrowFeeCharged& event) { event.quantity = Quantity{0}; })));
  EXPECT_TRUE(
      refused(changed_fee([](BorrowFeeCharged& event) { event.price = Price{price_units_max + 1}; })));
  EXPECT_TRUE(refused(AccountOpened{AccountId{3}, *AccountName::make("b"), AccountType::cash}));
  EXPECT_TRUE(refused(SymbolAdded{SymbolId{1}, *Symbol::make("B"), {}, {}, {}}));
  EXPECT_TRUE(refused(SharesTransferred{AccountId{1}, SymbolId{1}, Quantity{-1}, Price{1}}));
  EXPECT_TRUE(refused(OrderCancelled{OrderId{3}, AccountId{1}, SymbolId{1}, Side::buy, {}, false, {}, {}}));
  EXPECT_TRUE(refused(OrderTriggered{OrderId{}, AccountId{1}, SymbolId{1}, {}}));

  std::vector<Event> gap = {Event{2, {}, AccountOpened{AccountId{1}, *AccountName::make("a"), {}}}};
  Ledger ledger;
  std::vector<Entry> entries;
  const Status status = ledger.fold(gap, entries);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "event 2 does not come next");
}

/// The books kept a second time, as plainly as can be, by adding up events.
struct PlainBooks {
  std::map<std::uint32_t, Money> cash;
  std::map<std::uint32_t, Money> brought_in;
  std::map<std::uint32_t, Money> fees;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Quantity> shares;

  void add(const Event& event) {
    if (const auto* moved = std::get_if<CashMoved>(&event.body)) {
      cash[moved->account.value] += moved->amount;
      brought_in[moved->account.value] += moved->amount;
    } else if (const auto* fee = std::get_if<BorrowFeeCharged>(&event.body)) {
      cash[fee->account.value] -= fee->amount;
      fees[fee->account.value] += fee->amount;
    } else if (const auto* transfer = std::get_if<SharesTransferred>(&event.body)) {
      shares[{transfer->account.value, transfer->symbol.value}] += transfer->quantity;
      brought_in[transfer->account.value] += transfer->cost_price * transfer->quantity;
    } else if (const auto* trade = std::get_if<TradeExecuted>(&event.body)) {
      const bool taker_buys = trade->taker_side == Side::buy;
      const auto buyer = (taker_buys ? trade->taker_account : trade->maker_account).value;
      const auto seller = (taker_buys ? trade->maker_account : trade->taker_account).value;
      cash[buyer] -= trade->price * trade->quantity;
      cash[seller] += trade->price * trade->quantity;
      shares[{buyer, trade->symbol.value}] += trade->quantity;
      shares[{seller, trade->symbol.value}] -= trade->quantity;
    }
  }
};

TEST(LedgerProperty, RandomTradesKeepEveryBalance) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomMarket market(seed, {});
    Ledger ledger;
    PlainBooks plain;
    std::vector<Entry> entries;
    for (int step = 0; step < 3'000; ++step) {
      market.step();
      const std::vector<Event> events = market.feed().take();
      entries.clear();
      const Status folded = ledger.fold(events, entries);
      ASSERT_TRUE(folded) << folded.error().message;
      for (const Event& event : events)
        plain.add(event);
      for (const Entry& entry : entries) {
        Money money;
        Quantity shares;
        std::size_t count = 0;
        for_each_posting(entry, [&](const Posting& posting) {
          money += posting.amount;
          shares += posting.quantity;
          ++count;
        });
        ASSERT_EQ(money, Money{});
        ASSERT_EQ(shares, Quantity{});
        ASSERT_LE(count, entry_postings_max);
      }
      if (step % 50 != 0) continue;
      const Status invariants = ledger.check_invariants();
      ASSERT_TRUE(invariants) << invariants.error().message;
    }
    for (std::uint32_t number = 1; number <= ledger.account_count(); ++number) {
      const AccountRecord& account = *ledger.account(AccountId{number});
      EXPECT_EQ(account.cash, plain.cash[number]);
      const auto portfolio = portfolio_view(ledger, account.name.view());
      ASSERT_TRUE(portfolio);
      Money unrealized;
      for (const PositionView& position : portfolio->positions)
        unrealized += position.unrealized_pnl;
      EXPECT_EQ(portfolio->fees, plain.fees[number]);
      // What there is, is what came in and what was gained, less what was charged.
      EXPECT_EQ(portfolio->equity,
                plain.brought_in[number] + portfolio->realized_pnl + unrealized - portfolio->fees);
      for (std::uint32_t symbol = 1; symbol <= ledger.symbol_count(); ++symbol) {
        const PositionRecord* position = ledger.position(AccountId{number}, SymbolId{symbol});
        EXPECT_EQ(position == nullptr ? Quantity{} : position->quantity, (plain.shares[{number, symbol}]));
      }
    }
  }
}

}  // namespace
}  // namespace trade::ledger
