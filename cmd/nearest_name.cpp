#include "nearest_name.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "arguments.hpp"
#include "format/nearest.hpp"

namespace trade::cmd {

namespace {

/// What the command was given where it takes names of this kind.
std::vector<std::string> names_given(const CLI::App& command, std::string_view kind) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_type_name() == kind) std::ranges::copy(option->results(), std::back_inserter(names));
  }
  return names;
}

template <class View>
std::vector<std::string> names_of(const Result<std::vector<View>>& views, std::string View::* name) {
  std::vector<std::string> names;
  if (!views) return names;
  for (const View& view : *views)
    names.push_back(view.*name);
  return names;
}

}  // namespace

void suggest_nearest_name(Context& context, const CLI::App& command, Error& error) {
  const bool of_symbol = error.name == "unknown_symbol";
  if (!of_symbol && error.name != "unknown_account") return;
  std::vector<std::string> given = names_given(command, of_symbol ? symbol_kind : account_kind);
  if (!of_symbol) {
    if (const auto named = context.named_account(); named && *named) given.push_back(**named);
  }
  const Result<Client*> client = context.client();
  if (!client || given.empty()) return;
  const std::vector<std::string> known = of_symbol ? names_of((*client)->symbols(), &SymbolView::symbol)
                                                   : names_of((*client)->accounts(), &AccountView::id);
  for (const std::string& name : given) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const std::string near = format::nearest(name, known);
    if (near.empty()) continue;
    error.hint = "did you mean '" + near + "'?" + (error.hint.empty() ? "" : " " + error.hint);
    return;
  }
}

}  // namespace trade::cmd
