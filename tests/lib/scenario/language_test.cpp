// The language of scenarios: words, values, times and the parser's errors.
#include <gtest/gtest.h>

#include "scenario/lexer.hpp"
#include "scenario/scenario.hpp"
#include "scenario/value.hpp"

namespace trade::scenario {
namespace {

std::vector<std::string> words(std::string_view line) {
  std::vector<std::string> texts;
  const auto split = split_words(line);
  EXPECT_TRUE(split.has_value());
  for (const Word& word : *split)
    texts.push_back(word.text);
  return texts;
}

using Texts = std::vector<std::string>;

TEST(Words, AreSeparatedByBlanksHeldTogetherByQuotesAndEndedByAComment) {
  EXPECT_EQ(words("  place buy\t10 AAPL  # why"), (Texts{"place", "buy", "10", "AAPL"}));
  EXPECT_EQ(words("a=\"b c\" 'd \"e\"' \"f\\\"g\" h#i"), (Texts{"a=b c", "d \"e\"", "f\"g", "h#i"}));
  EXPECT_EQ(words("# nothing"), Texts{});
  EXPECT_EQ(words("''"), Texts{""});
  EXPECT_FALSE(split_words("say 'so"));
}

TEST(Words, QuotedSplitIntoTheSame) {
  const Texts hard{"plain", "two words", "#no comment", "quote\"s 'and' \\", ""};
  EXPECT_EQ(words(quoted_words(hard)), hard);
}

TEST(Variables, AreReplacedByName) {
  const auto lookup = [](std::string_view name) -> std::optional<std::string> {
    if (name == "id") return "42";
    return std::nullopt;
  };
  EXPECT_EQ(substitute("$id ${id}th $$ a$id", lookup), "42 42th $ a42");
  EXPECT_FALSE(substitute("$other", lookup));
  EXPECT_FALSE(substitute("$", lookup));
  EXPECT_FALSE(substitute("${id", lookup));
  EXPECT_FALSE(substitute("$1", lookup));
}

TEST(Values, AreComparedAsNumbersWhereTheyAre) {
  const auto same = [](std::string_view actual, std::string_view expected) {
    const auto result = matches(actual, Comparison::equal, expected);
    EXPECT_TRUE(result.has_value());
    return result.value_or(false);
  };
  EXPECT_TRUE(same("150.10", "150.1"));
  EXPECT_TRUE(same("-3.00", "-3"));
  EXPECT_FALSE(same("150.10", "150.11"));
  EXPECT_TRUE(same("150.10", "150.2+-0.1"));
  EXPECT_FALSE(same("150.10", "150.21+-0.1"));
  EXPECT_TRUE(same("none", "none"));
  EXPECT_FALSE(same("none", "any"));
  EXPECT_TRUE(same("0", "any"));
  EXPECT_FALSE(same("anything", "?"));
  EXPECT_FALSE(same("filled", "submitted"));
  EXPECT_TRUE(*matches("9.99", Comparison::less, "10"));
  EXPECT_FALSE(*matches("10", Comparison::less, "10"));
  EXPECT_TRUE(*matches("10", Comparison::greater_or_equal, "10"));
  EXPECT_FALSE(*matches("none", Comparison::greater, "10"));
  EXPECT_FALSE(matches("filled", Comparison::less, "submitted"));
  EXPECT_FALSE(matches("1", Comparison::equal, "1+-x"));
}

TEST(Values, OfTimesAreNewYorks) {
  const auto same = [](std::string_view expected) {
    return *matches("2026-03-02T14:30:00.250000000Z", Comparison::equal, expected);
  };
  EXPECT_TRUE(same("09:30:00.25"));
  EXPECT_TRUE(same("2026-03-02T09:30:00.250"));
  EXPECT_TRUE(same("2026-03-02T14:30:00.250000000Z"));
  EXPECT_FALSE(same("09:30"));
  EXPECT_FALSE(same("14:30:00.25"));
  EXPECT_EQ(shown_value("2026-07-01T13:30:00.000000000Z"), "2026-07-01T09:30:00");
}

TEST(Fields, AreFoundInObjectsListsAndPortfolios) {
  using format::Json;
  const Json portfolio = Json::parse(
      R"({"cash_balance":"5.00","positions":[{"symbol":"BRK.B","quantity":3,"average_cost":"1.00"},)"
      R"({"symbol":"3M","quantity":4}]})");
  EXPECT_EQ(field_text(portfolio, "cash_balance"), "5.00");
  EXPECT_EQ(field_text(portfolio, "BRK.B"), "3");
  EXPECT_EQ(field_text(portfolio, "BRK.B.average_cost"), "1.00");
  EXPECT_EQ(field_text(portfolio, "3M"), "4");
  EXPECT_EQ(field_text(portfolio, "AAPL"), "0");
  EXPECT_EQ(field_text(portfolio, "AAPL.average_cost"), "none");
  EXPECT_EQ(field_text(portfolio, "nonsense"), std::nullopt);
  const Json depth =
      Json::parse(R"({"bids":[{"price":"2.00","size":7},{"price":"1.00","size":1}],"asks":[]})");
  EXPECT_EQ(field_text(depth, "bids"), "7@2.00,1@1.00");
  EXPECT_EQ(field_text(depth, "asks"), "none");
  const Json fills = Json::parse(
      R"([{"price":"2.00","quantity":7,"executed_at":""},{"price":"1.00","quantity":1,"executed_at":""}])");
  EXPECT_EQ(field_text(fills, "count"), "2");
  EXPECT_EQ(field_text(fills, "trades"), "1@1.00,7@2.00");
  EXPECT_EQ(field_text(fills, "1.price"), "2.00");
  EXPECT_EQ(field_text(fills, "3.price"), "none");
  EXPECT_EQ(field_text(fills, "0.price"), std::nullopt);
}

TEST(Durations, AddUp) {
  EXPECT_EQ(parse_duration("1h30m"), 5'400 * nanoseconds_per_second);
  EXPECT_EQ(parse_duration("1.5s"), 1'500'000'000);
  EXPECT_EQ(parse_duration("250ms"), 250'000'000);
  EXPECT_EQ(parse_duration("2d"), 172'800 * nanoseconds_per_second);
  for (const char* wrong : {"", "5", "s", "5x", "-1s", "1s!", "99999999999d"})
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
}

TEST(Moments, AreOfTheDayThatIsOrOfADate) {
  const Timestamp noon = *parse_timestamp("2026-03-06T17:00:00Z");  // a Friday
  EXPECT_EQ(parse_moment({"09:30"}, noon), *parse_timestamp("2026-03-06T14:30:00Z"));
  EXPECT_EQ(parse_moment({"2026-03-09", "09:30:00.5"}, noon), *parse_timestamp("2026-03-09T13:30:00.5Z"));
  EXPECT_EQ(parse_moment({"next", "close"}, noon), *parse_timestamp("2026-03-06T21:00:00Z"));
  EXPECT_EQ(parse_moment({"next", "open"}, noon), *parse_timestamp("2026-03-09T13:30:00Z"));
  for (const char* wrong : {"24:00", "9:30", "09:60", "09:30:", "09:30:00.", "noon"})
    EXPECT_FALSE(parse_moment({wrong}, noon)) << wrong;
}

TEST(Parser, MakesEachScenarioOfTheBeginningAndItsOwnSteps) {
  const auto scenarios =
      parse_text("x.scenario",
                 "symbol add A\nscenario One's own # title\n  expect status=filled x>=1\n"
                 "for a in 1..2 do\nscenario Two $a\n$id = in 1s: as bob: cancel $a\nend\n");
  ASSERT_TRUE(scenarios.has_value()) << scenarios.error().message;
  ASSERT_EQ(scenarios->size(), 3u);
  EXPECT_EQ(scenarios->front().title, "One's own # title");
  EXPECT_EQ(scenarios->back().title, "Two 2");
  ASSERT_EQ(scenarios->back().steps.size(), 2u);
  const Step& step = scenarios->back().steps.back();
  EXPECT_EQ(step.variable, "id");
  EXPECT_EQ(step.delay, "1s");
  EXPECT_EQ(step.account, "bob");
  EXPECT_EQ(step.words, (Texts{"cancel", "$a"}));
  EXPECT_EQ(step.line.number(), 6u);
  const Step& expectation = scenarios->front().steps.back();
  ASSERT_EQ(expectation.fields.size(), 2u);
  EXPECT_EQ(expectation.fields[1].comparison, Comparison::greater_or_equal);
  EXPECT_EQ(expectation.line.text().substr(expectation.fields[0].value_begin, 6), "filled");
}

TEST(Parser, IsBounded) {
  EXPECT_FALSE(parse_text("x", "for a in 1..150000 do\nfor b in 1..150000 do\nplace\nend\nend\n"));
  EXPECT_FALSE(parse_text("x", std::string(line_bytes_max + 1, 'a')));
  std::string deep;
  for (std::size_t i = 0; i <= loop_depth_max; ++i)
    deep += "for a in 1 do\n";
  deep += "place\n";
  for (std::size_t i = 0; i <= loop_depth_max; ++i)
    deep += "end\n";
  EXPECT_FALSE(parse_text("x", deep));
}

}  // namespace
}  // namespace trade::scenario
