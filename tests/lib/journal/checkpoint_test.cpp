#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/byte_stream.hpp"
#include "journal/checkpoint_writer.hpp"
#include "journal/hash.hpp"
#include "support.hpp"
#include "support/temporary_directory.hpp"

namespace trade::journal {
namespace {

constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

class CheckpointTest : public ::testing::Test {
 protected:
  static std::string state_of(std::uint64_t batch) {
    return "the state after batch " + std::to_string(batch);
  }

  void save(std::uint64_t batch) {
    ASSERT_TRUE(succeeded(save_checkpoint(directory_.path(), batch, bytes_of(state_of(batch)))));
  }
  /// The batch of the checkpoint that is loaded; zero where there is none.
  std::uint64_t load(std::uint64_t batch_max = no_limit) {
    const auto loaded = load_checkpoint(directory_.path(), batch_max);
    EXPECT_TRUE(succeeded(loaded));
    const auto mapped = load_own_checkpoint(directory_.path(), batch_max);
    EXPECT_TRUE(succeeded(mapped));
    if (!loaded || !mapped) return 0;
    EXPECT_EQ(loaded->has_value(), mapped->has_value());
    if (!loaded->has_value() || !mapped->has_value()) return 0;
    EXPECT_EQ((*loaded)->batch, (*mapped)->batch);
    EXPECT_TRUE(std::ranges::equal((*loaded)->state, (*mapped)->state));
    const std::string state(reinterpret_cast<const char*>((*loaded)->state.data()), (*loaded)->state.size());
    EXPECT_EQ(state, state_of((*loaded)->batch));
    return (*loaded)->batch;
  }
  [[nodiscard]] std::filesystem::path file_of(std::uint64_t batch) const {
    const std::string digits = std::to_string(batch);
    return directory_ / ("checkpoint-" + std::string(20 - digits.size(), '0') + digits);
  }
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
      names.push_back(entry.path().filename().string());
    }
    std::ranges::sort(names);
    return names;
  }

  test::TemporaryDirectory directory_;
};

TEST_F(CheckpointTest, NoneAtFirst) {
  EXPECT_EQ(load(), 0u);
  const auto elsewhere = load_checkpoint(directory_ / "none", no_limit);
  ASSERT_TRUE(succeeded(elsewhere));
  EXPECT_FALSE(elsewhere->has_value());
}

TEST_F(CheckpointTest, KeepsTheNewestTwo) {
  for (const std::uint64_t batch : {3u, 9u, 10u, 200u})
    save(batch);
  EXPECT_EQ(files(), (std::vector{file_of(10).filename().string(), file_of(200).filename().string()}));
  EXPECT_EQ(load(), 200u);
  EXPECT_EQ(load(199), 10u);
  EXPECT_EQ(load(9), 0u);
}

TEST_F(CheckpointTest, SavingTheSameBatchAgainReplacesIt) {
  save(5);
  save(5);
  EXPECT_EQ(files().size(), 1u);
  EXPECT_EQ(load(), 5u);
}

TEST_F(CheckpointTest, OfAFutureThatIsGoneIsRemoved) {
  save(50);
  save(60);
  save(20);
  EXPECT_EQ(files(), (std::vector{file_of(20).filename().string()}));
}

TEST_F(CheckpointTest, EmptyAndLargeStates) {
  ASSERT_TRUE(succeeded(save_checkpoint(directory_.path(), 1, {})));
  auto loaded = load_checkpoint(directory_.path(), no_limit);
  ASSERT_TRUE(loaded && loaded->has_value());
  EXPECT_TRUE((*loaded)->state.empty());
  const std::vector<std::byte> large((std::size_t{5} << 20) + 3, std::byte{42});
  ASSERT_TRUE(succeeded(save_checkpoint(directory_.path(), 2, large)));
  loaded = load_checkpoint(directory_.path(), no_limit);
  ASSERT_TRUE(loaded && loaded->has_value());
  EXPECT_TRUE(std::ranges::equal((*loaded)->state, large));
}

TEST_F(CheckpointTest, EveryDamageFallsBackToTheOlderOne) {
  save(7);
  save(8);
  const std::string whole = read_file(file_of(8));
  for (std::size_t position = 0; position < whole.size(); ++position) {
    auto damaged = whole;
    damaged[position] = static_cast<char>(damaged[position] ^ (1 << (position % 8)));
    write_file(file_of(8), damaged);
    ASSERT_EQ(load(), 7u) << "byte " << position;
    write_file(file_of(8), whole.substr(0, position));
    ASSERT_EQ(load(), 7u) << "cut to " << position;
  }
  write_file(file_of(8), whole + "x");
  EXPECT_EQ(load(), 7u);
  write_file(file_of(8), whole);
  EXPECT_EQ(load(), 8u);
  // Renamed, it is not the checkpoint of that batch.
  std::filesystem::rename(file_of(8), file_of(9));
  EXPECT_EQ(load(), 7u);
  write_file(file_of(7), "");
  EXPECT_EQ(load(), 0u);
}

TEST_F(CheckpointTest, EveryBlockOfALargeOneIsChecked) {
  constexpr std::size_t block = std::size_t{1} << 20;
  for (const std::size_t size : {block - 1, block, block + 1, 3 * block, 3 * block + 17}) {
    std::vector<std::byte> state(size);
    for (std::size_t i = 0; i < size; ++i)
      state[i] = static_cast<std::byte>(i * 7 + i / block);
    ASSERT_TRUE(succeeded(save_checkpoint(directory_.path(), 1, state)));
    const std::string whole = read_file(file_of(1));
    const auto loaded = load_checkpoint(directory_.path(), no_limit);
    ASSERT_TRUE(loaded && loaded->has_value()) << size;
    EXPECT_TRUE(std::ranges::equal((*loaded)->state, state)) << size;
    for (std::size_t from_end = 1; from_end < size; from_end += block / 2) {
      auto damaged = whole;
      damaged[whole.size() - from_end] = static_cast<char>(damaged[whole.size() - from_end] ^ 1);
      write_file(file_of(1), damaged);
      EXPECT_EQ(load(), 0u) << size << ", " << from_end;
    }
  }
}

TEST_F(CheckpointTest, OneThatWasLoadedOutlivesItsFile) {
  const std::vector<std::byte> state((std::size_t{3} << 20) + 5, std::byte{7});
  ASSERT_TRUE(succeeded(save_checkpoint(directory_.path(), 1, state)));
  const auto loaded = load_checkpoint(directory_.path(), no_limit);
  ASSERT_TRUE(loaded && loaded->has_value());
  // As they are removed: cut first, so that giving the blocks back takes no time at once.
  std::filesystem::resize_file(file_of(1), 0);
  EXPECT_TRUE(std::ranges::equal((*loaded)->state, state));
}

TEST_F(CheckpointTest, WrittenInPiecesItIsTheSame) {
  std::string state;
  for (int i = 0; state.size() < (std::size_t{3} << 20); ++i)
    state += std::to_string(i);
  ASSERT_TRUE(succeeded(save_checkpoint(directory_.path(), 1, bytes_of(state))));
  auto writer = CheckpointWriter::create(directory_.path(), 2);
  ASSERT_TRUE(succeeded(writer));
  std::size_t size = 1;
  for (std::string_view rest = state; !rest.empty(); size = size * 3 % 2'000'003) {
    const auto piece = rest.substr(0, size);
    ASSERT_TRUE(succeeded(writer->write(bytes_of(std::string(piece)))));
    rest.remove_prefix(piece.size());
  }
  EXPECT_FALSE(std::filesystem::exists(file_of(2)));
  ASSERT_TRUE(succeeded(writer->finish()));
  constexpr std::size_t header_bytes = 32;
  EXPECT_EQ(read_file(file_of(2)).substr(header_bytes), read_file(file_of(1)).substr(header_bytes));
  const auto loaded = load_checkpoint(directory_.path(), no_limit);
  ASSERT_TRUE(loaded && loaded->has_value());
  EXPECT_EQ((*loaded)->batch, 2u);
  EXPECT_TRUE(std::ranges::equal((*loaded)->state, bytes_of(state)));
}

TEST_F(CheckpointTest, OneThatIsNotFinishedLeavesNothingBehind) {
  save(3);
  {
    auto writer = CheckpointWriter::create(directory_.path(), 4);
    ASSERT_TRUE(succeeded(writer));
    ASSERT_TRUE(succeeded(writer->write(bytes_of("half of it"))));
  }
  EXPECT_EQ(files(), (std::vector{file_of(3).filename().string()}));
  // Nor does one whose writer was killed, once the next is written.
  write_file(file_of(5).string() + ".tmp", "half of it");
  save(6);
  EXPECT_EQ(files(), (std::vector{file_of(3).filename().string(), file_of(6).filename().string()}));
}

TEST_F(CheckpointTest, ThoseOfTheVersionBeforeAreRead) {
  const std::string state = state_of(7);
  ByteWriter writer;
  writer.write(std::uint32_t{0x504b4354});
  writer.write(std::uint16_t{1});
  writer.write(std::uint16_t{56});
  writer.write(std::uint64_t{7});
  writer.write(std::uint64_t{state.size()});
  const Hash hash = hash_of({writer.bytes(), bytes_of(state)});
  writer.write_bytes(hash);
  writer.write_bytes(bytes_of(state));
  const auto bytes = writer.take();
  const std::string whole(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  write_file(file_of(7), whole);
  EXPECT_EQ(load(), 7u);
  for (std::size_t position = 0; position < whole.size(); ++position) {
    auto damaged = whole;
    damaged[position] = static_cast<char>(damaged[position] ^ (1 << (position % 8)));
    write_file(file_of(7), damaged);
    ASSERT_EQ(load(), 0u) << "byte " << position;
  }
}

TEST_F(CheckpointTest, OtherFilesAreLeftAlone) {
  save(4);
  for (const std::string name : {"checkpoint-", "checkpoint-5", "checkpoint-0000000000000000000x", "data.mdb",
                                 "checkpoint-00000000000000000009.tmp", "checkpoint-99999999999999999999"}) {
    write_file(directory_ / name, "text");
  }
  std::filesystem::create_directory(file_of(6));
  EXPECT_EQ(load(), 4u);
  save(10);
  EXPECT_EQ(load(), 10u);
  EXPECT_TRUE(std::filesystem::exists(directory_ / "data.mdb"));
  EXPECT_TRUE(std::filesystem::exists(directory_ / "checkpoint-5"));
}

TEST_F(CheckpointTest, AFailureSaysWhere) {
  write_file(directory_ / "file", "text");
  const auto saved = save_checkpoint(directory_ / "file", 1, bytes_of("state"));
  ASSERT_FALSE(saved);
  EXPECT_NE(saved.error().message.find((directory_ / "file").string()), std::string::npos)
      << saved.error().message;
  EXPECT_FALSE(load_checkpoint(directory_ / "file", 1));
}

}  // namespace
}  // namespace trade::journal
