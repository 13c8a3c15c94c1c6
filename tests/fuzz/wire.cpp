// Frames of the bus and journal batches: decoded, or refused; what is decoded survives another round.
#include "wire/wire.hpp"

#include <vector>

#include "fuzz/fuzz.hpp"
#include "wire/batch_events.hpp"

namespace trade::fuzz {
namespace {

using Encoded = std::vector<std::byte>;

Encoded copied(wire::Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

Result<Encoded> again_request(wire::AlignedBuffer& buffer) {
  const auto message = wire::decode_request(buffer.bytes());
  if (!message) return std::unexpected(message.error());
  wire::Encoder encoder;
  return copied(encoder.encode(*message));
}
Result<Encoded> again_reply(wire::AlignedBuffer& buffer) {
  const auto message = wire::decode_reply(buffer.bytes());
  if (!message) return std::unexpected(message.error());
  wire::Encoder encoder;
  return copied(encoder.encode(*message));
}
Result<Encoded> again_publication(wire::AlignedBuffer& buffer) {
  const auto message = wire::decode_publication(buffer.bytes());
  if (!message) return std::unexpected(message.error());
  wire::Encoder encoder;
  return copied(encoder.encode(*message));
}
Result<Encoded> again_batch(wire::AlignedBuffer& buffer) {
  wire::Batch batch;
  batch.buffer.assign(buffer.bytes());
  wire::Batch events;
  events.buffer.assign(buffer.bytes());
  const auto commands = wire::decode_batch_events(events);
  wire::Batch market;
  market.buffer.assign(buffer.bytes());
  const bool market_read = wire::decode_market_events(market).has_value();
  const auto checked = wire::check_batch(buffer.bytes());
  const Status decoded = wire::decode_batch(batch);
  require(checked.has_value() == decoded.has_value(), "checking a batch is as strict as decoding it");
  if (!decoded) return std::unexpected(decoded.error());
  require(checked->commands == batch.commands.size() && checked->events == batch.events.size(),
          "who checks a batch knows how much there is in it");
  require(commands && *commands == batch.commands.size() && events.events.size() == batch.events.size(),
          "who reads the events alone has all of them");
  require(market_read && market.event_count() == batch.event_count(),
          "who reads what concerns markets knows how many events there are");
  wire::Encoder encoder;
  return copied(encoder.encode_batch(batch.header, batch.commands, batch.events_per_command, batch.events));
}

constexpr Result<Encoded> (*kinds[])(wire::AlignedBuffer&) = {again_request, again_reply, again_publication,
                                                              again_batch};

}  // namespace
}  // namespace trade::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trade;
  fuzz::Input input(data, size);
  const auto again = fuzz::kinds[input.take_byte() % std::size(fuzz::kinds)];
  wire::AlignedBuffer buffer;
  buffer.assign(input.bytes());
  const auto first = again(buffer);
  if (!first) {
    fuzz::require(first.error().code == ErrorCode::corrupt, "a frame is refused as corrupt");
    fuzz::require(!first.error().message.empty(), "a refusal says why");
    return 0;
  }
  buffer.assign(*first);
  const auto second = again(buffer);
  fuzz::require(second.has_value(), "what was encoded can be decoded");
  fuzz::require(*second == *first, "encoding is the same again");
  return 0;
}
