// A batch as the journal stores it and as the journal service sends it: a header of fixed size, then the
// batch as lib/wire encodes it. Records form a chain: each holds the hash of the one before, so that neither
// a flipped bit nor an edited past goes unnoticed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/result.hpp"
#include "journal/hash.hpp"
#include "journal/journal.hpp"
#include "wire/batch_events.hpp"
#include "wire/wire.hpp"

namespace trade::journal {

// The header, all integers little-endian:
//
//    0  u32 magic "TBAT"          40  u64 last_sequence
//    4  u16 record_version        48  u64 state_hash
//    6  u16 record_header_bytes   56  u32 size of the payload in bytes
//    8  u64 batch                 60  u32 CRC-32C of bytes 0 to 59 and of the payload
//   16  u64 first_command         64  hash of the record before; of the first record: the journal's identity
//   24  u64 next_command          96  hash of this record
//   32  u64 first_sequence       128  payload
//
// The hash is BLAKE2b of 32 bytes (RFC 7693). Version 2: of bytes 0 to 95 and of the eight hashes of the
// payload's stripes. Each stripe but the last ones has as many bytes as an eighth of the payload, rounded up
// to a multiple of 128; the last ones have what is left, or nothing. So the eight can be made side by side,
// in a quarter of the time or less. Version 1, which is read as ever: of bytes 0 to 95 and of the payload.
//
// The first bytes of the record of batch 1, with commands 1 to 2, no event, a payload of 256 bytes:
//
//   54 42 41 54  02 00  80 00  01 00 00 00 00 00 00 00  01 00 00 00 00 00 00 00  03 00 00 00 00 00 00 00
//   01 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  …
//
// The checksum costs less than the hash and is checked by everyone who reads; the hash is checked where a
// record comes from elsewhere, by `verify`, and for the last record when a writer opens the journal.

constexpr std::uint32_t record_magic = 0x54414254;
constexpr std::uint16_t record_version = 2;
constexpr std::uint16_t record_version_unstriped = 1;
constexpr std::size_t record_header_bytes = 128;
/// No batch's payload is larger.
constexpr std::size_t record_payload_bytes_max = wire::batch_bytes_max;

struct RecordHeader {
  std::uint16_t version = record_version;
  std::uint64_t batch = 0;
  std::uint64_t first_command = 1;
  std::uint64_t next_command = 1;
  Sequence first_sequence = 1;
  Sequence last_sequence = 0;  ///< one less than the first where the batch has no event
  std::uint64_t state_hash = 0;
  std::uint32_t payload_bytes = 0;
  std::uint32_t checksum = 0;
  Hash previous_hash{};
  Hash hash{};

  [[nodiscard]] Head head() const { return {batch, next_command, last_sequence}; }
  bool operator==(const RecordHeader&) const = default;
};

/// Where a chain has got to: what the next record must follow.
struct ChainLink {
  Head head;
  Hash hash{};
};

/// The header of the record that follows `previous`, its checksum and hash computed. An older version is for
/// tests of those who read it.
RecordHeader make_record_header(const wire::Encoder::BatchHeader& header, Sequence last_sequence,
                                std::uint64_t next_command, const Hash& previous_hash, wire::Bytes payload,
                                std::uint16_t version = record_version);
std::array<std::byte, record_header_bytes> encode_record_header(const RecordHeader& header);

/// Reads the header and checks its form and the record's length, but neither checksum nor hash.
Result<RecordHeader> read_record_header(wire::Bytes record);
/// The size of the whole record that begins like this, with `record_header_bytes` at least; nothing where it
/// does not begin as a record does, or says more than a record can have.
std::optional<std::uint32_t> record_bytes(wire::Bytes start);
/// Of a record whose header could be read.
inline wire::Bytes record_payload(wire::Bytes record) {
  return record.subspan(record_header_bytes);
}

// Each check fails with `corrupt` and says what is wrong, as in "its checksum is wrong".
Status check_record_checksum(const RecordHeader& header, wire::Bytes payload);
Status check_record_hash(const RecordHeader& header, wire::Bytes payload);
/// Numbers and hashes continue where `previous` ends.
Status check_record_follows(const RecordHeader& header, const ChainLink& previous);
/// Decodes what `batch.buffer` holds, the payload, and checks it against the header.
Status decode_record_payload(const RecordHeader& header, wire::Batch& batch);
/// Checks all of the same, and keeps nothing of what is decoded. `buffer` is for a payload that is not
/// aligned.
Result<wire::BatchSummary> check_record_payload(const RecordHeader& header, wire::Bytes payload,
                                                wire::AlignedBuffer& buffer);
/// The same of the events alone, as wire::decode_batch_events.
Status decode_record_events(const RecordHeader& header, wire::Batch& batch);
/// Of those that a market changes with, as wire::decode_market_events.
Status decode_record_market_events(const RecordHeader& header, wire::Batch& batch);

/// All of it, for a record that came from elsewhere (JournalReply.batches): decodes it into `batch`, checks
/// its hash and, where it is known, that it follows `previous`. Returns what the next record must follow.
Result<ChainLink> decode_record(wire::Bytes record, const std::optional<ChainLink>& previous,
                                wire::Batch& batch);

}  // namespace trade::journal
