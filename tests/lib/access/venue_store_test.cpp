// The table of venues: kept across openings, shared by processes, and well formed.
#include "access/venue_store.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "support/temporary_directory.hpp"

namespace trade::access::test {

namespace {

VenueSession exchange() {
  return {.name = "NYX",
          .host = "fix.example.com",
          .port = 9'878,
          .version = "FIX.4.2",
          .sender_comp_id = "TRADE",
          .target_comp_id = "NYX-GW",
          .password = "open, sesame",
          .tls = true,
          .verify_certificate = false,
          .certificate_authorities = "/etc/ssl/nyx.pem",
          .heartbeat_seconds = 10,
          .reset_second = -1,
          .answer_seconds = 5,
          .send_account = true,
          .created_at = Timestamp{1'000}};
}

class VenueStoreTest : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    store_.reset();
    auto opened = VenueStore::open(directory_.path(), true);
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }

  trade::test::TemporaryDirectory directory_;
  std::unique_ptr<VenueStore> store_;
};

TEST_F(VenueStoreTest, EveryFieldIsKept) {
  const VenueSession plain{
      .name = "ABC", .host = "127.0.0.1", .port = 1, .sender_comp_id = "TRADE", .target_comp_id = "ABC"};
  ASSERT_TRUE(store_->put(exchange()));
  ASSERT_TRUE(store_->put(plain));
  open();
  const auto venues = store_->list();
  ASSERT_TRUE(venues);
  EXPECT_EQ(*venues, (std::vector<VenueSession>{plain, exchange()})) << "by name";
}

TEST_F(VenueStoreTest, PuttingOneAgainTakesItsPlace) {
  ASSERT_TRUE(store_->put(exchange()));
  VenueSession moved = exchange();
  moved.host = "::1";
  ASSERT_TRUE(store_->put(moved));
  const auto found = store_->find("NYX");
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, moved);
  EXPECT_EQ(store_->list()->size(), 1U);
}

TEST_F(VenueStoreTest, WhatIsRemovedIsGone) {
  ASSERT_TRUE(store_->put(exchange()));
  ASSERT_TRUE(store_->remove("NYX"));
  open();
  EXPECT_TRUE(store_->list()->empty());
  EXPECT_EQ(*store_->find("NYX"), std::nullopt);
  EXPECT_EQ(store_->remove("NYX").error().name, "unknown_venue");
}

TEST_F(VenueStoreTest, WhatIsNotWellFormedIsRefused) {
  const auto refused = [&](auto change) {
    VenueSession venue = exchange();
    change(venue);
    const Status put = store_->put(venue);
    return !put && put.error().code == ErrorCode::usage;
  };
  EXPECT_TRUE(refused([](VenueSession& venue) { venue.name = ""; }));
  EXPECT_TRUE(refused([](VenueSession& venue) { venue.name = std::string(33, 'x'); }));
  EXPECT_TRUE(refused([](VenueSession& venue) { venue.sender_comp_id = "a b"; }));
  EXPECT_TRUE(refused([](VenueSession& venue) { venue.target_comp_id = "="; }));
  EXPECT_TRUE(refused([](VenueSession& venue) { venue.host = ""; }));
  EXPECT_TRUE(refused([](VenueSession& venue) { venue.host = "two words"; }));
  EXPECT_TRUE(refused([](VenueSession& venue) { venue.port = 0; }));
  EXPECT_TRUE(refused([](VenueSession& venue) { venue.version = "FIX.5.0"; }));
  EXPECT_TRUE(refused([](VenueSession& venue) { venue.password = "a\x01z"; }));
  EXPECT_TRUE(refused([](VenueSession& venue) { venue.heartbeat_seconds = 0; }));
  EXPECT_TRUE(refused([](VenueSession& venue) { venue.heartbeat_seconds = 3'601; }));
  EXPECT_TRUE(refused([](VenueSession& venue) { venue.reset_second = 86'400; }));
  EXPECT_TRUE(refused([](VenueSession& venue) { venue.answer_seconds = 0; }));
  EXPECT_TRUE(refused([](VenueSession& venue) { venue.answer_seconds = 3'601; }));
  EXPECT_TRUE(store_->list()->empty());
}

TEST_F(VenueStoreTest, WithoutATableThereIsNoVenue) {
  trade::test::TemporaryDirectory empty;
  EXPECT_EQ(VenueStore::open(empty.path(), false).error().code, ErrorCode::not_found);
  EXPECT_FALSE(std::filesystem::exists(empty.path() / "fix"));
}

TEST_F(VenueStoreTest, OnlyItsOwnerReadsThePasswords) {
  ASSERT_TRUE(store_->put(exchange()));
  const auto permissions =
      std::filesystem::status(directory_.path() / "fix" / "venues" / "data.mdb").permissions();
  EXPECT_EQ(permissions & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
            std::filesystem::perms::none);
}

}  // namespace

}  // namespace trade::access::test
