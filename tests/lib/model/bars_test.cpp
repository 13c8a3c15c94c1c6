#include "model/bars.hpp"

#include <gtest/gtest.h>

namespace trade {
namespace {

TEST(BarSpan, TextsComeBackAsTheyWere) {
  for (const char* text : {"1s", "59s", "1m", "5m", "15m", "1h", "23h", "1d", "1w", "1mo", "12mo"}) {
    const auto span = parse_bar_span(text);
    ASSERT_TRUE(span) << text;
    EXPECT_EQ(format_bar_span(*span), text);
  }
  EXPECT_EQ(*parse_bar_span("5m"), (BarSpan{BarUnit::minute, 5}));
  EXPECT_EQ(*parse_bar_span("3mo"), (BarSpan{BarUnit::month, 3}));
}

TEST(BarSpan, WhatIsNoneIsRefused) {
  for (const char* text : {"", "m", "1", "0m", "60s", "60m", "24h", "2d", "2w", "13mo", "-1m", "1 m", "1M",
                           "1m ", "99999999999m", "1.5h"}) {
    EXPECT_EQ(parse_bar_span(text).error().code, ErrorCode::usage) << text;
  }
}

}  // namespace
}  // namespace trade
