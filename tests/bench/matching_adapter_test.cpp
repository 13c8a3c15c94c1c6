// The benchmark adapter says of every message what the reference book says, through the interface by which
// the benchmark drives it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "bench/matching_benchmark_abi.hpp"
#include "lib/book/reference_book.hpp"

namespace trade::bench {
namespace {

/// The adapter's work done with the reference book.
class ReferenceEngine {
 public:
  std::vector<AbiReport> reports;

  void on_new_order(const AbiNewOrder& order) {
    report(AbiReportType::order_ack, order.sequence_number, order.order_id, order.side, order.price_ticks,
           order.quantity);
    const Quantity left =
        match(order.side, order.price_ticks, order.quantity, order.order_id, order.sequence_number);
    if (!left) return;
    if (order.immediate_or_cancel != 0) {
      report(AbiReportType::cancel_ack, order.sequence_number, order.order_id, order.side, order.price_ticks,
             static_cast<std::uint32_t>(left.shares));
    } else {
      rest(order.side, order.price_ticks, left, order.order_id);
    }
  }

  void on_cancel(const AbiCancel& cancel) {
    const auto found = live_.find(cancel.order_id);
    if (found == live_.end()) {
      report(AbiReportType::cancel_reject, cancel.sequence_number, cancel.order_id, 0, 0, 0);
      return;
    }
    const BookHandle handle = found->second;
    report(AbiReportType::cancel_ack, cancel.sequence_number, cancel.order_id, side_of(handle),
           book_.price_of(handle).units, static_cast<std::uint32_t>(book_.leaves_of(handle).shares));
    remove(cancel.order_id);
  }

  void on_modify(const AbiModify& modify) {
    const auto found = live_.find(modify.order_id);
    if (found == live_.end()) {
      report(AbiReportType::modify_reject, modify.sequence_number, modify.order_id, 0, 0, 0);
      return;
    }
    const std::uint8_t side = side_of(found->second);
    report(AbiReportType::modify_ack, modify.sequence_number, modify.order_id, side, modify.new_price_ticks,
           modify.new_quantity);
    remove(modify.order_id);
    const Quantity left =
        match(side, modify.new_price_ticks, modify.new_quantity, modify.order_id, modify.sequence_number);
    if (left) rest(side, modify.new_price_ticks, left, modify.order_id);
  }

  [[nodiscard]] const test::ReferenceBook& book() const { return book_; }
  [[nodiscard]] bool is_live(std::uint64_t id) const { return live_.contains(id); }

 private:
  std::uint8_t side_of(BookHandle handle) const {
    return book_.side_of(handle) == Side::buy ? abi_buy : abi_sell;
  }

  Quantity match(std::uint8_t side, std::int64_t price_ticks, std::uint32_t quantity, std::uint64_t taker,
                 std::uint64_t sequence_number) {
    return book_.match(side == abi_buy ? Side::buy : Side::sell, Price{price_ticks}, Quantity{quantity},
                       [&](BookOrderKey key, Price price, Quantity filled, Quantity maker_leaves) {
                         AbiReport trade{};
                         trade.type = AbiReportType::trade;
                         trade.sequence_number = sequence_number;
                         trade.price_ticks = price.units;
                         trade.quantity = static_cast<std::uint32_t>(filled.shares);
                         trade.maker_order_id = ids_.at(key);
                         trade.taker_order_id = taker;
                         reports.push_back(trade);
                         if (!maker_leaves) live_.erase(ids_.at(key));
                       });
  }
  void rest(std::uint8_t side, std::int64_t price_ticks, Quantity quantity, std::uint64_t id) {
    ids_.push_back(id);
    live_[id] = book_.add(side == abi_buy ? Side::buy : Side::sell, Price{price_ticks}, quantity,
                          static_cast<BookOrderKey>(ids_.size() - 1));
  }
  void remove(std::uint64_t id) {
    book_.remove(live_.at(id));
    live_.erase(id);
  }
  void report(AbiReportType type, std::uint64_t sequence_number, std::uint64_t order_id, std::uint8_t side,
              std::int64_t price_ticks, std::uint32_t quantity) {
    AbiReport report{};
    report.type = type;
    report.side = side;
    report.sequence_number = sequence_number;
    report.order_id = order_id;
    report.price_ticks = price_ticks;
    report.quantity = quantity;
    reports.push_back(report);
  }

  test::ReferenceBook book_;
  std::map<std::uint64_t, BookHandle> live_;
  std::vector<std::uint64_t> ids_;  ///< by key
};

std::string text(const AbiReport& report) {
  return std::to_string(static_cast<int>(report.type)) + " side " + std::to_string(report.side) +
         " sequence " + std::to_string(report.sequence_number) + " order " + std::to_string(report.order_id) +
         " price " + std::to_string(report.price_ticks) + " quantity " + std::to_string(report.quantity) +
         " maker " + std::to_string(report.maker_order_id) + " taker " +
         std::to_string(report.taker_order_id);
}

/// What the benchmark brings, as far as the adapter can tell: a queue that is full now and then.
constexpr AbiTransport simple_transport = {
    .create = [](std::uint32_t) -> void* { return new std::deque<AbiReport>; },
    .push = [](void* queue, const AbiReport* report) -> int {
      static int pushes = 0;
      if (++pushes % 7 == 0) return 0;
      static_cast<std::deque<AbiReport>*>(queue)->push_back(*report);
      return 1;
    },
    .drain = [](void* queue, AbiReport* reports, std::uint32_t reports_max) -> std::uint32_t {
      auto& waiting = *static_cast<std::deque<AbiReport>*>(queue);
      const std::size_t count = std::min<std::size_t>(waiting.size(), reports_max);
      std::copy_n(waiting.begin(), count, reports);
      waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(count));
      return static_cast<std::uint32_t>(count);
    },
    .flush = [](void*) {},
    .destroy = [](void* queue) { delete static_cast<std::deque<AbiReport>*>(queue); },
};

class MatchingAdapter : public testing::TestWithParam<std::uint64_t> {
 protected:
  MatchingAdapter()
      : transport_(engine_get_transport() != nullptr ? *engine_get_transport() : simple_transport),
        queue_(transport_.create(4'096)) {
    engine_init(0, &transport_, queue_);
  }
  ~MatchingAdapter() override {
    engine_shutdown();
    transport_.destroy(queue_);
  }

  /// Compares what both have reported since the last time.
  void compare() {
    engine_flush();
    std::vector<AbiReport> reports(reference_.reports.size() + 1);
    std::uint32_t count = 0;
    while (const std::uint32_t more = transport_.drain(queue_, reports.data() + count,
                                                       static_cast<std::uint32_t>(reports.size()) - count)) {
      count += more;
    }
    ASSERT_EQ(count, reference_.reports.size());
    for (std::uint32_t i = 0; i < count; ++i)
      ASSERT_EQ(text(reports[i]), text(reference_.reports[i]));
    reference_.reports.clear();

    const auto bid = reference_.book().best(Side::buy);
    const auto offer = reference_.book().best(Side::sell);
    ASSERT_EQ(engine_query_best_bid(), bid ? bid->price.units : std::numeric_limits<std::int64_t>::min());
    ASSERT_EQ(engine_query_best_ask(), offer ? offer->price.units : std::numeric_limits<std::int64_t>::max());
    if (bid) {
      ASSERT_TRUE(std::cmp_equal(engine_query_depth_at(bid->price.units, abi_buy), bid->quantity.shares));
    }
  }

  const AbiTransport& transport_;
  void* queue_;
  ReferenceEngine reference_;
};

TEST_P(MatchingAdapter, SaysWhatTheReferenceSays) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  std::mt19937_64 random(GetParam());
  const auto number = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  // Ids that differ only in their upper bits, or only in their lower ones, or that come again.
  const auto any_id = [&] {
    const auto base = static_cast<std::uint64_t>(number(0, 3'000));
    return number(0, 1) == 0 ? base : base << 48;
  };
  for (std::uint64_t sequence = 1; sequence <= 200'000; ++sequence) {
    const std::uint64_t id = any_id();
    const std::int64_t price = number(9'900, 10'100);
    const auto quantity = static_cast<std::uint32_t>(number(1, 100));
    const auto side = static_cast<std::uint8_t>(number(0, 1));
    const std::int64_t choice = number(1, 100);
    if (choice <= 70 && !reference_.is_live(id)) {
      const AbiNewOrder order{.order_id = id,
                              .sequence_number = sequence,
                              .price_ticks = price + (side == abi_buy ? -40 : 40),
                              .quantity = quantity,
                              .side = side,
                              .immediate_or_cancel = static_cast<std::uint8_t>(choice <= 10),
                              .unused = {}};
      reference_.on_new_order(order);
      engine_on_new_order(&order);
    } else if (choice <= 90) {
      const AbiCancel cancel{.order_id = id, .sequence_number = sequence};
      reference_.on_cancel(cancel);
      engine_on_cancel(&cancel);
    } else {
      const AbiModify modify{.order_id = id,
                             .sequence_number = sequence,
                             .new_price_ticks = price,
                             .new_quantity = quantity,
                             .side = side,
                             .unused = {}};
      reference_.on_modify(modify);
      engine_on_modify(&modify);
    }
    // After each message, or after a burst of them.
    if (reference_.reports.size() >= static_cast<std::size_t>(number(0, 200))) {
      ASSERT_NO_FATAL_FAILURE(compare()) << "at message " << sequence;
    }
  }
  ASSERT_NO_FATAL_FAILURE(compare());
}

INSTANTIATE_TEST_SUITE_P(Seeds, MatchingAdapter, testing::Values(1U, 2U));

}  // namespace
}  // namespace trade::bench
