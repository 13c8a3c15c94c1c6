// The JSON of everything that is shown: the same fields, names and spellings on the command line and over
// HTTP. Money and prices are decimal strings, quantities integers, times RFC 3339 with nanoseconds, ids
// strings, and what is absent is null. Fields keep the order in which they are written here.
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/bars.hpp"
#include "model/ids.hpp"
#include "model/key.hpp"
#include "model/numbers.hpp"
#include "model/views.hpp"

namespace trade::format {

using Json = nlohmann::ordered_json;

/// One line without spaces. Bytes that are not UTF-8 become U+FFFD, so that it never fails.
std::string text_of(const Json& value);

// Values. What is zero where zero means "none" becomes null.
Json price_or_null(Price price);
Json percent_or_null(std::int64_t basis_points);
Json quantity_or_null(Quantity quantity);
Json money_or_null(Money money);
Json time_or_null(Timestamp timestamp);
/// As percent, without a sign.
Json ratio_or_null(std::int64_t basis_points);
Json text_or_null(std::string_view text);
template <class Tag, class Integer>
Json id_or_null(detail::Id<Tag, Integer> id) {
  return id ? Json(std::to_string(id.value)) : Json(nullptr);
}

Json json_of(const OrderView& order);
/// Adds what an order asks for beyond its type and prices: null, or false, where it does not.
void add_instructions(Json& json, const OrderInstructions& instructions);
/// Adds what an auction would come to: null where it would come to nothing.
void add_figures(Json& json, const AuctionFigures& figures);
Json json_of(const PriceBands& bands);
Json json_of(const FillView& fill);
Json json_of(const AccountView& account);
Json json_of(const LocateView& locate);
Json json_of(const SymbolView& symbol);
/// The session without the rules.
Json json_of(const SessionView& session);
Json json_of(const FirmRules& rules);
Json json_of(const QuoteView& quote);
Json json_of(const DepthLevelView& level);
Json json_of(const DepthView& depth);
Json json_of(const TapeEntryView& entry);
Json json_of(const BarView& bar, std::string_view symbol, BarSpan span);
Json json_of(const PositionView& position);
/// `buying_power` is risk's to say, not the ledger's: null when nobody said it.
Json json_of(const PortfolioView& portfolio, std::optional<Money> buying_power);
Json json_of(const PostingView& posting);
/// A row of `trade status`.
Json json_of(const DaemonView& daemon);
Json json_of(const KeyView& key);
/// `{"error", "message", "hint"}`.
Json json_of(const Error& error);

}  // namespace trade::format
