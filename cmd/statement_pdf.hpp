// An account's statement as a document to be printed or sent.
#pragma once

#include <string>

#include "base/result.hpp"
#include "statement_lines.hpp"

namespace trade::cmd {

/// More would be some two thousand pages.
constexpr std::size_t statement_pdf_movements_max = 100'000;

struct StatementDocument {
  std::string account;
  Timestamp from;  ///< zero: from the beginning
  Timestamp to;    ///< zero: to the end
  Statement statement;
};

/// The bytes of a PDF of A4 pages: the sums first, then every movement, then the positions. Each page says
/// whose it is, has the headings of its columns and its number. `usage` where there is too much of it. The
/// same statement comes to the same bytes.
Result<std::string> statement_pdf(const StatementDocument& document);

}  // namespace trade::cmd
