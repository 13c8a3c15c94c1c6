// Scenario files, and the values in them.
#include <string>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "scenario/lexer.hpp"
#include "scenario/scenario.hpp"
#include "scenario/value.hpp"

namespace {

using namespace trade;

void file(std::string_view text) {
  const auto scenarios = scenario::parse_text("/nowhere/fuzz.scenario", text);
  if (!scenarios) {
    fuzz::require(!scenarios.error().message.empty(), "an error says what is wrong");
    return;
  }
  std::size_t steps = 0;
  for (const scenario::Scenario& one : *scenarios) {
    steps += one.steps.size();
    for (const scenario::Step& step : one.steps) {
      fuzz::require(step.line.number() <= step.line.file->lines.size(), "a step stands in its file");
      static_cast<void>(scenario::describe(step));
      for (const scenario::FieldExpectation& field : step.fields) {
        fuzz::require(field.value_begin <= field.value_end && field.value_end <= step.line.text().size(),
                      "a value stands in its line");
        static_cast<void>(scenario::matches("150.10", field.comparison, field.value));
        static_cast<void>(scenario::matches("2026-03-02T14:30:00.000000000Z", field.comparison, field.value));
      }
    }
  }
  fuzz::require(steps <= scenario::steps_max, "steps are bounded");
}

void words(std::string_view line) {
  const auto split = scenario::split_words(line);
  if (!split) return;
  std::vector<std::string> texts;
  for (const scenario::Word& word : *split)
    texts.push_back(word.text);
  const std::string quoted = scenario::quoted_words(texts);
  const auto again = scenario::split_words(quoted);
  fuzz::require(again && again->size() == texts.size(), "quoted words are as many as before");
  for (std::size_t i = 0; i < texts.size(); ++i)
    fuzz::require((*again)[i].text == texts[i], "quoted words are what they were");
  static_cast<void>(scenario::parse_duration(line));
  static_cast<void>(scenario::parse_moment(texts, Timestamp{1'772'461'800'000'000'000}));
  static_cast<void>(
      scenario::substitute(line, [](std::string_view) { return std::optional<std::string>("1"); }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  if (input.take_byte() % 2 == 0) {
    file(input.text());
  } else {
    words(input.text());
  }
  return 0;
}
