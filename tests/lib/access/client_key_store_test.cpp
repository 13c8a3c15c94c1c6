#include "access/client_key_store.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "access/curve_key_pair.hpp"
#include "access/server_key.hpp"
#include "support/temporary_directory.hpp"

namespace trade::access::test {
namespace {

constexpr Timestamp now{1'000};
constexpr Timestamp later{2'000};

class ClientKeyStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = ClientKeyStore::open(home_.path(), true);
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }
  static ClientKey wanted() {
    return {.public_key = make_curve_key_pair()->public_key, .role = KeyRole::trader, .accounts = {"alice"}};
  }

  trade::test::TemporaryDirectory home_;
  std::unique_ptr<ClientKeyStore> store_;
};

TEST_F(ClientKeyStoreTest, AKeyIsFoundByTheIdThatItsPublicPartHas) {
  const auto added = store_->add(wanted(), now);
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(added->id, ClientKeyStore::id_of(added->public_key));
  EXPECT_EQ(added->id.size(), 20u);
  EXPECT_EQ(added->created_at, now);
  EXPECT_EQ(store_->find(added->id).value(), *added);
  EXPECT_TRUE(check_usable(*added, later));
  EXPECT_EQ(store_->find("CK").error().code, ErrorCode::not_found);
  EXPECT_EQ(store_->find(std::string(10'000, 'x')).error().code, ErrorCode::not_found);
}

TEST_F(ClientKeyStoreTest, IdsDiffer) {
  EXPECT_NE(ClientKeyStore::id_of(make_curve_key_pair()->public_key),
            ClientKeyStore::id_of(make_curve_key_pair()->public_key));
}

TEST_F(ClientKeyStoreTest, ARevocationIsSeenByWhoeverHasTheTableOpen) {
  const auto added = store_->add(wanted(), now);
  ASSERT_TRUE(added);
  auto other = ClientKeyStore::open(home_.path(), false);
  ASSERT_TRUE(other);
  ASSERT_TRUE((*other)->revoke(added->id, later));
  const auto found = store_->find(added->id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->revoked_at, later);
  EXPECT_EQ(check_usable(*found, later).error().code, ErrorCode::not_permitted);
  // It stays revoked at the time at which it was.
  EXPECT_EQ(store_->revoke(added->id, {3'000})->revoked_at, later);
  EXPECT_EQ(store_->revoke("CKNONE", later).error().code, ErrorCode::not_found);
}

TEST_F(ClientKeyStoreTest, AnExpiryEndsIt) {
  ClientKey key = wanted();
  key.expires_at = later;
  const auto added = store_->add(key, now);
  ASSERT_TRUE(added);
  EXPECT_TRUE(check_usable(*added, {later.nanoseconds - 1}));
  EXPECT_EQ(check_usable(*added, later).error().code, ErrorCode::not_permitted);
  key = wanted();
  key.expires_at = now;
  EXPECT_EQ(store_->add(key, now).error().code, ErrorCode::usage);
}

TEST_F(ClientKeyStoreTest, WhatIsWrongIsRefused) {
  const ClientKey key = wanted();
  ASSERT_TRUE(store_->add(key, now));
  EXPECT_EQ(store_->add(key, now).error().code, ErrorCode::rejected);
  ClientKey homeless = wanted();
  homeless.accounts.clear();
  EXPECT_EQ(store_->add(homeless, now).error().code, ErrorCode::usage);
  homeless.role = KeyRole::desk_operator;
  EXPECT_TRUE(store_->add(homeless, now));
  ClientKey crowded = wanted();
  crowded.accounts.assign(client_key_accounts_max + 1, "alice");
  EXPECT_EQ(store_->add(crowded, now).error().code, ErrorCode::usage);
}

TEST_F(ClientKeyStoreTest, TheListIsInTheOrderInWhichTheyWereMade) {
  const auto second = store_->add(wanted(), later);
  const auto first = store_->add(wanted(), now);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(store_->list().value(), (std::vector{*first, *second}));
}

TEST(ClientKeyTableTest, ThereIsNoneUntilOneIsMade) {
  const trade::test::TemporaryDirectory home;
  EXPECT_EQ(ClientKeyStore::open(home.path(), false).error().code, ErrorCode::not_found);
}

TEST(ServerKeyTest, IsMadeOnceAndForItsOwnerAlone) {
  const trade::test::TemporaryDirectory home;
  const auto made = load_or_make_server_key(home.path());
  ASSERT_TRUE(made) << made.error().message;
  const auto loaded = load_or_make_server_key(home.path());
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->secret_key, made->secret_key);
  EXPECT_EQ(loaded->public_key, made->public_key);
  EXPECT_NE(made->secret_key, made->public_key);
  struct stat status{};
  ASSERT_EQ(::stat(server_key_file(home.path()).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  ASSERT_EQ(::stat((home.path() / "curve").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
  // Nothing but the key is left in the directory.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(home.path() / "curve"), {}), 1);
}

TEST(ServerKeyTest, AFileThatOthersCanReadIsRefused) {
  const trade::test::TemporaryDirectory home;
  ASSERT_TRUE(load_or_make_server_key(home.path()));
  ASSERT_EQ(::chmod(server_key_file(home.path()).c_str(), 0640), 0);
  EXPECT_EQ(load_or_make_server_key(home.path()).error().code, ErrorCode::not_permitted);
}

TEST(ServerKeyTest, AFileWithoutAKeyIsRefusedAndNotShown) {
  const trade::test::TemporaryDirectory home;
  ASSERT_TRUE(load_or_make_server_key(home.path()));
  const std::string text(65, 'z');
  std::ofstream(server_key_file(home.path())) << text;
  const auto loaded = load_or_make_server_key(home.path());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::corrupt);
  EXPECT_EQ(loaded.error().message.find("zzz"), std::string::npos);
}

}  // namespace
}  // namespace trade::access::test
