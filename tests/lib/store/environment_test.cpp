#include "store/environment.hpp"

#include <csignal>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "store/files.hpp"
#include "support.hpp"
#include "support/child_process.hpp"
#include "support/temporary_directory.hpp"

namespace trade::store {
namespace {

EnvironmentOptions reading() {
  return {.read_only = true};
}

/// Opens, makes the database "things" and puts one record.
Result<std::shared_ptr<Environment>> make(const std::filesystem::path& path,
                                          const EnvironmentOptions& options = {}) {
  auto environment = Environment::open(path, options);
  if (!environment) return environment;
  const auto things = (*environment)->open_database("things");
  if (!things) return std::unexpected(things.error());
  if (auto put = put_one(**environment, *things, bytes_of("key"), bytes_of("value")); !put) {
    return std::unexpected(put.error());
  }
  return environment;
}

TEST(Environment, KeepsWhatWasCommitted) {
  const test::TemporaryDirectory directory;
  const auto path = directory / "a/b/c";
  ASSERT_TRUE(succeeded(make(path)));
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(path).permissions(), perms::owner_all);
  EXPECT_EQ(std::filesystem::status(path / "data.mdb").permissions(), perms::owner_read | perms::owner_write);
  const auto again = Environment::open(path, reading());
  ASSERT_TRUE(succeeded(again));
  const auto things = (*again)->open_database("things");
  ASSERT_TRUE(succeeded(things));
  EXPECT_EQ(value_of(**again, *things, bytes_of("key")), "value");
  const auto others = (*again)->open_database("others");
  ASSERT_FALSE(others);
  EXPECT_EQ(others.error().code, ErrorCode::not_found);
}

TEST(Environment, SingleFile) {
  const test::TemporaryDirectory directory;
  ASSERT_TRUE(succeeded(make(directory / "one", {.single_file = true})));
  EXPECT_TRUE(std::filesystem::is_regular_file(directory / "one"));
  EXPECT_TRUE(succeeded(Environment::open(directory / "one", {.read_only = true, .single_file = true})));
}

TEST(Environment, IsOpenOnceInAProcess) {
  const test::TemporaryDirectory directory;
  auto first = make(directory / "env");
  ASSERT_TRUE(succeeded(first));
  std::filesystem::create_directory_symlink(directory / "env", directory / "link");
  auto second = Environment::open(directory / "link", reading());
  ASSERT_TRUE(succeeded(second));
  EXPECT_EQ(first->get(), second->get());
  EXPECT_FALSE((*second)->read_only());
  first->reset();
  second->reset();
  auto reader = Environment::open(directory / "env", reading());
  ASSERT_TRUE(succeeded(reader));
  EXPECT_TRUE((*reader)->read_only());
  const auto writer = Environment::open(directory / "env");
  ASSERT_FALSE(writer);
  EXPECT_NE(writer.error().message.find("open already"), std::string::npos);
  EXPECT_EQ((*reader)->write([](Transaction&) { return Status(); }).error().code, ErrorCode::not_permitted);
  EXPECT_EQ((*reader)->begin_write().error().code, ErrorCode::not_permitted);
}

TEST(Environment, ADeletedOneIsNotFoundAgain) {
  const test::TemporaryDirectory directory;
  const auto old = make(directory / "env");
  ASSERT_TRUE(succeeded(old));
  std::filesystem::remove_all(directory / "env");
  EXPECT_EQ(Environment::open(directory / "env", reading()).error().code, ErrorCode::not_found);
  const auto fresh = Environment::open(directory / "env");
  ASSERT_TRUE(succeeded(fresh));
  EXPECT_NE(old->get(), fresh->get());
}

TEST(Environment, MissingIsNotFoundByReaders) {
  const test::TemporaryDirectory directory;
  const auto missing = Environment::open(directory / "none", reading());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
  EXPECT_FALSE(std::filesystem::exists(directory / "none"));
  // A writer that is just making it.
  std::filesystem::create_directory(directory / "young");
  std::ofstream(directory / "young/data.mdb").close();
  EXPECT_EQ(Environment::open(directory / "young", reading()).error().code, ErrorCode::not_found);
}

TEST(Environment, UnwritablePlacesSayWhere) {
  const test::TemporaryDirectory directory;
  std::ofstream(directory / "file") << "text";
  const auto below = Environment::open(directory / "file/env");
  ASSERT_FALSE(below);
  EXPECT_NE(below.error().message.find((directory / "file").string()), std::string::npos)
      << below.error().message;
  EXPECT_NE(below.error().message.find("Not a directory"), std::string::npos) << below.error().message;
  EXPECT_FALSE(below.error().hint.empty());
  const auto is_directory = Environment::open(directory.path(), {.single_file = true});
  EXPECT_FALSE(is_directory);
}

TEST(Environment, OtherFilesAreCorrupt) {
  const test::TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "env");
  std::ofstream(directory / "env/data.mdb") << std::string(10'000, 'x');
  const auto opened = Environment::open(directory / "env");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::corrupt);
  EXPECT_NE(opened.error().message.find((directory / "env").string()), std::string::npos)
      << opened.error().message;
}

TEST(Environment, CutFilesAreRefusedInsteadOfKilling) {
  const test::TemporaryDirectory directory;
  const auto file = directory / "env/data.mdb";
  {
    const auto environment = make(directory / "env");
    ASSERT_TRUE(succeeded(environment));
    const auto things = (*environment)->open_database("things");
    ASSERT_TRUE(
        succeeded(put_one(**environment, *things, bytes_of("big"), bytes_of(std::string(1 << 20, 'x')))));
  }
  const auto whole = std::filesystem::file_size(file);
  // A few pages may be missing for good reasons: they read as zeros then.
  std::filesystem::resize_file(file, whole - 8192);
  EXPECT_TRUE(succeeded(Environment::open(directory / "env", reading())));
  EXPECT_EQ(std::filesystem::file_size(file), whole);
  std::filesystem::resize_file(file, whole / 2);
  for (const bool read_only : {false, true}) {
    const auto opened = Environment::open(directory / "env", {.read_only = read_only});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::corrupt);
    EXPECT_NE(opened.error().message.find("cut short"), std::string::npos) << opened.error().message;
  }
}

TEST(Environment, AChildMustOpenItItself) {
  const test::TemporaryDirectory directory;
  auto environment = make(directory / "env");
  ASSERT_TRUE(succeeded(environment));
  test::ChildProcess child([&] {
    if ((*environment)->begin_read()) return 1;
    if ((*environment)->write([](Transaction&) { return Status(); })) return 2;
    auto own = Environment::open(directory / "env");
    if (!own || own->get() == environment->get()) return 3;
    const auto things = (*own)->open_database("things");
    if (!things || value_of(**own, *things, bytes_of("key")) != "value") return 4;
    if (!put_one(**own, *things, bytes_of("key"), bytes_of("child's"))) return 5;
    environment->reset();
    return 0;
  });
  EXPECT_EQ(child.wait(), 0);
  const auto things = (*environment)->open_database("things");
  ASSERT_TRUE(succeeded(things));
  EXPECT_EQ(value_of(**environment, *things, bytes_of("key")), "child's");
  EXPECT_TRUE(succeeded(put_one(**environment, *things, bytes_of("key"), bytes_of("ours"))));
}

TEST(Environment, DeadReadersAreCleared) {
  const test::TemporaryDirectory directory;
  auto environment = make(directory / "env");
  ASSERT_TRUE(succeeded(environment));
  test::Pipe pipe;
  test::ChildProcess child([&] {
    auto own = Environment::open(directory / "env", reading());
    if (!own) return 1;
    auto snapshot = (*own)->begin_read();
    pipe.send(snapshot.has_value());
    ::pause();
    return 0;
  });
  bool reading_child = false;
  ASSERT_TRUE(pipe.receive(reading_child) && reading_child);
  EXPECT_EQ((*environment)->clear_dead_readers().value_or(-1), 0);
  child.kill();
  EXPECT_EQ((*environment)->clear_dead_readers().value_or(-1), 1);
}

TEST(Environment, ASlotlessReaderTakesThatOfADeadOne) {
  const test::TemporaryDirectory directory;
  auto environment = make(directory / "env", {.readers_max = 1});
  ASSERT_TRUE(succeeded(environment));
  {
    const auto held = (*environment)->begin_read();
    ASSERT_TRUE(succeeded(held));
    const auto second = (*environment)->begin_read();
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().hint.find("too many readers"), std::string::npos);
  }
  test::Pipe pipe;
  test::ChildProcess child([&] {
    auto own = Environment::open(directory / "env", reading());
    if (!own) return 1;
    auto snapshot = (*own)->begin_read();
    pipe.send(snapshot.has_value());
    ::pause();
    return 0;
  });
  bool reading_child = false;
  ASSERT_TRUE(pipe.receive(reading_child) && reading_child);
  child.kill();
  EXPECT_TRUE(succeeded((*environment)->begin_read()));
}

/// Writes until it fails; the error is returned. What was there before must still be readable.
Result<std::string> fill(const std::filesystem::path& path) {
  auto environment = Environment::open(path, {.map_bytes = std::size_t{64} << 20});
  if (!environment) return std::unexpected(environment.error());
  const auto things = (*environment)->open_database("things");
  if (!things) return std::unexpected(things.error());
  const std::string big(100'000, 'x');
  for (std::uint64_t number = 0; number < 1'000; ++number) {
    const auto put = put_one(**environment, *things, Key().number(number), bytes_of(big));
    if (put) continue;
    for (std::uint64_t before = 0; before < number; ++before) {
      if (value_of(**environment, *things, Key().number(before)) != big) {
        return fail(ErrorCode::difference, "record " + std::to_string(before) + " is gone");
      }
    }
    if (number == 0) return fail(ErrorCode::difference, "not even one record was written");
    return std::unexpected(put.error());
  }
  return "it never became full";
}

TEST(Environment, AFullFileIsOutOfSpace) {
  const test::TemporaryDirectory directory;
  test::ChildProcess child([&] {
    struct rlimit limit{2'000'000, 2'000'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::signal(SIGXFSZ, SIG_IGN);
    const auto filled = fill(directory / "env");
    if (filled) return 1;
    if (filled.error().code == ErrorCode::out_of_space && !filled.error().hint.empty()) return 0;
    std::fprintf(stderr, "%s (%s)\n", filled.error().message.c_str(), filled.error().hint.c_str());
    return 2;
  });
  EXPECT_EQ(child.wait(), 0);
}

TEST(Environment, AFullDiskIsOutOfSpace) {
  const test::TemporaryDirectory directory;
  if (::mount("tmpfs", directory.path().c_str(), "tmpfs", 0, "size=4m,mode=0700") != 0) {
    GTEST_SKIP() << "no file system can be mounted here";
  }
  {
    const auto filled = fill(directory / "env");
    ASSERT_FALSE(filled);
    EXPECT_EQ(filled.error().code, ErrorCode::out_of_space) << filled.error().message;
    EXPECT_NE(filled.error().hint.find("disk is full"), std::string::npos) << filled.error().hint;
    // With space again, it goes on.
    ASSERT_EQ(::mount("tmpfs", directory.path().c_str(), "tmpfs", MS_REMOUNT, "size=16m,mode=0700"), 0);
    const auto more = make(directory / "env");
    EXPECT_TRUE(succeeded(more));
    std::ofstream(directory / "ballast") << std::string(std::size_t{13} << 20, 'x');
    const auto failed =
        write_file_durably(directory / "file", {bytes_of(std::string(std::size_t{8} << 20, 'y'))});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::out_of_space) << failed.error().message;
    EXPECT_FALSE(std::filesystem::exists(directory / "file"));
    EXPECT_FALSE(std::filesystem::exists(directory / "file.tmp"));
  }
  EXPECT_EQ(::umount(directory.path().c_str()), 0);
}

TEST(Files, WritesWholeOrNothing) {
  const test::TemporaryDirectory directory;
  const auto read = [&](const std::string& name) {
    std::ifstream file(directory / name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  ASSERT_TRUE(
      succeeded(write_file_durably(directory / "a", {bytes_of("one"), bytes_of(""), bytes_of("two")})));
  EXPECT_EQ(read("a"), "onetwo");
  ASSERT_TRUE(succeeded(write_file_durably(directory / "a", {bytes_of("x")})));
  EXPECT_EQ(read("a"), "x");
  EXPECT_FALSE(write_file_durably(directory / "none/a", {bytes_of("x")}));
  std::filesystem::create_directory(directory / "taken");
  EXPECT_FALSE(write_file_durably(directory / "taken", {bytes_of("x")}));
  EXPECT_FALSE(std::filesystem::exists(directory / "taken.tmp"));
}

}  // namespace
}  // namespace trade::store
