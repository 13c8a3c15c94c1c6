// Checks many records at once: of each what can be told of it alone, on as many processors as there are.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "journal/record.hpp"

namespace trade::journal {

/// What a record is by itself; whether it follows the one before is for the caller to see.
struct CheckedRecord {
  std::optional<RecordHeader> header;  ///< nothing where it cannot be read, as `intact` says
  Status intact;                       ///< the header can be read and the hash is right
  Status content;                      ///< of an intact one: the checksum is right and the payload is a batch
  std::size_t commands = 0;
  std::size_t events = 0;
};

/// In the order of the records. `threads_max`: from 1 on; fewer are taken where the system gives no more.
std::vector<CheckedRecord> check_records(std::span<const wire::Bytes> records, unsigned threads_max);

}  // namespace trade::journal
