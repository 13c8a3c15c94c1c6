// The market's news in the short names of that API's data. Prices are JSON numbers there: the one place where
// they leave as such, made from the decimal text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "format/json.hpp"
#include "gatewayd/call.hpp"
#include "model/bars.hpp"
#include "model/views.hpp"

namespace trade::gatewayd::alpaca {

format::Json number_json(Price price);
/// `{"t", "ap", "as", "bp", "bs", …}`
format::Json data_json(const QuoteView& quote);
format::Json data_json(const TopOfBookView& top);
/// `{"t", "o", "h", "l", "c", "v", "n", "vw"}`
format::Json bar_json(const BarView& bar, BarSpan span);
/// `{"t", "p", "s", "i", …}`
format::Json data_json(const TapeEntryView& entry);

/// The newest bars of a symbol, newest first.
Task<Result<std::vector<format::Json>>> last_bars(Call& call, std::string symbol, BarUnit unit,
                                                  std::uint32_t limit);

/// The symbols of `symbols=A,B`, at least one.
Result<std::vector<std::string>> named_symbols(const Call& call);
/// The symbol that the path names.
Result<std::string> path_symbol(const Call& call);

}  // namespace trade::gatewayd::alpaca
