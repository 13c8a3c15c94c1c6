// Scenarios as they are read: the steps of each, in order, with where each stands in its file. What the
// language means is in trade-scenario(5).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace trade::scenario {

// Bounds of what is read; passing one is an error that says so.
constexpr std::size_t file_bytes_max = std::size_t{4} << 20;
constexpr std::size_t line_bytes_max = 4'096;
constexpr std::size_t steps_max = 200'000;  ///< of one file, loops written out
constexpr std::size_t include_depth_max = 16;
constexpr std::size_t loop_depth_max = 8;

struct SourceFile {
  std::filesystem::path path;  ///< as it was named
  std::vector<std::string> lines;
};

/// A line, and the file that it stands in.
struct SourceLine {
  std::shared_ptr<const SourceFile> file;
  std::size_t index = 0;  ///< from 0

  [[nodiscard]] const std::string& text() const { return file->lines[index]; }
  [[nodiscard]] std::size_t number() const { return index + 1; }
  /// "orders.scenario:12"
  [[nodiscard]] std::string place() const { return file->path.string() + ":" + std::to_string(number()); }
};

/// The values of the loops that a step stands in.
using Bindings = std::map<std::string, std::string, std::less<>>;

enum class Comparison : std::uint8_t { equal, not_equal, less, less_or_equal, greater, greater_or_equal };

/// "status=filled": one field and what is expected of it.
struct FieldExpectation {
  std::string path;
  Comparison comparison = Comparison::equal;
  std::string value;
  std::size_t value_begin = 0;  ///< of the value's bytes in the line
  std::size_t value_end = 0;
};

enum class StepKind : std::uint8_t {
  at,              ///< words: [date] time, or "next open", "next close"
  advance,         ///< words: duration
  calendar,        ///< words: always or us
  let,             ///< words: name, value
  command,         ///< words: those of the command line, without `trade`
  expect_result,   ///< fields of what the last command printed
  expect_query,    ///< words: the question; fields of its answer
  expect_refusal,  ///< words: a command; `refusal` how it is refused
  venue,           ///< words: how the venue is to behave
};

struct Step {
  StepKind kind = StepKind::command;
  SourceLine line;
  std::shared_ptr<const Bindings> bindings;  ///< null outside of loops
  std::string variable;                      ///< takes the id of what came of the command; empty: none
  std::string delay;                         ///< of a command that is to come later; empty: now
  std::string account;                       ///< empty: none named
  std::vector<std::string> words;
  std::string refusal;  ///< the reason's name; empty: any
  std::vector<FieldExpectation> fields;
};

struct Scenario {
  std::string title;
  SourceLine line;  ///< where it begins
  std::vector<Step> steps;
};

/// All scenarios of a file. An error names the file and the line.
Result<std::vector<Scenario>> load_file(const std::filesystem::path& path);
/// The same of a text; what it includes is looked for beside `path`.
Result<std::vector<Scenario>> parse_text(const std::filesystem::path& path, std::string_view text);

/// The files that a list of files and directories stands for: of a directory, every *.scenario under it in
/// the order of their names.
Result<std::vector<std::filesystem::path>> find_files(const std::vector<std::string>& names);

/// The step in words: "as alice: place buy 60 AAPL".
std::string describe(const Step& step);

}  // namespace trade::scenario
