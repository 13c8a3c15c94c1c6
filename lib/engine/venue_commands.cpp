// Venues: which there are, which symbols' orders go to them, and whether they can be spoken to.
#include "engine/state.hpp"

namespace trade {

RejectReason Engine::State::refusal(const AddVenue&) const {
  return RejectReason::invalid_command;
}
RejectReason Engine::State::refusal(const RemoveVenue&) const {
  return RejectReason::unknown_venue;
}
RejectReason Engine::State::refusal(const SetRoute&) const {
  return RejectReason::unknown_venue;
}
RejectReason Engine::State::refusal(const SetVenueSession&) const {
  return RejectReason::unknown_venue;
}
void Engine::State::perform(const AddVenue&) {}
void Engine::State::perform(const RemoveVenue&) {}
void Engine::State::perform(const SetRoute&) {}
void Engine::State::perform(const SetVenueSession&) {}

RejectReason Engine::State::decide(const VenueReport&) const {
  return RejectReason::unknown_venue;
}

ApplyResult Engine::State::perform(const VenueReport& report) {
  const RejectReason reason = decide(report);
  log_.emit(CommandRejected{.reason = reason, .account = {}, .order = report.order});
  return {.reason = reason, .order = report.order};
}

}  // namespace trade
