#include "bus/unread_replies.hpp"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace trade::bus {
namespace {

constexpr UnreadRepliesBounds bounds{.client_max = 100'000, .all_max = 250'000, .share = 10'000};

const std::vector<std::byte> reply(5'000, std::byte{7});

TEST(UnreadReplies, AClientMayHaveSoManyBytesUnread) {
  UnreadReplies unread(bounds);
  std::vector<zmq::message_t> messages;
  while (unread.admits("a", reply.size()))
    messages.push_back(unread.make_message("a", reply));
  EXPECT_EQ(messages.size(), 20u);
  EXPECT_EQ(messages.back().size(), reply.size());
  EXPECT_EQ(messages.back().data<std::byte>()[4'999], std::byte{7});
  EXPECT_TRUE(unread.admits("a", UnreadReplies::small_bytes_max));
  EXPECT_TRUE(unread.admits("b", reply.size()));
  // Read, they make room.
  messages.pop_back();
  EXPECT_TRUE(unread.admits("a", reply.size()));
}

TEST(UnreadReplies, WhoHasReadAllMayHaveOneLargeReply) {
  UnreadReplies unread(bounds);
  EXPECT_TRUE(unread.admits("a", 150'000));
  auto message = unread.make_message("a", std::vector<std::byte>(150'000));
  EXPECT_FALSE(unread.admits("a", reply.size()));
  EXPECT_TRUE(unread.admits("b", 100'000));
  EXPECT_FALSE(unread.admits("b", 150'000));
  message = {};
  EXPECT_TRUE(unread.admits("b", 150'000));
}

TEST(UnreadReplies, WhereManyClientsDoNotReadEachHasItsShare) {
  UnreadReplies unread(bounds);
  std::vector<zmq::message_t> messages;
  for (const char* client : {"a", "b", "c"}) {
    while (unread.admits(client, reply.size()))
      messages.push_back(unread.make_message(client, reply));
  }
  EXPECT_EQ(messages.size(), bounds.all_max / reply.size());
  std::size_t more = 0;
  for (; unread.admits("d", reply.size()); ++more)
    messages.push_back(unread.make_message("d", reply));
  EXPECT_EQ(more, bounds.share / reply.size());
  messages.erase(messages.begin(), messages.begin() + 20);
  EXPECT_TRUE(unread.admits("d", reply.size()));
}

TEST(UnreadReplies, ClientsThatHaveReadAllAreForgotten) {
  UnreadReplies unread(bounds);
  const auto kept = unread.make_message("kept", reply);
  for (int i = 0; i < 10'000; ++i) {
    const auto message = unread.make_message("client " + std::to_string(i), reply);
    ASSERT_LE(unread.clients(), 200u);
  }
  EXPECT_TRUE(unread.admits("kept", bounds.client_max - reply.size()));
  EXPECT_FALSE(unread.admits("kept", bounds.client_max));
}

TEST(UnreadReplies, MessagesMayOutliveIt) {
  std::optional<UnreadReplies> unread(bounds);
  const auto message = unread->make_message("a", reply);
  unread.reset();
  EXPECT_EQ(message.size(), reply.size());
}

}  // namespace
}  // namespace trade::bus
