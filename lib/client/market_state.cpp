#include "client/market_state.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace trade {

NewestStates::State& NewestStates::state_of(std::string_view symbol) {
  const auto found = states_.find(symbol);
  if (found != states_.end()) return found->second;
  return states_.emplace(symbol, State{std::string(symbol), {}, {}}).first->second;
}

void NewestStates::put(State& state, Sequence sequence, PublicationBody body) {
  const bool seen_before = !state.known && sequence < from_;
  state.known = sequence;
  if (seen_before) return;
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

void WholeTape::add(TapeEntryView entry) {
  if (entry.sequence <= last_) return;
  const Sequence sequence = entry.sequence;
  pending_.emplace(sequence, std::move(entry));
}

std::unexpected<Error> WholeTape::not_kept(const TapeEntryView& oldest) const {
  const std::string from = std::to_string(last_ + 1);
  return fail_named(ErrorCode::not_found, "trades_not_kept",
                    "the trades of " + symbol_ + " from sequence " + from +
                        " on are not all kept any more: the oldest is of sequence " +
                        std::to_string(oldest.sequence),
                    "begin there, or take them from the journal: trade events --from-sequence " + from);
}

Status WholeTape::refill(std::vector<TapeEntryView> entries) {
  const std::uint64_t newest = entries.empty() ? 0 : entries.front().number;
  if (number_ && newest < *number_) {
    return fail_named(ErrorCode::not_found, "market_begun_anew",
                      "the trades of " + symbol_ + " begin anew: feedd follows another journal",
                      "begin with sequence 1");
  }
  const auto unwanted =
      std::ranges::find_if(entries, [this](const TapeEntryView& entry) { return entry.sequence <= last_; });
  if (unwanted == entries.begin()) {
    number_ = newest;
    return {};
  }
  const TapeEntryView& first = *std::prev(unwanted);
  // Nothing that is wanted came before it: the one before is known, or there can be none.
  const bool whole = unwanted != entries.end() || first.number == 1 || first.sequence == last_ + 1 ||
                     (number_ && first.number == *number_ + 1);
  if (!whole) return not_kept(first);
  number_ = first.number - 1;
  std::for_each(entries.begin(), unwanted, [this](TapeEntryView& entry) { add(std::move(entry)); });
  return {};
}

bool WholeTape::has_gap() const {
  return number_ && !pending_.empty() && pending_.begin()->second.number != *number_ + 1;
}

std::optional<PublicationBody> WholeTape::pop() {
  if (!number_ || pending_.empty() || has_gap()) return std::nullopt;
  auto first = pending_.extract(pending_.begin());
  TapeEntryView& entry = first.mapped();
  last_ = entry.sequence;
  number_ = entry.number;
  return TapePublished{std::move(entry)};
}

}  // namespace trade
