#include "scenario/report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include "format/render.hpp"

namespace trade::scenario {

namespace {

class Paint {
 public:
  explicit Paint(bool color) : color_(color) {}
  [[nodiscard]] std::string red(const std::string& text) const { return painted("31", text); }
  [[nodiscard]] std::string green(const std::string& text) const { return painted("32", text); }
  [[nodiscard]] std::string bold(const std::string& text) const { return painted("1", text); }
  [[nodiscard]] std::string dim(const std::string& text) const { return painted("2", text); }

 private:
  [[nodiscard]] std::string painted(const char* code, const std::string& text) const {
    return color_ ? std::string("\x1b[") + code + "m" + text + "\x1b[0m" : text;
  }
  bool color_;
};

std::string padded(std::string text, std::size_t width) {
  const std::size_t shown = format::display_width(text);
  if (shown < width) text.append(width - shown, ' ');
  return text;
}

std::string numbered_line(std::size_t number, const std::string& text) {
  return padded("", 4 - std::min<std::size_t>(4, std::to_string(number).size())) + std::to_string(number) +
         " | " + format::printable(text) + "\n";
}

std::string difference_text(const Difference& difference, const Paint& paint) {
  std::string text;
  if (!difference.cause.empty()) text += paint.dim(numbered_line(difference.cause_line, difference.cause));
  text += numbered_line(difference.line.number(), (difference.cause.empty() ? "" : "  ") + difference.step);
  if (!difference.bindings.empty()) text += "       with " + format::printable(difference.bindings) + "\n";
  if (!difference.message.empty())
    text += "       " + paint.red(format::printable(difference.message)) + "\n";
  std::size_t width = 0;
  for (const FieldDifference& field : difference.fields)
    width = std::max(width, format::display_width(field.path));
  for (const FieldDifference& field : difference.fields) {
    text += "       " + padded(format::printable(field.path), width) + "  expected " +
            paint.green(format::printable(field.expected)) + "\n";
    text += "       " + padded("", width) + "       got " + paint.red(format::printable(field.actual)) + "\n";
    if (!field.hint.empty()) text += "       " + padded("", width) + "           " + field.hint + "\n";
  }
  if (!difference.hint.empty()) text += "       " + paint.dim(format::printable(difference.hint)) + "\n";
  return text;
}

std::string seconds_text(double seconds) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3f", seconds);
  return text.data();
}

/// Text within XML: what it gives a meaning to is escaped, what it does not allow is left out.
std::string xml(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\n':
        result += "&#10;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) result += c;
    }
  }
  return result;
}

/// The first line of what went wrong.
std::string headline(const Difference& difference) {
  if (!difference.message.empty()) return difference.message;
  if (difference.fields.empty()) return "differs";
  const FieldDifference& field = difference.fields.front();
  return field.path + ": expected " + field.expected + ", got " + field.actual;
}

std::string plural(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  static constexpr std::array<std::string_view, 4> names{"passed", "failed", "invalid", "skipped"};
  return names[static_cast<std::size_t>(verdict)];
}

Summary summarize(std::span<const ScenarioResult> results) {
  Summary summary;
  std::string_view file;
  for (const ScenarioResult& result : results) {
    ++summary.scenarios;
    if (result.file != file) ++summary.files;
    file = result.file;
    summary.steps += result.steps;
    summary.expectations += result.expectations;
    if (result.verdict == Verdict::passed) {
      ++summary.passed;
    } else if (result.verdict == Verdict::skipped) {
      ++summary.skipped;
    } else {
      ++summary.failed;
    }
  }
  return summary;
}

std::string failure_text(const ScenarioResult& result, bool color) {
  const Paint paint(color);
  const std::string where =
      result.file + ":" + std::to_string(result.line) + ": " + format::printable(result.title) + "\n";
  if (result.verdict == Verdict::skipped)
    return "skip " + where + "       " + format::printable(result.skipped_because) + "\n";
  if (result.verdict == Verdict::passed) return {};
  std::string text = paint.red("FAIL ") + paint.bold(where);
  for (const Difference& difference : result.differences)
    text += difference_text(difference, paint);
  if (result.differences.size() >= differences_max) text += "       … and it was given up here\n";
  return text;
}

std::string summary_text(const Summary& summary, double seconds, std::uint64_t seed) {
  std::string text = plural(summary.scenarios, "scenario") + " in " + plural(summary.files, "file") + ": " +
                     std::to_string(summary.passed) + " passed";
  if (summary.failed > 0) text += ", " + std::to_string(summary.failed) + " failed";
  if (summary.skipped > 0) text += ", " + std::to_string(summary.skipped) + " skipped";
  return text + " (" + plural(summary.expectations, "expectation") + ", " + seconds_text(seconds) +
         " s, seed " + std::to_string(seed) + ")\n";
}

std::string tap_text(std::span<const ScenarioResult> results) {
  std::string text = "TAP version 13\n1.." + std::to_string(results.size()) + "\n";
  std::size_t number = 0;
  for (const ScenarioResult& result : results) {
    const bool ok = result.verdict == Verdict::passed || result.verdict == Verdict::skipped;
    std::string title = format::printable(result.file + ": " + result.title);
    std::ranges::replace(title, '#', ' ');
    text += std::string(ok ? "ok " : "not ok ") + std::to_string(++number) + " - " + title;
    if (result.verdict == Verdict::skipped) text += " # SKIP " + format::printable(result.skipped_because);
    text += "\n";
    if (ok) continue;
    text += "  ---\n  seed: " + std::to_string(result.seed) + "\n  difference: |\n";
    const std::string told = failure_text(result, false);
    for (std::size_t begin = 0; begin < told.size();) {
      const std::size_t end = told.find('\n', begin);
      text += "    " + told.substr(begin, end - begin) + "\n";
      begin = end + 1;
    }
    text += "  ...\n";
  }
  return text;
}

std::string junit_text(std::span<const ScenarioResult> results, double seconds) {
  const Summary all = summarize(results);
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"trade test\" tests=\"" +
                     std::to_string(all.scenarios) + "\" failures=\"" + std::to_string(all.failed) +
                     "\" skipped=\"" + std::to_string(all.skipped) + "\" time=\"" + seconds_text(seconds) +
                     "\">\n";
  for (std::size_t begin = 0; begin < results.size();) {
    std::size_t end = begin;
    double time = 0;
    while (end < results.size() && results[end].file == results[begin].file)
      time += results[end++].seconds;
    const std::span<const ScenarioResult> suite = results.subspan(begin, end - begin);
    const Summary sum = summarize(suite);
    text += "  <testsuite name=\"" + xml(suite.front().file) + "\" tests=\"" + std::to_string(sum.scenarios) +
            "\" failures=\"" + std::to_string(sum.failed) + "\" errors=\"0\" skipped=\"" +
            std::to_string(sum.skipped) + "\" time=\"" + seconds_text(time) + "\">\n";
    for (const ScenarioResult& result : suite) {
      text += "    <testcase classname=\"" + xml(result.file) + "\" name=\"" + xml(result.title) +
              "\" file=\"" + xml(result.file) + "\" line=\"" + std::to_string(result.line) + "\" time=\"" +
              seconds_text(result.seconds) + "\"";
      if (result.verdict == Verdict::passed) {
        text += "/>\n";
      } else if (result.verdict == Verdict::skipped) {
        text += ">\n      <skipped message=\"" + xml(result.skipped_because) + "\"/>\n    </testcase>\n";
      } else {
        text += ">\n      <failure type=\"" + std::string(name_of(result.verdict)) + "\" message=\"" +
                xml(headline(result.differences.front())) + "\">" + xml(failure_text(result, false)) +
                "</failure>\n    </testcase>\n";
      }
    }
    text += "  </testsuite>\n";
    begin = end;
  }
  return text + "</testsuites>\n";
}

format::Json json_of(const ScenarioResult& result) {
  format::Json json;
  json["file"] = result.file;
  json["line"] = result.line;
  json["scenario"] = result.title;
  json["verdict"] = name_of(result.verdict);
  json["steps"] = result.steps;
  json["expectations"] = result.expectations;
  json["seconds"] = result.seconds;
  json["seed"] = result.seed;
  json["skipped_because"] = format::text_or_null(result.skipped_because);
  json["differences"] = format::Json::array();
  for (const Difference& difference : result.differences) {
    format::Json one;
    one["line"] = difference.line.number();
    one["step"] = difference.step;
    one["message"] = format::text_or_null(difference.message);
    one["fields"] = format::Json::array();
    for (const FieldDifference& field : difference.fields) {
      format::Json entry;
      entry["field"] = field.path;
      entry["expected"] = field.expected;
      entry["actual"] = field.actual;
      one["fields"].push_back(std::move(entry));
    }
    json["differences"].push_back(std::move(one));
  }
  return json;
}

}  // namespace trade::scenario
