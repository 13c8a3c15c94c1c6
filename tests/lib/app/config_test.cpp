#include "app/config.hpp"

#include <set>

#include "app_test_support.hpp"

namespace trade::app {
namespace {

namespace fs = std::filesystem;

class ConfigFile : public ::testing::Test {
 protected:
  /// Loads a file of this text.
  Result<Config> load(const std::string& text) {
    write_file(file, text);
    return Config::load(file);
  }
  /// The error of loading it: "FILE:" taken off its message.
  std::string error_of(const std::string& text) {
    const auto config = load(text);
    if (config) return "no error";
    EXPECT_EQ(config.error().code, ErrorCode::usage);
    EXPECT_EQ(config.error().message.find('\n'), std::string::npos);
    EXPECT_TRUE(config.error().message.starts_with(file.string() + ":")) << config.error().message;
    return config.error().message.substr(file.string().size() + 1);
  }

  test::TemporaryDirectory directory;
  fs::path file = directory / "trade.toml";
};

TEST(ConfigKeys, AreConsistent) {
  std::set<std::string> names;
  const Config defaults = Config::defaults();
  for (const ConfigKey& key : config_keys()) {
    EXPECT_TRUE(names.insert(key.full_name()).second) << key.full_name();
    EXPECT_FALSE(key.description.empty()) << key.full_name();
    EXPECT_FALSE(key.description.ends_with('.')) << key.full_name();
    // A default is a value that could be set.
    Config config = defaults;
    EXPECT_TRUE(config.override_value(key.full_name(), key.default_value, "test")) << key.full_name();
    if (key.type == ConfigType::integer) {
      EXPECT_LT(key.min, key.max) << key.full_name();
    }
  }
}

TEST(ConfigKeys, DefaultsThatOthersRelyOn) {
  const Config config = Config::defaults();
  EXPECT_EQ(config.text("gatewayd.listen"), "127.0.0.1:8080");
  EXPECT_EQ(config.text("gatewayd.tls_listen"), "127.0.0.1:8443");
  EXPECT_EQ(config.text("fixd.listen"), "127.0.0.1:9878");
  EXPECT_EQ(config.text("fixd.comp_id"), "TRADE");
  EXPECT_EQ(config.text("tradingd.calendar"), "always");
  EXPECT_EQ(config.integer("trade.timeout_seconds"), 5);
  EXPECT_EQ(find_config_key("gatewayd.listen").value()->environment_name(), "TRADE_GATEWAYD_LISTEN");
}

TEST_F(ConfigFile, GoesOverDefaultsAndUnderTheEnvironment) {
  const std::string text =
      "# comment\n[tradingd]\ncalendar = \"us\"\nbatch_commands_max = 0x10\n\n[log]\nlevel = 'debug'\n";
  const Environment environment{{"TRADE_LOG_LEVEL", "error"}, {"TRADE_UNRELATED", "x"}, {"TRADEX", "y"}};
  const auto config = load(text);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->text("tradingd.calendar"), "us");
  EXPECT_EQ((*config->find("tradingd.calendar"))->origin, file.string() + ":3");
  EXPECT_EQ(config->integer("tradingd.batch_commands_max"), 16);
  EXPECT_EQ(config->text("log.level"), "error");
  EXPECT_EQ((*config->find("log.level"))->origin, "TRADE_LOG_LEVEL");
  EXPECT_EQ(config->text("log.format"), "text");
  EXPECT_EQ((*config->find("log.format"))->origin, "default");
  EXPECT_EQ(config->values().size(), config_keys().size());
}

TEST_F(ConfigFile, AMissingFileIsAnErrorOnlyWhenItWasNamed) {
  EXPECT_TRUE(Config::load(file));
  EXPECT_TRUE(Config::load(directory / "no/such/directory/trade.toml"));
  const auto required = Config::load(file, true);
  ASSERT_FALSE(required);
  EXPECT_EQ(required.error().code, ErrorCode::not_found);
}

TEST_F(ConfigFile, AnEmptyFileIsFine) {
  EXPECT_TRUE(load(""));
  EXPECT_TRUE(load("# nothing but a comment"));
  EXPECT_TRUE(load("[tradingd]\n"));
}

TEST_F(ConfigFile, UnknownKeysAndSectionsAreErrorsWithAPlaceAndAHint) {
  EXPECT_EQ(error_of("[tradingd]\n\ncalender = \"us\"\n"), "3: unknown key 'calender' in [tradingd]");
  EXPECT_EQ(Config::load(file).error().hint, "did you mean 'tradingd.calendar'?");
  EXPECT_EQ(error_of("[tradngd]\ncalendar = \"us\"\n"), "1: unknown section [tradngd]");
  EXPECT_EQ(error_of("# one\ncalendar = \"us\"\n"), "2: 'calendar' is in no section");
  EXPECT_EQ(error_of("tradingd = 1\n"), "1: 'tradingd' is in no section");
  EXPECT_EQ(error_of("[tradingd.calendar]\nx = 1\n"), "1: tradingd.calendar must be a text in quotes");
  EXPECT_EQ(error_of("[[log]]\nlevel = \"info\"\n"), "1: 'log' is in no section");
}

TEST_F(ConfigFile, ValuesOfTheWrongTypeAreErrors) {
  EXPECT_EQ(error_of("[tradingd]\ncalendar = 5\n"), "2: tradingd.calendar must be a text in quotes");
  EXPECT_EQ(error_of("[tradingd]\nbatch_commands_max = \"5\"\n"),
            "2: tradingd.batch_commands_max must be a whole number");
  EXPECT_EQ(error_of("[tradingd]\nbatch_commands_max = 5.0\n"),
            "2: tradingd.batch_commands_max must be a whole number");
  EXPECT_EQ(error_of("[log]\nlevel = [\"info\"]\n"), "2: log.level must be a text in quotes");
}

TEST_F(ConfigFile, ValuesOutOfRangeAreErrors) {
  EXPECT_EQ(error_of("[tradingd]\nbatch_commands_max = 0\n"),
            "2: tradingd.batch_commands_max cannot be '0': it must be a whole number from 1 to 65536");
  EXPECT_EQ(error_of("[tradingd]\nbatch_commands_max = 65537\n"),
            "2: tradingd.batch_commands_max cannot be '65537': it must be a whole number from 1 to 65536");
  EXPECT_EQ(error_of("[tradingd]\ncalendar = \"eu\"\n"),
            "2: tradingd.calendar cannot be 'eu': it must be one of always|us");
  EXPECT_EQ(error_of("[tradingd]\ncalendar = \"always|us\"\n"),
            "2: tradingd.calendar cannot be 'always|us': it must be one of always|us");
  EXPECT_EQ(error_of("[fixd]\nlisten = \"127.0.0.1\"\n"),
            "2: fixd.listen cannot be '127.0.0.1': it must be HOST:PORT, such as 127.0.0.1:8080");
  EXPECT_EQ(error_of("[fixd]\nlisten = \"127.0.0.1:65536\"\n"),
            "2: fixd.listen cannot be '127.0.0.1:65536': the port must be a number from 0 to 65535");
  EXPECT_EQ(error_of("[fixd]\nlisten = \"::1:80\"\n"),
            "2: fixd.listen cannot be '::1:80': an IPv6 address needs brackets, such as [::1]:8080");
  EXPECT_TRUE(load("[fixd]\nlisten = \"[::1]:80\"\n"));
  EXPECT_NE(error_of("[fixd]\ncomp_id = \"A=B\"\n").find("2: fixd.comp_id cannot be"), std::string::npos);
  EXPECT_NE(error_of("[trade]\naccount = \"a b\"\n").find("2: trade.account cannot be"), std::string::npos);
  EXPECT_NE(error_of("[trade]\naccount = \"a\\nb\"\n").find("control character"), std::string::npos);
}

TEST_F(ConfigFile, WhatIsNoTomlIsAnErrorOfOneLine) {
  for (const char* text :
       {"[tradingd]\ncalendar = us\n", "[tradingd\n", "[tradingd]\ncalendar = \"us\n",
        "[log]\nlevel = \"info\"\nlevel = \"debug\"\n", "[log]\n[log]\n", "\x01\x02\xff\xfe"}) {
    const std::string error = error_of(text);
    EXPECT_TRUE(error[0] >= '1' && error[0] <= '3') << error;
  }
}

TEST_F(ConfigFile, AnythingThatCannotBeReadIsAnError) {
  write_file(file, std::string((1 << 20) + 1, '#'));
  EXPECT_NE(Config::load(file).error().message.find("larger than"), std::string::npos);
  EXPECT_NE(Config::load(directory.path()).error().message.find("cannot read"), std::string::npos);
}

TEST_F(ConfigFile, EnvironmentVariablesAreCheckedToo) {
  {
    const Environment environment{{"TRADE_TRADINGD_CALENDAR", "eu"}};
    const auto config = Config::load(file);
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().message,
              "TRADE_TRADINGD_CALENDAR: tradingd.calendar cannot be 'eu': it must be one of always|us");
  }
  const Environment environment{{"TRADE_LOG_LEVLE", "info"}};
  const auto config = Config::load(file);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().message,
            "environment variable TRADE_LOG_LEVLE: no such configuration key: 'log.levle'");
  EXPECT_EQ(config.error().hint, "did you mean 'log.level'?");
}

TEST_F(ConfigFile, CheckFindsEverythingThatIsWrong) {
  write_file(file, "[tradingd]\ncalendar = 1\nfoo = 2\n[log]\nlevel = \"loud\"\n[nothing]\n");
  EXPECT_EQ(check_config_file(file).size(), 4U);
  write_file(file, "[tradingd]\ncalendar = \"us\"\n");
  EXPECT_TRUE(check_config_file(file).empty());
  EXPECT_TRUE(check_config_file(directory / "none").empty());
}

TEST_F(ConfigFile, TheSampleIsValidAndComplete) {
  const std::string sample = sample_config();
  EXPECT_TRUE(load(sample));
  // With the comment signs taken off its settings, it is every key at its default.
  std::string uncommented;
  for (std::size_t start = 0; start < sample.size();) {
    const std::size_t end = sample.find('\n', start);
    std::string line = sample.substr(start, end - start);
    if (line.starts_with("# ") && line.find(" = ") != std::string::npos) line = line.substr(2);
    uncommented += line + "\n";
    start = end + 1;
  }
  const auto config = load(uncommented);
  ASSERT_TRUE(config) << config.error().message;
  for (const Config::Value& value : config->values()) {
    EXPECT_NE(value.origin, "default") << value.key->full_name();
    EXPECT_EQ(value.text, value.key->default_value) << value.key->full_name();
  }
}

}  // namespace
}  // namespace trade::app
