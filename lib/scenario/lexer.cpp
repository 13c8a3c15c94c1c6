#include "scenario/lexer.hpp"

#include <algorithm>

namespace trade::scenario {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_name_character(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

Result<std::vector<Word>> split_words(std::string_view line) {
  std::vector<Word> words;
  std::size_t i = 0;
  for (;;) {
    while (i < line.size() && is_blank(line[i]))
      ++i;
    if (i == line.size() || line[i] == '#') return words;
    Word word;
    word.begin = i;
    while (i < line.size() && !is_blank(line[i])) {
      const char quote = line[i];
      if (quote != '"' && quote != '\'') {
        word.text += line[i++];
        continue;
      }
      for (++i; i < line.size() && line[i] != quote; ++i) {
        if (quote == '"' && line[i] == '\\' && i + 1 < line.size()) ++i;
        word.text += line[i];
      }
      if (i == line.size()) {
        return fail(ErrorCode::usage, std::string("a quote that begins with ") + quote + " does not end",
                    "close it on the same line");
      }
      ++i;
    }
    word.end = i;
    words.push_back(std::move(word));
  }
}

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(" \t"), line.size());
}

std::string quoted_words(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ' ';
    if (!word.empty() && word.front() != '#' && word.find_first_of(" \t\r\"'\\") == std::string::npos) {
      text += word;
      continue;
    }
    text += '"';
    for (const char c : word) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  return text;
}

bool is_variable_name(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, is_name_character);
}

Result<std::string> substitute(std::string_view text, const Lookup& lookup) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != '$') {
      result += text[i++];
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == '$') {
      result += '$';
      i += 2;
      continue;
    }
    const bool braced = i + 1 < text.size() && text[i + 1] == '{';
    const std::size_t begin = i + (braced ? 2 : 1);
    std::size_t end = begin;
    while (end < text.size() && is_name_character(text[end]))
      ++end;
    const std::string_view name = text.substr(begin, end - begin);
    const bool closed = !braced || (end < text.size() && text[end] == '}');
    if (!is_variable_name(name) || !closed) {
      return fail(ErrorCode::usage, "a $ that begins no variable: '" + std::string(text.substr(0, 80)) + "'",
                  "write $name or ${name}, and $$ for a dollar sign");
    }
    std::optional<std::string> value = lookup(name);
    if (!value) {
      return fail(ErrorCode::usage, "no variable $" + std::string(name),
                  "give it a value first: let " + std::string(name) + " = VALUE, or $" + std::string(name) +
                      " = place …");
    }
    result += *value;
    i = end + (braced ? 1 : 0);
  }
  return result;
}

}  // namespace trade::scenario
