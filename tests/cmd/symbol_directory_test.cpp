#include "symbol_directory.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace trade::cmd {
namespace {

Result<SymbolDirectory> read_text(const std::string& text) {
  std::istringstream input(text);
  return read_symbol_directory(input, "test");
}

std::vector<std::string> names(const SymbolDirectory& directory) {
  std::vector<std::string> result;
  for (const Symbol& symbol : directory.symbols)
    result.push_back(symbol.string());
  return result;
}

TEST(SymbolDirectory, ReadsNasdaqListed) {
  const auto directory = read_text(
      "Symbol|Security Name|Market Category|Test Issue|Financial Status|Round Lot Size|ETF|NextShares\r\n"
      "AAPL|Apple Inc. - Common Stock|Q|N|N|100|N|N\r\n"
      "ZVZZT|NASDAQ TEST STOCK|G|Y|N|100|N|N\r\n"
      "MSFT|Microsoft Corporation - Common Stock|Q|N|N|100|N|N\r\n"
      "File Creation Time: 1122202618:00|||||||\r\n");
  ASSERT_TRUE(directory.has_value());
  EXPECT_EQ(names(*directory), (std::vector<std::string>{"AAPL", "MSFT"}));
  EXPECT_EQ(directory->test_issues, 1u);
  EXPECT_EQ(directory->skipped, 0u);
}

TEST(SymbolDirectory, ReadsOtherListedWithSuffixes) {
  const auto directory = read_text(
      "ACT Symbol|Security Name|Exchange|CQS Symbol|ETF|Round Lot Size|Test Issue|NASDAQ Symbol\n"
      "BRK.A|Berkshire Hathaway|N|BRK.A|N|1|N|BRK.A\n"
      "ABR$D|Arbor Realty preferred|N|ABRpD|N|100|N|ABR-D\n");
  ASSERT_TRUE(directory.has_value());
  EXPECT_EQ(names(*directory), (std::vector<std::string>{"BRK.A", "ABR$D"}));
}

TEST(SymbolDirectory, ReadsCsvWithQuotesAndAByteOrderMark) {
  const auto directory = read_text(
      "\xef\xbb\xbfSymbol,Security Name,Test Issue\n"
      "A,\"Agilent \"\"Technologies\"\", Inc.\",N\n"
      "\n"
      "TEST,\"Not, real\",Y\n"
      "File Creation Time: 1122202618:00,,\n"
      ",,\n");
  ASSERT_TRUE(directory.has_value());
  EXPECT_EQ(names(*directory), std::vector<std::string>{"A"});
  EXPECT_EQ(directory->test_issues, 1u);
  EXPECT_EQ(directory->skipped, 0u);
}

TEST(SymbolDirectory, CountsLinesWhoseSymbolIsNone) {
  const auto directory = read_text("Symbol|Test Issue\nGOOD|N\nNOT GOOD|N\n|N\n");
  ASSERT_TRUE(directory.has_value());
  EXPECT_EQ(names(*directory), std::vector<std::string>{"GOOD"});
  EXPECT_EQ(directory->skipped, 2u);
  EXPECT_EQ(directory->first_skipped.substr(0, 7), "line 3:");
}

TEST(SymbolDirectory, RefusesWhatIsNone) {
  EXPECT_FALSE(read_text("").has_value());
  EXPECT_NE(read_text("").error().message.find("empty"), std::string::npos);
  const auto other = read_text("Name|Price\nApple|1\n");
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().message.substr(0, 7), "test:1:");
  EXPECT_FALSE(read_text("Symbol\n" + std::string(100'000, 'A') + "\n").has_value());
}

TEST(SymbolDirectory, SplitsFields) {
  EXPECT_EQ(split_fields("a|b||c|", '|'), (std::vector<std::string>{"a", "b", "", "c", ""}));
  EXPECT_EQ(split_fields("a,\"b,c\", d ", ','), (std::vector<std::string>{"a", "b,c", "d"}));
  // A quote means nothing between bars.
  EXPECT_EQ(split_fields("\"a|b", '|'), (std::vector<std::string>{"\"a", "b"}));
}

TEST(SymbolDirectory, ReadsRealListings) {
  const char* shared = std::getenv("TRADE_SHARED_DATA");
  const std::string directory =
      (shared == nullptr ? std::string(TRADE_SOURCE_DIR "/../shared/data") : shared) + "/symbols/";
  for (const auto& [name, symbols_min] :
       {std::pair<std::string, std::size_t>{"nasdaq-listed-symbols.csv", 3'000},
        {"other-listed.csv", 5'000}}) {
    std::ifstream file(directory + name);
    if (!file) GTEST_SKIP() << "no real data here";
    const auto read = read_symbol_directory(file, name);
    ASSERT_TRUE(read.has_value()) << read.error().message;
    EXPECT_GT(read->symbols.size(), symbols_min) << name;
    EXPECT_EQ(read->skipped, 0u) << name << ": " << read->first_skipped;
  }
}

}  // namespace
}  // namespace trade::cmd
