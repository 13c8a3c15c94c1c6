// How much memory an answer holds while it waits to be sent.
#pragma once

#include <cstddef>

#include "model/messages.hpp"

namespace trade::sequencer {

/// Bytes, near enough to bound memory by: rows, what rows have beside them, and texts too long for a string's
/// own room. Rounded up rather than down.
std::size_t approximate_bytes(const ReplyBody& body);

}  // namespace trade::sequencer
