#include "sim/virtual_journal.hpp"

#include <memory>
#include <utility>

namespace trade::sim {

Status VirtualJournal::take_over_tail() {
  wire::AlignedBuffer aligned;
  aligned.assign(bytes_of(*tail_));
  const auto header = journal::read_record_header(aligned.bytes());
  if (!header) return std::unexpected(header.error());
  const wire::Bytes payload = journal::record_payload(aligned.bytes());
  if (Status sum = journal::check_record_checksum(*header, payload); !sum) return sum;
  if (Status follows = journal::check_record_follows(*header, link_); !follows) return follows;
  records_.push_back(*std::exchange(tail_, std::nullopt));
  link_ = {header->head(), header->hash};
  return {};
}

Status VirtualJournal::open() {
  // A record that is whole was synced as far as anyone can tell; a part of one is cut.
  if (tail_ && !take_over_tail()) tail_.reset();
  return {};
}

void VirtualJournal::write(const wire::Encoder::BatchHeader& header, wire::Bytes encoded,
                           Sequence last_sequence, std::uint64_t next_command) {
  // Only a disk that lies has something left here.
  if (tail_) static_cast<void>(take_over_tail());
  const auto record = journal::make_record_header(header, last_sequence, next_command, link_.hash, encoded);
  const auto head = journal::encode_record_header(record);
  std::string bytes(reinterpret_cast<const char*>(head.data()), head.size());
  bytes.append(reinterpret_cast<const char*>(encoded.data()), encoded.size());
  tail_ = std::move(bytes);
}

Status VirtualJournal::sync() {
  if (world_.is_broken(Breakage::flipped_bit) && records_.size() == 20)
    records_[10][records_[10].size() / 2] ^= 1;
  if (world_.happens(Fault::disk_filled)) {
    full_until_ns_ = world_.monotonic_ns() + static_cast<std::int64_t>(world_.below(300)) * millisecond;
  }
  if (!world_.healed() && world_.monotonic_ns() < full_until_ns_) {
    tail_.reset();
    return fail(ErrorCode::out_of_space, "the virtual disk is full");
  }
  if (world_.is_broken(Breakage::lying_disk)) return {};
  if (world_.happens(Fault::sync_failed)) return fail(ErrorCode::internal, "the virtual sync failed");
  return take_over_tail();
}

void VirtualJournal::crash() {
  if (!tail_) return;
  if (world_.happens(Fault::write_lost)) {
    tail_.reset();
  } else if (world_.happens(Fault::write_torn)) {
    tail_->resize(world_.below(tail_->size()));
  }
}

void VirtualJournal::save_checkpoint(journal::Checkpoint checkpoint) {
  checkpoints_.push_back({std::move(checkpoint), world_.happens(Fault::checkpoint_torn)});
  if (checkpoints_.size() > 2) checkpoints_.erase(checkpoints_.begin());
}

Result<std::optional<journal::Checkpoint>> VirtualJournal::load_checkpoint(std::uint64_t batch_max) const {
  for (auto saved = checkpoints_.rbegin(); saved != checkpoints_.rend(); ++saved) {
    if (!saved->torn && saved->checkpoint.batch <= batch_max) return saved->checkpoint;
  }
  return std::nullopt;
}

VirtualCommitter::VirtualCommitter(World& world, VirtualJournal& journal, std::function<void()> wake)
    : world_(world), journal_(journal), wake_(std::move(wake)), head_(journal.head()) {}

VirtualCommitter::~VirtualCommitter() {
  *alive_ = false;
  if (submitted_) journal_.crash();
}

Status VirtualCommitter::submit(const wire::Encoder::BatchHeader& header, wire::Bytes encoded,
                                Sequence last_sequence, std::uint64_t next_command) {
  if (!outcome_) return outcome_;
  world_.kill_within_step();
  journal_.write(header, encoded, last_sequence, next_command);
  submitted_ = journal::Head{header.batch, next_command, last_sequence};
  synced_ = false;
  // Mostly quick, at times twenty times slower.
  const auto slow = static_cast<std::int64_t>(world_.below(10) == 0 ? 20 : 1);
  const std::int64_t duration = slow * (200 + static_cast<std::int64_t>(world_.below(400))) * microsecond;
  world_.after(duration, [this, alive = alive_] {
    if (!*alive || synced_ || !submitted_) return;
    finish();
    // The process need not be told at once.
    world_.after(static_cast<std::int64_t>(world_.below(200)) * microsecond, [this, alive] {
      if (*alive) wake_();
    });
  });
  return {};
}

void VirtualCommitter::finish() {
  outcome_ = journal_.sync();
  synced_ = true;
}

Result<std::optional<std::uint64_t>> VirtualCommitter::take_completion() {
  if (!outcome_) return std::unexpected(outcome_.error());
  if (!submitted_ || !synced_) return std::nullopt;
  head_ = *std::exchange(submitted_, std::nullopt);
  return head_.batch;
}

Result<std::optional<std::uint64_t>> VirtualCommitter::wait_completion() {
  if (submitted_ && !synced_) finish();
  return take_completion();
}

Status VirtualReader::listen() {
  if (world_ != nullptr && world_->happens(Fault::journal_silent))
    return fail(ErrorCode::not_running, "the virtual journal does not answer");
  return {};
}

Result<journal::Head> VirtualReader::head() {
  if (Status heard = listen(); !heard) return std::unexpected(heard.error());
  return journal_.head();
}

Result<bool> VirtualReader::read(std::uint64_t number, wire::Batch& batch) {
  if (Status heard = listen(); !heard) return std::unexpected(heard.error());
  constexpr std::uint64_t skipped = 15;
  if (world_ != nullptr && world_->is_broken(Breakage::skipped_batch) && number >= skipped) ++number;
  if (number == 0 || number > journal_.records().size()) return false;
  const auto link = journal::decode_record(bytes_of(journal_.records()[number - 1]), std::nullopt, batch);
  if (!link) return std::unexpected(link.error());
  return true;
}

Result<bool> VirtualReader::read_encoded(std::uint64_t number, std::string& record) {
  if (number == 0 || number > journal_.records().size()) return false;
  record = journal_.records()[number - 1];
  return true;
}

}  // namespace trade::sim
