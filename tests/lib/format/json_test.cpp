#include "format/json.hpp"

#include <gtest/gtest.h>

namespace trade::format {
namespace {

Timestamp at(std::int64_t nanoseconds) {
  return Timestamp{1'769'783'400'000'000'000 + nanoseconds};
}

TEST(OrderJson, HasTheFieldsOfTheContractInTheirOrder) {
  OrderView order;
  order.id = OrderId{17};
  order.account = "alice";
  order.symbol = "AAPL";
  order.type = OrderType::limit;
  order.side = Side::sell;
  order.time_in_force = TimeInForce::gtc;
  order.status = OrderStatus::partially_filled;
  order.quantity = Quantity{100};
  order.limit_price = Price{1'500'000};
  order.filled_quantity = Quantity{3};
  order.filled_notional = Money{4'500'001};
  order.created_at = at(1);
  order.updated_at = at(2);
  EXPECT_EQ(
      text_of(json_of(order)),
      R"({"id":"17","client_order_id":null,"account":"alice","symbol":"AAPL","order_type":"limit",)"
      R"("side":"sell","quantity":100,"price":"150.00","stop_price":null,"time_in_force":"gtc",)"
      R"("status":"partially_filled","filled_quantity":3,"average_price":"150.00","reject_reason":null,)"
      R"("created_at":"2026-01-30T14:30:00.000000001Z","updated_at":"2026-01-30T14:30:00.000000002Z",)"
      R"("post_only":null,"all_or_none":false,"display_quantity":null,"minimum_quantity":null,)"
      R"("self_trade_prevention":null,"trail_amount":null,"trail_percent":null,"expires_at":null,)"
      R"("reference_price":null,"cancel_reason":null,"order_class":"simple","leg":null,)"
      R"("parent_order_id":null,"legs":null,"venue":null,"venue_state":null,"venue_order_id":null})");
}

TEST(OrderJson, TellsWhatWasAskedFor) {
  OrderView order;
  order.instructions = {.post_only = PostOnly::slide,
                        .all_or_none = true,
                        .self_trade_prevention = SelfTradePrevention::cancel_both,
                        .display_quantity = {10},
                        .minimum_quantity = {20},
                        .trail_amount = {15'000},
                        .trail_basis_points = 250,
                        .expires_at = at(3)};
  order.reference_price = {1'600'000};
  const Json json = json_of(order);
  EXPECT_EQ(json["post_only"], "slide");
  EXPECT_EQ(json["all_or_none"], true);
  EXPECT_EQ(json["self_trade_prevention"], "cancel_both");
  EXPECT_EQ(json["display_quantity"], 10);
  EXPECT_EQ(json["minimum_quantity"], 20);
  EXPECT_EQ(json["trail_amount"], "1.50");
  EXPECT_EQ(json["trail_percent"], "2.50");
  EXPECT_EQ(json["expires_at"], "2026-01-30T14:30:00.000000003Z");
  EXPECT_EQ(json["reference_price"], "160.00");
}

TEST(OrderJson, AShortSaleIsASideOfItsOwn) {
  OrderView order;
  order.side = Side::sell;
  order.instructions.short_sale = ShortSale::sell_short;
  EXPECT_EQ(json_of(order)["side"], "sell_short");
  order.instructions.short_sale = ShortSale::sell_short_exempt;
  EXPECT_EQ(json_of(order)["side"], "sell_short_exempt");
}

TEST(AccountJson, ListsWhatIsLocated) {
  AccountView account;
  EXPECT_EQ(json_of(account)["locates"], Json::array());
  account.locates.push_back({"AAPL", {100}, {10}, {20}, at(1)});
  EXPECT_EQ(text_of(json_of(account)["locates"]), R"([{"symbol":"AAPL","quantity":100,"held":10,"used":20,)"
                                                  R"("expires_at":"2026-01-30T14:30:00.000000001Z"}])");
}

TEST(OrderJson, TellsOfItsGroup) {
  OrderView entry;
  entry.id = OrderId{5};
  entry.link = {OrderClass::bracket, OrderRole::entry};
  EXPECT_EQ(text_of(json_of(entry)["legs"]), R"(["6","7"])");
  EXPECT_TRUE(json_of(entry)["parent_order_id"].is_null());
  EXPECT_TRUE(json_of(entry)["leg"].is_null());
  entry.status = OrderStatus::rejected;
  EXPECT_TRUE(json_of(entry)["legs"].is_null());

  OrderView stop_loss;
  stop_loss.id = OrderId{7};
  stop_loss.link = {OrderClass::bracket, OrderRole::stop_loss};
  stop_loss.cancel_reason = CancelReason::one_cancels_other;
  const Json json = json_of(stop_loss);
  EXPECT_EQ(json["order_class"], "bracket");
  EXPECT_EQ(json["leg"], "stop_loss");
  EXPECT_EQ(json["parent_order_id"], "5");
  EXPECT_TRUE(json["legs"].is_null());
  EXPECT_EQ(json["cancel_reason"], "one_cancels_other");
}

TEST(OrderJson, AverageIsRoundedOnlyWhenShown) {
  OrderView order;
  order.filled_quantity = Quantity{3};
  order.filled_notional = Money{2 * 1'000'000 + 1'000'001};
  EXPECT_EQ(json_of(order)["average_price"], "100.00");
  order.filled_notional = Money{3'000'002};
  EXPECT_EQ(json_of(order)["average_price"], "100.0001");
}

TEST(OrderJson, RejectedOrderNamesItsReason) {
  OrderView order;
  order.status = OrderStatus::rejected;
  order.reject_reason = RejectReason::insufficient_buying_power;
  order.client_order_id = "mine";
  const Json json = json_of(order);
  EXPECT_EQ(json["status"], "rejected");
  EXPECT_EQ(json["reject_reason"], "insufficient_buying_power");
  EXPECT_EQ(json["client_order_id"], "mine");
  EXPECT_TRUE(json["average_price"].is_null());
}

TEST(FillJson, HasTheFieldsOfTheContract) {
  FillView fill{.id = TradeId{5},
                .order_id = OrderId{17},
                .account = "alice",
                .symbol = "AAPL",
                .side = Side::buy,
                .quantity = Quantity{10},
                .price = Price{1'234},
                .liquidity = Liquidity::maker,
                .executed_at = at(0)};
  EXPECT_EQ(text_of(json_of(fill)),
            R"({"id":"5","order_id":"17","account":"alice","symbol":"AAPL","side":"buy","quantity":10,)"
            R"("price":"0.1234","liquidity":"maker","executed_at":"2026-01-30T14:30:00.000000000Z",)"
            R"("venue":null,"execution_id":null,"busted":null})");
  fill.venue = "NYX";
  const Json elsewhere = json_of(fill);
  EXPECT_EQ(elsewhere["venue"], "NYX");
  EXPECT_TRUE(elsewhere["liquidity"].is_null());
  EXPECT_EQ(elsewhere["busted"], false);
}

TEST(OrderJson, TellsOfItsVenue) {
  OrderView order;
  order.venue = "NYX";
  order.venue_state = VenueState::pending_cancel;
  order.venue_order_id = "N-17";
  const Json json = json_of(order);
  EXPECT_EQ(json["venue"], "NYX");
  EXPECT_EQ(json["venue_state"], "pending_cancel");
  EXPECT_EQ(json["venue_order_id"], "N-17");
}

TEST(SymbolJson, NamesItsRoute) {
  SymbolView symbol;
  EXPECT_EQ(json_of(symbol)["route"], "internal");
  symbol.venue = VenueId{1};
  symbol.venue_name = "NYX";
  EXPECT_EQ(json_of(symbol)["route"], "NYX");
}

TEST(AccountJson, BeginsWithTheFieldsOfTheContract) {
  AccountView account;
  account.id = "alice";
  account.type = AccountType::margin;
  account.cash_balance = Money{100'000'000};
  account.buying_power = Money{200'000'000};
  account.equity = Money{-5};
  account.order_notional_max = Money{50'000};
  const Json json = json_of(account);
  EXPECT_EQ(
      text_of(json),
      R"({"id":"alice","account_type":"margin","status":"active","cash_balance":"10000.00",)"
      R"("buying_power":"20000.00","equity":"-0.0005","created_at":null,"reserved":"0.00","day_trades":0,)"
      R"("max_position":null,"max_order_quantity":null,"max_order_notional":"5.00",)"
      R"("kill_switch":false,"self_trade_prevention":null,"locates":[]})");
}

TEST(QuoteJson, NoPriceIsNullAndNoSizeIsZero) {
  QuoteView quote;
  quote.symbol = "AAPL";
  quote.ask = Price{1'500'100};
  quote.ask_size = Quantity{200};
  EXPECT_EQ(
      text_of(json_of(quote)),
      R"({"symbol":"AAPL","bid":null,"bid_size":0,"ask":"150.01","ask_size":200,"last":null,"last_size":0,)"
      R"("volume":0,"open":null,"high":null,"low":null,"previous_close":null,"timestamp":null,)"
      R"("phase":"continuous","indicative_price":null,"indicative_volume":null,"imbalance":null,)"
      R"("imbalance_side":null,"sequence":0})");
}

TEST(DepthJson, ListsBothSidesBestFirst) {
  DepthView depth;
  depth.symbol = "AAPL";
  depth.bids = {{Price{100}, Quantity{5}, 2}, {Price{90}, Quantity{1}, 1}};
  EXPECT_EQ(
      text_of(json_of(depth)),
      R"({"symbol":"AAPL","bids":[{"price":"0.01","size":5,"orders":2},{"price":"0.009","size":1,"orders":1}],)"
      R"("asks":[],"timestamp":null,"sequence":0})");
}

TEST(TapeJson, PrintedTradeHasNoTaker) {
  TapeEntryView entry;
  entry.id = TradeId{9};
  entry.symbol = "AAPL";
  entry.price = Price{1'500'000};
  entry.quantity = Quantity{7};
  entry.sequence = 41;
  EXPECT_EQ(json_of(entry)["sequence"], 41);
  EXPECT_TRUE(json_of(entry)["taker_side"].is_null());
  entry.taker_side = Side::sell;
  EXPECT_EQ(json_of(entry)["taker_side"], "sell");
}

TEST(PortfolioJson, DerivesAverageCostAndLeavesUnknownBuyingPowerNull) {
  PortfolioView portfolio;
  portfolio.account = "alice";
  portfolio.cash_balance = Money{9'940'000};
  portfolio.equity = Money{100'000'000};
  PositionView position;
  position.symbol = "AAPL";
  position.quantity = Quantity{60};
  position.cost = Money{90'060'000};
  position.market_price = Price{1'501'000};
  position.current_value = Money{90'060'000};
  portfolio.positions.push_back(position);
  const Json json = json_of(portfolio, std::nullopt);
  EXPECT_TRUE(json["buying_power"].is_null());
  EXPECT_EQ(text_of(json["positions"][0]),
            R"({"symbol":"AAPL","quantity":60,"average_cost":"150.10","market_price":"150.10",)"
            R"("current_value":"9006.00","unrealized_pnl":"0.00","realized_pnl":"0.00"})");
  EXPECT_EQ(json_of(portfolio, Money{1})["buying_power"], "0.0001");
}

TEST(PortfolioJson, ClosedPositionHasNoAverageCost) {
  PositionView position;
  position.symbol = "AAPL";
  position.realized_pnl = Money{-12'500};
  const Json json = json_of(position);
  EXPECT_TRUE(json["average_cost"].is_null());
  EXPECT_EQ(json["realized_pnl"], "-1.25");
}

TEST(DaemonJson, BeginsWithTheFieldsOfTheContract) {
  DaemonView daemon;
  daemon.daemon = "tradingd";
  daemon.state = "running";
  daemon.version = "0.1.0";
  daemon.pid = 123;
  daemon.sequence = 45;
  daemon.counters["commands"] = 7;
  EXPECT_EQ(text_of(json_of(daemon)),
            R"({"daemon":"tradingd","state":"running","pid":123,"started_at":null,"sequence":45,"lag":0,)"
            R"("version":"0.1.0","counters":{"commands":7}})");
}

TEST(ErrorJson, HasNameMessageAndHint) {
  EXPECT_EQ(text_of(json_of(Error{ErrorCode::not_found, "unknown_order", "no order 5", "look"})),
            R"({"error":"unknown_order","message":"no order 5","hint":"look"})");
  EXPECT_EQ(text_of(json_of(Error{ErrorCode::timed_out, "", "no answer", ""})),
            R"({"error":"timed_out","message":"no answer","hint":null})");
}

TEST(Text, BytesThatAreNotUtf8DoNotFail) {
  SymbolView symbol;
  symbol.symbol = "AAPL";
  symbol.halt_reason = "bad \xff byte";
  EXPECT_NE(text_of(json_of(symbol)).find("bad \xef\xbf\xbd byte"), std::string::npos);
}

TEST(RulesJson, ShowsRatiosAsTheyAreWritten) {
  const Json json = json_of(FirmRules{});
  EXPECT_EQ(json["margin_multiplier"], "2.00");
  EXPECT_EQ(json["price_collar"], "10%");
  EXPECT_EQ(json["intraday_maintenance"], "25%");
  EXPECT_EQ(json["day_trading_rule"], "pdt");
  EXPECT_EQ(json["pattern_day_trader_equity"], "25000.00");
  EXPECT_TRUE(json["max_position"].is_null());
}

}  // namespace
}  // namespace trade::format
