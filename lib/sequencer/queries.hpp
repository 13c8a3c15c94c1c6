// Questions that are answered from the engine's state; nothing changes, nothing is journaled.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/engine.hpp"
#include "model/messages.hpp"

namespace trade::sequencer {

/// Rows of one page at most, whatever is asked for.
constexpr std::uint32_t page_rows_max = 1'000;
/// Holdings in one page of rows from which on the page ends: a row of many must still fit into a frame.
constexpr std::size_t page_holdings_max = 100'000;

/// An ErrorReply where the question is not for tradingd or names what does not exist.
ReplyBody answer_query(const Engine& engine, const RequestBody& request);

}  // namespace trade::sequencer
