// What a daemon that follows the journal is made of, apart from the following itself: its own state, kept by
// applying every batch exactly once, and the answers it gives from that state. ledgerd and feedd are two.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/messages.hpp"
#include "wire/wire.hpp"

namespace trade::follower {

/// How far an application's state goes: all zero before the first batch.
struct Position {
  std::uint64_t batch = 0;       ///< the last applied
  Sequence last_sequence = 0;    ///< of the last event applied
  std::uint64_t state_hash = 0;  ///< that stood in the last batch's header: tells one journal from another

  bool operator==(const Position&) const = default;
};

/// The position after a batch that was applied.
inline Position position_after(const wire::Batch& batch) {
  return {batch.header.batch, batch.last_sequence(), batch.header.state_hash};
}

/// Where an application publishes. Publishing never waits: what a slow subscriber cannot take is dropped.
class Publisher {
 public:
  virtual ~Publisher() = default;
  /// False when certainly nobody listens to topics that start so, and building the message can be saved.
  [[nodiscard]] virtual bool wanted(std::string_view topic) const = 0;
  virtual void publish(std::string_view topic, const PublicationBody& body) = 0;
};

/// Implemented by each following daemon; called from one thread only. An error from `apply`, `commit` or
/// `idle` stops the daemon with its message: the restart begins from what was durable.
class Application {
 public:
  virtual ~Application() = default;

  /// How far the state in memory goes. Asked once the application has restored what it keeps, and after
  /// every `apply`. Where the state is ahead of what is durable, a restart simply gets those batches again.
  [[nodiscard]] virtual Position position() const = 0;

  /// Nothing is answered before this batch is applied, even while the journal does not tell how far it goes:
  /// what was told before the last restart is not taken back.
  [[nodiscard]] virtual std::uint64_t answers_from() const { return 0; }

  /// Applies the batch after `position()`, in memory. The follower has checked that its number and first
  /// sequence come next. An empty batch (no events) is possible.
  virtual Status apply(const wire::Batch& batch) = 0;

  /// A group of batches was applied. Makes durable what must be before anyone is answered from it.
  virtual Status commit() = 0;

  /// Answers a request (never a StatusRequest, which the follower answers itself). Everything that was in
  /// the journal when the request arrived is applied and committed, unless it is about keys: those are not
  /// of the journal, and wait for nothing. What this daemon does not serve gets `not_served_here`.
  virtual ReplyBody answer(const RequestBody& request) = 0;

  /// After each commit: tells subscribers of what has changed since the last call.
  virtual void publish(Publisher& publisher) { static_cast<void>(publisher); }

  /// About every 50 milliseconds, idle or busy, between groups: checkpoints and other work in portions.
  virtual Status idle(Timestamp now) {
    static_cast<void>(now);
    return {};
  }

  /// The last call before the daemon ends, after the last commit: leaves everything durable.
  virtual Status stop() { return {}; }

  /// Adds counters of its own to the daemon's status.
  virtual void describe(DaemonView& view) const { static_cast<void>(view); }
};

/// The answer to a request that belongs to another daemon.
ReplyBody not_served_here(std::string_view daemon);

}  // namespace trade::follower
