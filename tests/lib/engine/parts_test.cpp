// The engine's building blocks by themselves.
#include <map>
#include <memory_resource>
#include <random>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "engine/client_ids.hpp"
#include "engine/digest.hpp"
#include "engine/hash_index.hpp"
#include "engine/order_store.hpp"
#include "engine/slab.hpp"
#include "engine/stop_orders.hpp"
#include "engine/text_store.hpp"

namespace trade::engine {
namespace {

TEST(HashIndexTest, AgreesWithAMapThroughInsertionAndRemoval) {
  // Few distinct hashes, so that probes run into one another and around the end of the table.
  std::mt19937_64 random(5);
  HashIndex index;
  std::map<std::uint32_t, std::uint64_t> hashes;
  for (std::uint32_t step = 1; step <= 50'000; ++step) {
    if (random() % 2 == 0 || hashes.empty()) {
      const std::uint64_t hash = (random() % 97) << 32;
      index.insert(hash, step);
      hashes.emplace(step, hash);
    } else {
      auto victim = hashes.lower_bound(static_cast<std::uint32_t>(random() % step));
      if (victim == hashes.end()) victim = hashes.begin();
      index.erase(victim->second, victim->first);
      hashes.erase(victim);
    }
    ASSERT_EQ(index.size(), hashes.size());
    if (step % 1'000 == 0) {
      for (const auto& [value, hash] : hashes) {
        ASSERT_EQ(index.find(hash, [value](std::uint32_t candidate) { return candidate == value; }), value);
      }
    }
  }
}

TEST(HashIndexTest, ErasingWhatIsNotThereChangesNothing) {
  HashIndex index;
  index.insert(std::uint64_t{7} << 32, 1);
  index.erase(std::uint64_t{7} << 32, 2);
  index.erase(std::uint64_t{9} << 32, 1);
  EXPECT_EQ(index.size(), 1U);
  EXPECT_EQ(index.find(std::uint64_t{7} << 32, [](std::uint32_t) { return true; }), 1U);
  EXPECT_EQ(index.find(std::uint64_t{7} << 32, [](std::uint32_t) { return false; }), 0U);
}

TEST(SlabTest, ReusesWhatIsFreedAndHandsItOutAsNew) {
  struct Record {
    int value = 42;
  };
  Slab<Record> slab;
  std::set<std::uint32_t> indices;
  // Past the first steps in which memory is taken.
  constexpr int count = 100'000;
  for (int i = 0; i < count; ++i) {
    const std::uint32_t index = slab.allocate();
    EXPECT_NE(index, 0U);
    EXPECT_EQ(slab[index].value, 42);
    slab[index].value = i;
    indices.insert(index);
  }
  EXPECT_EQ(indices.size(), std::size_t{count});
  EXPECT_EQ(slab.used(), std::uint32_t{count});
  slab.free(3);
  EXPECT_EQ(slab.allocate(), 3U);
  EXPECT_EQ(slab[3].value, 42);
  EXPECT_EQ(slab[4].value, 3);
}

TEST(TextStoreTest, KeepsTextsOfEverySize) {
  TextStore store;
  std::vector<std::pair<StoredText, std::string>> texts;
  for (std::size_t size = 0; size <= client_order_id_bytes_max; ++size) {
    const std::string text(size, static_cast<char>('a' + size % 26));
    texts.emplace_back(store.put(text), text);
  }
  for (const auto& [stored, text] : texts)
    EXPECT_EQ(store.get(stored), text);
  for (std::size_t at = 0; at < texts.size(); at += 2)
    store.drop(texts[at].first);
  for (std::size_t at = 0; at < texts.size(); at += 2)
    texts[at].first = store.put(texts[at].second);
  for (const auto& [stored, text] : texts)
    EXPECT_EQ(store.get(stored), text);
}

TEST(DigestTest, EveryFieldAndItsPlaceMatter) {
  const auto digest = [](auto... fields) {
    Digest of;
    of.fields(fields...);
    return of.value();
  };
  const std::set<std::uint64_t> all{digest(1, 2, 3), digest(1, 3, 2), digest(2, 1, 3), digest(1, 2, 4),
                                    digest(1, 2),    digest(1),       digest(0, 0, 0), digest(0, 0)};
  EXPECT_EQ(all.size(), 8U);
  EXPECT_EQ(digest(1, 2, 3), digest(1, 2, 3));
}

TEST(DigestTest, TextsThatDifferInOneByteOrInLengthDiffer) {
  std::set<std::uint64_t> hashes;
  std::string text(40, 'a');
  hashes.insert(hash_text(text, 0));
  for (char& character : text) {
    character = 'b';
    hashes.insert(hash_text(text, 0));
    character = 'a';
  }
  for (std::size_t size = 0; size < 40; ++size)
    hashes.insert(hash_text(std::string(size, 'a'), 0));
  hashes.insert(hash_text(text, 1));
  EXPECT_EQ(hashes.size(), 82U);
}

TEST(DigestTest, TheWriterTellsStatesApart) {
  const auto digest = [](auto write) {
    DigestWriter writer;
    write(writer);
    return writer.finish();
  };
  const std::uint64_t one = digest([](DigestWriter& w) { w.write(1); });
  const std::uint64_t one_zero = digest([](DigestWriter& w) { w.write(1), w.write(0), w.write(0); });
  const std::uint64_t ab_c = digest([](DigestWriter& w) { w.write_text("ab"), w.write_text("c"); });
  const std::uint64_t a_bc = digest([](DigestWriter& w) { w.write_text("a"), w.write_text("bc"); });
  EXPECT_NE(one, one_zero);
  EXPECT_NE(ab_c, a_bc);
}

TEST(OrderStoreTest, FindsOrdersByIdAndForgetsTheOldestEndedOnes) {
  OrderStore store(100);
  ClientIds client_ids;
  Account account;
  std::vector<OrderId> open;
  for (int i = 0; i < 5'000; ++i) {
    const OrderId id = store.take_id();
    const OrderSlot slot = store.make(id);
    store.link_open(slot, account);
    if (i % 1'000 == 0) {
      open.push_back(id);
      continue;
    }
    store[slot].status = OrderStatus::cancelled;
    store.end_open(slot, account);
    store.recycle(client_ids);
  }
  EXPECT_EQ(store.open_count(), 5U);
  EXPECT_EQ(store.ended_count(), 100U);
  for (const OrderId id : open) {
    ASSERT_NE(store.find(id), 0U);
    EXPECT_EQ(store[store.find(id)].id, id);
  }
  EXPECT_EQ(store.find(OrderId{4'901}), store.find(OrderId{4'901}));
  EXPECT_NE(store.find(OrderId{4'901}), 0U);
  EXPECT_EQ(store.find(OrderId{4'900}), 0U);
  EXPECT_EQ(store.find(OrderId{6'000}), 0U);
  EXPECT_EQ(store.find(OrderId{~std::uint64_t{0}}), 0U);

  std::vector<OrderId> ids;
  store.for_each([&](OrderSlot slot) { ids.push_back(store[slot].id); });
  EXPECT_EQ(ids.size(), 105U);
  EXPECT_TRUE(std::ranges::is_sorted(ids));
  // The account's open orders, from the first on.
  std::vector<OrderId> linked;
  for (OrderSlot slot = account.first_open; slot != 0; slot = store[slot].next)
    linked.push_back(store[slot].id);
  EXPECT_EQ(linked, open);
}

TEST(StopOrdersTest, KnowWhetherThereAreAny) {
  std::pmr::unsynchronized_pool_resource memory;
  StopOrders stops(&memory);
  EXPECT_TRUE(stops.empty());
  stops.insert(Side::buy, Price{200}, OrderId{1}, 1);
  stops.insert(Side::sell, Price{100}, OrderId{2}, 2);
  stops.erase(Side::buy, Price{201}, OrderId{1});  // not there
  stops.erase(Side::buy, Price{200}, OrderId{1});
  EXPECT_FALSE(stops.empty());
  std::vector<TriggeredStop> triggered;
  stops.take_triggered(Price{100}, Price{100}, triggered);
  EXPECT_EQ(triggered.size(), 1U);
  EXPECT_TRUE(stops.empty());
}

TEST(PositionsTest, PositionsComeAndGo) {
  Accounts accounts;
  const AccountId id = accounts.open(*AccountName::make("a"), AccountType::cash, {});
  const PositionIndex first = accounts.obtain_position(id, SymbolId{1});
  const PositionIndex second = accounts.obtain_position(id, SymbolId{2});
  EXPECT_EQ(accounts.obtain_position(id, SymbolId{1}), first);
  EXPECT_EQ(accounts.position_count(), 2U);
  accounts.position(second).shares = {5};
  accounts.position(first).open_orders = 1;
  accounts.drop_if_empty(first);
  accounts.drop_if_empty(second);
  EXPECT_EQ(accounts.position_count(), 2U);
  accounts.position(first).open_orders = 0;
  accounts.drop_if_empty(first);
  EXPECT_EQ(accounts.find_position(id, SymbolId{1}), 0U);
  EXPECT_EQ(accounts.find_position(id, SymbolId{2}), second);
  std::size_t seen = 0;
  accounts.for_each_position(id, [&](const Position&) { ++seen; });
  EXPECT_EQ(seen, 1U);
}

}  // namespace
}  // namespace trade::engine
