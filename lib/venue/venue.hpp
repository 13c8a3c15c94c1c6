// A whole suite in one object: the sequencer and engine of tradingd, the books of ledgerd and the market of
// feedd, on a clock that stands until it is told to move. No sockets, no disk, no threads: what a Client asks
// of the daemons it can ask of a venue, and it has the answer when the call returns.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "client/transport.hpp"
#include "engine/engine.hpp"
#include "ledger/ledger.hpp"
#include "market/market.hpp"
#include "sequencer/sequencer.hpp"
#include "sequencer/timekeeper.hpp"

namespace trade::venue {

struct VenueOptions {
  Timestamp start;  ///< what the clock shows at first
  EngineCapacity capacity;
};

class Venue {
 public:
  explicit Venue(const VenueOptions& options);
  Venue(const Venue&) = delete;
  Venue& operator=(const Venue&) = delete;

  /// As a daemon of this name answers; `not_running` where the venue stands for none of that name.
  Result<ReplyBody> ask(std::string_view daemon, const RequestBody& body);

  [[nodiscard]] const Clock& clock() const { return timekeeper_; }
  /// Lets the time come, and on the way everything that is due: the session's openings and closings, a new
  /// trading day, orders that expire. A time that is past already changes nothing.
  Status advance_to(Timestamp time);
  /// What the session follows from now on; at first it is open at any hour.
  Status set_calendar(sequencer::Calendar calendar);

  /// What must hold after every command: the books balance, and agree to the unit with risk's state. The
  /// error says what does not hold.
  [[nodiscard]] Status check() const;

  [[nodiscard]] const Engine& engine() const { return sequencer_.engine(); }

 private:
  ReplyBody submit_or_query(const RequestBody& body);
  [[nodiscard]] ReplyBody books(const RequestBody& body) const;
  [[nodiscard]] ReplyBody quotes(const RequestBody& body) const;
  [[nodiscard]] ReplyBody postings(const PostingsRequest& request) const;
  void let_time_come(Timestamp time);
  /// Lets the books and the market follow what the open batch came to, and closes it.
  Status settle();

  sequencer::Timekeeper timekeeper_;
  sequencer::Sequencer sequencer_;
  ledger::Ledger ledger_;
  market::Market market_;
  std::vector<ledger::Entry> entries_;  ///< every one since the start
  std::vector<sequencer::AddressedReply> replies_;
  Status broken_;  ///< a follower could not follow: nothing is answered any more
};

/// A Client's way to a venue, which must outlive it.
std::unique_ptr<Transport> venue_transport(Venue& venue);

}  // namespace trade::venue
