#include "tradingd/journal_service.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

#include "wire/wire.hpp"

namespace trade::tradingd {

namespace {

/// Half a frame leaves room for a last record that is larger than what was asked for.
constexpr std::size_t answer_bytes_max = wire::frame_bytes_max / 2;

}  // namespace

ReplyBody answer_journal_request(journal::Reader& reader, const journal::Head& head,
                                 const JournalRequest& request) {
  JournalReply reply;
  reply.head_batch = head.batch;
  reply.head_sequence = head.last_sequence;
  reply.head_next_command = head.next_command;
  if (request.bytes_max == 0) return reply;
  const std::size_t bytes_max = std::min<std::size_t>(request.bytes_max, answer_bytes_max);
  std::size_t bytes = 0;
  std::string record;
  for (std::uint64_t number = std::max<std::uint64_t>(request.from_batch, 1); number <= head.batch;
       ++number) {
    const Result<bool> there = reader.read_encoded(number, record);
    if (!there) return ErrorReply{there.error()};
    if (!*there || (!reply.batches.empty() && bytes + record.size() > bytes_max)) break;
    if (record.size() > answer_bytes_max) {
      reply.record_bytes = record.size();
      reply.batches.push_back(
          record.substr(std::min<std::uint64_t>(request.from_byte, record.size()), answer_bytes_max));
      break;
    }
    bytes += record.size();
    reply.batches.push_back(std::move(record));
  }
  return reply;
}

JournalService::JournalService(std::unique_ptr<journal::Reader> reader)
    : reader_(std::move(reader)),
      event_descriptor_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      thread_([this] { run(); }) {}

JournalService::~JournalService() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  asked_.notify_one();
  thread_.join();
  if (event_descriptor_ >= 0) ::close(event_descriptor_);
}

bool JournalService::ask(const bus::ClientIdentity& client, std::uint64_t request_id,
                         const JournalRequest& request, const journal::Head& head) {
  {
    const std::lock_guard lock(mutex_);
    if (questions_.size() + answers_.size() + answering_ >= waiting_max) return false;
    questions_.push_back({client, request_id, request, head});
  }
  asked_.notify_one();
  return true;
}

std::vector<JournalService::Answer> JournalService::take() {
  eventfd_t ignored = 0;
  ::eventfd_read(event_descriptor_, &ignored);
  const std::lock_guard lock(mutex_);
  return std::exchange(answers_, {});
}

void JournalService::run() {
  wire::Encoder encoder;
  std::unique_lock lock(mutex_);
  for (;;) {
    asked_.wait(lock, [this] { return stopping_ || !questions_.empty(); });
    if (stopping_) return;
    const Question question = std::move(questions_.front());
    questions_.pop_front();
    answering_ = 1;
    lock.unlock();
    const wire::Bytes frame = encoder.encode(
        Reply{question.request_id, answer_journal_request(*reader_, question.head, question.request)});
    Answer answer{question.client, {frame.begin(), frame.end()}};
    lock.lock();
    answering_ = 0;
    answers_.push_back(std::move(answer));
    ::eventfd_write(event_descriptor_, 1);
  }
}

}  // namespace trade::tradingd
