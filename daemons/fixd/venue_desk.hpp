// All that fixd has to do with other venues: a link with each, what the journal says of them, and what is to
// be told to tradingd.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "access/venue_store.hpp"
#include "bus/poll_loop.hpp"
#include "fixd/fix_state.hpp"
#include "fixd/venue_link.hpp"
#include "model/event.hpp"
#include "model/messages.hpp"

namespace trade::fixd {

class VenueDesk {
 public:
  struct Services {
    FixState* state = nullptr;
    /// Asks tradingd; the answer comes later, never from within.
    std::function<void(RequestBody, std::function<void(Result<ReplyBody>)>)> ask;
    /// Something is to be made durable and sent.
    std::function<void()> settle;
  };

  static Result<std::unique_ptr<VenueDesk>> open(const std::filesystem::path& home, Services services);

  /// Connects from this loop, which must outlive it, from now on.
  Status start(bus::PollLoop& loop);
  /// An event of the journal.
  void apply(const Event& event);
  /// To be called every few milliseconds.
  void turn();
  /// To be called about every second: looks at the table again.
  Status tick(Timestamp now);
  void go_on_resending();
  /// What was to be made durable is.
  void flush();
  /// Tells tradingd what it has not been told, as far as it is durable.
  void submit();
  [[nodiscard]] bool resending() const;

  /// Ends all sessions.
  void close(const std::string& why);
  /// tradingd is there and has something to be told.
  [[nodiscard]] bool is_telling() const;

  void describe(DaemonView& view) const;

 private:
  explicit VenueDesk(Services services);

  Status read_table();
  VenueLink* link(VenueId venue);
  void find_beginning();
  void find_taken();
  void note(const Event& event, const VenueRequestMade& made);
  void note(const VenueStateChanged& changed);
  void taken(std::size_t count, Result<ReplyBody> reply);
  void note_refused(const VenueNews& news, RejectReason reason) const;

  Services services_;
  std::unique_ptr<access::VenueStore> table_;
  std::map<std::string, std::unique_ptr<VenueLink>> links_;
  bus::PollLoop* loop_ = nullptr;
  bool asking_ = false;
  bool asking_beginning_ = false;
  bool asking_taken_ = false;
  bool knows_taken_ = false;   ///< what of the outbox tradingd has taken; until then nothing is told
  bool refused_last_ = false;  ///< tradingd did not answer the last time
  std::size_t portion_ = 1;    ///< told at a time
  std::int64_t submit_at_ns_ = 0;
  std::int64_t told_ = 0;
};

}  // namespace trade::fixd
