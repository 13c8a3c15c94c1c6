// Reading a saved state back: all but what there is of other venues (load_venues.cpp).
#include <array>
#include <limits>
#include <string>

#include "engine/loader.hpp"
#include "model/borrow_fee.hpp"

namespace trade {

namespace {

constexpr std::int64_t int64_max = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t cash_units_max = engine::cash_total_units_max + engine::deficit_total_units_max;

}  // namespace

Status Engine::State::load(ByteReader& reader) {
  return Loader(*this, reader).run();
}

Status Engine::State::Loader::run() {
  const auto magic = reader_.read<std::uint64_t>();
  const bool with_rates = magic == engine::saved_state_with_rates_magic ||
                          magic == engine::saved_state_with_venues_and_rates_magic ||
                          magic == engine::saved_state_with_numbers_and_rates_magic;
  with_numbers_ = magic == engine::saved_state_with_numbers_magic ||
                  magic == engine::saved_state_with_numbers_and_rates_magic;
  with_venues_ = with_numbers_ || magic == engine::saved_state_with_venues_magic ||
                 magic == engine::saved_state_with_venues_and_rates_magic;
  if (magic == engine::saved_state_without_tiers_magic) layout_ = Layout::without_tiers;
  if (require(with_venues_ || with_rates || magic == engine::saved_state_magic || layout_ != Layout::current,
              "it does not begin like one")) {
    read_globals();
    read_symbols();
    read_accounts();
    read_locates();
    if (with_rates) read_borrow_rates();
    if (with_venues_) read_venues();
    read_orders();
    read_books();
    check_whole();
  }
  if (good()) return {};
  return fail(ErrorCode::corrupt, std::string("not a saved state of the engine: ") + problem_,
              "start from an older checkpoint, or replay the journal from its beginning");
}

void Engine::State::Loader::read_globals() {
  const auto sequence = reader_.read<std::uint64_t>();
  const Timestamp now{reader_.read<std::int64_t>()};
  const auto digest = reader_.read<std::uint64_t>();
  state_.log_.restore(sequence, now, digest);
  state_.phase_ = read_enum<SessionPhase>("session phase");
  state_.market_phase_ = read_enum<MarketPhase>("market phase");
  require(state_.market_phase_ != MarketPhase::halt &&
              (state_.phase_ == SessionPhase::closed) == (state_.market_phase_ == MarketPhase::closed),
          "market phase");
  state_.market_kill_switch_ = read_bool("kill switch");
  state_.clock_pace_.running = read_bool("clock");
  state_.clock_pace_.speed_millionths = read_within(1, clock_speed_millionths_max, "speed of the clock");
  if (layout_ == Layout::current) {
    state_.closes_at_ = {read_within(0, int64_max, "close")};
    state_.is_near_close_ = read_bool("close");
    require(!state_.is_near_close_ || state_.closes_at_ != Timestamp{}, "close");
  }
  state_.trading_date_ = {reader_.read<std::int32_t>()};
  require(state_.trading_date_ >= Date{}, "trading date");
  state_.today_ = reader_.read<std::uint32_t>();
  require(state_.today_ != 0, "trading day");
  state_.next_trade_ = {reader_.read<std::uint64_t>()};
  next_order_ = reader_.read<std::uint64_t>();
  require(state_.next_trade_.value != 0 && next_order_ != 0, "next id");
  state_.orders_.set_next_id({next_order_});
  // Below zero when money that was lent on margin has been withdrawn by whoever sold.
  saved_cash_total_ = {
      read_within(-engine::deficit_total_units_max, engine::cash_total_units_max, "total cash")};
  saved_deficit_total_ = {read_within(0, engine::deficit_total_units_max, "total deficit")};
  state_.transferred_total_ = {read_within(0, engine::transfer_total_units_max, "total of transfers")};
  read_rules();
}

void Engine::State::Loader::read_rules() {
  FirmRules rules;
  rules.margin_multiplier_basis_points = reader_.read<std::int64_t>();
  rules.price_collar_basis_points = reader_.read<std::int64_t>();
  rules.day_trading_rule = read_enum<DayTradingRule>("day trading rule");
  rules.pattern_day_trader_equity_min = {reader_.read<std::int64_t>()};
  rules.day_trades_max = reader_.read<std::int64_t>();
  rules.intraday_maintenance_basis_points = reader_.read<std::int64_t>();
  rules.default_position_max = {reader_.read<std::int64_t>()};
  rules.default_order_quantity_max = {reader_.read<std::int64_t>()};
  rules.default_order_notional_max = {reader_.read<std::int64_t>()};
  rules.short_margin_basis_points = reader_.read<std::int64_t>();
  rules.short_maintenance_basis_points = reader_.read<std::int64_t>();
  rules.short_sale_trigger_basis_points = reader_.read<std::int64_t>();
  if (require(state_.refusal(SetFirmRules{rules}) == RejectReason::none, "firm rules")) state_.rules_ = rules;
}

void Engine::State::Loader::read_symbols() {
  const auto count = reader_.read<std::uint32_t>();
  require(count <= state_.capacity_.symbols_max, "more symbols than the capacity allows");
  for (std::uint32_t read = 0; read < count && good(); ++read) {
    AddSymbol added;
    const std::optional<Symbol> name = Symbol::make(reader_.read_text());
    if (!require(name.has_value(), "symbol")) return;
    added.symbol = *name;
    const auto status = read_enum<SymbolStatus>("symbol status");
    const auto halt_reason = decltype(SymbolRecord::halt_reason)::make(reader_.read_text());
    added.previous_close = {reader_.read<std::int64_t>()};
    const Price last_price{read_within(0, price_units_max, "last price")};
    added.tick = {reader_.read<std::int64_t>()};
    added.lot = {reader_.read<std::int64_t>()};
    const Price range_low{read_within(0, price_units_max, "price range")};
    const Price range_high{read_within(range_low.units, price_units_max, "price range")};
    require(range_low || !range_high, "price range");
    require(halt_reason.has_value() && state_.refusal(added) == RejectReason::none, "symbol");
    if (!good()) return;
    SymbolRecord& symbol = state_.symbols_[state_.symbols_.add(added.symbol)];
    symbol.status = status;
    symbol.halt_reason = *halt_reason;
    symbol.previous_close = added.previous_close;
    symbol.last_price = last_price;
    symbol.tick = added.tick;
    symbol.lot = added.lot;
    symbol.range_low = range_low;
    symbol.range_high = range_high;
    read_symbol_phase(state_.symbols_.find(added.symbol.view()));
  }
}

void Engine::State::Loader::read_symbol_phase(SymbolId id) {
  SymbolRecord& symbol = state_.symbols_[id];
  symbol.phase = read_enum<MarketPhase>("symbol's phase");
  symbol.gathering = read_bool("symbol's phase");
  const bool may_gather = is_call(symbol.phase) || symbol.status == SymbolStatus::halted;
  require(symbol.phase != MarketPhase::halt && (symbol.gathering ? may_gather : !is_call(symbol.phase)),
          "symbol's phase");
  symbol.kill_switch = read_bool("kill switch");
  const Timestamp ends_at{read_within(0, int64_max, "end of a pause")};
  symbol.indicated.price = {read_within(0, price_units_max, "auction")};
  symbol.indicated.volume = {read_within(0, int64_max, "auction")};
  symbol.indicated.imbalance = {read_within(0, int64_max, "auction")};
  const auto side = reader_.read<std::uint8_t>();
  symbol.indicated.imbalance_side = value_numbered<Side>(side);
  require(side == 0 || symbol.indicated.imbalance_side, "auction");
  require(symbol.gathering || symbol.indicated == AuctionFigures{}, "auction");
  PriceBands& bands = symbol.bands;
  bands.basis_points = read_within(0, band_basis_points_max, "price bands");
  bands.pause_seconds = read_within(bands.basis_points != 0 ? 1 : 0,
                                    bands.basis_points != 0 ? pause_seconds_max : 0, "price bands");
  bands.reference = {read_within(0, price_units_max, "price bands")};
  bands.lower = {read_within(0, price_units_max, "price bands")};
  bands.upper = {read_within(0, price_units_max, "price bands")};
  bands.limit_state_seconds = read_within(0, bands.basis_points != 0 ? pause_seconds_max : 0, "price bands");
  if (layout_ == Layout::current) read_tier(id);
  symbol.watches_bands = read_bool("price bands");
  symbol.bands_moved = read_bool("price bands");
  require(symbol.watches_bands || (bands.limit_state_seconds == 0 && !symbol.bands_moved), "price bands");
  const auto limit_state = reader_.read<std::uint8_t>();
  require(limit_state == 0 || (value_numbered<Side>(limit_state) && symbol.watches_bands &&
                               symbol.phase == MarketPhase::continuous && !symbol.gathering),
          "limit state");
  symbol.limit_state = static_cast<Side>(limit_state);
  require(symbol.limit_state != Side{}
              ? ends_at != Timestamp{}
              : ends_at == Timestamp{} || symbol.phase == MarketPhase::volatility_auction,
          "end of a pause");
  symbol.easy_to_borrow = read_bool("easy-to-borrow list");
  symbol.short_sale_restricted = read_bool("price test");
  symbol.restricted_day = reader_.read<std::uint32_t>();
  require(
      symbol.restricted_day <= state_.today_ && symbol.short_sale_restricted == (symbol.restricted_day != 0),
      "price test");
  state_.set_short_sale_trigger(symbol);
  if (good()) state_.set_pause_end(id, ends_at);
}

void Engine::State::Loader::read_tier(SymbolId id) {
  SymbolRecord& symbol = state_.symbols_[id];
  const auto number = reader_.read<std::uint8_t>();
  if (number == 0) return;
  const auto tier = static_cast<std::uint8_t>(number & ~engine::leveraged_tier_bit);
  symbol.bands.tier = value_numbered<BandTier>(tier);
  if (!require(symbol.bands.tier && symbol.bands.basis_points != 0, "tier")) return;
  if (tier != number) {
    symbol.bands.leverage_basis_points =
        read_within(engine::basis_points, band_leverage_basis_points_max, "leverage");
    require(symbol.bands.tier == BandTier::tier_2, "leverage");
  }
  symbol.bands.doubled = read_bool("tier");
  state_.follow_trades(id, true);
  engine::FollowedPrice& followed = *symbol.followed;
  const std::int64_t now = state_.log_.now().nanoseconds;
  followed.since = {read_within(0, std::max<std::int64_t>(now, 0), "tier")};
  const Timestamp review_at{read_within(0, int64_max, "tier")};
  const auto count = reader_.read<std::uint32_t>();
  for (std::uint32_t read = 0; read < count && good(); ++read) {
    engine::PriceWindow::Second second;
    second.second = read_within(0, now / nanoseconds_per_second, "trades of a tier's reference");
    second.total = reader_.read<std::int64_t>();
    second.trades = reader_.read<std::uint32_t>();
    second.low = {reader_.read<std::int64_t>()};
    second.high = {reader_.read<std::int64_t>()};
    require(followed.trades.restore(second), "trades of a tier's reference");
  }
  if (good()) state_.set_review(id, review_at);
}

void Engine::State::Loader::read_accounts() {
  const auto count = reader_.read<std::uint32_t>();
  require(count <= state_.capacity_.accounts_max, "more accounts than the capacity allows");
  for (std::uint32_t read = 0; read < count && good(); ++read) {
    OpenAccount opened;
    const std::optional<AccountName> name = AccountName::make(reader_.read_text());
    if (!require(name.has_value(), "account")) return;
    opened.name = *name;
    opened.type = read_enum<AccountType>("account type");
    const AccountType type = opened.type;
    // Nobody opens a clearing account by itself.
    if (with_venues_ && type == AccountType::clearing) opened.type = AccountType::house;
    if (!require(state_.refusal(opened) == RejectReason::none, "account")) return;
    opened.type = type;
    const auto status = read_enum<AccountStatus>("account status");
    const bool kill_switch = read_bool("kill switch");
    const Timestamp created_at{reader_.read<std::int64_t>()};
    const AccountId id = state_.accounts_.open(opened.name, opened.type, created_at);
    engine::Account& account = state_.accounts_[id];
    account.status = status;
    account.kill_switch = kill_switch;
    // What a venue told may have left a cash account short.
    const bool may_be_short = opened.type != AccountType::cash || with_venues_;
    const std::int64_t cash_min = may_be_short ? -engine::deficit_total_units_max : 0;
    const Money cash{read_within(cash_min, cash_units_max, "cash")};
    if (cash.units > 0) cash_above_zero_ += cash.units;
    if (cash.units < 0 && opened.type == AccountType::cash) cash_lacked_ += -cash.units;
    if (!require(cash_lacked_ <= engine::venue_shortfall_units_max, "cash of all accounts")) return;
    const std::int64_t most = cash_units_max + (with_venues_ ? engine::venue_shortfall_units_max : 0);
    if (!require(cash_above_zero_ <= most, "cash of all accounts")) return;
    state_.accounts_.move_cash(account, cash);
    if (!require(state_.accounts_.deficit_total().units <= engine::deficit_total_units_max, "cash owed"))
      return;
    saved_reserved_.push_back({reader_.read<std::int64_t>()});
    account.changed_at = reader_.read<std::uint64_t>();
    account.position_max = {read_within(0, int64_max, "account limit")};
    account.order_quantity_max = {read_within(0, int64_max, "account limit")};
    account.order_notional_max = {read_within(0, int64_max, "account limit")};
    const auto prevention = reader_.read<std::uint8_t>();
    require(prevention == 0 || value_numbered<SelfTradePrevention>(prevention).has_value(), "account limit");
    account.self_trade_prevention = static_cast<SelfTradePrevention>(prevention);
    engine::AccountDetail& detail = state_.accounts_.detail(id);
    detail.counted_day = reader_.read<std::uint32_t>();
    require(detail.counted_day <= state_.today_, "day trades");
    for (std::uint32_t& trades : detail.day_trades)
      trades = reader_.read<std::uint32_t>();
    read_positions(id);
  }
}

void Engine::State::Loader::read_positions(AccountId id) {
  const auto count = reader_.read<std::uint32_t>();
  const bool may_be_short = state_.accounts_[id].type != AccountType::cash || with_venues_;
  SymbolId last;
  for (std::uint32_t read = 0; read < count && good(); ++read) {
    const SymbolId symbol{reader_.read<std::uint32_t>()};
    if (!require(state_.symbols_.contains(symbol) && symbol > last, "position's symbol")) return;
    last = symbol;
    if (!require(state_.accounts_.position_count() < state_.capacity_.positions_max,
                 "more positions than the capacity allows")) {
      return;
    }
    const PositionIndex index = state_.accounts_.make_position(id, symbol);
    engine::Position& position = state_.accounts_.position(index);
    position.shares = {
        read_within(may_be_short ? -engine::position_shares_max : 0, engine::position_shares_max, "shares")};
    saved_claims_.push_back({index, {reader_.read<std::int64_t>()}, {reader_.read<std::int64_t>()}});
    position.transferred_cost = {read_within(0, engine::transfer_total_units_max, "cost")};
    position.bought_day = reader_.read<std::uint32_t>();
    position.bought_since_day_trade = read_bool("position");
    position.shorted_day = reader_.read<std::uint32_t>();
    position.shorted_since_day_trade = read_bool("position");
    require(position.bought_day <= state_.today_ && position.shorted_day <= state_.today_, "position");
  }
}

void Engine::State::Loader::read_locates() {
  const auto count = reader_.read<std::uint32_t>();
  engine::Locates::Key last;
  for (std::uint32_t read = 0; read < count && good(); ++read) {
    engine::Locates::Key key;
    key.first = {reader_.read<std::uint32_t>()};
    key.second = {reader_.read<std::uint32_t>()};
    engine::Locate locate;
    locate.granted = {read_within(0, order_quantity_max, "located shares")};
    locate.used = {read_within(0, int64_max, "located shares")};
    locate.expires_at = {read_within(0, int64_max, "located shares")};
    const bool fits = state_.accounts_.contains(key.first) && state_.symbols_.contains(key.second) &&
                      key > last && state_.accounts_[key.first].type == AccountType::margin;
    if (!require(fits, "located shares")) return;
    last = key;
    state_.locates_.restore(key, locate);
  }
}

void Engine::State::Loader::read_borrow_rates() {
  for (SymbolId id{1}; state_.symbols_.contains(id) && good(); ++id.value) {
    const auto rate = reader_.read<std::uint32_t>();
    if (!require(rate <= borrow_rate_basis_points_max, "rate of borrowing")) return;
    state_.set_borrow_rate(state_.symbols_[id], rate);
  }
  require(state_.borrow_rates_ != 0, "rate of borrowing");
}

void Engine::State::Loader::read_orders() {
  const auto open_count = reader_.read<std::uint32_t>();
  require(open_count <= state_.capacity_.open_orders_max, "more open orders than the capacity allows");
  OrderId last;
  for (std::uint32_t read = 0; read < open_count && good(); ++read) {
    const OrderSlot slot = read_order(true);
    if (slot == 0) return;
    const Order& order = state_.orders_[slot];
    if (!require(order.id > last, "order of ids")) return;
    last = order.id;
    open_order(slot);
  }
  const auto ended_count = reader_.read<std::uint32_t>();
  for (std::uint32_t read = 0; read < ended_count && good(); ++read) {
    const OrderSlot slot = read_order(false);
    if (slot == 0) return;
    state_.orders_.add_ended(slot);
  }
}

Engine::State::OrderSlot Engine::State::Loader::read_order(bool open) {
  const OrderId id{reader_.read<std::uint64_t>()};
  if (!require(id.value != 0 && id.value < next_order_ && state_.orders_.find(id) == 0, "order id")) return 0;
  const OrderSlot slot = state_.orders_.make(id);
  Order& order = state_.orders_[slot];
  order.account = {reader_.read<std::uint32_t>()};
  order.symbol = {reader_.read<std::uint32_t>()};
  require(!order.account || state_.accounts_.contains(order.account), "order's account");
  require(!order.symbol || state_.symbols_.contains(order.symbol), "order's symbol");
  order.status = read_enum<OrderStatus>("order status");
  order.side = read_enum<Side>("order side");
  order.type = read_enum<OrderType>("order type");
  order.time_in_force = read_enum<TimeInForce>("time in force");
  order.waiting = read_bool("order");
  const auto auction_place = reader_.read<std::uint8_t>();
  require(auction_place <= static_cast<std::uint8_t>(engine::AuctionPlace::held), "order's place");
  order.auction_place = static_cast<engine::AuctionPlace>(auction_place);
  const auto reject_reason = reader_.read<std::uint8_t>();
  require(reject_reason == 0 || reject_reason_numbered(reject_reason).has_value(), "reject reason");
  order.reject_reason = static_cast<RejectReason>(reject_reason);
  const auto cancel_reason = reader_.read<std::uint8_t>();
  require(cancel_reason == 0 || value_numbered<CancelReason>(cancel_reason).has_value(), "cancel reason");
  order.cancel_reason = static_cast<CancelReason>(cancel_reason);
  order.quantity = {reader_.read<std::int64_t>()};
  order.limit_price = {reader_.read<std::int64_t>()};
  order.stop_price = {reader_.read<std::int64_t>()};
  order.reserve_units = reader_.read<std::uint32_t>();
  order.filled_shares = reader_.read<std::uint32_t>();
  order.filled_notional = {read_within(0, price_units_max * order_quantity_max, "filled notional")};
  order.created_at = {reader_.read<std::int64_t>()};
  order.updated_at = {reader_.read<std::int64_t>()};
  order.instruction_bits = reader_.read<std::uint8_t>();
  order.beside_book = read_bool("order");
  order.display_shares = reader_.read<std::uint32_t>();
  order.minimum_shares = reader_.read<std::uint32_t>();
  order.trail = reader_.read<std::uint32_t>();
  order.trail_reference = reader_.read<std::uint32_t>();
  order.expires_at = {reader_.read<std::int64_t>()};
  order.link_bits = reader_.read<std::uint8_t>();
  require(order.link_bits == 0 ||
              (value_numbered<OrderClass>(static_cast<std::uint8_t>(order.link().order_class)) &&
               value_numbered<OrderRole>(static_cast<std::uint8_t>(order.link().role)) &&
               order.link().is_linked()),
          "order's group");
  order.short_bits = reader_.read<std::uint8_t>();
  require(
      order.short_bits == 0 || (order.side == Side::sell &&
                                value_numbered<ShortSale>(static_cast<std::uint8_t>(order.short_sale())) &&
                                order.short_bits <= engine::Order::short_bits_max),
      "short sale");
  const Price capped{read_within(0, price_units_max, "order at a price band")};
  require(!capped || open, "order at a price band");
  if (capped && good()) state_.capped_.insert_or_assign(id, CappedOrder{order.symbol, capped});
  const ClientSessionId session{reader_.read<std::uint64_t>()};
  require(!session || open, "order's session");
  if (session) state_.sessions_.emplace(id, session);
  require(order.open() == open, "order status");
  if (open) check_open_order(order);
  if (!good()) return 0;
  read_client_ids(slot);
  if (with_venues_ && good()) read_routed(order);
  return good() ? slot : 0;
}

void Engine::State::Loader::check_open_order(const Order& order) {
  require(order.account && order.symbol, "open order's account or symbol");
  require(order.quantity.shares > 0 && order.quantity.shares <= order_quantity_max &&
              order.filled_shares < order.quantity.shares,
          "open order's quantity");
  const bool has_limit = wants_limit(order.type);
  const bool has_stop = wants_stop(order.type);
  const auto valid = [](Price price, bool wanted) {
    return price.units >= (wanted ? 1 : 0) && price.units <= (wanted ? price_units_max : 0);
  };
  // A trailing stop that waits for its entry begins then.
  const bool is_to_trail = order.is_held() && order.trails() && !order.stop_price;
  require(valid(order.limit_price, has_limit) && (is_to_trail || valid(order.stop_price, has_stop)),
          "open order's price");
  const bool reserves = order.side == Side::buy && order.has_claim();
  require(
      order.reserve_units <= price_units_max && (order.is_short() || (order.reserve_units != 0) == reserves),
      "open order's reservation");
  require(!reserves || !has_limit || order.reserve_price() == order.limit_price, "open order's reservation");
  const OrderInstructions instructions = order.instructions();
  require((!instructions.post_only ||
           value_numbered<PostOnly>(static_cast<std::uint8_t>(*instructions.post_only))) &&
              (!instructions.self_trade_prevention ||
               value_numbered<SelfTradePrevention>(
                   static_cast<std::uint8_t>(*instructions.self_trade_prevention))) &&
              order.display_shares <= order_quantity_max && order.minimum_shares <= order_quantity_max,
          "open order's instructions");
  const bool trails = order.type == OrderType::trailing_stop;
  require(trails == order.trails() && order.trail <= price_units_max &&
              (!order.trail_is_ratio() || order.trail <= trail_basis_points_max) &&
              order.trail_reference <= price_units_max,
          "open order's trail");
  require((order.time_in_force == TimeInForce::gtd) == (order.expires_at.nanoseconds > 0),
          "open order's expiry");
  require(!order.beside_book || (has_limit && !order.waiting && order.least()), "open order beside the book");
  if (order.is_held()) {
    require(order.link().is_exit() && order.link().order_class != OrderClass::oco && !order.waiting &&
                order.filled_shares == 0,
            "pending order");
    return;
  }
  if (good() && state_.symbols_[order.symbol].is_routed()) return check_routed_order(order);
  // An order is open between commands because its stop waits, or because it is in the market.
  const bool for_auction = order.auction_place != engine::AuctionPlace::none;
  require(order.waiting ? has_stop && order.filled_shares == 0 : has_limit || for_auction,
          "open order's type");
  require(!for_auction || (!order.waiting && !order.beside_book), "open order's place");
  require(order.auction_place != engine::AuctionPlace::held || order.time_in_force == TimeInForce::cls,
          "open order's place");
  require(order.auction_place != engine::AuctionPlace::market_order || is_market(order.type),
          "open order's place");
  const OrderStatus resting =
      order.filled_shares != 0 ? OrderStatus::partially_filled : OrderStatus::submitted;
  require(order.status == (order.waiting ? OrderStatus::validated : resting), "open order's status");
}

void Engine::State::Loader::read_client_ids(OrderSlot slot) {
  struct Saved {
    engine::ClientId id;
    std::string_view text;
  };
  std::array<Saved, engine::client_ids_per_order_max> saved{};
  const auto count = reader_.read<std::uint8_t>();
  if (!require(count <= saved.size(), "client order ids")) return;
  Order& order = state_.orders_[slot];
  for (std::uint8_t at = 0; at < count; ++at) {
    auto& [id, text] = saved[at];
    text = reader_.read_text();
    id.account = order.account;
    id.order = slot;
    id.placed = read_bool("client order id");
    id.known = read_bool("client order id");
    id.content.symbol = {reader_.read<std::uint32_t>()};
    // Content is compared, never used, so whatever was asked for may stand here.
    id.content.side = static_cast<Side>(reader_.read<std::uint8_t>());
    id.content.type = static_cast<OrderType>(reader_.read<std::uint8_t>());
    id.content.time_in_force = static_cast<TimeInForce>(reader_.read<std::uint8_t>());
    id.content.quantity = {reader_.read<std::int64_t>()};
    id.content.limit_price = {reader_.read<std::int64_t>()};
    id.content.stop_price = {reader_.read<std::int64_t>()};
    id.instructions_digest = reader_.read<std::uint32_t>();
    require(check_client_order_id(text).has_value(), "client order id");
    require(!id.known || order.account, "client order id");
    if (!good()) return;
  }
  // The newest comes first, and is added last.
  for (std::uint8_t left = count; left > 0; --left) {
    auto& [id, text] = saved[left - 1U];
    const bool taken = id.known && state_.client_ids_.find(order.account, text) != 0;
    if (!require(!taken, "client order id of two orders")) return;
    id.older = order.client_id;
    order.client_id = state_.client_ids_.add(id, text);
  }
}

void Engine::State::Loader::open_order(OrderSlot slot) {
  Order& order = state_.orders_[slot];
  engine::Account& account = state_.accounts_[order.account];
  order.position = state_.accounts_.find_position(order.account, order.symbol);
  if (!require(order.position != 0, "open order without a position")) return;
  engine::Position& position = state_.accounts_.position(order.position);
  state_.orders_.link_open(slot, account);
  ++position.open_orders;
  if (order.side == Side::buy || order.is_short()) {
    const Money reserved = order.reserve_price() * order.leaves();
    if (!require(may_reserve(account, reserved), "reservations")) return;
  }
  require(!order.is_short() || account.type == AccountType::margin, "short sale");
  require(!order.holds_locate() || state_.locates_.all().contains({order.account, order.symbol}),
          "short sale's located shares");
  if (!good()) return;
  state_.claim(order, order.leaves());
  if (state_.symbols_[order.symbol].is_routed()) {
    const engine::RoutedOrder& routed = *state_.routing_.order(order.id);
    if (!require(may_reserve(account, routed.extra_money), "reservations")) return;
    state_.change_claims(order, routed.extra_shares, routed.extra_money);
  }
  const Quantity covered = position.shares - position.promised;
  const std::int64_t covered_min = account.type == AccountType::house ? -engine::position_shares_max : 0;
  require(order.side == Side::buy || order.is_short() || !order.has_claim() ||
              covered.shares >= covered_min || with_venues_,
          "promised shares");
  require(covered.shares >= -engine::position_shares_max, "promised shares");
  require((position.shares + position.open_buys).shares <= engine::position_shares_max || with_venues_,
          "position");
  if (order.waiting) {
    SymbolRecord& symbol = state_.symbols_[order.symbol];
    symbol.stops.insert(order.side, order.stop_price, order.id, slot);
    if (order.trails()) symbol.trailing.insert(order.side, order.id, slot);
  } else if (order.beside_book) {
    state_.symbols_[order.symbol].beside_book.insert(order.side, order.limit_price, order.id, slot);
  } else if (order.auction_place == engine::AuctionPlace::held) {
    state_.symbols_[order.symbol].held_for_close.insert(order.id, slot);
  }
  if (order.expires_at != Timestamp{} && !state_.is_at_venue(order))
    state_.expiries_.insert(order.expires_at, order.id, slot);
}

void Engine::State::Loader::read_books() {
  for (SymbolId id{1}; state_.symbols_.contains(id) && good(); ++id.value) {
    Book& book = state_.symbols_[id].book;
    const auto count = reader_.read<std::uint32_t>();
    for (std::uint32_t read = 0; read < count && good(); ++read) {
      const OrderSlot slot = state_.orders_.find({reader_.read<std::uint64_t>()});
      const Price price{reader_.read<std::int64_t>()};
      const Quantity leaves{reader_.read<std::int64_t>()};
      if (!require(slot != 0, "order in a book")) return;
      Order& order = state_.orders_[slot];
      // Of an iceberg the book holds a part.
      const Quantity most = order.shown();
      const bool fits = order.is_iceberg() ? leaves.shares > 0 && leaves <= most : leaves == most;
      if (!require(order.open() && !order.waiting && !order.beside_book && order.book_node == 0 &&
                       !state_.symbols_[id].is_routed() &&
                       order.auction_place == engine::AuctionPlace::none && order.symbol == id &&
                       state_.book_price(order) == price && fits,
                   "order in a book")) {
        return;
      }
      order.book_node = book.add(order.side, price, leaves, slot).node;
      if (order.needs_care()) ++state_.symbols_[id].careful_of(order.side);
    }
    const std::optional<BookLevel> bid = book.best(Side::buy);
    const std::optional<BookLevel> offer = book.best(Side::sell);
    require(!bid || !offer || bid->price < offer->price || state_.symbols_[id].gathering, "crossed book");
    read_market_orders(id);
  }
}

void Engine::State::Loader::read_market_orders(SymbolId id) {
  SymbolRecord& symbol = state_.symbols_[id];
  const auto count = reader_.read<std::uint32_t>();
  require(count == 0 || symbol.gathering, "market order in an auction");
  OrderId last;
  for (std::uint32_t read = 0; read < count && good(); ++read) {
    const OrderId order_id{reader_.read<std::uint64_t>()};
    const Price worst_price{read_within(1, price_units_max, "market order in an auction")};
    const OrderSlot slot = state_.orders_.find(order_id);
    if (!require(slot != 0 && order_id > last, "market order in an auction")) return;
    last = order_id;
    const Order& order = state_.orders_[slot];
    // A buy has reserved what it may pay.
    const bool fits = order.open() && order.symbol == id &&
                      order.auction_place == engine::AuctionPlace::market_order &&
                      (order.side == Side::sell || worst_price <= order.reserve_price());
    if (!require(fits, "market order in an auction")) return;
    symbol.market_orders.insert(order_id, slot, worst_price);
    ++market_orders_;
  }
}

/// Two exits are open together, for as many shares; a pending one has an open entry.
void Engine::State::Loader::check_group(const Order& order) {
  const OrderLink link = order.link();
  const auto is_of_group = [&](const Order& other, OrderRole role) {
    return other.account == order.account && other.symbol == order.symbol &&
           other.link() == OrderLink{link.order_class, role};
  };
  if (link.is_paired()) {
    const OrderSlot slot = state_.find_open(link.counterpart(order.id));
    if (!require(slot != 0, "group of orders")) return;
    const Order& other = state_.orders_[slot];
    const bool takes_profit = link.role == OrderRole::take_profit;
    require(is_of_group(other, takes_profit ? OrderRole::stop_loss : OrderRole::take_profit) &&
                other.side == order.side && other.leaves() == order.leaves() &&
                other.is_held() == order.is_held() &&
                (takes_profit ? order.type == OrderType::limit : wants_stop(order.type)),
            "group of orders");
  }
  if (order.is_held()) {
    const OrderSlot slot = state_.find_open(link.entry(order.id));
    require(slot != 0 && is_of_group(state_.orders_[slot], OrderRole::entry) &&
                state_.orders_[slot].filled_shares == 0,
            "group of orders");
  }
}

void Engine::State::Loader::check_whole() {
  if (!good()) return;
  require(state_.accounts_.cash_total() == saved_cash_total_, "total cash");
  require(state_.accounts_.deficit_total() == saved_deficit_total_, "total deficit");
  for (const Claims& saved : saved_claims_) {
    const engine::Position& position = state_.accounts_.position(saved.position);
    require(position.open_buys == saved.open_buys && position.promised == saved.promised,
            "position's claims");
  }
  std::uint64_t market_orders = 0;
  state_.orders_.for_each([&](OrderSlot slot) {
    const Order& order = state_.orders_[slot];
    const bool for_auction = order.auction_place != engine::AuctionPlace::none;
    require(!order.open() || order.waiting || order.beside_book || order.book_node != 0 || for_auction ||
                order.is_held() || state_.symbols_[order.symbol].is_routed(),
            "open order in no book");
    require(order.open() || !for_auction, "ended order in an auction");
    if (order.auction_place == engine::AuctionPlace::market_order) ++market_orders;
    if (order.open() && order.is_linked()) check_group(order);
  });
  require(market_orders == market_orders_, "market order in no auction");
  for (const auto& [id, capped] : state_.capped_) {
    const Order& order = state_.orders_[state_.orders_.find(id)];
    const bool is_held_back =
        order.side == Side::buy ? capped.price < order.limit_price : capped.price > order.limit_price;
    require(order.book_node != 0 && is_held_back && state_.symbols_[order.symbol].watches_bands,
            "order at a price band");
  }
  for (const auto& [key, locate] : state_.locates_.all())
    require(locate.granted || locate.held, "located shares");
  for (AccountId id{1}; state_.accounts_.contains(id); ++id.value) {
    require(state_.accounts_[id].reserved == saved_reserved_[id.value - 1], "reserved cash");
    state_.accounts_.for_each_position(id, [&](const engine::Position& position) {
      require(position.shares || position.open_orders != 0, "empty position");
    });
  }
  if (!good()) return;
  const auto digest = reader_.read<std::uint64_t>();
  if (require(digest == state_.full_hash(layout_), "its digest differs from its content")) {
    // The capacity may be smaller than that of the engine which saved the state.
    state_.orders_.recycle(state_.client_ids_);
  }
}

}  // namespace trade
