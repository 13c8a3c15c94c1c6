// The screen of `trade watch` as text, and its keys, without any terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "watch_draw.hpp"
#include "watch_layout.hpp"

namespace trade::cmd {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Price dollars(std::int64_t amount) {
  return {amount * units_per_dollar};
}

QuoteView quote(std::string symbol, Price last, Price previous_close) {
  QuoteView view;
  view.symbol = std::move(symbol);
  view.last = last;
  view.previous_close = previous_close;
  view.open = previous_close;
  view.volume = Quantity{1'234};
  return view;
}

class WatchTest : public testing::Test {
 protected:
  WatchTest() {
    model.put(QuotePublished{quote("AAPL", dollars(151), dollars(150))});
    model.put(QuotePublished{quote("IBM", dollars(198), dollars(200))});
    DepthView depth;
    depth.symbol = "AAPL";
    depth.bids = {{dollars(150), Quantity{100}, 1}, {dollars(149), Quantity{400}, 2}};
    depth.asks = {{dollars(152), Quantity{50}, 1}, {dollars(153), Quantity{200}, 2}};
    model.put(DepthPublished{depth});
    TapeEntryView trade;
    trade.symbol = "AAPL";
    trade.price = dollars(151);
    trade.quantity = Quantity{7};
    trade.taker_side = Side::buy;
    trade.executed_at = Timestamp{52'200 * nanoseconds_per_second};
    model.put(TapePublished{trade});
    PortfolioView portfolio;
    portfolio.account = "alice";
    portfolio.cash_balance = Money{1'000 * units_per_dollar};
    PositionView position;
    position.symbol = "AAPL";
    position.quantity = Quantity{10};
    position.cost = Money{1'490 * units_per_dollar};
    position.market_price = dollars(140);
    portfolio.positions = {position};
    model.put_portfolio(portfolio);
    OrderView order;
    order.id = OrderId{42};
    order.symbol = "AAPL";
    order.side = Side::buy;
    order.type = OrderType::limit;
    order.quantity = Quantity{100};
    order.limit_price = dollars(150);
    order.status = OrderStatus::submitted;
    model.put_orders({order});
  }

  std::string drawn(std::size_t width = 120, std::size_t height = 40) {
    Screen screen(width, height);
    draw_watch(screen, model, input, false);
    return screen.text();
  }
  std::optional<WatchAction> press(std::string_view keys) {
    std::optional<WatchAction> action;
    for (const char key : keys)
      action = key == '\n' ? input.press({Key::Name::enter, 0}) : input.press({Key::Name::character, key});
    return action;
  }

  WatchModel model{{"AAPL", "IBM"}, "alice"};
  WatchInput input{model};
};

TEST_F(WatchTest, ShowsChangesDepthAsBarsTradesOrdersAndLiveProfit) {
  const std::string text = drawn();
  EXPECT_THAT(text, HasSubstr("▶AAPL        151.00"));
  EXPECT_THAT(text, HasSubstr("+1.00  +0.67%"));
  EXPECT_THAT(text, HasSubstr("-2.00  -1.00%"));
  EXPECT_THAT(text, HasSubstr("153.00      200 "));
  EXPECT_THAT(text, HasSubstr("•     150.00      100 ██"));
  EXPECT_THAT(text, HasSubstr("14:30:00.000     151.00        7"));
  EXPECT_THAT(text, HasSubstr("▶42      buy  AAPL   0/100       150.00     submitted"));
  // At the last trade, 10 x 151 - 1490, not at the price that the books last said.
  EXPECT_THAT(text, HasSubstr("149.00    151.00    +20.00"));
  EXPECT_THAT(text, HasSubstr("cash 1000.00  equity 2510.00  unrealized +20.00"));
}

TEST_F(WatchTest, RisesAreGreenFallsRed) {
  Screen screen(120, 40);
  draw_watch(screen, model, input, true);
  for (std::size_t row = 0; row < 6; ++row) {
    const std::string text = screen.row_text(row);
    if (text.starts_with("▶AAPL")) {
      EXPECT_EQ(screen.cell(row, 18).ink, Ink::gain);
    }
    if (text.starts_with(" IBM")) {
      EXPECT_EQ(screen.cell(row, 18).ink, Ink::loss);
    }
  }
}

TEST_F(WatchTest, FitsAnySize) {
  for (std::size_t width = 1; width < 220; width += 7) {
    for (std::size_t height = 1; height < 70; ++height) {
      const WatchLayout layout = watch_layout(width, height);
      std::vector<int> owners(width * height);
      for (const Area& area : {layout.title, layout.symbols, layout.candles, layout.depth, layout.tape,
                               layout.orders, layout.positions, layout.status}) {
        if (!is_shown(area)) continue;
        ASSERT_LE(area.row + area.height, height) << width << "x" << height;
        ASSERT_LE(area.column + area.width, width) << width << "x" << height;
        for (std::size_t row = area.row; row < area.row + area.height; ++row) {
          for (std::size_t column = area.column; column < area.column + area.width; ++column)
            ASSERT_EQ(++owners[row * width + column], 1)
                << width << "x" << height << ": two areas at " << row << "," << column;
        }
      }
      drawn(width, height);
    }
  }
  EXPECT_THAT(drawn(30, 8), HasSubstr("too small: 40x10"));
}

TEST_F(WatchTest, AnOrderIsPlacedOnlyAfterAYes) {
  EXPECT_FALSE(press("b100 150.25\n"));
  EXPECT_EQ(input.prompt(), "buy 100 AAPL at 150.25 for alice? y/n");
  EXPECT_FALSE(press("n"));
  EXPECT_EQ(model.message(), "not done: buy 100 AAPL at 150.25");
  const auto action = press("s7\ny");
  ASSERT_TRUE(action);
  const auto& place = std::get<PlaceAction>(*action);
  EXPECT_EQ(place.side, Side::sell);
  EXPECT_EQ(place.quantity, Quantity{7});
  EXPECT_EQ(place.symbol, "AAPL");
  EXPECT_FALSE(place.limit_price);
}

TEST_F(WatchTest, NewsDoNotChangeWhatAnOrderIsAbout) {
  press("b5\n");
  model.select_symbol("IBM");
  const auto action = press("y");
  ASSERT_TRUE(action);
  EXPECT_EQ(std::get<PlaceAction>(*action).symbol, "AAPL");
}

TEST_F(WatchTest, AWrongLineStaysToBeMended) {
  EXPECT_FALSE(press("bmany\n"));
  EXPECT_THAT(input.prompt(), HasSubstr("QUANTITY [LIMIT]: many"));
  EXPECT_TRUE(model.message_is_bad());
  for (int i = 0; i < 4; ++i)
    input.press({Key::Name::backspace, 0});
  EXPECT_FALSE(press("5\n"));
  EXPECT_EQ(input.prompt(), "buy 5 AAPL at the market for alice? y/n");
}

TEST_F(WatchTest, OrdersAreReplacedAndCancelled) {
  auto action = press("r\ny");
  ASSERT_TRUE(action);
  EXPECT_EQ(std::get<ReplaceAction>(*action).order, OrderId{42});
  EXPECT_EQ(std::get<ReplaceAction>(*action).quantity, Quantity{100});
  EXPECT_EQ(std::get<ReplaceAction>(*action).limit_price, dollars(150));
  action = press("cy");
  ASSERT_TRUE(action);
  EXPECT_EQ(std::get<CancelAction>(*action).order, OrderId{42});
  action = press("Cy");
  ASSERT_TRUE(action);
  EXPECT_TRUE(std::holds_alternative<CancelAllAction>(*action));
  model.put_orders({});
  EXPECT_FALSE(press("c"));
  EXPECT_EQ(model.message(), "there is no open order to cancel");
}

TEST_F(WatchTest, TheFilterListsAndSelects) {
  press("/ib");
  EXPECT_THAT(model.listed(), testing::ElementsAre("IBM"));
  EXPECT_EQ(model.symbol(), "IBM");
  EXPECT_EQ(model.depth(), nullptr);
  EXPECT_THAT(drawn(), Not(HasSubstr("AAPL        151.00")));
  input.press({Key::Name::escape, 0});
  EXPECT_EQ(model.listed().size(), 2u);
}

TEST_F(WatchTest, ArrowsSelectWithinTheList) {
  input.press({Key::Name::down, 0});
  EXPECT_EQ(model.symbol(), "IBM");
  input.press({Key::Name::down, 0});
  EXPECT_EQ(model.symbol(), "IBM");
  input.press({Key::Name::page_up, 0});
  EXPECT_EQ(model.symbol(), "AAPL");
  press("5");
  EXPECT_EQ(format_bar_span(model.span()), "1d");
}

TEST_F(WatchTest, HelpNamesTheKeysAndAnyKeyGoesBack) {
  press("?");
  EXPECT_THAT(drawn(), HasSubstr("cancel the selected order"));
  press("q");
  EXPECT_FALSE(input.help_shown());
  const auto action = press("q");
  ASSERT_TRUE(action);
  EXPECT_TRUE(std::holds_alternative<QuitAction>(*action));
}

TEST(WatchModelTest, WithoutAnAccountNothingCanBePlaced) {
  WatchModel model({"AAPL"}, "");
  WatchInput input(model);
  EXPECT_FALSE(input.press({Key::Name::character, 'b'}));
  EXPECT_EQ(input.prompt(), "");
  EXPECT_TRUE(model.message_is_bad());
}

}  // namespace
}  // namespace trade::cmd
