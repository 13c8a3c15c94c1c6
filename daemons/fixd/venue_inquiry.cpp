#include "fixd/venue_inquiry.hpp"

#include <algorithm>

namespace trade::fixd {

void VenueInquiry::begin(const std::vector<OrderId>& orders, bool mass, std::int64_t now_ns) {
  for (const OrderId order : orders)
    add(order, now_ns);
  mass_pending_ = mass && !orders_.empty();
  mass_asked_ = false;
  mass_deadline_ns_ = now_ns + answer_time_max_ns;
}

void VenueInquiry::add(OrderId order, std::int64_t now_ns) {
  orders_.try_emplace(order.value, Entry{.due_ns = now_ns});
}

void VenueInquiry::ask_again(OrderId order, std::int64_t now_ns) {
  Entry& entry = orders_[order.value];
  entry.anyway = true;
  entry.due_ns = now_ns + (again_after_ns << std::min(entry.undecided_times, 4u));
  ++entry.undecided_times;
}

void VenueInquiry::mass_done(std::int64_t now_ns) {
  mass_pending_ = false;
  for (auto& [id, entry] : orders_)
    entry.due_ns = std::min(entry.due_ns, now_ns);
}

void VenueInquiry::known(OrderId order) {
  const auto found = orders_.find(order.value);
  if (found != orders_.end() && !found->second.anyway) orders_.erase(found);
}

void VenueInquiry::try_next_name(OrderId order, std::int64_t now_ns) {
  const auto found = orders_.find(order.value);
  if (found == orders_.end()) return;
  ++found->second.attempt;
  found->second.due_ns = now_ns;
}

std::uint32_t VenueInquiry::attempt(OrderId order) const {
  const auto found = orders_.find(order.value);
  return found == orders_.end() ? 0 : found->second.attempt;
}

void VenueInquiry::end() {
  orders_.clear();
  mass_pending_ = false;
}

std::vector<VenueInquiry::Question> VenueInquiry::turn(std::int64_t now_ns) {
  std::vector<Question> questions;
  if (mass_pending_) {
    if (!mass_asked_) {
      mass_asked_ = true;
      questions.push_back({.mass = true, .order = {}, .attempt = 0});
      return questions;
    }
    if (now_ns < mass_deadline_ns_) return questions;
    mass_done(now_ns);
  }
  for (auto& [id, entry] : orders_) {
    if (questions.size() >= questions_per_turn_max) break;
    if (entry.due_ns > now_ns) continue;
    questions.push_back({.mass = false, .order = {id}, .attempt = entry.attempt});
    entry.due_ns = now_ns + (answer_time_max_ns << std::min(entry.times, 3u));
    if (entry.times < 3) ++entry.times;
  }
  return questions;
}

}  // namespace trade::fixd
