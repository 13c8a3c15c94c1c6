// The sequencer: gives every command its place and time, has the engine apply it, and gathers what belongs to
// one batch: the commands, their events, and the replies that wait until the batch is durable. It has no
// sockets and no disk, so that tests and simulations can drive it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/clock.hpp"
#include "bus/frame.hpp"
#include "bus/sockets.hpp"
#include "engine/engine.hpp"
#include "journal/journal.hpp"
#include "model/messages.hpp"
#include "wire/wire.hpp"

namespace trade::sequencer {

/// A reply and whom it is for.
struct AddressedReply {
  bus::ClientIdentity client;
  Reply reply;
};

/// Which of a request's commands are taken.
enum class Admission : std::uint8_t {
  all,
  no_orders,  ///< new orders and changes of orders are answered `overloaded`, everything else is done
};

class Sequencer {
 public:
  /// `head` is the journal's end, which the engine's state must be at.
  Sequencer(Engine engine, const journal::Head& head, const Clock& clock);

  /// Applies a request's commands to the open batch, or answers its question, and puts the reply into the
  /// open batch. `frame` is what the request was decoded from: it may be swapped for another, since the batch
  /// refers to its bytes.
  void handle(const bus::ClientIdentity& client, const Request& request, bus::Frame& frame,
              Admission admission = Admission::all);

  /// Puts an answer that was made elsewhere into the open batch: it goes out with that batch's own.
  void answer(const bus::ClientIdentity& client, Reply reply);

  /// Sequences a command of tradingd's own, such as the session's opening. Its texts must be literals.
  ApplyResult sequence(const CommandBody& body);

  /// Whether the open batch has commands to be journaled.
  [[nodiscard]] bool has_commands() const { return !commands_.empty(); }
  [[nodiscard]] std::size_t command_count() const { return commands_.size(); }
  [[nodiscard]] bool has_replies() const { return !replies_.empty(); }
  /// Replies in the open batch and the results in them, commands or not: what bounds its memory.
  [[nodiscard]] std::size_t reply_count() const { return replies_.size() + results_; }
  /// What the open batch holds in memory, roughly: frames, commands, events and replies.
  [[nodiscard]] std::size_t open_bytes() const {
    return frame_bytes_ + reply_bytes_ + commands_.size() * sizeof(Command) + events_.size() * sizeof(Event);
  }

  /// A closed batch, ready for the journal. `encoded` is valid until the next close.
  struct ClosedBatch {
    wire::Encoder::BatchHeader header;
    wire::Bytes encoded;
    Sequence last_sequence = 0;
    std::uint64_t next_command = 1;
  };
  /// Encodes the open batch's commands and events and starts a new one. Only when it `has_commands`.
  ClosedBatch close();
  /// Takes the replies gathered since the last call; swaps with `replies`, whose memory is used again.
  void take_replies(std::vector<AddressedReply>& replies);

  [[nodiscard]] const Engine& engine() const { return engine_; }
  /// What came of the open batch's commands so far. Its texts are valid until the batch is closed.
  [[nodiscard]] std::span<const Event> events() const { return events_; }
  /// The number of the batch that closes next.
  [[nodiscard]] std::uint64_t next_batch() const { return next_batch_; }

  struct Counters {
    std::uint64_t commands = 0;  ///< sequenced
    std::uint64_t rejected = 0;  ///< of these and of those that were not sequenced
    std::uint64_t queries = 0;
  };
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  /// `command` is what was submitted, with those of its names that were known.
  CommandResult submit_one(const SubmittedCommand& submitted, Command& command, const SubmitRequest& request,
                           Admission admission);
  /// Has the engine do what is in its place among the batch's commands.
  ApplyResult apply(const Command& command);
  void describe_order(const ApplyResult& applied, const SubmitRequest& request, std::size_t first_event,
                      CommandResult& result) const;
  [[nodiscard]] Timestamp stamp() const;

  Engine engine_;
  const Clock& clock_;
  std::uint64_t next_batch_;
  std::uint64_t next_command_;

  // The open batch.
  std::vector<Command> commands_;
  std::vector<std::uint32_t> events_per_command_;
  std::vector<Event> events_;
  std::vector<bus::Frame> frames_;  ///< the first `frames_used_` are referred to
  std::size_t frames_used_ = 0;
  std::vector<AddressedReply> replies_;
  std::size_t results_ = 0;  ///< in the replies, of commands
  std::size_t frame_bytes_ = 0;
  std::size_t reply_bytes_ = 0;

  wire::Encoder encoder_;
  Counters counters_;
};

}  // namespace trade::sequencer
