// What fixd is to the rest of the suite, in the virtual world: follows the journal, asks a venue for what it
// says, and tells tradingd what the venue tells. What it must not forget is on a disk of its own, whose
// writes take time, fail, and are lost when the process is killed; nothing is said of what is not yet there.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fixd/venue_inquiry.hpp"
#include "fixd/venue_outbox.hpp"
#include "fixd/venue_table.hpp"
#include "model/messages.hpp"
#include "sim/network.hpp"
#include "sim/venue_node.hpp"
#include "sim/venue_session.hpp"
#include "sim/virtual_journal.hpp"

namespace trade::sim {

class RouterNode {
 public:
  struct Hooks {
    std::function<void(wire::Bytes request)> to_tradingd;
    std::function<void(const std::string& problem)> violation;
  };
  /// `number` is that of its requests: see Client.
  RouterNode(World& world, const VirtualJournal& journal, VenueLine& line, VenueNode& venue,
             std::uint32_t number, Hooks hooks);

  void start();
  void kill();
  [[nodiscard]] bool running() const { return state_ != nullptr; }
  /// A turn of the loop.
  void turn();
  /// Tells the venue how much was said, and is told.
  void beat();
  /// A message of the venue has arrived.
  void hear(std::uint64_t number, const FromVenue& said);
  /// tradingd has answered, perhaps not for the first time.
  void receive(const Reply& reply);
  /// Whether the journal, as far as it was followed, has the venue.
  [[nodiscard]] bool knows_venue() const { return running() && venue(); }
  /// All is told and asked, on both sides.
  [[nodiscard]] bool settled() const;

 private:
  /// What is kept.
  struct State {
    std::uint64_t batch = 0;  ///< the last one that was followed
    fixd::VenueTable table;
    std::deque<fixd::VenueNews> outbox;
    std::uint64_t outbox_first = 0;  ///< number of the first of them
    SessionNumbers<ToVenue> numbers;

    [[nodiscard]] std::uint64_t outbox_next() const { return outbox_first + outbox.size(); }
  };

  void follow();
  void apply(const Event& event);
  void told_state(OrderId order, VenueState state);
  void told_session(const VenueSessionChanged& session);
  void connect();
  void lose_line();
  void send(OrderId order, std::uint32_t number);
  void send_waiting();
  void say(ToVenue said);
  void transmit();
  void tell_session(bool up);
  void tell(fixd::VenueNews news);
  void tell_unanswered();
  void ask();
  void settle();
  void saved();
  void submit();
  [[nodiscard]] VenueId venue() const { return state_->table.venue("north"); }
  void take_result(const fixd::VenueNews& news, RejectReason reason) const;

  World& world_;
  const VirtualJournal& journal_;
  VenueLine& line_;
  VenueNode& market_;
  std::uint32_t number_;
  Hooks hooks_;

  State durable_;
  std::optional<State> saving_;
  // Of the process that runs:
  std::unique_ptr<State> state_;
  std::shared_ptr<bool> alive_;
  fixd::VenueInquiry inquiry_;
  /// By order and number: when each request was sent of which the venue has said nothing yet.
  std::map<std::pair<OrderId, std::uint32_t>, std::int64_t> sent_at_ns_;
  bool dirty_ = false;
  bool logged_on_ = false;
  bool up_told_ = false;   ///< what tradingd was told last
  bool up_known_ = false;  ///< so the journal says
  std::uint64_t transmitted_ = 0;
  std::int64_t connect_at_ns_ = 0;
  // What tradingd is being told: by which request, how many, and when it is told again.
  std::uint64_t asking_ = 0;  ///< zero: nothing
  std::size_t portion_ = 0;
  std::int64_t ask_again_at_ns_ = 0;

  std::uint64_t requests_ = 0;  ///< over all processes
  wire::Encoder encoder_;
};

}  // namespace trade::sim
