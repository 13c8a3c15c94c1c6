// The hot path allocates nothing once it has run: counted by replacing the global allocation functions of
// this test program.
#include <atomic>
#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include "lib/wire/samples.hpp"
#include "wire/wire.hpp"

// Both functions are replaced and match; the compiler sees through one of them at a time.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace {
std::atomic<std::size_t> allocations = 0;
}

void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace trade::wire::test {

namespace {

TEST(AllocationTest, BatchesAreEncodedAndDecodedWithoutAllocating) {
  const SampleBatch sample = sample_batch();
  Encoder encoder;
  Batch batch;
  const auto round = [&] {
    batch.buffer.assign(
        encoder.encode_batch(sample.header, sample.commands, sample.events_per_command, sample.events));
    return decode_batch(batch).has_value();
  };
  ASSERT_TRUE(round());
  const std::size_t before = allocations;
  ASSERT_GT(before, 0u) << "allocations are counted";
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(round());
  EXPECT_EQ(allocations, before);
}

TEST(AllocationTest, PublicationsAreEncodedWithoutAllocating) {
  Encoder encoder;
  const PublicationBody batch = BatchPublished{.batch = 1, .last_sequence = 2};
  PublicationBody quote = QuotePublished{};
  std::get<QuotePublished>(quote).quote.symbol = "AAPL";
  ASSERT_GT(encoder.encode(batch).size() + encoder.encode(quote).size(), 0u);
  const std::size_t before = allocations;
  ASSERT_GT(before, 0u) << "allocations are counted";
  for (int i = 0; i < 10; ++i)
    ASSERT_GT(encoder.encode(batch).size() + encoder.encode(quote).size(), 0u);
  EXPECT_EQ(allocations, before);
}

}  // namespace

}  // namespace trade::wire::test
