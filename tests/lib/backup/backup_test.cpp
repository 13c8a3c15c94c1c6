// What backups hold and refuse; tests/e2e/backup.bats has them of homes that are used.
#include "backup/backup.hpp"

#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "journal/archive.hpp"
#include "journal/segment.hpp"
#include "lib/journal/support.hpp"
#include "support/temporary_directory.hpp"

namespace trade::backup {
namespace {

namespace fs = std::filesystem;

class BackupTest : public testing::Test {
 protected:
  BackupTest() : home_{directory_.path() / "home"} {
    fs::create_directories(home_.root);
    journal::make_journal(home_.journal(), 5);
  }

  void write(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  Result<Manifest> make(const BackupOptions& options = {}) {
    return backup::make(home_, copy(), options, [](std::uint64_t, std::uint64_t) { return true; });
  }
  [[nodiscard]] fs::path copy() const { return directory_.path() / "copy"; }

  test::TemporaryDirectory directory_;
  app::Home home_;
};

TEST_F(BackupTest, HoldsWhatTheHomeKeepsAndNotWhatBelongsToItsRunning) {
  write(home_.log() / "tradingd.log", "a line");
  write(home_.run() / "tradingd.pid", "1");
  write(home_.root / "fix" / "session", "42");
  write(home_.access() / "tls.key", "secret");
  write(directory_.path() / "elsewhere.toml", "[log]");
  const auto manifest = make({directory_.path() / "elsewhere.toml"});
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->parts, (std::vector<std::string>{"access", "fix", "trade.toml", "journal"}));
  EXPECT_EQ(manifest->batch, 5u);
  EXPECT_FALSE(fs::exists(copy() / "log"));
  EXPECT_FALSE(fs::exists(copy() / "run"));
  EXPECT_TRUE(fs::exists(copy() / "fix" / "session"));
  EXPECT_EQ(fs::status(copy() / "access" / "tls.key").permissions(), fs::perms(0600));
  EXPECT_EQ(fs::status(copy()).permissions(), fs::perms(0700));

  const auto read = read_manifest(copy());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->parts, manifest->parts);
  EXPECT_EQ(read->state_hash, manifest->state_hash);
  EXPECT_EQ(read->created_at, manifest->created_at);
}

TEST_F(BackupTest, GoesBackIntoPlaceAndKeepsWhatWasThere) {
  write(home_.ledger() / "data.txt", "books");
  const auto manifest = make();
  ASSERT_TRUE(manifest);
  const app::Home other{directory_.path() / "other"};
  fs::create_directories(other.root);
  write(other.ledger() / "data.txt", "other books");
  EXPECT_EQ(existing_parts(*manifest, other), std::vector<std::string>{"ledger"});
  ASSERT_TRUE(stage(copy(), *manifest, other, [](std::uint64_t, std::uint64_t) { return true; }));
  EXPECT_TRUE(fs::exists(staged_journal(other) / "data.mdb"));
  const auto replaced = install(*manifest, other, Timestamp{0});
  ASSERT_TRUE(replaced) << replaced.error().message;
  EXPECT_TRUE(fs::exists(*replaced / "ledger" / "data.txt"));
  EXPECT_FALSE(fs::exists(other.root / "restoring"));
  const auto reader = journal::open_reader(other.journal());
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->head()->batch, 5u);
}

TEST_F(BackupTest, TheArchiveDoesNotGoBeyondTheJournal) {
  const auto go_on = [](std::uint64_t, std::uint64_t) { return true; };
  ASSERT_TRUE(journal::archive(home_.journal(), 3, go_on));
  write(journal::archive_directory(home_.journal()) / "note.txt", "moved from the old machine");
  auto writer = journal::open_writer(home_.journal());
  ASSERT_TRUE(writer);
  journal::BatchSource source((*writer)->head());
  const auto manifest = backup::make(home_, copy(), {}, [&](std::uint64_t, std::uint64_t) {
    for (int i = 0; i < 3; ++i)
      EXPECT_TRUE(journal::append(**writer, source.next()));
    EXPECT_TRUE(journal::archive(home_.journal(), 8, go_on));
    return true;
  });
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->batch, 5u);
  EXPECT_EQ(journal::list_segments(home_.journal())->size(), 2u);
  const auto segments = journal::list_segments(copy() / "journal");
  ASSERT_EQ(segments->size(), 1u);
  EXPECT_EQ(segments->front().last, 3u);
  EXPECT_TRUE(fs::exists(journal::archive_directory(copy() / "journal") / "note.txt"));
  // Whoever goes on from it archives what is its own.
  journal::make_journal(copy() / "journal", 4);
  const auto archived = journal::archive(copy() / "journal", 9, go_on);
  ASSERT_TRUE(archived);
  EXPECT_EQ(archived->first, 4u);
  ASSERT_TRUE(journal::save_checkpoint(copy() / "journal", 9, {}));
  EXPECT_TRUE(journal::prune(copy() / "journal", 8, go_on));
}

TEST_F(BackupTest, AnInterruptedOneIsNoBackup) {
  const auto manifest = backup::make(home_, copy(), {}, [](std::uint64_t, std::uint64_t) { return false; });
  EXPECT_FALSE(manifest);
  const auto read = read_manifest(copy());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::not_found);
}

TEST_F(BackupTest, ADescriptionThatLeadsElsewhereIsRefused) {
  for (const std::string& text : {std::string("{"), std::string("[]"), std::string(R"({"format":2})"),
                                  std::string(R"({"format":1,"batch":1,"last_sequence":1,"state_hash":"ab",)"
                                              R"("created_at":"2026-01-01T00:00:00Z","parts":["../etc"]})"),
                                  std::string(R"({"format":1,"batch":-1,"last_sequence":1,"state_hash":"ab",)"
                                              R"("created_at":"2026-01-01T00:00:00Z","parts":[]})"),
                                  std::string(R"({"format":1,"batch":1,"last_sequence":1,"state_hash":"xy",)"
                                              R"("created_at":"2026-01-01T00:00:00Z","parts":[]})")}) {
    write(copy() / "backup.json", text);
    const auto read = read_manifest(copy());
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::corrupt);
  }
}

}  // namespace
}  // namespace trade::backup
