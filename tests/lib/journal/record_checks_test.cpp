#include "journal/record_checks.hpp"

#include <string>
#include <utility>
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
    // A journal goes on in this version where it was begun in the one before.
    const auto version = i < records_count / 2 ? record_version_unstriped : record_version;
    const std::string& record = records.emplace_back(make_record(source.next(1 + i % 7), previous, version));
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

TEST(RecordChecks, FindsADamageInAnyOfThem) {
  const auto records = make_chain();
  for (std::size_t i = 0; i < records_count; ++i) {
    auto damaged = records;
    damaged[i].back() = static_cast<char>(damaged[i].back() ^ 0x40);
    const auto checked = check(damaged, 2);
    for (std::size_t k = 0; k < records_count; ++k)
      EXPECT_EQ(checked[k].intact.has_value(), k != i) << k << ", damaged " << i;
  }
}

TEST(RecordChecks, DecodesThemWhereverTheyLie) {
  const auto records = make_chain();
  for (std::size_t shift = 0; shift < 8; ++shift) {
    SCOPED_TRACE(shift);
    std::vector<std::string> shifted;
    std::vector<wire::Bytes> bytes;
    for (const std::string& record : records) {
      shifted.push_back(std::string(shift, ' ') + record);
      bytes.push_back(bytes_of(shifted.back()).subspan(shift));
    }
    const auto checked = check_records(bytes, 1);
    for (std::size_t i = 0; i < records_count; ++i) {
      ASSERT_TRUE(succeeded(checked[i].content));
      EXPECT_EQ(checked[i].events, 2 * (1 + i % 7));
    }
  }
}

TEST(RecordChecks, ARecordWithAGoodHashMustBeABatchAndTheOneThatItsHeaderTells) {
  BatchSource source;
  const std::string good = make_record(source.next(3), {});
  const auto header = read_record_header(bytes_of(good));
  ASSERT_TRUE(header);
  const wire::Bytes payload = record_payload(bytes_of(good));
  const auto again = [&](const wire::Encoder::BatchHeader& of_header, std::uint64_t commands,
                         std::uint64_t events, wire::Bytes content) {
    const auto made = encode_record_header(make_record_header(
        of_header, of_header.first_sequence + events - 1, of_header.first_command + commands, {}, content));
    std::string record(reinterpret_cast<const char*>(made.data()), made.size());
    record.append(reinterpret_cast<const char*>(content.data()), content.size());
    return check({record}, 1).at(0);
  };
  const wire::Encoder::BatchHeader numbers{.batch = header->batch,
                                           .first_command = header->first_command,
                                           .first_sequence = header->first_sequence,
                                           .state_hash = header->state_hash};
  EXPECT_TRUE(succeeded(again(numbers, 3, 6, payload).content));
  for (const auto& [commands, events] : {std::pair(2, 6), std::pair(4, 6), std::pair(3, 5), std::pair(3, 7)})
    EXPECT_FALSE(
        again(numbers, static_cast<std::uint64_t>(commands), static_cast<std::uint64_t>(events), payload)
            .content);
  auto other = numbers;
  ++other.state_hash;
  EXPECT_FALSE(again(other, 3, 6, payload).content);
  // Its hash is right, and what it is of is no batch.
  const auto cut = again(numbers, 3, 6, payload.first(payload.size() / 2));
  EXPECT_TRUE(succeeded(cut.intact));
  EXPECT_FALSE(cut.content);
}

TEST(RecordChecks, ThereMayBeNone) {
  EXPECT_TRUE(check({}, 4).empty());
}

}  // namespace
}  // namespace trade::journal
