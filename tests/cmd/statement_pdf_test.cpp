#include "statement_pdf.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <vector>

#include <gtest/gtest.h>

#include "support/temporary_directory.hpp"

namespace trade::cmd {
namespace {

std::string output_of(const std::string& command) {
  std::string text;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  std::array<char, 4'096> part{};
  for (std::size_t got = 0; (got = std::fread(part.data(), 1, part.size(), pipe)) > 0;)
    text.append(part.data(), got);
  ::pclose(pipe);
  return text;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
    ++found;
  return found;
}

StatementDocument document_of(std::size_t movements) {
  StatementDocument document{.account = "alice", .from = {}, .to = {}, .statement = {}};
  Money balance;
  for (std::size_t i = 0; i < movements; ++i) {
    StatementLine line;
    line.sequence = i + 1;
    line.timestamp = Timestamp{1'772'461'800 * nanoseconds_per_second};  // 2026-03-02 14:30 UTC
    line.kind = "transfer_in";
    line.symbol = "AAPL";
    line.quantity = Quantity{1};
    line.amount = Money{static_cast<std::int64_t>(i + 1) * 1'000 * units_per_dollar};
    balance += line.amount;
    line.balance = balance;
    document.statement.lines.push_back(line);
  }
  document.statement.closing_balance = balance;
  document.statement.positions.push_back({"AAPL", Quantity{10}, Money{1'500 * units_per_dollar}});
  return document;
}

/// What pdftotext makes of a document.
class StatementPdf : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("command -v pdftotext >/dev/null") != 0) GTEST_SKIP() << "pdftotext is not installed";
  }
  std::string read_back(const StatementDocument& document, const std::string& options) {
    const Result<std::string> bytes = statement_pdf(document);
    if (!bytes) {
      ADD_FAILURE() << bytes.error().message;
      return {};
    }
    const std::string path = (directory_.path() / "statement.pdf").string();
    std::ofstream(path, std::ios::binary) << *bytes;
    return output_of("pdftotext " + options + " '" + path + "' -");
  }

 private:
  test::TemporaryDirectory directory_;
};

TEST_F(StatementPdf, SaysWhatThereWas) {
  const std::string text = read_back(document_of(2), "-layout");
  EXPECT_EQ(count(text, "Statement of alice"), 2u) << "at the top, and beside the page's number";
  for (const char* part : {"All that moved", "Opening balance", "Closing balance", "3000.00", "TIME (UTC)",
                           "2026-03-02 14:30:00", "transfer in", "AVERAGE COST", "150.00", "Page 1 of 1"})
    EXPECT_NE(text.find(part), std::string::npos) << part << " is not in:\n" << text;
}

TEST_F(StatementPdf, RepeatsItsHeadingsOnEveryPageAndNumbersThem) {
  const std::string text = read_back(document_of(150), "-layout");
  const std::size_t pages = count(text, "\f");
  ASSERT_EQ(pages, 3u);
  std::istringstream all(text);
  std::size_t movements = 0;
  std::size_t number = 0;
  for (std::string page; std::getline(all, page, '\f');) {
    ++number;
    EXPECT_EQ(count(page, "TIME (UTC)"), 1u) << page;
    EXPECT_EQ(count(page, "Statement of alice"), 2u) << page;
    EXPECT_EQ(count(page, "Page " + std::to_string(number) + " of 3"), 1u) << page;
    movements += count(page, "transfer in");
  }
  EXPECT_EQ(number, 3u);
  EXPECT_EQ(movements, 150u) << "none is lost between two pages";
}

TEST_F(StatementPdf, WritesAmountsToTheRight) {
  // <word xMin="…" yMin="…" xMax="…" yMax="…">1000.00</word>
  const std::string text = read_back(document_of(12), "-bbox");
  const auto end_of = [&](const std::string& word) {
    const std::size_t at = text.rfind(">" + word + "</word>");
    if (at == std::string::npos) return 0.0;
    const std::size_t edge = text.rfind("xMax=\"", at);
    return std::strtod(text.c_str() + edge + 6, nullptr);
  };
  const double of_short_one = end_of("9000.00");
  EXPECT_GT(of_short_one, 300.0);
  EXPECT_NEAR(of_short_one, end_of("12000.00"), 0.1);
  EXPECT_NEAR(of_short_one, end_of("AMOUNT"), 0.1);
  EXPECT_NEAR(end_of("BALANCE"), end_of("66000.00"), 0.1);
}

TEST_F(StatementPdf, SaysThatNothingMoved) {
  StatementDocument document{.account = "bob", .from = {}, .to = {}, .statement = {}};
  document.from = Timestamp{1'772'461'800 * nanoseconds_per_second};
  const std::string text = read_back(document, "-layout");
  EXPECT_NE(text.find("From 2026-03-02 14:30:00 UTC"), std::string::npos) << text;
  EXPECT_NE(text.find("Nothing moved."), std::string::npos) << text;
  EXPECT_NE(text.find("No positions at the end."), std::string::npos) << text;
}

TEST_F(StatementPdf, MakesTooWideAmountsFitTheirColumn) {
  StatementDocument document = document_of(1);
  document.statement.lines.front().amount = Money{INT64_MIN + 1};
  const std::string text = read_back(document, "-bbox");
  EXPECT_NE(text.find(">-922337203685477.5807</word>"), std::string::npos) << text;
}

TEST(StatementPdfBytes, AreTheSameForTheSameStatement) {
  const Result<std::string> first = statement_pdf(document_of(100));
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_TRUE(first->starts_with("%PDF-"));
  EXPECT_EQ(*first, *statement_pdf(document_of(100)));
}

TEST(StatementPdfBytes, AreRefusedForTooManyMovements) {
  const Result<std::string> refused = statement_pdf(document_of(statement_pdf_movements_max + 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::usage);
}

}  // namespace
}  // namespace trade::cmd
