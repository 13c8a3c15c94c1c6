// Targets and their escapes, and the certificate that is made.
#include "http/message.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "http/server.hpp"
#include "http/tls.hpp"
#include "support/temporary_directory.hpp"

namespace trade::http::test {

namespace {

using Segments = std::vector<std::string>;

Result<Request> parsed(std::string_view target) {
  Request request;
  if (Status status = parse_target(target, request); !status) return std::unexpected(status.error());
  return request;
}

TEST(MessageTest, PathsAreSplitAndDecoded) {
  EXPECT_EQ(parsed("/")->segments, Segments{});
  EXPECT_EQ(parsed("/a/b")->segments, (Segments{"a", "b"}));
  EXPECT_EQ(parsed("/a/b/")->segments, (Segments{"a", "b"}));
  EXPECT_EQ(parsed("/a/BRK%2EB%5e+x")->segments, (Segments{"a", "BRK.B^+x"}));
  const auto request = parsed("/a?x=1&y=a+b%26c&x=2&z&&=");
  ASSERT_TRUE(request);
  EXPECT_EQ(*request->parameter("x"), "1");
  EXPECT_EQ(*request->parameter("y"), "a b&c");
  EXPECT_EQ(*request->parameter("z"), "");
  EXPECT_EQ(request->parameter("w"), nullptr);
}

TEST(MessageTest, PathTricksAreRefused) {
  for (const char* target : {"", "a", "http://x/a", "//", "/a//b", "/.", "/..", "/a/../b", "/%2e%2e/a",
                             "/%2E", "/a%00b", "/a%0ab", "/%", "/%4", "/%zz", "/a?x=%", "*"}) {
    EXPECT_FALSE(parsed(target)) << target;
  }
  std::string deep;
  for (int i = 0; i < 100; ++i)
    deep += "/a";
  EXPECT_FALSE(parsed(deep));
  std::string many = "/a?";
  for (int i = 0; i < 100; ++i)
    many += "x=1&";
  EXPECT_FALSE(parsed(many));
}

TEST(MessageTest, HostsAreToldFromWhatIsNone) {
  for (const char* host : {"localhost:8080", "127.0.0.1", "[::1]:80", "a-b.example", ""})
    EXPECT_TRUE(is_host(host)) << host;
  for (const char* none : {"a b", "a/b", "a\tb", "user@host", "a?b", "a#b", "h\xc3\xb6st"})
    EXPECT_FALSE(is_host(none)) << none;
}

TEST(MessageTest, AWholeAddressMeansItsPathWhereItsHostIsTheRequests) {
  const auto own = [](std::string target, bool secure = false) {
    Request request;
    request.target = std::move(target);
    request.headers.push_back({"host", "x:1"});
    request.secure = secure;
    return std::string(own_target(request));
  };
  EXPECT_EQ(own("http://x:1/a?b"), "/a?b");
  EXPECT_EQ(own("https://x:1/a", true), "/a");
  EXPECT_EQ(own("http://x:1"), "/");
  EXPECT_EQ(own("/a"), "/a");
  for (const char* foreign : {"http://y:1/a", "https://x:1/a", "http://u@x:1/a", "http:/a"})
    EXPECT_EQ(own(foreign), foreign);
  EXPECT_FALSE(parsed(own("http://x:12/a"))) << "another port";
}

TEST(MessageTest, LoopbackAddressesAreTold) {
  EXPECT_TRUE(is_loopback("127.0.0.1:80"));
  EXPECT_TRUE(is_loopback("[::1]:80"));
  EXPECT_TRUE(is_loopback("localhost:80"));
  EXPECT_FALSE(is_loopback("0.0.0.0:80"));
  EXPECT_FALSE(is_loopback("[::]:80"));
  EXPECT_FALSE(is_loopback("example.org:80"));
}

TEST(CertificateTest, IsMadeOnceAndForItsOwnerAlone) {
  const trade::test::TemporaryDirectory directory;
  const CertificateFiles files{directory / "x.crt", directory / "x.key"};
  ASSERT_TRUE(ensure_self_signed_certificate(files));
  const auto written = std::filesystem::last_write_time(files.certificate);
  EXPECT_EQ(std::filesystem::status(files.key).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  ASSERT_TRUE(ensure_self_signed_certificate(files));
  EXPECT_EQ(std::filesystem::last_write_time(files.certificate), written);
  EXPECT_TRUE(TlsContext::load(files));
  EXPECT_FALSE(TlsContext::load({files.key, files.certificate}));
  EXPECT_FALSE(TlsContext::load({directory / "none", files.key}));
}

}  // namespace

}  // namespace trade::http::test
