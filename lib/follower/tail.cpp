#include "follower/tail.hpp"

#include <string>
#include <utility>

#include "app/log.hpp"
#include "base/assert.hpp"
#include "base/clock.hpp"

namespace trade::follower {

namespace {

constexpr std::int64_t silence_log_interval_ns = 10 * nanoseconds_per_second;

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

}  // namespace

Result<bool> Tail::open() {
  if (reader_) return true;
  if (pausing()) return false;
  auto reader = options_.open_journal();
  if (!reader) {
    if (reader.error().code == ErrorCode::not_found || is_silence(reader.error())) return false;
    return pass_on(std::move(reader));
  }
  if (auto checked = check_origin(**reader); !checked) {
    if (is_silence(checked.error())) return false;
    return pass_on(std::move(checked));
  }
  reader_ = std::move(*reader);
  silent_ = false;
  return true;
}

Status Tail::check_origin(journal::Reader& reader) {
  const Position position = application_.position();
  if (position.batch == 0) return {};
  const std::string hint = "put the right journal back, or move " + options_.state_directory.string() +
                           " away to have it made anew from this journal";
  auto head = reader.head();
  if (!head) return pass_on(std::move(head));
  if (head->batch < position.batch) {
    return fail(ErrorCode::corrupt,
                "the journal ends with batch " + number(head->batch) + ", but " + options_.daemon +
                    " has applied batch " + number(position.batch),
                hint);
  }
  auto found = reader.read(position.batch, batch_);
  if (!found) return pass_on(std::move(found));
  if (!*found || position_after(batch_) != position) {
    return fail(ErrorCode::corrupt,
                "batch " + number(position.batch) + " of the journal is not the one that " + options_.daemon +
                    " has applied: it is another journal",
                hint);
  }
  return {};
}

Result<Tail::Group> Tail::apply_group() {
  Group group;
  if (!reader_ || pausing()) return group;
  const std::int64_t time_max_ns = std::chrono::nanoseconds(options_.group_time_max).count();
  const std::int64_t started_ns = monotonic_nanoseconds();
  while (true) {
    if (group.batches >= options_.group_batches_max || monotonic_nanoseconds() - started_ns > time_max_ns) {
      group.more = true;
      break;
    }
    auto found = reader_->read(application_.position().batch + 1, batch_);
    if (!found && is_silence(found.error())) break;
    if (!found) return pass_on(std::move(found));
    silent_ = false;
    if (!*found) {
      group.at_end = true;
      break;
    }
    if (auto applied = apply_next(); !applied) return pass_on(std::move(applied));
    ++group.batches;
  }
  if (group.batches > 0) {
    if (auto committed = application_.commit(); !committed) return pass_on(std::move(committed));
  }
  return group;
}

Status Tail::apply_next() {
  const Position position = application_.position();
  const auto& header = batch_.header;
  if (header.batch != position.batch + 1 || header.first_sequence != position.last_sequence + 1) {
    return fail(ErrorCode::corrupt,
                "the journal has a gap: after batch " + number(position.batch) + " with event " +
                    number(position.last_sequence) + " comes batch " + number(header.batch) + " with event " +
                    number(header.first_sequence),
                "run 'trade journal verify'");
  }
  if (auto applied = application_.apply(batch_); !applied) return applied;
  TRADE_ASSERT(application_.position() == position_after(batch_), "an applied batch moves the position");
  return {};
}

Result<journal::Head> Tail::head() {
  if (!reader_ || pausing()) return head_;
  auto head = reader_->head();
  if (head) {
    silent_ = false;
    head_ = *head;
  } else if (!is_silence(head.error())) {
    return head;
  }
  return head_;
}

bool Tail::pausing() const {
  return silent_ && monotonic_nanoseconds() - silence_noted_at_ns_ <
                        std::chrono::nanoseconds(options_.silence_pause).count();
}

bool Tail::is_silence(const Error& error) {
  const bool too_busy = error.name == "overloaded";
  if (error.code != ErrorCode::not_running && error.code != ErrorCode::timed_out && !too_busy) return false;
  silent_ = true;
  silence_noted_at_ns_ = monotonic_nanoseconds();
  if (silence_noted_at_ns_ - silence_logged_at_ns_ >= silence_log_interval_ns) {
    silence_logged_at_ns_ = silence_noted_at_ns_;
    spdlog::warn("the journal does not answer, and is asked again: {}", error.message);
  }
  return true;
}

}  // namespace trade::follower
