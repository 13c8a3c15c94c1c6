#include "app/home.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "app_test_support.hpp"
#include "support/child_process.hpp"

namespace trade::app {
namespace {

namespace fs = std::filesystem;

TEST(ResolveHome, TheOptionGoesBeforeTheEnvironment) {
  const Environment environment(
      {{"TRADE_HOME", "/from/variable"}, {"XDG_STATE_HOME", "/state"}, {"HOME", "/user"}});
  EXPECT_EQ(resolve_home("/from/option")->root, "/from/option");
  EXPECT_EQ(resolve_home()->root, "/from/variable");
  EXPECT_EQ(resolve_home("")->root, "/from/variable");
}

TEST(ResolveHome, FallsBackOnTheStandardPlaces) {
  {
    const Environment environment{{"TRADE_HOME", ""}, {"XDG_STATE_HOME", "/state"}, {"HOME", "/user"}};
    EXPECT_EQ(resolve_home()->root, "/state/trade");
  }
  {
    const Environment environment(
        {{"TRADE_HOME", std::nullopt}, {"XDG_STATE_HOME", "not/absolute"}, {"HOME", "/user"}});
    EXPECT_EQ(resolve_home()->root, "/user/.local/state/trade");
  }
  const Environment environment{{"TRADE_HOME", {}}, {"XDG_STATE_HOME", {}}, {"HOME", {}}};
  const auto home = resolve_home();
  ASSERT_FALSE(home);
  EXPECT_EQ(home.error().code, ErrorCode::usage);
}

TEST(ResolveHome, IsAbsoluteAndPlain) {
  EXPECT_EQ(resolve_home("some/where")->root, fs::current_path() / "some/where");
  EXPECT_EQ(resolve_home("/a/./b/../c/")->root, "/a/c");
  EXPECT_EQ(resolve_home("/")->root, "/");
}

TEST(Home, HasItsStandardPlaces) {
  const Home home{"/h"};
  EXPECT_EQ(home.run(), "/h/run");
  EXPECT_EQ(home.log(), "/h/log");
  EXPECT_EQ(home.journal(), "/h/journal");
  EXPECT_EQ(home.ledger(), "/h/ledger");
  EXPECT_EQ(home.feed(), "/h/feed");
  EXPECT_EQ(home.config_file(), "/h/trade.toml");
}

TEST(CreateHome, MakesEverythingPrivateAndMayBeRepeated) {
  const test::TemporaryDirectory directory;
  const Home home{directory / "several/levels/down"};
  for (int i = 0; i < 2; ++i) {
    const Status created = create_home(home);
    ASSERT_TRUE(created) << created.error().message;
  }
  for (const fs::path& path :
       {home.root, home.run(), home.log(), home.journal(), home.ledger(), home.feed()}) {
    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0) << path;
    EXPECT_EQ(status.st_mode & 0777, 0700U) << path;
  }
}

TEST(CreateHome, ClosesARunDirectoryThatWasOpen) {
  const test::TemporaryDirectory directory;
  fs::create_directory(directory / "run");
  fs::permissions(directory / "run", fs::perms::all);
  ASSERT_TRUE(create_home(Home{directory.path()}));
  EXPECT_EQ(fs::status(directory / "run").permissions(), fs::perms::owner_all);
}

TEST(CreateHome, RefusesWhatIsNoDirectory) {
  const test::TemporaryDirectory directory;
  write_file(directory / "file", "");
  const Status is_file = create_home(Home{directory / "file"});
  ASSERT_FALSE(is_file);
  EXPECT_EQ(is_file.error().message, (directory / "file").string() + " is not a directory");
  const Status below_file = create_home(Home{directory / "file/home"});
  ASSERT_FALSE(below_file);
  EXPECT_NE(below_file.error().message.find("not a directory"), std::string::npos)
      << below_file.error().message;
  write_file(directory / "log", "");
  const Status part_is_file = create_home(Home{directory.path()});
  ASSERT_FALSE(part_is_file);
  EXPECT_EQ(part_is_file.error().message, (directory / "log").string() + " is not a directory");
}

TEST(CreateHome, SaysWhereItMayNotWrite) {
  const test::TemporaryDirectory directory;
  fs::permissions(directory.path(), fs::perms::all);
  fs::create_directory(directory / "closed");
  fs::permissions(directory / "closed", fs::perms::owner_read | fs::perms::owner_exec);
  // Permissions do not bind root, so this is done as somebody else.
  test::ChildProcess child([&] {
    if (::geteuid() == 0 && (::setgid(65'534) != 0 || ::setuid(65'534) != 0)) return 1;
    if (::geteuid() == 65'534) ::umask(0);
    const Status inside = create_home(Home{directory / "closed/home"});
    if (inside || inside.error().code != ErrorCode::not_permitted) return 2;
    if (inside.error().hint.find("--home") == std::string::npos) return 3;
    const Status itself = create_home(Home{directory / "closed"});
    return !itself && itself.error().code == ErrorCode::not_permitted ? 0 : 4;
  });
  EXPECT_EQ(child.wait(), 0);
}

}  // namespace
}  // namespace trade::app
