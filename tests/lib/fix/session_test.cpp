#include "fix/session.hpp"

#include <chrono>
#include <ctime>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "fix/resend.hpp"
#include "lib/fix/made_message.hpp"
#include "lib/fix/memory_store.hpp"

namespace trade::fix::test {
namespace {

class TestLine : public Connection {
 public:
  void send(const std::string& bytes) override {
    sent.push_back(bytes);
    unsent += bytes.size();
    unsent_max = std::max(unsent_max, unsent);
  }
  std::size_t unsent_bytes() const override { return unsent; }
  void disconnect() override { over = true; }

  std::vector<std::string> sent;
  std::size_t unsent = 0;
  std::size_t unsent_max = 0;
  bool over = false;
};

class TestHandler : public Handler {
 public:
  std::string check_logon(const Message& logon) override {
    return logon.text(554) == "sesame" ? "" : "the password is wrong";
  }
  void logged_on() override { ++logons; }
  void logged_out() override { ++logouts; }
  Verdict received(const Message& message) override {
    taken.push_back(message);
    return {};
  }
  void log(const std::string&) override {}

  std::vector<Message> taken;
  int logons = 0;
  int logouts = 0;
};

class SessionTest : public testing::Test {
 protected:
  SessionTest() : session_(options(), store_, handler_) {}

  static SessionOptions options() {
    SessionOptions options;
    options.version = "FIX.4.4";
    options.our_comp_id = "TRADE";
    options.their_comp_id = "BUYSIDE";
    return options;
  }
  static std::string now() {
    char text[32];
    const std::time_t seconds = std::time(nullptr);
    std::strftime(text, sizeof text, "%Y%m%d-%H:%M:%S", std::gmtime(&seconds));
    return text;
  }
  void give(const std::string& type, int sequence, const std::string& rest) {
    session_.receive(framed("35=" + type + "|34=" + std::to_string(sequence) + "|49=BUYSIDE|52=" + now() +
                            "|56=TRADE|" + rest));
  }
  void log_on(int sequence = 1) {
    ASSERT_TRUE(session_.attach(line_));
    give("A", sequence, "98=0|108=30|554=sesame|");
    ASSERT_TRUE(session_.logged_on());
    line_.sent.clear();
    line_.unsent = 0;
  }
  void report(const std::string& text) {
    Message message;
    message.type = "j";
    message.add(45, "1").add(372, "D").add(380, "0").add(58, text);
    session_.send(message);
  }
  /// The types that were sent, with numbers, and "a-b" for a gap fill from a to before b.
  std::vector<std::string> told() const {
    std::vector<std::string> all;
    for (const std::string& bytes : line_.sent) {
      const Message message = parse(bytes);
      all.push_back(message.type == "4"
                        ? message.text(34) + "-" + message.text(36)
                        : message.type + message.text(34) + (message.text(43) == "Y" ? "again" : ""));
    }
    return all;
  }

  MemoryStore store_;
  TestHandler handler_;
  TestLine line_;
  Session session_;
};

TEST_F(SessionTest, AWrongPasswordChangesNoNumber) {
  store_.sender = 5;
  store_.target = 9;
  ASSERT_TRUE(session_.attach(line_));
  give("A", 1, "98=0|108=30|141=Y|554=guess|");
  EXPECT_TRUE(line_.over);
  EXPECT_TRUE(line_.sent.empty());
  EXPECT_EQ(store_.sender, 5);
  EXPECT_EQ(store_.target, 9);
  EXPECT_EQ(store_.resets, 0);
}

TEST_F(SessionTest, ALogoutOutOfTurnDoesNotTakeThePlaceOfWhatIsMissing) {
  log_on();
  give("5", 6, "");
  EXPECT_TRUE(line_.over);
  EXPECT_EQ(store_.target, 2);
}

TEST_F(SessionTest, AResendComesInPortionsAndWhatIsNewerWaitsForIt) {
  log_on();
  const std::string text(10'000, 'x');
  for (int i = 0; i < 1'000; ++i)
    report(text);
  ASSERT_EQ(store_.sender, 1'002);
  line_.sent.clear();
  line_.unsent = line_.unsent_max = 0;
  give("2", 2, "7=1|16=0|");
  EXPECT_TRUE(session_.resending());
  EXPECT_LT(line_.unsent_max, std::size_t{5} << 20);
  report("newest");
  EXPECT_TRUE(session_.resending());
  for (int i = 0; i < 1'000 && session_.resending(); ++i) {
    line_.unsent = 0;
    session_.go_on_resending();
  }
  EXPECT_FALSE(session_.resending());
  EXPECT_LT(line_.unsent_max, std::size_t{5} << 20);
  EXPECT_LE(store_.portion_max, 256u);
  std::vector<std::string> expected{"1-2"};
  for (int sequence = 2; sequence <= 1'002; ++sequence)
    expected.push_back("j" + std::to_string(sequence) + "again");
  EXPECT_EQ(told(), expected);
  line_.sent.clear();
  report("after it");
  EXPECT_EQ(told(), (std::vector<std::string>{"j1003"}));
}

TEST_F(SessionTest, AResendIsTheSameBytesEachTime) {
  log_on();
  report("first");
  give("1", 2, "112=x|");
  report("second");
  const std::string original = line_.sent.front();
  line_.sent.clear();
  give("2", 3, "7=2|16=2|");
  give("2", 4, "7=2|16=2|");
  ASSERT_EQ(told(), (std::vector<std::string>{"j2again", "j2again"}));
  const auto body = [](const std::string& bytes) {
    const std::size_t at = bytes.find("\00145=");
    return bytes.substr(at, bytes.find("\00110=") - at);
  };
  EXPECT_EQ(body(line_.sent[0]), body(original));
  EXPECT_EQ(body(line_.sent[1]), body(original));
  line_.sent.clear();
  give("2", 5, "7=1|16=0|");
  EXPECT_EQ(told(), (std::vector<std::string>{"1-2", "j2again", "3-4", "j4again"}));
}

TEST_F(SessionTest, AResendOfNothingButSessionMessagesIsOneGapFill) {
  log_on();
  give("1", 2, "112=x|");
  line_.sent.clear();
  give("2", 3, "7=1|16=0|");
  EXPECT_EQ(told(), (std::vector<std::string>{"1-3"}));
}

TEST_F(SessionTest, AResendOfWhatWasNeverSentIsNothing) {
  log_on();
  give("2", 2, "7=100|16=0|");
  EXPECT_TRUE(told().empty());
  EXPECT_FALSE(session_.resending());
  give("1", 3, "112=x|");
  EXPECT_EQ(told(), (std::vector<std::string>{"02"}));
}

TEST_F(SessionTest, WhatComesBeyondAGapIsKeptOnlySoFar) {
  log_on();
  for (int sequence = 3; sequence < 10'100 && !line_.over; ++sequence)
    give("0", sequence, "");
  ASSERT_FALSE(line_.sent.empty());
  EXPECT_EQ(parse(line_.sent.front()).type, "2");
  const Message last = parse(line_.sent.back());
  EXPECT_EQ(last.type, "5");
  EXPECT_NE(last.text(58).find("gap"), std::string::npos);
}

TEST_F(SessionTest, BeginsAnew) {
  log_on();
  session_.begin_anew("midnight");
  EXPECT_TRUE(line_.over);
  EXPECT_EQ(told(), (std::vector<std::string>{"52"}));
  EXPECT_EQ(store_.sender, 1);
  EXPECT_EQ(store_.target, 1);
  EXPECT_EQ(handler_.logouts, 1);
}

}  // namespace
}  // namespace trade::fix::test
