// trade version and trade help.
#include <algorithm>

#include "app/daemon.hpp"
#include "arguments.hpp"
#include "command_line.hpp"
#include "commands.hpp"
#include "format/nearest.hpp"
#include "help.hpp"

namespace trade::cmd {

namespace {

Result<ExitStatus> show_version(Context& context) {
  Output& output = context.output();
  if (output.mode() == format::OutputMode::table) {
    output.write("trade " + std::string(app::version()) + "\n");
    return ExitStatus::done;
  }
  format::Json record;
  record["version"] = app::version();
  output.record(record);
  return ExitStatus::done;
}

Result<ExitStatus> show_help(Context& context, const std::vector<std::string>& words) {
  const CommandLine line;
  if (context.output().mode() != format::OutputMode::table) {
    const std::vector<format::Json> records = command_records(line);
    const format::Layout layout{"commands", {}, format::field_names(records.front())};
    context.output().list(layout, records);
    return ExitStatus::done;
  }
  if (words.empty()) {
    context.output().write(full_help(line));
    return ExitStatus::done;
  }
  const auto topics = help_topics();
  const auto topic = std::ranges::find(topics, words.front(), &HelpTopic::name);
  if (words.size() == 1 && topic != topics.end() && line.find(words.front()) == nullptr) {
    context.output().write(std::string(topic->text));
    return ExitStatus::done;
  }
  std::string parent;
  std::string path;
  for (const std::string& word : words) {
    parent = path;
    path += (path.empty() ? "" : " ") + word;
    if (line.find(path) != nullptr) continue;
    if (parent.empty()) {
      std::vector<std::string> names;
      for (const HelpTopic& each : topics)
        names.emplace_back(each.name);
      if (const std::string near = format::nearest(word, names); !near.empty())
        return fail(ErrorCode::usage, "no command or topic '" + word.substr(0, 40) + "'",
                    "did you mean 'trade help " + near + "'?");
    }
    return std::unexpected(line.unknown_command(parent, word));
  }
  context.output().write(command_help(line, *line.find(path)));
  return ExitStatus::done;
}

}  // namespace

Handler define_version(CLI::App&) {
  return show_version;
}

Handler define_help(CLI::App& app) {
  auto words = std::make_shared<std::vector<std::string>>();
  add_values(app, "command", *words, parse_text, command_kind, "Which command, or a topic");
  return [words](Context& context) { return show_help(context, *words); };
}

}  // namespace trade::cmd
