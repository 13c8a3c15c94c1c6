// What may leave tradingd, and when: one batch syncs while the next one fills, and replies go out once the
// batch that they belong to is durable. It has no sockets and no disk of its own, so that the daemon and the
// simulator run the same code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "bus/frame.hpp"
#include "bus/sockets.hpp"
#include "journal/committer.hpp"
#include "sequencer/intake.hpp"
#include "sequencer/sequencer.hpp"

namespace trade::tradingd {

using sequencer::AddressedReply;
using sequencer::Admission;
using sequencer::Sequencer;
using sequencer::Work;

/// Where a pipeline's news go. None of the calls may call the pipeline back.
class Outlet {
 public:
  virtual ~Outlet() = default;
  /// All that the reply speaks of is durable.
  virtual void send(const bus::ClientIdentity& client, const Reply& reply) = 0;
  /// This batch was handed to the disk, and the engine is where the batch ends: the moment to save its state.
  virtual void submitted(std::uint64_t batch) = 0;
  /// This batch is durable and its replies are sent.
  virtual void became_durable(const journal::Head& head) = 0;
};

class Pipeline {
 public:
  /// Memory of the open batch from which on it is full.
  static constexpr std::size_t default_batch_bytes_max = 64u << 20;

  /// `batch_commands_max`: commands in the open batch from which on it is full. The committer and the outlet
  /// must outlive it.
  Pipeline(Sequencer sequencer, journal::Committer& commits, Outlet& outlet, std::size_t batch_commands_max,
           std::size_t batch_bytes_max = default_batch_bytes_max);

  /// Nothing more is to be handed in until the batch before is durable: this bounds the memory.
  [[nodiscard]] bool full() const;
  /// What was handed in and is not yet durable and answered.
  [[nodiscard]] Work unfinished() const;

  // Into the open batch; see Sequencer. `flush` is to follow, after one or after several.
  void handle(const bus::ClientIdentity& client, const Request& request, bus::Frame& frame,
              Admission admission = Admission::all) {
    sequencer_.handle(client, request, frame, admission);
  }
  void sequence(const CommandBody& body) { sequencer_.sequence(body); }
  void answer(const bus::ClientIdentity& client, Reply reply) { sequencer_.answer(client, std::move(reply)); }

  // An error of these three means that the process must end: its memory is ahead of the disk.

  /// Hands the open batch to the disk if that is idle; answers what needs no disk.
  Status flush();
  /// Takes note when the batch in flight has become durable, and lets its news out.
  Status complete();
  /// Waits until everything handed in is durable and answered. Afterwards nothing may be handed in.
  Status drain();

  [[nodiscard]] const Sequencer& sequencer() const { return sequencer_; }

 private:
  Status submit();
  void send_ready();

  Sequencer sequencer_;
  journal::Committer& commits_;
  Outlet& outlet_;
  std::size_t batch_commands_max_;
  std::size_t batch_bytes_max_;
  Work in_flight_;                                 ///< of the batch that syncs
  std::vector<AddressedReply> replies_in_flight_;  ///< of the batch that syncs
  std::vector<AddressedReply> replies_ready_;      ///< of the batch that has become durable
};

}  // namespace trade::tradingd
