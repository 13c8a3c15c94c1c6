// Frames whose structure is right and whose meaning is not: each is refused with words that name the field.
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "lib/wire/samples.hpp"
#include "wire/codec.hpp"
#include "wire/wire.hpp"

namespace trade::wire::test {

namespace {

/// The error of a request that is encoded without the codec's care.
template <class Decode>
std::string refusal(TableBuilder& builder, Decode decode) {
  AlignedBuffer buffer;
  buffer.assign({reinterpret_cast<const std::byte*>(builder.GetBufferPointer()), builder.GetSize()});
  const auto decoded = decode(buffer.bytes());
  return decoded ? "" : decoded.error().message;
}

void finish(TableBuilder& builder, schema::Content type, Offset<void> content, std::uint16_t version = 1) {
  schema::FinishFrameBuffer(builder, schema::CreateFrame(builder, version, type, content));
}

std::string refusal_of_request(schema::RequestBody type,
                               const std::function<Offset<void>(TableBuilder&)>& make) {
  TableBuilder builder;
  const auto body = make(builder);
  finish(builder, schema::Content::Request, schema::CreateRequest(builder, 1, type, body).Union());
  return refusal(builder, decode_request);
}

std::string refusal_of_command(const CommandBody& body) {
  Encoder encoder;
  SubmitRequest submit;
  submit.commands.push_back({body, {}, {}});
  AlignedBuffer buffer;
  buffer.assign(encoder.encode(Request{.id = 1, .body = submit}));
  const Result<Request> decoded = decode_request(buffer.bytes());
  return decoded ? "" : decoded.error().message;
}

TEST(MeaningTest, ValuesOutOfBoundsOfCommandsAreRefusedByField) {
  constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
  static const std::string long_text(129, 'x');
  struct Case {
    CommandBody body;
    std::string_view field;
  };
  FirmRules rules;
  rules.margin_multiplier_basis_points = highest;
  const std::vector<Case> cases = {
      {with(&PlaceOrder::limit_price, Price{-1}), "PlaceOrder at 0: limit_price: -1"},
      {with(&PlaceOrder::limit_price, Price{price_units_max + 1}),
       "PlaceOrder at 0: limit_price: 2000000001"},
      {with(&PlaceOrder::stop_price, Price{lowest}), "PlaceOrder at 0: stop_price"},
      {with(&PlaceOrder::quantity, Quantity{highest}), "PlaceOrder at 0: quantity"},
      {with(&PlaceOrder::quantity, Quantity{lowest}), "PlaceOrder at 0: quantity"},
      {with(&PlaceOrder::side, Side{0}), "PlaceOrder at 0: side: 0"},
      {with(&PlaceOrder::side, Side{3}), "PlaceOrder at 0: side: 3"},
      {with(&PlaceOrder::type, OrderType{6}), "PlaceOrder at 0: type: 6"},
      {with(&PlaceOrder::time_in_force, TimeInForce{255}), "PlaceOrder at 0: time_in_force: 255"},
      {with(&PlaceOrder::client_order_id, long_text), "PlaceOrder at 0: client_order_id: 129"},
      {with(&PlaceOrder::client_order_id, " x"), "PlaceOrder at 0: client_order_id"},
      {with(&PlaceOrder::client_order_id, "a\nb"), "PlaceOrder at 0: client_order_id"},
      {with(&PlaceOrder::client_order_id, "caf\xC3\xA9"), "PlaceOrder at 0: client_order_id"},
      {OpenAccount{}, "OpenAccount at 0: name: not an account id"},
      {OpenAccount{.name = *AccountName::make("a b")}, "OpenAccount at 0: name"},
      {OpenAccount{.name = *AccountName::make("a"), .type = AccountType{9}}, "OpenAccount at 0: type: 9"},
      {AddSymbol{}, "AddSymbol at 0: symbol: not a symbol"},
      {with(&AddSymbol::symbol, *Symbol::make("aapl")), "AddSymbol at 0: symbol"},
      {DepositCash{.account = {}, .amount = Money{highest}}, "DepositCash at 0: amount"},
      {WithdrawCash{.account = {}, .amount = Money{lowest}}, "WithdrawCash at 0: amount"},
      {TransferShares{.account = {}, .symbol = {}, .quantity = {}, .cost_price = Price{-5}},
       "TransferShares at 0: cost_price"},
      {SetAccountLimits{.account = {},
                        .position_max = Quantity{lowest},
                        .order_quantity_max = {},
                        .order_notional_max = {}},
       "SetAccountLimits at 0: position_max"},
      {SetFirmRules{rules}, "SetFirmRules at 0: margin_multiplier_basis_points"},
      {SetSession{.phase = SessionPhase{0}, .trading_date = {}}, "SetSession at 0: phase"},
      {SetSession{.phase = SessionPhase::open, .trading_date = Date{-1}}, "SetSession at 0: trading_date"},
      {SetSession{.phase = SessionPhase::open, .trading_date = Date{2'932'897}},
       "SetSession at 0: trading_date"},
      {SetSymbolStatus{.symbol = {}, .status = SymbolStatus::halted, .reason = long_text},
       "SetSymbolStatus at 0: reason: 129"},
      {PrintTrade{.symbol = {}, .price = Price{-1}, .quantity = {}}, "PrintTrade at 0: price"},
  };
  for (const Case& test : cases) {
    const std::string message = refusal_of_command(test.body);
    EXPECT_NE(message.find(test.field), std::string::npos) << test.field << " but: " << message;
  }
}

TEST(MeaningTest, WhatTheEngineJudgesIsLetThrough) {
  EXPECT_EQ(refusal_of_command(PlaceOrder{}), "");
  EXPECT_EQ(refusal_of_command(with(&PlaceOrder::quantity, Quantity{order_quantity_max + 1})), "");
  EXPECT_EQ(refusal_of_command(with(&PlaceOrder::quantity, Quantity{-1})), "");
  EXPECT_EQ(refusal_of_command(DepositCash{.account = {}, .amount = Money{-1}}), "");
  EXPECT_EQ(refusal_of_command(SetSession{.phase = SessionPhase::open, .trading_date = Date{2'932'896}}), "");
}

TEST(MeaningTest, ASubmitRequestMayHold4096CommandsAndNoMore) {
  Encoder encoder;
  SubmitRequest submit;
  submit.commands.resize(submit_commands_max, {CancelAllOrders{}, {}, {}});
  AlignedBuffer buffer;
  buffer.assign(encoder.encode(Request{.id = 1, .body = submit}));
  EXPECT_TRUE(decode_request(buffer.bytes()));
  submit.commands.push_back({CancelAllOrders{}, {}, {}});
  buffer.assign(encoder.encode(Request{.id = 1, .body = submit}));
  const auto decoded = decode_request(buffer.bytes());
  ASSERT_FALSE(decoded);
  EXPECT_NE(decoded.error().message.find("commands: 4097"), std::string::npos) << decoded.error().message;
}

TEST(MeaningTest, UnknownMembersOfUnionsAreRefusedWithoutBeingRead) {
  const auto status = [](TableBuilder& builder) { return schema::CreateStatusRequest(builder).Union(); };
  EXPECT_EQ(refusal_of_request(schema::RequestBody::StatusRequest, status), "");
  EXPECT_NE(refusal_of_request(static_cast<schema::RequestBody>(200), status).find("200"), std::string::npos);
  EXPECT_NE(refusal_of_request(schema::RequestBody::NONE, status).find("no kind of request"),
            std::string::npos);

  const auto submit_of = [](schema::CommandBody type) {
    return [type](TableBuilder& builder) {
      const auto command =
          schema::CreateSubmittedCommand(builder, type, schema::CreateCancelAllOrders(builder).Union());
      return schema::CreateSubmitRequest(builder, builder.CreateVector(&command, 1)).Union();
    };
  };
  EXPECT_EQ(
      refusal_of_request(schema::RequestBody::SubmitRequest, submit_of(schema::CommandBody::CancelAllOrders)),
      "");
  const std::string message =
      refusal_of_request(schema::RequestBody::SubmitRequest, submit_of(static_cast<schema::CommandBody>(99)));
  EXPECT_NE(message.find("99, but this is no kind of command"), std::string::npos) << message;
}

TEST(MeaningTest, MissingPartsAreNamed) {
  const std::string no_body =
      refusal_of_request(schema::RequestBody::StatusRequest, [](TableBuilder&) { return Offset<void>(0); });
  EXPECT_NE(no_body.find("StatusRequest at 0: body: missing"), std::string::npos) << no_body;
  const std::string no_fields =
      refusal_of_request(schema::RequestBody::SubmitRequest, [](TableBuilder& builder) {
        const auto order = schema::CreatePlaceOrder(builder, nullptr, 0);
        const auto command =
            schema::CreateSubmittedCommand(builder, schema::CommandBody::PlaceOrder, order.Union());
        return schema::CreateSubmitRequest(builder, builder.CreateVector(&command, 1)).Union();
      });
  EXPECT_NE(no_fields.find("PlaceOrder at 0: fields: missing"), std::string::npos) << no_fields;
  const std::string no_rules =
      refusal_of_request(schema::RequestBody::SubmitRequest, [](TableBuilder& builder) {
        const auto rules = schema::CreateSetFirmRules(builder);
        const auto command =
            schema::CreateSubmittedCommand(builder, schema::CommandBody::SetFirmRules, rules.Union());
        return schema::CreateSubmitRequest(builder, builder.CreateVector(&command, 1)).Union();
      });
  EXPECT_NE(no_rules.find("rules: missing"), std::string::npos) << no_rules;
}

TEST(MeaningTest, AnotherProtocolVersionIsRefusedAndSaysWhatToDo) {
  TableBuilder builder;
  const auto request = schema::CreateRequest(builder, 1, schema::RequestBody::StatusRequest,
                                             schema::CreateStatusRequest(builder).Union());
  finish(builder, schema::Content::Request, request.Union(), 2);
  AlignedBuffer buffer;
  buffer.assign({reinterpret_cast<const std::byte*>(builder.GetBufferPointer()), builder.GetSize()});
  const auto decoded = decode_request(buffer.bytes());
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().message, "frame refused: protocol version 2, but this program speaks version 1");
  EXPECT_FALSE(decoded.error().hint.empty());
}

TEST(MeaningTest, ForeignBytesAreRefused) {
  AlignedBuffer buffer;
  EXPECT_FALSE(decode_request(buffer.bytes()));
  const std::string text = "GET / HTTP/1.1\r\n\r\n";
  buffer.assign(std::as_bytes(std::span(text)));
  const auto decoded = decode_request(buffer.bytes());
  ASSERT_FALSE(decoded);
  EXPECT_NE(decoded.error().message.find("file identifier"), std::string::npos) << decoded.error().message;
}

TEST(MeaningTest, AFrameAboveTheBoundIsRefused) {
  AlignedBuffer buffer;
  buffer.assign(std::vector<std::byte>(frame_bytes_max + 1));
  const auto decoded = decode_request(buffer.bytes());
  ASSERT_FALSE(decoded);
  EXPECT_NE(decoded.error().message.find("at most 16777216"), std::string::npos) << decoded.error().message;
}

TEST(MeaningTest, RecordsThatShareALongVectorDoNotGrowWhenDecoded) {
  // A row takes eight bytes when all point at one table, and 16 KB when decoded.
  TableBuilder builder;
  const std::vector<schema::Holding> holdings(1'000, schema::Holding(1, 1, 0));
  const auto shared = builder.CreateVectorOfStructs(holdings);
  std::vector<Offset<schema::HoldingsRow>> rows;
  for (int i = 0; i < 1'000; ++i)
    rows.push_back(schema::CreateHoldingsRow(builder, 1, 0, 0, 0, shared));
  const auto list = builder.CreateVector(rows);
  const auto body = schema::CreateHoldingsReply(builder, 1, list);
  finish(builder, schema::Content::Reply,
         schema::CreateReply(builder, 1, schema::ReplyBody::HoldingsReply, body.Union()).Union());
  const std::string message = refusal(builder, decode_reply);
  EXPECT_NE(message.find("share more of the frame"), std::string::npos) << message;
}

TEST(MeaningTest, ABatchRepeatedByOffsetDoesNotGrowWhenDecoded) {
  TableBuilder builder;
  const std::vector<std::uint8_t> bytes(100'000, 1);
  const auto batch = schema::CreateStoredBatch(builder, builder.CreateVector(bytes));
  const std::vector<Offset<schema::StoredBatch>> batches(1'000, batch);
  const auto list = builder.CreateVector(batches);
  const auto body = schema::CreateJournalReply(builder, 1, list);
  finish(builder, schema::Content::Reply,
         schema::CreateReply(builder, 1, schema::ReplyBody::JournalReply, body.Union()).Union());
  EXPECT_NE(refusal(builder, decode_reply).find("share more of the frame"), std::string::npos);
}

TEST(MeaningTest, ACounterNamedTwiceIsRefused) {
  TableBuilder builder;
  const auto counter = schema::CreateCounter(builder, builder.CreateString("orders"), 1);
  const std::vector<Offset<schema::Counter>> counters(2, counter);
  const auto list = builder.CreateVector(counters);
  const auto body =
      schema::CreateStatusReply(builder, schema::CreateDaemonView(builder, 0, 0, 0, 0, 0, 0, 0, list));
  finish(builder, schema::Content::Reply,
         schema::CreateReply(builder, 1, schema::ReplyBody::StatusReply, body.Union()).Union());
  EXPECT_NE(refusal(builder, decode_reply).find("counters: a name twice"), std::string::npos);
}

// --- batches ---

/// A batch of `commands` cancel-all commands whose lists are as long as the numbers say.
std::string refusal_of_batch(std::size_t timestamps, std::size_t commands,
                             const std::vector<std::uint32_t>& counts, std::size_t events,
                             std::uint64_t first_sequence = 1, std::int64_t time_step = 1) {
  TableBuilder builder;
  std::vector<std::int64_t> times;
  for (std::size_t i = 0; i < timestamps; ++i)
    times.push_back(100 + time_step * static_cast<std::int64_t>(i));
  const std::vector<schema::CommandBody> command_types(commands, schema::CommandBody::CancelAllOrders);
  const std::vector<Offset<void>> command_values(commands, schema::CreateCancelAllOrders(builder).Union());
  const std::vector<schema::EventBody> event_types(events, schema::EventBody::CommandRejected);
  const std::vector<Offset<void>> event_values(events, schema::CreateCommandRejected(builder).Union());
  const auto a = builder.CreateVector(times);
  const auto b = builder.CreateVector(command_types);
  const auto c = builder.CreateVector(command_values);
  const auto d = builder.CreateVector(counts);
  const auto e = builder.CreateVector(event_types);
  const auto f = builder.CreateVector(event_values);
  const auto batch = schema::CreateJournalBatch(builder, 1, 1, first_sequence, 0, a, b, c, d, e, f);
  finish(builder, schema::Content::JournalBatch, batch.Union());
  Batch decoded;
  decoded.buffer.assign({reinterpret_cast<const std::byte*>(builder.GetBufferPointer()), builder.GetSize()});
  const Status status = decode_batch(decoded);
  if (status) return "";
  EXPECT_TRUE(decoded.commands.empty());
  EXPECT_TRUE(decoded.events.empty());
  return status.error().message;
}

TEST(MeaningTest, ListsOfABatchBelongTogether) {
  EXPECT_EQ(refusal_of_batch(2, 2, {1, 1}, 2), "");
  EXPECT_NE(refusal_of_batch(1, 2, {1, 1}, 2).find("2 commands, 1 timestamps"), std::string::npos);
  EXPECT_NE(refusal_of_batch(2, 2, {2}, 2).find("1 event counts"), std::string::npos);
  EXPECT_NE(refusal_of_batch(2, 2, {1, 2}, 2).find("2 events, but its commands count 3"), std::string::npos);
  EXPECT_NE(refusal_of_batch(2, 2, {0xFFFF'FFFF, 3}, 2).find("count 4294967298"), std::string::npos);
  EXPECT_NE(refusal_of_batch(2, 2, {1, 1}, 2, 0).find("first_sequence"), std::string::npos);
  EXPECT_NE(refusal_of_batch(2, 2, {1, 1}, 2, std::uint64_t{1} << 63).find("first_sequence"),
            std::string::npos);
  EXPECT_NE(refusal_of_batch(2, 2, {1, 1}, 2, 1, -1).find("earlier than"), std::string::npos);
  EXPECT_NE(refusal_of_batch(2, 2, {1, 1}, 2, 1, -200).find("timestamp: -100"), std::string::npos);
}

}  // namespace

}  // namespace trade::wire::test
