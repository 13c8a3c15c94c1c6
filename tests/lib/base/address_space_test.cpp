// Memory in large pages: usable where it was asked for, zero at first, and there whatever the size.
#include "base/address_space.hpp"

#include <cstdint>
#include <new>
#include <vector>

#include <gtest/gtest.h>

#include "base/large_page_allocator.hpp"

namespace trade {
namespace {

TEST(AddressSpaceTest, BecomesUsableInStepsAndReadsAsZeros) {
  constexpr std::size_t bytes = std::size_t{64} << 20;
  AddressSpace space(bytes);
  EXPECT_EQ(space.usable_bytes(), 0U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(space.begin()) % (std::size_t{2} << 20), 0U);
  std::size_t written = 0;
  for (const std::size_t wanted : {std::size_t{1}, std::size_t{100'000}, std::size_t{5} << 20, bytes}) {
    space.make_usable(wanted);
    ASSERT_GE(space.usable_bytes(), wanted);
    for (; written < space.usable_bytes(); written += 4'096) {
      ASSERT_EQ(space.begin()[written], std::byte{0});
      space.begin()[written] = std::byte{1};
    }
  }
  EXPECT_EQ(space.usable_bytes(), bytes);
  const std::size_t before = space.usable_bytes();
  space.make_usable(1);
  EXPECT_EQ(space.usable_bytes(), before) << "what is usable stays so";
}

TEST(AddressSpaceTest, ALittleTakesLittle) {
  AddressSpace space(std::size_t{1} << 36);
  space.make_usable(1);
  EXPECT_LE(space.usable_bytes(), std::size_t{64} << 10);
}

TEST(AddressSpaceTest, TakesLessWhereThatIsAllThereIs) {
  constexpr std::size_t more_than_any = std::size_t{1} << 50;
  const AddressSpace space(more_than_any, std::size_t{1} << 20);
  EXPECT_LT(space.bytes(), more_than_any);
  EXPECT_GE(space.bytes(), std::size_t{1} << 20);
  EXPECT_THROW(AddressSpace{more_than_any}, std::bad_alloc);
}

TEST(AddressSpaceDeathTest, StopsTheProcessBeyondWhatWasReserved) {
  AddressSpace space(std::size_t{2} << 20);
  EXPECT_DEATH(space.make_usable((std::size_t{2} << 20) + 1), "reserved");
}

TEST(LargePageAllocatorTest, HoldsSmallAndLargeTables) {
  std::vector<std::uint64_t, LargePageAllocator<std::uint64_t>> table;
  constexpr std::uint64_t count = 2'000'000;
  for (std::uint64_t i = 0; i < count; ++i)
    table.push_back(i);
  for (std::uint64_t i = 0; i < count; ++i)
    ASSERT_EQ(table[i], i);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(table.data()) % (std::size_t{2} << 20), 0U);
  table.clear();
  table.shrink_to_fit();
  EXPECT_EQ(table.capacity(), 0U);
}

}  // namespace
}  // namespace trade
