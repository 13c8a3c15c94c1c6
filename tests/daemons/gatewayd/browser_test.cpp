// What browsers have on top: sessions, their cookie, the origin of a request, the page's files.
#include "gatewayd/browser.hpp"

#include <algorithm>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "access/browser_sessions.hpp"
#include "gatewayd/page.hpp"
#include "support/temporary_directory.hpp"

namespace trade::gatewayd {
namespace {

using access::BrowserSessions;

Timestamp at(std::int64_t seconds) {
  return {seconds * nanoseconds_per_second};
}

KeyView key_named(std::string id) {
  KeyView key;
  key.id = std::move(id);
  key.account = "alice";
  return key;
}

TEST(BrowserSessionsTest, ATokenStandsForItsKeyUntilItEnds) {
  BrowserSessions sessions;
  const std::string token = sessions.create(key_named("PKA"), at(0));
  EXPECT_EQ(token.size(), 43U);
  EXPECT_NE(token, sessions.create(key_named("PKA"), at(0)));
  ASSERT_TRUE(sessions.use(token, at(1)));
  EXPECT_EQ(sessions.use(token, at(1))->id, "PKA");
  EXPECT_FALSE(sessions.use(token + "x", at(1)));
  EXPECT_FALSE(sessions.use("", at(1)));
  sessions.end(token);
  EXPECT_FALSE(sessions.alive(token, at(1)));
  EXPECT_FALSE(sessions.use(token, at(1)));
}

TEST(BrowserSessionsTest, ItEndsWhenItIsIdleAndInTheEndWhateverItDoes) {
  BrowserSessions sessions;
  const std::string idle = sessions.create(key_named("PKA"), at(0));
  const std::string busy = sessions.create(key_named("PKA"), at(0));
  constexpr std::int64_t step = BrowserSessions::idle_seconds_max / 2;
  std::int64_t now = 0;
  for (; now + step < BrowserSessions::seconds_max; now += step)
    ASSERT_TRUE(sessions.use(busy, at(now))) << now;
  EXPECT_FALSE(sessions.use(idle, at(BrowserSessions::idle_seconds_max)));
  EXPECT_TRUE(sessions.alive(busy, at(BrowserSessions::seconds_max - 1)));
  EXPECT_FALSE(sessions.use(busy, at(BrowserSessions::seconds_max)));
  EXPECT_EQ(sessions.count(), 0U);
}

TEST(BrowserSessionsTest, OneKeyCannotFillTheTable) {
  BrowserSessions sessions;
  const std::string other = sessions.create(key_named("PKB"), at(0));
  const std::string first = sessions.create(key_named("PKA"), at(1));
  for (std::size_t i = 1; i < BrowserSessions::sessions_per_key_max; ++i)
    sessions.create(key_named("PKA"), at(2));
  EXPECT_TRUE(sessions.alive(first, at(3)));
  sessions.create(key_named("PKA"), at(3));
  EXPECT_FALSE(sessions.alive(first, at(3))) << "the one that was used longest ago makes room";
  EXPECT_TRUE(sessions.alive(other, at(3)));
  EXPECT_EQ(sessions.count(), BrowserSessions::sessions_per_key_max + 1);
}

TEST(BrowserTest, TheCookieIsFoundAmongOthers) {
  EXPECT_EQ(cookie_value("a=1; trade_session=xyz; b=2", "trade_session"), "xyz");
  EXPECT_EQ(cookie_value("trade_session=xyz", "trade_session"), "xyz");
  EXPECT_EQ(cookie_value("xtrade_session=no; trade_session2=no", "trade_session"), "");
  EXPECT_EQ(cookie_value("trade_session", "trade_session"), "");
  EXPECT_EQ(cookie_value("", "trade_session"), "");
}

TEST(BrowserTest, OnlyOwnPagesAreOfTheSameOrigin) {
  http::Request request;
  EXPECT_FALSE(same_origin(request));
  request.headers = {{"host", "127.0.0.1:8080"}};
  EXPECT_FALSE(same_origin(request)) << "nothing says where it is from";
  const auto from = [&](std::string origin, bool secure = false) {
    request.secure = secure;
    request.headers = {{"host", "127.0.0.1:8080"}, {"origin", std::move(origin)}};
    return same_origin(request);
  };
  EXPECT_TRUE(from("http://127.0.0.1:8080"));
  EXPECT_TRUE(from("https://127.0.0.1:8080", true));
  EXPECT_FALSE(from("http://127.0.0.1:8080", true));
  EXPECT_FALSE(from("http://127.0.0.1"));
  EXPECT_FALSE(from("http://127.0.0.1:8080.evil.example"));
  EXPECT_FALSE(from("null"));
}

TEST(PageFilesTest, HoldWhatThePageIsMadeOfAndNothingElse) {
  const test::TemporaryDirectory directory;
  const PageFiles without(directory.path());
  for (const char* name : {"index.html", "style.css", "app.js", "icon.svg"})
    EXPECT_NE(without.find(name), nullptr) << name;
  EXPECT_EQ(without.find("index.html")->content_type, "text/html; charset=utf-8");
  EXPECT_EQ(without.find("lightweight-charts.js"), nullptr);
  EXPECT_EQ(without.find("../index.html"), nullptr);
  EXPECT_EQ(without.find(""), nullptr);
  std::set<std::string> tags;
  for (const PageFile& file : built_in_page_files())
    tags.insert(without.find(file.name)->entity_tag);
  EXPECT_EQ(tags.size(), built_in_page_files().size());

  std::ofstream(directory.path() / "lightweight-charts.js") << "export {};\n";
  const PageFiles with(directory.path());
  ASSERT_NE(with.find("lightweight-charts.js"), nullptr);
  EXPECT_EQ(with.find("lightweight-charts.js")->text, "export {};\n");
  EXPECT_EQ(with.find("lightweight-charts.js")->content_type, "text/javascript; charset=utf-8");
}

TEST(PageFilesTest, AreEmbeddedByteForByte) {
  for (const PageFile& file : built_in_page_files()) {
    std::ifstream source(std::string(TRADE_SOURCE_DIR) + "/share/web/" + std::string(file.name),
                         std::ios::binary);
    ASSERT_TRUE(source) << file.name;
    const std::string text{std::istreambuf_iterator<char>(source), {}};
    EXPECT_TRUE(text == file.text) << file.name;
  }
}

}  // namespace
}  // namespace trade::gatewayd
