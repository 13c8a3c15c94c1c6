// The engine and the reference market, given the same random orders, must never differ.
#include <memory>
#include <random>

#include "engine_test_support.hpp"
#include "reference_market.hpp"
#include "support/seeds.hpp"
#include "support/shrink.hpp"

namespace trade::engine_test {
namespace {

constexpr std::int64_t tick_units = 100;

/// One thing done to both. What it is done to is a number among all orders so far, so that a script stays one
/// when steps are left out.
struct Step {
  enum class Kind : std::uint8_t { place, cancel, replace, call, uncross, bands, wait };
  Kind kind = Kind::place;
  std::uint32_t owner = 1;
  ReferenceOrder order;  ///< of a replace, its quantity and price
  std::uint64_t pick = 0;

  /// Of bands: mostly narrow ones.
  [[nodiscard]] std::int64_t basis_points() const {
    return pick % 4 == 0 ? 0 : 15 + static_cast<std::int64_t>(pick % 3) * 10;
  }
  [[nodiscard]] bool limit_states() const { return basis_points() != 0 && pick / 16 % 2 == 0; }

  friend void PrintTo(const Step& step, std::ostream* out) {
    const ReferenceOrder& order = step.order;
    if (step.kind == Kind::bands) {
      *out << "bands " << step.basis_points() << (step.limit_states() ? " with limit states" : "");
    } else if (step.kind == Kind::wait) {
      *out << "wait";
    } else if (step.kind == Kind::call || step.kind == Kind::uncross) {
      *out << (step.kind == Kind::call ? "call" : "uncross");
    } else if (step.kind == Kind::cancel) {
      *out << "cancel pick " << step.pick;
    } else if (step.kind == Kind::replace) {
      *out << "replace pick " << step.pick << " by " << order.quantity << '@' << order.price;
    } else {
      *out << name_of(order.side) << ' ' << order.quantity << '@' << order.price << ' '
           << name_of(order.time_in_force) << (order.refused_if_it_trades ? " post-only reject" : "")
           << (order.slides_if_it_trades ? " post-only slide" : "") << (order.at_any_price ? " market" : "")
           << (order.all_or_none ? " all-or-none" : "") << " minimum " << order.minimum << " display "
           << order.display;
    }
  }
};

class Steps {
 public:
  explicit Steps(std::uint64_t seed) : random_(seed) {}

  Step next() {
    Step step{.owner = static_cast<std::uint32_t>(between(1, 3)), .pick = random_()};
    ReferenceOrder& order = step.order;
    order.side = between(0, 1) == 0 ? Side::buy : Side::sell;
    order.price = between(order.side == Side::buy ? 995 : 998, order.side == Side::buy ? 1'002 : 1'005);
    order.quantity = between(1, 60);
    const std::int64_t kind = between(1, 107);
    step.kind = kind <= 70    ? Step::Kind::place
                : kind <= 85  ? Step::Kind::cancel
                : kind <= 100 ? Step::Kind::replace
                : kind <= 101 ? Step::Kind::call
                : kind <= 104 ? Step::Kind::uncross
                : kind <= 106 ? Step::Kind::bands
                              : Step::Kind::wait;
    if (step.kind == Step::Kind::place) ask_for_more(order);
    return step;
  }

 private:
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(high - low + 1));
  }
  void ask_for_more(ReferenceOrder& order) {
    switch (between(1, 11)) {
      case 11:
        // Only in an auction: at other times a limit order.
        order.at_any_price = true;
        return;
      case 1:
        order.refused_if_it_trades = true;
        break;
      case 2:
        order.slides_if_it_trades = true;
        if (between(0, 1) == 0) order.display = between(1, order.quantity);
        break;
      case 3:
      case 4:
        order.display = between(1, order.quantity);
        break;
      case 5:
        order.all_or_none = true;
        break;
      case 6:
        order.minimum = between(1, order.quantity);
        break;
      default:
        break;
    }
    const bool may_be_gone_at_once =
        order.display == 0 && !order.refused_if_it_trades && !order.slides_if_it_trades;
    if (may_be_gone_at_once && between(1, 6) == 1)
      order.time_in_force = between(0, 1) == 0 ? TimeInForce::ioc : TimeInForce::fok;
  }

  std::mt19937_64 random_;
};

/// An engine and a reference to which the same is done.
class Pair {
 public:
  Pair() {
    for (std::uint32_t number = 1; number <= 3; ++number)
      apply(OpenAccount{*AccountName::make("house" + std::to_string(number)), AccountType::house});
    apply(AddSymbol{.symbol = *Symbol::make("SYM"), .previous_close = {100'000}, .tick = {tick_units}});
    reference_.reference_price = 100'000 / tick_units;
  }

  /// Whether both told of the same; if not, `difference` says where.
  bool agree_on(const Step& step) {
    reference_.lines.clear();
    lines_.clear();
    placing_ = step.kind == Step::Kind::place;
    const auto id = static_cast<std::int64_t>(
        1 + step.pick % static_cast<std::uint64_t>(std::max<std::int64_t>(reference_.last_id(), 1)));
    if (step.kind == Step::Kind::bands) {
      reference_.set_bands(step.basis_points(), step.limit_states());
      const std::int64_t pause_seconds = step.basis_points() == 0 ? 0 : pause_seconds_max;
      apply(SetPriceBands{.symbol = SymbolId{1},
                          .basis_points = step.basis_points(),
                          .pause_seconds = pause_seconds,
                          .reference = {},
                          .limit_state_seconds = step.limit_states() ? 1 : 0});
    } else if (step.kind == Step::Kind::wait) {
      reference_.pause_after_limit_state();
      now_ += nanoseconds_per_second;
      apply(ExpireOrders{});
    } else if (step.kind == Step::Kind::call) {
      if (!reference_.calling()) {
        reference_.call();
        apply(SetSymbolPhase{SymbolId{1}, MarketPhase::volatility_auction});
      }
    } else if (step.kind == Step::Kind::uncross) {
      if (reference_.calling()) {
        reference_.uncross();
        apply(SetSymbolPhase{SymbolId{1}, MarketPhase::continuous});
      }
    } else if (step.kind == Step::Kind::place) {
      owners_.push_back({step.owner});
      Step placed = step;
      placed.order.at_any_price = step.order.at_any_price && reference_.calling();
      reference_.place(placed.order);
      apply(command_of(placed));
    } else if (const ReferenceOrder* const open = reference_.open_order(id)) {
      const AccountId owner = owners_[static_cast<std::size_t>(id - 1)];
      const OrderId order{static_cast<std::uint64_t>(id)};
      if (step.kind == Step::Kind::cancel) {
        reference_.cancel(id);
        apply(CancelOrder{.account = owner, .order = order, .client_order_id = {}});
      } else {
        replace(step.order, *open, owner, order);
      }
    }
    if (lines_ == reference_.lines) return true;
    difference = "engine:\n" + joined(lines_) + "reference:\n" + joined(reference_.lines);
    return false;
  }

  std::string difference;
  std::uint64_t trades = 0;
  std::uint64_t refreshes = 0;
  std::uint64_t auction_trades = 0;
  std::uint64_t pauses = 0;  ///< that a band began
  std::uint64_t limit_states = 0;
  std::uint64_t found_enough = 0;  ///< trades of orders that had waited beside the book

 private:
  static PlaceOrder command_of(const Step& step) {
    const ReferenceOrder& order = step.order;
    PlaceOrder command{.account = {step.owner},
                       .symbol = SymbolId{1},
                       .side = order.side,
                       .type = OrderType::limit,
                       .time_in_force = order.time_in_force,
                       .quantity = {order.quantity},
                       .limit_price = {order.price * tick_units}};
    if (order.at_any_price) {
      command.type = OrderType::market;
      command.limit_price = {};
    }
    OrderInstructions& wanted = command.instructions;
    if (order.refused_if_it_trades) wanted.post_only = PostOnly::reject;
    if (order.slides_if_it_trades) wanted.post_only = PostOnly::slide;
    wanted.all_or_none = order.all_or_none;
    wanted.minimum_quantity = {order.minimum};
    wanted.display_quantity = {order.display};
    return command;
  }
  void replace(const ReferenceOrder& wanted, const ReferenceOrder& open, AccountId owner, OrderId order) {
    const std::int64_t quantity = open.quantity - open.left + wanted.quantity;
    // What a post-only order does with a new price is the engine's own tests' matter.
    const bool stays = open.refused_if_it_trades || open.slides_if_it_trades || open.at_any_price;
    const std::int64_t price = stays ? open.price : wanted.price;
    if (quantity == open.quantity && price == open.price) return;
    reference_.replace(open.id, quantity, price);
    ReplaceOrder command{.account = owner, .order = order};
    command.quantity = Quantity{quantity};
    if (!open.at_any_price) command.limit_price = Price{price * tick_units};
    apply(command);
  }

  void apply(const CommandBody& body) {
    events_.clear();
    engine_.apply({Timestamp{++now_}, body}, events_);
    for (const Event& event : events_)
      std::visit([this](const auto& one) { note(one); }, event.body);
  }
  void note(const OrderAccepted& e) { lines_.push_back("accepted " + std::to_string(e.order.value)); }
  void note(const OrderRejected& e) { lines_.push_back("rejected " + std::to_string(e.order.value)); }
  void note(const OrderReplaced& e) { lines_.push_back("replaced " + std::to_string(e.order.value)); }
  void note(const OrderCancelled& e) { lines_.push_back("ended " + std::to_string(e.order.value)); }
  void note(const OrderRested& e) {
    lines_.push_back("rested " + std::to_string(e.order.value) + " " + std::to_string(e.quantity.shares) +
                     "@" + std::to_string(e.price.units / tick_units));
  }
  void note(const TradeExecuted& e) {
    lines_.push_back("trade " + std::to_string(e.quantity.shares) + "@" +
                     std::to_string(e.price.units / tick_units) + " maker " +
                     std::to_string(e.maker_order.value) + " taker " + std::to_string(e.taker_order.value));
    ++trades;
    if (e.in_auction) ++auction_trades;
    if (e.maker_refreshes) ++refreshes;
    // The taker of a place that is not the order placed has waited.
    const bool waited = placing_ && static_cast<std::int64_t>(e.taker_order.value) != reference_.last_id();
    if (waited) ++found_enough;
  }
  static std::string text_of(const AuctionFigures& figures) {
    const std::int64_t surplus =
        figures.imbalance_side == Side::sell ? -figures.imbalance.shares : figures.imbalance.shares;
    return std::to_string(figures.volume.shares) + "@" + std::to_string(figures.price.units / tick_units) +
           " surplus " + std::to_string(surplus);
  }
  void note(const SymbolPhaseChanged& e) {
    const bool is_pause = e.phase == MarketPhase::volatility_auction;
    if (e.limit_state) {
      lines_.push_back(std::string(is_pause ? "paused " : "limit ") +
                       (*e.limit_state == Side::buy ? "up" : "down"));
      ++(is_pause ? pauses : limit_states);
    } else if (in_limit_state_ && !is_pause) {
      lines_.emplace_back("limit over");
    }
    in_limit_state_ = e.limit_state && !is_pause;
  }
  void note(const PriceBandsChanged& e) {
    lines_.push_back("bands " + std::to_string(e.bands.lower.units / tick_units) + ".." +
                     std::to_string(e.bands.upper.units / tick_units));
  }
  void note(const AuctionIndicated& e) { lines_.push_back("indicated " + text_of(e.figures)); }
  void note(const AuctionUncrossed& e) { lines_.push_back("uncrossed " + text_of(e.figures)); }
  void note(const CommandRejected& e) {
    lines_.push_back("command rejected " + std::string(row_of(e.reason).name));
  }
  void note(const auto&) {}

  static std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines)
      text += "  " + line + "\n";
    return text;
  }

  Engine engine_{EngineCapacity{}};
  ReferenceMarket reference_;
  std::vector<AccountId> owners_;  ///< of the orders, by id
  std::vector<Event> events_;
  std::vector<std::string> lines_;
  std::int64_t now_ = 0;
  bool placing_ = false;
  bool in_limit_state_ = false;
};

class MarketLockstep : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(MarketLockstep, NeverDiffers) {
  Steps steps(GetParam());
  std::uint64_t trades = 0;
  std::uint64_t refreshes = 0;
  std::uint64_t found_enough = 0;
  std::uint64_t auction_trades = 0;
  std::uint64_t pauses = 0;
  std::uint64_t limit_states = 0;
  // Many short markets: the reference looks at every order that ever was.
  for (int market = 0; market < 60; ++market) {
    std::vector<Step> script;
    const auto pair = std::make_unique<Pair>();
    for (int at = 0; at < 400; ++at) {
      script.push_back(steps.next());
      if (pair->agree_on(script.back())) continue;
      const auto differs = [](const std::vector<Step>& some) {
        Pair again;
        return std::ranges::any_of(some, [&](const Step& step) { return !again.agree_on(step); });
      };
      const std::vector<Step> shortest = trade::test::shrink(script, differs);
      Pair shown;
      for (const Step& step : shortest)
        if (!shown.agree_on(step)) break;
      FAIL() << "seed " << GetParam() << ", market " << market << ":\n"
             << ::testing::PrintToString(shortest) << "\n"
             << shown.difference;
    }
    trades += pair->trades;
    refreshes += pair->refreshes;
    found_enough += pair->found_enough;
    auction_trades += pair->auction_trades;
    pauses += pair->pauses;
    limit_states += pair->limit_states;
  }
  // The steps did what they are for.
  EXPECT_GT(trades, 3'000U);
  EXPECT_GT(refreshes, 100U);
  EXPECT_GT(found_enough, 50U);
  EXPECT_GT(auction_trades, 500U);
  EXPECT_GT(pauses, 25U);
  EXPECT_GT(limit_states, 50U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, MarketLockstep, ::testing::ValuesIn(trade::test::seeds(8)));

}  // namespace
}  // namespace trade::engine_test
