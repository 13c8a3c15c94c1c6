#include "bus/unread_replies.hpp"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace trade::bus {

/// What libzmq has of a reply until it is sent.
struct UnreadReplies::Reply {
  Reply(std::shared_ptr<Count> of, Bytes frame) : count(std::move(of)), bytes(frame.begin(), frame.end()) {
    count->client += bytes.size();
    *count->all += bytes.size();
  }
  ~Reply() {
    count->client -= bytes.size();
    *count->all -= bytes.size();
  }
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;

  std::shared_ptr<Count> count;
  std::vector<std::byte> bytes;
};

bool UnreadReplies::admits(std::string_view client, std::size_t bytes) const {
  if (bytes <= small_bytes_max) return true;
  const auto found = counts_.find(client);
  const std::size_t unread = found == counts_.end() ? 0 : found->second->client.load();
  if (unread != 0 && unread + bytes > bounds_.client_max) return false;
  return unread + bytes <= bounds_.share || all_->load() + bytes <= bounds_.all_max;
}

std::shared_ptr<UnreadReplies::Count> UnreadReplies::count_of(std::string_view client) {
  if (const auto found = counts_.find(client); found != counts_.end()) return found->second;
  // Clients come and go: those who have read all are forgotten once they are as many as the others.
  constexpr std::size_t untidied_min = 64;
  if (counts_.size() >= std::max(untidied_min, 2 * counts_after_tidying_)) {
    std::erase_if(counts_, [](const auto& entry) { return entry.second->client == 0; });
    counts_after_tidying_ = counts_.size();
  }
  auto count = std::make_shared<Count>();
  count->all = all_;
  counts_.emplace(client, count);
  return count;
}

zmq::message_t UnreadReplies::make_message(std::string_view client, Bytes frame) {
  auto reply = std::make_unique<Reply>(count_of(client), frame);
  void* const bytes = reply->bytes.data();
  zmq::message_t message(
      bytes, frame.size(), [](void*, void* hint) { delete static_cast<Reply*>(hint); }, reply.get());
  // From here on libzmq's.
  static_cast<void>(reply.release());
  return message;
}

}  // namespace trade::bus
