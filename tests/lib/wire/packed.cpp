// Plain orders, cancels and what comes of them stand in lists of structs: that what is read of them is what
// was written, whatever stands beside it, that they take the room that they are meant to, and that lists
// which do not belong together are refused.
#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "lib/wire/samples.hpp"
#include "support/seeds.hpp"
#include "wire/batch_events.hpp"
#include "wire/trade_generated.h"

namespace trade::wire::test {

namespace {

/// A batch that is put together command by command.
struct Script {
  std::vector<Command> commands;
  std::vector<std::uint32_t> counts;
  std::vector<Event> events;
  std::deque<std::string> texts;

  void command(CommandBody body) {
    commands.push_back({Timestamp{static_cast<std::int64_t>(commands.size()) + 1}, std::move(body)});
    counts.push_back(0);
  }
  void event(EventBody body) {
    events.push_back({events.size() + 1, commands.back().timestamp, std::move(body)});
    ++counts.back();
  }
  [[nodiscard]] std::vector<std::byte> encoded() const {
    Encoder encoder;
    return copied(encoder.encode_batch({.batch = 1}, commands, counts, events));
  }
};

OrderAccepted accepted(const PlaceOrder& order, OrderId id) {
  return {.order = id,
          .account = order.account,
          .symbol = order.symbol,
          .side = order.side,
          .type = order.type,
          .time_in_force = order.time_in_force,
          .quantity = order.quantity,
          .limit_price = order.limit_price,
          .stop_price = order.stop_price,
          .client_order_id = order.client_order_id};
}

OrderRested rested(const PlaceOrder& order, OrderId id, Quantity quantity) {
  return {.order = id,
          .symbol = order.symbol,
          .side = order.side,
          .price = order.limit_price,
          .quantity = quantity};
}

PlaceOrder plain_order(std::string_view client_order_id = {}) {
  return {.account = AccountId{7},
          .symbol = SymbolId{8},
          .side = Side::sell,
          .type = OrderType::limit,
          .time_in_force = TimeInForce::gtc,
          .quantity = Quantity{100},
          .limit_price = Price{1'000'000},
          .stop_price = {},
          .client_order_id = client_order_id};
}

void expect_read_alike(const Script& script) {
  Batch batch;
  batch.buffer.assign(script.encoded());
  const Status whole = decode_batch(batch);
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_TRUE(same(batch.commands, script.commands));
  EXPECT_EQ(batch.events_per_command, script.counts);
  EXPECT_TRUE(same(batch.events, script.events));

  const auto checked = check_batch(batch.buffer.bytes());
  ASSERT_TRUE(checked) << checked.error().message;
  EXPECT_TRUE(same(checked->header, batch.header));
  EXPECT_EQ(checked->commands, script.commands.size());
  EXPECT_EQ(checked->events, script.events.size());

  const auto events = decode_batch_events(batch);
  ASSERT_TRUE(events) << events.error().message;
  EXPECT_EQ(*events, script.commands.size());
  EXPECT_TRUE(same(batch.events, script.events));

  std::vector<Event> of_markets;
  for (const Event& event : script.events) {
    if (!std::holds_alternative<OrderAccepted>(event.body) &&
        !std::holds_alternative<OrderRejected>(event.body)) {
      of_markets.push_back(event);
    }
  }
  const auto market = decode_market_events(batch);
  ASSERT_TRUE(market) << market.error().message;
  EXPECT_TRUE(same(batch.events, of_markets));
  EXPECT_EQ(batch.event_count(), script.events.size());
}

const schema::JournalBatch& table_of(const std::vector<std::byte>& bytes) {
  return *static_cast<const schema::JournalBatch*>(schema::GetFrame(bytes.data())->content());
}

std::vector<schema::EventForm> event_forms(const Script& script) {
  const auto bytes = script.encoded();
  const auto* forms = table_of(bytes).event_forms();
  return {forms->begin(), forms->end()};
}

std::vector<schema::CommandForm> command_forms(const Script& script) {
  const auto bytes = script.encoded();
  const auto* forms = table_of(bytes).command_forms();
  return {forms->begin(), forms->end()};
}

TEST(PackedTest, APlainOrderAndWhatComesOfItIsPacked) {
  Script script;
  const PlaceOrder order = plain_order("my-order");
  script.command(order);
  script.event(accepted(order, OrderId{5}));
  script.event(TradeExecuted{.trade = TradeId{1},
                             .symbol = order.symbol,
                             .price = Price{1'000'100},
                             .quantity = Quantity{40},
                             .taker_side = order.side,
                             .maker_order = OrderId{2},
                             .maker_account = AccountId{3},
                             .maker_leaves = Quantity{1},
                             .taker_order = OrderId{5},
                             .taker_account = order.account,
                             .taker_leaves = Quantity{60},
                             .maker_refreshes = true});
  script.event(rested(order, OrderId{5}, Quantity{60}));
  script.command(CancelOrder{.account = order.account, .order = OrderId{5}, .client_order_id = {}});
  script.event(OrderCancelled{.order = OrderId{5},
                              .account = order.account,
                              .symbol = order.symbol,
                              .side = order.side,
                              .was_resting = true,
                              .price = order.limit_price,
                              .quantity = Quantity{60},
                              .hidden = Quantity{50}});
  using enum schema::EventForm;
  EXPECT_EQ(event_forms(script),
            (std::vector{order_accepted, trade_executed, order_rested, order_cancelled}));
  EXPECT_EQ(command_forms(script),
            (std::vector{schema::CommandForm::place_order, schema::CommandForm::cancel_order}));
  const auto bytes = script.encoded();
  EXPECT_EQ(table_of(bytes).commands(), nullptr);
  EXPECT_EQ(table_of(bytes).events(), nullptr);
  expect_read_alike(script);
}

/// Writes one command and event, and tells whether each was packed.
void expect_forms(const CommandBody& command, const EventBody& event, schema::CommandForm command_form,
                  schema::EventForm event_form) {
  Script script;
  script.command(command);
  script.event(event);
  EXPECT_EQ(command_forms(script).front(), command_form);
  EXPECT_EQ(event_forms(script).front(), event_form);
  expect_read_alike(script);
}

TEST(PackedTest, WhatDiffersInAnythingIsNotPacked) {
  using Commands = schema::CommandForm;
  using Events = schema::EventForm;
  const PlaceOrder order = plain_order("id");
  const auto with_order = [&](auto change, Commands form) {
    PlaceOrder other = order;
    change(other);
    OrderAccepted event = accepted(other, OrderId{1});
    event.instructions = other.instructions;
    expect_forms(other, event, form, form == Commands::table ? Events::table : Events::order_accepted);
  };
  with_order([](PlaceOrder&) {}, Commands::place_order);
  with_order([](PlaceOrder& o) { o.client_order_id = {}; }, Commands::place_order);
  with_order([](PlaceOrder& o) { o.session = ClientSessionId{1}; }, Commands::table);
  with_order([](PlaceOrder& o) { o.instructions.display_quantity = Quantity{1}; }, Commands::table);
  with_order(
      [](PlaceOrder& o) { o.legs.take_profit_limit_price = Price{1}, o.legs.order_class = OrderClass::oto; },
      Commands::table);
  expect_forms(CancelOrder{.account = AccountId{1}, .order = OrderId{2}, .client_order_id = "id"},
               CommandRejected{}, Commands::table, Events::table);

  const auto with_event = [&](auto change) {
    OrderAccepted event = accepted(order, OrderId{1});
    change(event);
    expect_forms(order, event, Commands::place_order, Events::table);
  };
  with_event([](OrderAccepted& e) { e.order = {}; });
  with_event([](OrderAccepted& e) { e.account = AccountId{70}; });
  with_event([](OrderAccepted& e) { e.symbol = SymbolId{80}; });
  with_event([](OrderAccepted& e) { e.side = Side::buy; });
  with_event([](OrderAccepted& e) { e.type = OrderType::stop_limit; });
  with_event([](OrderAccepted& e) { e.time_in_force = TimeInForce::day; });
  with_event([](OrderAccepted& e) { e.status = OrderStatus::validated; });
  with_event([](OrderAccepted& e) { e.quantity = Quantity{1}; });
  with_event([](OrderAccepted& e) { e.limit_price = Price{999'900}; });
  with_event([](OrderAccepted& e) { e.stop_price = Price{1}; });
  with_event([](OrderAccepted& e) { e.client_order_id = {}; });
  with_event([](OrderAccepted& e) { e.client_order_id = "di"; });
  with_event([](OrderAccepted& e) { e.instructions.all_or_none = true; });
  with_event([](OrderAccepted& e) { e.link.order_class = OrderClass::oco; });
  // Before its acceptance, and of another command.
  expect_forms(order, rested(order, OrderId{1}, Quantity{1}), Commands::place_order, Events::table);
  expect_forms(CancelAllOrders{}, accepted(order, OrderId{1}), Commands::table, Events::table);

  TradeExecuted in_auction;
  in_auction.in_auction = true;
  expect_forms(order, in_auction, Commands::place_order, Events::table);

  const auto rest = [&](auto change) {
    Script script;
    script.command(order);
    script.event(accepted(order, OrderId{1}));
    OrderRested event = rested(order, OrderId{1}, Quantity{9});
    change(event);
    script.event(event);
    EXPECT_EQ(event_forms(script).back(), Events::table);
    expect_read_alike(script);
  };
  rest([](OrderRested& e) { e.order = OrderId{2}; });
  rest([](OrderRested& e) { e.symbol = SymbolId{80}; });
  rest([](OrderRested& e) { e.side = Side::buy; });
  rest([](OrderRested& e) { e.price = Price{999'900}; });

  Script twice;
  twice.command(order);
  twice.event(accepted(order, OrderId{1}));
  twice.event(accepted(order, OrderId{1}));
  EXPECT_EQ(event_forms(twice).back(), Events::table);
  expect_read_alike(twice);
}

TEST(PackedTest, WhateverFollowsWhatIsReadAsItWasWritten) {
  const std::uint64_t seed = trade::test::seed_of_run();
  SCOPED_TRACE("TRADE_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  const SampleBatch sample = sample_batch();
  for (int round = 0; round < 200; ++round) {
    Script script;
    const std::uint64_t length = below(40);
    for (std::uint64_t i = 0; i < length; ++i) {
      PlaceOrder order = plain_order();
      if (below(2) == 0) order.client_order_id = script.texts.emplace_back(1 + below(128), 'a' + below(26));
      order.quantity = Quantity{static_cast<std::int64_t>(1 + below(1'000))};
      order.side = below(2) == 0 ? Side::buy : Side::sell;
      if (below(3) == 0) {
        script.command(sample.commands[below(sample.commands.size())].body);
      } else if (below(3) == 0) {
        script.command(
            CancelOrder{.account = AccountId{1}, .order = OrderId{below(9)}, .client_order_id = {}});
      } else {
        script.command(order);
      }
      const OrderId id{1 + below(1'000)};
      for (std::uint64_t count = below(6); count != 0; --count) {
        switch (below(6)) {
          case 0:
            script.event(accepted(order, id));
            break;
          case 1:
            script.event(rested(order, id, Quantity{static_cast<std::int64_t>(1 + below(9))}));
            break;
          case 2:
            script.event(TradeExecuted{.trade = TradeId{below(9)}, .maker_order = OrderId{below(9)}});
            break;
          case 3:
            script.event(OrderCancelled{.order = OrderId{below(9)}});
            break;
          default:
            script.event(sample.events[below(sample.events.size())].body);
        }
      }
    }
    ASSERT_NO_FATAL_FAILURE(expect_read_alike(script)) << "round " << round;
    if (HasFailure()) return;
  }
}

TEST(PackedTest, AnOrderThatRestsTakesLessThanEightyBytes) {
  Script script;
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    const PlaceOrder order = plain_order();
    script.command(order);
    script.event(accepted(order, OrderId{i + 1}));
    script.event(rested(order, OrderId{i + 1}, order.quantity));
  }
  EXPECT_LT(script.encoded().size() / script.commands.size(), 80u);
}

// --- requests and replies ---

SubmitRequest read_request(Bytes bytes) {
  static AlignedBuffer buffer;
  buffer.assign(bytes);
  const Result<Request> read = decode_request(buffer.bytes());
  EXPECT_TRUE(read) << read.error().message;
  return read ? std::get<SubmitRequest>(read->body) : SubmitRequest{};
}

const schema::SubmitRequest& request_table(Bytes bytes) {
  const auto* request = static_cast<const schema::Request*>(schema::GetFrame(bytes.data())->content());
  return *static_cast<const schema::SubmitRequest*>(request->body());
}

TEST(PackedTest, RequestsArePackedButForWhatNamesSomething) {
  Encoder encoder;
  SubmitRequest request;
  request.want_packed_results = true;
  for (int i = 0; i < 3; ++i) {
    request.commands.push_back({plain_order("id"), {}, {}});
    request.commands.push_back({plain_order(), "alice", {}});
    request.commands.push_back({CancelOrder{AccountId{1}, OrderId{2}, {}}, {}, {}});
    request.commands.push_back({CancelOrder{AccountId{1}, OrderId{2}, {}}, {}, "AAPL"});
    request.commands.push_back({CancelAllOrders{}, {}, {}});
  }
  const Bytes bytes = encoder.encode(4, request);
  EXPECT_EQ(request_table(bytes).place_orders()->size(), 3u);
  EXPECT_EQ(request_table(bytes).cancel_orders()->size(), 3u);
  EXPECT_EQ(request_table(bytes).commands()->size(), 9u);
  EXPECT_TRUE(same(read_request(bytes), request));
  EXPECT_TRUE(std::ranges::equal(encoder.encode(Request{4, request}), copied(encoder.encode(4, request))));

  // What an older program would read is as it was.
  for (SubmittedCommand& command : request.commands)
    command.account_name = "bob";
  const Bytes named = encoder.encode(4, request);
  EXPECT_EQ(request_table(named).command_forms(), nullptr);
  EXPECT_TRUE(same(read_request(named), request));
}

TEST(PackedTest, ARequestOfTooManyPackedCommandsIsRefused) {
  Encoder encoder;
  SubmitRequest request;
  request.commands.assign(submit_commands_max, {plain_order(), {}, {}});
  EXPECT_EQ(read_request(encoder.encode(1, request)).commands.size(), submit_commands_max);
  request.commands.push_back(request.commands.front());
  AlignedBuffer buffer;
  buffer.assign(encoder.encode(1, request));
  const Result<Request> read = decode_request(buffer.bytes());
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("at most 4096"), std::string::npos);
}

TEST(PackedTest, ResultsArePackedForWhoAsksForItIfThatIsAllThereIs) {
  Encoder encoder;
  AlignedBuffer buffer;
  const auto sent = [&](const SubmitReply& reply) {
    buffer.assign(encoder.encode(Reply{1, reply}));
    const Result<Reply> read = decode_reply(buffer.bytes());
    EXPECT_TRUE(read) << read.error().message;
    return std::get<SubmitReply>(read->body);
  };
  SubmitReply reply;
  for (unsigned i = 1; i < 50; ++i) {
    reply.results.push_back({.reason = i % 3 == 0 ? RejectReason::no_change : RejectReason::none,
                             .duplicate = i % 5 == 0,
                             .order = OrderId{i},
                             .status = OrderStatus::filled,
                             .filled_quantity = Quantity{i},
                             .filled_notional = Money{7 * i},
                             .affected = i,
                             .sequence = 3 * i,
                             .timestamp = Timestamp{i},
                             .order_view = {},
                             .fills = {}});
  }
  EXPECT_TRUE(same(sent(reply), reply));
  const std::size_t bytes = buffer.bytes().size();
  reply.packed = true;
  EXPECT_TRUE(same(sent(reply), reply));
  EXPECT_LT(buffer.bytes().size(), bytes);

  reply.results[7].fills.push_back({OrderId{1}, Price{2}, Quantity{3}});
  SubmitReply as_tables = reply;
  as_tables.packed = false;
  EXPECT_TRUE(same(sent(reply), as_tables));
}

// --- lists that do not belong together ---

/// A batch of one order, accepted and resting, whose lists are changed before it is written.
struct Lists {
  std::vector<schema::CommandForm> command_forms{schema::CommandForm::place_order};
  std::vector<schema::PackedPlaceOrder> place_orders{
      {100, 1'000'000, 0, 7, 8, schema::Side::buy, schema::OrderType::limit, schema::TimeInForce::day, 2, 0}};
  std::vector<std::uint8_t> client_order_ids{'i', 'd'};
  std::vector<schema::PackedCancelOrder> cancel_orders;
  std::vector<schema::EventForm> event_forms{schema::EventForm::order_accepted,
                                             schema::EventForm::order_rested};
  std::vector<std::uint64_t> orders_accepted{5};
  std::vector<std::int64_t> orders_rested{100};
  std::vector<schema::TradeExecutedFields> trades_executed;
  std::vector<schema::OrderCancelledFields> orders_cancelled;
  std::size_t commands = 0;  ///< that are not packed
  std::size_t events = 0;    ///< likewise

  /// What each way of reading it is refused with; all refuse it, or none.
  [[nodiscard]] std::string refusal() const {
    TableBuilder builder;
    const std::vector<std::int64_t> times(command_forms.size(), 1);
    std::vector<std::uint32_t> counts(command_forms.size(), 0);
    if (!counts.empty()) counts.back() = static_cast<std::uint32_t>(event_forms.size());
    const std::vector<schema::CommandBody> command_types(commands, schema::CommandBody::CancelAllOrders);
    const std::vector<Offset> command_tables(commands, schema::CreateCancelAllOrders(builder).Union());
    const std::vector<schema::EventBody> event_types(events, schema::EventBody::CommandRejected);
    const std::vector<Offset> event_tables(events, schema::CreateCommandRejected(builder).Union());
    const auto batch = schema::CreateJournalBatch(
        builder, 1, 1, 1, 0, builder.CreateVector(times), builder.CreateVector(command_types),
        builder.CreateVector(command_tables), builder.CreateVector(counts), builder.CreateVector(event_types),
        builder.CreateVector(event_tables), builder.CreateVector(command_forms),
        builder.CreateVectorOfStructs(place_orders), builder.CreateVector(client_order_ids),
        builder.CreateVectorOfStructs(cancel_orders), builder.CreateVector(event_forms),
        builder.CreateVector(orders_accepted), builder.CreateVector(orders_rested),
        builder.CreateVectorOfStructs(trades_executed), builder.CreateVectorOfStructs(orders_cancelled));
    builder.Finish(schema::CreateFrame(builder, 1, schema::Content::JournalBatch, batch.Union()), "TRDE");
    Batch decoded;
    decoded.buffer.assign(
        {reinterpret_cast<const std::byte*>(builder.GetBufferPointer()), builder.GetSize()});
    const Status whole = decode_batch(decoded);
    const auto checked = check_batch(decoded.buffer.bytes());
    EXPECT_EQ(checked ? "" : checked.error().message, whole ? "" : whole.error().message);
    EXPECT_EQ(decode_batch_events(decoded).has_value(), whole.has_value());
    EXPECT_EQ(decode_market_events(decoded).has_value(), whole.has_value());
    if (!whole) {
      EXPECT_TRUE(decoded.events.empty());
    }
    return whole ? "" : whole.error().message;
  }

 private:
  using Offset = flatbuffers::Offset<void>;
};

TEST(PackedTest, ListsThatDoNotBelongTogetherAreRefused) {
  EXPECT_EQ(Lists{}.refusal(), "");
  const auto refused = [](auto change, const std::string& what) {
    Lists lists;
    change(lists);
    const std::string message = lists.refusal();
    EXPECT_NE(message.find(what), std::string::npos) << "wanted: " << what << "\ngot: " << message;
  };
  using Commands = schema::CommandForm;
  using Events = schema::EventForm;
  refused([](Lists& l) { l.commands = 1; }, "commands: 1, but the forms tell of 0 that are not packed");
  refused([](Lists& l) { l.command_forms[0] = Commands::table; }, "commands: 0, but the forms tell of 1");
  refused([](Lists& l) { l.events = 2; }, "events: 2, but the forms tell of 0");
  refused([](Lists& l) { l.event_forms[1] = Events::table; }, "the forms tell of 1");
  refused([](Lists& l) { l.command_forms[0] = Commands{99}; }, "command_forms: this is no form");
  refused([](Lists& l) { l.event_forms[0] = Events{99}; }, "event_forms: this is no form");
  refused([](Lists& l) { l.place_orders.clear(); }, "place_orders: shorter");
  refused([](Lists& l) { l.place_orders.push_back(l.place_orders[0]); }, "place_orders: longer");
  refused([](Lists& l) { l.client_order_ids.pop_back(); }, "client_order_ids: shorter");
  refused([](Lists& l) { l.client_order_ids.push_back('x'); }, "client_order_ids: longer");
  refused([](Lists& l) { l.client_order_ids[1] = '\n'; }, "client_order_id: not printable");
  refused([](Lists& l) { l.command_forms[0] = Commands::cancel_order; }, "cancel_orders: shorter");
  refused([](Lists& l) { l.cancel_orders.emplace_back(1, 1, 0); }, "cancel_orders: longer");
  refused([](Lists& l) { l.orders_accepted.clear(); }, "orders_accepted: shorter");
  refused([](Lists& l) { l.orders_accepted.push_back(6); }, "orders_accepted: longer");
  refused([](Lists& l) { l.orders_accepted[0] = 0; }, "not of an order that its command placed");
  refused([](Lists& l) { l.event_forms[1] = Events::order_accepted, l.orders_accepted.push_back(6); },
          "not of an order that its command placed");
  refused([](Lists& l) { l.orders_rested.clear(); }, "orders_rested: shorter");
  refused([](Lists& l) { l.orders_rested.push_back(1); }, "orders_rested: longer");
  refused([](Lists& l) { std::swap(l.event_forms[0], l.event_forms[1]); },
          "not of an order that was accepted");
  refused([](Lists& l) { l.event_forms[1] = Events::trade_executed, l.orders_rested.clear(); },
          "trades_executed: shorter");
  refused([](Lists& l) { l.trades_executed.emplace_back(); }, "trades_executed: longer");
  refused([](Lists& l) { l.event_forms[1] = Events::order_cancelled, l.orders_rested.clear(); },
          "orders_cancelled: shorter");
  refused([](Lists& l) { l.orders_cancelled.emplace_back(); }, "orders_cancelled: longer");
  // The acceptance belongs to the command before.
  refused(
      [](Lists& l) {
        l.command_forms.push_back(Commands::cancel_order);
        l.cancel_orders.emplace_back(1, 1, 0);
      },
      "not of an order that its command placed");
  refused([](Lists& l) { l.orders_rested[0] = std::int64_t{1} << 40; }, "quantity");
}

TEST(PackedTest, AValueThatIsNoneOfItsEnumerationIsRefused) {
  Lists lists;
  lists.place_orders[0] = {
      100, 1'000'000, 0, 7, 8, schema::Side{9}, schema::OrderType::limit, schema::TimeInForce::day, 2, 0};
  EXPECT_NE(lists.refusal().find("side: 9"), std::string::npos);
}

}  // namespace

}  // namespace trade::wire::test
