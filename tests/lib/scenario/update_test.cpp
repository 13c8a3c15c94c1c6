// What is written into a file in the place of what it expected.
#include "scenario/update.hpp"

#include <gtest/gtest.h>

namespace trade::scenario {
namespace {

/// Results of runs over one file of these lines.
class UpdateTest : public testing::Test {
 protected:
  SourceLine line(std::size_t index) const { return {file_, index}; }

  /// The value of `quantity=` in the second line was expected, and this came.
  void quantity_came(const std::string& actual) {
    const std::size_t begin = line(1).text().find("5");
    ScenarioResult& result = results_.emplace_back();
    if (actual == "5") return result.held.push_back({line(1), begin});
    Difference& difference = result.differences.emplace_back();
    difference.line = line(1);
    difference.fields.push_back({"quantity", "5", actual, {}, begin, begin + 1});
  }
  void refused(const std::string& reason) {
    Difference& difference = results_.emplace_back().differences.emplace_back();
    difference.line = line(0);
    difference.refusal = RefusalDifference::unexpected;
    difference.reason = reason;
  }
  void accepted() { results_.emplace_back().held.push_back({line(0), 2}); }

  /// The lines as they are to be, or why not.
  [[nodiscard]] std::vector<std::string> told() const {
    const Update update = make_update(results_);
    std::vector<std::string> texts;
    for (const LineChange& change : update.changes)
      texts.push_back(change.text);
    texts.insert(texts.end(), update.left_out.begin(), update.left_out.end());
    return texts;
  }

 private:
  std::shared_ptr<const SourceFile> file_ = std::make_shared<SourceFile>(
      SourceFile{"one.scenario", {"  place buy 5 AAPL", "  expect quantity=5 status=submitted"}});
  std::vector<ScenarioResult> results_;
};

using Texts = std::vector<std::string>;
const Texts several_values{"one.scenario:2: a loop came to several values here"};
const Texts several_outcomes{"one.scenario:1: a loop came to several values here"};

TEST_F(UpdateTest, WritesWhatCame) {
  quantity_came("4");
  quantity_came("4");
  refused("no_liquidity");
  EXPECT_EQ(told(), (Texts{"  expect rejected no_liquidity: place buy 5 AAPL",
                           "  expect quantity=4 status=submitted"}));
}

TEST_F(UpdateTest, LeavesALineThatCameToSeveralValues) {
  quantity_came("4");
  quantity_came("3");
  EXPECT_EQ(told(), several_values);
}

TEST_F(UpdateTest, LeavesALineThatAlsoCameAsItIsWritten) {
  quantity_came("5");
  quantity_came("4");
  EXPECT_EQ(told(), several_values);
}

TEST_F(UpdateTest, LeavesACommandThatWasAlsoAccepted) {
  accepted();
  refused("no_liquidity");
  EXPECT_EQ(told(), several_outcomes);
}

TEST_F(UpdateTest, LeavesACommandThatMakesNoSense) {
  refused("usage");
  EXPECT_EQ(told(), (Texts{"one.scenario:1: a command that makes no sense is to be mended"}));
}

}  // namespace
}  // namespace trade::scenario
