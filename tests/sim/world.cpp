#include "sim/world.hpp"

#include <utility>

namespace trade::sim {

namespace {

constexpr std::int64_t begin_ns = 1'770'000'000 * nanoseconds_per_second;
constexpr std::uint64_t million = 1'000'000;

/// The most that each fault happens in a million times that it could.
constexpr std::uint64_t most_per_million[] = {
#define TRADE_SIM_FAULT(name, text, most) most,
    TRADE_SIM_FAULTS(TRADE_SIM_FAULT)
#undef TRADE_SIM_FAULT
};

}  // namespace

World::World(std::uint64_t seed) : random_(seed) {
  // Not every run has every fault: what many faults hide, few of them show.
  for (std::size_t i = 0; i < per_million_.size(); ++i)
    per_million_[i] = below(3) == 0 ? 0 : 1 + below(most_per_million[i]);
}

bool World::happens(Fault fault) {
  const auto index = static_cast<std::size_t>(fault);
  if (healed_ || per_million_[index] == 0 || below(million) >= per_million_[index]) return false;
  ++counts_[index];
  return true;
}

void World::after(std::int64_t nanoseconds, std::function<void()> action) {
  events_.push({now_ns_ + nanoseconds, ++planned_, std::move(action)});
}

bool World::step() {
  if (events_.empty()) return false;
  const std::function<void()> action = events_.top().action;
  now_ns_ = events_.top().at_ns;
  events_.pop();
  action();
  return true;
}

Timestamp World::now() const {
  return {begin_ns + now_ns_ + clock_offset_ns_};
}

void World::jump_clock() {
  // By milliseconds, minutes or days, and back as often as forth.
  constexpr std::int64_t reaches[] = {nanoseconds_per_millisecond, 60 * nanoseconds_per_second,
                                      86'400 * nanoseconds_per_second};
  const std::int64_t reach = reaches[below(std::size(reaches))];
  const auto by = static_cast<std::int64_t>(below(static_cast<std::uint64_t>(3 * reach)));
  clock_offset_ns_ += below(2) == 0 ? by : -by;
}

}  // namespace trade::sim
