#include "ledger/frame.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ledger/entry.hpp"

namespace trade::ledger {
namespace {

std::vector<std::byte> copy_of(std::span<const std::byte> bytes) {
  return {bytes.begin(), bytes.end()};
}

std::string hex(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    constexpr const char* digits = "0123456789abcdef";
    text += digits[static_cast<unsigned>(byte) >> 4];
    text += digits[static_cast<unsigned>(byte) & 0xf];
  }
  return text;
}

Entry deposit() {
  Entry entry;
  entry.sequence = 2;
  entry.timestamp.nanoseconds = 1'000;
  entry.kind = EntryKind::cash;
  entry.account.value = 1;
  entry.amount.units = 1'000'000;
  return entry;
}

std::vector<Entry> random_entries(std::uint64_t seed, int count) {
  std::mt19937_64 random(seed);
  const auto below = [&random](std::uint64_t bound) { return random() % bound; };
  const auto money = [&] { return Money{static_cast<std::int64_t>(below(1 << 30)) - (1 << 29)}; };
  std::vector<Entry> entries;
  Sequence sequence = 1 + below(1'000);
  std::int64_t now = 1'700'000'000'000'000'000;
  for (int number = 0; number < count; ++number) {
    Entry& entry = entries.emplace_back();
    entry.sequence = sequence += below(4);
    entry.timestamp.nanoseconds = now += static_cast<std::int64_t>(below(1'000'000));
    entry.kind = static_cast<EntryKind>(1 + below(5));
    entry.account.value = static_cast<std::uint32_t>(1 + below(100'000));
    if (entry.kind == EntryKind::cash) {
      entry.amount = money();
      continue;
    }
    entry.symbol.value = static_cast<std::uint32_t>(1 + below(9'000));
    entry.price.units = static_cast<std::int64_t>(1 + below(price_units_max));
    entry.quantity.shares = static_cast<std::int64_t>(1 + below(order_quantity_max));
    if (entry.kind == EntryKind::fee) {
      entry.quantity.shares *= 1'000;
      entry.amount.units = static_cast<std::int64_t>(1 + below(1ULL << 50));
      continue;
    }
    if (below(2) == 0) entry.gain = money();
    if (!has_two_sides(entry.kind)) continue;
    entry.taker_side = below(2) == 0 ? Side::buy : Side::sell;
    entry.taker_account.value = static_cast<std::uint32_t>(1 + below(100'000));
    entry.trade.value = 1 + below(1ULL << 40);
    entry.maker_order.value = 1 + below(1ULL << 40);
    entry.taker_order.value = 1 + below(1ULL << 40);
    if (below(2) == 0) entry.taker_gain = money();
  }
  return entries;
}

std::vector<std::byte> frame_of(const std::vector<Entry>& entries, std::uint64_t trades_before = 0) {
  FrameWriter writer;
  for (const Entry& entry : entries)
    writer.append(entry);
  return copy_of(writer.finish(trades_before));
}

TEST(Frame, TheDocumentedExampleHoldsByteByByte) {
  const std::vector<std::byte> frame = frame_of({deposit()});
  ASSERT_EQ(frame.size(), 48u + 8u + 7u);
  EXPECT_EQ(hex(std::span(frame).first(40)),
            "4c504631"
            "01000000"
            "0200000000000000"
            "e803000000000000"
            "0000000000000000"
            "01000000"
            "07000000");
  EXPECT_EQ(hex(std::span(frame).subspan(56)),
            "01"
            "0000"
            "01"
            "80897a");
}

TEST(Frame, GivesBackWhatWasAppended) {
  for (const std::uint64_t seed : {1u, 2u, 3u, 4u}) {
    SCOPED_TRACE(seed);
    const std::vector<Entry> entries = random_entries(seed, 5'000);
    const std::vector<std::byte> frame = frame_of(entries, 17);
    const auto view = FrameView::open(frame);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->trades_before(), 17u);
    EXPECT_EQ(view->entry_count(), entries.size());
    EXPECT_EQ(view->first_sequence(), entries.front().sequence);
    std::vector<Entry> decoded;
    ASSERT_TRUE(view->decode(decoded));
    EXPECT_EQ(decoded, entries);
  }
}

TEST(Frame, TheFilterNeverMissesAnAccountAndIsSeldomWrong) {
  const std::vector<Entry> entries = random_entries(5, 4'000);
  const std::vector<std::byte> frame = frame_of(entries);
  const auto view = FrameView::open(frame);
  ASSERT_TRUE(view);
  for (const Entry& entry : entries) {
    EXPECT_TRUE(view->may_concern(entry.account));
    if (entry.taker_account) {
      EXPECT_TRUE(view->may_concern(entry.taker_account));
    }
  }
  int in_vain = 0;
  for (std::uint32_t account = 200'000; account < 210'000; ++account)
    in_vain += view->may_concern(AccountId{account}) ? 1 : 0;
  EXPECT_LT(in_vain, 1'000);
}

TEST(Frame, AClearedWriterBeginsAnew) {
  FrameWriter writer;
  for (const Entry& entry : random_entries(6, 100))
    writer.append(entry);
  writer.clear();
  writer.append(deposit());
  EXPECT_EQ(copy_of(writer.finish(0)), frame_of({deposit()}));
}

TEST(Frame, EveryChangedByteIsNoticed) {
  const std::vector<std::byte> frame = frame_of(random_entries(7, 20));
  for (std::size_t at = 0; at < frame.size(); ++at) {
    std::vector<std::byte> changed = frame;
    changed[at] ^= std::byte{0x10};
    const auto view = FrameView::open(changed);
    std::vector<Entry> decoded;
    EXPECT_TRUE(!view || !view->decode(decoded)) << "byte " << at;
  }
  for (std::size_t size = 0; size < frame.size(); ++size)
    EXPECT_FALSE(FrameView::open(std::span(frame).first(size))) << "size " << size;
}

TEST(Frame, BytesWithAGoodChecksumThatMeanNothingAreRefused) {
  // Random changes with the checksum put right again: decoding ends in a value or an error, never in anything
  // else.
  std::mt19937_64 random(8);
  const std::vector<std::byte> frame = frame_of(random_entries(9, 20));
  int refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::byte> changed = frame;
    for (int change = 0; change < 3; ++change)
      changed[random() % changed.size()] = static_cast<std::byte>(random());
    const std::uint64_t sum =
        checksum(std::span(changed).subspan(48), checksum(std::span(changed).first(40)));
    std::memcpy(changed.data() + 40, &sum, sizeof sum);
    const auto view = FrameView::open(changed);
    std::vector<Entry> decoded;
    if (!view || !view->decode(decoded)) {
      ++refused;
      continue;
    }
    for (const Entry& entry : decoded)
      for_each_posting(entry, [](const Posting&) {});
  }
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace trade::ledger
