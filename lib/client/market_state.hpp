// Inside lib/client only: what a subscriber to the market has been told and what it has still to be told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "model/messages.hpp"

namespace trade {

/// Quotes or depths on their way to the caller: of each symbol only the newest, in the order in which the
/// symbols changed.
class NewestStates {
 public:
  /// With `from` a symbol whose first state is of an event before that one begins with its next change.
  explicit NewestStates(Sequence from = 0) : from_(from) {}

  /// From the publisher: counts only when it is newer than what was known.
  void publish(std::string_view symbol, Sequence sequence, PublicationBody body);
  /// From an answer, which is the truth of its moment: it counts whenever it is not what is known already.
  void refresh(std::string_view symbol, Sequence sequence, PublicationBody body);
  std::optional<PublicationBody> pop();

 private:
  struct State {
    std::string symbol;
    std::optional<Sequence> known;           ///< of the newest state, given out or not
    std::optional<PublicationBody> pending;  ///< not given out yet
  };
  State& state_of(std::string_view symbol);
  void put(State& state, Sequence sequence, PublicationBody body);

  Sequence from_;
  std::map<std::string, State, std::less<>> states_;
  std::deque<State*> changed_;  ///< those with something pending; a map's elements stay where they are
};

/// Trades on their way to the caller: all of them, once each, in the order in which they happened.
class PendingTape {
 public:
  /// One that is earlier than what was given out already is passed over.
  void add(TapeEntryView entry);
  /// The end of the tape as it is, newest first. It also tells where the tape begins, and if it was begun
  /// anew.
  void refill(std::string_view symbol, std::vector<TapeEntryView> entries);
  std::optional<PublicationBody> pop();
  [[nodiscard]] std::size_t size() const { return pending_.size(); }

 private:
  std::map<Sequence, TapeEntryView> pending_;
  std::map<std::string, Sequence, std::less<>> given_out_;  ///< the last of each symbol
};

/// The trades of one symbol from a sequence on: every one of them, once, in the order in which they happened.
/// By their numbers it knows when one is missing, and gives out nothing beyond that until it is filled in.
class WholeTape {
 public:
  WholeTape(std::string_view symbol, Sequence from) : symbol_(symbol), last_(from == 0 ? 0 : from - 1) {}

  /// As it is published.
  void add(TapeEntryView entry);
  /// All of the tape that is kept, newest first; needed once before the first can be given out. `not_found`
  /// when trades that are wanted are no longer on it.
  Status refill(std::vector<TapeEntryView> entries);
  /// Whether the next one is missing while a later one is there.
  [[nodiscard]] bool has_gap() const;
  std::optional<PublicationBody> pop();
  [[nodiscard]] std::size_t size() const { return pending_.size(); }

 private:
  [[nodiscard]] std::unexpected<Error> not_kept(const TapeEntryView& oldest) const;

  std::string symbol_;
  Sequence last_;                        ///< up to this one all are given out, or not wanted
  std::optional<std::uint64_t> number_;  ///< of the last trade up to there; nothing before the first refill
  std::map<Sequence, TapeEntryView> pending_;
};

}  // namespace trade
