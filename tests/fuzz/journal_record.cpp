// Records of the journal, as the journal service sends them and as an archive holds them.
#include <vector>

#include "fuzz/fuzz.hpp"
#include "journal/record.hpp"

namespace {

using namespace trade;

/// With checksum and hash right, so that what is behind them is reached.
void sealed(wire::Bytes payload) {
  wire::Batch batch;
  batch.buffer.assign(payload);
  const bool good = wire::decode_batch(batch).has_value();
  const journal::Hash previous{};
  const std::uint64_t next_command = batch.header.first_command + batch.commands.size();
  const journal::RecordHeader header =
      good ? journal::make_record_header(batch.header, batch.last_sequence(), next_command, previous, payload)
           : journal::make_record_header({}, 0, 1, previous, payload);
  const auto head = journal::encode_record_header(header);
  std::vector<std::byte> record(head.begin(), head.end());
  record.insert(record.end(), payload.begin(), payload.end());
  wire::Batch again;
  const auto link = journal::decode_record(record, std::nullopt, again);
  // Numbers that cannot follow on from each other are refused even where the payload is well formed.
  if (!good) fuzz::require(!link, "a record with a broken payload is refused");
  if (link) {
    fuzz::require(link->head.batch == header.batch && link->hash == header.hash,
                  "a record says where the chain has got to");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  if (input.take_byte() % 2 == 0) {
    wire::Batch batch;
    const auto link = journal::decode_record(input.bytes(), std::nullopt, batch);
    if (!link) fuzz::require(!link.error().message.empty(), "a refusal says why");
  } else {
    sealed(input.bytes());
  }
  return 0;
}
