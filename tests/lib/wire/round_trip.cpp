// What is encoded is what is decoded: every message, command and event, every field.
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "lib/wire/samples.hpp"
#include "wire/batch_events.hpp"
#include "wire/wire.hpp"

namespace trade::wire::test {

namespace {

TEST(FieldsTest, CountsAndComparesFields) {
  static_assert(detail::field_count<FirmRules>() == 12);
  static_assert(detail::field_count<OrderView>() == 23);
  static_assert(detail::field_count<QuoteView>() == 16);
  static_assert(detail::field_count<ReplaceOrder>() == 7);
  static_assert(detail::field_count<SessionRequest>() == 0);
  Filler filler;
  OrderReplaced left;
  filler.fill(left);
  OrderReplaced right = left;
  EXPECT_TRUE(same(left, right));
  right.client_order_id = "other";
  EXPECT_FALSE(same(left, right));
}

TEST(RoundTripTest, EveryRequest) {
  Filler filler;
  Encoder encoder;
  for_each_alternative<RequestBody>(filler, [&](const RequestBody& body) {
    SCOPED_TRACE(body.index());
    AlignedBuffer buffer;
    buffer.assign(encoder.encode(Request{.id = 77, .body = body}));
    const Result<Request> decoded = decode_request(buffer.bytes());
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded->id, 77u);
    EXPECT_TRUE(same(decoded->body, body));
  });
}

TEST(RoundTripTest, EveryCommandInASubmitRequest) {
  Filler filler;
  Encoder encoder;
  SubmitRequest submit{.commands = {}, .dry_run = true, .want_orders = false, .want_fills = true};
  for_each_alternative<CommandBody>(filler, [&](const CommandBody& body) {
    // Names are shared between neighbours, so some repeat, some change and some are absent.
    const std::size_t i = submit.commands.size();
    submit.commands.push_back(
        {body, i % 3 == 0 ? "alice" : (i % 3 == 1 ? "" : "bob"), i % 2 == 0 ? "AAPL" : "MSFT"});
  });
  AlignedBuffer buffer;
  buffer.assign(encoder.encode(Request{.id = 1, .body = submit}));
  const Result<Request> decoded = decode_request(buffer.bytes());
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_TRUE(same(decoded->body, RequestBody(submit)));
}

TEST(RoundTripTest, EveryReply) {
  Filler filler;
  Encoder encoder;
  for_each_alternative<ReplyBody>(filler, [&](ReplyBody body) {
    SCOPED_TRACE(body.index());
    // Its results have orders and fills to show, with which they are not packed.
    if (auto* submitted = std::get_if<SubmitReply>(&body)) submitted->packed = false;
    AlignedBuffer buffer;
    buffer.assign(encoder.encode(Reply{.id = 78, .body = body}));
    const Result<Reply> decoded = decode_reply(buffer.bytes());
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded->id, 78u);
    EXPECT_TRUE(same(decoded->body, body));
  });
}

TEST(RoundTripTest, EveryPublication) {
  Filler filler;
  Encoder encoder;
  for_each_alternative<PublicationBody>(filler, [&](const PublicationBody& body) {
    SCOPED_TRACE(body.index());
    AlignedBuffer buffer;
    buffer.assign(encoder.encode(body));
    const Result<PublicationBody> decoded = decode_publication(buffer.bytes());
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_TRUE(same(*decoded, body));
  });
}

TEST(RoundTripTest, MessagesOfDefaultsOnly) {
  Encoder encoder;
  AlignedBuffer buffer;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (
        [&] {
          const Request request{.id = 0, .body = RequestBody(std::in_place_index<I>)};
          buffer.assign(encoder.encode(request));
          const Result<Request> decoded = decode_request(buffer.bytes());
          ASSERT_TRUE(decoded) << I << ": " << decoded.error().message;
          EXPECT_TRUE(same(*decoded, request)) << I;
        }(),
        ...);
  }(std::make_index_sequence<std::variant_size_v<RequestBody>>{});
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (
        [&] {
          const Reply reply{.id = 0, .body = ReplyBody(std::in_place_index<I>)};
          buffer.assign(encoder.encode(reply));
          const Result<Reply> decoded = decode_reply(buffer.bytes());
          ASSERT_TRUE(decoded) << I << ": " << decoded.error().message;
          EXPECT_TRUE(same(*decoded, reply)) << I;
        }(),
        ...);
  }(std::make_index_sequence<std::variant_size_v<ReplyBody>>{});
}

TEST(RoundTripTest, Batch) {
  const SampleBatch sample = sample_batch();
  Encoder encoder;
  Batch batch;
  // Twice with one encoder and one batch: both are reused.
  for (int i = 0; i < 2; ++i) {
    batch.buffer.assign(
        encoder.encode_batch(sample.header, sample.commands, sample.events_per_command, sample.events));
    const Status status = decode_batch(batch);
    ASSERT_TRUE(status) << status.error().message;
    EXPECT_TRUE(same(batch.header, sample.header));
    EXPECT_TRUE(same(batch.commands, sample.commands));
    EXPECT_EQ(batch.events_per_command, sample.events_per_command);
    EXPECT_TRUE(same(batch.events, sample.events));
    EXPECT_EQ(batch.last_sequence(), sample.header.first_sequence + sample.events.size() - 1);
  }
}

TEST(RoundTripTest, EventsOfABatchAlone) {
  const SampleBatch sample = sample_batch();
  Encoder encoder;
  Batch batch;
  batch.commands.resize(3);  // what a batch held before is gone
  batch.buffer.assign(
      encoder.encode_batch(sample.header, sample.commands, sample.events_per_command, sample.events));
  const Result<std::size_t> commands = decode_batch_events(batch);
  ASSERT_TRUE(commands) << commands.error().message;
  EXPECT_EQ(*commands, sample.commands.size());
  EXPECT_TRUE(same(batch.header, sample.header));
  EXPECT_TRUE(batch.commands.empty());
  EXPECT_TRUE(batch.events_per_command.empty());
  EXPECT_TRUE(same(batch.events, sample.events));
}

TEST(RoundTripTest, MarketEventsOfABatchAlone) {
  const SampleBatch sample = sample_batch();
  std::vector<Event> wanted;
  for (const Event& event : sample.events) {
    if (std::holds_alternative<OrderAccepted>(event.body) ||
        std::holds_alternative<OrderRejected>(event.body))
      continue;
    wanted.push_back(event);
  }
  ASSERT_LT(wanted.size(), sample.events.size());
  Encoder encoder;
  Batch batch;
  for (int round = 0; round < 2; ++round) {  // into one that is empty, and one that holds something
    batch.buffer.assign(
        encoder.encode_batch(sample.header, sample.commands, sample.events_per_command, sample.events));
    const Result<std::size_t> commands = decode_market_events(batch);
    ASSERT_TRUE(commands) << commands.error().message;
    EXPECT_EQ(*commands, sample.commands.size());
    EXPECT_TRUE(same(batch.events, wanted));
    EXPECT_EQ(batch.event_count(), sample.events.size());
    EXPECT_EQ(batch.last_sequence(), sample.events.back().sequence);
  }
  // Nothing of it stays behind in a batch that is read whole.
  batch.buffer.assign(
      encoder.encode_batch(sample.header, sample.commands, sample.events_per_command, sample.events));
  ASSERT_TRUE(decode_batch(batch));
  EXPECT_TRUE(same(batch.events, sample.events));
  EXPECT_EQ(batch.events_left_out, 0u);
}

TEST(AlignedBufferTest, IsReadIntoAndCutAtItsBeginning) {
  AlignedBuffer buffer;
  const std::string text = "12345678abcdefgh-";
  for (const std::size_t size : {text.size(), std::size_t{9}, text.size()}) {
    const std::span<std::byte> room = buffer.make_room(size);
    ASSERT_EQ(room.size(), size);
    std::memcpy(room.data(), text.data(), size);
    ASSERT_EQ(buffer.bytes().size(), size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.bytes().data()) % alignof(std::uint64_t), 0u);
    buffer.remove_prefix(8);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(buffer.bytes().data()), buffer.bytes().size()),
              text.substr(8, size - 8));
  }
  buffer.remove_prefix(8);
  EXPECT_EQ(buffer.bytes().size(), 1u);
  buffer.assign({});
  EXPECT_TRUE(buffer.bytes().empty());
}

TEST(RoundTripTest, EmptyBatch) {
  Encoder encoder;
  Batch batch;
  batch.commands.resize(3);  // what a batch held before is gone
  batch.events.resize(3);
  batch.buffer.assign(encoder.encode_batch({.batch = 1}, {}, {}, {}));
  const Status status = decode_batch(batch);
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_TRUE(batch.commands.empty());
  EXPECT_TRUE(batch.events_per_command.empty());
  EXPECT_TRUE(batch.events.empty());
}

TEST(RoundTripTest, OptionalChangesOfAReplaceAreKeptApartFromZeros) {
  Encoder encoder;
  AlignedBuffer buffer;
  SubmitRequest submit;
  submit.commands.push_back({ReplaceOrder{}, {}, {}});
  ReplaceOrder zeros;
  zeros.quantity = Quantity{0};
  zeros.limit_price = Price{0};
  zeros.stop_price = Price{0};
  submit.commands.push_back({zeros, {}, {}});
  submit.commands.push_back({SetAccountLimits{}, {}, {}});
  submit.commands.push_back({SetAccountLimits{.account = {},
                                              .position_max = Quantity{},
                                              .order_quantity_max = Quantity{},
                                              .order_notional_max = Money{}},
                             {},
                             {}});
  buffer.assign(encoder.encode(Request{.id = 1, .body = submit}));
  const Result<Request> decoded = decode_request(buffer.bytes());
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_TRUE(same(decoded->body, RequestBody(submit)));
}

TEST(RoundTripTest, TextsOfCommandsAndEventsAreViewsIntoTheBuffer) {
  const SampleBatch sample = sample_batch();
  Encoder encoder;
  Batch batch;
  batch.buffer.assign(
      encoder.encode_batch(sample.header, sample.commands, sample.events_per_command, sample.events));
  ASSERT_TRUE(decode_batch(batch));
  const auto* begin = reinterpret_cast<const char*>(batch.buffer.bytes().data());
  const char* end = begin + batch.buffer.bytes().size();
  const auto inside = [&](std::string_view text) {
    return text.data() >= begin && text.data() + text.size() < end;
  };
  int seen = 0;
  for (const Command& command : batch.commands) {
    if (const auto* order = std::get_if<PlaceOrder>(&command.body)) {
      EXPECT_TRUE(inside(order->client_order_id));
      ++seen;
    }
  }
  for (const Event& event : batch.events) {
    if (const auto* order = std::get_if<OrderAccepted>(&event.body)) {
      EXPECT_TRUE(inside(order->client_order_id));
      ++seen;
    }
  }
  EXPECT_EQ(seen, 2);
}

TEST(RoundTripTest, AnOrdersTextIsStoredOnceForItsCommandAndItsEvents) {
  Encoder encoder;
  const std::string text(100, 'x');
  // Packed, and as tables for an instruction.
  for (const bool all_or_none : {false, true}) {
    const auto size_with = [&](std::string_view id) {
      PlaceOrder order = with(&PlaceOrder::client_order_id, id);
      OrderAccepted accepted = with(&OrderAccepted::client_order_id, id);
      accepted.order = OrderId{1};
      accepted.type = order.type;
      order.instructions.all_or_none = accepted.instructions.all_or_none = all_or_none;
      const std::vector<Command> commands{{Timestamp{1}, order}};
      const std::vector<Event> events{{1, Timestamp{1}, accepted}};
      return encoder.encode_batch({.batch = 1}, commands, std::vector<std::uint32_t>{1}, events).size();
    };
    EXPECT_LT(size_with(text) - size_with({}), 140u) << all_or_none;
  }
}

TEST(RoundTripTest, AnOrderThatTradesTakesLessThan180BytesInTheJournal) {
  Encoder encoder;
  std::vector<Command> commands;
  std::vector<std::uint32_t> counts;
  std::vector<Event> events;
  std::deque<std::string> ids;
  for (int i = 0; i < 1'000; ++i) {
    const std::string_view id = ids.emplace_back("order-" + std::to_string(1'000'000 + i));
    commands.push_back({Timestamp{i + 1}, with(&PlaceOrder::client_order_id, id)});
    counts.push_back(2);
    OrderAccepted accepted = with(&OrderAccepted::client_order_id, id);
    accepted.order = OrderId{1'000'000u + static_cast<unsigned>(i)};
    events.push_back({events.size() + 1, Timestamp{i + 1}, accepted});
    events.push_back({events.size() + 1, Timestamp{i + 1}, TradeExecuted{}});
  }
  EXPECT_LT(encoder.encode_batch({.batch = 1}, commands, counts, events).size() / commands.size(), 180u);
}

TEST(AlignmentTest, FramesFromAnyAddressDecodeThroughAnAlignedBuffer) {
  for (const SampleFrame& frame : sample_frames()) {
    SCOPED_TRACE(frame.name);
    std::vector<std::byte> memory(frame.bytes.size() + 16);
    for (std::size_t offset = 0; offset < 8; ++offset) {
      std::memcpy(memory.data() + offset, frame.bytes.data(), frame.bytes.size());
      AlignedBuffer buffer;
      buffer.assign({memory.data() + offset, frame.bytes.size()});
      const auto again = frame.decode_and_encode(buffer.bytes());
      ASSERT_TRUE(again) << again.error().message;
      EXPECT_EQ(*again, frame.bytes);
    }
  }
}

TEST(AlignmentDeathTest, AMisalignedFrameIsABugOfTheCaller) {
  Encoder encoder;
  const Bytes bytes = encoder.encode(Request{.id = 1, .body = StatusRequest{}});
  std::vector<std::uint64_t> words(bytes.size() / 8 + 2);
  auto* memory = reinterpret_cast<std::byte*>(words.data()) + 1;
  std::memcpy(memory, bytes.data(), bytes.size());
  EXPECT_DEATH(static_cast<void>(decode_request({memory, bytes.size()})), "AlignedBuffer");
}

TEST(EncoderTest, FramesAreAlignedWhereTheyAreMade) {
  Encoder encoder;
  for (std::size_t length = 0; length < 20; ++length) {
    const Bytes bytes =
        encoder.encode(Request{.id = 1, .body = PortfolioRequest{.account = std::string(length, 'a')}});
    EXPECT_TRUE(decode_request(bytes));
  }
}

TEST(EncoderTest, AReplyTooLargeForAFrameBecomesAnError) {
  Encoder encoder;
  JournalReply journal;
  journal.batches.assign(3, std::string(frame_bytes_max / 2, 'x'));
  AlignedBuffer buffer;
  buffer.assign(encoder.encode(Reply{.id = 5, .body = journal}));
  const Result<Reply> decoded = decode_reply(buffer.bytes());
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->id, 5u);
  ASSERT_TRUE(std::holds_alternative<ErrorReply>(decoded->body));
  EXPECT_EQ(std::get<ErrorReply>(decoded->body).error.name, "reply_too_large");
}

TEST(EncoderTest, LongErrorTextsAreCutAtACharacter) {
  Encoder encoder;
  std::string message = "x";
  for (int i = 0; i < 4'000; ++i)
    message += "é";
  AlignedBuffer buffer;
  buffer.assign(encoder.encode(Reply{.id = 5, .body = ErrorReply{{ErrorCode::usage, "usage", message, ""}}}));
  const Result<Reply> decoded = decode_reply(buffer.bytes());
  ASSERT_TRUE(decoded) << decoded.error().message;
  const std::string& text = std::get<ErrorReply>(decoded->body).error.message;
  EXPECT_EQ(text, message.substr(0, 4'095));
}

TEST(EncoderDeathTest, ABatchThatDoesNotAddUpIsABug) {
  Encoder encoder;
  const std::vector<Command> commands{{Timestamp{2}, CancelAllOrders{}}};
  const std::vector<std::uint32_t> one{1};
  const std::vector<Event> wrong_sequence{{9, Timestamp{2}, CommandRejected{}}};
  const std::vector<Event> wrong_time{{1, Timestamp{3}, CommandRejected{}}};
  EXPECT_DEATH(encoder.encode_batch({.batch = 1}, commands, one, wrong_sequence), "dense in sequence");
  EXPECT_DEATH(encoder.encode_batch({.batch = 1}, commands, one, wrong_time), "of their command's time");
  EXPECT_DEATH(encoder.encode_batch({.batch = 1}, commands, one, {}), "counted");
  EXPECT_DEATH(encoder.encode_batch({.batch = 1}, commands, {}, {}), "count of events");
}

}  // namespace

}  // namespace trade::wire::test
