// Committing beside the sequencer: a batch is handed over, and at some later time it is durable or has
// failed. One batch is in flight at a time.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "journal/journal.hpp"

namespace trade::journal {

/// Used by one thread, the sequencer's. A round is `submit` → `take_completion` → idle again.
class Committer {
 public:
  virtual ~Committer() = default;

  /// The end of the journal as far as it is known to be durable: after the last completion taken.
  [[nodiscard]] virtual const Head& head() const = 0;

  /// True when nothing is in flight and no completion waits to be taken: `submit` is allowed.
  [[nodiscard]] virtual bool idle() const = 0;

  /// Hands the next batch over; the bytes are copied. Only while `idle()`. Fails, and hands nothing over,
  /// when an earlier commit failed.
  virtual Status submit(const wire::Encoder::BatchHeader& header, wire::Bytes encoded, Sequence last_sequence,
                        std::uint64_t next_command) = 0;

  /// The number of the batch that has become durable, once; nothing while it is in flight or when none was
  /// submitted. After a failed commit the error, on every call: memory is ahead of the disk, so the process
  /// must stop and start again from what is durable.
  virtual Result<std::optional<std::uint64_t>> take_completion() = 0;
  /// The same, but waits for the batch in flight.
  virtual Result<std::optional<std::uint64_t>> wait_completion() = 0;
};

}  // namespace trade::journal
