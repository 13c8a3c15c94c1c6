// A heap that a fork broke up into small pages is put into large ones again.
#include "base/large_pages.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <memory>
#include <sstream>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/large_pages.hpp"

namespace trade {
namespace {

std::size_t heap_bytes_in_large_pages() {
  return test::bytes_in_large_pages([](const std::string& mapping) { return mapping.ends_with("[heap]"); });
}

class HeapTest : public testing::Test {
 protected:
  HeapTest() {
    ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
    memory_ = static_cast<char*>(std::malloc(bytes));  // NOLINT(cppcoreguidelines-no-malloc)
    std::memset(memory_, 1, bytes);
  }
  ~HeapTest() override {
    std::free(memory_);  // NOLINT(cppcoreguidelines-no-malloc)
  }

  static constexpr std::size_t bytes = 8 * large_page_bytes;
  char* memory_ = nullptr;
};

TEST_F(HeapTest, IsGatheredAgainAfterAFork) {
  gather_heap_into_large_pages({});
  const std::size_t before = heap_bytes_in_large_pages();
  if (before < bytes / 2) GTEST_SKIP() << "no large pages to be had here";
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
    memory_[offset] = 2;
  EXPECT_LT(heap_bytes_in_large_pages(), before);
  ::close(ends[1]);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);

  std::stop_source stopped;
  stopped.request_stop();
  gather_heap_into_large_pages(stopped.get_token());
  EXPECT_LT(heap_bytes_in_large_pages(), before);
  gather_heap_into_large_pages({});
  EXPECT_GE(heap_bytes_in_large_pages(), before);
  for (std::size_t offset = 0; offset < bytes; ++offset)
    ASSERT_EQ(memory_[offset], offset % large_page_bytes == 0 ? 2 : 1);
}

TEST_F(HeapTest, ThatOfAThreadIsGatheredToo) {
  const auto in_large_pages = [] {
    // A mapping without a name: five words, the last of them an inode of none.
    return test::bytes_in_large_pages([](const std::string& mapping) {
      std::istringstream words(mapping);
      const std::vector<std::string> all{std::istream_iterator<std::string>(words), {}};
      return all.size() == 5 && all[1] == "rw-p";
    });
  };
  gather_heap_into_large_pages({});
  if (heap_bytes_in_large_pages() < bytes / 2) GTEST_SKIP() << "no large pages to be had here";
  const std::size_t before = in_large_pages();
  std::size_t after = 0;
  std::size_t wrong = 0;
  std::thread([&] {
    std::vector<std::unique_ptr<std::array<char, 1'000>>> blocks;
    for (int block = 0; block < 16'000; ++block)
      blocks.emplace_back(std::make_unique<std::array<char, 1'000>>())->fill(static_cast<char>(block % 100));
    gather_heap_into_large_pages({});
    after = in_large_pages();
    for (int block = 0; block < 16'000; ++block)
      wrong += (*blocks[static_cast<std::size_t>(block)])[500] == static_cast<char>(block % 100) ? 0U : 1U;
  }).join();
  EXPECT_EQ(wrong, 0U);
  // Of seven.
  EXPECT_GE(after, before + 4 * large_page_bytes);
}

}  // namespace
}  // namespace trade
