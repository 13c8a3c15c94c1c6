#include "run_on_stage.hpp"

#include <algorithm>

#include "command_line.hpp"

namespace trade::cmd {

namespace {

/// What a command wrote: one document; of several, one in each line, a list of them.
format::Json document_of(const std::string& output) {
  if (output.empty()) return nullptr;
  format::Json whole = format::Json::parse(output, nullptr, false);
  if (!whole.is_discarded()) return whole;
  format::Json list = format::Json::array();
  for (std::size_t begin = 0; begin < output.size();) {
    const std::size_t end = std::min(output.find('\n', begin), output.size());
    format::Json line = format::Json::parse(output.substr(begin, end - begin), nullptr, false);
    if (!line.is_discarded()) list.push_back(std::move(line));
    begin = end + 1;
  }
  return list;
}

}  // namespace

scenario::Outcome run_on_stage(Stage& stage, const std::string& account,
                               const std::vector<std::string>& words) {
  CommandLine line(words);
  Result<ExitStatus> status = line.run_on(stage, account, words);
  scenario::Outcome outcome;
  if (!status) outcome.errors.push_back(std::move(status).error());
  std::ranges::move(stage.errors, std::back_inserter(outcome.errors));
  outcome.output = document_of(stage.output);
  return outcome;
}

}  // namespace trade::cmd
