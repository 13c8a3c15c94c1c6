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

namespace {

/// An order of each kind that can be packed, what comes of it, and things that cannot be packed between them.
std::vector<std::byte> packed_batch() {
  std::vector<Command> commands;
  std::vector<std::uint32_t> counts;
  std::vector<Event> events;
  const auto command = [&](const CommandBody& body) {
    commands.push_back({Timestamp{static_cast<std::int64_t>(commands.size()) + 1}, body});
    counts.push_back(0);
  };
  const auto event = [&](const EventBody& body) {
    events.push_back({events.size() + 1, commands.back().timestamp, body});
    ++counts.back();
  };
  for (const std::string_view id : {"", "order-1"}) {
    const OrderId number{commands.size() + 1};
    const PlaceOrder order{.account = AccountId{7},
                           .symbol = SymbolId{8},
                           .side = Side::sell,
                           .type = OrderType::limit,
                           .quantity = Quantity{100},
                           .limit_price = Price{1'000'000},
                           .client_order_id = id};
    command(order);
    event(OrderAccepted{.order = number,
                        .account = order.account,
                        .symbol = order.symbol,
                        .side = order.side,
                        .type = order.type,
                        .quantity = order.quantity,
                        .limit_price = order.limit_price,
                        .client_order_id = id});
    event(TradeExecuted{.trade = TradeId{1},
                        .symbol = order.symbol,
                        .price = order.limit_price,
                        .quantity = Quantity{40},
                        .taker_side = order.side,
                        .taker_order = number,
                        .taker_account = order.account});
    event(OrderRested{.order = number,
                      .symbol = order.symbol,
                      .side = order.side,
                      .price = order.limit_price,
                      .quantity = Quantity{60}});
    command(CancelAllOrders{.account = order.account});
    command(CancelOrder{.account = order.account, .order = number, .client_order_id = {}});
    event(OrderCancelled{.order = number, .account = order.account, .symbol = order.symbol});
    event(CommandRejected{.reason = RejectReason::unknown_order});
  }
  Encoder encoder;
  return copied(encoder.encode_batch({.batch = 1}, commands, counts, events));
}

std::vector<SampleFrame> packed_frames() {
  std::vector<SampleFrame> frames;
  Encoder encoder;
  SubmitRequest submit;
  submit.want_packed_results = true;
  submit.commands.push_back({PlaceOrder{.account = AccountId{1}, .client_order_id = "order-1"}, {}, {}});
  submit.commands.push_back({CancelOrder{AccountId{1}, OrderId{2}, {}}, {}, {}});
  submit.commands.push_back({PlaceOrder{.account = AccountId{1}}, {}, "AAPL"});
  frames.push_back({"request packed", copied(encoder.encode(Request{7, submit})), again_request});
  SubmitReply reply;
  reply.packed = true;
  for (const std::uint64_t order : {1u, 2u}) {
    reply.results.push_back(
        {.order = OrderId{order}, .status = OrderStatus::filled, .order_view = {}, .fills = {}});
  }
  frames.push_back({"reply packed", copied(encoder.encode(Reply{9, reply})), again_reply});
  frames.push_back({"batch packed", packed_batch(), again_batch});
  return frames;
}

}  // namespace

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
  for (SampleFrame& frame : packed_frames())
    frames.push_back(std::move(frame));
  return frames;
}

}  // namespace trade::wire::test
