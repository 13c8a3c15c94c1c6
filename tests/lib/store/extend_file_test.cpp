// A data file that is made longer than it need be.
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "store/environment.hpp"
#include "support.hpp"
#include "support/child_process.hpp"
#include "support/temporary_directory.hpp"

namespace trade::store {
namespace {

constexpr std::uint64_t records = 400;

std::string record(std::uint64_t number) {
  return std::string(5'000, static_cast<char>('a' + number % 26));
}

Status put_record(Environment& environment, Database database, std::uint64_t number) {
  return put_one(environment, database, Key().number(number), bytes_of(record(number)));
}

struct Opened {
  std::shared_ptr<Environment> environment;
  Database things;
};

Result<Opened> open_at(const std::filesystem::path& directory) {
  auto environment = Environment::open(directory, {.map_bytes = std::size_t{64} << 20});
  if (!environment) return pass_on(std::move(environment));
  auto things = (*environment)->open_database("things");
  if (!things) return pass_on(std::move(things));
  return Opened{*environment, *things};
}

TEST(ExtendFile, MakesRoomInProportionAndForLaterCommits) {
  const test::TemporaryDirectory directory;
  const auto opened = open_at(directory.path());
  ASSERT_TRUE(succeeded(opened));
  Environment& environment = *opened->environment;
  const auto file = directory.path() / "data.mdb";
  std::uint64_t commits_within = 0;
  for (std::uint64_t number = 0; number < records; ++number) {
    const auto before = std::filesystem::file_size(file);
    ASSERT_TRUE(succeeded(put_record(environment, opened->things, number)));
    if (std::filesystem::file_size(file) == before) ++commits_within;
    environment.extend_file();
    const auto used = environment.usage().value().used_bytes;
    EXPECT_GE(std::filesystem::file_size(file), used);
    EXPECT_LE(std::filesystem::file_size(file), used + used / 4);
  }
  // All but the first few, while the file is as small as a record.
  EXPECT_GT(commits_within, records * 9 / 10);
  for (std::uint64_t number = 0; number < records; ++number)
    ASSERT_EQ(value_of(environment, opened->things, Key().number(number)), record(number));
}

TEST(ExtendFile, NeverFallsOnWhatAnotherProcessAppends) {
  const test::TemporaryDirectory directory;
  {
    const auto made = open_at(directory.path());
    ASSERT_TRUE(succeeded(made));
  }
  test::Pipe ready;
  test::ChildProcess child([&] {
    const auto own = open_at(directory.path());
    ready.send(own.has_value());
    if (!own) return 1;
    for (std::uint64_t number = 0; number < records; number += 2) {
      if (!put_record(*own->environment, own->things, number)) return 2;
    }
    return 0;
  });
  bool child_ready = false;
  ASSERT_TRUE(ready.receive(child_ready) && child_ready);
  const auto opened = open_at(directory.path());
  ASSERT_TRUE(succeeded(opened));
  for (std::uint64_t number = 1; number < records; number += 2) {
    ASSERT_TRUE(succeeded(put_record(*opened->environment, opened->things, number)));
    opened->environment->extend_file();
  }
  EXPECT_EQ(child.wait(), 0);
  for (std::uint64_t number = 0; number < records; ++number)
    ASSERT_EQ(value_of(*opened->environment, opened->things, Key().number(number)), record(number)) << number;
}

TEST(ExtendFile, LeavesAFileAloneThatItMayNotChange) {
  const test::TemporaryDirectory directory;
  {
    const auto made = open_at(directory.path());
    ASSERT_TRUE(succeeded(made));
    for (std::uint64_t number = 0; number < 50; ++number)
      ASSERT_TRUE(succeeded(put_record(*made->environment, made->things, number)));
  }
  const auto before = std::filesystem::file_size(directory.path() / "data.mdb");
  const auto reading = Environment::open(directory.path(), {.read_only = true});
  ASSERT_TRUE(succeeded(reading));
  (*reading)->extend_file();
  EXPECT_EQ(std::filesystem::file_size(directory.path() / "data.mdb"), before);
}

}  // namespace
}  // namespace trade::store
