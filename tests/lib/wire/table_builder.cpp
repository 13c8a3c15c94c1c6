// Tables built here and by FlatBuffers' own builder are the same bytes.
#include "wire/table_builder.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/seeds.hpp"

namespace trade::wire::test {

namespace {

/// Tables of `fields` numbers each, of which a random choice is left at its default, in a table that names
/// them.
template <class Builder>
void build(Builder& builder, std::uint64_t seed, std::size_t tables, std::size_t fields) {
  std::mt19937_64 random(seed);
  std::vector<flatbuffers::Offset<void>> offsets;
  for (std::size_t i = 0; i < tables; ++i) {
    const auto start = builder.StartTable();
    for (std::size_t field = 0; field < fields; ++field) {
      const std::uint64_t bits = random();
      const auto id = flatbuffers::FieldIndexToOffset(static_cast<flatbuffers::voffset_t>(field));
      if (bits % 3 == 0) builder.template AddElement<std::uint64_t>(id, bits, 0);
      if (bits % 3 == 1) builder.template AddElement<std::uint8_t>(id, 1, 0);
    }
    offsets.emplace_back(builder.EndTable(start));
  }
  const auto list = builder.CreateVector(offsets);
  const auto start = builder.StartTable();
  builder.AddOffset(flatbuffers::FieldIndexToOffset(0), list);
  builder.Finish(flatbuffers::Offset<void>(builder.EndTable(start)));
}

template <class Builder>
std::string bytes_of(const Builder& builder) {
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

TEST(TableBuilderTest, BuildsWhatFlatBuffersBuilds) {
  const std::uint64_t seed = trade::test::seed_of_run();
  SCOPED_TRACE("TRADE_TEST_SEED=" + std::to_string(seed));
  TableBuilder ours;
  for (std::uint64_t round = 0; round < 200; ++round) {
    // Up to some fifty layouts, which come again in the message, and are forgotten with it.
    flatbuffers::FlatBufferBuilder theirs;
    build(ours, seed + round, 1 + round * 3, round % 4);
    build(theirs, seed + round, 1 + round * 3, round % 4);
    ASSERT_EQ(bytes_of(ours), bytes_of(theirs)) << round;
    ours.Clear();
  }
}

TEST(TableBuilderTest, MoreLayoutsThanItRemembersAreWrittenAgain) {
  constexpr std::size_t tables = 3'000;
  TableBuilder ours;
  build(ours, 1, tables, 30);
  const auto* const root = flatbuffers::GetRoot<flatbuffers::Table>(ours.GetBufferPointer());
  using Tables = flatbuffers::Vector<flatbuffers::Offset<flatbuffers::Table>>;
  const auto* const list = root->GetPointer<const Tables*>(flatbuffers::FieldIndexToOffset(0));
  ASSERT_EQ(list->size(), tables);
  std::mt19937_64 random(1);
  for (const auto* const table : *list) {
    for (flatbuffers::voffset_t field = 0; field < 30; ++field) {
      const std::uint64_t bits = random();
      const auto id = flatbuffers::FieldIndexToOffset(field);
      if (bits % 3 == 0) {
        ASSERT_EQ(table->GetField<std::uint64_t>(id, 0), bits);
      } else {
        ASSERT_EQ(table->GetField<std::uint8_t>(id, 0), bits % 3 == 1 ? 1 : 0);
      }
    }
  }
}

}  // namespace

}  // namespace trade::wire::test
