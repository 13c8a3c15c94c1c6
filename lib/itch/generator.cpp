#include "itch/generator.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "itch/random.hpp"
#include "itch/simulated_book.hpp"

namespace trade::itch {

namespace {

constexpr std::int64_t nanoseconds_per_minute = 60'000'000'000;
constexpr std::int64_t at(std::int64_t hour, std::int64_t minute) {
  return (hour * 60 + minute) * nanoseconds_per_minute;
}

constexpr std::int64_t units_per_tick = units_per_dollar / 100;

/// Prices of a symbol lie around a middle drawn from 5 to 500 dollars.
constexpr std::int64_t middle_ticks_min = 500;
constexpr std::int64_t middle_ticks_max = 50'000;

constexpr std::array<std::string_view, 6> market_makers = {"ALFA", "BRVO", "CHLE", "DLTA", "ECHO", "FXTR"};

/// What can happen to a book, and how often in 10,000.
enum class Action { add, add_with_mpid, remove, execute, execute_with_price, cancel, replace, trade };
constexpr std::array<std::pair<Action, std::uint64_t>, 8> action_weights = {
    {{Action::add, 4'690},
     {Action::remove, 4'080},
     {Action::execute, 850},
     {Action::trade, 240},
     {Action::replace, 70},
     {Action::cancel, 30},
     {Action::add_with_mpid, 30},
     {Action::execute_with_price, 10}}};
constexpr std::uint64_t weight_sum = 10'000;

/// How often another symbol is drawn when one has no order that the action could be about.
constexpr int draws_max = 8;

/// A symbol with fewer orders than this gets another rather than losing one.
constexpr std::size_t live_orders_min = 4;

class Day {
 public:
  Day(const GeneratorOptions& options, const std::function<Status(const Message&)>& sink)
      : options_(options), sink_(sink), random_(options.seed), books_(options.symbols) {
    base_ticks_.reserve(options.symbols);
    for (std::uint32_t i = 0; i < options.symbols; ++i) {
      base_ticks_.push_back(random_.between(middle_ticks_min, middle_ticks_max) - SimulatedBook::levels / 2);
    }
  }

  Status run() {
    const std::uint64_t body = options_.messages - generator_messages_min(options_.symbols);
    const std::uint64_t before = body / 20;      // 5 % before the market opens
    const std::uint64_t after = body * 3 / 100;  // 3 % after it closes
    Status status = system_event(SystemEventCode::start_of_messages, at(3, 0));
    if (status) status = directory();
    if (status) status = system_event(SystemEventCode::start_of_system_hours, at(4, 0));
    if (status) status = trading(before, at(4, 0), at(9, 30));
    if (status) status = system_event(SystemEventCode::start_of_market_hours, at(9, 30));
    if (status) status = trading(body - before - after, at(9, 30), at(16, 0));
    if (status) status = system_event(SystemEventCode::end_of_market_hours, at(16, 0));
    if (status) status = trading(after, at(16, 0), at(20, 0));
    if (status) status = system_event(SystemEventCode::end_of_system_hours, at(20, 0));
    if (status) status = system_event(SystemEventCode::end_of_messages, at(20, 5));
    return status;
  }

 private:
  Status system_event(SystemEventCode code, std::int64_t nanoseconds) {
    return sink_(SystemEvent{.header = {.nanoseconds = nanoseconds}, .event_code = code});
  }

  [[nodiscard]] Header header(std::uint32_t symbol) const {
    return {
        .stock_locate = static_cast<std::uint16_t>(symbol + 1), .tracking_number = 0, .nanoseconds = now_};
  }

  Status directory() {
    now_ = at(3, 5);
    const auto each_symbol = [this](auto make) -> Status {
      for (std::uint32_t symbol = 0; symbol < options_.symbols; ++symbol) {
        now_ += 1'000;
        if (Status status = sink_(make(symbol)); !status) return status;
      }
      return {};
    };
    Status status = each_symbol([this](std::uint32_t symbol) {
      StockDirectory message;
      message.header = header(symbol);
      message.stock = generated_stock(symbol);
      message.market_category = 'Q';
      message.financial_status_indicator = 'N';
      message.issue_sub_type = *FixedString<2>::make("Z");
      message.ipo_flag = 'N';
      message.luld_reference_price_tier = '1';
      message.etp_flag = 'N';
      return message;
    });
    if (status) {
      status = each_symbol([this](std::uint32_t symbol) {
        return StockTradingAction{
            .header = header(symbol), .stock = generated_stock(symbol), .trading_state = 'T', .reason = {}};
      });
    }
    if (status) {
      status = each_symbol([this](std::uint32_t symbol) {
        return RegShoRestriction{.header = header(symbol), .stock = generated_stock(symbol)};
      });
    }
    for (std::uint32_t maker = 0; maker < 2 && status; ++maker) {
      status = each_symbol([this, maker](std::uint32_t symbol) {
        return MarketParticipantPosition{
            .header = header(symbol), .mpid = market_maker(symbol + maker), .stock = generated_stock(symbol)};
      });
    }
    return status;
  }

  /// `count` messages spread over the time from `begin` to `end`.
  Status trading(std::uint64_t count, std::int64_t begin, std::int64_t end) {
    __extension__ using Wide = unsigned __int128;
    const auto span = static_cast<std::uint64_t>(end - begin);
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto slot_begin = static_cast<std::uint64_t>(static_cast<Wide>(span) * i / count);
      const auto slot_end = static_cast<std::uint64_t>(static_cast<Wide>(span) * (i + 1) / count);
      now_ = begin + static_cast<std::int64_t>(slot_begin + random_.below(slot_end - slot_begin + 1));
      if (Status status = sink_(act()); !status) return status;
    }
    return {};
  }

  Message act() {
    std::uint64_t drawn = random_.below(weight_sum);
    Action action = Action::add;
    for (const auto& [candidate, weight] : action_weights) {
      action = candidate;
      if (drawn < weight) break;
      drawn -= weight;
    }
    for (int draws = 0; draws < draws_max; ++draws) {
      const std::uint32_t symbol = draw_symbol();
      SimulatedBook& book = books_[symbol];
      book.walk(random_);
      switch (action) {
        case Action::add:
          return add(symbol);
        case Action::add_with_mpid:
          return add_with_mpid(symbol);
        case Action::trade:
          return hidden_trade(symbol);
        case Action::remove:
          if (book.live_orders() >= live_orders_min) return remove(symbol);
          break;
        case Action::replace:
          if (book.live_orders() >= live_orders_min) return replace(symbol);
          break;
        case Action::execute:
        case Action::execute_with_price: {
          const OrderIndex index = book.draw_executed(random_);
          if (index == no_order || book.live_orders() < live_orders_min) break;
          if (action == Action::execute) return execute(symbol, index);
          return execute_with_price(symbol, index);
        }
        case Action::cancel: {
          if (book.live_orders() < live_orders_min) break;
          const OrderIndex index = book.draw(random_);
          if (pool_[index].shares > 1) return cancel(symbol, index);
          break;
        }
      }
    }
    return add(draw_symbol());
  }

  /// Low numbers far more often than high ones, as in a market a few names make most of the noise.
  std::uint32_t draw_symbol() {
    const std::uint64_t first = random_.below(options_.symbols);
    return static_cast<std::uint32_t>(random_.below(first + 1));
  }

  std::uint32_t draw_shares() {
    const std::uint64_t kind = random_.below(100);
    if (kind < 70) return 100;
    if (kind < 85) return static_cast<std::uint32_t>(100 * random_.between(2, 10));
    if (kind < 97) return static_cast<std::uint32_t>(random_.between(1, 99));
    return static_cast<std::uint32_t>(100 * random_.between(11, 50));
  }
  /// A part of `shares`, in round lots where that is possible, less than all of it; `shares` above one.
  std::uint32_t draw_part(std::uint32_t shares) {
    if (shares > 100) return static_cast<std::uint32_t>(100 * random_.between(1, (shares - 1) / 100));
    return static_cast<std::uint32_t>(random_.between(1, shares - 1));
  }

  [[nodiscard]] Price price(std::uint32_t symbol, std::int32_t level) const {
    return {(base_ticks_[symbol] + level) * units_per_tick};
  }
  static Mpid market_maker(std::uint32_t number) {
    return *Mpid::make(market_makers[number % market_makers.size()]);
  }

  /// A new order in the book.
  OrderIndex place(std::uint32_t symbol, Side side) {
    const OrderIndex index = pool_.make();
    SimulatedOrder& order = pool_[index];
    last_reference_ += 1 + random_.below(4);
    order.reference = last_reference_;
    order.side = side;
    order.shares = draw_shares();
    order.level = books_[symbol].choose_level(side, random_);
    books_[symbol].insert(pool_, index);
    return index;
  }
  void erase(std::uint32_t symbol, OrderIndex index) {
    books_[symbol].remove(pool_, index);
    pool_.free(index);
  }

  AddOrder add(std::uint32_t symbol) {
    const SimulatedOrder& order = pool_[place(symbol, random_.chance(1, 2) ? Side::buy : Side::sell)];
    return {.header = header(symbol),
            .order_reference_number = order.reference,
            .side = order.side,
            .shares = {order.shares},
            .stock = generated_stock(symbol),
            .price = price(symbol, order.level)};
  }

  AddOrderMpid add_with_mpid(std::uint32_t symbol) {
    const AddOrder added = add(symbol);
    return {.header = added.header,
            .order_reference_number = added.order_reference_number,
            .side = added.side,
            .shares = added.shares,
            .stock = added.stock,
            .price = added.price,
            .attribution = market_maker(symbol + static_cast<std::uint32_t>(random_.below(2)))};
  }

  OrderDelete remove(std::uint32_t symbol) {
    const OrderIndex index = books_[symbol].draw(random_);
    const std::uint64_t reference = pool_[index].reference;
    erase(symbol, index);
    return {.header = header(symbol), .order_reference_number = reference};
  }

  OrderReplace replace(std::uint32_t symbol) {
    const OrderIndex old_index = books_[symbol].draw(random_);
    const SimulatedOrder old = pool_[old_index];
    erase(symbol, old_index);
    const SimulatedOrder& order = pool_[place(symbol, old.side)];
    return {.header = header(symbol),
            .original_order_reference_number = old.reference,
            .new_order_reference_number = order.reference,
            .shares = {order.shares},
            .price = price(symbol, order.level)};
  }

  OrderCancel cancel(std::uint32_t symbol, OrderIndex index) {
    SimulatedOrder& order = pool_[index];
    const std::uint32_t part = draw_part(order.shares);
    order.shares -= part;
    return {.header = header(symbol), .order_reference_number = order.reference, .cancelled_shares = {part}};
  }

  OrderExecuted execute(std::uint32_t symbol, OrderIndex index) {
    const SimulatedOrder order = pool_[index];
    const bool whole = order.shares == 1 || random_.chance(3, 5);
    const std::uint32_t shares = whole ? order.shares : draw_part(order.shares);
    pool_[index].shares -= shares;
    if (whole) erase(symbol, index);
    return {.header = header(symbol),
            .order_reference_number = order.reference,
            .executed_shares = {shares},
            .match_number = ++last_match_};
  }

  /// A tick better for the order than its own price.
  OrderExecutedWithPrice execute_with_price(std::uint32_t symbol, OrderIndex index) {
    const SimulatedOrder order = pool_[index];
    const OrderExecuted executed = execute(symbol, index);
    return {.header = executed.header,
            .order_reference_number = executed.order_reference_number,
            .executed_shares = executed.executed_shares,
            .match_number = executed.match_number,
            .printable = !random_.chance(1, 8),
            .execution_price = price(symbol, order.side == Side::buy ? order.level - 1 : order.level + 1)};
  }

  Trade hidden_trade(std::uint32_t symbol) {
    const std::int32_t level = books_[symbol].draw_hidden_level(random_);
    return {.header = header(symbol),
            .order_reference_number = 0,
            .side = Side::buy,
            .shares = {draw_shares()},
            .stock = generated_stock(symbol),
            .price = price(symbol, level),
            .match_number = ++last_match_};
  }

  GeneratorOptions options_;
  const std::function<Status(const Message&)>& sink_;
  Random random_;
  OrderPool pool_;
  std::vector<SimulatedBook> books_;
  std::vector<std::int64_t> base_ticks_;  ///< of level 0 of each symbol
  std::int64_t now_ = 0;                  ///< nanoseconds since midnight
  std::uint64_t last_reference_ = 0;
  std::uint64_t last_match_ = 0;
};

}  // namespace

Stock generated_stock(std::uint32_t index) {
  std::array<char, 4> letters{};
  for (std::size_t i = letters.size(); i-- > 0; index /= 26) {
    letters[i] = static_cast<char>('A' + index % 26);
  }
  return *Stock::make({letters.data(), letters.size()});
}

Status generate(const GeneratorOptions& options, const std::function<Status(const Message&)>& sink) {
  if (options.symbols == 0 || options.symbols > generator_symbols_max) {
    return fail(ErrorCode::usage, "cannot generate " + std::to_string(options.symbols) + " symbols",
                "choose from 1 to " + std::to_string(generator_symbols_max));
  }
  const std::uint64_t messages_min = generator_messages_min(options.symbols);
  if (options.messages < messages_min || options.messages > generator_messages_max) {
    return fail(
        ErrorCode::usage,
        "cannot generate " + std::to_string(options.messages) + " messages for " +
            std::to_string(options.symbols) + " symbols",
        "choose from " + std::to_string(messages_min) + " to " + std::to_string(generator_messages_max));
  }
  return Day(options, sink).run();
}

}  // namespace trade::itch
