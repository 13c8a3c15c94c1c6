#include "tradingd/pipeline.hpp"

#include <utility>

namespace trade::tradingd {

Pipeline::Pipeline(Sequencer sequencer, journal::Committer& commits, Outlet& outlet,
                   std::size_t batch_commands_max, std::size_t batch_bytes_max)
    : sequencer_(std::move(sequencer)),
      commits_(commits),
      outlet_(outlet),
      batch_commands_max_(batch_commands_max),
      batch_bytes_max_(batch_bytes_max) {}

bool Pipeline::full() const {
  return sequencer_.command_count() >= batch_commands_max_ ||
         sequencer_.reply_count() >= 2 * batch_commands_max_ || sequencer_.open_bytes() >= batch_bytes_max_;
}

Work Pipeline::unfinished() const {
  Work work{sequencer_.command_count(), sequencer_.open_bytes()};
  work += in_flight_;
  return work;
}

Status Pipeline::submit() {
  in_flight_ = {sequencer_.command_count(), sequencer_.open_bytes()};
  const Sequencer::ClosedBatch closed = sequencer_.close();
  sequencer_.take_replies(replies_in_flight_);
  if (Status status =
          commits_.submit(closed.header, closed.encoded, closed.last_sequence, closed.next_command);
      !status) {
    return status;
  }
  outlet_.submitted(closed.header.batch);
  return {};
}

Status Pipeline::flush() {
  if (!commits_.idle()) return {};
  if (sequencer_.has_commands()) return submit();
  if (sequencer_.has_replies()) {
    // Questions alone: all they were answered from is durable. Replies of the batch before go first.
    send_ready();
    sequencer_.take_replies(replies_ready_);
    send_ready();
  }
  return {};
}

Status Pipeline::complete() {
  const auto completed = commits_.take_completion();
  if (!completed) return std::unexpected(completed.error());
  if (!*completed) return {};
  const journal::Head head = commits_.head();
  // The next batch goes to the disk first; while it syncs, this one's news go out.
  std::swap(replies_ready_, replies_in_flight_);
  in_flight_ = {};
  Status flushed = flush();
  send_ready();
  outlet_.became_durable(head);
  return flushed;
}

Status Pipeline::drain() {
  // The batch that syncs, then the one that fills.
  while (true) {
    if (!commits_.idle()) {
      const auto completed = commits_.wait_completion();
      if (!completed) return std::unexpected(completed.error());
      std::swap(replies_ready_, replies_in_flight_);
      in_flight_ = {};
      send_ready();
      outlet_.became_durable(commits_.head());
    }
    if (!sequencer_.has_commands()) break;
    if (Status status = submit(); !status) return status;
  }
  if (sequencer_.has_replies()) {
    sequencer_.take_replies(replies_ready_);
    send_ready();
  }
  return {};
}

void Pipeline::send_ready() {
  for (const AddressedReply& addressed : replies_ready_)
    outlet_.send(addressed.client, addressed.reply);
  replies_ready_.clear();
}

}  // namespace trade::tradingd
