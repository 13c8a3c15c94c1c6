// From text to scenarios: includes are taken in, loops written out, and each line becomes a step.
#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>

#include "scenario/lexer.hpp"
#include "scenario/scenario.hpp"

namespace trade::scenario {

namespace {

namespace fs = std::filesystem;

/// A line in words, before its loops are written out.
struct Line {
  SourceLine source;
  std::vector<Word> words;
};

std::unexpected<Error> at_line(const SourceLine& line, Error error) {
  error.message = line.place() + ": " + error.message;
  return std::unexpected(std::move(error));
}

std::unexpected<Error> wrong(const SourceLine& line, std::string message, std::string hint = {}) {
  return at_line(line, fail(ErrorCode::usage, std::move(message), std::move(hint)).error());
}

bool is_word(const Line& line, std::size_t index, std::string_view text) {
  return index < line.words.size() && line.words[index].text == text;
}

// --- reading, with includes ---

Result<std::string> read_text(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  if (!stream || fs::is_directory(path)) {
    return fail(ErrorCode::not_found, "no file " + path.string(), "is the name right?");
  }
  text << stream.rdbuf();
  if (text.view().size() > file_bytes_max) {
    return fail(ErrorCode::usage,
                path.string() + " has more than " + std::to_string(file_bytes_max) + " bytes", "split it");
  }
  return std::move(text).str();
}

std::shared_ptr<const SourceFile> split_lines(const fs::path& path, std::string_view text) {
  auto file = std::make_shared<SourceFile>();
  file->path = path;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    file->lines.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return file;
}

Status append_lines(const std::shared_ptr<const SourceFile>& file, std::size_t depth,
                    std::vector<Line>& lines);

Status include(const Line& line, std::size_t depth, std::vector<Line>& lines) {
  if (line.words.size() != 2) return wrong(line.source, "include takes one file");
  if (depth == include_depth_max) {
    return wrong(line.source,
                 "files include each other more than " + std::to_string(include_depth_max) + " deep",
                 "does one include itself?");
  }
  const fs::path path = line.source.file->path.parent_path() / line.words[1].text;
  Result<std::string> text = read_text(path);
  if (!text) return at_line(line.source, text.error());
  return append_lines(split_lines(path, *text), depth + 1, lines);
}

/// The title of a scenario is all that is left of its line, quotes and number signs as they are.
Result<std::vector<Word>> split_line(const std::string& text) {
  constexpr std::string_view keyword = "scenario";
  const std::size_t begin = indent_of(text);
  const std::size_t end = begin + keyword.size();
  if (text.compare(begin, keyword.size(), keyword) != 0) return split_words(text);
  if (end < text.size() && text[end] != ' ' && text[end] != '\t') return split_words(text);
  std::vector<Word> words{{std::string(keyword), begin, end}};
  const std::size_t first = text.find_first_not_of(" \t", end);
  const std::size_t last = text.find_last_not_of(" \t\r");
  if (first <= last) words.push_back({text.substr(first, last + 1 - first), first, last + 1});
  return words;
}

Status append_lines(const std::shared_ptr<const SourceFile>& file, std::size_t depth,
                    std::vector<Line>& lines) {
  for (std::size_t i = 0; i < file->lines.size(); ++i) {
    Line line{{file, i}, {}};
    if (file->lines[i].size() > line_bytes_max) {
      return wrong(line.source, "a line of more than " + std::to_string(line_bytes_max) + " bytes");
    }
    Result<std::vector<Word>> words = split_line(file->lines[i]);
    if (!words) return at_line(line.source, words.error());
    if (words->empty()) continue;
    line.words = *std::move(words);
    if (is_word(line, 0, "scenario") && depth > 0) {
      return wrong(line.source, "an included file has steps, not scenarios of its own");
    }
    if (!is_word(line, 0, "include")) {
      lines.push_back(std::move(line));
    } else if (Status included = include(line, depth, lines); !included) {
      return included;
    }
    if (lines.size() > steps_max)
      return wrong({file, i}, "more than " + std::to_string(steps_max) + " lines");
  }
  return {};
}

// --- one line ---

constexpr std::array<std::string_view, 12> query_names{"account", "fills",     "market", "order",
                                                       "orders",  "portfolio", "quote",  "depth",
                                                       "routes",  "rules",     "symbol", "tape"};

/// "status=filled"
Result<FieldExpectation> parse_field(const Word& word, std::string_view raw) {
  static constexpr std::array<std::pair<std::string_view, Comparison>, 6> operators{
      {{"!=", Comparison::not_equal},
       {"<=", Comparison::less_or_equal},
       {">=", Comparison::greater_or_equal},
       {"=", Comparison::equal},
       {"<", Comparison::less},
       {">", Comparison::greater}}};
  const std::size_t at = word.text.find_first_of("!<>=");
  if (at != std::string::npos && at > 0) {
    for (const auto& [sign, comparison] : operators) {
      if (!std::string_view(word.text).substr(at).starts_with(sign)) continue;
      FieldExpectation field{word.text.substr(0, at), comparison, word.text.substr(at + sign.size())};
      if (field.value.empty()) break;
      // The path has no quotes, so in the line, too, the value begins behind the sign.
      field.value_begin = raw.find(sign, word.begin) + sign.size();
      field.value_end = word.end;
      return field;
    }
  }
  return fail(ErrorCode::usage, "not FIELD=VALUE: '" + word.text + "'",
              "such as status=filled, equity>=1000, average_price=150.10+-0.01 or price=none");
}

/// What follows the colon of `as ACCOUNT:`, `in DURATION:` and the like, and what stands between.
std::optional<std::string> labelled(const Line& line, std::size_t index, std::string_view keyword) {
  if (!is_word(line, index, keyword) || index + 1 >= line.words.size()) return std::nullopt;
  const std::string& word = line.words[index + 1].text;
  if (word.size() < 2 || !word.ends_with(':')) return std::nullopt;
  return word.substr(0, word.size() - 1);
}

/// "[in DURATION:] [as ACCOUNT:] COMMAND" from a word on.
Status parse_command(const Line& line, std::size_t index, bool may_wait, Step& step) {
  if (const auto delay = labelled(line, index, "in"); delay && may_wait) {
    step.delay = *delay;
    index += 2;
  }
  if (const auto account = labelled(line, index, "as")) {
    step.account = *account;
    index += 2;
  }
  for (; index < line.words.size(); ++index)
    step.words.push_back(line.words[index].text);
  if (step.words.empty()) return wrong(line.source, "no command", "such as: as alice: place buy 10 AAPL");
  if (step.words.front() == "trade") {
    return wrong(line.source, "a command of a scenario is written without 'trade'",
                 "leave the first word out");
  }
  return {};
}

Status parse_fields(const Line& line, std::size_t index, Step& step) {
  if (index == line.words.size()) {
    return wrong(line.source, "nothing is expected", "add FIELD=VALUE, or FIELD=? and run with --update");
  }
  for (; index < line.words.size(); ++index) {
    Result<FieldExpectation> field = parse_field(line.words[index], line.source.text());
    if (!field) return at_line(line.source, field.error());
    step.fields.push_back(*std::move(field));
  }
  return {};
}

/// The index of the word that ends with a colon, from `index` on.
std::optional<std::size_t> find_colon(const Line& line, std::size_t index) {
  for (; index < line.words.size(); ++index) {
    if (line.words[index].text.ends_with(':')) return index;
  }
  return std::nullopt;
}

Status parse_expect(const Line& line, Step& step) {
  const std::vector<Word>& words = line.words;
  if (words.size() < 2) return wrong(line.source, "expect what?", "such as: expect status=filled");
  const std::string& first = words[1].text;
  if (first == "rejected" || first == "rejected:") {
    step.kind = StepKind::expect_refusal;
    const std::size_t colon = first.ends_with(':') ? 1 : 2;
    if (colon >= words.size() || !words[colon].text.ends_with(':')) {
      return wrong(line.source, "'expect rejected' needs a colon before the command",
                   "such as: expect rejected lot_size: as alice: place buy 7 AAPL");
    }
    if (colon == 2) step.refusal = words[2].text.substr(0, words[2].text.size() - 1);
    return parse_command(line, colon + 1, false, step);
  }
  const std::string query = first.ends_with(':') ? first.substr(0, first.size() - 1) : first;
  if (std::ranges::find(query_names, query) == query_names.end()) {
    step.kind = StepKind::expect_result;
    return parse_fields(line, 1, step);
  }
  step.kind = StepKind::expect_query;
  const std::optional<std::size_t> colon = find_colon(line, 1);
  if (!colon) {
    return wrong(line.source, "'expect " + query + "' needs a colon before what is expected",
                 "such as: expect portfolio alice: AAPL=60");
  }
  for (std::size_t i = 1; i <= *colon; ++i)
    step.words.push_back(words[i].text);
  step.words.back().pop_back();
  if (step.words.back().empty()) step.words.pop_back();
  return parse_fields(line, *colon + 1, step);
}

Status parse_let(const Line& line, Step& step) {
  step.kind = StepKind::let;
  if (line.words.size() != 4 || !is_word(line, 2, "=") || !is_variable_name(line.words[1].text)) {
    return wrong(line.source, "not 'let NAME = VALUE'", "such as: let size = 100");
  }
  step.words = {line.words[1].text, line.words[3].text};
  return {};
}

Result<Step> parse_step(const Line& line) {
  Step step;
  step.line = line.source;
  const std::string& first = line.words.front().text;
  const auto rest = [&](StepKind kind) {
    step.kind = kind;
    for (std::size_t i = 1; i < line.words.size(); ++i)
      step.words.push_back(line.words[i].text);
  };
  Status parsed;
  if (first == "expect") {
    parsed = parse_expect(line, step);
  } else if (first == "let") {
    parsed = parse_let(line, step);
  } else if (first == "at") {
    rest(StepKind::at);
    if (step.words.empty() || step.words.size() > 2) {
      parsed = wrong(line.source, "not 'at [DATE] TIME'", "such as: at 09:30:00, or: at next close");
    }
  } else if (first == "advance" || first == "calendar") {
    rest(first == "advance" ? StepKind::advance : StepKind::calendar);
    if (step.words.size() != 1) parsed = wrong(line.source, first + " takes one word");
  } else if (first == "venue") {
    rest(StepKind::venue);
    if (step.words.empty()) parsed = wrong(line.source, "venue does what?", "see trade-scenario(5)");
  } else if (first.starts_with('$') && is_word(line, 1, "=")) {
    step.variable = first.substr(1);
    parsed = is_variable_name(step.variable) ? parse_command(line, 2, true, step)
                                             : wrong(line.source, "not a variable's name: '" + first + "'");
  } else {
    parsed = parse_command(line, 0, true, step);
  }
  if (!parsed) return pass_on(std::move(parsed));
  return step;
}

// --- loops and scenarios ---

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

class Expansion {
 public:
  explicit Expansion(const std::vector<Line>& lines) : lines_(lines) {}

  Status run() { return expand(0, lines_.size(), nullptr, 0); }

  std::vector<Scenario> take(const std::shared_ptr<const SourceFile>& file) {
    if (scenarios_.empty() && !before_.empty()) {
      scenarios_.push_back({file->path.stem().string(), before_.front().line, {}});
    }
    for (Scenario& scenario : scenarios_)
      scenario.steps.insert(scenario.steps.begin(), before_.begin(), before_.end());
    return std::move(scenarios_);
  }

 private:
  using Shared = std::shared_ptr<const Bindings>;

  Status expand(std::size_t begin, std::size_t end, const Shared& bindings, std::size_t depth) {
    for (std::size_t i = begin; i < end; ++i) {
      const Line& line = lines_[i];
      if (is_word(line, 0, "scenario")) {
        if (Status begun = begin_scenario(line, bindings); !begun) return begun;
      } else if (is_word(line, 0, "for")) {
        Result<std::size_t> last = expand_loop(i, end, bindings, depth);
        if (!last) return pass_on(std::move(last));
        i = *last;
      } else if ((is_word(line, 0, "do") || is_word(line, 0, "end")) && line.words.size() == 1) {
        return wrong(line.source, "'" + line.words[0].text + "' without a 'for'");
      } else {
        Result<Step> step = parse_step(line);
        if (!step) return pass_on(std::move(step));
        step->bindings = bindings;
        if (++steps_ > steps_max) {
          return wrong(line.source, "more than " + std::to_string(steps_max) + " steps, loops written out");
        }
        (scenarios_.empty() ? before_ : scenarios_.back().steps).push_back(*std::move(step));
      }
    }
    return {};
  }

  static Result<std::string> with_bindings(const std::string& text, const Shared& bindings) {
    return substitute(text, [&](std::string_view name) -> std::optional<std::string> {
      if (bindings != nullptr) {
        if (const auto found = bindings->find(name); found != bindings->end()) return found->second;
      }
      return std::nullopt;
    });
  }

  Status begin_scenario(const Line& line, const Shared& bindings) {
    if (line.words.size() < 2) return wrong(line.source, "a scenario needs a title");
    Result<std::string> written = with_bindings(line.words[1].text, bindings);
    if (!written) return at_line(line.source, written.error());
    scenarios_.push_back({*std::move(written), line.source, {}});
    return {};
  }

  /// The index of the `end` that belongs to the `for` at `index`.
  [[nodiscard]] Result<std::size_t> find_end(std::size_t index, std::size_t end) const {
    std::size_t depth = 0;
    for (std::size_t i = index; i < end; ++i) {
      if (is_word(lines_[i], 0, "for")) ++depth;
      if (is_word(lines_[i], 0, "end") && lines_[i].words.size() == 1 && --depth == 0) return i;
    }
    return wrong(lines_[index].source, "a 'for' without its 'end'");
  }

  /// The names of "for NAME[, NAME…] in", and where the words behind them begin.
  static Result<std::vector<std::string>> loop_names(const Line& line, std::size_t& behind) {
    std::vector<std::string> names;
    for (std::size_t i = 1; i < line.words.size(); ++i) {
      std::string name = line.words[i].text;
      if (name == "in" && !names.empty()) {
        behind = i + 1;
        return names;
      }
      if (name.ends_with(',')) name.pop_back();
      if (!is_variable_name(name)) return wrong(line.source, "not a variable's name: '" + name + "'");
      names.push_back(std::move(name));
    }
    return wrong(line.source, "not 'for NAME, … in'",
                 "rows follow on the next lines, then 'do', the steps, 'end'");
  }

  using Rows = std::vector<std::vector<std::string>>;

  /// "for NAME in VALUE… do", a value also as FIRST..LAST
  static Result<Rows> values_in_line(const Line& line, std::size_t behind, std::size_t names) {
    if (line.words.back().text != "do")
      return wrong(line.source, "the line of a loop's values ends with 'do'");
    if (names != 1) return wrong(line.source, "values in one line are for one name", "write them as rows");
    Rows rows;
    for (std::size_t i = behind; i + 1 < line.words.size(); ++i) {
      const std::string& text = line.words[i].text;
      const std::size_t dots = text.find("..");
      const auto first = dots == std::string::npos ? std::nullopt : whole_number(text.substr(0, dots));
      const auto last = dots == std::string::npos ? std::nullopt : whole_number(text.substr(dots + 2));
      if (!first || !last) {
        rows.push_back({text});
        continue;
      }
      if (*first > *last || *last - *first >= static_cast<std::int64_t>(steps_max)) {
        return wrong(line.source, "not a range: '" + text + "'");
      }
      for (std::int64_t number = *first; number <= *last; ++number)
        rows.push_back({std::to_string(number)});
    }
    return rows;
  }

  Result<Rows> rows_below(std::size_t index, std::size_t end, const std::vector<std::string>& names,
                          std::size_t& body) const {
    Rows rows;
    for (std::size_t i = index + 1; i < end; ++i) {
      if (is_word(lines_[i], 0, "do") && lines_[i].words.size() == 1) {
        body = i + 1;
        return rows;
      }
      std::vector<std::string> row;
      for (const Word& word : lines_[i].words) {
        if (word.text != "|") row.push_back(word.text);
      }
      if (row.size() != names.size()) {
        return wrong(lines_[i].source,
                     "a row of " + std::to_string(row.size()) + " values for " +
                         std::to_string(names.size()) + " names",
                     "'do' ends the rows; a value with blanks is quoted");
      }
      rows.push_back(std::move(row));
    }
    return wrong(lines_[index].source, "a 'for' without its 'do'");
  }

  /// Writes a loop out; returns the index of its `end`.
  Result<std::size_t> expand_loop(std::size_t index, std::size_t end, const Shared& bindings,
                                  std::size_t depth) {
    const Line& line = lines_[index];
    if (depth == loop_depth_max)
      return wrong(line.source, "loops more than " + std::to_string(loop_depth_max) + " deep");
    Result<std::size_t> last = find_end(index, end);
    if (!last) return last;
    std::size_t behind = 0;
    Result<std::vector<std::string>> names = loop_names(line, behind);
    if (!names) return pass_on(std::move(names));
    std::size_t body = index + 1;
    Result<Rows> rows = behind < line.words.size() ? values_in_line(line, behind, names->size())
                                                   : rows_below(index, *last, *names, body);
    if (!rows) return pass_on(std::move(rows));
    for (const std::vector<std::string>& row : *rows) {
      auto bound = bindings == nullptr ? std::make_shared<Bindings>() : std::make_shared<Bindings>(*bindings);
      for (std::size_t i = 0; i < row.size(); ++i) {
        Result<std::string> value = with_bindings(row[i], bindings);
        if (!value) return at_line(line.source, value.error());
        (*bound)[(*names)[i]] = *std::move(value);
      }
      if (Status expanded = expand(body, *last, bound, depth + 1); !expanded)
        return pass_on(std::move(expanded));
    }
    return last;
  }

  const std::vector<Line>& lines_;
  std::vector<Step> before_;  ///< before the first scenario: of every one
  std::vector<Scenario> scenarios_;
  std::size_t steps_ = 0;
};

}  // namespace

Result<std::vector<Scenario>> parse_text(const fs::path& path, std::string_view text) {
  const std::shared_ptr<const SourceFile> file = split_lines(path, text);
  std::vector<Line> lines;
  if (Status read = append_lines(file, 0, lines); !read) return pass_on(std::move(read));
  Expansion expansion(lines);
  if (Status expanded = expansion.run(); !expanded) return pass_on(std::move(expanded));
  return expansion.take(file);
}

Result<std::vector<Scenario>> load_file(const fs::path& path) {
  Result<std::string> text = read_text(path);
  if (!text) return pass_on(std::move(text));
  return parse_text(path, *text);
}

Result<std::vector<fs::path>> find_files(const std::vector<std::string>& names) {
  std::vector<fs::path> files;
  for (const std::string& name : names) {
    std::error_code error;
    if (!fs::is_directory(name, error)) {
      if (!fs::exists(name, error))
        return fail(ErrorCode::not_found, "no file or directory " + name, "is the name right?");
      files.emplace_back(name);
      continue;
    }
    std::vector<fs::path> found;
    for (fs::recursive_directory_iterator entry(name, error), end; entry != end && !error;
         entry.increment(error)) {
      if (entry->path().extension() == ".scenario" && entry->is_regular_file(error))
        found.push_back(entry->path());
    }
    if (error) return fail(ErrorCode::internal, "cannot read directory " + name + ": " + error.message());
    std::ranges::sort(found);
    std::ranges::move(found, std::back_inserter(files));
  }
  return files;
}

std::string describe(const Step& step) {
  const std::string& text = step.line.text();
  return text.substr(indent_of(text));
}

}  // namespace trade::scenario
