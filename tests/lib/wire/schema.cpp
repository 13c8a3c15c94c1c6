// The schema's numbers and names are the model's.
#include <string_view>
#include <type_traits>

#include <gtest/gtest.h>

#include "model/enums.hpp"
#include "model/messages.hpp"
#include "model/reject_reason.hpp"
#include "wire/trade_generated.h"

namespace trade::wire::test {

namespace {

/// Every enumerator of the schema but `none` is one of the model, of the same name, and the other way round.
template <class E, class SchemaEnum, std::size_t N>
void expect_alike(const SchemaEnum (&schema_values)[N],
                  const std::type_identity_t<const char* (*)(SchemaEnum)> schema_name) {
  EXPECT_EQ(N, enum_names(E{}).size() + 1);
  for (const SchemaEnum schema_value : schema_values) {
    const auto value = value_numbered<E>(static_cast<std::uint8_t>(schema_value));
    if (schema_value == SchemaEnum::none) {
      EXPECT_FALSE(value) << "zero is kept for none";
    } else {
      ASSERT_TRUE(value) << schema_name(schema_value);
      EXPECT_EQ(name_of(*value), schema_name(schema_value));
    }
  }
}

TEST(SchemaTest, EnumerationsAreTheModels) {
  expect_alike<Side>(schema::EnumValuesSide(), schema::EnumNameSide);
  expect_alike<OrderType>(schema::EnumValuesOrderType(), schema::EnumNameOrderType);
  expect_alike<TimeInForce>(schema::EnumValuesTimeInForce(), schema::EnumNameTimeInForce);
  expect_alike<PostOnly>(schema::EnumValuesPostOnly(), schema::EnumNamePostOnly);
  expect_alike<SelfTradePrevention>(schema::EnumValuesSelfTradePrevention(),
                                    schema::EnumNameSelfTradePrevention);
  expect_alike<OrderClass>(schema::EnumValuesOrderClass(), schema::EnumNameOrderClass);
  expect_alike<OrderRole>(schema::EnumValuesOrderRole(), schema::EnumNameOrderRole);
  expect_alike<OrderStatus>(schema::EnumValuesOrderStatus(), schema::EnumNameOrderStatus);
  expect_alike<AccountType>(schema::EnumValuesAccountType(), schema::EnumNameAccountType);
  expect_alike<AccountStatus>(schema::EnumValuesAccountStatus(), schema::EnumNameAccountStatus);
  expect_alike<SymbolStatus>(schema::EnumValuesSymbolStatus(), schema::EnumNameSymbolStatus);
  expect_alike<SessionPhase>(schema::EnumValuesSessionPhase(), schema::EnumNameSessionPhase);
  expect_alike<MarketPhase>(schema::EnumValuesMarketPhase(), schema::EnumNameMarketPhase);
  expect_alike<BandTier>(schema::EnumValuesBandTier(), schema::EnumNameBandTier);
  expect_alike<DayTradingRule>(schema::EnumValuesDayTradingRule(), schema::EnumNameDayTradingRule);
  expect_alike<CancelReason>(schema::EnumValuesCancelReason(), schema::EnumNameCancelReason);
  expect_alike<WhenVenueDown>(schema::EnumValuesWhenVenueDown(), schema::EnumNameWhenVenueDown);
  expect_alike<VenueState>(schema::EnumValuesVenueState(), schema::EnumNameVenueState);
  expect_alike<VenueRequestKind>(schema::EnumValuesVenueRequestKind(), schema::EnumNameVenueRequestKind);
  expect_alike<VenueReportKind>(schema::EnumValuesVenueReportKind(), schema::EnumNameVenueReportKind);
  expect_alike<BarUnit>(schema::EnumValuesBarUnit(), schema::EnumNameBarUnit);
  expect_alike<EquityStep>(schema::EnumValuesEquityStep(), schema::EnumNameEquityStep);
  expect_alike<Liquidity>(schema::EnumValuesLiquidity(), schema::EnumNameLiquidity);
  // `operator` is a word of C++: flatc calls that one `operator_`.
  expect_alike<KeyRole>(schema::EnumValuesKeyRole(), [](schema::KeyRole role) {
    return role == schema::KeyRole::operator_ ? "operator" : schema::EnumNameKeyRole(role);
  });
  expect_alike<OrderFilter>(schema::EnumValuesOrderFilter(), schema::EnumNameOrderFilter);
}

TEST(SchemaTest, RejectReasonsAreTheModels) {
  std::size_t reasons = 0;
#define TRADE_EXPECT_REASON(name, number, text, http, fix)                                             \
  EXPECT_EQ(std::string_view(schema::EnumNameRejectReason(static_cast<schema::RejectReason>(number))), \
            #name);                                                                                    \
  ++reasons;
  TRADE_REJECT_REASONS(TRADE_EXPECT_REASON)
#undef TRADE_EXPECT_REASON
  EXPECT_EQ(std::size(schema::EnumValuesRejectReason()), reasons + 1);
}

TEST(SchemaTest, ErrorCodesAreTheModels) {
  EXPECT_EQ(static_cast<int>(schema::ErrorCode::MAX), static_cast<int>(ErrorCode::out_of_space));
  EXPECT_STREQ(schema::EnumNameErrorCode(static_cast<schema::ErrorCode>(ErrorCode::internal)), "internal");
  EXPECT_STREQ(schema::EnumNameErrorCode(static_cast<schema::ErrorCode>(ErrorCode::rejected)), "rejected");
  EXPECT_STREQ(schema::EnumNameErrorCode(static_cast<schema::ErrorCode>(ErrorCode::timed_out)), "timed_out");
  EXPECT_STREQ(schema::EnumNameErrorCode(static_cast<schema::ErrorCode>(ErrorCode::corrupt)), "corrupt");
  EXPECT_STREQ(schema::EnumNameErrorCode(static_cast<schema::ErrorCode>(ErrorCode::out_of_space)),
               "out_of_space");
}

TEST(SchemaTest, UnionsHaveOneMemberForEachAlternative) {
  EXPECT_EQ(static_cast<std::size_t>(schema::CommandBody::MAX), std::variant_size_v<CommandBody>);
  EXPECT_EQ(static_cast<std::size_t>(schema::EventBody::MAX), std::variant_size_v<EventBody>);
  EXPECT_EQ(static_cast<std::size_t>(schema::RequestBody::MAX), std::variant_size_v<RequestBody>);
  EXPECT_EQ(static_cast<std::size_t>(schema::ReplyBody::MAX), std::variant_size_v<ReplyBody>);
  EXPECT_EQ(static_cast<std::size_t>(schema::PublicationBody::MAX), std::variant_size_v<PublicationBody>);
}

// A struct that grew would move what lies behind it, and `flatc --conform` does not notice.
static_assert(sizeof(schema::PlaceOrderFields) == 40);
static_assert(sizeof(schema::OrderAcceptedFields) == 48);
static_assert(sizeof(schema::OrderRejectedFields) == 48);
static_assert(sizeof(schema::OrderRestedFields) == 32);
static_assert(sizeof(schema::TradeExecutedFields) == 72);
static_assert(sizeof(schema::OrderCancelledFields) == 40);
static_assert(sizeof(schema::OrderReplacedFields) == 72);
static_assert(sizeof(schema::OrderViewFields) == 72);
static_assert(sizeof(schema::Holding) == 16);
static_assert(sizeof(schema::QuoteViewFields) == 104);
static_assert(sizeof(schema::DepthLevel) == 24);
static_assert(sizeof(schema::Bar) == 64);
static_assert(sizeof(schema::Equity) == 24);
static_assert(sizeof(schema::TopOfBook) == 48);
static_assert(sizeof(schema::ImmediateFill) == 24);
static_assert(sizeof(schema::CommandResultFields) == 48);

}  // namespace

}  // namespace trade::wire::test
