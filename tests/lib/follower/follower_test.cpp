// A follower as a whole: requests over real sockets, a real journal in a temporary home.
#include "follower/follower.hpp"

#include <cstring>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bus/sockets.hpp"
#include "bus/topics.hpp"
#include "lib/follower/recording_application.hpp"
#include "lib/follower/test_journal.hpp"
#include "support/temporary_directory.hpp"

namespace trade::follower {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr milliseconds patience{10'000};

bus::Deadline in(milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

class FollowerTest : public testing::Test {
 protected:
  FollowerTest() {
    options_.daemon = "ledgerd";
    options_.home = home_.path();
    options_.open_journal = [this] { return journal::open_reader(home_ / "journal"); };
  }
  ~FollowerTest() override { stop(); }

  void start() {
    auto follower = Follower::start(options_, application_);
    ASSERT_TRUE(follower) << follower.error().message;
    follower_.emplace(std::move(*follower));
    thread_ = std::thread([this] { outcome_ = follower_->run(); });
    connect();
  }
  /// Starts with so many batches to catch up with, one at a time, each of which takes so long.
  void start_behind(test::TestJournal& journal, int batches, milliseconds apply_time) {
    for (int i = 0; i < batches; ++i)
      journal.append_any();
    options_.group_batches_max = 1;
    application_.apply_time = apply_time;
    start();
  }
  void connect() {
    auto client = bus::RequestClient::connect(context_, endpoints(), "ledgerd");
    ASSERT_TRUE(client) << client.error().message;
    client_.emplace(std::move(*client));
  }
  Status stop() {
    if (thread_.joinable()) {
      follower_->stop();
      thread_.join();
    }
    return outcome_;
  }
  /// Waits until it has ended by itself.
  Status wait_for_end() {
    thread_.join();
    return outcome_;
  }
  [[nodiscard]] bus::Endpoints endpoints() const { return bus::Endpoints(home_.path()); }

  void send(RequestBody body) {
    const auto bytes = encoder_.encode(Request{++last_id_, std::move(body)});
    const Status sent = client_->send(bytes, in(patience));
    ASSERT_TRUE(sent) << sent.error().message;
  }
  /// The next reply; an ErrorReply of its own when none comes.
  Reply receive() {
    const auto received = client_->receive(frame_, in(patience));
    if (!received || !*received) {
      ADD_FAILURE() << (received ? "no reply" : received.error().message);
      return {};
    }
    auto reply = wire::decode_reply(frame_.bytes());
    if (!reply) {
      ADD_FAILURE() << reply.error().message;
      return {};
    }
    return *reply;
  }
  Reply ask(RequestBody body) {
    send(std::move(body));
    return receive();
  }
  DaemonView status() {
    const Reply reply = ask(StatusRequest{});
    if (const auto* found = std::get_if<StatusReply>(&reply.body)) return found->daemon;
    ADD_FAILURE() << "no status";
    return {};
  }
  /// The sequence that the application answers from.
  std::int64_t answered_sequence() {
    const Reply reply = ask(PortfolioRequest{"alice"});
    if (const auto* found = std::get_if<PortfolioReply>(&reply.body)) {
      return found->portfolio.cash_balance.units;
    }
    ADD_FAILURE() << "no portfolio: " << error_of(reply).message;
    return -1;
  }
  static Error error_of(const Reply& reply) {
    const auto* found = std::get_if<ErrorReply>(&reply.body);
    return found == nullptr ? Error{} : found->error;
  }
  template <class Condition>
  static bool comes_true(Condition&& condition) {
    const auto deadline = in(patience);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(milliseconds(2));
    }
    return true;
  }

  const test::TemporaryDirectory home_;
  Options options_;
  RecordingApplication application_;
  bus::Context context_;
  std::optional<Follower> follower_;
  std::thread thread_;
  Status outcome_;
  std::optional<bus::RequestClient> client_;
  bus::Frame frame_;
  wire::Encoder encoder_;
  std::uint64_t last_id_ = 0;
};

TEST_F(FollowerTest, WaitsForTheJournalAndSaysSo) {
  options_.started_at = test::journal_start;
  start();
  DaemonView view = status();
  EXPECT_EQ(view.daemon, "ledgerd");
  EXPECT_EQ(view.state, "waiting for journal");
  EXPECT_EQ(view.sequence, 0u);
  EXPECT_EQ(view.pid, ::getpid());
  EXPECT_EQ(view.started_at, test::journal_start);
  EXPECT_EQ(answered_sequence(), 0);
  test::TestJournal journal(home_ / "journal");
  const Sequence last = journal.append_any(3);
  ASSERT_TRUE(comes_true([&] { return status().sequence == last; }));
  view = status();
  EXPECT_EQ(view.state, "running");
  EXPECT_EQ(view.lag, 0u);
  EXPECT_EQ(view.counters.at("groups"), 1);
  EXPECT_EQ(view.counters.at("batch"), 1);
}

TEST_F(FollowerTest, RunsAsSoonAsThereIsAJournalWithNothingInIt) {
  options_.poll_interval = options_.idle_interval = milliseconds(60'000);
  start();
  EXPECT_EQ(status().state, "waiting for journal");
  test::TestJournal journal(home_ / "journal");
  EXPECT_EQ(status().state, "running");
}

TEST_F(FollowerTest, WhatWasToldBeforeIsNotTakenBackWhileTheJournalIsNotThere) {
  options_.catch_up_max = milliseconds(100);
  application_.answers_from_batch = 2;
  start();
  EXPECT_EQ(error_of(ask(PortfolioRequest{"alice"})).code, ErrorCode::timed_out);
  test::TestJournal journal(home_ / "journal");
  journal.append_any();
  EXPECT_EQ(error_of(ask(PortfolioRequest{"alice"})).code, ErrorCode::timed_out);
  const Sequence last = journal.append_any();
  ASSERT_TRUE(comes_true([&] { return status().sequence == last; }));
  EXPECT_EQ(answered_sequence(), static_cast<std::int64_t>(last));
}

TEST_F(FollowerTest, AnAnswerHoldsAllThatWasDurableWhenItWasAskedFor) {
  test::TestJournal journal(home_ / "journal");
  journal.append_any();
  // Nobody rings, and the journal is looked at so seldom that only the request itself can make it look.
  options_.poll_interval = options_.idle_interval = milliseconds(60'000);
  start();
  for (int round = 0; round < 200; ++round) {
    const Sequence last = journal.append_any(1 + static_cast<std::size_t>(round) % 3);
    ASSERT_EQ(answered_sequence(), static_cast<std::int64_t>(last));
  }
}

TEST_F(FollowerTest, RequestsAreAnsweredInTheirOrder) {
  test::TestJournal journal(home_ / "journal");
  start();
  const std::uint64_t first_id = last_id_ + 1;
  for (int i = 0; i < 500; ++i)
    send(PortfolioRequest{std::to_string(i)});
  for (int i = 0; i < 500; ++i) {
    const Reply reply = receive();
    ASSERT_EQ(reply.id, first_id + static_cast<std::uint64_t>(i));
    ASSERT_EQ(std::get<PortfolioReply>(reply.body).portfolio.account, std::to_string(i));
  }
}

TEST_F(FollowerTest, TheDoorbellWakesIt) {
  test::TestJournal journal(home_ / "journal");
  options_.poll_interval = options_.idle_interval = milliseconds(60'000);
  bus::Endpoints where = endpoints();
  auto doorbell = bus::Publisher::bind(context_, where, "tradingd");
  ASSERT_TRUE(doorbell) << doorbell.error().message;
  start();
  journal.append_any();
  // A status request does not make it look at the journal; requests are not what this is about.
  const auto topic = bus::batch_topic();
  ASSERT_TRUE(comes_true([&] {
    doorbell->process_subscriptions();
    return doorbell->wanted(topic.view());
  }));
  const Sequence last = journal.append_any();
  const auto rung = encoder_.encode(PublicationBody{BatchPublished{2, last}});
  doorbell->publish(topic.view(), rung);
  // Asked only once the bell has had ample time: the status request itself would wake the loop too.
  std::this_thread::sleep_for(milliseconds(300));
  EXPECT_EQ(status().sequence, last);
}

TEST_F(FollowerTest, WithoutADoorbellTheJournalIsPolled) {
  test::TestJournal journal(home_ / "journal");
  start();
  for (int round = 0; round < 5; ++round) {
    const Sequence last = journal.append_any();
    ASSERT_TRUE(comes_true([&] { return status().sequence == last; }));
  }
  EXPECT_GT(application_.idle_calls, 0);
}

TEST_F(FollowerTest, ARequestThatCannotCatchUpInTimeIsToldTheLag) {
  test::TestJournal journal(home_ / "journal");
  options_.catch_up_max = milliseconds(150);
  start_behind(journal, 10, milliseconds(100));
  const Error error = error_of(ask(PortfolioRequest{"alice"}));
  EXPECT_EQ(error.code, ErrorCode::timed_out);
  EXPECT_THAT(error.message, testing::MatchesRegex("ledgerd is [0-9]+ batches behind .*"));
  const DaemonView view = status();
  EXPECT_GT(view.lag, 0u);
  EXPECT_EQ(view.counters.at("requests_timed_out"), 1);
  ASSERT_TRUE(comes_true([&] { return status().lag == 0; }));
  EXPECT_EQ(answered_sequence(), 10);
}

TEST_F(FollowerTest, IsCatchingUpWhileItIsLongBehind) {
  test::TestJournal journal(home_ / "journal");
  start_behind(journal, 30, milliseconds(50));
  EXPECT_EQ(status().state, "catching_up");
  ASSERT_TRUE(comes_true([&] { return status().state == "running"; }));
  EXPECT_EQ(status().lag, 0u);
}

TEST_F(FollowerTest, WhatIsAboutKeysIsAnsweredHoweverFarBehindItIs) {
  test::TestJournal journal(home_ / "journal");
  start_behind(journal, 30, milliseconds(50));
  for (const RequestBody& body :
       {RequestBody(CreateKeyRequest{}), RequestBody(KeysRequest{}), RequestBody(RevokeKeyRequest{})})
    EXPECT_EQ(error_of(ask(body)).name, "not_served_here") << "which is what this application says to it";
  EXPECT_GT(status().lag, 0u);
}

TEST_F(FollowerTest, MoreRequestsThanItKeepsAreRefused) {
  test::TestJournal journal(home_ / "journal");
  for (int i = 0; i < 5; ++i)
    journal.append_any();
  options_.group_batches_max = 1;
  options_.pending_requests_max = 2;
  application_.apply_time = milliseconds(100);
  start();
  for (int i = 0; i < 3; ++i)
    send(PortfolioRequest{"alice"});
  const Reply refused = receive();
  EXPECT_EQ(refused.id, 3u);
  EXPECT_EQ(error_of(refused).name, "overloaded");
  for (std::uint64_t id = 1; id <= 2; ++id) {
    const Reply reply = receive();
    EXPECT_EQ(reply.id, id);
    EXPECT_TRUE(std::holds_alternative<PortfolioReply>(reply.body)) << error_of(reply).message;
  }
}

TEST_F(FollowerTest, FramesThatAreNoRequestsAreRefusedAndChangeNothing) {
  test::TestJournal journal(home_ / "journal");
  const Sequence last = journal.append_any();
  start();
  std::vector<std::byte> valid;
  const auto encoded = encoder_.encode(Request{1, PortfolioRequest{"alice"}});
  valid.assign(encoded.begin(), encoded.end());
  std::int64_t sent = 0;
  const auto send_bytes = [&](bus::Bytes bytes) {
    ASSERT_TRUE(client_->send(bytes, in(patience)));
    ++sent;
  };
  send_bytes(std::as_bytes(std::span(std::string_view("hello"))));
  for (std::size_t size = 1; size < valid.size(); size += 7)
    send_bytes(bus::Bytes(valid).first(size));
  const auto reply = encoder_.encode(Reply{1, StatusReply{}});
  send_bytes(reply);
  // Each is told, under a number that no request has.
  for (std::int64_t i = 0; i < sent; ++i) {
    const Reply refusal = receive();
    EXPECT_EQ(refusal.id, 0u);
    EXPECT_EQ(error_of(refusal).code, ErrorCode::corrupt);
  }
  EXPECT_EQ(answered_sequence(), static_cast<std::int64_t>(last));
  EXPECT_EQ(status().counters.at("requests_malformed"), sent);
}

TEST_F(FollowerTest, RequestsForOthersAreRefused) {
  test::TestJournal journal(home_ / "journal");
  start();
  SubmitRequest submit;
  submit.commands.push_back({DepositCash{{}, Money{10'000}}, "alice", ""});
  EXPECT_EQ(error_of(ask(std::move(submit))).name, "not_served_here");
  EXPECT_EQ(error_of(ask(QuotesRequest{})).name, "not_served_here");
}

TEST_F(FollowerTest, AnAnswerThatNoFrameHoldsIsRefused) {
  test::TestJournal journal(home_ / "journal");
  application_.answered_positions = 2'000'000;
  start();
  const Error error = error_of(ask(PortfolioRequest{"alice"}));
  EXPECT_EQ(error.name, "reply_too_large");
}

TEST_F(FollowerTest, StopsAfterACommitAndAnswersNobodyWrongly) {
  test::TestJournal journal(home_ / "journal");
  for (int i = 0; i < 20; ++i)
    journal.append_any();
  options_.group_batches_max = 2;
  application_.apply_time = milliseconds(20);
  start();
  send(PortfolioRequest{"alice"});
  ASSERT_GT(status().lag, 0u);
  const Status stopped = stop();
  ASSERT_TRUE(stopped) << stopped.error().message;
  EXPECT_THAT(application_.calls, testing::EndsWith("cs"));
  EXPECT_EQ(application_.committed, application_.position());
  const Error error = error_of(receive());
  EXPECT_EQ(error.code, ErrorCode::not_running);
  EXPECT_THAT(error.message, HasSubstr("stopping"));
}

TEST_F(FollowerTest, GoesOnServingWhileNobodyWrites) {
  Sequence last = 0;
  {
    test::TestJournal journal(home_ / "journal");
    last = journal.append_any(5);
  }
  start();
  EXPECT_EQ(answered_sequence(), static_cast<std::int64_t>(last));
  EXPECT_EQ(status().state, "running");
}

TEST_F(FollowerTest, AFailedCommitEndsIt) {
  test::TestJournal journal(home_ / "journal");
  application_.commit_fails = true;
  start();
  journal.append_any();
  const Status ended = wait_for_end();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ErrorCode::out_of_space);
  EXPECT_THAT(application_.calls, testing::Not(HasSubstr("s")));
}

TEST_F(FollowerTest, PublishesAfterEachCommit) {
  test::TestJournal journal(home_ / "journal");
  options_.publishes = true;
  start();
  auto subscriber = bus::Subscriber::connect(context_, endpoints(), "ledgerd");
  ASSERT_TRUE(subscriber) << subscriber.error().message;
  subscriber->subscribe(bus::batch_topic().view());
  subscriber->request_confirmation();
  bus::Frame topic;
  ASSERT_TRUE(comes_true([&] {
    subscriber->receive(topic, frame_);
    return subscriber->confirmations() > 0;
  }));
  const Sequence last = journal.append_any(4);
  ASSERT_TRUE(comes_true([&] { return subscriber->receive(topic, frame_); }));
  EXPECT_EQ(topic.text(), bus::batch_topic().view());
  const auto publication = wire::decode_publication(frame_.bytes());
  ASSERT_TRUE(publication) << publication.error().message;
  EXPECT_EQ(std::get<BatchPublished>(*publication).last_sequence, last);
  ASSERT_TRUE(stop());
  EXPECT_THAT(application_.calls, HasSubstr("acp"));
}

TEST_F(FollowerTest, ASecondOneOfTheSameNameIsRefused) {
  start();
  RecordingApplication other;
  const auto second = Follower::start(options_, other);
  EXPECT_FALSE(second);
  EXPECT_EQ(status().state, "waiting for journal");
}

}  // namespace
}  // namespace trade::follower
