// Memory that a fork broke up into small pages is put into large ones again.
#include "base/large_pages.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/address_space.hpp"

namespace trade {
namespace {

/// How much of the mapping that holds `address` lies in large pages, by the kernel's account (proc(5),
/// smaps).
std::size_t bytes_in_large_pages(const void* address) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  std::ifstream maps("/proc/self/smaps");
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words(line);
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    char dash = 0;
    if (words >> std::hex >> begin >> dash >> end && dash == '-') {
      inside = begin <= wanted && wanted < end;
    } else if (inside && line.starts_with("AnonHugePages:")) {
      return std::stoul(line.substr(line.find(':') + 1)) << 10;
    }
  }
  return 0;
}

/// With ones, taken a large page at a time.
void fill(AddressSpace& space, std::size_t bytes) {
  for (std::size_t usable = large_page_bytes; usable <= bytes; usable += large_page_bytes)
    space.make_usable(usable);
  std::memset(space.begin(), 1, bytes);
}

TEST(LargePageGatheringTest, PutsTogetherWhatAForkBrokeUp) {
  constexpr std::size_t bytes = 8 * large_page_bytes;
  AddressSpace space(bytes);
  fill(space, bytes);
  const std::size_t before = bytes_in_large_pages(space.begin());
  if (before == 0) GTEST_SKIP() << "no large pages to be had here";

  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::close(ends[1]);
    char nothing = 0;
    [[maybe_unused]] const ssize_t got = ::read(ends[0], &nothing, 1);
    ::_exit(0);
  }
  ::close(ends[0]);
  for (std::size_t offset = 0; offset < bytes; offset += large_page_bytes)
    space.begin()[offset] = std::byte{2};
  EXPECT_LT(bytes_in_large_pages(space.begin()), before);
  ::close(ends[1]);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);

  LargePageGathering gathering;
  std::size_t steps = 0;
  while (gathering.step())
    ++steps;
  EXPECT_GE(steps, bytes / large_page_bytes);
  EXPECT_GE(bytes_in_large_pages(space.begin()), before);
  for (std::size_t offset = 0; offset < bytes; ++offset)
    ASSERT_EQ(space.begin()[offset],
              std::byte{offset % large_page_bytes == 0 ? std::uint8_t{2} : std::uint8_t{1}});
}

TEST(LargePageGatheringTest, GoesOverWhatIsKnownAndWhole) {
  const auto steps_of_a_round = [] {
    LargePageGathering gathering;
    std::size_t steps = 0;
    while (gathering.step())
      ++steps;
    return steps;
  };
  const std::size_t before = steps_of_a_round();
  {
    AddressSpace space(4 * large_page_bytes);
    space.make_usable(1);
    EXPECT_EQ(steps_of_a_round(), before) << "less than a large page";
    space.make_usable(large_page_bytes + 1);
    EXPECT_EQ(steps_of_a_round(), before + 2);
  }
  EXPECT_EQ(steps_of_a_round(), before) << "given back";
}

TEST(LargePages, AChildThatGivesThemUpSharesThemNoMore) {
  constexpr std::size_t bytes = 4 * large_page_bytes;
  AddressSpace space(bytes);
  fill(space, bytes);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    give_up_large_memory();
    // What was there is gone for the child.
    const auto* const memory = reinterpret_cast<const unsigned char*>(space.begin());
    ::_exit(memory[0] == 0 && memory[bytes - 1] == 0 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  // And as it was for the parent.
  const auto* const memory = reinterpret_cast<const unsigned char*>(space.begin());
  EXPECT_EQ(memory[0], 1);
  EXPECT_EQ(memory[bytes - 1], 1);
}

}  // namespace
}  // namespace trade
