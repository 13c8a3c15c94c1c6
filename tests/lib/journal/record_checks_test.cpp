#include "journal/record_checks.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support.hpp"

namespace trade::journal {
namespace {

constexpr std::size_t records_count = 50;

std::vector<std::string> make_chain() {
  BatchSource source;
  std::vector<std::string> records;
  Hash previous{};
  for (std::size_t i = 0; i < records_count; ++i) {
    const std::string& record = records.emplace_back(make_record(source.next(1 + i % 7), previous));
    previous = read_record_header(bytes_of(record))->hash;
  }
  return records;
}

std::vector<CheckedRecord> check(const std::vector<std::string>& records, unsigned threads) {
  std::vector<wire::Bytes> bytes;
  for (const std::string& record : records)
    bytes.push_back(bytes_of(record));
  return check_records(bytes, threads);
}

TEST(RecordChecks, FindsEachWholeWithAnyNumberOfThreads) {
  const auto records = make_chain();
  for (const unsigned threads : {1U, 2U, 7U, 200U}) {
    SCOPED_TRACE(threads);
    const auto checked = check(records, threads);
    ASSERT_EQ(checked.size(), records_count);
    for (std::size_t i = 0; i < records_count; ++i) {
      ASSERT_TRUE(succeeded(checked[i].intact));
      ASSERT_TRUE(succeeded(checked[i].content));
      EXPECT_EQ(checked[i].header->batch, i + 1);
      EXPECT_EQ(checked[i].commands, 1 + i % 7);
      EXPECT_EQ(checked[i].events, 2 * (1 + i % 7));
    }
  }
}

TEST(RecordChecks, TellsWhatIsWrongWithWhich) {
  auto records = make_chain();
  records[3][0] ^= 1;
  records[20][record_header_bytes + 5] ^= 1;
  records[21].resize(7);
  const auto checked = check(records, 3);
  for (std::size_t i = 0; i < records_count; ++i) {
    SCOPED_TRACE(i);
    const bool damaged = i == 3 || i == 20 || i == 21;
    EXPECT_EQ(checked[i].intact.has_value(), !damaged);
    EXPECT_EQ(checked[i].header.has_value(), i != 3 && i != 21);
  }
  EXPECT_EQ(checked[20].intact.error().message, "its hash is wrong");
  EXPECT_EQ(checked[21].intact.error().message, "it is shorter than its header");
}

TEST(RecordChecks, ThereMayBeNone) {
  EXPECT_TRUE(check({}, 4).empty());
}

}  // namespace
}  // namespace trade::journal
