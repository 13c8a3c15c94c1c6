#include "app/log.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "app_test_support.hpp"
#include "base/time.hpp"

namespace trade::app {
namespace {

class Log : public ::testing::Test {
 protected:
  // Ends the thread that flushes, which a test that forks would not survive.
  void TearDown() override { spdlog::shutdown(); }

  test::TemporaryDirectory directory;
  LogOptions options{.daemon = "tradingd", .file = directory / "tradingd.log"};
};

TEST_F(Log, WritesOneLineAMessage) {
  ASSERT_TRUE(start_logging(options));
  spdlog::info("batch {} of {}", 1, "many");
  spdlog::warn("two\nlines\x1b[31m");
  spdlog::debug("not at this level");
  flush_log();
  const std::string text = read_file(options.file);
  ASSERT_EQ(std::ranges::count(text, '\n'), 2) << text;
  EXPECT_TRUE(parse_timestamp(text.substr(0, text.find(' ')))) << text;
  EXPECT_NE(text.find(" info tradingd: batch 1 of many\n"), std::string::npos);
  EXPECT_NE(text.find(" warning tradingd: two lines [31m\n"), std::string::npos);
}

TEST_F(Log, WritesJsonLines) {
  options.format = "json";
  options.level = "debug";
  ASSERT_TRUE(start_logging(options));
  spdlog::debug("a \"quoted\" text\nwith a line and bytes \xff that are no text");
  spdlog::error("second");
  flush_log();
  const std::string text = read_file(options.file);
  const std::size_t end = text.find('\n');
  const auto first = nlohmann::json::parse(text.substr(0, end));
  const auto second = nlohmann::json::parse(text.substr(end + 1));
  EXPECT_EQ(first["level"], "debug");
  EXPECT_EQ(first["daemon"], "tradingd");
  EXPECT_TRUE(first["message"].get<std::string>().starts_with("a \"quoted\" text\nwith a line"));
  EXPECT_TRUE(parse_timestamp(first["time"].get<std::string>()));
  EXPECT_EQ(second["level"], "error");
}

TEST_F(Log, BeginsANewFileAtTheBoundAndKeepsSoMany) {
  options.file_bytes_max = 10'000;
  options.files_max = 2;
  ASSERT_TRUE(start_logging(options));
  for (int i = 0; i < 2'000; ++i)
    spdlog::info("message {}", i);
  flush_log();
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
    ++files;
    EXPECT_LE(entry.file_size(), 10'000U);
  }
  EXPECT_EQ(files, 3);
  EXPECT_NE(read_file(options.file).find("message 1999"), std::string::npos);
}

TEST_F(Log, ChangesItsLevel) {
  options.level = "error";
  ASSERT_TRUE(start_logging(options));
  spdlog::info("first");
  EXPECT_TRUE(set_log_level("info"));
  EXPECT_EQ(log_level(), "info");
  spdlog::info("second");
  EXPECT_FALSE(set_log_level("loud"));
  EXPECT_EQ(log_level(), "info");
  EXPECT_TRUE(set_log_level("error"));
  spdlog::info("third");
  flush_log();
  const std::string text = read_file(options.file);
  EXPECT_EQ(text.find("first"), std::string::npos);
  EXPECT_NE(text.find("second"), std::string::npos);
  EXPECT_EQ(text.find("third"), std::string::npos);
  EXPECT_NE(text.find("the log level is info from now on, it was error"), std::string::npos) << text;
  EXPECT_NE(text.find("the log level is error from now on, it was info"), std::string::npos) << text;
}

TEST_F(Log, SaysAtAnyLevelWhatIsAboutItself) {
  options.level = "error";
  ASSERT_TRUE(start_logging(options));
  spdlog::warn("not at this level");
  log_at_any_level(spdlog::level::info, "two {} lines\n");
  ASSERT_TRUE(set_log_level("off"));
  const std::string text = read_file(options.file);
  EXPECT_EQ(std::ranges::count(text, '\n'), 2) << text;
  EXPECT_NE(text.find(" info tradingd: two {} lines \n"), std::string::npos) << text;
  EXPECT_NE(text.find(" info tradingd: the log level is off from now on, it was error\n"), std::string::npos);
}

TEST_F(Log, SaysWhatIsWrong) {
  options.level = "loud";
  EXPECT_EQ(start_logging(options).error().code, ErrorCode::usage);
  options.level = "info";
  write_file(directory / "file", "");
  options.file = directory / "file/tradingd.log";
  const Status started = start_logging(options);
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("cannot log to"), std::string::npos);
}

}  // namespace
}  // namespace trade::app
