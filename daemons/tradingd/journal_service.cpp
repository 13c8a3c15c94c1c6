#include "tradingd/journal_service.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace trade::tradingd {

ReplyBody answer_journal_request(journal::Reader& reader, std::uint64_t head_batch,
                                 const JournalRequest& request) {
  JournalReply reply;
  reply.head_batch = head_batch;
  // Half a frame leaves room for a last record that is larger than what was asked for.
  const std::size_t bytes_max = std::min<std::size_t>(request.bytes_max, wire::frame_bytes_max / 2);
  std::size_t bytes = 0;
  std::string record;
  for (std::uint64_t number = std::max<std::uint64_t>(request.from_batch, 1); number <= head_batch;
       ++number) {
    const Result<bool> there = reader.read_encoded(number, record);
    if (!there) return ErrorReply{there.error()};
    if (!*there || (!reply.batches.empty() && bytes + record.size() > bytes_max)) break;
    bytes += record.size();
    reply.batches.push_back(std::move(record));
  }
  return reply;
}

}  // namespace trade::tradingd
