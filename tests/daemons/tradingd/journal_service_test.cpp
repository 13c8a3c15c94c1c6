// A follower on another machine: what it reads through tradingd's service is what the journal holds.
#include "tradingd/journal_service.hpp"

#include <atomic>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>
#include <poll.h>

#include "bus/sockets.hpp"
#include "follower/remote_reader.hpp"
#include "lib/follower/test_journal.hpp"
#include "support/temporary_directory.hpp"

namespace trade::tradingd {
namespace {

/// Answers journal requests from a local journal on a thread of its own, as tradingd does.
class JournalServer {
 public:
  explicit JournalServer(const std::filesystem::path& home) : home_(home), thread_([this] { serve(); }) {}
  ~JournalServer() {
    stop_ = true;
    thread_.join();
  }
  void wait_until_bound() const {
    while (!bound_)
      std::this_thread::yield();
  }

 private:
  void serve() {
    auto reader = journal::open_reader(home_ / "journal");
    ASSERT_TRUE(reader.has_value());
    const bus::Context context;
    bus::Endpoints endpoints(home_);
    auto server = bus::RequestServer::bind(context, endpoints, "tradingd");
    ASSERT_TRUE(server.has_value()) << server.error().message;
    bound_ = true;
    bus::ClientIdentity client;
    bus::Frame frame;
    wire::Encoder encoder;
    while (!stop_) {
      if (!server->receive(client, frame)) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        continue;
      }
      const auto request = wire::decode_request(frame.bytes());
      ASSERT_TRUE(request.has_value());
      const ReplyBody body =
          answer_journal_request(**reader, *(*reader)->head(), std::get<JournalRequest>(request->body));
      server->send(client, encoder.encode(Reply{request->id, body}));
    }
  }

  std::filesystem::path home_;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> bound_ = false;
  std::thread thread_;
};

TEST(JournalService, GivesAFollowerElsewhereEveryBatchInOrder) {
  std::string pattern = (std::filesystem::temp_directory_path() / "trade-test.XXXXXX").string();
  const std::filesystem::path home = ::mkdtemp(pattern.data());
  {
    test::TestJournal journal(home / "journal");
    for (int i = 0; i < 50; ++i)
      journal.append_any(static_cast<std::size_t>(1 + i % 3));
    const JournalServer server(home);
    server.wait_until_bound();
    const auto remote = follower::open_remote_reader({home, std::chrono::seconds(5)});
    ASSERT_TRUE(remote->head().has_value());
    EXPECT_EQ(remote->head()->batch, 50u);
    EXPECT_EQ(remote->head()->last_sequence, journal.head().last_sequence);
    EXPECT_EQ(remote->head()->next_command, journal.head().next_command);
    wire::Batch batch;
    Sequence next_sequence = 1;
    for (std::uint64_t number = 1; number <= 50; ++number) {
      const auto there = remote->read(number, batch);
      ASSERT_TRUE(there.has_value()) << there.error().message;
      ASSERT_TRUE(*there);
      EXPECT_EQ(batch.header.batch, number);
      EXPECT_EQ(batch.header.first_sequence, next_sequence);
      next_sequence = batch.last_sequence() + 1;
    }
    EXPECT_FALSE(*remote->read(51, batch));
    journal.append_any();
    EXPECT_EQ(remote->head()->batch, 51u);
    EXPECT_TRUE(*remote->read(51, batch));
  }
  std::filesystem::remove_all(home);
}

TEST(JournalService, GivesABatchThatIsLargerThanAFrameInParts) {
  const test::TemporaryDirectory home;
  test::TestJournal journal(home.path() / "journal");
  journal.append_any();
  // Some 40 bytes an event.
  journal.append_any(1'000'000);
  journal.append_any();
  const auto reader = journal::open_reader(home.path() / "journal");
  ASSERT_TRUE(reader);
  std::string record;
  ASSERT_TRUE(*(*reader)->read_encoded(2, record));
  ASSERT_GT(record.size(), wire::frame_bytes_max);

  const JournalServer server(home.path());
  server.wait_until_bound();
  const auto remote = follower::open_remote_reader({home.path(), std::chrono::seconds(20)});
  wire::Batch batch;
  for (std::uint64_t number = 1; number <= 3; ++number) {
    const auto there = remote->read(number, batch);
    ASSERT_TRUE(there.has_value()) << there.error().message;
    ASSERT_TRUE(*there);
    EXPECT_EQ(batch.header.batch, number);
    EXPECT_EQ(batch.events.size(), number == 2 ? 1'000'000u : 1u);
  }
}

class JournalServiceThread : public testing::Test {
 protected:
  /// The answers to what was asked, as they come.
  std::vector<Reply> answers(JournalService& service, std::size_t count) {
    std::vector<Reply> replies;
    while (replies.size() < count) {
      pollfd waiting{.fd = service.file_descriptor(), .events = POLLIN, .revents = 0};
      if (::poll(&waiting, 1, 10'000) != 1) break;
      for (JournalService::Answer& answer : service.take()) {
        buffer_.assign(answer.frame);
        const auto reply = wire::decode_reply(buffer_.bytes());
        EXPECT_TRUE(reply) << reply.error().message;
        if (reply) replies.push_back(*reply);
      }
    }
    return replies;
  }

  const test::TemporaryDirectory home_;
  test::TestJournal journal_{home_.path() / "journal"};
  wire::AlignedBuffer buffer_;
};

TEST_F(JournalServiceThread, AnswersInOrderAsFarAsWasDurableWhenItWasAsked) {
  journal_.append_any();
  JournalService service(std::move(*journal::open_reader(home_.path() / "journal")));
  const journal::Head before = journal_.head();
  journal_.append_any();
  ASSERT_TRUE(service.ask({}, 1, {.from_batch = 1}, before));
  ASSERT_TRUE(service.ask({}, 2, {.from_batch = 1}, journal_.head()));
  ASSERT_TRUE(service.ask({}, 3, {.from_batch = 1, .bytes_max = 0}, journal_.head()));
  const std::vector<Reply> replies = answers(service, 3);
  ASSERT_EQ(replies.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(replies[i].id, i + 1);
  EXPECT_EQ(std::get<JournalReply>(replies[0].body).batches.size(), 1u);
  EXPECT_EQ(std::get<JournalReply>(replies[1].body).batches.size(), 2u);
  EXPECT_TRUE(std::get<JournalReply>(replies[2].body).batches.empty());
  EXPECT_EQ(std::get<JournalReply>(replies[2].body).head_sequence, journal_.head().last_sequence);
}

TEST_F(JournalServiceThread, RefusesMoreThanMayWait) {
  journal_.append_any();
  JournalService service(std::move(*journal::open_reader(home_.path() / "journal")));
  // Answers that nobody takes count too, so that the bound is met however fast the thread is.
  for (std::size_t i = 0; i < JournalService::waiting_max; ++i)
    ASSERT_TRUE(service.ask({}, i + 1, {.from_batch = 1}, journal_.head()));
  EXPECT_FALSE(service.ask({}, 999, {.from_batch = 1}, journal_.head()));
  EXPECT_EQ(answers(service, JournalService::waiting_max).size(), JournalService::waiting_max);
  EXPECT_TRUE(service.ask({}, 1'000, {.from_batch = 1}, journal_.head()));
}

}  // namespace
}  // namespace trade::tradingd
