// Making the books anew from the journal.
#pragma once

#include <functional>

#include "base/result.hpp"
#include "follower/follower.hpp"
#include "ledgerd/books.hpp"

namespace trade::ledgerd {

/// Puts the stored ledger aside (its directory with ".old" appended; an earlier one there is removed) and
/// folds the whole journal into a new one. Changes nothing where the journal cannot be read from its
/// beginning, nor where the earlier one could not be made again from it: it may be all there is of another
/// journal. Once `asked_to_stop` it ends early, with an error: what is folded by then is kept, and ledgerd
/// goes on from there.
Status rebuild(const BooksOptions& books_options, const follower::Options& follower_options,
               const std::function<bool()>& asked_to_stop = nullptr);

}  // namespace trade::ledgerd
