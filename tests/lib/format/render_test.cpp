#include "format/render.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace trade::format {
namespace {

OrderView order(std::uint64_t id, OrderStatus status) {
  OrderView view;
  view.id = OrderId{id};
  view.account = "alice";
  view.symbol = "AAPL";
  view.type = OrderType::limit;
  view.quantity = Quantity{100};
  view.limit_price = Price{1'500'000};
  view.status = status;
  view.created_at = Timestamp{1'769'783'400'000'000'000};
  view.updated_at = view.created_at;
  return view;
}

std::vector<Json> two_orders() {
  return {json_of(order(1, OrderStatus::submitted)), json_of(order(20, OrderStatus::filled))};
}

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = text.find('\n', start);
    widest = std::max(widest, display_width(std::string_view(text).substr(start, end - start)));
    start = end + 1;
  }
  return widest;
}

TEST(List, IsOneArrayInJsonWithAnElementALine) {
  const std::string text = render_list(OutputMode::json, order_layout(), two_orders(), {});
  const Json parsed = Json::parse(text);
  ASSERT_EQ(parsed.size(), 2u);
  EXPECT_EQ(parsed[1]["id"], "20");
  EXPECT_EQ(std::ranges::count(text, '\n'), 4);
  EXPECT_EQ(render_list(OutputMode::json, order_layout(), {}, {}), "[]\n");
}

TEST(List, IsAnObjectALineInJsonl) {
  const std::string text = render_list(OutputMode::jsonl, order_layout(), two_orders(), {});
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
  EXPECT_EQ(Json::parse(text.substr(0, text.find('\n')))["id"], "1");
  EXPECT_EQ(render_list(OutputMode::jsonl, order_layout(), {}, {}), "");
}

TEST(List, HasAHeadingInCsvEvenWhenEmpty) {
  const std::string heading =
      "id,client_order_id,account,symbol,order_type,side,quantity,price,stop_price,time_in_force,status,"
      "filled_quantity,average_price,reject_reason,created_at,updated_at,post_only,all_or_none,display_"
      "quantity,"
      "minimum_quantity,self_trade_prevention,trail_amount,trail_percent,expires_at,reference_price,"
      "cancel_reason,order_class,leg,parent_order_id,legs,venue,venue_state,venue_order_id\n";
  EXPECT_EQ(render_list(OutputMode::csv, order_layout(), {}, {}), heading);
  EXPECT_EQ(render_list(OutputMode::csv, order_layout(),
                        std::vector{json_of(order(1, OrderStatus::submitted))}, {}),
            heading +
                "1,,alice,AAPL,limit,buy,100,150.00,,day,submitted,0,,,2026-01-30T14:30:00.000000000Z,"
                "2026-01-30T14:30:00.000000000Z,,false,,,,,,,,,simple,,,,,,\n");
}

TEST(Csv, QuotesWhatNeedsIt) {
  const Json record{{"a", "x,y"}, {"b", "say \"hi\""}, {"c", "two\nlines"}, {"d", nullptr}, {"e", 5}};
  const std::vector<std::string> fields{"a", "b", "c", "d", "e", "missing"};
  EXPECT_EQ(csv_row(fields, record), "\"x,y\",\"say \"\"hi\"\"\",\"two\nlines\",,5,\n");
}

TEST(Table, AlignsColumnsAndLeavesEmptyOnesOut) {
  const std::string text = render_list(OutputMode::table, order_layout(), two_orders(), {.width_max = 80});
  EXPECT_EQ(text.substr(0, text.find('\n')),
            "ID  ACCOUNT  SYMBOL  SIDE  QUANTITY  TYPE    PRICE  TIF  FILLED  STATUS");
  EXPECT_NE(text.find("\n 1  alice    AAPL    buy        100  limit  150.00  day       0  submitted\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(render_list(OutputMode::table, order_layout(), {}, {}), "no orders\n");
}

TEST(Table, FitsItsWidthByDroppingTheLeastWanted) {
  OrderView wide = order(123'456'789, OrderStatus::partially_filled);
  wide.account = "an-account-with-a-long-name";
  wide.client_order_id = "a client order id that is long as well";
  wide.reject_reason = RejectReason::duplicate_client_order_id;
  wide.stop_price = Price{1'990'000};
  wide.filled_quantity = Quantity{50};
  wide.filled_notional = Money{75'000'000};
  const std::vector records{json_of(wide)};
  EXPECT_LE(widest_line(render_list(OutputMode::table, order_layout(), records, {.width_max = 80})), 80u);
  EXPECT_GT(widest_line(render_list(OutputMode::table, order_layout(), records, {})), 80u);
  const std::string narrow = render_list(OutputMode::table, order_layout(), records, {.width_max = 80});
  EXPECT_NE(narrow.find("STATUS"), std::string::npos);
}

TEST(Table, EveryLayoutHasColumnsThatItsRecordsHave) {
  for (const Layout* layout : {&order_layout(), &fill_layout(), &account_layout(), &symbol_layout(),
                               &session_layout(), &quote_layout(), &depth_level_layout(), &tape_layout(),
                               &position_layout(), &posting_layout(), &daemon_layout()}) {
    for (const Column& column : layout->columns) {
      EXPECT_NE(std::ranges::find(layout->fields, column.key), layout->fields.end())
          << layout->name_plural << ": " << column.key;
    }
  }
}

TEST(Table, ColoursStatesOnlyWhenAsked) {
  const std::string text =
      render_list(OutputMode::table, order_layout(), std::vector{json_of(order(1, OrderStatus::rejected))},
                  {.color = true, .width_max = 80});
  EXPECT_NE(text.find("\x1b[31mrejected\x1b[0m"), std::string::npos);
}

TEST(Table, CannotMoveTheCursor) {
  SymbolView symbol;
  symbol.symbol = "AAPL";
  symbol.halt_reason = "\x1b[2Jgone\n";
  const std::string text = render_list(OutputMode::table, symbol_layout(), std::vector{json_of(symbol)}, {});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("?[2Jgone?"), std::string::npos);
}

TEST(Fields, AreALineEachAndThoseWithinNamedByTheOuterOne) {
  const Json record{
      {"messages", 10}, {"by_type", Json{{"A", 7}, {"D", 3}}}, {"none", nullptr}, {"list", Json::array()}};
  EXPECT_EQ(render_fields(record, {}),
            "messages   10\n"
            "by_type.A  7\n"
            "by_type.D  3\n"
            "none       -\n");
}

TEST(Stream, WritesItsHeadingOnce) {
  StreamRenderer csv(OutputMode::csv, tape_layout(), {});
  TapeEntryView entry;
  entry.id = TradeId{1};
  entry.symbol = "AAPL";
  entry.price = Price{1'500'000};
  entry.quantity = Quantity{7};
  entry.executed_at = Timestamp{1'769'783'400'123'000'000};
  EXPECT_EQ(csv.next(json_of(entry)),
            "id,symbol,price,quantity,taker_side,executed_at,sequence\n1,AAPL,150.00,7,,2026-01-30T14:30:00."
            "123000000Z,0\n");
  EXPECT_EQ(csv.next(json_of(entry)), "1,AAPL,150.00,7,,2026-01-30T14:30:00.123000000Z,0\n");
  StreamRenderer table(OutputMode::table, tape_layout(), {.width_max = 80});
  EXPECT_EQ(std::ranges::count(table.next(json_of(entry)), '\n'), 2);
  const std::string line = table.next(json_of(entry));
  EXPECT_EQ(line.substr(0, line.find("AAPL")), "14:30:00.123  ");
  StreamRenderer json(OutputMode::json, tape_layout(), {});
  EXPECT_EQ(Json::parse(json.next(json_of(entry)))["quantity"], 7);
}

TEST(Width, CountsCodePoints) {
  EXPECT_EQ(display_width("abc"), 3u);
  EXPECT_EQ(display_width("naïve"), 5u);
}

TEST(OutputModes, HaveNames) {
  EXPECT_EQ(output_mode_named("jsonl"), OutputMode::jsonl);
  EXPECT_EQ(output_mode_named("xml"), std::nullopt);
}

}  // namespace
}  // namespace trade::format
