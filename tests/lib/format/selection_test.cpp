#include "format/selection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "format/render.hpp"

namespace trade::format {
namespace {

using testing::ElementsAre;

const Layout& layout() {
  static const Layout made{"orders",
                           {{"id", "ID", Align::right}, {"status", "STATUS"}},
                           {"id", "symbol", "status", "quantity", "price", "created_at", "hidden"}};
  return made;
}

std::vector<Json> orders() {
  return {
      Json::parse(R"({"id":"1","symbol":"AAPL","status":"filled","quantity":100,"price":"150.00",)"
                  R"("created_at":"2026-01-30T14:30:00.000000000Z","hidden":false})"),
      Json::parse(R"({"id":"2","symbol":"IBM","status":"open","quantity":9,"price":null,)"
                  R"("created_at":"2026-01-30T14:30:00.000000001Z","hidden":true})"),
      Json::parse(R"({"id":"10","symbol":"AAPL","status":"open","quantity":9,"price":"9.9999",)"
                  R"("created_at":"2026-02-02T14:30:00.000000000Z","hidden":false})"),
  };
}

std::vector<std::string> ids(const SelectionTexts& texts) {
  const auto selection = Selection::make(texts, layout());
  EXPECT_TRUE(selection) << selection.error().message;
  std::vector<std::string> found;
  if (selection) {
    for (const Json& record : selection->apply(orders()))
      found.push_back(record["id"]);
  }
  return found;
}
std::vector<std::string> matching(const char* filter) {
  return ids({.filter = filter});
}
std::string problem(const SelectionTexts& texts) {
  const auto selection = Selection::make(texts, layout());
  return selection ? "none" : selection.error().message + " | " + selection.error().hint;
}

TEST(Filter, ComparesNumbersAsNumbersWhateverTheirDigits) {
  EXPECT_THAT(matching("quantity > 10"), ElementsAre("1"));
  EXPECT_THAT(matching("price < 10"), ElementsAre("10"));
  EXPECT_THAT(matching("price = 9.9999000"), ElementsAre("10"));
  EXPECT_THAT(matching("price < 9.99990000000000000000001"), ElementsAre("10"));
  EXPECT_THAT(matching("price <= 9.99989999999999999999999"), ElementsAre());
  EXPECT_THAT(matching("quantity > -1 and quantity < 00009.5"), ElementsAre("2", "10"));
  EXPECT_THAT(matching("id >= 2"), ElementsAre("2", "10"));
}

TEST(Filter, NullIsEqualToNullAlone) {
  EXPECT_THAT(matching("price == null"), ElementsAre("2"));
  EXPECT_THAT(matching("price != null"), ElementsAre("1", "10"));
  EXPECT_THAT(matching("price > 0 or price <= 0"), ElementsAre("1", "10"));
  EXPECT_THAT(matching("not price"), ElementsAre("2"));
}

TEST(Filter, WordsListsTextsAndTimes) {
  EXPECT_THAT(matching("status == open"), ElementsAre("2", "10"));
  EXPECT_THAT(matching("status == 'open' and not symbol == IBM"), ElementsAre("10"));
  EXPECT_THAT(matching("symbol in (IBM, MSFT)"), ElementsAre("2"));
  EXPECT_THAT(matching("symbol not in (IBM, MSFT)"), ElementsAre("1", "10"));
  EXPECT_THAT(matching("symbol ~ ap"), ElementsAre("1", "10"));
  EXPECT_THAT(matching("symbol !~ ap"), ElementsAre("2"));
  EXPECT_THAT(matching("hidden"), ElementsAre("2"));
  EXPECT_THAT(matching("hidden == false"), ElementsAre("1", "10"));
  EXPECT_THAT(matching("created_at > 2026-01-30T14:30:00Z"), ElementsAre("2", "10"));
  EXPECT_THAT(matching("created_at >= 2026-02-01"), ElementsAre("10"));
  EXPECT_THAT(matching("10 < quantity"), ElementsAre("1"));
  EXPECT_THAT(matching("id == quantity or id == 1"), ElementsAre("1"));
}

TEST(Filter, AndBindsCloserThanOr) {
  EXPECT_THAT(matching("status == filled or status == open and quantity > 10"), ElementsAre("1"));
  EXPECT_THAT(matching("(status == filled or status == open) && quantity > 10"), ElementsAre("1"));
  EXPECT_THAT(matching("status == filled || !(symbol == AAPL)"), ElementsAre("1", "2"));
}

TEST(Filter, WhatIsWrongIsSaidWithItsPlace) {
  EXPECT_EQ(problem({.filter = "statsu == open"}), "no field 'statsu' | did you mean 'status'?");
  EXPECT_THAT(problem({.filter = "zzzzzzzz > 1"}), testing::HasSubstr("there are id, symbol, status"));
  EXPECT_THAT(problem({.filter = "status == "}), testing::HasSubstr("at its end (character 11)"));
  EXPECT_THAT(problem({.filter = "status == open quantity"}), testing::HasSubstr("'and' or 'or' is missing"));
  EXPECT_THAT(problem({.filter = "(status == open"}), testing::HasSubstr("')' is missing"));
  EXPECT_THAT(problem({.filter = "status == 'open"}), testing::HasSubstr("the quote does not end"));
  EXPECT_THAT(problem({.filter = "status in open"}), testing::HasSubstr("'(' is missing"));
  EXPECT_THAT(problem({.filter = std::string(100, '(')}), testing::HasSubstr("too deep"));
  EXPECT_THAT(problem({.filter = std::string(10'000, 'a')}), testing::HasSubstr("more than 4096 bytes"));
}

TEST(Selection, SortsByNumbersStableAndPutsNullLast) {
  EXPECT_THAT(ids({.sort = "quantity"}), ElementsAre("2", "10", "1"));
  EXPECT_THAT(ids({.sort = "-id"}), ElementsAre("10", "2", "1"));
  EXPECT_THAT(ids({.sort = "price"}), ElementsAre("10", "1", "2"));
  EXPECT_THAT(ids({.sort = "-price"}), ElementsAre("1", "10", "2"));
  EXPECT_THAT(ids({.sort = "status, -id"}), ElementsAre("1", "10", "2"));
  EXPECT_EQ(problem({.sort = "-pirce"}), "no field 'pirce' | did you mean 'price'?");
}

TEST(Selection, FieldsAreThoseNamedInEveryKindOfOutput) {
  const auto selection = Selection::make({.fields = "status, id,price"}, layout());
  ASSERT_TRUE(selection) << selection.error().message;
  const std::vector<Json> records = selection->apply(orders());
  EXPECT_EQ(render_list(OutputMode::csv, selection->layout(), records, {}),
            "status,id,price\nfilled,1,150.00\nopen,2,\nopen,10,9.9999\n");
  EXPECT_EQ(text_of(records[1]), R"({"status":"open","id":"2","price":null})");
  EXPECT_EQ(render_list(OutputMode::table, selection->layout(), records, {}),
            "STATUS  ID  PRICE\n"
            "filled   1  150.00\n"
            "open     2  -\n"
            "open    10  9.9999\n");
  EXPECT_EQ(problem({.fields = "id,pric"}), "no field 'pric' | did you mean 'price'?");
  EXPECT_EQ(problem({.fields = "id,id"}), "the field 'id' is named twice | ");
}

}  // namespace
}  // namespace trade::format
