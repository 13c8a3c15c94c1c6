// Books in a directory of a test's own, and questions to them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/byte_stream.hpp"
#include "journal_script.hpp"
#include "ledgerd/books.hpp"
#include "lib/ledger/description.hpp"
#include "lib/ledger/saved_pages.hpp"
#include "store/environment.hpp"

namespace trade::ledgerd::test {

constexpr std::size_t small_map_bytes = std::size_t{1} << 20;  // so that it has to grow

inline BooksOptions options_for(const TemporaryDirectory& home) {
  BooksOptions options;
  options.store.directory = home.path() / "ledger";
  options.store.map_bytes = small_map_bytes;
  options.store.sync = false;
  options.commit_bytes_min = 0;  // so that each commit writes
  return options;
}

inline std::unique_ptr<Books> open_books(const BooksOptions& options) {
  auto books = Books::open(options);
  EXPECT_TRUE(books) << books.error().message;
  return books ? std::move(*books) : nullptr;
}

/// Everything that the books say, be it of what is in memory or of what is saved.
inline std::string told_of(const Books& books) {
  auto saved = books.store().begin_read();
  EXPECT_TRUE(saved);
  return ledger::test::description(books.ledger(), &*saved);
}

/// Makes what a program of the oldest format that is read would have stored of what is in the directory.
inline void put_into_format_before(const std::filesystem::path& directory) {
  auto environment = store::Environment::open(directory);
  ASSERT_TRUE(environment);
  auto pages = (*environment)->open_database("pages");
  auto meta = (*environment)->open_database("meta");
  ASSERT_TRUE(pages && meta);
  const auto kind_of = [](store::Bytes key) { return static_cast<ledger::PageKind>(key[0]); };
  const auto name = [](const char* text) { return std::as_bytes(std::span(text, std::strlen(text))); };
  std::map<std::vector<std::byte>, std::vector<std::byte>> before;
  std::vector<std::vector<std::byte>> unknown;
  std::vector<std::byte> checkpoint;
  {
    auto transaction = (*environment)->begin_read();
    ASSERT_TRUE(transaction);
    auto cursor = transaction->cursor(*pages);
    ASSERT_TRUE(cursor);
    for (auto found = cursor->first(); found && *found; found = cursor->next()) {
      const store::Bytes key = cursor->key();
      if (kind_of(key) == ledger::PageKind::busted_trades) unknown.emplace_back(key.begin(), key.end());
      if (kind_of(key) != ledger::PageKind::orders) continue;
      const auto page = ledger::test::in_layout_before(cursor->value().subspan(sizeof(std::uint64_t)));
      ByteWriter writer;
      writer.write(ledger::checksum(page, ledger::checksum(key)));
      writer.write_bytes(page);
      before.emplace(std::vector<std::byte>(key.begin(), key.end()), writer.take());
    }
    const auto record = transaction->get(*meta, name("checkpoint"));
    ASSERT_TRUE(record && *record);
    // Checksum, generation and position stand before the summary.
    constexpr std::size_t sum_bytes = sizeof(std::uint64_t);
    constexpr std::size_t summary_at = 5 * sizeof(std::uint64_t);
    ByteWriter body;
    body.write_bytes((*record)->subspan(sum_bytes, summary_at - sum_bytes));
    body.write_bytes(ledger::test::summary_before_busts((*record)->subspan(summary_at)));
    ByteWriter writer;
    writer.write(ledger::checksum(body.bytes()));
    writer.write_bytes(body.bytes());
    checkpoint = writer.take();
  }
  EXPECT_FALSE(before.empty());
  EXPECT_FALSE(unknown.empty());
  const std::uint32_t format = 2;
  const Status written = (*environment)->write([&](store::Transaction& transaction) -> Status {
    for (const auto& [key, page] : before) {
      if (Status put = transaction.put(*pages, key, page); !put) return put;
    }
    for (const auto& key : unknown) {
      if (auto gone = transaction.remove(*pages, key); !gone) return pass_on(std::move(gone));
    }
    if (Status put = transaction.put(*meta, name("checkpoint"), checkpoint); !put) return put;
    return transaction.put(*meta, name("format"), std::as_bytes(std::span(&format, 1)));
  });
  ASSERT_TRUE(written);
}

template <class Reply, class Request>
Result<Reply> ask(Books& books, const Request& request) {
  ReplyBody body = books.answer(request);
  if (auto* error = std::get_if<ErrorReply>(&body)) return std::unexpected(error->error);
  return std::get<Reply>(std::move(body));
}

}  // namespace trade::ledgerd::test
