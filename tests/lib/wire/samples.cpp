#include "lib/wire/samples.hpp"

namespace trade::wire::test {

namespace {

Result<std::vector<std::byte>> again_request(Bytes bytes) {
  Result<Request> message = decode_request(bytes);
  if (!message) return pass_on(std::move(message));
  Encoder encoder;
  return copied(encoder.encode(*message));
}
Result<std::vector<std::byte>> again_reply(Bytes bytes) {
  Result<Reply> message = decode_reply(bytes);
  if (!message) return pass_on(std::move(message));
  Encoder encoder;
  return copied(encoder.encode(*message));
}
Result<std::vector<std::byte>> again_publication(Bytes bytes) {
  Result<PublicationBody> message = decode_publication(bytes);
  if (!message) return pass_on(std::move(message));
  Encoder encoder;
  return copied(encoder.encode(*message));
}
Result<std::vector<std::byte>> again_batch(Bytes bytes) {
  Batch batch;
  batch.buffer.assign(bytes);
  if (Status status = decode_batch(batch); !status) return pass_on(std::move(status));
  Encoder encoder;
  return copied(encoder.encode_batch(batch.header, batch.commands, batch.events_per_command, batch.events));
}

}  // namespace

SampleBatch sample_batch() {
  SampleBatch batch;
  batch.header = {
      .batch = 11, .first_command = 12, .first_sequence = 13, .state_hash = 0xFEDC'BA98'7654'3210};
  std::int64_t nanoseconds = 5'000;
  for_each_alternative<CommandBody>(batch.filler, [&](const CommandBody& body) {
    batch.commands.push_back({Timestamp{nanoseconds++}, body});
    batch.events_per_command.push_back(0);
  });
  for_each_alternative<EventBody>(batch.filler, [&](const EventBody& body) {
    batch.events.push_back(
        {batch.header.first_sequence + batch.events.size(), batch.commands[0].timestamp, body});
  });
  batch.events_per_command[0] = static_cast<std::uint32_t>(batch.events.size());
  for (std::size_t i = 2; i < batch.commands.size(); ++i) {
    batch.events_per_command[i] = 1;
    batch.events.push_back(
        {batch.header.first_sequence + batch.events.size(), batch.commands[i].timestamp,
         OrderTriggered{.order = OrderId{i}, .account = {}, .symbol = {}, .trigger_price = {}}});
  }
  return batch;
}

std::vector<SampleFrame> sample_frames() {
  std::vector<SampleFrame> frames;
  Filler filler;
  Encoder encoder;
  for_each_alternative<RequestBody>(filler, [&](const RequestBody& body) {
    frames.push_back(
        {"request " + std::to_string(body.index()), copied(encoder.encode(Request{7, body})), again_request});
  });
  SubmitRequest submit;
  for_each_alternative<CommandBody>(
      filler, [&](const CommandBody& body) { submit.commands.push_back({body, "alice", "AAPL"}); });
  frames.push_back(
      {"submit request of every command", copied(encoder.encode(Request{8, submit})), again_request});
  for_each_alternative<ReplyBody>(filler, [&](const ReplyBody& body) {
    frames.push_back(
        {"reply " + std::to_string(body.index()), copied(encoder.encode(Reply{9, body})), again_reply});
  });
  for_each_alternative<PublicationBody>(filler, [&](const PublicationBody& body) {
    frames.push_back(
        {"publication " + std::to_string(body.index()), copied(encoder.encode(body)), again_publication});
  });
  const SampleBatch batch = sample_batch();
  frames.push_back(
      {"batch",
       copied(encoder.encode_batch(batch.header, batch.commands, batch.events_per_command, batch.events)),
       again_batch});
  return frames;
}

}  // namespace trade::wire::test
