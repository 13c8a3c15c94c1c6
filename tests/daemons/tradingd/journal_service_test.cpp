// A follower on another machine: what it reads through tradingd's service is what the journal holds.
#include "tradingd/journal_service.hpp"

#include <atomic>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

#include "bus/sockets.hpp"
#include "follower/remote_reader.hpp"
#include "lib/follower/test_journal.hpp"

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
          answer_journal_request(**reader, (*reader)->head()->batch, std::get<JournalRequest>(request->body));
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

}  // namespace
}  // namespace trade::tradingd
