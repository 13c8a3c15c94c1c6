#include "fixd/venue_translation.hpp"

#include <string>

#include <gtest/gtest.h>

namespace trade::fixd {
namespace {

VenueOrder limit_order() {
  VenueOrder order;
  order.id = {17};
  order.venue = {1};
  order.symbol = "AAPL";
  order.side = Side::buy;
  order.type = OrderType::limit;
  order.time_in_force = TimeInForce::gtc;
  order.terms = {{100}, {1'500'000}, {}};
  order.current = 2;
  return order;
}

std::string text_of(const fix::Message& message) {
  std::string text = message.type;
  for (const fix::Field& field : message.fields)
    text += "|" + std::to_string(field.tag) + "=" + field.value;
  return text;
}

fix::Message message(const std::string& text) {
  std::string bytes = text;
  for (char& character : bytes) {
    if (character == '|') character = '\001';
  }
  return fix::parse(bytes);
}

constexpr Timestamp noon{1'769'774'400'000'000'000};

TEST(VenueTranslation, NamesRequestsByOrderAndNumber) {
  EXPECT_EQ(format_request_id({{17}, 3}), "17-3");
  EXPECT_EQ(parse_request_id("17-3"), (VenueRequestId{{17}, 3}));
  for (const char* wrong :
       {"", "17", "17-", "-3", "a-3", "17-b", "17-3x", "0-1", "17-0", "99999999999999999999-1"})
    EXPECT_FALSE(parse_request_id(wrong)) << wrong;
}

TEST(VenueTranslation, ANewOrderSaysAllThatItAsksFor) {
  VenueOrder order = limit_order();
  EXPECT_EQ(text_of(request_message(order, {1, VenueRequestKind::place, order.terms, false}, noon)),
            "D|11=17-1|55=AAPL|54=1|60=20260130-12:00:00.000|21=1|38=100|40=2|44=150.00|59=1");
  order.side = Side::sell;
  order.type = OrderType::stop_limit;
  order.time_in_force = TimeInForce::gtd;
  order.terms.stop_price = {1'510'000};
  order.instructions.short_sale = ShortSale::sell_short;
  order.instructions.all_or_none = true;
  order.instructions.minimum_quantity = {10};
  order.instructions.display_quantity = {20};
  order.instructions.expires_at = noon;
  EXPECT_EQ(text_of(request_message(order, {1, VenueRequestKind::place, order.terms, false}, noon)),
            "D|11=17-1|55=AAPL|54=5|60=20260130-12:00:00.000|21=1|38=100|40=4|44=150.00|99=151.00|59=6|"
            "126=20260130-12:00:00.000|18=G|110=10|111=20|114=N");
}

TEST(VenueTranslation, AChangeNamesWhatIsInForce) {
  VenueOrder order = limit_order();
  order.venue_order_id = "X1";
  EXPECT_EQ(text_of(request_message(order, {3, VenueRequestKind::cancel, {}, false}, noon)),
            "F|11=17-3|41=17-2|37=X1|55=AAPL|54=1|60=20260130-12:00:00.000|38=100");
  EXPECT_EQ(
      text_of(request_message(order, {4, VenueRequestKind::replace, {{80}, {1'490'000}, {}}, false}, noon)),
      "G|11=17-4|41=17-2|37=X1|55=AAPL|54=1|60=20260130-12:00:00.000|21=1|38=80|40=2|44=149.00|59=1");
  EXPECT_EQ(text_of(status_request(order, 2, "FIX.4.4")), "H|11=17-2|37=X1|55=AAPL|54=1|790=17-2");
  EXPECT_EQ(text_of(status_request(order, 2, "FIX.4.2")), "H|11=17-2|37=X1|55=AAPL|54=1");
  EXPECT_EQ(text_of(mass_status_request("ALL-1")), "AF|584=ALL-1|585=7");
}

TEST(VenueTranslation, NamesTheAccountWhereTheVenueWantsIt) {
  VenueOrder order = limit_order();
  order.account = "alice";
  EXPECT_EQ(text_of(request_message(order, {3, VenueRequestKind::cancel, {}, false}, noon, true)),
            "F|11=17-3|41=17-2|1=alice|55=AAPL|54=1|60=20260130-12:00:00.000|38=100");
  EXPECT_EQ(text_of(status_request(order, 2, "FIX.4.2", true)), "H|11=17-2|1=alice|55=AAPL|54=1");
  // Of an order that was kept by who did not keep it.
  order.account.clear();
  EXPECT_EQ(text_of(status_request(order, 2, "FIX.4.2", true)), "H|11=17-2|55=AAPL|54=1");
}

TEST(VenueTranslation, ReadsAFillInEitherVersion) {
  fix::Verdict wrong;
  const auto of_44 = read_execution(
      message("35=8|11=17-2|37=X1|17=E9|150=F|39=1|32=40|31=150.12345|38=100|14=40|151=60|6=150.12|58=ok|"),
      wrong);
  ASSERT_TRUE(of_44);
  EXPECT_EQ(of_44->type, 'F');
  EXPECT_EQ(of_44->request, (VenueRequestId{{17}, 2}));
  EXPECT_EQ(of_44->last_quantity, Quantity{40});
  EXPECT_EQ(of_44->last_price, Price{1'501'235});  // rounded
  EXPECT_EQ(of_44->cumulative, Quantity{40});
  EXPECT_EQ(of_44->leaves, Quantity{60});
  EXPECT_EQ(of_44->execution_id, "E9");
  EXPECT_EQ(of_44->venue_order_id, "X1");
  EXPECT_EQ(of_44->text, "ok");
  const struct {
    const char* fields;
    char type;
  } rows[] = {{"20=0|150=1|39=1", 'F'}, {"20=0|150=2|39=2", 'F'}, {"20=1|150=0|39=0", 'H'},
              {"20=2|150=1|39=1", 'G'}, {"20=3|150=0|39=0", 'I'}, {"20=0|150=5|39=5", '5'}};
  for (const auto& row : rows) {
    const auto of_42 = read_execution(
        message("35=8|11=17-1|17=E|19=D|32=1.00|31=2|" + std::string(row.fields) + "|"), wrong);
    ASSERT_TRUE(of_42) << row.fields;
    EXPECT_EQ(of_42->type, row.type) << row.fields;
  }
}

TEST(VenueTranslation, SaysWhatAReportLacks) {
  const struct {
    const char* text;
    int tag;
    fix::Verdict::Kind kind;
  } rows[] = {{"39=0|", 150, fix::Verdict::field_missing},
              {"150=0|", 39, fix::Verdict::field_missing},
              {"150=F|39=1|17=E|31=1|", 32, fix::Verdict::field_missing},
              {"150=F|39=1|17=E|32=1|", 31, fix::Verdict::field_missing},
              {"150=F|39=1|31=1|32=1|", 17, fix::Verdict::field_missing},
              {"150=H|39=1|17=E|", 19, fix::Verdict::field_missing},
              {"150=F|39=1|17=E|31=1|32=1.5|", 32, fix::Verdict::value_wrong},
              {"150=F|39=1|17=E|31=-1|32=1|", 31, fix::Verdict::value_wrong},
              {"150=0|39=1|14=x|", 14, fix::Verdict::value_wrong},
              {"150=0|39=1|14=9999999999999|", 14, fix::Verdict::value_wrong}};
  for (const auto& row : rows) {
    fix::Verdict wrong;
    EXPECT_FALSE(read_execution(message("35=8|11=17-1|" + std::string(row.text)), wrong)) << row.text;
    EXPECT_EQ(wrong.tag, row.tag) << row.text;
    EXPECT_EQ(wrong.kind, row.kind) << row.text;
  }
}

TEST(VenueTranslation, LongIdsAreCutWithoutBecomingTheSame) {
  const std::string common(200, 'e');
  const std::string first = venue_id_text(common + "1");
  const std::string second = venue_id_text(common + "2");
  EXPECT_LE(first.size(), execution_id_bytes_max);
  EXPECT_NE(first, second);
  EXPECT_EQ(venue_id_text("plain"), "plain");
  EXPECT_EQ(venue_text("a\tb\xc3\xa9"), "a?b??");
  EXPECT_EQ(venue_text(std::string(1'000, 'x')).size(), venue_text_bytes_max);
}

}  // namespace
}  // namespace trade::fixd
