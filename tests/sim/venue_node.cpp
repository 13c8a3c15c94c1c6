#include "sim/venue_node.hpp"

#include <iterator>
#include <utility>

namespace trade::sim {

using engine_test::OtherMarket;
using engine_test::ToldReport;

VenueNode::VenueNode(World& world, VenueLine& line, VenueId venue, Hooks hooks)
    : world_(world),
      line_(line),
      hooks_(std::move(hooks)),
      market_(
          venue, [this](std::uint64_t below) { return world_.below(below); },
          [this](const ToldReport& told) {
            say({told, false});
            if (world_.happens(Fault::venue_told_again)) say({told, false});
          }),
      loses_numbers_(world.below(2) == 0) {}

void VenueNode::say(FromVenue said) {
  numbers_.said.push_back(std::move(said));
  transmit();
}

void VenueNode::transmit() {
  while (line_.up() && transmitted_ < numbers_.said.size()) {
    const std::uint64_t number = transmitted_++;
    line_.carry(VenueLine::End::router,
                [this, number, said = numbers_.said[number]] { hooks_.to_router(number, said); });
  }
}

void VenueNode::begin_line(std::uint64_t heard_there) {
  transmitted_ = heard_there;
  transmit();
}

void VenueNode::hear(std::uint64_t number, const ToVenue& said) {
  if (!take_number(numbers_.heard, number, line_)) return;
  switch (said.kind) {
    case ToVenue::Kind::request:
      market_.receive(said.request);
      if (market_.placed_again() != 0)
        hooks_.violation("order " + std::to_string(said.request.order.value) +
                         " was placed at its venue twice");
      return;
    case ToVenue::Kind::question:
      return say({market_.status_of(said.order), false});
    case ToVenue::Kind::question_about_all:
      for (const auto& [id, order] : market_.orders()) {
        if (order.open) say({market_.status_of(id), false});
      }
      return say({{}, true});
  }
}

void VenueNode::hear_count(std::uint64_t said_there) {
  if (said_there > numbers_.heard) line_.cut();
}

void VenueNode::beat(std::function<void(std::uint64_t said_here)> to_router) {
  line_.carry(VenueLine::End::router,
              [count = transmitted_, to_router = std::move(to_router)] { to_router(count); });
}

void VenueNode::work() {
  if (market_.orders().empty()) return;
  auto at = market_.orders().begin();
  std::advance(at, static_cast<std::ptrdiff_t>(world_.below(market_.orders().size())));
  const auto& [id, order] = *at;
  if (order.open && world_.below(8) != 0) return market_.trade(id);
  if (!order.trades.empty() && !loses_numbers_ && world_.below(4) == 0)
    return market_.undo(id, [](const OtherMarket::Trade&) { return true; });
  if (order.open && world_.below(10) == 0) market_.end(id, VenueReportKind::expired);
}

}  // namespace trade::sim
