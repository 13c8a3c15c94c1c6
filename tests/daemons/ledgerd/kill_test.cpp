// The process that keeps the books is killed at any moment; whoever comes after finds the same books.
#include <csignal>
#include <cstdint>
#include <random>
#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "books_support.hpp"
#include "journal_script.hpp"
#include "ledgerd/books.hpp"
#include "lib/ledger/description.hpp"

namespace trade::ledgerd {
namespace {

using test::JournalScript;
using test::TemporaryDirectory;

/// Keeps books until the script ends: 0; 1 after an error.
int keep_books(const BooksOptions& options, const JournalScript& script, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  auto books = Books::open(options);
  if (!books) return 1;
  while ((*books)->position().batch < script.batch_count()) {
    if (!(*books)->apply(script.batch((*books)->position().batch + 1))) return 1;
    if (random() % 4 == 0 && !(*books)->commit()) return 1;
    if (random() % 30 == 0) (*books)->begin_checkpoint();
  }
  return (*books)->stop() ? 0 : 1;
}

TEST(BooksKilled, TheBooksAreTheSameAfterwards) {
  constexpr int kills_max = 25;
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  const JournalScript script(seed, 30'000, {.accounts = 300, .symbols = 5});
  const auto truth = script.truth(script.batch_count());
  const TemporaryDirectory home;
  BooksOptions options;
  options.store.directory = home.path() / "ledger";
  options.store.map_bytes = std::size_t{1} << 20;
  options.commit_bytes_min = 0;
  options.checkpoint_portion_bytes = 5'000;
  // So few that open orders leave memory and come back.
  options.capacity.orders_kept_max = 0;
  options.capacity.older_orders_kept_max = 2 * ledger::order_page_records;
  std::mt19937_64 random(seed);
  int killed = 0;
  for (int round = 0;; ++round) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) _exit(keep_books(options, script, seed + static_cast<std::uint64_t>(round)));
    if (killed < kills_max) {
      // The books are kept in less than a tenth of a second where the machine has nothing else to do.
      usleep(static_cast<useconds_t>(500 + random() % 20'000));
      kill(child, SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    if (WIFEXITED(status)) {
      ASSERT_EQ(WEXITSTATUS(status), 0);
      break;
    }
    ++killed;
  }
  EXPECT_GT(killed, 0);
  RecordProperty("killed", killed);

  auto books = Books::open(options);
  ASSERT_TRUE(books) << books.error().message;
  EXPECT_EQ((*books)->position().batch, script.batch_count());
  EXPECT_EQ(test::told_of(**books), ledger::test::description(truth.ledger, nullptr));
  EXPECT_TRUE((*books)->ledger().check_invariants());
  // Every entry stands in the frames, once and in order.
  auto store = LedgerStore::open(options.store);
  ASSERT_TRUE(store);
  auto reader = store->begin_read();
  ASSERT_TRUE(reader);
  std::vector<ledger::Entry> stored;
  std::vector<ledger::Entry> entries;
  std::uint64_t trades = 0;
  const Status walked = reader->for_each_frame(1, [&](const ledger::FrameView& frame) -> Result<bool> {
    EXPECT_EQ(frame.trades_before(), trades);
    if (Status decoded = frame.decode(entries); !decoded) return pass_on(std::move(decoded));
    for (const ledger::Entry& entry : entries)
      trades += entry.kind == ledger::EntryKind::trade ? 1 : 0;
    stored.insert(stored.end(), entries.begin(), entries.end());
    return true;
  });
  ASSERT_TRUE(walked) << walked.error().message;
  EXPECT_EQ(stored, truth.entries);
}

}  // namespace
}  // namespace trade::ledgerd
