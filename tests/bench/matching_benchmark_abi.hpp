// The C interface through which a public matching-engine benchmark drives an engine: declared here anew from
// its description, so that our book can be measured next to others. Sizes and offsets are that interface's.
#pragma once

#include <cstdint>

namespace trade::bench {

constexpr std::uint8_t abi_buy = 0;
constexpr std::uint8_t abi_sell = 1;

struct AbiNewOrder {
  std::uint64_t order_id;
  std::uint64_t sequence_number;
  std::int64_t price_ticks;
  std::uint32_t quantity;
  std::uint8_t side;
  std::uint8_t immediate_or_cancel;
  std::uint8_t unused[2];
};
static_assert(sizeof(AbiNewOrder) == 32);

struct AbiCancel {
  std::uint64_t order_id;
  std::uint64_t sequence_number;
};
static_assert(sizeof(AbiCancel) == 16);

/// The order leaves its place and comes anew, as an aggressor first, with this price and quantity.
struct AbiModify {
  std::uint64_t order_id;
  std::uint64_t sequence_number;
  std::int64_t new_price_ticks;
  std::uint32_t new_quantity;
  std::uint8_t side;
  std::uint8_t unused[3];
};
static_assert(sizeof(AbiModify) == 32);

enum class AbiReportType : std::uint8_t {
  order_ack = 0,
  trade = 1,
  cancel_ack = 2,  ///< also of what an immediate-or-cancel order could not fill
  modify_ack = 3,
  cancel_reject = 4,
  modify_reject = 5,
};

struct AbiReport {
  AbiReportType type;
  std::uint8_t side;
  std::uint8_t unused[6];
  std::uint64_t sequence_number;  ///< of the message that caused it
  std::uint64_t order_id;         ///< zero for a trade
  std::int64_t price_ticks;       ///< of a trade: the maker's
  std::uint32_t quantity;
  std::uint32_t unused_2;
  std::uint64_t maker_order_id;  ///< of a trade only
  std::uint64_t taker_order_id;  ///< of a trade only
  std::uint64_t unused_3;
};
static_assert(sizeof(AbiReport) == 64);

/// How reports get from the engine's thread to the one that collects them. `push` and `flush` are the
/// engine's, `drain` the collector's. Counts and return values: push 1 done, 0 full; drain the number taken.
struct AbiTransport {
  void* (*create)(std::uint32_t capacity);
  int (*push)(void* handle, const AbiReport* report);
  std::uint32_t (*drain)(void* handle, AbiReport* reports, std::uint32_t reports_max);
  void (*flush)(void* handle);
  void (*destroy)(void* handle);
};

}  // namespace trade::bench

// What the benchmark looks up by name in the shared library.
#pragma GCC visibility push(default)
extern "C" {
const trade::bench::AbiTransport* engine_get_transport();
void engine_init(std::uint64_t nonce, const trade::bench::AbiTransport* transport, void* report_sink);
void engine_shutdown();
void engine_on_new_order(const trade::bench::AbiNewOrder* order);
void engine_on_cancel(const trade::bench::AbiCancel* cancel);
void engine_on_modify(const trade::bench::AbiModify* modify);
void engine_flush();
/// INT64_MIN when there are no bids.
std::int64_t engine_query_best_bid();
/// INT64_MAX when there are no offers.
std::int64_t engine_query_best_ask();
std::uint64_t engine_query_depth_at(std::int64_t price_ticks, std::uint8_t side);
}
#pragma GCC visibility pop
