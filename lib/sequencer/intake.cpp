#include "sequencer/intake.hpp"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "model/admission.hpp"

namespace trade::sequencer {

namespace {

constexpr std::size_t spare_frames_max = 256;
/// A burst of huge frames must not be paid for ever.
constexpr std::size_t spare_frame_bytes_max = 64u << 10;

Reply refusal(const Request& request) {
  Reply reply{request.id, {}};
  if (const auto* submitted = std::get_if<SubmitRequest>(&request.body)) {
    CommandResult refused;
    refused.reason = RejectReason::overloaded;
    reply.body = SubmitReply{std::vector<CommandResult>(submitted->commands.size(), refused)};
  } else {
    const RejectReasonRow& row = row_of(RejectReason::overloaded);
    reply.body = ErrorReply{
        fail_named(ErrorCode::rejected, std::string(row.name), std::string(row.text), "try again in a moment")
            .error()};
  }
  return reply;
}

std::size_t command_count(const Request& request) {
  const auto* submitted = std::get_if<SubmitRequest>(&request.body);
  return submitted == nullptr ? 1 : submitted->commands.size();
}

}  // namespace

std::optional<Reply> Intake::offer(const bus::ClientIdentity& client, Request&& request, bus::Frame& frame,
                                   const Work& elsewhere) {
  const std::size_t all = command_count(request);
  const bool overloaded = queued_.commands + elsewhere.commands + all > bounds_.commands ||
                          queued_.bytes + elsewhere.bytes + frame.bytes().size() > bounds_.bytes;
  // One request alone is never too much, however tight the bounds are.
  const bool refuse = overloaded && queued_.commands + elsewhere.commands != 0;
  Work work{all, frame.bytes().size()};
  if (refuse) {
    work.commands = commands_that_pass(request.body);
    refused_ += all - work.commands;
    if (work.commands == 0) return refusal(request);
  }
  if (const auto* submitted = std::get_if<SubmitRequest>(&request.body)) {
    work.bytes += submitted->commands.size() * sizeof(SubmittedCommand);
  }
  Item& item = items_.emplace_back();
  item.client = client;
  item.request = std::move(request);
  if (!spare_frames_.empty()) {
    item.frame = std::move(spare_frames_.back());
    spare_frames_.pop_back();
  }
  std::swap(item.frame, frame);
  item.admission = refuse ? Admission::no_orders : Admission::all;
  item.work = work;
  queued_ += work;
  return std::nullopt;
}

void Intake::pop() {
  const bool worth_keeping = items_.front().frame.capacity_bytes() <= spare_frame_bytes_max;
  if (worth_keeping && spare_frames_.size() < spare_frames_max)
    spare_frames_.push_back(std::move(items_.front().frame));
  queued_ -= items_.front().work;
  items_.pop_front();
}

}  // namespace trade::sequencer
