#include "bus/endpoints.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "bus_test_support.hpp"
#include "support/child_process.hpp"

namespace trade::bus {
namespace {

namespace fs = std::filesystem;

mode_t mode_of(const fs::path& path) {
  struct stat status{};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

/// A home whose path is too long for sockets in it.
fs::path long_home(const test::TemporaryDirectory& directory) {
  fs::path home = directory.path();
  for (int i = 0; i < 4; ++i)
    home /= std::string(40, static_cast<char>('a' + i));
  fs::create_directories(home);
  return home;
}

TEST(Endpoints, AShortHomeHoldsItsSocketsInRun) {
  const test::TemporaryDirectory home;
  Endpoints endpoints(home.path());
  ASSERT_TRUE(endpoints.prepare());
  const fs::path canonical = fs::canonical(home.path());
  EXPECT_EQ(endpoints.directory(), canonical / "run");
  EXPECT_EQ(mode_of(canonical / "run"), 0700U);
  EXPECT_EQ(endpoints.request_address("tradingd"), "ipc://" + (canonical / "run/tradingd.requests").string());
  EXPECT_EQ(endpoints.publication_path("feedd"), canonical / "run/feedd.publications");
}

TEST(Endpoints, TheSameHomeByAnotherNameIsTheSamePlace) {
  const test::TemporaryDirectory directory;
  fs::create_directory(directory / "home");
  fs::create_directory_symlink(directory / "home", directory / "link");
  EXPECT_EQ(Endpoints(directory / "link").directory(), Endpoints(directory / "home").directory());
  EXPECT_EQ(Endpoints(directory / "home/").directory(), Endpoints(directory / "home").directory());
  EXPECT_EQ(Endpoints(directory / "home/../home").directory(), Endpoints(directory / "home").directory());
}

TEST(Endpoints, ALongHomeUsesAShortPrivateDirectory) {
  const test::TemporaryDirectory directory;
  const test::TemporaryDirectory runtime;
  const EnvironmentVariable variable("XDG_RUNTIME_DIR", runtime.path().string());
  Endpoints endpoints(long_home(directory));
  ASSERT_TRUE(endpoints.prepare());
  EXPECT_EQ(endpoints.directory().parent_path(), runtime.path());
  EXPECT_EQ(mode_of(endpoints.directory()), 0700U);
  for (const std::string_view daemon : daemon_names) {
    EXPECT_LE(endpoints.request_path(daemon).native().size(), socket_path_bytes_max);
    EXPECT_LE(endpoints.publication_path(daemon).native().size(), socket_path_bytes_max);
  }
  const Context context;
  auto server = RequestServer::bind(context, endpoints, "tradingd");
  ASSERT_TRUE(server) << server.error().message;
  EXPECT_TRUE(RequestClient::connect(context, endpoints, "tradingd"));
}

TEST(Endpoints, DaemonsThatEndLeaveNoSocketsAndNoShortDirectory) {
  const test::TemporaryDirectory directory;
  const test::TemporaryDirectory runtime;
  const EnvironmentVariable variable("XDG_RUNTIME_DIR", runtime.path().string());
  Endpoints endpoints(long_home(directory));
  for (int round = 0; round < 2; ++round) {
    const Context context;
    auto server = RequestServer::bind(context, endpoints, "tradingd");
    auto publisher = Publisher::bind(context, endpoints, "feedd");
    ASSERT_TRUE(server && publisher);
    EXPECT_TRUE(fs::exists(endpoints.request_path("tradingd")));
    {
      const RequestServer ended = std::move(*server);
    }
    EXPECT_FALSE(fs::exists(endpoints.request_path("tradingd")));
    EXPECT_TRUE(fs::exists(endpoints.publication_path("feedd")));
    {
      const Publisher ended = std::move(*publisher);
    }
    EXPECT_TRUE(fs::is_empty(runtime.path()));
    EXPECT_EQ(RequestClient::connect(context, endpoints, "tradingd").error().code, ErrorCode::not_running);
  }
}

TEST(Endpoints, ProcessesWithOtherEnvironmentsFindTheSameShortDirectory) {
  const test::TemporaryDirectory directory;
  const test::TemporaryDirectory runtime;
  const fs::path home = long_home(directory);
  fs::path chosen;
  {
    const EnvironmentVariable variable("XDG_RUNTIME_DIR", runtime.path().string());
    Endpoints endpoints(home);
    ASSERT_TRUE(endpoints.prepare());
    chosen = endpoints.directory();
  }
  const EnvironmentVariable variable("XDG_RUNTIME_DIR", "");
  EXPECT_EQ(Endpoints(home).directory(), chosen);
  Endpoints another(home);
  ASSERT_TRUE(another.prepare());
  EXPECT_EQ(another.directory(), chosen);
}

TEST(Endpoints, AShortDirectoryThatIsGoneIsChosenAnew) {
  const test::TemporaryDirectory directory;
  const test::TemporaryDirectory second_runtime;
  const fs::path home = long_home(directory);
  {
    const test::TemporaryDirectory first_runtime;
    const EnvironmentVariable variable("XDG_RUNTIME_DIR", first_runtime.path().string());
    ASSERT_TRUE(Endpoints(home).prepare());
  }
  const EnvironmentVariable variable("XDG_RUNTIME_DIR", second_runtime.path().string());
  Endpoints endpoints(home);
  ASSERT_TRUE(endpoints.prepare());
  EXPECT_EQ(endpoints.directory().parent_path(), second_runtime.path());
  EXPECT_EQ(Endpoints(home).directory(), endpoints.directory());
}

TEST(Endpoints, ARuntimeDirectoryThatOthersCanEnterIsNotUsed) {
  const test::TemporaryDirectory directory;
  const test::TemporaryDirectory runtime;
  fs::permissions(runtime.path(), fs::perms::all);
  const EnvironmentVariable variable("XDG_RUNTIME_DIR", runtime.path().string());
  EXPECT_EQ(Endpoints(long_home(directory)).directory().parent_path(), "/tmp");
}

TEST(Endpoints, ADirectoryOpenToOthersIsRefused) {
  const test::TemporaryDirectory home;
  fs::create_directory(home / "run");
  fs::permissions(home / "run", fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec);
  Endpoints endpoints(home.path());
  for (const Status& status : {endpoints.prepare(), endpoints.check()}) {
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::not_permitted);
    EXPECT_NE(status.error().message.find("open to other users"), std::string::npos);
  }
}

TEST(Endpoints, ALinkInPlaceOfTheDirectoryIsRefused) {
  const test::TemporaryDirectory directory;
  const test::TemporaryDirectory runtime;
  const fs::path home = long_home(directory);
  const EnvironmentVariable variable("XDG_RUNTIME_DIR", runtime.path().string());
  // Somebody else was there first, with a link to a directory of theirs.
  fs::create_directory_symlink(directory.path(), Endpoints(home).directory());
  Endpoints endpoints(home);
  const Status prepared = endpoints.prepare();
  ASSERT_FALSE(prepared);
  EXPECT_NE(prepared.error().message.find("is not a directory"), std::string::npos)
      << prepared.error().message;
}

TEST(Endpoints, ADirectoryOfAnotherUserIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "giving a directory away takes root";
  const test::TemporaryDirectory home;
  fs::create_directory(home / "run");
  fs::permissions(home / "run", fs::perms::owner_all);
  ASSERT_EQ(::chown((home / "run").c_str(), 12'345, 12'345), 0);
  Endpoints endpoints(home.path());
  const Status prepared = endpoints.prepare();
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().code, ErrorCode::not_permitted);
}

TEST(Endpoints, AMissingHomeIsAnErrorForDaemonsOnly) {
  const test::TemporaryDirectory directory;
  Endpoints endpoints(directory / "nothing");
  EXPECT_FALSE(endpoints.prepare());
  EXPECT_TRUE(endpoints.check());
}

TEST(Endpoints, ASocketFileOfAKilledProcessListensNoMore) {
  const test::TemporaryDirectory home;
  Endpoints endpoints(home.path());
  ASSERT_TRUE(endpoints.prepare());
  const fs::path path = endpoints.request_path("tradingd");
  EXPECT_FALSE(Endpoints::is_listening(path));
  test::Pipe pipe;
  test::ChildProcess child([&] {
    const Context context;
    auto server = RequestServer::bind(context, endpoints, "tradingd");
    pipe.send(server.has_value());
    ::pause();
    return 0;
  });
  bool bound = false;
  ASSERT_TRUE(pipe.receive(bound));
  ASSERT_TRUE(bound);
  EXPECT_TRUE(Endpoints::is_listening(path));
  child.kill();
  EXPECT_TRUE(fs::exists(path));
  EXPECT_FALSE(Endpoints::is_listening(path));
  const Context context;
  EXPECT_TRUE(RequestServer::bind(context, endpoints, "tradingd"));
}

}  // namespace
}  // namespace trade::bus
