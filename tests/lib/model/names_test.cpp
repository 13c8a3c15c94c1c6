// Names and tables: ids, enumerations, reject reasons.
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "model/enums.hpp"
#include "model/ids.hpp"
#include "model/reject_reason.hpp"

namespace trade {
namespace {

TEST(ParseSymbol, TakesBothSuffixConventionsAndUpperCases) {
  EXPECT_EQ(parse_symbol("aapl")->view(), "AAPL");
  EXPECT_EQ(parse_symbol("BRK.B")->view(), "BRK.B");
  EXPECT_EQ(parse_symbol("ABC$D")->view(), "ABC$D");
  for (const char* text : {"", " AAPL", "AA PL", ".A", "ABCDEFGHIJKLMNOP", "A/B", "\xc3\xa9"}) {
    EXPECT_FALSE(parse_symbol(text).has_value()) << text;
  }
}

TEST(ParseAccountName, IsCaseSensitiveAndBounded) {
  EXPECT_EQ(parse_account_name("Alice-1.b_c")->view(), "Alice-1.b_c");
  EXPECT_FALSE(parse_account_name("").has_value());
  EXPECT_FALSE(parse_account_name("a b").has_value());
  EXPECT_TRUE(parse_account_name(std::string(32, 'a')).has_value());
  EXPECT_FALSE(parse_account_name(std::string(33, 'a')).has_value());
}

TEST(CheckClientOrderId, TakesPrintableAsciiUpTo128Bytes) {
  EXPECT_TRUE(check_client_order_id("my order #1").has_value());
  EXPECT_TRUE(check_client_order_id(std::string(128, 'x')).has_value());
  EXPECT_FALSE(check_client_order_id(std::string(129, 'x')).has_value());
  EXPECT_FALSE(check_client_order_id("").has_value());
  EXPECT_FALSE(check_client_order_id(" x").has_value());
  EXPECT_FALSE(check_client_order_id("a\nb").has_value());
}

TEST(ParseVenueName, IsANameButNotThatOfTheOwnBook) {
  EXPECT_EQ(parse_venue_name("North-1.b_c")->view(), "North-1.b_c");
  EXPECT_TRUE(parse_venue_name(std::string(32, 'v')).has_value());
  for (const std::string& text : {std::string(), std::string("a b"), std::string(33, 'v'),
                                  std::string("internal"), std::string("\xc3\xa9")}) {
    EXPECT_FALSE(parse_venue_name(text).has_value()) << text;
  }
}

TEST(ParseOrderId, TakesNumbersAboveZero) {
  EXPECT_EQ(parse_order_id("17")->value, 17u);
  for (const char* text : {"", "0", "-1", "1x", "99999999999999999999"}) {
    EXPECT_FALSE(parse_order_id(text).has_value()) << text;
  }
}

template <class E>
void expect_names_round_trip() {
  std::set<std::string_view> names;
  for (const auto& [value, name] : enum_names(E{})) {
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_EQ(value_named<E>(name), value);
    EXPECT_EQ(name_of(value), name);
    EXPECT_EQ(value_numbered<E>(static_cast<std::uint8_t>(value)), value);
  }
  EXPECT_FALSE(value_numbered<E>(0).has_value());
  EXPECT_FALSE(value_numbered<E>(200).has_value());
  EXPECT_FALSE(value_named<E>("").has_value());
}

TEST(Enumerations, NamesAndNumbersRoundTrip) {
  expect_names_round_trip<Side>();
  expect_names_round_trip<OrderType>();
  expect_names_round_trip<TimeInForce>();
  expect_names_round_trip<OrderClass>();
  expect_names_round_trip<OrderRole>();
  expect_names_round_trip<OrderStatus>();
  expect_names_round_trip<AccountType>();
  expect_names_round_trip<AccountStatus>();
  expect_names_round_trip<SymbolStatus>();
  expect_names_round_trip<SessionPhase>();
  expect_names_round_trip<DayTradingRule>();
  expect_names_round_trip<CancelReason>();
  expect_names_round_trip<Liquidity>();
  expect_names_round_trip<WhenVenueDown>();
  expect_names_round_trip<VenueState>();
  expect_names_round_trip<VenueRequestKind>();
  expect_names_round_trip<VenueReportKind>();
}

TEST(OrderStatuses, AreTerminalFromFilledOn) {
  EXPECT_FALSE(is_terminal(OrderStatus::partially_filled));
  EXPECT_TRUE(is_terminal(OrderStatus::filled));
  EXPECT_TRUE(is_terminal(OrderStatus::expired));
}

TEST(RejectReasons, HaveUniqueNumbersNamesAndTexts) {
  std::set<std::string_view> names;
  int rows = 0;
  for (int number = 1; number < 256; ++number) {
    const auto reason = reject_reason_numbered(static_cast<std::uint8_t>(number));
    if (!reason) continue;
    ++rows;
    const RejectReasonRow& row = row_of(*reason);
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_FALSE(row.text.empty());
    EXPECT_GE(row.http_status, 400);
    EXPECT_EQ(reject_reason_named(row.name), *reason);
  }
  EXPECT_GE(rows, 53);
  EXPECT_EQ(row_of(RejectReason::insufficient_buying_power).text, "Insufficient buying power");
  EXPECT_EQ(row_of(RejectReason::pattern_day_trader).text, "PDT limit reached");
  EXPECT_EQ(row_of(RejectReason::not_your_order).text, "Not your order");
}

}  // namespace
}  // namespace trade
