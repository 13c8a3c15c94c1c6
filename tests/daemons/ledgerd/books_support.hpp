// Books in a directory of a test's own, and questions to them.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include <gtest/gtest.h>

#include "journal_script.hpp"
#include "ledgerd/books.hpp"
#include "lib/ledger/description.hpp"

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

template <class Reply, class Request>
Result<Reply> ask(Books& books, const Request& request) {
  ReplyBody body = books.answer(request);
  if (auto* error = std::get_if<ErrorReply>(&body)) return std::unexpected(error->error);
  return std::get<Reply>(std::move(body));
}

}  // namespace trade::ledgerd::test
