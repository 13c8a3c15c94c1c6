#include "itch/reference_market.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace trade::itch::test {

namespace {

const Stock stock = *Stock::make("TEST");

AddOrder add(std::uint64_t reference, Side side, std::int64_t price, std::int64_t shares) {
  return {.header = {},
          .order_reference_number = reference,
          .side = side,
          .shares = {shares},
          .stock = stock,
          .price = {price}};
}

std::vector<std::uint64_t> resting(const ReferenceMarket& market, Side side) {
  std::vector<std::uint64_t> references;
  market.for_each_resting(
      stock, side, [&references](const RestingOrder& order) { references.push_back(order.reference); });
  return references;
}

TEST(ReferenceMarketTest, KeepsPriceTimeOrder) {
  ReferenceMarket market;
  for (const AddOrder& order :
       {add(1, Side::buy, 100, 5), add(2, Side::buy, 102, 5), add(3, Side::buy, 100, 5),
        add(4, Side::buy, 102, 5), add(5, Side::sell, 110, 5), add(6, Side::sell, 105, 5)}) {
    ASSERT_TRUE(market.apply(order));
  }
  EXPECT_EQ(resting(market, Side::buy), (std::vector<std::uint64_t>{2, 4, 1, 3}));
  EXPECT_EQ(resting(market, Side::sell), (std::vector<std::uint64_t>{6, 5}));
  EXPECT_EQ(market.best_price(stock, Side::buy), Price{102});
  EXPECT_EQ(market.best_price(stock, Side::sell), Price{105});
  EXPECT_EQ(market.queue_head(stock, Side::buy)->reference, 2u);
  EXPECT_EQ(market.resting_orders(), 6u);
  EXPECT_FALSE(market.crossed(stock));
  ASSERT_TRUE(market.apply(add(7, Side::buy, 105, 1)));
  EXPECT_TRUE(market.crossed(stock));
  EXPECT_EQ(market.stocks(), std::vector<Stock>{stock});
  EXPECT_EQ(market.best_price(*Stock::make("NONE"), Side::buy), std::nullopt);
}

TEST(ReferenceMarketTest, TellsWhereAnExecutionHit) {
  ReferenceMarket market;
  ASSERT_TRUE(market.apply(add(1, Side::sell, 100, 5)));
  ASSERT_TRUE(market.apply(add(2, Side::sell, 100, 5)));
  ASSERT_TRUE(market.apply(add(3, Side::sell, 101, 5)));
  const auto behind = market.apply(OrderExecuted{{}, 2, {1}, 1});
  ASSERT_TRUE(behind);
  EXPECT_TRUE(behind->at_best_price);
  EXPECT_FALSE(behind->at_queue_head);
  const auto away = market.apply(OrderExecutedWithPrice{{}, 3, {1}, 2, true, {99}});
  ASSERT_TRUE(away);
  EXPECT_FALSE(away->at_best_price);
  EXPECT_TRUE(away->at_queue_head);
  const auto head = market.apply(OrderExecuted{{}, 1, {5}, 3});
  ASSERT_TRUE(head);
  EXPECT_EQ(head->effect, Applied::Effect::executed);
  EXPECT_TRUE(head->at_best_price && head->at_queue_head);
  EXPECT_EQ(head->order.shares, Quantity{5});
  EXPECT_EQ(market.find(1), nullptr);
  EXPECT_EQ(market.find(2)->shares, Quantity{4});
}

TEST(ReferenceMarketTest, CancelKeepsThePlaceAndReplaceLosesIt) {
  ReferenceMarket market;
  ASSERT_TRUE(market.apply(add(1, Side::buy, 100, 5)));
  ASSERT_TRUE(market.apply(add(2, Side::buy, 100, 5)));
  ASSERT_TRUE(market.apply(OrderCancel{{}, 1, {2}}));
  EXPECT_EQ(resting(market, Side::buy), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(market.find(1)->shares, Quantity{3});
  const auto replaced = market.apply(OrderReplace{{}, 1, 9, {7}, {100}});
  ASSERT_TRUE(replaced);
  EXPECT_EQ(replaced->order.reference, 1u);
  ASSERT_TRUE(replaced->replacement);
  EXPECT_EQ(replaced->replacement->reference, 9u);
  EXPECT_EQ(resting(market, Side::buy), (std::vector<std::uint64_t>{2, 9}));
  EXPECT_EQ(market.find(9)->shares, Quantity{7});
  EXPECT_EQ(market.find(9)->side, Side::buy);
  ASSERT_TRUE(market.apply(OrderDelete{{}, 2}));
  ASSERT_TRUE(market.apply(OrderCancel{{}, 9, {7}}));
  EXPECT_EQ(market.resting_orders(), 0u);
  EXPECT_EQ(market.queue_head(stock, Side::buy), nullptr);
}

TEST(ReferenceMarketTest, RefusesWhatCannotBeAndChangesNothing) {
  ReferenceMarket market;
  ASSERT_TRUE(market.apply(add(1, Side::buy, 100, 5)));
  ASSERT_TRUE(market.apply(add(2, Side::buy, 100, 5)));
  const std::vector<Message> wrong = {
      add(1, Side::sell, 200, 5),       add(3, Side::sell, 0, 5),         add(3, Side::sell, 200, 0),
      OrderExecuted{{}, 1, {6}, 1},     OrderExecuted{{}, 1, {0}, 1},     OrderExecuted{{}, 7, {1}, 1},
      OrderCancel{{}, 1, {6}},          OrderCancel{{}, 7, {1}},          OrderDelete{{}, 7},
      OrderReplace{{}, 7, 8, {1}, {1}}, OrderReplace{{}, 1, 2, {1}, {1}}, OrderReplace{{}, 1, 1, {1}, {1}},
      OrderReplace{{}, 1, 8, {0}, {1}}, OrderReplace{{}, 1, 8, {1}, {0}},
  };
  for (const Message& message : wrong) {
    const auto applied = market.apply(message);
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, ErrorCode::corrupt);
    EXPECT_EQ(resting(market, Side::buy), (std::vector<std::uint64_t>{1, 2}));
    EXPECT_EQ(market.find(1)->shares, Quantity{5});
    EXPECT_EQ(market.best_price(stock, Side::sell), std::nullopt);
  }
  // Messages that are about no order change nothing either.
  const auto none = market.apply(Trade{{}, 0, Side::buy, {1}, stock, {100}, 1});
  ASSERT_TRUE(none);
  EXPECT_EQ(none->effect, Applied::Effect::none);
}

}  // namespace

}  // namespace trade::itch::test
