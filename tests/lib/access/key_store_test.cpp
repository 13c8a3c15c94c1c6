#include "access/key_store.hpp"

#include <fstream>
#include <iterator>
#include <set>

#include <gtest/gtest.h>

#include "support/temporary_directory.hpp"

namespace trade::access::test {

namespace {

constexpr Timestamp now{1'000};
constexpr Timestamp later{2'000};

class KeyStoreTest : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    store_.reset();
    auto opened = KeyStore::open(directory_.path() / "access");
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }
  CreatedKey create(KeyRole role = KeyRole::trader, Timestamp expires_at = {}) {
    auto created = store_->create({.account = "alice", .role = role, .expires_at = expires_at}, now);
    EXPECT_TRUE(created);
    return *created;
  }
  std::string refusal(std::string_view id, std::string_view secret, Timestamp at = now) {
    const auto verified = store_->verify(id, secret, at);
    return verified ? "" : verified.error().message;
  }

  trade::test::TemporaryDirectory directory_;
  std::unique_ptr<KeyStore> store_;
};

TEST_F(KeyStoreTest, AKeyIsOpenedByItsSecretAlone) {
  const CreatedKey created = create();
  const auto verified = store_->verify(created.key.id, created.secret, now);
  ASSERT_TRUE(verified);
  EXPECT_EQ(*verified, created.key);
  EXPECT_EQ(verified->account, "alice");
  EXPECT_EQ(verified->role, KeyRole::trader);
  std::string wrong = created.secret;
  wrong.back() = wrong.back() == 'A' ? 'B' : 'A';
  EXPECT_EQ(refusal(created.key.id, wrong), "the API key is not valid");
  EXPECT_EQ(refusal(created.key.id, ""), "the API key is not valid");
  EXPECT_EQ(refusal("", ""), "the API key is not valid");
  EXPECT_EQ(refusal("PKNOBODY", created.secret), "the API key is not valid");
  EXPECT_EQ(refusal(created.key.id, std::string(100'000, 'x')), "the API key is not valid");
  const CreatedKey other = create();
  EXPECT_EQ(refusal(created.key.id, other.secret), "the API key is not valid");
}

TEST_F(KeyStoreTest, KeysOutliveTheProcessAndKeepTheirOrder) {
  std::vector<CreatedKey> created;
  for (int i = 0; i < 20; ++i)
    created.push_back(create());
  ASSERT_TRUE(store_->revoke(created[3].key.id, later));
  open();
  const std::vector<KeyView> keys = store_->list();
  ASSERT_EQ(keys.size(), created.size());
  std::set<std::string> secrets;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(keys[i].id, created[i].key.id);
    EXPECT_EQ(store_->verify(keys[i].id, created[i].secret, now).has_value(), i != 3);
    secrets.insert(created[i].secret);
  }
  EXPECT_EQ(secrets.size(), created.size());
  EXPECT_EQ(keys[3].revoked_at, later);
}

TEST_F(KeyStoreTest, ARevokedKeyOpensNothing) {
  const CreatedKey created = create();
  const auto revoked = store_->revoke(created.key.id, later);
  ASSERT_TRUE(revoked);
  EXPECT_EQ(revoked->revoked_at, later);
  EXPECT_EQ(refusal(created.key.id, created.secret), "the API key is revoked");
  EXPECT_FALSE(store_->check(created.key.id, now));
  EXPECT_EQ(store_->revoke(created.key.id, Timestamp{9'000})->revoked_at, later) << "once is enough";
  EXPECT_EQ(store_->revoke("PKNOBODY", later).error().code, ErrorCode::not_found);
}

TEST_F(KeyStoreTest, AKeyOpensUntilItExpires) {
  const CreatedKey created = create(KeyRole::viewer, later);
  EXPECT_EQ(refusal(created.key.id, created.secret, Timestamp{later.nanoseconds - 1}), "");
  EXPECT_EQ(refusal(created.key.id, created.secret, later), "the API key has expired");
  EXPECT_EQ(store_->create({.account = "alice", .expires_at = now}, now).error().code, ErrorCode::usage);
}

TEST_F(KeyStoreTest, TheFileHoldsNoSecret) {
  const CreatedKey created = create();
  store_.reset();
  std::ifstream file(directory_.path() / "access/data.mdb", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  ASSERT_NE(bytes.find(created.key.id), std::string::npos);
  EXPECT_EQ(bytes.find(created.secret), std::string::npos);
}

}  // namespace

}  // namespace trade::access::test
