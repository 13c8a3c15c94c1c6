// Our book as an engine of the public matching-engine benchmark: one symbol, its own ids, a report for each
// message. What is measured is lib/book as everything else uses it; here are only the ids and the reports.
// Built twice: with reports in a ring of its own, and in the queue that the benchmark brings.
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <type_traits>

#include "bench/live_orders.hpp"
#include "bench/matching_benchmark_abi.hpp"
#include "bench/report_queue.hpp"
#include "bench/report_ring.hpp"
#include "book/book.hpp"

namespace trade::bench {
namespace {

constexpr bool has_own_ring = TRADE_BENCHMARK_OWN_RING != 0;
using Reports = std::conditional_t<has_own_ring, ReportRing, ReportQueue>;

/// Resting orders whose memory is touched before the clock starts; more would be taken as they come.
constexpr std::uint32_t orders_reserved = 1U << 16;

class Adapter {
 public:
  explicit Adapter(Reports& reports) : reports_(reports) {}

  void on_new_order(const AbiNewOrder& order) {
    const Side side = side_of(order.side);
    report(AbiReportType::order_ack, order.sequence_number, order.order_id, abi_side(side), order.price_ticks,
           order.quantity);
    const Quantity left =
        match(side, order.price_ticks, order.quantity, order.order_id, order.sequence_number);
    if (!left) return;
    if (order.immediate_or_cancel != 0) {
      report(AbiReportType::cancel_ack, order.sequence_number, order.order_id, abi_side(side),
             order.price_ticks, static_cast<std::uint32_t>(left.shares));
    } else {
      rest(side, order.price_ticks, left, order.order_id);
    }
  }

  void on_cancel(const AbiCancel& cancel) {
    const LiveOrders::Found found = live_.find(cancel.order_id);
    if (!found.handle) {
      report(AbiReportType::cancel_reject, cancel.sequence_number, cancel.order_id, 0, 0, 0);
      return;
    }
    const BookHandle handle = found.handle;
    report(AbiReportType::cancel_ack, cancel.sequence_number, cancel.order_id,
           abi_side(book_.side_of(handle)), book_.price_of(handle).units,
           static_cast<std::uint32_t>(book_.leaves_of(handle).shares));
    book_.remove(handle);
    live_.erase(found);
  }

  void on_modify(const AbiModify& modify) {
    const LiveOrders::Found found = live_.find(modify.order_id);
    if (!found.handle) {
      report(AbiReportType::modify_reject, modify.sequence_number, modify.order_id, 0, 0, 0);
      return;
    }
    const BookHandle handle = found.handle;
    const Side side = book_.side_of(handle);
    report(AbiReportType::modify_ack, modify.sequence_number, modify.order_id, abi_side(side),
           modify.new_price_ticks, modify.new_quantity);
    book_.remove(handle);
    live_.erase(found);
    const Quantity left =
        match(side, modify.new_price_ticks, modify.new_quantity, modify.order_id, modify.sequence_number);
    if (left) rest(side, modify.new_price_ticks, left, modify.order_id);
  }

  [[nodiscard]] const Book& book() const { return book_; }

 private:
  // Without branches: the side of the next order cannot be guessed.
  static Side side_of(std::uint8_t abi_side) { return static_cast<Side>((abi_side & 1) + 1); }
  static std::uint8_t abi_side(Side side) { return static_cast<std::uint8_t>(static_cast<int>(side) - 1); }
  static_assert(abi_buy == static_cast<int>(Side::buy) - 1 && abi_sell == static_cast<int>(Side::sell) - 1);

  Quantity match(Side side, std::int64_t price_ticks, std::uint32_t quantity, std::uint64_t taker,
                 std::uint64_t sequence_number) {
    return book_.match(side, Price{price_ticks}, Quantity{quantity},
                       [&](BookOrderKey node, Price price, Quantity filled, Quantity maker_leaves) {
                         const std::uint64_t maker = live_.id_of({node});
                         trade(sequence_number, price, filled, maker, taker);
                         if (!maker_leaves) live_.erase(live_.find(maker));
                       });
  }

  void rest(Side side, std::int64_t price_ticks, Quantity quantity, std::uint64_t order_id) {
    const BookHandle handle = book_.add(side, Price{price_ticks}, quantity, 0);
    book_.set_key(handle, handle.node);
    live_.insert(order_id, handle);
  }

  // Reports are written where the ring's consumer reads them. Made elsewhere and copied at once, their small
  // parts would be read in large ones while still on their way to the cache.

  void report(AbiReportType type, std::uint64_t sequence_number, std::uint64_t order_id, std::uint8_t side,
              std::int64_t price_ticks, std::uint32_t quantity) {
    write(type, sequence_number, order_id, side, price_ticks, quantity, 0, 0);
  }
  void trade(std::uint64_t sequence_number, Price price, Quantity filled, std::uint64_t maker,
             std::uint64_t taker) {
    write(AbiReportType::trade, sequence_number, 0, 0, price.units, static_cast<std::uint32_t>(filled.shares),
          maker, taker);
  }
  void write(AbiReportType type, std::uint64_t sequence_number, std::uint64_t order_id, std::uint8_t side,
             std::int64_t price_ticks, std::uint32_t quantity, std::uint64_t maker, std::uint64_t taker) {
    AbiReport& report = reports_.next();
    report.type = type;
    report.side = side;
    report.sequence_number = sequence_number;
    report.order_id = order_id;
    report.price_ticks = price_ticks;
    report.quantity = quantity;
    report.maker_order_id = maker;
    report.taker_order_id = taker;
    reports_.commit();
  }

  Reports& reports_;
  BookPool pool_{orders_reserved};
  Book book_{pool_};
  LiveOrders live_{orders_reserved};
};

std::optional<ReportQueue> queue;  ///< where there is no ring of its own
Reports* sink = nullptr;
std::unique_ptr<Adapter> adapter;

constexpr AbiTransport transport = {
    .create = [](std::uint32_t capacity) -> void* { return new ReportRing(capacity); },
    .push = [](void* handle, const AbiReport* report) -> int {
      auto& target = *static_cast<ReportRing*>(handle);
      target.next() = *report;
      target.commit();
      return 1;
    },
    .drain = [](void* handle, AbiReport* reports, std::uint32_t reports_max) -> std::uint32_t {
      return static_cast<ReportRing*>(handle)->drain(reports, reports_max);
    },
    .flush = [](void* handle) { static_cast<ReportRing*>(handle)->publish(); },
    .destroy = [](void* handle) { delete static_cast<ReportRing*>(handle); },
};

/// A ring of our own is what the benchmark hands back; its own queue is spoken to through one of these.
template <class Sink>
Sink& sink_of(const AbiTransport& given, void* handle) {
  if constexpr (std::is_same_v<Sink, ReportRing>) {
    return *static_cast<Sink*>(handle);
  } else {
    return queue.emplace(given, handle);
  }
}

}  // namespace
}  // namespace trade::bench

const trade::bench::AbiTransport* engine_get_transport() {
  return trade::bench::has_own_ring ? &trade::bench::transport : nullptr;
}

void engine_init(std::uint64_t, const trade::bench::AbiTransport* transport, void* report_sink) {
  trade::bench::sink = &trade::bench::sink_of<trade::bench::Reports>(*transport, report_sink);
  trade::bench::adapter = std::make_unique<trade::bench::Adapter>(*trade::bench::sink);
}

void engine_shutdown() {
  trade::bench::adapter.reset();
  trade::bench::queue.reset();
}

void engine_on_new_order(const trade::bench::AbiNewOrder* order) {
  trade::bench::adapter->on_new_order(*order);
}
void engine_on_cancel(const trade::bench::AbiCancel* cancel) {
  trade::bench::adapter->on_cancel(*cancel);
}
void engine_on_modify(const trade::bench::AbiModify* modify) {
  trade::bench::adapter->on_modify(*modify);
}
void engine_flush() {
  trade::bench::sink->publish();
}

std::int64_t engine_query_best_bid() {
  const auto best = trade::bench::adapter->book().best(trade::Side::buy);
  return best ? best->price.units : std::numeric_limits<std::int64_t>::min();
}

std::int64_t engine_query_best_ask() {
  const auto best = trade::bench::adapter->book().best(trade::Side::sell);
  return best ? best->price.units : std::numeric_limits<std::int64_t>::max();
}

std::uint64_t engine_query_depth_at(std::int64_t price_ticks, std::uint8_t side) {
  const auto level = trade::bench::adapter->book().level_at(
      side == trade::bench::abi_buy ? trade::Side::buy : trade::Side::sell, trade::Price{price_ticks});
  return level ? static_cast<std::uint64_t>(level->quantity.shares) : 0;
}
