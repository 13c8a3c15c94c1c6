#include <gtest/gtest.h>

#include "statement_lines.hpp"

namespace trade::cmd {
namespace {

PostingView posting(Sequence sequence, const char* ledger, std::int64_t dollars, std::int64_t shares = 0) {
  PostingView view;
  view.sequence = sequence;
  view.timestamp = Timestamp{static_cast<std::int64_t>(sequence) * nanoseconds_per_second};
  view.ledger = ledger;
  view.symbol = std::string_view(ledger) == "cash" ? "" : "AAPL";
  view.quantity = Quantity{shares};
  view.amount = Money{dollars * units_per_dollar};
  return view;
}

/// 1 deposit 1000, 2 buy 10 at 50, 3 sell 4 at 60, 4 withdrawal 100, 5 transfer in 5 at 20.
Statement statement(Timestamp from, Timestamp to) {
  StatementMaker maker(from, to);
  for (const PostingView& view :
       {posting(1, "cash", 1'000), posting(1, "external", -1'000), posting(2, "securities", 500, 10),
        posting(2, "cash", -500), posting(3, "securities", -200, -4), posting(3, "cash", 240),
        posting(3, "realized_pnl", -40), posting(4, "cash", -100), posting(4, "external", 100),
        posting(5, "securities", 100, 5), posting(5, "external", -100, -5)})
    maker.add(view);
  return maker.finish();
}

constexpr Money dollars(std::int64_t amount) {
  return {amount * units_per_dollar};
}

TEST(Statement, AddsUpEverythingThereWas) {
  const Statement all = statement({}, {});
  EXPECT_EQ(all.opening_balance, Money{});
  EXPECT_EQ(all.closing_balance, dollars(640));
  EXPECT_EQ(all.deposits, dollars(1'000));
  EXPECT_EQ(all.withdrawals, dollars(100));
  EXPECT_EQ(all.bought, dollars(500));
  EXPECT_EQ(all.sold, dollars(240));
  EXPECT_EQ(all.realized_pnl, dollars(40));
  ASSERT_EQ(all.lines.size(), 5u);
  EXPECT_EQ(all.lines[1].kind, "buy");
  EXPECT_EQ(all.lines[1].price, (Price{50 * units_per_dollar}));
  EXPECT_EQ(all.lines[2].kind, "sell");
  EXPECT_EQ(all.lines[2].quantity, Quantity{-4});
  EXPECT_EQ(all.lines[2].balance, dollars(740));
  EXPECT_EQ(all.lines[4].kind, "transfer_in");
  EXPECT_EQ(all.lines[4].price, (Price{20 * units_per_dollar}));
  ASSERT_EQ(all.positions.size(), 1u);
  EXPECT_EQ(all.positions[0].quantity, Quantity{11});
  EXPECT_EQ(all.positions[0].cost, dollars(400));
}

TEST(Statement, TakesBackWhatWasBusted) {
  StatementMaker maker({}, {});
  std::vector<PostingView> views{posting(1, "cash", 1'000),           posting(1, "external", -1'000),
                                 posting(2, "securities", 500, 10),   posting(2, "cash", -500),
                                 posting(3, "securities", -500, -10), posting(3, "cash", 500)};
  views[4].of_bust = views[5].of_bust = true;
  for (const PostingView& view : views)
    maker.add(view);
  const Statement all = maker.finish();
  EXPECT_EQ(all.bought, Money{});
  EXPECT_EQ(all.sold, Money{});
  EXPECT_EQ(all.closing_balance, dollars(1'000));
  ASSERT_EQ(all.lines.size(), 3u);
  EXPECT_EQ(all.lines[2].kind, "bust");
  EXPECT_EQ(all.lines[2].price, (Price{50 * units_per_dollar}));
  EXPECT_TRUE(all.positions.empty());
}

TEST(Statement, TellsFees) {
  StatementMaker maker({}, {});
  for (const PostingView& view : {posting(1, "cash", 1'000), posting(1, "external", -1'000),
                                  posting(2, "fees", 7), posting(2, "cash", -7)})
    maker.add(view);
  const Statement all = maker.finish();
  EXPECT_EQ(all.fees, dollars(7));
  EXPECT_EQ(all.withdrawals, Money{});
  EXPECT_EQ(all.realized_pnl, Money{});
  EXPECT_EQ(all.closing_balance, dollars(993));
  ASSERT_EQ(all.lines.size(), 2u);
  EXPECT_EQ(all.lines[1].kind, "borrow_fee");
  EXPECT_EQ(all.lines[1].symbol, "AAPL");
  EXPECT_EQ(all.lines[1].amount, dollars(-7));
}

TEST(Statement, BeginsWithWhatWasBeforeAndEndsWithWhatWasThen) {
  const Statement part =
      statement(Timestamp{2 * nanoseconds_per_second}, Timestamp{3 * nanoseconds_per_second});
  EXPECT_EQ(part.opening_balance, dollars(1'000));
  EXPECT_EQ(part.closing_balance, dollars(740));
  EXPECT_EQ(part.lines.size(), 2u);
  EXPECT_EQ(part.deposits, Money{});
  EXPECT_EQ(part.positions[0].quantity, Quantity{6});
  const Statement later = statement(Timestamp{9 * nanoseconds_per_second}, {});
  EXPECT_EQ(later.opening_balance, dollars(640));
  EXPECT_EQ(later.closing_balance, dollars(640));
  EXPECT_TRUE(later.lines.empty());
}

}  // namespace
}  // namespace trade::cmd
