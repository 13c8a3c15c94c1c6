// The memory map grows while transactions of this process and of others go on.
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "store/environment.hpp"
#include "support.hpp"
#include "support/child_process.hpp"
#include "support/temporary_directory.hpp"

namespace trade::store {
namespace {

constexpr EnvironmentOptions tiny{.map_bytes = 1, .sync = false};
constexpr std::uint64_t records = 300;

std::string record(std::uint64_t number) {
  return std::string(20'000, static_cast<char>('a' + number % 26));
}

Status put_record(Environment& environment, Database database, std::uint64_t number) {
  return put_one(environment, database, Key().number(number), bytes_of(record(number)));
}

/// Reads from the beginning until the last record is there; how many were right.
std::uint64_t follow(Environment& environment, Database database) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::uint64_t next = 0;
  while (next < records && std::chrono::steady_clock::now() < deadline) {
    const auto value = value_of(environment, database, Key().number(next));
    if (value == "(none)") continue;
    if (value != record(next)) return next;
    ++next;
  }
  return next;
}

TEST(Growth, WithReadersInThreadsAndInAnotherProcess) {
  const test::TemporaryDirectory directory;
  {
    const auto made = Environment::open(directory.path(), tiny);
    ASSERT_TRUE(succeeded(made));
    ASSERT_TRUE(succeeded((*made)->open_database("things")));
  }
  test::Pipe ready;
  test::ChildProcess child([&] {
    const auto own = Environment::open(directory.path(), {.map_bytes = 1, .read_only = true});
    const auto things = own ? (*own)->open_database("things", false) : fail(ErrorCode::internal, "");
    ready.send(things.has_value());
    return things && follow(**own, *things) == records ? 0 : 1;
  });
  bool child_ready = false;
  ASSERT_TRUE(ready.receive(child_ready) && child_ready);
  const auto environment = Environment::open(directory.path(), tiny);
  ASSERT_TRUE(succeeded(environment));
  const auto things = (*environment)->open_database("things");
  ASSERT_TRUE(succeeded(things));
  const auto map_bytes_before = (*environment)->usage().value().map_bytes;
  std::atomic<int> right = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] { right += follow(**environment, *things) == records ? 1 : 0; });
  }
  for (std::uint64_t number = 0; number < records; ++number) {
    ASSERT_TRUE(succeeded(put_record(**environment, *things, number)));
  }
  for (auto& reader : readers)
    reader.join();
  EXPECT_EQ(right, 3);
  EXPECT_EQ(child.wait(), 0);
  const auto usage = (*environment)->usage();
  ASSERT_TRUE(succeeded(usage));
  EXPECT_LE(map_bytes_before, 131'072u);
  EXPECT_GT(usage->used_bytes, records * 20'000);
  EXPECT_GE(usage->map_bytes, usage->used_bytes);
}

TEST(Growth, TwoProcessesWriteInTurns) {
  const test::TemporaryDirectory directory;
  const auto environment = Environment::open(directory.path(), tiny);
  ASSERT_TRUE(succeeded(environment));
  const auto things = (*environment)->open_database("things");
  ASSERT_TRUE(succeeded(things));
  const auto write_every_other = [&](Environment& own, Database database, std::uint64_t first) {
    for (std::uint64_t number = first; number < records; number += 2) {
      if (!put_record(own, database, number)) return 1;
    }
    return 0;
  };
  test::ChildProcess child([&] {
    const auto own = Environment::open(directory.path(), tiny);
    const auto database = own ? (*own)->open_database("things") : fail(ErrorCode::internal, "");
    return database ? write_every_other(**own, *database, 1) : 2;
  });
  EXPECT_EQ(write_every_other(**environment, *things, 0), 0);
  EXPECT_EQ(child.wait(), 0);
  EXPECT_EQ(follow(**environment, *things), records);
}

TEST(Growth, OfOneLargeTransactionRunsItAgain) {
  const test::TemporaryDirectory directory;
  const auto environment = Environment::open(directory.path(), tiny);
  ASSERT_TRUE(succeeded(environment));
  const auto things = (*environment)->open_database("things");
  ASSERT_TRUE(succeeded(things));
  int runs = 0;
  const auto written = (*environment)->write([&](Transaction& transaction) -> Status {
    ++runs;
    for (std::uint64_t number = 0; number < records; ++number) {
      // The failure is noticed even where the change does not pass it on.
      static_cast<void>(transaction.put(*things, Key().number(number), bytes_of(record(number))));
    }
    return {};
  });
  ASSERT_TRUE(succeeded(written));
  EXPECT_GT(runs, 2);
  EXPECT_EQ(follow(**environment, *things), records);
}

TEST(Growth, WaitsForAReader) {
  const test::TemporaryDirectory directory;
  const auto environment = Environment::open(directory.path(), tiny);
  ASSERT_TRUE(succeeded(environment));
  const auto things = (*environment)->open_database("things");
  ASSERT_TRUE(succeeded(things));
  ASSERT_TRUE(succeeded(put_record(**environment, *things, 0)));
  auto reader = (*environment)->begin_read();
  ASSERT_TRUE(succeeded(reader));
  const auto value = reader->get(*things, Key().number(std::uint64_t{0}));
  ASSERT_TRUE(value && value->has_value());
  std::atomic<bool> written = false;
  std::thread writer([&] {
    EXPECT_TRUE(
        succeeded(put_one(**environment, *things, bytes_of("big"), bytes_of(std::string(1'000'000, 'x')))));
    written = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_FALSE(written);
  EXPECT_EQ(text_of(**value), record(0));
  reader->abort();
  writer.join();
  EXPECT_TRUE(written);
}

TEST(Growth, AManualTransactionIsToldThatTheMapIsFull) {
  const test::TemporaryDirectory directory;
  const auto environment = Environment::open(directory.path(), tiny);
  ASSERT_TRUE(succeeded(environment));
  const auto things = (*environment)->open_database("things");
  ASSERT_TRUE(succeeded(things));
  auto transaction = (*environment)->begin_write();
  ASSERT_TRUE(succeeded(transaction));
  const auto put = transaction->put(*things, bytes_of("big"), bytes_of(std::string(1'000'000, 'x')));
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().code, ErrorCode::out_of_space);
  EXPECT_TRUE(transaction->map_full());
}

TEST(Growth, WithoutAddressSpaceFailsAndLosesNothing) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizer needs address space of its own";
#endif
  const test::TemporaryDirectory directory;
  test::ChildProcess child([&] {
    const auto environment = Environment::open(directory.path(), tiny);
    if (!environment) return 1;
    const auto things = (*environment)->open_database("things");
    if (!things || !put_record(**environment, *things, 0)) return 2;
    struct rlimit before{};
    ::getrlimit(RLIMIT_AS, &before);
    struct rlimit limit{0, before.rlim_max};
    ::setrlimit(RLIMIT_AS, &limit);
    const auto refused = (*environment)->write([&](Transaction& transaction) -> Status {
      for (std::uint64_t number = 1; number < 20; ++number) {
        if (auto put = transaction.put(*things, Key().number(number), bytes_of(record(number))); !put)
          return put;
      }
      return {};
    });
    ::setrlimit(RLIMIT_AS, &before);
    if (refused || refused.error().code != ErrorCode::out_of_space) return 3;
    if (value_of(**environment, *things, Key().number(std::uint64_t{0})) != record(0)) return 4;
    return put_one(**environment, *things, bytes_of("big"), bytes_of(std::string(1'000'000, 'x'))) ? 0 : 5;
  });
  EXPECT_EQ(child.wait(), 0);
}

}  // namespace
}  // namespace trade::store
