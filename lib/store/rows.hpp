// Reading a database from its first record to its last.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "base/result.hpp"
#include "store/key.hpp"
#include "store/transaction.hpp"

namespace trade::store {

/// Calls `take(KeyReader, Bytes value)`, which returns a Status, for every record in the order of the keys,
/// until one fails.
template <class Take>
  requires std::same_as<std::invoke_result_t<Take&, KeyReader, Bytes>, Status>
Status for_each_row(Transaction& transaction, Database database, Take&& take) {
  auto cursor = transaction.cursor(database);
  if (!cursor) return pass_on(std::move(cursor));
  for (auto here = cursor->first();; here = cursor->next()) {
    if (!here) return pass_on(std::move(here));
    if (!*here) return {};
    if (Status taken = take(KeyReader(cursor->key()), cursor->value()); !taken) return taken;
  }
}

}  // namespace trade::store
