// Stored bytes that are not what was written: found, and the batch named.
#include <functional>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "journal/record.hpp"
#include "store/environment.hpp"
#include "store/key.hpp"
#include "support.hpp"
#include "support/temporary_directory.hpp"

namespace trade::journal {
namespace {

constexpr std::uint64_t batches = 20;

class DamageTest : public ::testing::Test {
 protected:
  void SetUp() override { make_journal(directory_, batches, 40); }

  std::string record(std::uint64_t number) {
    const auto reader = open_reader(directory_);
    EXPECT_TRUE(succeeded(reader));
    std::string bytes;
    EXPECT_TRUE((*reader)->read_encoded(number, bytes).value_or(false));
    return bytes;
  }

  /// Changes the databases behind the journal's back.
  void change(const std::function<Status(store::Transaction&, store::Database)>& body) {
    const auto environment = store::Environment::open(directory_);
    ASSERT_TRUE(succeeded(environment));
    const auto database = (*environment)->open_database("batches");
    ASSERT_TRUE(succeeded(database));
    ASSERT_TRUE(succeeded((*environment)->write([&](store::Transaction& transaction) {
      return body(transaction, *database);
    })));
  }

  void expect_bad(std::uint64_t number, const std::string& problem) {
    const auto report = verify(directory_);
    ASSERT_TRUE(succeeded(report));
    ASSERT_TRUE(report->bad_batch.has_value());
    EXPECT_EQ(*report->bad_batch, number);
    EXPECT_NE(report->problem.find(problem), std::string::npos) << report->problem;
    EXPECT_EQ(report->batches, number - 1);
    EXPECT_EQ(report->head.batch, number - 1);
  }

  test::TemporaryDirectory home_;
  std::filesystem::path directory_ = home_ / "journal";
};

TEST_F(DamageTest, AFlippedBitIsFoundAndItsBatchNamed) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto file = directory_ / "data.mdb";
  const std::string whole = read_file(file);
  for (int round = 0; round < 40; ++round) {
    write_file(file, whole);
    const std::uint64_t number = 1 + random() % batches;
    const std::string bytes = record(number);
    const std::size_t start = whole.find(bytes);
    ASSERT_NE(start, std::string::npos);
    const std::size_t position = random() % bytes.size();
    SCOPED_TRACE("batch " + std::to_string(number) + ", byte " + std::to_string(position));
    std::string damaged = whole;
    damaged[start + position] = static_cast<char>(damaged[start + position] ^ (1 << (random() % 8)));
    write_file(file, damaged);
    expect_bad(number, "");
    auto reader = open_reader(directory_);
    ASSERT_TRUE(succeeded(reader));
    wire::Batch batch;
    for (std::uint64_t other = 1; other <= batches; ++other) {
      const auto read = (*reader)->read(other, batch);
      if (other != number) {
        ASSERT_TRUE(read.value_or(false)) << other;
      } else if (position < 64 || position >= record_header_bytes) {
        ASSERT_FALSE(read);
        EXPECT_EQ(read.error().code, ErrorCode::corrupt);
        EXPECT_NE(read.error().message.find("batch " + std::to_string(number)), std::string::npos);
      }
    }
    reader->reset();
    const auto writer = open_writer(directory_);
    ASSERT_EQ(writer.has_value(), number != batches);
    if (!writer) {
      EXPECT_EQ(writer.error().code, ErrorCode::corrupt);
      EXPECT_NE(writer.error().message.find("batch 20"), std::string::npos) << writer.error().message;
      EXPECT_NE(writer.error().hint.find("verify"), std::string::npos);
    }
  }
}

TEST_F(DamageTest, OfSeveralDamagedBatchesTheFirstIsNamed) {
  const auto file = directory_ / "data.mdb";
  std::string whole = read_file(file);
  for (const std::uint64_t number : {17U, 6U, 11U}) {
    const std::size_t start = whole.find(record(number));
    ASSERT_NE(start, std::string::npos);
    whole[start + record_header_bytes + 3] ^= 1;
  }
  write_file(file, whole);
  expect_bad(6, "its hash is wrong");
}

TEST_F(DamageTest, AnEditedPastBreaksTheChain) {
  // Batch 7 as another sequencer would have written it: right in itself.
  BatchSource source(Head{6, 6 * 40 + 1, 6 * 80});
  auto edited = source.next(40);
  edited.header.state_hash += 1;
  wire::Batch batch;
  const std::string original = record(7);
  const auto old_header = read_record_header(bytes_of(original));
  ASSERT_TRUE(succeeded(old_header));
  batch.buffer.assign(record_payload(bytes_of(original)));
  ASSERT_TRUE(wire::decode_batch(batch));
  wire::Encoder encoder;
  edited.encoded =
      encoder.encode_batch(edited.header, batch.commands, batch.events_per_command, batch.events);
  const std::string forged = make_record(edited, old_header->previous_hash);
  change([&](store::Transaction& transaction, store::Database database) {
    return transaction.put(database, store::Key().number(std::uint64_t{7}), bytes_of(forged));
  });
  expect_bad(8, "does not follow batch 7");
}

TEST_F(DamageTest, ARecordInTheWrongPlace) {
  const std::string other = record(4);
  change([&](store::Transaction& transaction, store::Database database) {
    return transaction.put(database, store::Key().number(std::uint64_t{5}), bytes_of(other));
  });
  expect_bad(5, "number");
  const auto reader = open_reader(directory_);
  ASSERT_TRUE(succeeded(reader));
  wire::Batch batch;
  EXPECT_FALSE((*reader)->read(5, batch));
}

TEST_F(DamageTest, AMissingBatch) {
  for (const std::uint64_t number : {std::uint64_t{9}, std::uint64_t{1}}) {
    change([&](store::Transaction& transaction, store::Database database) -> Status {
      const auto removed = transaction.remove(database, store::Key().number(number));
      return removed ? Status() : std::unexpected(removed.error());
    });
    expect_bad(number, "missing");
    const auto writer = open_writer(directory_);
    ASSERT_FALSE(writer);
    EXPECT_EQ(writer.error().code, ErrorCode::corrupt);
  }
}

TEST_F(DamageTest, AKeyThatIsNoNumber) {
  change([](store::Transaction& transaction, store::Database database) {
    return transaction.put(database, bytes_of("zebra"), bytes_of("?"));
  });
  expect_bad(batches + 1, "no batch number");
  EXPECT_FALSE(open_writer(directory_));
  const auto reader = open_reader(directory_);
  ASSERT_TRUE(succeeded(reader));
  EXPECT_FALSE((*reader)->head());
}

TEST_F(DamageTest, ABeginningOfAnotherJournal) {
  const std::filesystem::path other = home_ / "other";
  make_journal(other, 1, 40);
  const auto reader = open_reader(other);
  ASSERT_TRUE(succeeded(reader));
  std::string foreign;
  ASSERT_TRUE((*reader)->read_encoded(1, foreign).value_or(false));
  change([&](store::Transaction& transaction, store::Database database) {
    return transaction.put(database, store::Key().number(std::uint64_t{1}), bytes_of(foreign));
  });
  expect_bad(1, "does not begin the chain");
}

TEST_F(DamageTest, NoPageOfTheFileIsTooDamagedToVerify) {
  // Small records, so that many of the pages are the tree's own.
  std::filesystem::remove_all(directory_);
  make_journal(directory_, 100, 3);
  const auto file = directory_ / "data.mdb";
  const std::string whole = read_file(file);
  constexpr std::size_t page_bytes = 4'096;
  std::size_t found = 0;
  for (const char fill : {'\0', '\xff'}) {
    for (std::size_t start = 0; start + page_bytes <= whole.size(); start += page_bytes) {
      SCOPED_TRACE("page " + std::to_string(start / page_bytes));
      std::string damaged = whole;
      damaged.replace(start, page_bytes, page_bytes, fill);
      write_file(file, damaged);
      const auto report = verify(directory_);
      if (!report) {
        ASSERT_EQ(report.error().code, ErrorCode::corrupt) << report.error().message;
        ++found;
      } else if (report->bad_batch) {
        ASSERT_EQ(*report->bad_batch, report->batches + 1);
        ASSERT_FALSE(report->problem.empty());
        ++found;
      } else {
        // The page was out of use.
        ASSERT_EQ(report->batches, 100u);
      }
    }
  }
  EXPECT_GT(found, whole.size() / page_bytes / 2);
}

TEST_F(DamageTest, ACutFile) {
  const auto file = directory_ / "data.mdb";
  const auto whole = std::filesystem::file_size(file);
  // So little that it might never have been written: it is the records that tell.
  std::filesystem::resize_file(file, whole - 4 * 4'096);
  const auto report = verify(directory_);
  EXPECT_TRUE(!report || report->bad_batch.has_value());
  EXPECT_FALSE(open_writer(directory_));
  std::filesystem::remove_all(directory_);
  make_journal(directory_, 2, 4'000);
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  const auto unverified = verify(directory_);
  ASSERT_FALSE(unverified);
  const auto unopened = open_writer(directory_);
  ASSERT_FALSE(unopened);
  for (const auto& error : {unverified.error(), unopened.error()}) {
    EXPECT_EQ(error.code, ErrorCode::corrupt);
    EXPECT_NE(error.message.find("cut short"), std::string::npos) << error.message;
  }
}

}  // namespace
}  // namespace trade::journal
