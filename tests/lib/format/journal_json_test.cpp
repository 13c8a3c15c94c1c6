#include "format/journal_json.hpp"

#include <set>

#include <gtest/gtest.h>

namespace trade::format {
namespace {

constexpr Timestamp noon{1'769'774'400'000'000'000};

NameDirectory known_names() {
  NameDirectory names;
  names.learn({1, noon, AccountOpened{AccountId{1}, *AccountName::make("alice"), AccountType::cash}});
  names.learn({2, noon, SymbolAdded{SymbolId{1}, *Symbol::make("AAPL"), {}, Price{100}, Quantity{1}}});
  return names;
}

TEST(CommandJson, NamesAccountsAndSymbols) {
  PlaceOrder place;
  place.account = AccountId{1};
  place.symbol = SymbolId{1};
  place.type = OrderType::limit;
  place.quantity = Quantity{10};
  place.limit_price = Price{1'500'000};
  place.client_order_id = "mine";
  EXPECT_EQ(
      text_of(json_of(Command{noon, place}, known_names())),
      R"({"timestamp":"2026-01-30T12:00:00.000000000Z","type":"place_order","account":"alice","symbol":"AAPL",)"
      R"("side":"buy","order_type":"limit","quantity":10,"price":"150.00","stop_price":null,)"
      R"("time_in_force":"day","client_order_id":"mine"})");
}

TEST(CommandJson, UnknownNumbersAreShownAsSuch) {
  const Json json = json_of(Command{noon, DepositCash{AccountId{7}, Money{5}}}, known_names());
  EXPECT_EQ(json["account"], "7");
  EXPECT_TRUE(
      json_of(Command{noon, CancelAllOrders{AccountId{1}, SymbolId{}}}, known_names())["symbol"].is_null());
}

TEST(CommandJson, SubmittedCommandsShowTheNamesTheyWereGiven) {
  const Json json =
      json_of(SubmittedCommand{TransferShares{{}, {}, Quantity{5}, Price{10'000}}, "bob", "MSFT"});
  EXPECT_EQ(text_of(json),
            R"({"type":"transfer_shares","account":"bob","symbol":"MSFT","quantity":5,"cost_price":"1.00"})");
}

TEST(EventJson, TellsATrade) {
  TradeExecuted trade;
  trade.trade = TradeId{3};
  trade.symbol = SymbolId{1};
  trade.price = Price{1'500'000};
  trade.quantity = Quantity{10};
  trade.maker_order = OrderId{4};
  trade.maker_account = AccountId{1};
  trade.taker_order = OrderId{5};
  trade.taker_account = AccountId{1};
  const Json json = json_of(Event{9, noon, trade}, known_names());
  EXPECT_EQ(json["sequence"], 9);
  EXPECT_EQ(json["type"], "trade_executed");
  EXPECT_EQ(json["maker_account"], "alice");
  EXPECT_EQ(json["maker_order_id"], "4");
}

/// Every alternative of a variant, one after the other.
template <class Variant, std::size_t... Index>
std::vector<Variant> alternatives(std::index_sequence<Index...>) {
  return {Variant(std::in_place_index<Index>)...};
}

TEST(JournalJson, EveryKindHasANameOfItsOwnAndFields) {
  std::set<std::string> names;
  for (const CommandBody& body :
       alternatives<CommandBody>(std::make_index_sequence<std::variant_size_v<CommandBody>>())) {
    const Json json = json_of(Command{noon, body}, NameDirectory());
    names.insert(json["type"].get<std::string>());
    // All but one say more than their kind.
    EXPECT_TRUE(json.size() > 2u || std::holds_alternative<ExpireOrders>(body)) << json["type"];
  }
  EXPECT_EQ(names.size(), std::variant_size_v<CommandBody>);
  names.clear();
  for (const EventBody& body :
       alternatives<EventBody>(std::make_index_sequence<std::variant_size_v<EventBody>>())) {
    const Json json = json_of(Event{1, noon, body}, NameDirectory());
    names.insert(json["type"].get<std::string>());
    EXPECT_GT(json.size(), 3u) << json["type"];
  }
  EXPECT_EQ(names.size(), std::variant_size_v<EventBody>);
}

TEST(JournalJson, NamesFitTheirAlternatives) {
  EXPECT_EQ(type_name(CommandBody(OpenAccount{})), "open_account");
  EXPECT_EQ(type_name(CommandBody(SetFirmRules{})), "set_firm_rules");
  EXPECT_EQ(type_name(CommandBody(CancelAllOrders{})), "cancel_all_orders");
  EXPECT_EQ(type_name(CommandBody(PrintTrade{})), "print_trade");
  EXPECT_EQ(type_name(EventBody(CommandRejected{})), "command_rejected");
  EXPECT_EQ(type_name(EventBody(SessionChanged{})), "session_changed");
  EXPECT_EQ(type_name(EventBody(TradePrinted{})), "trade_printed");
  EXPECT_EQ(type_name(EventBody(OrderReplaced{})), "order_replaced");
}

TEST(NameDirectory, LearnsNumbersWithGaps) {
  NameDirectory names;
  names.learn(
      {1, noon, AccountOpened{AccountId{4'000'000'000}, *AccountName::make("far"), AccountType::cash}});
  EXPECT_EQ(names.account(AccountId{4'000'000'000}), "far");
  EXPECT_EQ(names.account(AccountId{3'999'999'999}), "3999999999");
}

}  // namespace
}  // namespace trade::format
