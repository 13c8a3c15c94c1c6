// The market's news in the short names of that API's data. Prices are JSON numbers there: the one place where
// they leave as such, made from the decimal text.
#pragma once

#include "format/json.hpp"
#include "model/views.hpp"

namespace trade::gatewayd::alpaca {

format::Json number_json(Price price);
/// `{"t", "ap", "as", "bp", "bs", …}`
format::Json data_json(const QuoteView& quote);
/// `{"t", "p", "s", "i", …}`
format::Json data_json(const TapeEntryView& entry);
/// The trading day so far.
format::Json day_bar_json(const QuoteView& quote);

}  // namespace trade::gatewayd::alpaca
