#include "format/rejection.hpp"

#include <gtest/gtest.h>

namespace trade::format {
namespace {

TEST(Rejection, KeepsNameAndTextOfTheTable) {
  const Error error = rejection(RejectReason::insufficient_buying_power, "buy 10 AAPL for alice");
  EXPECT_EQ(error.code, ErrorCode::rejected);
  EXPECT_EQ(error.name, "insufficient_buying_power");
  EXPECT_EQ(error.message, "Insufficient buying power: buy 10 AAPL for alice");
  EXPECT_FALSE(error.hint.empty());
}

TEST(Rejection, CodesDecideTheExitStatus) {
  EXPECT_EQ(rejection(RejectReason::not_your_order, "").code, ErrorCode::not_permitted);
  EXPECT_EQ(rejection(RejectReason::not_your_order, "").message, "Not your order");
  EXPECT_EQ(rejection(RejectReason::unknown_order, "").code, ErrorCode::not_found);
  EXPECT_EQ(rejection(RejectReason::unknown_account, "").code, ErrorCode::not_found);
  EXPECT_EQ(rejection(RejectReason::unknown_symbol, "").code, ErrorCode::rejected);
  EXPECT_EQ(rejection(RejectReason::order_not_cancellable, "").code, ErrorCode::rejected);
}

TEST(Rejection, EveryReasonHasWordsOnOneLine) {
  for (unsigned number = 1; number < 256; ++number) {
    const auto reason = reject_reason_numbered(static_cast<std::uint8_t>(number));
    if (!reason) continue;
    const Error error = rejection(*reason, "");
    EXPECT_FALSE(error.name.empty()) << number;
    EXPECT_FALSE(error.message.empty()) << number;
    EXPECT_EQ(error.hint.find('\n'), std::string::npos) << number;
  }
}

}  // namespace
}  // namespace trade::format
