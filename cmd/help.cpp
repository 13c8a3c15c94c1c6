#include "help.hpp"

#include <algorithm>
#include <ranges>

#include "completion_tables.hpp"

namespace trade::cmd {

namespace {

constexpr std::size_t left_width_max = 30;

struct HelpRow {
  std::string left;
  std::string right;
};

std::string upper_case(std::string text) {
  for (char& character : text) {
    if (character >= 'a' && character <= 'z') character = static_cast<char>(character - 'a' + 'A');
  }
  return text;
}

/// How an argument is written in a usage line: "QUANTITY", "buy|sell", "ID...".
std::string argument_name(const CLI::Option& option) {
  std::string name = upper_case(option.get_name(true));
  if (option.get_type_name().find('|') != std::string::npos) name = option.get_type_name();
  return option.get_items_expected_max() > 1 ? name + "..." : name;
}

/// "-o, --output table|json|jsonl|csv"
std::string option_name(const CLI::Option& option) {
  std::string text;
  for (const std::string& name : option.get_snames())
    text += (text.empty() ? "-" : ", -") + name;
  for (const std::string& name : option.get_lnames())
    text += (text.empty() ? "--" : ", --") + name;
  if (option.get_items_expected_max() > 0) text += " " + option.get_type_name();
  if (option.get_items_expected_max() > 1) text += "...";
  return text;
}

std::string rows_text(const std::vector<HelpRow>& rows) {
  std::size_t width = 0;
  for (const HelpRow& row : rows) {
    if (row.left.size() <= left_width_max) width = std::max(width, row.left.size());
  }
  std::string text;
  for (const HelpRow& row : rows) {
    text += "  " + row.left;
    if (row.left.size() > width) {
      text += "\n  " + std::string(width, ' ');
    } else {
      text += std::string(width - row.left.size(), ' ');
    }
    text += "  " + row.right + "\n";
  }
  return text;
}

std::vector<HelpRow> option_rows(const CLI::App& app) {
  std::vector<HelpRow> rows;
  for (const CLI::Option* option : app.get_options()) {
    if (option->nonpositional()) rows.push_back({option_name(*option), option->get_description()});
  }
  return rows;
}

std::string usage_line(const CommandLine::Command& command) {
  std::string text = "trade " + std::string(command.row->path);
  if (!command.handler) return text + " COMMAND\n";
  for (const CLI::Option* option : command.app->get_options()) {
    if (!option->nonpositional()) {
      const std::string name = argument_name(*option);
      text += option->get_required() ? " " + name : " [" + name + "]";
    }
  }
  const auto own = std::ranges::count_if(command.app->get_options(), [](const CLI::Option* option) {
    return option->nonpositional() && !option->check_lname("help");
  });
  return text + (own > 0 ? " [OPTIONS]\n" : "\n");
}

std::vector<HelpRow> command_rows(const CommandLine& line, std::string_view group) {
  std::vector<HelpRow> rows;
  for (const CommandLine::Command& command : line.commands()) {
    if (!command.row->topic.empty() && command.row->path.starts_with(std::string(group) + " ")) {
      rows.push_back(
          {std::string(command.row->path.substr(group.size() + 1)), std::string(command.row->help)});
    }
  }
  return rows;
}

}  // namespace

std::string short_help(const CommandLine&) {
  return "usage: trade COMMAND [ARGUMENTS]\n\n"
         "  trade up                               start the suite\n"
         "  trade account open alice --deposit 100000\n"
         "  trade symbol add AAPL --previous-close 150\n"
         "  trade place buy 100 AAPL --limit 150   place an order\n"
         "  trade orders                           list open orders\n"
         "  trade portfolio                        what the account holds\n"
         "  trade quote AAPL --watch               follow the market\n"
         "  trade down                             stop the suite\n\n"
         "'trade help' lists every command, 'trade help COMMAND' explains one.\n";
}

std::string full_help(const CommandLine& line) {
  std::string text = "usage: trade [GLOBAL OPTIONS] COMMAND [ARGUMENTS]\n";
  std::string_view topic;
  std::vector<HelpRow> rows;
  const auto finish_topic = [&] {
    if (!rows.empty()) text += "\n" + std::string(topic) + ":\n" + rows_text(rows);
    rows.clear();
  };
  for (const CommandLine::Command& command : line.commands()) {
    const CommandRow& row = *command.row;
    // Commands of a group are listed by the group's own help.
    if (row.topic.empty() || row.path.find(' ') != std::string_view::npos) continue;
    if (row.topic != topic) {
      finish_topic();
      topic = row.topic;
    }
    rows.push_back({std::string(row.path), std::string(row.help)});
  }
  finish_topic();
  text += "\nGlobal options, before or after the command:\n" + rows_text(option_rows(line.app()));
  for (const HelpTopic& subject : help_topics())
    rows.push_back({std::string(subject.name), std::string(subject.help)});
  text += "\nTopics:\n" + rows_text(rows);
  return text + "\n'trade help COMMAND' or 'trade help TOPIC' explains one; 'man trade' says more.\n";
}

std::string command_help(const CommandLine& line, const CommandLine::Command& command) {
  std::string text = "usage: " + usage_line(command) + "\n" + std::string(command.row->help) + "\n";
  if (!command.handler) {
    return text + "\nCommands:\n" + rows_text(command_rows(line, command.row->path));
  }
  std::vector<HelpRow> arguments;
  for (const CLI::Option* option : command.app->get_options()) {
    if (!option->nonpositional()) arguments.push_back({argument_name(*option), option->get_description()});
  }
  if (!arguments.empty()) text += "\nArguments:\n" + rows_text(arguments);
  text += "\nOptions:\n" + rows_text(option_rows(*command.app));
  if (const std::string_view examples = examples_of(command.row->path); !examples.empty()) {
    text += "\nExamples:\n";
    for (const auto example : std::views::split(examples, '\n'))
      text += "  " + std::string(example.begin(), example.end()) + "\n";
  }
  return text + "\nGlobal options: 'trade help'. Manual: man trade-" +
         std::string(command.row->path.substr(0, command.row->path.find(' '))) + "\n";
}

std::vector<format::Json> command_records(const CommandLine& line) {
  std::vector<format::Json> records;
  for (const CommandEntry& entry : completion_entries(line)) {
    format::Json record;
    record["command"] = entry.path.empty() ? "trade" : "trade " + entry.path;
    record["help"] = entry.help;
    record["group"] = !entry.commands.empty();
    record["arguments"] = format::Json::array();
    const CommandLine::Command* command = line.find(entry.path);
    for (const CLI::Option* option : command == nullptr ? std::vector<const CLI::Option*>()
                                                        : std::as_const(*command->app).get_options()) {
      if (!option->nonpositional()) record["arguments"].push_back(argument_name(*option));
    }
    record["examples"] = format::Json::array();
    for (const auto line_of_text : std::views::split(examples_of(entry.path), '\n')) {
      if (!line_of_text.empty())
        record["examples"].push_back(std::string(line_of_text.begin(), line_of_text.end()));
    }
    record["place"] = example_place(entry.path);
    record["options"] = format::Json::array();
    for (const OptionEntry& option : entry.options) {
      for (const std::string& name : option.names)
        record["options"].push_back(name);
    }
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace trade::cmd
