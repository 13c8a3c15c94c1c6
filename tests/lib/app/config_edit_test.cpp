#include <random>

#include <sys/stat.h>

#include "app/config.hpp"
#include "app_test_support.hpp"

namespace trade::app {
namespace {

namespace fs = std::filesystem;

class ConfigEdit : public ::testing::Test {
 protected:
  /// The file's text after a key was set in it.
  std::string after(const std::string& text, const std::string& key, const std::string& value) {
    write_file(file, text);
    const Status set = set_config_value(file, key, value);
    EXPECT_TRUE(set) << set.error().message;
    return read_file(file);
  }

  test::TemporaryDirectory directory;
  fs::path file = directory / "trade.toml";
};

TEST_F(ConfigEdit, ReplacesAValueAndLeavesTheRest) {
  EXPECT_EQ(after("# mine\n[log]\n  level   =  \"info\"   # why\nformat = 'text'\n", "log.level", "debug"),
            "# mine\n[log]\n  level   =  \"debug\"   # why\nformat = 'text'\n");
  EXPECT_EQ(after("[tradingd]\nbatch_commands_max=1_000\n", "tradingd.batch_commands_max", "64"),
            "[tradingd]\nbatch_commands_max=64\n");
  EXPECT_EQ(after("log.level = \"info\" # dotted\n", "log.level", "error"),
            "log.level = \"error\" # dotted\n");
  EXPECT_EQ(after("log = { level = \"info\", format = \"json\" }\n", "log.level", "error"),
            "log = { level = \"error\", format = \"json\" }\n");
  EXPECT_EQ(after("[trade] # \xc3\xa4\xe2\x82\xac\naccount = \"a\" # \xe2\x82\xac\n", "trade.account", "bob"),
            "[trade] # \xc3\xa4\xe2\x82\xac\naccount = \"bob\" # \xe2\x82\xac\n");
  EXPECT_EQ(after("[log]\r\nlevel = \"info\"\r\n", "log.level", "off"), "[log]\r\nlevel = \"off\"\r\n");
  EXPECT_EQ(after("[log]\nlevel = \"\"\"info\"\"\"\n", "log.level", "off"), "[log]\nlevel = \"off\"\n");
}

TEST_F(ConfigEdit, AddsAKeyToItsSection) {
  EXPECT_EQ(after("[log]\nlevel = \"info\"\n[fixd]\n", "log.format", "json"),
            "[log]\nformat = \"json\"\nlevel = \"info\"\n[fixd]\n");
  EXPECT_EQ(after("[ log ] # logs\n", "log.format", "json"), "[ log ] # logs\nformat = \"json\"\n");
  EXPECT_EQ(after("[log]", "log.format", "json"), "[log]\nformat = \"json\"\n");
}

TEST_F(ConfigEdit, AddsAKeyWhereASampleExplainsIt) {
  const std::string text = after(sample_config(), "log.format", "json");
  EXPECT_NE(text.find("# format = \"text\"\nformat = \"json\"\n"), std::string::npos) << text;
  const auto config = Config::load(file);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->text("log.format"), "json");
}

TEST_F(ConfigEdit, AddsASection) {
  EXPECT_EQ(after("", "log.level", "debug"), "[log]\nlevel = \"debug\"\n");
  EXPECT_EQ(after("[fixd]", "log.level", "debug"), "[fixd]\n\n[log]\nlevel = \"debug\"\n");
  fs::remove(file);
  ASSERT_TRUE(set_config_value(file, "log.level", "debug"));
  EXPECT_EQ(read_file(file), "[log]\nlevel = \"debug\"\n");
}

TEST_F(ConfigEdit, RefusesWhatIsNoKeyOrNoValueAndChangesNothing) {
  const std::string text = "[log]\nlevel = \"info\"\n";
  write_file(file, text);
  EXPECT_EQ(set_config_value(file, "log.levle", "debug").error().hint, "did you mean 'log.level'?");
  EXPECT_EQ(set_config_value(file, "log.level", "loud").error().code, ErrorCode::usage);
  EXPECT_EQ(set_config_value(file, "log.files_max", "many").error().code, ErrorCode::usage);
  EXPECT_EQ(set_config_value(file, "log.files_max", "5 # five").error().code, ErrorCode::usage);
  EXPECT_EQ(read_file(file), text);
  write_file(file, "[log]\nlevel = 1\n");
  const Status broken = set_config_value(file, "log.format", "json");
  ASSERT_FALSE(broken);
  EXPECT_NE(broken.error().hint.find("trade config check"), std::string::npos);
  EXPECT_EQ(read_file(file), "[log]\nlevel = 1\n");
}

TEST_F(ConfigEdit, RefusesWhatItCannotDoSafely) {
  // The section is a table in a line: nothing can be added below it.
  const std::string text = "log = { level = \"info\" }\n";
  write_file(file, text);
  const Status set = set_config_value(file, "log.format", "json");
  ASSERT_FALSE(set);
  EXPECT_NE(set.error().hint.find("edit the file"), std::string::npos);
  EXPECT_EQ(read_file(file), text);
}

TEST_F(ConfigEdit, KeepsTheFilesModeAndFollowsALink) {
  write_file(directory / "real.toml", "[log]\n");
  fs::permissions(directory / "real.toml",
                  fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
  fs::create_symlink(directory / "real.toml", file);
  ASSERT_TRUE(set_config_value(file, "log.level", "debug"));
  EXPECT_TRUE(fs::is_symlink(file));
  struct stat status{};
  ASSERT_EQ(::stat((directory / "real.toml").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640U);
  EXPECT_EQ(Config::load(file)->text("log.level"), "debug");
  // Nothing is left behind.
  EXPECT_EQ(std::distance(fs::directory_iterator(directory.path()), fs::directory_iterator()), 2);
}

TEST_F(ConfigEdit, SaysWhereItCannotWrite) {
  const Status set = set_config_value(directory / "none/trade.toml", "log.level", "debug");
  ASSERT_FALSE(set);
  EXPECT_NE(set.error().message.find("cannot write"), std::string::npos);
}

TEST_F(ConfigEdit, AnyOrderOfSettingsEndsWithTheLastOfEach) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (const std::string& start : {std::string(), sample_config()}) {
    write_file(file, start);
    std::map<std::string, std::string> expected;
    for (int i = 0; i < 60; ++i) {
      const auto keys = config_keys();
      const ConfigKey& key = keys[random() % keys.size()];
      std::string value(key.default_value);
      if (key.type == ConfigType::integer)
        value = std::to_string(key.min + static_cast<std::int64_t>(random() % 10));
      if (key.full_name() == "trade.account") value = "account-" + std::to_string(random() % 10);
      ASSERT_TRUE(set_config_value(file, key.full_name(), value)) << key.full_name() << " = " << value;
      expected[key.full_name()] = value;
    }
    const auto config = Config::load(file);
    ASSERT_TRUE(config) << config.error().message;
    for (const auto& [name, value] : expected)
      EXPECT_EQ((*config->find(name))->text, value) << name;
  }
}

}  // namespace
}  // namespace trade::app
