// An initiator's session against an acceptor's, in one process.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "fix/resend.hpp"
#include "fix/session.hpp"
#include "lib/fix/made_message.hpp"
#include "lib/fix/memory_store.hpp"

namespace trade::fix::test {
namespace {

/// Bytes on the way to the other side, until they are carried there.
class Wire : public Connection {
 public:
  void send(const std::string& bytes) override { sent.push_back(bytes); }
  std::size_t unsent_bytes() const override { return 0; }
  void disconnect() override { over = true; }

  std::vector<std::string> sent;
  bool over = false;
};

class Side : public Handler {
 public:
  std::string check_logon(const Message& logon) override {
    logons.push_back(logon);
    return wanted.empty() || logon.text(554) == wanted ? "" : "the password is wrong";
  }
  void logged_on() override { ++logged_on_count; }
  void logged_out() override { ++logged_out_count; }
  Verdict received(const Message& message) override {
    taken.push_back(message);
    return verdict;
  }
  void refused(const Message& reject) override { rejects.push_back(reject); }
  void log(const std::string&) override {}

  std::string wanted;
  Verdict verdict;
  std::vector<Message> logons, taken, rejects;
  int logged_on_count = 0;
  int logged_out_count = 0;
};

class InitiatorTest : public testing::Test {
 protected:
  static SessionOptions options(bool initiates) {
    SessionOptions options;
    options.version = "FIX.4.4";
    options.our_comp_id = initiates ? "BROKER" : "EXCHANGE";
    options.their_comp_id = initiates ? "EXCHANGE" : "BROKER";
    options.initiates = initiates;
    options.password = initiates ? "sesame" : "";
    return options;
  }

  InitiatorTest()
      : acceptor_(options(false), acceptor_store_, acceptor_side_),
        initiator_(options(true), initiator_store_, initiator_side_) {
    acceptor_side_.wanted = "sesame";
  }

  void connect() {
    to_acceptor_ = {};
    to_initiator_ = {};
    ASSERT_TRUE(acceptor_.attach(to_initiator_));
    ASSERT_TRUE(initiator_.attach(to_acceptor_));
  }
  void carry() {
    while (!to_acceptor_.sent.empty() || !to_initiator_.sent.empty()) {
      std::vector<std::string> bytes;
      bytes.swap(to_acceptor_.sent);
      for (const std::string& message : bytes)
        acceptor_.receive(message);
      bytes.clear();
      bytes.swap(to_initiator_.sent);
      for (const std::string& message : bytes)
        initiator_.receive(message);
    }
  }
  void cut() {
    to_acceptor_.sent.clear();
    to_initiator_.sent.clear();
    acceptor_.detach();
    initiator_.detach();
  }
  static Message order(const std::string& id) {
    Message message;
    message.type = "D";
    message.add(11, id).add(21, "1").add(55, "AAPL").add(54, "1").add(60, "20260130-14:30:00.000");
    message.add(38, "1").add(40, "1");
    return message;
  }
  static Message report(const std::string& id) {
    Message message;
    message.type = "j";
    message.add(45, "1").add(372, "D").add(380, "0").add(58, id);
    return message;
  }

  MemoryStore acceptor_store_, initiator_store_;
  Side acceptor_side_, initiator_side_;
  Wire to_acceptor_, to_initiator_;
  Session acceptor_, initiator_;
};

TEST_F(InitiatorTest, LogsOnWithItsPasswordAndBeginsAtOneTheFirstTime) {
  acceptor_store_.sender = 7;
  acceptor_store_.target = 9;
  connect();
  carry();
  EXPECT_TRUE(initiator_.logged_on());
  EXPECT_TRUE(acceptor_.logged_on());
  ASSERT_EQ(acceptor_side_.logons.size(), 1u);
  const Message& logon = acceptor_side_.logons.front();
  EXPECT_EQ(logon.text(554), "sesame");
  EXPECT_EQ(logon.text(108), "30");
  EXPECT_EQ(logon.text(141), "Y");
  EXPECT_EQ(logon.text(34), "1");
  EXPECT_EQ(acceptor_store_.target, 2);
  EXPECT_EQ(initiator_store_.target, 2);
  EXPECT_EQ(initiator_side_.logged_on_count, 1);
}

TEST_F(InitiatorTest, GoesOnWithItsNumbersAndIsToldWhatItMissed) {
  connect();
  carry();
  cut();
  acceptor_.send(report("missed"));
  connect();
  carry();
  EXPECT_TRUE(initiator_.logged_on());
  EXPECT_EQ(acceptor_side_.logons.back().text(141), "");
  EXPECT_EQ(acceptor_side_.logons.back().text(34), "2");
  ASSERT_EQ(initiator_side_.taken.size(), 1u);
  EXPECT_EQ(initiator_side_.taken.front().text(58), "missed");
}

TEST_F(InitiatorTest, WhatWasLostOnTheWayIsSentAgain) {
  connect();
  carry();
  initiator_.send(order("1-1"));
  cut();
  connect();
  carry();
  ASSERT_EQ(acceptor_side_.taken.size(), 1u);
  EXPECT_EQ(acceptor_side_.taken.front().text(11), "1-1");
  EXPECT_EQ(acceptor_side_.taken.front().text(43), "Y");
}

TEST_F(InitiatorTest, AsksToBeginAtOneUntilThatWasAnswered) {
  connect();
  cut();  // the Logon was lost
  connect();
  EXPECT_EQ(parse(to_acceptor_.sent.front()).text(141), "Y");
  EXPECT_EQ(parse(to_acceptor_.sent.front()).text(34), "1");
  carry();
  EXPECT_TRUE(initiator_.logged_on());
}

TEST_F(InitiatorTest, AWrongPasswordIsNotAnswered) {
  acceptor_side_.wanted = "other";
  connect();
  carry();
  EXPECT_FALSE(initiator_.logged_on());
  EXPECT_TRUE(to_initiator_.over);
}

TEST_F(InitiatorTest, TellsOfAMessageThatTheOtherSideRefuses) {
  connect();
  carry();
  initiator_.send(order("1-1").add(4711, "unknown here"));
  carry();
  ASSERT_EQ(initiator_side_.rejects.size(), 1u);
  EXPECT_EQ(initiator_side_.rejects.front().text(45), "2");
  EXPECT_EQ(initiator_side_.rejects.front().text(371), "4711");
}

TEST_F(InitiatorTest, TakesFieldsAndGroupsThatNoDictionaryHas) {
  connect();
  carry();
  const std::string now = acceptor_side_.logons.front().text(52);
  initiator_.receive(framed("35=8|34=2|49=EXCHANGE|52=" + now +
                            "|56=BROKER|11=1-1|9001=x|453=2|448=A|447=D|452=1|448=B|447=D|452=3|58=|"));
  ASSERT_EQ(initiator_side_.taken.size(), 1u);
  EXPECT_EQ(initiator_side_.taken.front().text(9001), "x");
  EXPECT_EQ(initiator_side_.taken.front().text(448), "A");
  EXPECT_EQ(initiator_store_.target, 3);
}

TEST_F(InitiatorTest, BeginsAnewWithTheOtherSide) {
  connect();
  carry();
  initiator_.send(order("1-1"));
  carry();
  initiator_.begin_anew("midnight");
  cut();
  connect();
  carry();
  EXPECT_TRUE(initiator_.logged_on());
  EXPECT_EQ(acceptor_side_.logons.back().text(141), "Y");
  EXPECT_EQ(acceptor_store_.target, 2);
}

}  // namespace
}  // namespace trade::fix::test
