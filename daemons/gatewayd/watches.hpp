// What a stream's client watches: kinds of news, each of some symbols. The present state is asked for when a
// watch has begun, and what changes until it comes waits for it, so that nothing falls between the two and
// nothing older comes after what is newer.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gatewayd/hub.hpp"

namespace trade::gatewayd {

struct SequencedText {
  Sequence sequence = 0;
  MessageText text;
};

class Watches {
 public:
  using Kind = Hub::Kind;
  /// Which wish of the client's: an answer to an earlier one about the same symbol does not count.
  using Wish = std::uint64_t;
  /// Symbols of each kind.
  static constexpr std::size_t symbols_max = 2'000;
  /// Changes that wait for the present state, of one symbol.
  static constexpr std::size_t waiting_max = 10'000;

  /// What is to be sent when the present state has come: that, and the changes since.
  struct Begun {
    std::vector<MessageText> present;
    std::vector<MessageText> changes;
  };

  /// Zero: they would be too many; nothing has changed then. Who watches a symbol already gets its present
  /// state again.
  Wish begin(const std::vector<Kind>& kinds, const std::vector<std::string>& symbols);
  /// False: nobody watched that.
  bool end(Kind kind, std::string_view symbol);
  /// The wish whose present state is still to be told; zero: none.
  [[nodiscard]] Wish unbegun(Kind kind, std::string_view symbol) const;
  /// Whether the present state of that wish is still wanted.
  [[nodiscard]] bool awaits(Kind kind, std::string_view symbol, Wish wish) const;
  /// In ascending order; of trades all are told, of states the one. Empty where the wish is not wanted any
  /// more.
  Begun tell_present(Kind kind, std::string_view symbol, Wish wish, std::vector<SequencedText> present);
  /// The present state could not be had: nothing where the watch has ended with that; else what has waited
  /// meanwhile.
  std::optional<Begun> fail(Kind kind, std::string_view symbol, Wish wish);
  /// What is to be sent of a change: its text, or nothing, since it waits or is not news. `make` makes the
  /// text where it is needed. False where too many wait.
  bool change(Kind kind, std::string_view symbol, Sequence sequence, const std::function<MessageText()>& make,
              MessageText& text);

 private:
  struct Watch {
    Wish wish = 0;
    bool begun = false;  ///< the present state was sent: changes follow at once
    bool known = false;  ///< it was sent before: what is asked again and not answered goes on
    Sequence sent = 0;   ///< what is not newer is not sent again
    std::vector<SequencedText> waiting;
  };
  using BySymbol = std::map<std::string, Watch, std::less<>>;
  [[nodiscard]] const Watch* find(Kind kind, std::string_view symbol) const;

  std::map<Kind, BySymbol> watches_;
  Wish wishes_ = 0;
};

}  // namespace trade::gatewayd
