// Which calendar the session followed when tradingd last ran, in a file beside the journal. After a restart
// with another one, what the session was by the former is not taken for an operator's word.
#pragma once

#include <filesystem>
#include <optional>

#include "base/result.hpp"
#include "sequencer/session_schedule.hpp"

namespace trade::tradingd {

/// Nothing where there is no note, or none that can be understood: a journal from elsewhere has none.
std::optional<sequencer::Calendar> noted_calendar(const std::filesystem::path& journal);

/// Writes it, durably.
Status note_calendar(const std::filesystem::path& journal, sequencer::Calendar calendar);

}  // namespace trade::tradingd
