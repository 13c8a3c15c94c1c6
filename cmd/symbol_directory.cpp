#include "symbol_directory.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

namespace trade::cmd {

namespace {

constexpr std::size_t line_bytes_max = 64 << 10;
constexpr std::size_t symbols_max = 1'000'000;
constexpr std::string_view trailer = "File Creation Time";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// The next line, cut off where it is longer than a line can be. False at the end.
bool read_line(std::istream& input, std::string& line) {
  line.clear();
  for (int character = 0; line.size() <= line_bytes_max && (character = input.get()) != EOF;) {
    if (character == '\n') return true;
    line += static_cast<char>(character);
  }
  return !line.empty();
}

struct Columns {
  char separator = '|';
  std::size_t symbol = 0;
  std::optional<std::size_t> test_issue;
};

std::optional<Columns> find_columns(std::string_view heading) {
  static constexpr std::array<std::string_view, 3> symbol_headings{"Symbol", "ACT Symbol", "NASDAQ Symbol"};
  Columns columns;
  columns.separator = heading.find('|') != std::string_view::npos ? '|' : ',';
  const std::vector<std::string> names = split_fields(heading, columns.separator);
  for (const std::string_view wanted : symbol_headings) {
    const auto found = std::ranges::find(names, wanted);
    if (found == names.end()) continue;
    columns.symbol = static_cast<std::size_t>(found - names.begin());
    const auto test_issue = std::ranges::find(names, "Test Issue");
    if (test_issue != names.end()) columns.test_issue = static_cast<std::size_t>(test_issue - names.begin());
    return columns;
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> split_fields(std::string_view line, char separator) {
  std::vector<std::string> fields;
  std::string field;
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (separator == ',' && line[i] == '"') {
      if (quoted && i + 1 < line.size() && line[i + 1] == '"') {
        field += '"';
        ++i;
      } else {
        quoted = !quoted;
      }
    } else if (line[i] == separator && !quoted) {
      fields.emplace_back(trimmed(field));
      field.clear();
    } else {
      field += line[i];
    }
  }
  fields.emplace_back(trimmed(field));
  return fields;
}

Result<SymbolDirectory> read_symbol_directory(std::istream& input, std::string_view name) {
  SymbolDirectory directory;
  std::optional<Columns> columns;
  std::string line;
  for (std::uint64_t number = 1; read_line(input, line); ++number) {
    const std::string where = std::string(name) + ":" + std::to_string(number);
    if (line.size() > line_bytes_max)
      return fail(ErrorCode::internal, where + ": a line of more than 64 KiB");
    if (number == 1 && line.starts_with("\xef\xbb\xbf")) line.erase(0, 3);
    if (!columns) {
      columns = find_columns(trimmed(line));
      if (columns) continue;
      return fail(ErrorCode::internal, where + ": no heading with a column 'Symbol' or 'ACT Symbol'",
                  "it must be a Nasdaq symbol directory or a CSV with its columns");
    }
    // A spreadsheet leaves lines of separators alone where there was nothing.
    if (line.find_first_not_of(" \t\r,|") == std::string::npos || line.starts_with(trailer)) continue;
    const std::vector<std::string> fields = split_fields(trimmed(line), columns->separator);
    if (columns->test_issue && fields.size() > *columns->test_issue && fields[*columns->test_issue] == "Y") {
      ++directory.test_issues;
      continue;
    }
    const std::string text = columns->symbol < fields.size() ? fields[columns->symbol] : "";
    if (const Result<Symbol> symbol = parse_symbol(text)) {
      if (directory.symbols.size() == symbols_max)
        return fail(ErrorCode::internal, where + ": more than 1000000 symbols");
      directory.symbols.push_back(*symbol);
    } else {
      if (directory.skipped++ == 0)
        directory.first_skipped = "line " + std::to_string(number) + ": " + symbol.error().message;
    }
  }
  if (input.bad()) return fail(ErrorCode::internal, "cannot read " + std::string(name));
  if (!columns) return fail(ErrorCode::internal, std::string(name) + " is empty");
  return directory;
}

}  // namespace trade::cmd
