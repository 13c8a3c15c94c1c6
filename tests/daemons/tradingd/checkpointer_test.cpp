// A checkpoint is of the state at its batch, whatever is applied while it is written, and is there only once
// that batch is durable.
#include "tradingd/checkpointer.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "journal/journal.hpp"
#include "support/temporary_directory.hpp"

namespace trade::tradingd {
namespace {

class CheckpointerTest : public testing::Test {
 protected:
  CheckpointerTest() {
    apply(OpenAccount{*AccountName::make("a")});
    apply(DepositCash{AccountId{1}, Money{units_per_dollar * 1'000'000'000}});
    apply(AddSymbol{.symbol = *Symbol::make("ABC"), .previous_close = {100'000}});
    place(40'000);  // more than a large page of them
  }
  void apply(const CommandBody& body) {
    events_.clear();
    ASSERT_EQ(engine_.apply({Timestamp{1}, body}, events_).reason, RejectReason::none);
  }
  void place(int orders) {
    PlaceOrder order{.account = AccountId{1}, .symbol = SymbolId{1}};
    order.side = Side::buy;
    order.type = OrderType::limit;
    order.quantity = {1};
    order.limit_price = {100'000};
    for (int i = 0; i < orders; ++i)
      apply(order);
  }
  void cancel_all() {
    CancelAllOrders all;
    all.account = AccountId{1};
    apply(all);
  }
  /// Until no child is there any more; what it comes to.
  Status wait() {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (checkpointer_.busy() && std::chrono::steady_clock::now() < until) {
      checkpointer_.copy_some();
      if (Status status = checkpointer_.reap(); !status) return status;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_FALSE(checkpointer_.busy());
    return {};
  }
  std::optional<std::uint64_t> hash_of_checkpoint(std::uint64_t batch) {
    const auto loaded = journal::load_own_checkpoint(directory_.path(), batch);
    if (!loaded || !loaded->has_value() || (*loaded)->batch != batch) return std::nullopt;
    ByteReader reader((*loaded)->state);
    const Result<Engine> engine = Engine::load(reader);
    if (!engine) return std::nullopt;
    return engine->full_state_hash();
  }

  test::TemporaryDirectory directory_;
  Engine engine_;
  std::vector<Event> events_;
  Checkpointer checkpointer_{directory_.path()};
};

TEST_F(CheckpointerTest, HoldsTheStateOfItsBatch) {
  const std::uint64_t then = engine_.full_state_hash();
  ASSERT_TRUE(checkpointer_.start(engine_, 7));
  EXPECT_TRUE(checkpointer_.busy());
  checkpointer_.copy_some();
  cancel_all();
  place(1'000);
  checkpointer_.became_durable(6);
  EXPECT_EQ(hash_of_checkpoint(7), std::nullopt);
  checkpointer_.became_durable(8);
  checkpointer_.became_durable(9);
  EXPECT_TRUE(wait());
  EXPECT_EQ(checkpointer_.last_batch(), 7U);
  EXPECT_EQ(hash_of_checkpoint(7), then);

  // The next one is of what there is then.
  const std::uint64_t later = engine_.full_state_hash();
  ASSERT_NE(later, then);
  ASSERT_TRUE(checkpointer_.start(engine_, 10));
  place(1'000);
  while (checkpointer_.copy_some()) {
  }
  place(1'000);
  checkpointer_.became_durable(10);
  EXPECT_TRUE(wait());
  EXPECT_EQ(hash_of_checkpoint(10), later);
}

TEST_F(CheckpointerTest, IsPreparedBeforehand) {
  for (std::uint64_t batch = 7; batch < 10; ++batch) {
    checkpointer_.prepare(engine_);
    EXPECT_FALSE(checkpointer_.busy());
    place(5'000);
    // Once while it is still being prepared.
    if (batch != 8) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const std::uint64_t then = engine_.full_state_hash();
    ASSERT_TRUE(checkpointer_.start(engine_, batch));
    checkpointer_.became_durable(batch);
    cancel_all();
    EXPECT_TRUE(wait());
    EXPECT_EQ(hash_of_checkpoint(batch), then);
  }
}

TEST_F(CheckpointerTest, IsNotWrittenOfABatchThatIsNotDurable) {
  ASSERT_TRUE(checkpointer_.start(engine_, 7));
  while (checkpointer_.copy_some()) {
  }
  checkpointer_.finish();
  EXPECT_FALSE(checkpointer_.busy());
  EXPECT_EQ(checkpointer_.last_batch(), 0U);
  EXPECT_EQ(hash_of_checkpoint(7), std::nullopt);
}

TEST_F(CheckpointerTest, IsFinishedWithWhatItStillNeeds) {
  ASSERT_TRUE(checkpointer_.start(engine_, 7));
  checkpointer_.became_durable(7);
  const std::uint64_t then = engine_.full_state_hash();
  cancel_all();
  checkpointer_.finish();
  EXPECT_FALSE(checkpointer_.busy());
  EXPECT_EQ(hash_of_checkpoint(7), then);
}

TEST_F(CheckpointerTest, TellsWhenItCannotBeWritten) {
  std::filesystem::remove_all(directory_.path());
  std::ofstream(directory_.path()) << "no directory";
  ASSERT_TRUE(checkpointer_.start(engine_, 7));
  while (checkpointer_.copy_some()) {
  }
  // The child ends at its first word, and is told the second all the same.
  siginfo_t ended{};
  ASSERT_EQ(::waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT), 0);
  checkpointer_.became_durable(7);
  const Status status = wait();
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("batch 7 was not written"), std::string::npos);
  EXPECT_FALSE(checkpointer_.busy());
}

}  // namespace
}  // namespace trade::tradingd
