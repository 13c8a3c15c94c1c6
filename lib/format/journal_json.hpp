// The JSON of commands and events, for looking into a journal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "format/json.hpp"
#include "format/layout.hpp"
#include "model/command.hpp"
#include "model/event.hpp"
#include "model/messages.hpp"

namespace trade::format {

/// The names behind the numbers of accounts, symbols and venues, learned from the events that gave them.
class NameDirectory {
 public:
  using Names = std::unordered_map<std::uint32_t, std::string>;  ///< by number

  /// To be called with every event from the first one on.
  void learn(const Event& event);
  /// The same from what a daemon lists.
  void learn(AccountId id, std::string_view name);
  void learn(SymbolId id, std::string_view name);
  /// The account's name; its number as text when the name is not known, null for zero.
  [[nodiscard]] Json account(AccountId id) const;
  [[nodiscard]] Json symbol(SymbolId id) const;
  [[nodiscard]] Json venue(VenueId id) const;

 private:
  Names accounts_;
  Names symbols_;
  Names venues_;
};

/// "place_order", "open_account", …
std::string_view type_name(const CommandBody& body);
/// "order_accepted", "trade_executed", …
std::string_view type_name(const EventBody& body);

/// `{"timestamp", "type", fields…}`.
Json json_of(const Command& command, const NameDirectory& names);
/// `{"sequence", "timestamp", "type", fields…}`.
Json json_of(const Event& event, const NameDirectory& names);
/// Of every kind of event, with every field that one of them has.
const Layout& event_layout();
/// `{"type", fields…}` of a command that is not sequenced yet, with the names that it was given.
Json json_of(const SubmittedCommand& command);

}  // namespace trade::format
