// What a child of fork sees of memory that the parent goes on writing to.
#include "base/fork_snapshot.hpp"

#include <csignal>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/address_space.hpp"
#include "support/large_pages.hpp"
#include "support/seeds.hpp"
#include "support/snapshot_child.hpp"

namespace trade {
namespace {

/// Memory of 64-bit words that says what it writes to.
class Table {
 public:
  explicit Table(std::size_t words) : space_(64 * large_page_bytes), words_(words) {
    space_.make_usable(words * sizeof(std::uint64_t));
  }
  void write(std::size_t at, std::uint64_t value) {
    told_.before_write(at * sizeof(std::uint64_t), sizeof(std::uint64_t));
    memory()[at] = value;
  }
  /// Without saying so.
  std::uint64_t* memory() { return reinterpret_cast<std::uint64_t*>(space_.begin()); }
  void add_to(ForkSnapshot& snapshot) { snapshot.add(told_, space_.begin(), words_ * sizeof(std::uint64_t)); }
  [[nodiscard]] std::size_t words() const { return words_; }

 private:
  AddressSpace space_;
  std::size_t words_;
  SnapshotMemory told_;
};

using Child = test::SnapshotChild;

void finish(ForkSnapshot& snapshot) {
  while (!snapshot.complete() && !snapshot.failed())
    snapshot.step(1);
}

TEST(ForkSnapshotTest, TheChildSeesWhatWasThereWhenItWasForked) {
  const std::uint64_t seed = test::seed_of_run();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  ForkSnapshot snapshot(1);
  // Less than a page, some pages and a bit, large pages and a bit.
  Table small(100);
  Table some(40'000);
  Table large(600'000);
  const std::vector<Table*> tables{&small, &some, &large};
  // The file of the fork before is used again.
  for (int round = 0; round < 3; ++round) {
    if (round > 0) {
      for (Table* table : tables)
        table->add_to(snapshot);
      snapshot.taking_of_room()({});
    }
    std::vector<std::vector<std::uint64_t>> then;
    for (Table* table : tables) {
      std::vector<std::uint64_t>& values = then.emplace_back();
      for (std::size_t at = 0; at < table->words(); ++at)
        values.push_back(table->memory()[at] = random());
      table->add_to(snapshot);
    }
    Child child(snapshot, [&] {
      for (std::size_t i = 0; i < tables.size(); ++i) {
        if (std::memcmp(tables[i]->memory(), then[i].data(), then[i].size() * sizeof(std::uint64_t)) != 0)
          return i + 1;
      }
      return std::size_t{0};
    });
    ASSERT_GT(child.pid(), 0);
    for (int write = 0; !snapshot.complete(); ++write) {
      ASSERT_FALSE(snapshot.failed());
      Table& table = *tables[random() % tables.size()];
      table.write(random() % table.words(), random());
      if (write % 16 == 0) snapshot.step(random() % 40'000);
    }
    // Nothing is copied any more.
    const std::size_t kept = snapshot.bytes_kept();
    for (Table* table : tables) {
      for (std::size_t at = 0; at < table->words(); ++at)
        table->write(at, 0);
    }
    EXPECT_EQ(snapshot.bytes_kept(), kept);
    EXPECT_GT(snapshot.bytes_kept_before_writes(), 0U);
    EXPECT_LT(snapshot.bytes_kept_before_writes(), kept);
    snapshot.end();
    EXPECT_EQ(child.look(), 0U);
  }
}

/// Memory that the copies of this process's snapshots take.
std::size_t bytes_of_copies() {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (!std::filesystem::read_symlink(entry.path(), gone).string().contains("trade-snapshot")) continue;
    struct stat status{};
    if (::stat(entry.path().c_str(), &status) == 0) return static_cast<std::size_t>(status.st_blocks) * 512;
  }
  return 0;
}

TEST(ForkSnapshotTest, RoomIsTakenBeforehand) {
  ForkSnapshot snapshot(1);
  snapshot.taking_of_room()({});
  EXPECT_EQ(bytes_of_copies(), 0U);
  Table table(400'000);
  const std::size_t bytes = table.words() * sizeof(std::uint64_t);
  table.add_to(snapshot);
  const auto take = snapshot.taking_of_room();
  EXPECT_TRUE(snapshot.complete());
  table.write(0, 1);
  std::stop_source stopped;
  stopped.request_stop();
  take(stopped.get_token());
  EXPECT_EQ(bytes_of_copies(), 0U);
  take({});
  const std::size_t taken = bytes_of_copies();
  EXPECT_GE(taken, bytes);
  // The fork needs no more, and the file grows with the table.
  table.add_to(snapshot);
  Child child(snapshot, [&] { return table.memory()[0] == 1 ? 0U : 1U; });
  ASSERT_GT(child.pid(), 0);
  finish(snapshot);
  EXPECT_EQ(bytes_of_copies(), taken);
  EXPECT_EQ(child.look(), 0U);
  snapshot.end();
  Table larger(600'000);
  larger.add_to(snapshot);
  snapshot.taking_of_room()({});
  EXPECT_GE(bytes_of_copies(), larger.words() * sizeof(std::uint64_t));
}

TEST(ForkSnapshotTest, ARecordThatLiesInTwoPagesIsKeptWhole) {
  ForkSnapshot snapshot(1);
  AddressSpace space(large_page_bytes);
  space.make_usable(4 * ForkSnapshot::page_bytes);
  std::memset(space.begin(), 1, 4 * ForkSnapshot::page_bytes);
  SnapshotMemory told;
  snapshot.add(told, space.begin(), 4 * ForkSnapshot::page_bytes);
  constexpr std::size_t offset = 2 * ForkSnapshot::page_bytes - 8;
  Child child(snapshot, [&] { return std::to_integer<std::uint64_t>(space.begin()[offset + 8]); });
  told.before_write(offset, 16);
  EXPECT_EQ(snapshot.bytes_kept_before_writes(), 2 * ForkSnapshot::page_bytes);
  std::memset(space.begin() + offset, 2, 16);
  // What is beyond was not there when it was forked.
  told.before_write(4 * ForkSnapshot::page_bytes, 16);
  EXPECT_EQ(snapshot.bytes_kept_before_writes(), 2 * ForkSnapshot::page_bytes);
  finish(snapshot);
  EXPECT_EQ(snapshot.bytes_kept(), 4 * ForkSnapshot::page_bytes);
  EXPECT_EQ(child.look(), 1U);
}

TEST(ForkSnapshotTest, MemoryThatIsGivenBackFailsIt) {
  ForkSnapshot snapshot(1);
  auto table = std::make_unique<Table>(10'000);
  Table other(10'000);
  table->add_to(snapshot);
  other.add_to(snapshot);
  const Child child(snapshot, [] { return 0U; });
  EXPECT_FALSE(snapshot.complete());
  table.reset();
  EXPECT_TRUE(snapshot.failed());
  EXPECT_FALSE(snapshot.complete());
  other.write(1, 1);
  snapshot.step(1'000'000);
  EXPECT_EQ(snapshot.bytes_kept(), 0U);
}

TEST(ForkSnapshotTest, ACopyThatThereIsNoRoomForFailsIt) {
  ForkSnapshot snapshot(1);
  Table table(10'000);
  table.add_to(snapshot);
  const Child child(snapshot, [] { return 0U; });
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit little{ForkSnapshot::page_bytes, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &little), 0);
  table.write(0, 1);
  EXPECT_FALSE(snapshot.failed());
  table.write(9'000, 1);
  EXPECT_TRUE(snapshot.failed());
  EXPECT_FALSE(snapshot.complete());
  table.write(5'000, 1);
  snapshot.step(1'000'000);
  EXPECT_EQ(snapshot.bytes_kept(), ForkSnapshot::page_bytes);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  snapshot.step(1'000'000);
  EXPECT_EQ(snapshot.bytes_kept(), ForkSnapshot::page_bytes) << "nor afterwards";
}

TEST(ForkSnapshotTest, WhatIsLeftOutIsNotThereForTheChild) {
  ForkSnapshot snapshot(1);
  Table out(10'000);
  out.memory()[0] = 1;
  snapshot.leave_out(out.memory(), 10'000 * sizeof(std::uint64_t));
  {
    Child child(snapshot, [&] {
      // Whoever watches for faults by handlers of its own has none to see.
      ::signal(SIGSEGV, SIG_DFL);
      return *const_cast<volatile std::uint64_t*>(out.memory());
    });
    EXPECT_TRUE(snapshot.complete());
    EXPECT_EQ(child.look(), std::nullopt);
    EXPECT_TRUE(WIFSIGNALED(child.status()));
  }
  EXPECT_EQ(out.memory()[0], 1U);
  // The next one shares it again.
  snapshot.end();
  Child child(snapshot, [&] { return out.memory()[0]; });
  EXPECT_EQ(child.look(), 1U);
}

TEST(ForkSnapshotTest, WithoutADescriptorTheChildSharesTheMemory) {
  ForkSnapshot snapshot(1);
  Table table(10'000);
  table.write(1, 7);
  table.add_to(snapshot);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  std::unique_ptr<Child> child;
  const auto forked = [&] { return std::make_unique<Child>(snapshot, [&] { return table.memory()[1]; }); };
  {
    // The pipes take the last four.
    const int lowest = ::dup(STDIN_FILENO);
    ::close(lowest);
    const rlimit none{static_cast<rlim_t>(lowest) + 4, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    child = forked();
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  }
  ASSERT_GT(child->pid(), 0);
  EXPECT_TRUE(snapshot.complete());
  table.write(1, 8);
  EXPECT_EQ(child->look(), 7U);
  // The next time there is one.
  table.add_to(snapshot);
  child = forked();
  EXPECT_FALSE(snapshot.complete());
  table.write(1, 9);
  finish(snapshot);
  EXPECT_EQ(child->look(), 8U);
}

/// Of the mapping that holds the address.
std::size_t bytes_in_large_pages(const void* address) {
  return test::bytes_in_large_pages(
      [wanted = reinterpret_cast<std::uintptr_t>(address)](const std::string& mapping) {
        std::istringstream range(mapping);
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
        char dash = 0;
        return range >> std::hex >> begin >> dash >> end && begin <= wanted && wanted < end;
      });
}

TEST(ForkSnapshotTest, LargePagesStayLarge) {
  ForkSnapshot snapshot;
  Table table(8 * large_page_bytes / sizeof(std::uint64_t));
  for (std::size_t at = 0; at < table.words(); ++at)
    table.memory()[at] = 1;
  const std::size_t before = bytes_in_large_pages(table.memory());
  if (before == 0) GTEST_SKIP() << "no large pages to be had here";
  table.add_to(snapshot);
  Child child(snapshot, [&] { return table.memory()[table.words() - 1]; });
  for (std::size_t at = 0; at < table.words(); at += 100)
    table.write(at, 2);
  table.write(table.words() - 1, 2);
  finish(snapshot);
  EXPECT_EQ(bytes_in_large_pages(table.memory()), before);
  EXPECT_EQ(child.look(), 1U);
}

}  // namespace
}  // namespace trade
