#include "app/remote_profile.hpp"

#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support/temporary_directory.hpp"

namespace trade::app {
namespace {

RemoteProfile sample() {
  RemoteProfile profile;
  profile.server_key.fill(0x11);
  profile.client_keys.public_key.fill(0x22);
  profile.client_keys.secret_key.fill(0x33);
  profile.account = "alice";
  profile.addresses = {{"ledgerd", "tcp://[::1]:9102"}, {"tradingd", "tcp://127.0.0.1:9101"}};
  profile.publications = {{"feedd", "tcp://127.0.0.1:9104"}};
  return profile;
}

class RemoteProfileTest : public testing::Test {
 protected:
  /// What is wrong with a file of this text; empty: nothing.
  std::string refusal(const std::string& text) {
    std::ofstream(file_) << text;
    EXPECT_EQ(::chmod(file_.c_str(), 0600), 0);
    const auto loaded = load_profile(file_);
    if (loaded) return "";
    EXPECT_EQ(loaded.error().code, ErrorCode::usage);
    EXPECT_EQ(loaded.error().message.find("3333"), std::string::npos) << "a secret is shown";
    return loaded.error().message;
  }
  /// The sample's text with one part replaced.
  static std::string changed(const std::string& part, const std::string& with) {
    std::string text = text_of(sample());
    const std::size_t at = text.find(part);
    EXPECT_NE(at, std::string::npos);
    return text.replace(at, part.size(), with);
  }

  test::TemporaryDirectory directory_;
  const std::filesystem::path file_ = directory_.path() / "profile";
};

TEST_F(RemoteProfileTest, IsReadAsItWasWrittenAndIsForItsOwnerAlone) {
  ASSERT_TRUE(create_profile(file_, sample()));
  struct stat status{};
  ASSERT_EQ(::stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  const auto loaded = load_profile(file_);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->server_key, sample().server_key);
  EXPECT_EQ(loaded->client_keys.public_key, sample().client_keys.public_key);
  EXPECT_EQ(loaded->client_keys.secret_key, sample().client_keys.secret_key);
  EXPECT_EQ(loaded->account, "alice");
  EXPECT_EQ(loaded->addresses, sample().addresses);
  EXPECT_EQ(loaded->publications, sample().publications);
}

TEST_F(RemoteProfileTest, OfASuiteThatStreamsNothingThereAreNoPublications) {
  RemoteProfile profile = sample();
  profile.publications.clear();
  ASSERT_TRUE(create_profile(file_, profile));
  const auto loaded = load_profile(file_);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_TRUE(loaded->publications.empty());
}

TEST_F(RemoteProfileTest, AFileThatIsThereIsNotReplaced) {
  ASSERT_TRUE(create_profile(file_, sample()));
  EXPECT_EQ(create_profile(file_, sample()).error().code, ErrorCode::usage);
}

TEST_F(RemoteProfileTest, WhatOthersCanReadIsRefused) {
  ASSERT_TRUE(create_profile(file_, sample()));
  ASSERT_EQ(::chmod(file_.c_str(), 0604), 0);
  EXPECT_EQ(load_profile(file_).error().code, ErrorCode::not_permitted);
  EXPECT_EQ(load_profile(directory_.path() / "none").error().code, ErrorCode::not_found);
}

TEST_F(RemoteProfileTest, WhatIsWrongIsNamedAndNoSecretShown) {
  EXPECT_EQ(refusal(text_of(sample())), "");
  EXPECT_NE(refusal(changed("server_key", "sever_key")).find("sever_key"), std::string::npos);
  EXPECT_NE(refusal(changed("11\"", "1\"")).find("server_key must be 64"), std::string::npos);
  EXPECT_NE(refusal(changed("[addresses]", "[[addresses]]")).find("must be a table"), std::string::npos);
  EXPECT_NE(refusal(changed("tradingd =", "gatewayd =")).find("gatewayd"), std::string::npos);
  EXPECT_NE(refusal(changed("feedd =", "ledgerd =")).find("[publications] has no 'ledgerd'"),
            std::string::npos);
  EXPECT_NE(refusal(changed("tcp://127", "ipc://127")).find("tcp://HOST:PORT"), std::string::npos);
  EXPECT_NE(refusal(changed("33\"\n", "33\n")).find("not well-formed"), std::string::npos);
  EXPECT_NE(refusal("").find("missing"), std::string::npos);
  EXPECT_NE(refusal(std::string(profile_bytes_max + 1, '#')).find("too large"), std::string::npos);
}

}  // namespace
}  // namespace trade::app
