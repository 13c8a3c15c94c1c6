// What an order book does, told in small cases, and run against both the real book and the reference.
#include <gtest/gtest.h>

#include "book/book.hpp"
#include "lib/book/book_test_support.hpp"
#include "lib/book/reference_book.hpp"

namespace trade::test {
namespace {

/// A book that brings its own pool, so that both kinds are made alike.
struct RealBook {
  BookPool pool;
  Book book{pool};
};
struct PlainBook {
  ReferenceBook book;
};

constexpr Price price_max{price_units_max};
constexpr Price price_min{1};
constexpr Quantity quantity_max{order_quantity_max};

template <class Kind>
class BookBehaviour : public testing::Test {
 protected:
  BookHandle bid(std::int64_t price, std::int64_t quantity, BookOrderKey key) {
    return book.add(Side::buy, {price}, {quantity}, key);
  }
  BookHandle offer(std::int64_t price, std::int64_t quantity, BookOrderKey key) {
    return book.add(Side::sell, {price}, {quantity}, key);
  }
  std::vector<Fill> take(Side side, Price limit, Quantity quantity, Quantity expected_left) {
    std::vector<Fill> fills;
    EXPECT_EQ(match_into(book, side, limit, quantity, fills), expected_left);
    return fills;
  }
  static Fill fill(BookOrderKey maker, std::int64_t price, std::int64_t filled, std::int64_t leaves) {
    return {maker, {price}, {filled}, {leaves}};
  }
  static BookLevel level(std::int64_t price, std::int64_t quantity, std::uint32_t orders) {
    return {{price}, {quantity}, orders};
  }

  Kind kind;
  decltype(Kind::book)& book = kind.book;
};

using Kinds = testing::Types<RealBook, PlainBook>;
TYPED_TEST_SUITE(BookBehaviour, Kinds);

using Fills = std::vector<Fill>;
using Orders = std::vector<Resting>;
using Levels = std::vector<BookLevel>;

TYPED_TEST(BookBehaviour, EmptyBookHasNothing) {
  for (const Side side : {Side::buy, Side::sell}) {
    EXPECT_TRUE(this->book.empty(side));
    EXPECT_EQ(this->book.best(side), std::nullopt);
    EXPECT_EQ(this->take(side, {}, {100}, {100}), Fills{});
    EXPECT_EQ(this->book.available(side, {}, {100}), Quantity{0});
    EXPECT_EQ(this->book.sweep(side, {}, {100}), Book::Sweep{});
    EXPECT_EQ(levels_of(this->book, side), Levels{});
    EXPECT_EQ(orders_of(this->book, side), Orders{});
  }
  EXPECT_EQ(this->book.order_count(), 0U);
}

TYPED_TEST(BookBehaviour, HandleTellsOfItsOrder) {
  const BookHandle bid = this->bid(1'500'000, 100, 7);
  const BookHandle offer = this->offer(1'501'000, 30, 8);
  EXPECT_EQ(this->book.side_of(bid), Side::buy);
  EXPECT_EQ(this->book.price_of(bid), Price{1'500'000});
  EXPECT_EQ(this->book.leaves_of(bid), Quantity{100});
  EXPECT_EQ(this->book.key_of(bid), 7U);
  EXPECT_EQ(this->book.side_of(offer), Side::sell);
  EXPECT_EQ(this->book.price_of(offer), Price{1'501'000});
  EXPECT_EQ(this->book.leaves_of(offer), Quantity{30});
  EXPECT_EQ(this->book.key_of(offer), 8U);
  EXPECT_EQ(this->book.order_count(), 2U);
}

TYPED_TEST(BookBehaviour, BestIsHighestBidAndLowestOffer) {
  this->bid(100, 1, 1);
  this->bid(102, 2, 2);
  this->bid(101, 3, 3);
  this->offer(110, 4, 4);
  this->offer(108, 5, 5);
  this->offer(109, 6, 6);
  EXPECT_EQ(this->book.best(Side::buy), this->level(102, 2, 1));
  EXPECT_EQ(this->book.best(Side::sell), this->level(108, 5, 1));
  EXPECT_EQ(levels_of(this->book, Side::buy),
            (Levels{this->level(102, 2, 1), this->level(101, 3, 1), this->level(100, 1, 1)}));
  EXPECT_EQ(levels_of(this->book, Side::sell),
            (Levels{this->level(108, 5, 1), this->level(109, 6, 1), this->level(110, 4, 1)}));
}

TYPED_TEST(BookBehaviour, LevelAddsUpItsOrders) {
  this->bid(100, 10, 1);
  this->bid(100, 20, 2);
  this->bid(100, 30, 3);
  EXPECT_EQ(this->book.best(Side::buy), this->level(100, 60, 3));
}

TYPED_TEST(BookBehaviour, FirstInFirstOutAtALevel) {
  this->offer(100, 10, 1);
  this->offer(100, 10, 2);
  this->offer(100, 10, 3);
  EXPECT_EQ(this->take(Side::buy, {100}, {25}, {0}),
            (Fills{this->fill(1, 100, 10, 0), this->fill(2, 100, 10, 0), this->fill(3, 100, 5, 5)}));
  EXPECT_EQ(this->book.best(Side::sell), this->level(100, 5, 1));
}

// Only the real book offers it, so that what trades next can be fetched before it is needed.
TEST(BookSecond, IsTheNextAtTheBestPriceAndNothingElse) {
  BookPool pool;
  Book book{pool};
  const auto add = [&](Side side, std::int64_t price, BookOrderKey key) {
    return book.add(side, {price}, {10}, key);
  };
  EXPECT_EQ(book.second(Side::sell), std::nullopt) << "an empty side";
  add(Side::sell, 101, 1);
  EXPECT_EQ(book.second(Side::sell), std::nullopt) << "one order";
  add(Side::sell, 102, 2);
  EXPECT_EQ(book.second(Side::sell), std::nullopt) << "the next is at a worse price";
  const BookHandle third = add(Side::sell, 101, 3);
  add(Side::sell, 101, 4);
  EXPECT_EQ(book.second(Side::sell), 3U);
  EXPECT_EQ(book.second(Side::buy), std::nullopt) << "the other side";
  book.remove(third);
  EXPECT_EQ(book.second(Side::sell), 4U) << "the second has gone";
  add(Side::sell, 100, 5);
  EXPECT_EQ(book.second(Side::sell), std::nullopt) << "a better price came";
  add(Side::buy, 90, 6);
  add(Side::buy, 91, 7);
  add(Side::buy, 91, 8);
  EXPECT_EQ(book.second(Side::buy), 8U);
  std::vector<Fill> fills;
  match_into(book, Side::sell, {91}, {15}, fills);
  EXPECT_EQ(book.second(Side::buy), std::nullopt) << "the first has traded away";
}

TYPED_TEST(BookBehaviour, BetterPriceGoesBeforeOlderOrder) {
  this->bid(100, 10, 1);
  this->bid(101, 10, 2);
  EXPECT_EQ(this->take(Side::sell, {100}, {15}, {0}),
            (Fills{this->fill(2, 101, 10, 0), this->fill(1, 100, 5, 5)}));
}

TYPED_TEST(BookBehaviour, TradesAtTheMakersPrice) {
  this->offer(100, 10, 1);
  EXPECT_EQ(this->take(Side::buy, {150}, {10}, {0}), Fills{this->fill(1, 100, 10, 0)});
  this->bid(100, 10, 2);
  EXPECT_EQ(this->take(Side::sell, {50}, {10}, {0}), Fills{this->fill(2, 100, 10, 0)});
}

TYPED_TEST(BookBehaviour, StopsAtTheLimit) {
  this->offer(100, 10, 1);
  this->offer(101, 10, 2);
  this->offer(102, 10, 3);
  EXPECT_EQ(this->take(Side::buy, {99}, {5}, {5}), Fills{});
  EXPECT_EQ(this->take(Side::buy, {101}, {50}, {30}),
            (Fills{this->fill(1, 100, 10, 0), this->fill(2, 101, 10, 0)}));
  EXPECT_EQ(this->book.best(Side::sell), this->level(102, 10, 1));
  this->bid(90, 10, 4);
  this->bid(89, 10, 5);
  EXPECT_EQ(this->take(Side::sell, {91}, {5}, {5}), Fills{});
  EXPECT_EQ(this->take(Side::sell, {90}, {50}, {40}), Fills{this->fill(4, 90, 10, 0)});
  EXPECT_EQ(this->book.best(Side::buy), this->level(89, 10, 1));
}

TYPED_TEST(BookBehaviour, WithoutALimitTakesAnyPrice) {
  this->offer(1, 1, 1);
  this->offer(price_units_max, 1, 2);
  EXPECT_EQ(this->take(Side::buy, {}, {5}, {3}),
            (Fills{this->fill(1, 1, 1, 0), this->fill(2, price_units_max, 1, 0)}));
  this->bid(1, 1, 3);
  this->bid(price_units_max, 1, 4);
  EXPECT_EQ(this->take(Side::sell, {}, {5}, {3}),
            (Fills{this->fill(4, price_units_max, 1, 0), this->fill(3, 1, 1, 0)}));
  EXPECT_EQ(this->book.order_count(), 0U);
}

TYPED_TEST(BookBehaviour, PartialFillLeavesTheHeadInItsPlace) {
  const BookHandle head = this->bid(100, 10, 1);
  this->bid(100, 10, 2);
  EXPECT_EQ(this->take(Side::sell, {100}, {4}, {0}), Fills{this->fill(1, 100, 4, 6)});
  EXPECT_EQ(this->book.leaves_of(head), Quantity{6});
  EXPECT_EQ(this->book.best(Side::buy), this->level(100, 16, 2));
  this->bid(100, 10, 3);
  EXPECT_EQ(this->take(Side::sell, {100}, {7}, {0}),
            (Fills{this->fill(1, 100, 6, 0), this->fill(2, 100, 1, 9)}));
}

TYPED_TEST(BookBehaviour, FillThatEndsWithAnOrderLeavesTheNextWhole) {
  this->bid(100, 10, 1);
  this->bid(100, 10, 2);
  EXPECT_EQ(this->take(Side::sell, {100}, {10}, {0}), Fills{this->fill(1, 100, 10, 0)});
  EXPECT_EQ(orders_of(this->book, Side::buy), (Orders{{2, {100}, {10}}}));
}

TYPED_TEST(BookBehaviour, RemovalKeepsThePriorityOfTheOthers) {
  std::vector<BookHandle> handles;
  for (BookOrderKey key = 1; key <= 5; ++key)
    handles.push_back(this->offer(100, 10, key));
  this->book.remove(handles[2]);
  EXPECT_EQ(orders_of(this->book, Side::sell),
            (Orders{{1, {100}, {10}}, {2, {100}, {10}}, {4, {100}, {10}}, {5, {100}, {10}}}));
  this->book.remove(handles[0]);
  this->book.remove(handles[4]);
  EXPECT_EQ(this->book.best(Side::sell), this->level(100, 20, 2));
  this->offer(100, 10, 6);
  EXPECT_EQ(this->take(Side::buy, {100}, {30}, {0}),
            (Fills{this->fill(2, 100, 10, 0), this->fill(4, 100, 10, 0), this->fill(6, 100, 10, 0)}));
}

TYPED_TEST(BookBehaviour, RemovalAfterAPartialFillTakesTheRest) {
  const BookHandle head = this->offer(100, 10, 1);
  this->offer(100, 10, 2);
  this->take(Side::buy, {100}, {3}, {0});
  this->book.remove(head);
  EXPECT_EQ(this->book.best(Side::sell), this->level(100, 10, 1));
}

TYPED_TEST(BookBehaviour, ReductionKeepsThePlace) {
  const BookHandle first = this->bid(100, 10, 1);
  const BookHandle second = this->bid(100, 10, 2);
  this->bid(100, 10, 3);
  this->book.reduce_to(second, {4});
  this->book.reduce_to(first, {10});
  EXPECT_EQ(this->book.leaves_of(second), Quantity{4});
  EXPECT_EQ(this->book.best(Side::buy), this->level(100, 24, 3));
  EXPECT_EQ(this->take(Side::sell, {100}, {15}, {0}),
            (Fills{this->fill(1, 100, 10, 0), this->fill(2, 100, 4, 0), this->fill(3, 100, 1, 9)}));
}

TYPED_TEST(BookBehaviour, BestMovesOnWhenALevelEmpties) {
  const BookHandle best_bid = this->bid(102, 1, 1);
  this->bid(100, 2, 2);
  const BookHandle best_offer = this->offer(103, 1, 3);
  this->offer(107, 2, 4);
  this->book.remove(best_bid);
  EXPECT_EQ(this->book.best(Side::buy), this->level(100, 2, 1));
  this->book.remove(best_offer);
  EXPECT_EQ(this->book.best(Side::sell), this->level(107, 2, 1));
  this->take(Side::sell, {}, {2}, {0});
  EXPECT_EQ(this->book.best(Side::buy), std::nullopt);
  this->take(Side::buy, {}, {2}, {0});
  EXPECT_EQ(this->book.best(Side::sell), std::nullopt);
  EXPECT_TRUE(this->book.empty(Side::buy));
  EXPECT_TRUE(this->book.empty(Side::sell));
}

TYPED_TEST(BookBehaviour, LevelBelowTheBestEmptiesUnnoticedByTheBest) {
  this->bid(102, 1, 1);
  const BookHandle middle = this->bid(101, 1, 2);
  this->bid(100, 1, 3);
  this->book.remove(middle);
  EXPECT_EQ(levels_of(this->book, Side::buy), (Levels{this->level(102, 1, 1), this->level(100, 1, 1)}));
}

TYPED_TEST(BookBehaviour, EmptiedLevelCanComeBack) {
  for (int round = 0; round < 3; ++round) {
    const BookHandle handle = this->bid(100, 10, 1);
    EXPECT_EQ(this->book.best(Side::buy), this->level(100, 10, 1));
    this->book.remove(handle);
    EXPECT_TRUE(this->book.empty(Side::buy));
  }
}

TYPED_TEST(BookBehaviour, SidesAreApart) {
  this->bid(100, 10, 1);
  EXPECT_EQ(this->take(Side::buy, {200}, {10}, {10}), Fills{});
  EXPECT_TRUE(this->book.empty(Side::sell));
  this->offer(101, 10, 2);
  EXPECT_EQ(this->take(Side::sell, {101}, {10}, {10}), Fills{});
}

TYPED_TEST(BookBehaviour, LowestAndHighestPrice) {
  this->book.add(Side::buy, price_min, {1}, 1);
  this->book.add(Side::buy, price_max, {2}, 2);
  this->book.add(Side::sell, price_min, {3}, 3);
  this->book.add(Side::sell, price_max, {4}, 4);
  EXPECT_EQ(this->book.best(Side::buy), (BookLevel{price_max, {2}, 1}));
  EXPECT_EQ(this->book.best(Side::sell), (BookLevel{price_min, {3}, 1}));
  EXPECT_EQ(this->take(Side::buy, price_min, {9}, {6}), Fills{this->fill(3, 1, 3, 0)});
  EXPECT_EQ(this->take(Side::sell, price_max, {9}, {7}), Fills{this->fill(2, price_units_max, 2, 0)});
  EXPECT_EQ(this->take(Side::buy, price_max, {9}, {5}), Fills{this->fill(4, price_units_max, 4, 0)});
  EXPECT_EQ(this->take(Side::sell, price_min, {9}, {8}), Fills{this->fill(1, 1, 1, 0)});
}

TYPED_TEST(BookBehaviour, LimitAboveTheHighestPrice) {
  // A collar around a high reference price ends above all prices.
  for (const Price limit :
       {Price{price_units_max + 1}, Price{price_units_max * 2}, Price{price_units_max * 100}}) {
    this->book.add(Side::buy, price_max, {1}, 1);
    this->book.add(Side::sell, price_max, {1}, 2);
    EXPECT_EQ(this->book.available(Side::sell, limit, {5}), Quantity{0});
    EXPECT_EQ(this->book.sweep(Side::sell, limit, {5}), Book::Sweep{});
    EXPECT_EQ(this->take(Side::sell, limit, {5}, {5}), Fills{});
    EXPECT_EQ(this->book.available(Side::buy, limit, {5}), Quantity{1});
    EXPECT_EQ(this->take(Side::buy, limit, {5}, {4}), Fills{this->fill(2, price_units_max, 1, 0)});
    this->book.clear();
  }
}

TYPED_TEST(BookBehaviour, LargestQuantities) {
  for (BookOrderKey key = 1; key <= 6; ++key)
    this->book.add(Side::sell, price_max, quantity_max, key);
  EXPECT_EQ(this->book.best(Side::sell), (BookLevel{price_max, {6 * order_quantity_max}, 6}));
  EXPECT_EQ(this->book.available(Side::buy, {}, quantity_max), quantity_max);
  EXPECT_EQ(this->book.sweep(Side::buy, {}, quantity_max),
            (Book::Sweep{quantity_max, price_max * quantity_max}));
  EXPECT_EQ(this->take(Side::buy, price_max, quantity_max, {0}),
            Fills{this->fill(1, price_units_max, order_quantity_max, 0)});
}

TYPED_TEST(BookBehaviour, AvailableIsBoundedByLimitAndWish) {
  this->offer(100, 10, 1);
  this->offer(100, 10, 2);
  this->offer(102, 10, 3);
  EXPECT_EQ(this->book.available(Side::buy, {99}, {10}), Quantity{0});
  EXPECT_EQ(this->book.available(Side::buy, {100}, {10}), Quantity{10});
  EXPECT_EQ(this->book.available(Side::buy, {101}, {25}), Quantity{20});
  EXPECT_EQ(this->book.available(Side::buy, {102}, {25}), Quantity{25});
  EXPECT_EQ(this->book.available(Side::buy, {102}, {31}), Quantity{30});
  EXPECT_EQ(this->book.available(Side::buy, {}, {31}), Quantity{30});
  EXPECT_EQ(this->book.available(Side::sell, {}, {31}), Quantity{0});
}

TYPED_TEST(BookBehaviour, SweepCostsEachLevelAtItsPrice) {
  this->bid(100, 10, 1);
  this->bid(100, 5, 2);
  this->bid(90, 10, 3);
  EXPECT_EQ(this->book.sweep(Side::sell, {}, {12}), (Book::Sweep{{12}, {1'200}}));
  EXPECT_EQ(this->book.sweep(Side::sell, {}, {20}), (Book::Sweep{{20}, {1'500 + 450}}));
  EXPECT_EQ(this->book.sweep(Side::sell, {}, {100}), (Book::Sweep{{25}, {1'500 + 900}}));
  EXPECT_EQ(this->book.sweep(Side::sell, {91}, {100}), (Book::Sweep{{15}, {1'500}}));
  EXPECT_EQ(this->book.sweep(Side::sell, {101}, {100}), Book::Sweep{});
  EXPECT_EQ(this->book.order_count(), 3U) << "a sweep only looks";
}

TYPED_TEST(BookBehaviour, LevelAtAPrice) {
  this->bid(100, 10, 1);
  this->bid(100, 5, 2);
  for (std::int64_t price = 200; price < 400; ++price)
    this->offer(price, price, 3);
  EXPECT_EQ(this->book.level_at(Side::buy, {100}), this->level(100, 15, 2));
  EXPECT_EQ(this->book.level_at(Side::sell, {100}), std::nullopt);
  EXPECT_EQ(this->book.level_at(Side::buy, {99}), std::nullopt);
  EXPECT_EQ(this->book.level_at(Side::sell, {333}), this->level(333, 333, 1));
  for (const std::int64_t price :
       {std::int64_t{0}, std::int64_t{-100}, price_units_max + 1, (std::int64_t{1} << 32) + 100}) {
    EXPECT_EQ(this->book.level_at(Side::buy, {price}), std::nullopt);
    EXPECT_EQ(this->book.level_at(Side::sell, {price}), std::nullopt);
  }
}

TYPED_TEST(BookBehaviour, OrderCanBeGivenAnotherKey) {
  const BookHandle handle = this->offer(100, 10, 1);
  this->book.set_key(handle, 99);
  EXPECT_EQ(this->book.key_of(handle), 99U);
  EXPECT_EQ(this->take(Side::buy, {}, {3}, {0}), Fills{this->fill(99, 100, 3, 7)});
}

TYPED_TEST(BookBehaviour, LevelVisitorCanStop) {
  for (std::int64_t price = 1; price <= 100; ++price)
    this->bid(price, price, 0);
  Levels seen;
  this->book.for_each_level(Side::buy, [&](const BookLevel& level) {
    seen.push_back(level);
    return seen.size() < 2;
  });
  EXPECT_EQ(seen, (Levels{this->level(100, 100, 1), this->level(99, 99, 1)}));
}

TYPED_TEST(BookBehaviour, OrdersAreVisitedBestLevelFirstOldestFirst) {
  this->offer(101, 1, 1);
  this->offer(100, 2, 2);
  this->offer(101, 3, 3);
  this->offer(100, 4, 4);
  EXPECT_EQ(orders_of(this->book, Side::sell),
            (Orders{{2, {100}, {2}}, {4, {100}, {4}}, {1, {101}, {1}}, {3, {101}, {3}}}));
}

TYPED_TEST(BookBehaviour, OneOrderSweepsThousandsOfLevels) {
  constexpr std::int64_t level_count = 5'000;
  // Neighbours in price come far apart in time: 7 and 5000 have no common divisor.
  for (std::int64_t i = 0; i < level_count; ++i) {
    const std::int64_t price = 1 + i * 7 % level_count;
    this->offer(price, 2, static_cast<BookOrderKey>(price));
  }
  const Fills fills = this->take(Side::buy, {}, {2 * level_count - 1}, {0});
  ASSERT_EQ(fills.size(), static_cast<std::size_t>(level_count));
  for (std::int64_t price = 1; price < level_count; ++price) {
    ASSERT_EQ(fills[static_cast<std::size_t>(price - 1)],
              this->fill(static_cast<BookOrderKey>(price), price, 2, 0));
  }
  EXPECT_EQ(this->book.best(Side::sell), this->level(level_count, 1, 1));
}

TYPED_TEST(BookBehaviour, OneOrderSweepsThousandsOfOrdersOfALevel) {
  constexpr std::int64_t order_total = 5'000;
  for (BookOrderKey key = 1; key <= order_total; ++key)
    this->bid(100, 1, key);
  const Fills fills = this->take(Side::sell, {100}, {order_total + 1}, {1});
  ASSERT_EQ(fills.size(), static_cast<std::size_t>(order_total));
  for (BookOrderKey key = 1; key <= order_total; ++key)
    ASSERT_EQ(fills[key - 1], this->fill(key, 100, 1, 0));
  EXPECT_TRUE(this->book.empty(Side::buy));
}

TYPED_TEST(BookBehaviour, ClearEmptiesBothSides) {
  for (std::int64_t price = 1; price <= 200; ++price) {
    this->bid(price, 1, 1);
    this->offer(price + 1'000, 1, 2);
  }
  this->book.clear();
  EXPECT_EQ(this->book.order_count(), 0U);
  EXPECT_TRUE(this->book.empty(Side::buy));
  EXPECT_TRUE(this->book.empty(Side::sell));
  this->bid(5, 1, 3);
  EXPECT_EQ(this->book.best(Side::buy), this->level(5, 1, 1));
}

}  // namespace
}  // namespace trade::test
