// Which orders a venue is to be asked about, and when. Knows nothing of messages.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/time.hpp"
#include "model/ids.hpp"

namespace trade::fixd {

class VenueInquiry {
 public:
  /// Questions of one turn: a venue may hold many against us.
  static constexpr std::size_t questions_per_turn_max = 5;
  /// A question that is not answered is asked again after this, then twice that, up to eight times that.
  static constexpr std::int64_t answer_time_max_ns = 10'000'000'000;
  /// When the venue itself does not know yet: then twice that, up to sixteen times that.
  static constexpr std::int64_t again_after_ns = 500'000'000;

  struct Question {
    bool mass = false;          ///< of all open orders
    OrderId order;              ///< else of this one
    std::uint32_t attempt = 0;  ///< under which of its names, from 0
  };

  /// The fate of these is not known. With `mass` the venue is asked for all of its orders first.
  void begin(const std::vector<OrderId>& orders, bool mass, std::int64_t now_ns);
  /// The fate of one more is not known: it is asked about at once.
  void add(OrderId order, std::int64_t now_ns);
  /// This one is to be asked about whatever its state, until there is an answer: in a while.
  void ask_again(OrderId order, std::int64_t now_ns);
  /// Whether the answers to a mass request are awaited.
  [[nodiscard]] bool mass_pending() const { return mass_pending_; }
  /// The mass request is answered, or never will be: what is left is asked one by one.
  void mass_done(std::int64_t now_ns);
  /// The venue said something of the order that settles it; `known`: the journal does.
  void answered(OrderId order) { orders_.erase(order.value); }
  void known(OrderId order);
  /// The venue does not know the order by the name that was asked for: the next is tried at once.
  void try_next_name(OrderId order, std::int64_t now_ns);
  [[nodiscard]] bool asks_about(OrderId order) const { return orders_.contains(order.value); }
  [[nodiscard]] std::uint32_t attempt(OrderId order) const;
  /// Questions of that kind are not answered there.
  void stop_asking() { orders_.clear(); }
  void end();
  [[nodiscard]] std::size_t size() const { return orders_.size(); }

  /// What is to be asked now.
  std::vector<Question> turn(std::int64_t now_ns);

 private:
  struct Entry {
    std::int64_t due_ns = 0;
    std::uint32_t times = 0;
    std::uint32_t attempt = 0;
    bool anyway = false;  ///< whatever its state
    std::uint32_t undecided_times = 0;
  };
  std::map<std::uint64_t, Entry> orders_;
  bool mass_pending_ = false;
  bool mass_asked_ = false;
  std::int64_t mass_deadline_ns_ = 0;
};

}  // namespace trade::fixd
