#include "sequencer/sequencer.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "tradingd/checkpointer.hpp"
#include "tradingd/pipeline.hpp"
#include "tradingd/recovery.hpp"

namespace trade::tradingd {
namespace {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "trade-test.XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A sequencer with a clock that stands, and requests that go through the wire as a client's do.
class SequencerTest : public testing::Test {
 protected:
  SequencerTest()
      : clock_(Timestamp{1'700'000'000 * nanoseconds_per_second}), sequencer_(Engine(), {}, clock_) {}

  Reply handle(const RequestBody& body) {
    wire::Encoder encoder;
    const wire::Bytes bytes = encoder.encode(Request{++request_id_, body});
    bus::Frame frame;
    frame.assign(bytes.data(), bytes.size());
    const auto decoded = wire::decode_request(frame.bytes());
    EXPECT_TRUE(decoded.has_value());
    sequencer_.handle({}, *decoded, frame);
    std::vector<AddressedReply> replies;
    sequencer_.take_replies(replies);
    EXPECT_EQ(replies.size(), 1u);
    EXPECT_EQ(replies.at(0).reply.id, request_id_);
    return replies.at(0).reply;
  }

  CommandResult submit(CommandBody body, std::string_view account = {}, std::string_view symbol = {},
                       bool dry_run = false) {
    SubmitRequest request;
    request.commands.push_back({std::move(body), account, symbol});
    request.dry_run = dry_run;
    request.want_orders = true;
    request.want_fills = true;
    const Reply reply = handle(request);
    const auto* submitted = std::get_if<SubmitReply>(&reply.body);
    EXPECT_NE(submitted, nullptr);
    return submitted->results.at(0);
  }

  /// What was sequenced since the last time becomes a batch of the journal.
  void commit(journal::Writer& writer) {
    const auto closed = sequencer_.close();
    ASSERT_TRUE(writer.append(closed.header, closed.encoded, closed.last_sequence, closed.next_command));
  }

  void make_market() {
    EXPECT_EQ(submit(OpenAccount{*AccountName::make("alice"), AccountType::cash}).reason, RejectReason::none);
    EXPECT_EQ(submit(OpenAccount{*AccountName::make("bob"), AccountType::cash}).reason, RejectReason::none);
    EXPECT_EQ(submit(DepositCash{{}, Money{100'000'000}}, "alice").reason, RejectReason::none);
    AddSymbol symbol;
    symbol.symbol = *Symbol::make("AAPL");
    symbol.previous_close = Price{1'500'000};
    EXPECT_EQ(submit(symbol).reason, RejectReason::none);
    EXPECT_EQ(submit(TransferShares{{}, {}, Quantity{100}, Price{1'000'000}}, "bob", "AAPL").reason,
              RejectReason::none);
  }

  static PlaceOrder limit(Side side, std::int64_t quantity, std::int64_t price_units) {
    PlaceOrder order;
    order.side = side;
    order.type = OrderType::limit;
    order.quantity = Quantity{quantity};
    order.limit_price = Price{price_units};
    return order;
  }

  ManualClock clock_;
  Sequencer sequencer_;
  std::uint64_t request_id_ = 0;
};

TEST_F(SequencerTest, ResolvesNamesAndAnswersWithTheOrder) {
  make_market();
  const CommandResult sold = submit(limit(Side::sell, 10, 1'500'000), "bob", "AAPL");
  ASSERT_EQ(sold.reason, RejectReason::none);
  const CommandResult bought = submit(limit(Side::buy, 4, 1'510'000), "alice", "AAPL");
  ASSERT_EQ(bought.reason, RejectReason::none);
  EXPECT_EQ(bought.status, OrderStatus::filled);
  EXPECT_EQ(bought.filled_quantity, Quantity{4});
  EXPECT_EQ(bought.filled_notional, Money{6'000'000});
  ASSERT_EQ(bought.fills.size(), 1u);
  EXPECT_EQ(bought.fills[0].maker_order, sold.order);
  ASSERT_TRUE(bought.order_view.has_value());
  EXPECT_EQ(bought.order_view->account, "alice");
  EXPECT_EQ(bought.order_view->symbol, "AAPL");
  EXPECT_EQ(bought.sequence, sequencer_.engine().last_sequence());
}

TEST_F(SequencerTest, AnOrderNamedWithoutAnAccountIsThatOfItsOwner) {
  make_market();
  const CommandResult placed = submit(limit(Side::buy, 10, 1'000'000), "alice", "AAPL");
  ReplaceOrder replacement;
  replacement.order = placed.order;
  replacement.quantity = Quantity{4};
  const CommandResult replaced = submit(replacement);
  ASSERT_EQ(replaced.reason, RejectReason::none);
  EXPECT_EQ(replaced.order_view->quantity, Quantity{4});
  EXPECT_EQ(submit(CancelOrder{{}, placed.order, {}}, "bob").reason, RejectReason::not_your_order);
  const CommandResult cancelled = submit(CancelOrder{{}, placed.order, {}});
  ASSERT_EQ(cancelled.reason, RejectReason::none);
  EXPECT_EQ(cancelled.order_view->account, "alice");
  const std::size_t commands = sequencer_.command_count();
  EXPECT_EQ(submit(CancelOrder{{}, OrderId{99}, {}}).reason, RejectReason::unknown_order);
  EXPECT_EQ(sequencer_.command_count(), commands);
}

TEST_F(SequencerTest, CancellingAllShowsWhichTheyWere) {
  make_market();
  const OrderId first = submit(limit(Side::buy, 1, 1'000'000), "alice", "AAPL").order;
  submit(limit(Side::sell, 1, 2'000'000), "bob", "AAPL");
  const OrderId second = submit(limit(Side::buy, 1, 1'000'000), "alice", "AAPL").order;
  const CommandResult all = submit(CancelAllOrders{}, "alice");
  EXPECT_EQ(all.affected, 2u);
  ASSERT_EQ(all.leg_views.size(), 2u);
  EXPECT_EQ(all.leg_views[0].id, first);
  EXPECT_EQ(all.leg_views[1].id, second);
  EXPECT_EQ(all.leg_views[1].status, OrderStatus::cancelled);
  EXPECT_TRUE(submit(CancelAllOrders{}, "alice").leg_views.empty());
}

TEST_F(SequencerTest, DoesNotSequenceWhatNamesNothing) {
  make_market();
  const std::size_t commands = sequencer_.command_count();
  EXPECT_EQ(submit(limit(Side::buy, 1, 1'000'000), "alice", "NOPE").reason, RejectReason::unknown_symbol);
  EXPECT_EQ(submit(limit(Side::buy, 1, 1'000'000), "nobody", "AAPL").reason, RejectReason::unknown_account);
  EXPECT_EQ(sequencer_.command_count(), commands);
}

TEST_F(SequencerTest, WhereOrdersAreNotAdmittedCancelsStillAre) {
  make_market();
  const CommandResult resting = submit(limit(Side::buy, 1, 1'000'000), "alice", "AAPL");
  SubmitRequest request;
  request.commands.push_back({limit(Side::buy, 2, 1'000'000), "alice", "AAPL"});
  request.commands.push_back({ReplaceOrder{.order = resting.order, .quantity = Quantity{2}}, "alice", {}});
  request.commands.push_back({CancelOrder{{}, resting.order, {}}, "alice", {}});
  wire::Encoder encoder;
  const wire::Bytes bytes = encoder.encode(Request{77, request});
  bus::Frame frame;
  frame.assign(bytes.data(), bytes.size());
  const std::size_t commands = sequencer_.command_count();
  sequencer_.handle({}, wire::decode_request(frame.bytes()).value(), frame, Admission::no_orders);
  EXPECT_EQ(sequencer_.command_count(), commands + 1);
  std::vector<AddressedReply> replies;
  sequencer_.take_replies(replies);
  const auto& results = std::get<SubmitReply>(replies.at(0).reply.body).results;
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].reason, RejectReason::overloaded);
  EXPECT_EQ(results[1].reason, RejectReason::overloaded);
  EXPECT_EQ(results[2].reason, RejectReason::none);
  EXPECT_EQ(results[2].status, OrderStatus::cancelled);
}

TEST_F(SequencerTest, ADryRunChangesNothing) {
  make_market();
  const std::uint64_t hash = sequencer_.engine().full_state_hash();
  const std::size_t commands = sequencer_.command_count();
  EXPECT_EQ(submit(limit(Side::buy, 4, 1'000'000), "alice", "AAPL", true).reason, RejectReason::none);
  EXPECT_EQ(submit(limit(Side::buy, 4'000, 1'000'000), "alice", "AAPL", true).reason,
            RejectReason::insufficient_buying_power);
  EXPECT_EQ(sequencer_.engine().full_state_hash(), hash);
  EXPECT_EQ(sequencer_.command_count(), commands);
}

TEST_F(SequencerTest, StampsNeverGoBack) {
  make_market();
  const Timestamp before = submit(limit(Side::buy, 1, 1'000'000), "alice", "AAPL").timestamp;
  clock_.set(Timestamp{before.nanoseconds - 5 * nanoseconds_per_second});
  EXPECT_EQ(submit(limit(Side::buy, 1, 1'000'000), "alice", "AAPL").timestamp, before);
}

TEST_F(SequencerTest, DoesNotShowSomebodyElsesOrder) {
  make_market();
  const CommandResult order = submit(limit(Side::buy, 1, 1'000'000), "alice", "AAPL");
  const CommandResult refused = submit(CancelOrder{{}, order.order, {}}, "bob");
  EXPECT_EQ(refused.reason, RejectReason::not_your_order);
  EXPECT_FALSE(refused.order_view.has_value());
  EXPECT_EQ(refused.status, OrderStatus::pending);
  EXPECT_EQ(refused.filled_quantity, Quantity{});
}

TEST_F(SequencerTest, BatchesFollowOnFromEachOtherAndReplay) {
  make_market();
  const auto first = sequencer_.close();
  EXPECT_EQ(first.header.batch, 1u);
  EXPECT_EQ(first.header.first_sequence, 1u);
  wire::Batch batch;
  batch.buffer.assign(first.encoded);
  ASSERT_TRUE(wire::decode_batch(batch).has_value());
  EXPECT_EQ(batch.commands.size(), 5u);
  submit(limit(Side::buy, 1, 1'000'000), "alice", "AAPL");
  const auto second = sequencer_.close();
  EXPECT_EQ(second.header.batch, 2u);
  EXPECT_EQ(second.header.first_command, 6u);
  EXPECT_EQ(second.header.first_sequence, first.last_sequence + 1);
  EXPECT_EQ(second.header.state_hash, sequencer_.engine().state_hash());
}

TEST_F(SequencerTest, RecoversFromJournalAndFromCheckpoint) {
  const TemporaryDirectory directory;
  auto writer = journal::open_writer(directory.path());
  ASSERT_TRUE(writer.has_value());
  make_market();
  commit(**writer);
  submit(limit(Side::sell, 10, 1'500'000), "bob", "AAPL");
  commit(**writer);
  // The child's checkpoint is of batch 2, taken while more orders come in.
  Checkpointer checkpointer(directory.path());
  ASSERT_TRUE(checkpointer.start(sequencer_.engine(), 2).has_value());
  submit(limit(Side::buy, 4, 1'510'000), "alice", "AAPL");
  commit(**writer);
  EXPECT_TRUE(checkpointer.busy());
  checkpointer.became_durable(1);
  checkpointer.became_durable(2);
  for (int i = 0; i < 500 && checkpointer.busy(); ++i) {
    ASSERT_TRUE(checkpointer.reap().has_value());
    ::usleep(10'000);
  }
  EXPECT_EQ(checkpointer.last_batch(), 2u);

  auto reader = journal::open_reader(directory.path());
  ASSERT_TRUE(reader.has_value());
  std::vector<std::string> warnings;
  const auto warn = [&](const std::string& warning) { warnings.push_back(warning); };
  auto recovered = recover(directory.path(), **reader, warn);
  ASSERT_TRUE(recovered.has_value()) << recovered.error().message;
  EXPECT_EQ(recovered->checkpoint_batch, 2u);
  EXPECT_EQ(recovered->replayed_commands, 1u);
  EXPECT_EQ(recovered->engine.full_state_hash(), sequencer_.engine().full_state_hash());
  EXPECT_TRUE(warnings.empty());

  for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
    if (entry.path().filename().string().starts_with("checkpoint")) std::filesystem::remove(entry.path());
  }
  auto from_start = recover(directory.path(), **reader, warn);
  ASSERT_TRUE(from_start.has_value());
  EXPECT_EQ(from_start->checkpoint_batch, 0u);
  EXPECT_EQ(from_start->engine.full_state_hash(), sequencer_.engine().full_state_hash());
}

TEST_F(SequencerTest, ACheckpointOfAnotherHistoryIsPassedOver) {
  const TemporaryDirectory directory;
  auto writer = journal::open_writer(directory.path());
  ASSERT_TRUE(writer.has_value());
  const auto save = [&](std::uint64_t batch, const Engine& engine) {
    ByteWriter state;
    engine.save(state);
    ASSERT_TRUE(journal::save_checkpoint(directory.path(), batch, state.bytes()));
  };
  make_market();
  commit(**writer);
  save(1, sequencer_.engine());
  // Two batches of as many events, of which the journal has one.
  ByteWriter before;
  sequencer_.engine().save(before);
  ByteReader copied(before.bytes());
  auto other = Engine::load(copied);
  ASSERT_TRUE(other.has_value());
  submit(limit(Side::buy, 1, 1'000'000), "alice", "AAPL");
  commit(**writer);
  std::vector<Event> events;
  PlaceOrder lost = limit(Side::buy, 2, 1'000'000);
  lost.account = AccountId{1};
  lost.symbol = SymbolId{1};
  other->apply({clock_.now(), lost}, events);
  save(2, *other);

  auto reader = journal::open_reader(directory.path());
  ASSERT_TRUE(reader.has_value());
  std::vector<std::string> warnings;
  auto recovered =
      recover(directory.path(), **reader, [&](const std::string& warning) { warnings.push_back(warning); });
  ASSERT_TRUE(recovered.has_value()) << recovered.error().message;
  EXPECT_EQ(recovered->checkpoint_batch, 1u);
  EXPECT_EQ(recovered->engine.full_state_hash(), sequencer_.engine().full_state_hash());
  EXPECT_EQ(warnings, std::vector<std::string>{"checkpoint of batch 2 not used: it is not of this journal"});
}

}  // namespace
}  // namespace trade::tradingd
