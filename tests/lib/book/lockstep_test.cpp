// The real book and the reference, given the same random operations, must never differ.
#include <algorithm>
#include <memory>
#include <ostream>
#include <random>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include <gtest/gtest.h>

#include "book/book.hpp"
#include "lib/book/book_test_support.hpp"
#include "lib/book/reference_book.hpp"

namespace trade::test {
namespace {

/// The shape of a market to imitate.
struct Market {
  const char* name;
  int operations;
  int books;                  ///< share one pool
  std::int64_t spread_units;  ///< orders are priced at most so far from the middle
  std::int64_t drift_units;   ///< the middle moves at most so far with every operation
  std::size_t orders_target;  ///< about how many orders rest in a book
  std::int64_t quantity_max;

  friend void PrintTo(const Market& market, std::ostream* out) { *out << market.name; }
};

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(engine_);
  }
  bool percent(std::int64_t chance) { return between(1, 100) <= chance; }
  Side side() { return percent(50) ? Side::buy : Side::sell; }

 private:
  std::mt19937_64 engine_;
};

/// A real book and a reference book to which the same is done. Neither minds a crossed market, so orders
/// rest without having been matched first: the sides know nothing of each other.
class Twins {
 public:
  Twins(BookPool& pool, const Market& market, Random& random)
      : market_(market), random_(random), real_(pool), middle_(random.between(1, price_units_max)) {}

  void step() {
    middle_ = clamp_price(middle_ + random_.between(-market_.drift_units, market_.drift_units));
    const bool many = live_.size() > market_.orders_target;
    const std::int64_t choice = random_.between(1, 100);
    if (live_.empty() || choice <= (many ? 38 : 50)) {
      add();
    } else if (choice <= 80) {
      remove();
    } else if (choice <= 85) {
      reduce();
    } else {
      match();
    }
  }

  void compare_touch() {
    for (const Side side : {Side::buy, Side::sell}) {
      ASSERT_EQ(real_.best(side), reference_.best(side));
      ASSERT_EQ(real_.empty(side), reference_.empty(side));
    }
    ASSERT_EQ(real_.order_count(), reference_.order_count());
  }

  void compare_everything() {
    for (const Side side : {Side::buy, Side::sell}) {
      ASSERT_EQ(levels_of(real_, side), levels_of(reference_, side));
      ASSERT_EQ(orders_of(real_, side), orders_of(reference_, side));
    }
    for (const Live& order : live_) {
      ASSERT_EQ(real_.side_of(order.real), reference_.side_of(order.reference));
      ASSERT_EQ(real_.price_of(order.real), reference_.price_of(order.reference));
      ASSERT_EQ(real_.leaves_of(order.real), reference_.leaves_of(order.reference));
      ASSERT_EQ(real_.key_of(order.real), order.key);
    }
  }

  void remove_everything() {
    while (!live_.empty()) {
      remove();
      ASSERT_NO_FATAL_FAILURE(compare_touch());
    }
  }

 private:
  struct Live {
    BookOrderKey key;
    BookHandle real;
    BookHandle reference;
  };

  static std::int64_t clamp_price(std::int64_t units) {
    return std::clamp<std::int64_t>(units, 1, price_units_max);
  }
  Price price() {
    return {clamp_price(middle_ + random_.between(-market_.spread_units, market_.spread_units))};
  }
  Price limit() { return random_.percent(10) ? Price{} : price(); }
  Quantity quantity() { return {random_.between(1, market_.quantity_max)}; }
  std::size_t any() {
    return static_cast<std::size_t>(random_.between(0, static_cast<std::int64_t>(live_.size()) - 1));
  }

  void add() {
    const Side side = random_.side();
    const Price at = price();
    const Quantity shares = quantity();
    const BookOrderKey key = ++last_key_;
    place_of_[key] = live_.size();
    live_.push_back({key, real_.add(side, at, shares, key), reference_.add(side, at, shares, key)});
  }

  void remove() {
    // Often the newest: that is whom cancels are mostly for.
    const Live order = live_[random_.percent(40) ? live_.size() - 1 : any()];
    real_.remove(order.real);
    reference_.remove(order.reference);
    forget(order.key);
  }

  void reduce() {
    const Live& order = live_[any()];
    const Quantity leaves{random_.between(1, reference_.leaves_of(order.reference).shares)};
    real_.reduce_to(order.real, leaves);
    reference_.reduce_to(order.reference, leaves);
  }

  void match() {
    const Side taker_side = random_.side();
    const Price worst = limit();
    const Quantity shares{quantity().shares * random_.between(1, 3)};
    const Quantity wanted = std::min(shares, Quantity{order_quantity_max});
    const Book::Sweep sweep = reference_.sweep(taker_side, worst, wanted);
    ASSERT_EQ(real_.sweep(taker_side, worst, wanted), sweep);
    ASSERT_EQ(real_.available(taker_side, worst, wanted), sweep.quantity);

    real_fills_.clear();
    reference_fills_.clear();
    const Quantity left = match_into(real_, taker_side, worst, wanted, real_fills_);
    ASSERT_EQ(left, match_into(reference_, taker_side, worst, wanted, reference_fills_));
    ASSERT_EQ(real_fills_, reference_fills_);
    ASSERT_EQ(left + sweep.quantity, wanted);
    for (const Fill& fill : real_fills_) {
      if (!fill.maker_leaves) forget(fill.maker);
    }
  }

  void forget(BookOrderKey key) {
    const std::size_t place = place_of_.at(key);
    live_[place] = live_.back();
    place_of_[live_[place].key] = place;
    live_.pop_back();
    place_of_.erase(key);
  }

  const Market& market_;
  Random& random_;
  Book real_;
  ReferenceBook reference_;
  std::vector<Live> live_;
  std::unordered_map<BookOrderKey, std::size_t> place_of_;  ///< in live_
  BookOrderKey last_key_ = 0;
  std::int64_t middle_;
  std::vector<Fill> real_fills_;
  std::vector<Fill> reference_fills_;
};

constexpr Market markets[] = {
    {"few_levels_deep_queues", 400'000, 1, 3, 0, 300, 100},
    {"thousands_of_levels", 400'000, 1, 100'000, 0, 4'000, 100},
    {"hundreds_of_levels", 400'000, 1, 200, 1, 1'000, 100},
    {"drifting_far", 400'000, 1, 60, 40, 600, 1'000},
    {"any_price_any_quantity", 200'000, 1, price_units_max, 0, 500, order_quantity_max},
    {"empty_most_of_the_time", 200'000, 1, 20, 2, 4, 10},
    {"many_thin_books", 400'000, 50, 100, 3, 12, 100},
};

class Lockstep : public testing::TestWithParam<std::tuple<Market, std::uint64_t>> {};

TEST_P(Lockstep, NeverDiffers) {
  const auto& [market, seed] = GetParam();
  SCOPED_TRACE("market " + std::string(market.name) + ", seed " + std::to_string(seed));
  Random random(seed);
  BookPool pool;
  std::vector<std::unique_ptr<Twins>> books;
  for (int i = 0; i < market.books; ++i)
    books.push_back(std::make_unique<Twins>(pool, market, random));

  for (int operation = 0; operation < market.operations; ++operation) {
    Twins& twins = *books[static_cast<std::size_t>(random.between(0, market.books - 1))];
    twins.step();
    twins.compare_touch();
    if (operation % 4'096 == 0) twins.compare_everything();
    if (HasFatalFailure()) FAIL() << "at operation " << operation;
  }
  for (const auto& twins : books) {
    ASSERT_NO_FATAL_FAILURE(twins->compare_everything());
    ASSERT_NO_FATAL_FAILURE(twins->remove_everything());
  }
  EXPECT_EQ(pool.nodes_used(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Markets, Lockstep,
                         testing::Combine(testing::ValuesIn(markets), testing::Values(1U, 20260130U)),
                         [](const auto& instance) {
                           return std::string(std::get<0>(instance.param).name) + "_seed_" +
                                  std::to_string(std::get<1>(instance.param));
                         });

}  // namespace
}  // namespace trade::test
