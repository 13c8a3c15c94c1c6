// The journal, batch by batch, for followers that cannot read it themselves.
#pragma once

#include "journal/journal.hpp"
#include "model/messages.hpp"

namespace trade::tradingd {

/// Records from the one that is asked for to the journal's durable end, as many as fit into the answer.
ReplyBody answer_journal_request(journal::Reader& reader, std::uint64_t head_batch,
                                 const JournalRequest& request);

}  // namespace trade::tradingd
