#include "client/market_state.hpp"

#include <algorithm>
#include <utility>

namespace trade {

NewestStates::State& NewestStates::state_of(std::string_view symbol) {
  const auto found = states_.find(symbol);
  if (found != states_.end()) return found->second;
  return states_.emplace(symbol, State{std::string(symbol), {}, {}}).first->second;
}

void NewestStates::put(State& state, Sequence sequence, PublicationBody body) {
  state.known = sequence;
  if (!state.pending) changed_.push_back(&state);
  state.pending = std::move(body);
}

void NewestStates::publish(std::string_view symbol, Sequence sequence, PublicationBody body) {
  State& state = state_of(symbol);
  if (!state.known || sequence > *state.known) put(state, sequence, std::move(body));
}

void NewestStates::refresh(std::string_view symbol, Sequence sequence, PublicationBody body) {
  State& state = state_of(symbol);
  if (state.known != sequence) put(state, sequence, std::move(body));
}

std::optional<PublicationBody> NewestStates::pop() {
  if (changed_.empty()) return std::nullopt;
  State& state = *changed_.front();
  changed_.pop_front();
  return std::exchange(state.pending, std::nullopt);
}

void PendingTape::add(TapeEntryView entry) {
  const auto last = given_out_.find(entry.symbol);
  if (last != given_out_.end() && entry.sequence <= last->second) return;
  const Sequence sequence = entry.sequence;
  pending_.emplace(sequence, std::move(entry));
}

void PendingTape::refill(std::string_view symbol, std::vector<TapeEntryView> entries) {
  if (entries.empty()) return;
  const auto last = given_out_.find(symbol);
  // A tape that ends before what was given out is that of another journal.
  if (last != given_out_.end() && entries.front().sequence < last->second)
    last->second = entries.front().sequence;
  for (TapeEntryView& entry : entries)
    add(std::move(entry));
}

std::optional<PublicationBody> PendingTape::pop() {
  if (pending_.empty()) return std::nullopt;
  auto first = pending_.extract(pending_.begin());
  TapeEntryView& entry = first.mapped();
  given_out_.insert_or_assign(entry.symbol, entry.sequence);
  return TapePublished{std::move(entry)};
}

}  // namespace trade
