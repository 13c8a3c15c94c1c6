#include "journal/record.hpp"

#include <algorithm>
#include <utility>

#include "base/byte_stream.hpp"
#include "journal/crc32c.hpp"
#include "journal/hash_lanes.hpp"
#include "wire/batch_events.hpp"

namespace trade::journal {

namespace {

constexpr std::size_t checksummed_bytes = 60;
constexpr std::size_t hashed_bytes = 96;

std::unexpected<Error> wrong(std::string what) {
  return fail(ErrorCode::corrupt, std::move(what));
}

std::string expected(const char* name, std::uint64_t found, std::uint64_t wanted) {
  return std::string("its ") + name + " is " + std::to_string(found) + " and should be " +
         std::to_string(wanted);
}

std::uint32_t checksum_of(const RecordHeader& header, wire::Bytes payload) {
  const auto bytes = encode_record_header(header);
  return crc32c(payload, crc32c(std::span(bytes).first(checksummed_bytes)));
}

constexpr std::size_t stripes_count = 8;
constexpr std::size_t stripe_step_bytes = 128;

std::array<Hash, stripes_count> hash_stripes(wire::Bytes payload) {
  const std::size_t eighth = (payload.size() + stripes_count - 1) / stripes_count;
  const std::size_t stripe_bytes = (eighth + stripe_step_bytes - 1) / stripe_step_bytes * stripe_step_bytes;
  std::array<wire::Bytes, stripes_count> stripes;
  for (wire::Bytes& stripe : stripes) {
    stripe = payload.first(std::min(payload.size(), stripe_bytes));
    payload = payload.subspan(stripe.size());
  }
  std::array<Hash, stripes_count> hashes;
  hash_side_by_side(stripes, hashes);
  return hashes;
}

Hash hash_of_record(const RecordHeader& header, wire::Bytes payload) {
  const auto bytes = encode_record_header(header);
  const auto hashed_header = std::span(bytes).first(hashed_bytes);
  if (header.version == record_version_unstriped) return hash_of({hashed_header, payload});
  const auto stripes = hash_stripes(payload);
  return hash_of({hashed_header, std::as_bytes(std::span(stripes))});
}

Status check_content(const RecordHeader& header, const wire::BatchSummary& content) {
  const auto& found = content.header;
  if (found.batch != header.batch || found.first_command != header.first_command ||
      found.first_sequence != header.first_sequence || found.state_hash != header.state_hash ||
      found.first_command + content.commands != header.next_command ||
      found.first_sequence + content.events - 1 != header.last_sequence) {
    return wrong("its header and its content contradict each other");
  }
  return {};
}

/// `commands`: how many, as decoding the events alone has told.
Status check_events(const RecordHeader& header, const wire::Batch& batch,
                    const Result<std::size_t>& commands) {
  if (!commands) return std::unexpected(commands.error());
  return check_content(header, {batch.header, *commands, batch.event_count()});
}

Hash read_hash(ByteReader& reader) {
  Hash hash{};
  for (std::byte& byte : hash)
    byte = static_cast<std::byte>(reader.read<std::uint8_t>());
  return hash;
}

}  // namespace

RecordHeader make_record_header(const wire::Encoder::BatchHeader& header, Sequence last_sequence,
                                std::uint64_t next_command, const Hash& previous_hash, wire::Bytes payload,
                                std::uint16_t version) {
  RecordHeader record{.version = version,
                      .batch = header.batch,
                      .first_command = header.first_command,
                      .next_command = next_command,
                      .first_sequence = header.first_sequence,
                      .last_sequence = last_sequence,
                      .state_hash = header.state_hash,
                      .payload_bytes = static_cast<std::uint32_t>(payload.size()),
                      .previous_hash = previous_hash};
  record.checksum = checksum_of(record, payload);
  record.hash = hash_of_record(record, payload);
  return record;
}

std::array<std::byte, record_header_bytes> encode_record_header(const RecordHeader& header) {
  std::array<std::byte, record_header_bytes> bytes{};
  auto target = bytes.begin();
  const auto append = [&target](const auto& value) {
    const auto source = std::as_bytes(std::span(&value, 1));
    target = std::copy(source.begin(), source.end(), target);
  };
  append(record_magic);
  append(header.version);
  append(static_cast<std::uint16_t>(record_header_bytes));
  append(header.batch);
  append(header.first_command);
  append(header.next_command);
  append(header.first_sequence);
  append(header.last_sequence);
  append(header.state_hash);
  append(header.payload_bytes);
  append(header.checksum);
  append(header.previous_hash);
  append(header.hash);
  return bytes;
}

Result<RecordHeader> read_record_header(wire::Bytes record) {
  if (record.size() < record_header_bytes) return wrong("it is shorter than its header");
  ByteReader reader(record.first(record_header_bytes));
  if (reader.read<std::uint32_t>() != record_magic) return wrong("it does not begin as a record does");
  const auto version = reader.read<std::uint16_t>();
  if (version != record_version && version != record_version_unstriped)
    return wrong(expected("record version", version, record_version));
  const auto header_bytes = reader.read<std::uint16_t>();
  if (header_bytes != record_header_bytes)
    return wrong(expected("header size", header_bytes, record_header_bytes));
  RecordHeader header;
  header.version = version;
  header.batch = reader.read<std::uint64_t>();
  header.first_command = reader.read<std::uint64_t>();
  header.next_command = reader.read<std::uint64_t>();
  header.first_sequence = reader.read<std::uint64_t>();
  header.last_sequence = reader.read<std::uint64_t>();
  header.state_hash = reader.read<std::uint64_t>();
  header.payload_bytes = reader.read<std::uint32_t>();
  header.checksum = reader.read<std::uint32_t>();
  header.previous_hash = read_hash(reader);
  header.hash = read_hash(reader);
  if (header.payload_bytes != record.size() - record_header_bytes) {
    return wrong(expected("payload size", header.payload_bytes, record.size() - record_header_bytes));
  }
  if (header.batch == 0 || header.first_command == 0 || header.first_sequence == 0 ||
      header.next_command < header.first_command || header.last_sequence + 1 < header.first_sequence) {
    return wrong("the numbers in its header contradict each other");
  }
  return header;
}

std::optional<std::uint32_t> record_bytes(wire::Bytes start) {
  constexpr std::size_t payload_size_offset = 56;
  if (ByteReader(start).read<std::uint32_t>() != record_magic) return std::nullopt;
  const auto payload_bytes = ByteReader(start.subspan(payload_size_offset)).read<std::uint32_t>();
  if (payload_bytes > record_payload_bytes_max) return std::nullopt;
  return static_cast<std::uint32_t>(record_header_bytes) + payload_bytes;
}

Status check_record_checksum(const RecordHeader& header, wire::Bytes payload) {
  if (checksum_of(header, payload) != header.checksum) return wrong("its checksum is wrong");
  return {};
}

Status check_record_hash(const RecordHeader& header, wire::Bytes payload) {
  if (hash_of_record(header, payload) != header.hash) return wrong("its hash is wrong");
  return {};
}

Status check_record_follows(const RecordHeader& header, const ChainLink& previous) {
  if (header.batch != previous.head.batch + 1) {
    return wrong(expected("number", header.batch, previous.head.batch + 1));
  }
  if (header.first_command != previous.head.next_command) {
    return wrong(expected("first command", header.first_command, previous.head.next_command));
  }
  if (header.first_sequence != previous.head.last_sequence + 1) {
    return wrong(expected("first event", header.first_sequence, previous.head.last_sequence + 1));
  }
  if (header.previous_hash != previous.hash) {
    return wrong(previous.head.batch == 0
                     ? "it does not begin the chain of this journal"
                     : "it does not follow batch " + std::to_string(previous.head.batch) +
                           ": the hash of that one is another");
  }
  return {};
}

Status decode_record_payload(const RecordHeader& header, wire::Batch& batch) {
  if (auto decoded = wire::decode_batch(batch); !decoded) return decoded;
  return check_content(header, {batch.header, batch.commands.size(), batch.event_count()});
}

Result<wire::BatchSummary> check_record_payload(const RecordHeader& header, wire::Bytes payload,
                                                wire::AlignedBuffer& buffer) {
  // From a database it is aligned as a rule.
  if (reinterpret_cast<std::uintptr_t>(payload.data()) % alignof(std::uint64_t) != 0) {
    buffer.assign(payload);
    payload = buffer.bytes();
  }
  auto content = wire::check_batch(payload);
  if (!content) return content;
  if (Status status = check_content(header, *content); !status) return pass_on(std::move(status));
  return content;
}

Status decode_record_events(const RecordHeader& header, wire::Batch& batch) {
  return check_events(header, batch, wire::decode_batch_events(batch));
}

Status decode_record_market_events(const RecordHeader& header, wire::Batch& batch) {
  return check_events(header, batch, wire::decode_market_events(batch));
}

Result<ChainLink> decode_record(wire::Bytes record, const std::optional<ChainLink>& previous,
                                wire::Batch& batch) {
  const auto refused = [&](const Error& error, std::uint64_t number) {
    return wrong("journal record " +
                 (number == 0 ? std::string() : "of batch " + std::to_string(number) + " ") +
                 "refused: " + error.message);
  };
  const auto header = read_record_header(record);
  if (!header) return refused(header.error(), 0);
  const auto payload = record_payload(record);
  Status status = check_record_hash(*header, payload);
  if (status) status = check_record_checksum(*header, payload);
  if (status && previous) status = check_record_follows(*header, *previous);
  if (status) {
    batch.buffer.assign(payload);
    status = decode_record_payload(*header, batch);
  }
  if (!status) return refused(status.error(), header->batch);
  return ChainLink{header->head(), header->hash};
}

}  // namespace trade::journal
