#include "fixd/translation.hpp"

#include <string>

#include <gtest/gtest.h>

namespace trade::fixd {
namespace {

fix::Message order_message(std::initializer_list<std::pair<int, const char*>> fields) {
  fix::Message message;
  message.type = "D";
  message.add(11, "o1").add(55, "AAPL").add(54, "1").add(38, "100");
  for (const auto& [tag, value] : fields)
    message.add(tag, value);
  return message;
}

std::string problem_of(std::initializer_list<std::pair<int, const char*>> fields) {
  const auto order = order_of(order_message(fields));
  return order ? "" : order.error().message.substr(0, order.error().message.find(':'));
}

TEST(Translation, ReadsEveryTypeAndTimeInForce) {
  const struct {
    std::initializer_list<std::pair<int, const char*>> fields;
    OrderType type;
    TimeInForce time_in_force;
  } rows[] = {
      {{{40, "1"}}, OrderType::market, TimeInForce::day},
      {{{40, "2"}, {44, "150.25"}, {59, "0"}}, OrderType::limit, TimeInForce::day},
      {{{40, "3"}, {99, "149"}, {59, "1"}}, OrderType::stop_loss, TimeInForce::gtc},
      {{{40, "4"}, {44, "150"}, {99, "149"}, {59, "1"}}, OrderType::stop_limit, TimeInForce::gtc},
      {{{40, "P"}, {18, "a"}, {211, "2.5"}}, OrderType::trailing_stop, TimeInForce::day},
      {{{40, "2"}, {44, "1"}, {59, "3"}}, OrderType::limit, TimeInForce::ioc},
      {{{40, "2"}, {44, "1"}, {59, "4"}}, OrderType::limit, TimeInForce::fok},
      {{{40, "2"}, {44, "1"}, {59, "2"}}, OrderType::limit, TimeInForce::opg},
      {{{40, "2"}, {44, "1"}, {59, "7"}}, OrderType::limit, TimeInForce::cls},
      {{{40, "2"}, {44, "1"}, {59, "6"}, {126, "20270130-14:30:00"}}, OrderType::limit, TimeInForce::gtd},
  };
  for (const auto& row : rows) {
    const fix::Message message = order_message(row.fields);
    const auto order = order_of(message);
    ASSERT_TRUE(order) << order.error().message;
    EXPECT_EQ(order->type, row.type);
    EXPECT_EQ(order->time_in_force, row.time_in_force);
  }
}

TEST(Translation, ReadsInstructions) {
  const fix::Message message = order_message(
      {{40, "2"}, {44, "1"}, {18, "6 G"}, {110, "10"}, {111, "20.00"}, {5001, "3"}, {5002, "Y"}});
  const auto order = order_of(message);
  ASSERT_TRUE(order);
  EXPECT_EQ(order->instructions.post_only, PostOnly::slide);
  EXPECT_TRUE(order->instructions.all_or_none);
  EXPECT_EQ(order->instructions.minimum_quantity, Quantity{10});
  EXPECT_EQ(order->instructions.display_quantity, Quantity{20});
  EXPECT_EQ(order->instructions.self_trade_prevention, SelfTradePrevention::cancel_both);
  const fix::Message trailing = order_message({{40, "P"}, {18, "a"}, {211, "50"}, {836, "1"}});
  EXPECT_EQ(order_of(trailing)->instructions.trail_basis_points, 50);
}

TEST(Translation, ReadsAndTellsShortSales) {
  for (const auto& [text, marked] : {std::pair{"1", MarkedSide{Side::buy, {}}},
                                     {"2", MarkedSide{Side::sell, {}}},
                                     {"5", MarkedSide{Side::sell, ShortSale::sell_short}},
                                     {"6", MarkedSide{Side::sell, ShortSale::sell_short_exempt}}}) {
    fix::Message message;
    message.type = "D";
    // Whether shares are to be located is for the market to say.
    message.add(11, "o1").add(55, "AAPL").add(54, text).add(38, "100").add(40, "1").add(114, "N");
    const auto order = order_of(message);
    ASSERT_TRUE(order) << order.error().message;
    EXPECT_EQ(order->side, marked.side);
    EXPECT_EQ(order->instructions.short_sale, marked.short_sale);
    Report report;
    report.order.set_marked_side(marked);
    for (const char* version : {"FIX.4.2", "FIX.4.4"})
      EXPECT_EQ(execution_report(report, version).text(54), text);
  }
  for (const char* text : {"", "0", "3", "4", "7", "8", "9", "12", "51"})
    EXPECT_FALSE(side_of(text)) << text;
}

TEST(Translation, NamesTheTagThatIsWrong) {
  EXPECT_EQ(problem_of({{40, "2"}}), "tag 44");
  EXPECT_EQ(problem_of({{40, "3"}}), "tag 99");
  EXPECT_EQ(problem_of({{40, "2"}, {44, "-1"}}), "tag 44");
  EXPECT_EQ(problem_of({{40, "2"}, {44, "1"}, {65, "W"}}), "tag 65");
  EXPECT_EQ(problem_of({{40, "2"}, {44, "1"}, {15, "EUR"}}), "tag 15");
  EXPECT_EQ(problem_of({{40, "2"}, {44, "1"}, {59, "6"}}), "tag 126");
  EXPECT_EQ(problem_of({{40, "2"}, {44, "1"}, {59, "6"}, {432, "20270130"}}), "tag 432");
  EXPECT_EQ(problem_of({{40, "2"}, {44, "1"}, {59, "5"}}), "tag 59");
  EXPECT_EQ(problem_of({{40, "2"}, {44, "1"}, {18, "Z"}}), "tag 18");
  EXPECT_EQ(problem_of({{40, "2"}, {44, "1"}, {110, "1.5"}}), "tag 110");
  EXPECT_EQ(problem_of({{40, "2"}, {44, "1"}, {5001, "9"}}), "tag 5001");
  EXPECT_EQ(problem_of({{40, "P"}, {18, "a"}, {211, "50.5"}, {836, "1"}}), "tag 211");
  EXPECT_EQ(problem_of({{40, "P"}, {18, "a"}}), "tag 211");
  EXPECT_EQ(problem_of({{40, "K"}}), "tag 40");
}

TEST(Translation, ReportSaysWhatTheOrderAskedFor) {
  Report report;
  report.kind = ReportKind::accepted;
  report.order.id = {17};
  report.order.type = OrderType::trailing_stop;
  report.order.quantity = {100};
  report.order.instructions.trail_basis_points = 50;
  report.order.instructions.all_or_none = true;
  report.order.instructions.display_quantity = {10};
  const fix::Message message = execution_report(report, "FIX.4.4");
  EXPECT_EQ(message.text(18), "a G");
  EXPECT_EQ(message.text(211), "50");
  EXPECT_EQ(message.text(836), "1");
  EXPECT_EQ(message.text(111), "10");
}

TEST(Translation, WhatCameTooLateIsACancelReject) {
  Report report;
  report.kind = ReportKind::too_late;
  report.order.id = {7};
  report.order.client_order_id = "o1";
  report.order.status = OrderStatus::filled;
  report.client_order_id = "r1";
  report.original_client_order_id = "o1";
  report.refused = RequestKind::replace;
  report.text = "late";
  const fix::Message message = message_of(report, "FIX.4.4");
  EXPECT_EQ(message.type, "9");
  EXPECT_EQ(message.text(37), "7");
  EXPECT_EQ(message.text(11), "r1");
  EXPECT_EQ(message.text(41), "o1");
  EXPECT_EQ(message.text(39), "2");
  EXPECT_EQ(message.text(434), "2");
  EXPECT_EQ(message.text(102), "0");
  EXPECT_EQ(message.text(58), "late");
  report.kind = ReportKind::filled;
  EXPECT_EQ(message_of(report, "FIX.4.4").type, "8");
}

TEST(Translation, WhatIsRefusedOfNoKnownOrderNamesNone) {
  Report report;
  report.kind = ReportKind::change_refused;
  report.client_order_id = "c1";
  report.original_client_order_id = "o1";
  const fix::Message message = message_of(report, "FIX.4.4");
  EXPECT_EQ(message.text(37), "NONE");
  EXPECT_EQ(message.text(39), "8");
  EXPECT_EQ(message.text(102), "99");
}

TEST(Translation, AStatusSaysThatAChangeIsUnderWay) {
  Report report;
  report.order.status = OrderStatus::partially_filled;
  report.changing = RequestKind::cancel;
  EXPECT_EQ(execution_report(report, "FIX.4.4").text(150), "I");
  EXPECT_EQ(execution_report(report, "FIX.4.4").text(39), "6");
  EXPECT_EQ(execution_report(report, "FIX.4.2").text(150), "6");
  report.changing = RequestKind::replace;
  EXPECT_EQ(execution_report(report, "FIX.4.4").text(39), "E");
  report.order.status = OrderStatus::filled;
  EXPECT_EQ(execution_report(report, "FIX.4.4").text(39), "2");
}

TEST(Translation, VersionFourTwoHasFewerCodes) {
  Report report;
  report.order.status = OrderStatus::rejected;
  report.reject_code = 11;
  EXPECT_EQ(execution_report(report, "FIX.4.4").text(103), "11");
  EXPECT_EQ(execution_report(report, "FIX.4.2").text(103), "0");
  report.reject_code = 6;
  EXPECT_EQ(execution_report(report, "FIX.4.2").text(103), "6");
  EXPECT_EQ(cancel_reject_code(too_late_code, "FIX.4.2"), 0);
  EXPECT_EQ(cancel_reject_code(duplicate_request_code, "FIX.4.2"), 2);
  EXPECT_EQ(cancel_reject_code(other_cancel_code, "FIX.4.4"), 99);
}

}  // namespace
}  // namespace trade::fixd
