#include "scenario/update.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <system_error>
#include <tuple>

#include "format/render.hpp"
#include "scenario/lexer.hpp"

namespace trade::scenario {

namespace {

/// Bytes of a line, and what is to stand there.
struct Edit {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string text;
};

using Place = std::pair<std::string, std::size_t>;  // file and line index

class Edits {
 public:
  void add(const SourceLine& line, Edit edit) {
    const Place place{line.file->path.string(), line.index};
    lines_.emplace(place, line);
    std::map<std::pair<std::size_t, std::size_t>, std::string>& of_line = edits_[place];
    const auto [known, added] = of_line.emplace(std::pair{edit.begin, edit.end}, edit.text);
    if (!added && known->second != edit.text) ambiguous_.insert(place);
  }

  /// This came as it is written, at least once.
  void hold(const Held& held) {
    held_.insert({{held.line.file->path.string(), held.line.index}, held.begin});
  }

  void leave_out(const SourceLine& line, const std::string& why) {
    left_out_.insert(line.place() + ": " + why);
  }

  Update take() {
    Update update;
    for (const auto& [place, of_line] : edits_) {
      const SourceLine& line = lines_.at(place);
      const bool partly_held = std::ranges::any_of(
          of_line, [&](const auto& edit) { return held_.contains({place, edit.first.first}); });
      if (partly_held || ambiguous_.contains(place)) {
        leave_out(line, "a loop came to several values here");
        continue;
      }
      std::string text = line.text();
      for (auto edit = of_line.rbegin(); edit != of_line.rend(); ++edit)
        text.replace(edit->first.first, edit->first.second - edit->first.first, edit->second);
      update.changes.push_back({line, std::move(text)});
    }
    update.left_out.assign(left_out_.begin(), left_out_.end());
    return update;
  }

 private:
  std::map<Place, std::map<std::pair<std::size_t, std::size_t>, std::string>> edits_;
  std::map<Place, SourceLine> lines_;
  std::set<Place> ambiguous_;
  std::set<std::pair<Place, std::size_t>> held_;
  std::set<std::string> left_out_;
};

/// Where the command of a step begins, behind "expect rejected REASON:" or at the line's own beginning.
std::size_t refusal_end(const std::string& text) {
  const std::size_t begin = indent_of(text);
  if (!text.substr(begin).starts_with("expect")) return begin;
  const std::size_t colon = text.find(':', begin);
  return colon == std::string::npos ? begin : text.find_first_not_of(' ', colon + 1);
}

void add_edits(const Difference& difference, Edits& edits) {
  const std::string& text = difference.line.text();
  const std::size_t begin = indent_of(text);
  if (difference.reason == error_code_name(ErrorCode::usage)) {
    edits.leave_out(difference.line, "a command that makes no sense is to be mended");
    return;
  }
  if (difference.refusal == RefusalDifference::unexpected) {
    if (text[begin] == '$' || text.substr(begin).starts_with("in ")) {
      edits.leave_out(difference.line, "only a command by itself can be expected to be refused");
      return;
    }
    edits.add(difference.line, {begin, begin, "expect rejected " + difference.reason + ": "});
    return;
  }
  if (difference.refusal == RefusalDifference::missing) {
    edits.add(difference.line, {begin, refusal_end(text), ""});
    return;
  }
  if (difference.fields.empty()) edits.leave_out(difference.line, difference.message);
  for (const FieldDifference& field : difference.fields) {
    if (field.value_end == 0) {
      edits.leave_out(difference.line, field.path + " is no plain value");
    } else {
      edits.add(difference.line, {field.value_begin, field.value_end, quoted_words({field.actual})});
    }
  }
}

}  // namespace

Update make_update(std::span<const ScenarioResult> results) {
  Edits edits;
  for (const ScenarioResult& result : results) {
    for (const Difference& difference : result.differences)
      add_edits(difference, edits);
    for (const Held& held : result.held)
      edits.hold(held);
  }
  return edits.take();
}

std::string update_text(const Update& update, bool color) {
  std::string text;
  for (const LineChange& change : update.changes) {
    text += change.line.place() + "\n";
    text +=
        (color ? "\x1b[31m-" : "-") + format::printable(change.line.text()) + (color ? "\x1b[0m\n" : "\n");
    text += (color ? "\x1b[32m+" : "+") + format::printable(change.text) + (color ? "\x1b[0m\n" : "\n");
  }
  for (const std::string& left : update.left_out)
    text += "left as it is: " + format::printable(left) + "\n";
  return text;
}

Status write_update(const Update& update) {
  for (std::size_t begin = 0; begin < update.changes.size();) {
    const std::shared_ptr<const SourceFile>& file = update.changes[begin].line.file;
    std::vector<std::string> lines = file->lines;
    std::size_t end = begin;
    for (; end < update.changes.size() && update.changes[end].line.file->path == file->path; ++end)
      lines[update.changes[end].line.index] = update.changes[end].text;
    begin = end;
    const std::filesystem::path fresh = file->path.string() + ".new";
    std::ofstream stream(fresh, std::ios::binary | std::ios::trunc);
    for (const std::string& line : lines)
      stream << line << '\n';
    stream.close();
    std::error_code error;
    if (stream) std::filesystem::rename(fresh, file->path, error);
    if (!stream || error) return fail(ErrorCode::internal, "cannot write " + file->path.string());
  }
  return {};
}

}  // namespace trade::scenario
