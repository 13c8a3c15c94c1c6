#include "journal/record.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "journal/crc32c.hpp"
#include "support.hpp"

namespace trade::journal {
namespace {

TEST(Crc32c, KnownAnswers) {
  EXPECT_EQ(crc32c(bytes_of("123456789")), 0xe3069283u);
  EXPECT_EQ(crc32c({}), 0u);
  EXPECT_EQ(crc32c(bytes_of(std::string(32, '\0'))), 0x8a9136aau);  // RFC 3720, B.4
  EXPECT_EQ(crc32c(bytes_of(std::string(32, '\xff'))), 0x62a8ab43u);
}

TEST(Crc32c, BothImplementationsAgreeInPartsAndAsAWhole) {
  std::mt19937 random(1);
  // Over what is gone through in several stretches at once, a few times.
  std::string text(10'000, '\0');
  for (char& byte : text)
    byte = static_cast<char>(random());
  const auto bytes = bytes_of(text);
  for (std::size_t size = 0; size < bytes.size(); size += size < 1'000 ? 7 : 89) {
    const auto part = bytes.first(size);
    const std::uint32_t whole = crc32c(part);
    ASSERT_EQ(whole, crc32c_portable(part)) << size;
    ASSERT_EQ(whole, crc32c(part.subspan(size / 3), crc32c(part.first(size / 3)))) << size;
  }
}

TEST(Record, HeaderLooksAsDocumented) {
  const std::string payload(256, 'p');
  const auto header =
      make_record_header({.batch = 1, .first_command = 1, .first_sequence = 1, .state_hash = 5}, 0, 3, Hash{},
                         bytes_of(payload));
  const auto bytes = encode_record_header(header);
  const unsigned char expected[] = {0x54, 0x42, 0x41, 0x54, 2, 0, 0x80, 0,  //
                                    1,    0,    0,    0,    0, 0, 0,    0,  //
                                    1,    0,    0,    0,    0, 0, 0,    0,  //
                                    3,    0,    0,    0,    0, 0, 0,    0,  //
                                    1,    0,    0,    0,    0, 0, 0,    0,  //
                                    0,    0,    0,    0,    0, 0, 0,    0,  //
                                    5,    0,    0,    0,    0, 0, 0,    0,  //
                                    0,    1,    0,    0};
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    EXPECT_EQ(static_cast<unsigned>(bytes[i]), expected[i]) << i;
  }
  std::string record(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  record += payload;
  const auto read = read_record_header(bytes_of(record));
  ASSERT_TRUE(succeeded(read));
  EXPECT_EQ(*read, header);
  EXPECT_EQ(record_payload(bytes_of(record)).size(), payload.size());
}

std::string hexadecimal(const Hash& hash) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : hash) {
    text += digits[static_cast<unsigned>(byte) >> 4];
    text += digits[static_cast<unsigned>(byte) & 15];
  }
  return text;
}

// What Python's hashlib.blake2b makes of the same bytes, by the description in record.hpp.
TEST(Record, HashIsAsDescribedInBothVersions) {
  struct Known {
    std::size_t payload_bytes;
    std::uint16_t version;
    const char* hash;
  };
  constexpr Known known[] = {
      {0, 1, "3d2ab6e1619a5af4fd8e53ed58babc60233d615ba899b91cce458347bb452846"},
      {0, 2, "4eb1042f88b7816359286dea5e0154b7b0b1bea2ef8ad5d7a78933600ef08400"},
      {256, 1, "946f33baf51dbaa8cf9c98e2302f867e30ad9878f3d96bf304ae73d9607b4e12"},
      {256, 2, "053626f3dbf8d60746d95c4443291d5e07e339cd21e8bb478e60fb764dfc8e99"},
      {3000, 1, "fd68e3cb2f6455be7188d3fa9dc94c8b1567e7fcafc152458810bf762cce2530"},
      {3000, 2, "e372041a2ca3007a6711d4de65e48efb8c8cd05cc8f440cc389299441284114f"},
  };
  Hash previous;
  for (std::size_t i = 0; i < previous.size(); ++i)
    previous[i] = static_cast<std::byte>(i);
  for (const Known& each : known) {
    std::string payload(each.payload_bytes, '\0');
    for (std::size_t i = 0; i < payload.size(); ++i)
      payload[i] = static_cast<char>(i * 7);
    const auto header =
        make_record_header({.batch = 1, .first_command = 1, .first_sequence = 1, .state_hash = 5}, 0, 3,
                           previous, bytes_of(payload), each.version);
    EXPECT_EQ(hexadecimal(header.hash), each.hash) << each.payload_bytes << ", version " << each.version;
  }
}

TEST(Record, OneOfTheVersionBeforeIsFollowedByOneOfThis) {
  BatchSource source;
  wire::Batch batch;
  const auto first = make_record(source.next(), Hash{}, record_version_unstriped);
  const auto link = decode_record(bytes_of(first), std::nullopt, batch);
  ASSERT_TRUE(succeeded(link));
  const auto second = make_record(source.next(), link->hash);
  EXPECT_TRUE(succeeded(decode_record(bytes_of(second), *link, batch)));
  // The hash says in which way it was made.
  auto renamed = read_record_header(bytes_of(first));
  ASSERT_TRUE(succeeded(renamed));
  renamed->version = record_version;
  EXPECT_FALSE(check_record_hash(*renamed, record_payload(bytes_of(first))));
}

TEST(Record, OneOfAVersionThatIsNotKnownIsRefused) {
  BatchSource source;
  for (const std::uint16_t version : {std::uint16_t{0}, std::uint16_t{3}, std::uint16_t{65'535}}) {
    const auto header = read_record_header(bytes_of(make_record(source.next(), Hash{}, version)));
    ASSERT_FALSE(header);
    EXPECT_EQ(header.error().message,
              "its record version is " + std::to_string(version) + " and should be 2");
  }
}

TEST(Record, DecodesAndFollows) {
  BatchSource source;
  wire::Batch batch;
  std::optional<ChainLink> link;
  Hash previous{std::byte{9}};
  for (std::uint64_t number = 1; number <= 5; ++number) {
    const auto record = make_record(source.next(number), previous);
    const auto next = decode_record(bytes_of(record), link, batch);
    ASSERT_TRUE(succeeded(next));
    EXPECT_TRUE(is_source_batch(batch, number));
    EXPECT_EQ(next->head.batch, number);
    EXPECT_EQ(next->head.last_sequence, batch.last_sequence());
    link = *next;
    previous = next->hash;
  }
}

TEST(Record, EveryFlippedBitIsFound) {
  BatchSource source;
  const auto record = make_record(source.next(2), Hash{});
  wire::Batch batch;
  ASSERT_TRUE(succeeded(decode_record(bytes_of(record), std::nullopt, batch)));
  for (std::size_t position = 0; position < record.size(); ++position) {
    auto damaged = record;
    damaged[position] = static_cast<char>(damaged[position] ^ (1 << (position % 8)));
    const auto decoded = decode_record(bytes_of(damaged), std::nullopt, batch);
    ASSERT_FALSE(decoded) << "byte " << position;
    EXPECT_EQ(decoded.error().code, ErrorCode::corrupt);
    // What followers check, without the hashes (which it does not cover).
    const auto header = read_record_header(bytes_of(damaged));
    const bool in_hashes = position >= 64 && position < record_header_bytes;
    ASSERT_EQ(header && check_record_checksum(*header, record_payload(bytes_of(damaged))), in_hashes)
        << "byte " << position;
  }
  for (std::size_t size = 0; size < record.size(); ++size) {
    ASSERT_FALSE(decode_record(bytes_of(record.substr(0, size)), std::nullopt, batch)) << size;
  }
  EXPECT_FALSE(decode_record(bytes_of(record + "x"), std::nullopt, batch));
}

TEST(Record, RefusesWhatDoesNotFollow) {
  BatchSource source;
  wire::Batch batch;
  const auto first = make_record(source.next(), Hash{});
  const auto link = decode_record(bytes_of(first), std::nullopt, batch);
  ASSERT_TRUE(succeeded(link));
  const auto second = source.next();
  EXPECT_TRUE(succeeded(decode_record(bytes_of(make_record(second, link->hash)), *link, batch)));
  const auto expect_refused = [&](const std::string& record, const std::string& why) {
    const auto decoded = decode_record(bytes_of(record), *link, batch);
    ASSERT_FALSE(decoded);
    EXPECT_NE(decoded.error().message.find(why), std::string::npos) << decoded.error().message;
  };
  expect_refused(make_record(second, Hash{}), "does not follow batch 1");
  expect_refused(first, "number");
  auto wrong = second;
  wrong.header.first_command = 3;
  expect_refused(make_record(wrong, link->hash), "first command");
  wrong = second;
  wrong.header.first_sequence = 3;
  expect_refused(make_record(wrong, link->hash), "first event");
  wrong = second;
  wrong.header.state_hash = 3;
  expect_refused(make_record(wrong, link->hash), "contradict");
  wrong = second;
  wrong.next_command += 1;
  expect_refused(make_record(wrong, link->hash), "contradict");
  wrong = second;
  wrong.last_sequence += 1;
  expect_refused(make_record(wrong, link->hash), "contradict");
}

}  // namespace
}  // namespace trade::journal
