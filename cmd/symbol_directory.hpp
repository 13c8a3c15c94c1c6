// Reading Nasdaq's symbol directory (nasdaqtrader.com, "Symbol Look-Up/Directory Data Fields & Definitions").
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/ids.hpp"

namespace trade::cmd {

struct SymbolDirectory {
  std::vector<Symbol> symbols;    ///< in the order of the file
  std::uint64_t test_issues = 0;  ///< left out: securities that exist for testing alone
  std::uint64_t skipped = 0;      ///< lines whose symbol is none
  std::string first_skipped;      ///< "line 17: 'a symbol'"
};

/// Reads the directory to its end. `name` is what errors call it. The heading decides which columns are
/// used: "Symbol", "ACT Symbol" or "NASDAQ Symbol", and "Test Issue" where there is one.
Result<SymbolDirectory> read_symbol_directory(std::istream& input, std::string_view name);

/// The fields of one line; with ',' between them they may be quoted (RFC 4180).
std::vector<std::string> split_fields(std::string_view line, char separator);

}  // namespace trade::cmd
