#include "completion_tables.hpp"

#include <algorithm>
#include <array>

#include "arguments.hpp"

namespace trade::cmd {

namespace {

ValueKind kind_of(const CLI::Option& option) {
  static constexpr std::array<std::string_view, 8> live{account_kind, symbol_kind,  order_kind,
                                                        daemon_kind,  command_kind, config_key_kind,
                                                        venue_kind,   route_kind};
  const std::string name = option.get_type_name();
  if (name == file_kind) return {ValueKind::Source::files, {}, name};
  if (name == directory_kind) return {ValueKind::Source::directories, {}, name};
  if (std::ranges::find(live, name) != live.end()) return {ValueKind::Source::live, {}, name};
  if (name.find('|') == std::string::npos) return {};
  ValueKind kind{ValueKind::Source::words, {}, {}};
  for (std::size_t start = 0; start <= name.size();) {
    const std::size_t bar = std::min(name.find('|', start), name.size());
    kind.words.push_back(name.substr(start, bar - start));
    start = bar + 1;
  }
  return kind;
}

void add_arguments(const CLI::App& app, CommandEntry& entry) {
  for (const CLI::Option* option : app.get_options()) {
    if (!option->nonpositional()) {
      entry.arguments.push_back({kind_of(*option), option->get_items_expected_max() > 1});
      continue;
    }
    OptionEntry added;
    for (const std::string& name : option->get_snames())
      added.names.push_back("-" + name);
    for (const std::string& name : option->get_lnames())
      added.names.push_back("--" + name);
    added.takes_value = option->get_items_expected_max() > 0;
    if (added.takes_value) added.kind = kind_of(*option);
    added.help = option->get_description();
    entry.options.push_back(std::move(added));
  }
}

}  // namespace

std::vector<CommandEntry> completion_entries(const CommandLine& line) {
  std::vector<CommandEntry> entries;
  CommandEntry root{"", "", line.names_under(""), {}, {}};
  add_arguments(line.app(), root);
  entries.push_back(std::move(root));
  for (const CommandLine::Command& command : line.commands()) {
    if (command.row->topic.empty()) continue;
    const std::string path(command.row->path);
    CommandEntry entry{path, std::string(command.row->help), line.names_under(path), {}, {}};
    add_arguments(*command.app, entry);
    // Help is an option of every command, and listed once.
    std::erase_if(entry.options, [](const OptionEntry& option) { return option.names.back() == "--help"; });
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<std::string> options_with_value(const std::vector<CommandEntry>& entries) {
  std::vector<std::string> names;
  for (const CommandEntry& entry : entries) {
    for (const OptionEntry& option : entry.options) {
      if (option.takes_value) names.insert(names.end(), option.names.begin(), option.names.end());
    }
  }
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

}  // namespace trade::cmd
