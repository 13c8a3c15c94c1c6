// The server's side of TLS against a client of OpenSSL's own, byte by byte and all at once; and the client's
// side against it.
#include "http/tls_channel.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "support/temporary_directory.hpp"

namespace trade::http::test {

namespace {

TlsContext self_signed(const std::filesystem::path& directory) {
  const CertificateFiles files{directory / "a.crt", directory / "a.key"};
  EXPECT_TRUE(ensure_self_signed_certificate(files));
  return TlsContext::load(files).value();
}

class PlainClient {
 public:
  PlainClient() : context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_)) {
    SSL_set_bio(ssl_, incoming_ = BIO_new(BIO_s_mem()), outgoing_ = BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl_);
  }
  ~PlainClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  PlainClient(const PlainClient&) = delete;
  PlainClient& operator=(const PlainClient&) = delete;

  /// What it sends next, after it has read what came.
  std::string turn(const std::string& came) {
    BIO_write(incoming_, came.data(), static_cast<int>(came.size()));
    char part[4096];
    for (int count; (count = SSL_read(ssl_, part, sizeof part)) > 0;)
      received.append(part, static_cast<std::size_t>(count));
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(outgoing_, &bytes);
    std::string sent(bytes, static_cast<std::size_t>(size));
    static_cast<void>(BIO_reset(outgoing_));
    return sent;
  }
  void write(const std::string& text) { SSL_write(ssl_, text.data(), static_cast<int>(text.size())); }
  void shut_down() { SSL_shutdown(ssl_); }
  [[nodiscard]] bool established() const { return SSL_is_init_finished(ssl_) == 1; }

  std::string received;

 private:
  SSL_CTX* context_;
  SSL* ssl_;
  BIO* incoming_ = nullptr;
  BIO* outgoing_ = nullptr;
};

void shake_hands(PlainClient& client, TlsChannel& server, std::string& plain, std::size_t portion) {
  std::string to_client;
  for (int turn = 0; turn < 8 && !(client.established() && server.established()); ++turn) {
    const std::string to_server = client.turn(to_client);
    for (std::size_t at = 0; at < to_server.size(); at += portion)
      ASSERT_TRUE(server.receive(std::string_view(to_server).substr(at, portion), plain)) << server.problem();
    to_client = server.take_outgoing();
  }
  client.turn(to_client);
  ASSERT_TRUE(server.established());
}

TEST(TlsChannelTest, CarriesBytesBothWaysHoweverTheyAreCut) {
  const trade::test::TemporaryDirectory directory;
  const TlsContext context = self_signed(directory.path());
  for (const std::size_t portion : {std::size_t{1}, std::size_t{7}, std::size_t{65'536}}) {
    PlainClient client;
    TlsChannel server(context);
    std::string plain;
    shake_hands(client, server, plain, portion);
    const std::string question(100'000, 'q');
    client.write(question);
    const std::string bytes = client.turn({});
    for (std::size_t at = 0; at < bytes.size(); at += portion * 1'000)
      ASSERT_TRUE(server.receive(std::string_view(bytes).substr(at, portion * 1'000), plain));
    EXPECT_EQ(plain, question);
    ASSERT_TRUE(server.send("answer"));
    const std::string answer = server.take_outgoing();
    EXPECT_EQ(answer.find("answer"), std::string::npos);
    client.turn(answer);
    EXPECT_EQ(client.received, "answer");
  }
}

TEST(TlsChannelTest, WhatIsNoTlsIsRefusedAndSaysSo) {
  const trade::test::TemporaryDirectory directory;
  const TlsContext context = self_signed(directory.path());
  TlsChannel server(context);
  std::string plain;
  EXPECT_FALSE(server.receive("8=FIX.4.4\0019=65\00135=A\001", plain));
  EXPECT_TRUE(plain.empty());
  EXPECT_FALSE(server.problem().empty());
  // The next connection is not harmed by the error of this one.
  PlainClient client;
  TlsChannel other(context);
  shake_hands(client, other, plain, 65'536);
}

TEST(TlsChannelTest, APeerThatClosesIsTold) {
  const trade::test::TemporaryDirectory directory;
  const TlsContext context = self_signed(directory.path());
  PlainClient client;
  TlsChannel server(context);
  std::string plain;
  shake_hands(client, server, plain, 65'536);
  client.write("bye");
  client.shut_down();
  EXPECT_FALSE(server.receive(client.turn({}), plain));
  EXPECT_EQ(plain, "bye");
  EXPECT_TRUE(server.problem().empty());
  server.close();
  EXPECT_FALSE(server.take_outgoing().empty());
}

/// Whether the two come to an understanding.
bool meet(TlsChannel& client, TlsChannel& server) {
  std::string plain;
  for (int turn = 0; turn < 8; ++turn) {
    if (!server.receive(client.take_outgoing(), plain)) return false;
    if (!client.receive(server.take_outgoing(), plain)) return false;
    if (client.established() && server.established()) return true;
  }
  return false;
}

TEST(TlsChannelTest, AClientTrustsWhatItsAuthoritiesVouchForUnderTheNameThatItAskedFor) {
  const trade::test::TemporaryDirectory directory;
  const TlsContext context = self_signed(directory.path());
  std::filesystem::create_directories(directory.path() / "other");
  self_signed(directory.path() / "other");
  const struct {
    std::filesystem::path authorities;
    bool verify;
    const char* host;
    bool meets;
  } cases[] = {{directory.path() / "a.crt", true, "localhost", true},
               {directory.path() / "a.crt", true, "127.0.0.1", true},
               {directory.path() / "a.crt", true, "example.com", false},
               {directory.path() / "a.crt", true, "127.0.0.2", false},
               {directory.path() / "other" / "a.crt", true, "localhost", false},
               {{}, true, "localhost", false},
               {{}, false, "example.com", true}};
  for (const auto& row : cases) {
    const TlsContext trusting = TlsContext::for_client(row.authorities, row.verify).value();
    TlsChannel server(context);
    TlsChannel client(trusting, row.host);
    EXPECT_EQ(meet(client, server), row.meets) << row.authorities << ' ' << row.host;
    if (!row.meets) {
      EXPECT_FALSE(client.problem().empty());
      continue;
    }
    std::string plain;
    ASSERT_TRUE(client.send("question"));
    ASSERT_TRUE(server.receive(client.take_outgoing(), plain));
    EXPECT_EQ(plain, "question");
  }
}

TEST(TlsChannelTest, AFileThatHoldsNoCertificatesIsNamed) {
  const trade::test::TemporaryDirectory directory;
  const auto context = TlsContext::for_client(directory.path() / "none.pem", true);
  ASSERT_FALSE(context);
  EXPECT_NE(context.error().message.find("none.pem"), std::string::npos);
}

}  // namespace

}  // namespace trade::http::test
