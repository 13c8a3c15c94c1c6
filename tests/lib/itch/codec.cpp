// The codec against bytes laid out by hand from the specification's tables.
#include "itch/codec.hpp"

#include <set>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "lib/itch/support.hpp"

namespace trade::itch::test {

namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

constexpr Header header{.stock_locate = 0x0102, .tracking_number = 0x0304, .nanoseconds = 0x0A37'D4D0'D309};
const std::string header_hex = " 0102 0304 0A37D4D0D309 ";
const std::string aapl_hex = " 4141504C20202020 ";

struct Example {
  std::string hex;  ///< what follows the type and the header
  Message message;
};

const Stock aapl = *Stock::make("AAPL");

/// One of each type.
std::vector<Example> examples() {
  return {
      {"51", SystemEvent{header, SystemEventCode::start_of_market_hours}},
      {aapl_hex + "51 4E 00000064 4E 43 5A20 50 4E 59 31 59 00000003 59",
       StockDirectory{header, aapl, 'Q', 'N', 100, 'N', 'C', *FixedString<2>::make("Z"), 'P', 'N', 'Y', '1',
                      'Y', 3, 'Y'}},
      {aapl_hex + "48 20 54312020", StockTradingAction{header, aapl, 'H', ' ', *FixedString<4>::make("T1")}},
      {aapl_hex + "32", RegShoRestriction{header, aapl, '2'}},
      {"47534320" + aapl_hex + "59 50 45",
       MarketParticipantPosition{header, *Mpid::make("GSC"), aapl, 'Y', 'P', 'E'}},
      {"000000481CF7C200 000000434A6FC180 0000003E77E7C100",
       MwcbDeclineLevel{header, 0x0000'0048'1CF7'C200, 0x0000'0043'4A6F'C180, 0x0000'003E'77E7'C100}},
      {"32", MwcbStatus{header, '2'}},
      {aapl_hex + "00008CA0 43 0003D090", IpoQuotingPeriodUpdate{header, aapl, 36'000, 'C', Price{250'000}}},
      {aapl_hex + "00030D40 00033450 0002E630 00000001",
       LuldAuctionCollar{header, aapl, Price{200'000}, Price{210'000}, Price{190'000}, 1}},
      {aapl_hex + "42 54", OperationalHalt{header, aapl, 'B', 'T'}},
      {"0000000000011BFF 53 00000064 " + aapl_hex + "003167DC",
       AddOrder{header, 0x11BFF, Side::sell, Quantity{100}, aapl, Price{3'237'852}}},
      {"FFFFFFFFFFFFFFFF 42 FFFFFFFF " + aapl_hex + "77359400 4E534451",
       AddOrderMpid{header, 0xFFFF'FFFF'FFFF'FFFF, Side::buy, Quantity{0xFFFF'FFFF}, aapl,
                    Price{2'000'000'000}, *Mpid::make("NSDQ")}},
      {"0000000000011BFF 00000032 0000000000004B0D", OrderExecuted{header, 0x11BFF, Quantity{50}, 0x4B0D}},
      {"0000000000011BFF 00000032 0000000000004B0D 4E 003167DC",
       OrderExecutedWithPrice{header, 0x11BFF, Quantity{50}, 0x4B0D, false, Price{3'237'852}}},
      {"0000000000011BFF 0000000A", OrderCancel{header, 0x11BFF, Quantity{10}}},
      {"0000000000011BFF", OrderDelete{header, 0x11BFF}},
      {"0000000000011BFF 0000000000011C03 000000C8 003167E6",
       OrderReplace{header, 0x11BFF, 0x11C03, Quantity{200}, Price{3'237'862}}},
      {"0000000000000000 42 00000064 " + aapl_hex + "003167DC 0000000000004B0E",
       Trade{header, 0, Side::buy, Quantity{100}, aapl, Price{3'237'852}, 0x4B0E}},
      {"0000000100000000 " + aapl_hex + "003167DC 0000000000004B0F 43",
       CrossTrade{header, Quantity{0x1'0000'0000}, aapl, Price{3'237'852}, 0x4B0F, 'C'}},
      {"0000000000004B0F", BrokenTrade{header, 0x4B0F}},
      {"0000000000002710 00000000000003E8 42 " + aapl_hex + "003167DC 003167DD 003167DE 4F 4C",
       NetOrderImbalance{header, Quantity{10'000}, Quantity{1'000}, 'B', aapl, Price{3'237'852},
                         Price{3'237'853}, Price{3'237'854}, 'O', 'L'}},
      {aapl_hex + "41", RetailPriceImprovement{header, aapl, 'A'}},
      {aapl_hex + "59 00030D40 00061A80 000493E0 00001F1B 1B1B1B1B 00035B60 0005CC60",
       DirectListing{header, aapl, 'Y', Price{200'000}, Price{400'000}, Price{300'000}, 0x0000'1F1B'1B1B'1B1B,
                     Price{220'000}, Price{380'000}}},
  };
}

std::string bytes_of(const Example& example) {
  return std::string(1, type_of(example.message)) + from_hex(header_hex + example.hex);
}

TEST(CodecTest, EveryTypeHasTheBytesOfTheSpecification) {
  std::set<char> types;
  for (const Example& example : examples()) {
    const char type = type_of(example.message);
    SCOPED_TRACE(type);
    types.insert(type);
    const std::string bytes = bytes_of(example);
    EXPECT_EQ(bytes.size(), message_bytes(type));
    const Result<Message> decoded = decode(bytes_of(bytes));
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_TRUE(*decoded == example.message);
    EXPECT_EQ(header_of(*decoded), header);
    const Result<Encoded> encoded = encode(example.message);
    ASSERT_TRUE(encoded) << encoded.error().message;
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(encoded->bytes.data()), encoded->size), bytes);
  }
  EXPECT_EQ(types, (std::set<char>{'S', 'R', 'H', 'Y', 'L', 'V', 'W', 'K', 'J', 'h', 'A', 'F',
                                   'E', 'C', 'X', 'D', 'U', 'P', 'Q', 'B', 'I', 'N', 'O'}));
}

TEST(CodecTest, LengthsAreThoseOfTheSpecification) {
  const std::vector<std::pair<char, std::size_t>> lengths = {
      {'S', 12}, {'R', 39}, {'H', 25}, {'Y', 20}, {'L', 26}, {'V', 35}, {'W', 12}, {'K', 28},
      {'J', 35}, {'h', 21}, {'A', 36}, {'F', 40}, {'E', 31}, {'C', 36}, {'X', 23}, {'D', 19},
      {'U', 35}, {'P', 44}, {'Q', 40}, {'B', 19}, {'I', 50}, {'N', 20}, {'O', 48}};
  ASSERT_EQ(lengths.size(), std::variant_size_v<Message>);
  for (const auto& [type, length] : lengths)
    EXPECT_EQ(message_bytes(type), length) << type;
  EXPECT_EQ(message_bytes('Z'), 0u);
  EXPECT_EQ(message_bytes('\0'), 0u);
}

TEST(CodecTest, AWrongLengthNamesOffsetAndType) {
  for (const Example& example : examples()) {
    const std::string bytes = bytes_of(example);
    for (std::size_t size = 0; size <= bytes.size() + 1; ++size) {
      if (size == bytes.size()) continue;
      std::string changed = bytes;
      changed.resize(size);
      const Result<Message> decoded = decode(bytes_of(changed), 4'711);
      ASSERT_FALSE(decoded);
      EXPECT_EQ(decoded.error().code, ErrorCode::corrupt);
      EXPECT_NE(decoded.error().message.find("at byte 4711"), std::string::npos) << decoded.error().message;
      if (size > 0) {
        EXPECT_NE(decoded.error().message.find(std::string("of type '") + bytes[0] + "'"), std::string::npos)
            << decoded.error().message;
      }
    }
  }
}

TEST(CodecTest, UnknownTypesAreNamed) {
  const std::string letter = "z2345678901";
  EXPECT_EQ(decode(bytes_of(letter), 5).error().message, "ITCH message at byte 5 of type 'z': unknown type");
  const std::string control = "\x07";
  EXPECT_EQ(decode(bytes_of(control), 5).error().message,
            "ITCH message at byte 5 of type 0x07: unknown type");
  const std::string high = "\xFE";
  EXPECT_EQ(decode(bytes_of(high), 5).error().message, "ITCH message at byte 5 of type 0xfe: unknown type");
}

TEST(CodecTest, FieldsThatCannotBeAreRefused) {
  const auto refusal = [](const std::string& hex) {
    const std::string bytes = from_hex(hex);
    const Result<Message> decoded = decode(bytes_of(bytes));
    return decoded ? "" : decoded.error().message;
  };
  const std::string start = "0000000000011BFF ";
  EXPECT_EQ(refusal("41" + header_hex + start + "42 00000064" + aapl_hex + "77359400"), "");
  EXPECT_NE(refusal("41" + header_hex + start + "42 00000064" + aapl_hex + "77359401").find("price above"),
            std::string::npos);
  EXPECT_NE(
      refusal("41" + header_hex + start + "62 00000064" + aapl_hex + "003167DC").find("neither B nor S"),
      std::string::npos);
  EXPECT_NE(refusal("41" + header_hex + start + "42 00000064 4141504C20202000 003167DC").find("no letter"),
            std::string::npos);
  // 24:00:00 is the first time that is too late.
  EXPECT_EQ(refusal("44 0000 0000 4E94914EFFFF" + start), "");
  EXPECT_NE(refusal("44 0000 0000 4E94914F0000" + start).find("timestamp"), std::string::npos);
  EXPECT_NE(refusal("53" + header_hex + "5A").find("event code"), std::string::npos);
  EXPECT_NE(
      refusal("43" + header_hex + start + "00000032 0000000000004B0D 20 003167DC").find("neither Y nor N"),
      std::string::npos);
  EXPECT_NE(
      refusal("51" + header_hex + "8000000000000000" + aapl_hex + "003167DC 0000000000004B0F 43").find("63"),
      std::string::npos);
}

TEST(CodecTest, WhatDoesNotFitIsNotWritten) {
  const auto refusal = [](const Message& message) {
    const Result<Encoded> encoded = encode(message);
    return encoded ? "" : encoded.error().message;
  };
  EXPECT_EQ(refusal(OrderCancel{header, 1, Quantity{0xFFFF'FFFF}}), "");
  EXPECT_NE(refusal(OrderCancel{header, 1, Quantity{0x1'0000'0000}}).find("type 'X'"), std::string::npos);
  EXPECT_NE(refusal(OrderCancel{header, 1, Quantity{-1}}), "");
  EXPECT_NE(refusal(OrderReplace{header, 1, 2, Quantity{1}, Price{2'000'000'001}}), "");
  EXPECT_NE(refusal(OrderReplace{header, 1, 2, Quantity{1}, Price{-1}}), "");
  EXPECT_NE(
      refusal(OrderDelete{{.stock_locate = 0, .tracking_number = 0, .nanoseconds = nanoseconds_per_day}, 1}),
      "");
  EXPECT_NE(refusal(OrderDelete{{.stock_locate = 0, .tracking_number = 0, .nanoseconds = -1}, 1}), "");
  EXPECT_NE(refusal(MwcbStatus{header, '\n'}), "");
}

TEST(CodecTest, EveryByteOfEveryTypeMayBeAnything) {
  std::size_t refused = 0;
  std::size_t taken = 0;
  for (const Example& example : examples()) {
    const std::string bytes = bytes_of(example);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      for (int value = 0; value < 256; ++value) {
        std::string changed = bytes;
        changed[i] = static_cast<char>(value);
        const Result<Message> decoded = decode(bytes_of(changed));
        if (!decoded) {
          ++refused;
          continue;
        }
        ++taken;
        const Result<Encoded> encoded = encode(*decoded);
        ASSERT_TRUE(encoded) << encoded.error().message;
        ASSERT_EQ(std::string(reinterpret_cast<const char*>(encoded->bytes.data()), encoded->size), changed);
      }
    }
  }
  EXPECT_GT(refused, 1'000u);
  EXPECT_GT(taken, 1'000u);
}

}  // namespace

}  // namespace trade::itch::test
