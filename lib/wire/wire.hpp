// The wire: every message and every stored batch as bytes. The schema is lib/wire/trade.fbs; this library is
// the only code that sees the types generated from it. Bytes from outside are verified twice: their
// structure by the FlatBuffers verifier under tight limits, their meaning (enumerations, ranges, lengths)
// here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/command.hpp"
#include "model/event.hpp"
#include "model/messages.hpp"

namespace trade::wire {

/// No frame is larger: sockets drop what is, decoders refuse it.
constexpr std::size_t frame_bytes_max = 16u << 20;

/// No stored batch is larger. It may be far larger than a frame: one command, such as the close of a session,
/// can end millions of orders, and a command with its events is never split.
constexpr std::size_t batch_bytes_max = 1u << 30;

using Bytes = std::span<const std::byte>;

/// An encoded message; its memory is reused by the encoder that made it.
class Encoder {
 public:
  Encoder();
  ~Encoder();
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;

  /// The bytes stay valid until the next encode of this encoder.
  Bytes encode(const Request& request);
  /// The same of a Request with that body, which need not be copied into one.
  Bytes encode(std::uint64_t id, const SubmitRequest& request);
  /// A reply that would be larger than a frame may be is replaced by an ErrorReply that says so.
  Bytes encode(const Reply& reply);
  Bytes encode(const PublicationBody& publication);

  struct BatchHeader {
    std::uint64_t batch = 0;          ///< dense from 1
    std::uint64_t first_command = 1;  ///< number of the first command, dense from 1
    Sequence first_sequence = 1;      ///< of the first event
    std::uint64_t state_hash = 0;     ///< Engine::state_hash() after the last command
  };
  /// `events_per_command[i]` events belong to `commands[i]`; their sum is `events.size()`. Events are dense
  /// in sequence from `first_sequence` and have the timestamps of their commands, which never fall: neither
  /// is stored, so anything else is a bug and asserted against.
  Bytes encode_batch(const BatchHeader& header, std::span<const Command> commands,
                     std::span<const std::uint32_t> events_per_command, std::span<const Event> events);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Owns bytes in memory aligned for reading; the views in decoded messages point into it.
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  /// Copies; frames arrive misaligned more often than not.
  void assign(Bytes bytes);
  /// Room for so many bytes, to be read into; what is there is of no meaning.
  std::span<std::byte> make_room(std::size_t size);
  /// Leaves out the first bytes: a multiple of 8, so that what remains is aligned too.
  void remove_prefix(std::size_t size);
  [[nodiscard]] Bytes bytes() const {
    return {reinterpret_cast<const std::byte*>(words_.data()) + begin_, size_};
  }

 private:
  std::vector<std::uint64_t> words_;  ///< grows alone: what it grows by is cleared
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
};

// `frame` must be 8-byte aligned (AlignedBuffer) and outlive the views in the result.
Result<Request> decode_request(Bytes frame);
Result<Reply> decode_reply(Bytes frame);
Result<PublicationBody> decode_publication(Bytes frame);

/// One journal batch, decoded. Reused from batch to batch so that its vectors keep their memory.
struct Batch {
  Encoder::BatchHeader header;
  std::vector<Command> commands;
  std::vector<std::uint32_t> events_per_command;
  std::vector<Event> events;
  std::size_t events_left_out = 0;  ///< for whoever has no use for them: they are not among `events`
  AlignedBuffer buffer;             ///< what the views in commands and events point into

  /// How many events it has, those that were left out included.
  [[nodiscard]] std::size_t event_count() const { return events.size() + events_left_out; }
  [[nodiscard]] Sequence last_sequence() const { return header.first_sequence + event_count() - 1; }
};

/// Decodes what `batch.buffer` holds.
Status decode_batch(Batch& batch);

}  // namespace trade::wire
