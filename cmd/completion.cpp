// trade completion: the scripts for bash, zsh and fish; trade __complete: what there is to choose from.
#include "completion.hpp"

#include "app/config.hpp"
#include "arguments.hpp"
#include "bus/endpoints.hpp"
#include "commands.hpp"
#include "completion_tables.hpp"

namespace trade::cmd {

namespace {

/// Nobody waits long for a suggestion.
constexpr std::chrono::milliseconds suggestion_timeout{500};
constexpr std::uint32_t orders_suggested_max = 200;

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : std::string(separator)) + word;
  return text;
}

/// How the shell functions below are told what a value can be.
std::string spec_of(const ValueKind& kind) {
  switch (kind.source) {
    case ValueKind::Source::none:
      return "none";
    case ValueKind::Source::words:
      return "words " + joined(kind.words, " ");
    case ValueKind::Source::live:
      return "live " + kind.name;
    case ValueKind::Source::files:
      return "files";
    case ValueKind::Source::directories:
      return "directories";
  }
  return "none";
}

/// Shell functions that bash and zsh both understand:
///   _trade_commands PATH          the words that can follow
///   _trade_options PATH           the options of a command
///   _trade_value PATH OPTION      what its value can be, as spec_of writes it
///   _trade_argument PATH NUMBER   what the argument can be, counted from 1
///   _trade_takes_value OPTION     whether a value follows
std::string shell_tables(const CommandLine& line) {
  const std::vector<CommandEntry> entries = completion_entries(line);
  std::string commands;
  std::string options;
  std::string values;
  std::string arguments;
  for (const CommandEntry& entry : entries) {
    if (!entry.commands.empty()) {
      commands += "    '" + entry.path + "') echo '" + joined(entry.commands, " ") + "' ;;\n";
    }
    std::vector<std::string> names;
    for (const OptionEntry& option : entry.options) {
      names.insert(names.end(), option.names.begin(), option.names.end());
      if (!option.takes_value || option.kind.source == ValueKind::Source::none) continue;
      for (const std::string& name : option.names) {
        // A global option's value is the same after whichever command.
        const std::string pattern =
            entry.path.empty() ? "*':" + name + "'" : "'" + entry.path + ":" + name + "'";
        const std::string row = "    " + pattern + ") echo '" + spec_of(option.kind) + "' ;;\n";
        values += row;
      }
    }
    if (!names.empty()) options += "    '" + entry.path + "') echo '" + joined(names, " ") + "' ;;\n";
    for (std::size_t i = 0; i < entry.arguments.size(); ++i) {
      const ArgumentEntry& argument = entry.arguments[i];
      const std::string pattern =
          argument.repeats ? "'" + entry.path + ":'*" : "'" + entry.path + ":" + std::to_string(i + 1) + "'";
      arguments += "    " + pattern + ") echo '" + spec_of(argument.kind) + "' ;;\n";
    }
  }
  return "_trade_commands() {\n  case $1 in\n" + commands +
         "  esac\n}\n\n_trade_options() {\n  case $1 in\n" + options +
         "  esac\n}\n\n_trade_value() {\n  case $1:$2 in\n" + values +
         "  esac\n}\n\n_trade_argument() {\n  case $1:$2 in\n" + arguments +
         "  esac\n}\n\n_trade_takes_value() {\n  case $1 in\n    " +
         joined(options_with_value(entries), " | ") + ") return 0 ;;\n  esac\n  return 1\n}\n\n";
}

// Walks over the words between `trade` and the one under the cursor.
constexpr std::string_view shell_walk = R"sh(
# Sets command_path, number (of the argument under the cursor), value_of (the option whose value it is) and live
# (the options that say which suite is asked).
_trade_walk() {
  command_path='' number=1 value_of='' live=()
  local word known
  for word in "$@"; do
    if [ -n "$value_of" ]; then
      case $value_of in --home | --config | --account) live+=("$value_of" "$word") ;; esac
      value_of=''
      continue
    fi
    case $word in
      --home=* | --config=* | --account=*) live+=("$word") ;;
      -*) if _trade_takes_value "$word"; then value_of=$word; fi ;;
      help) [ -n "$command_path" ] || continue ;;
      *)
        known=" $(_trade_commands "$command_path") "
        case $known in
          *" $word "*) command_path="${command_path:+$command_path }$word" ;;
          *) number=$((number + 1)) ;;
        esac
        ;;
    esac
  done
}
)sh";

constexpr std::string_view bash_driver = R"sh(
_trade() {
  local cur=${COMP_WORDS[COMP_CWORD]} command_path number value_of spec word quoted
  local -a live candidates=()
  _trade_walk "${COMP_WORDS[@]:1:COMP_CWORD-1}"
  if [ -n "$value_of" ]; then
    spec=$(_trade_value "$command_path" "$value_of")
  elif [[ $cur == -* ]]; then
    spec="words $(_trade_options "$command_path") $(_trade_options '')"
  elif [ -n "$(_trade_commands "$command_path")" ]; then
    spec="words $(_trade_commands "$command_path")"
  else
    spec=$(_trade_argument "$command_path" "$number")
  fi
  COMPREPLY=()
  case $spec in
    words\ *) read -r -a candidates <<<"${spec#words }" ;;
    live\ *) mapfile -t candidates < <(trade "${live[@]}" __complete "${spec#live }" 2>/dev/null) ;;
    files) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    directories) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
  esac
  # Not by compgen -W, which expands what it is given: symbols have dollar signs.
  for word in "${candidates[@]}"; do
    [[ $word == "$cur"* ]] || continue
    printf -v quoted %q "$word"
    COMPREPLY+=("$quoted")
  done
}

complete -F _trade trade
)sh";

constexpr std::string_view zsh_driver = R"sh(
_trade() {
  local command_path number value_of spec
  local -a live
  _trade_walk "${(@)words[2,CURRENT-1]}"
  if [ -n "$value_of" ]; then
    spec=$(_trade_value "$command_path" "$value_of")
  elif [[ ${words[CURRENT]} == -* ]]; then
    spec="words $(_trade_options "$command_path") $(_trade_options '')"
  elif [ -n "$(_trade_commands "$command_path")" ]; then
    spec="words $(_trade_commands "$command_path")"
  else
    spec=$(_trade_argument "$command_path" "$number")
  fi
  case $spec in
    words\ *) compadd -- ${=spec#words } ;;
    live\ *) compadd -- ${(f)"$(command trade "${live[@]}" __complete "${spec#live }" 2>/dev/null)"} ;;
    files) _files ;;
    directories) _files -/ ;;
  esac
}

if [ "$funcstack[1]" = _trade ]; then
  _trade "$@"
else
  compdef _trade trade
fi
)sh";

constexpr std::string_view fish_functions = R"sh(
# The command so far, then how many arguments it has: "account show 1".
function __trade_state
  set -l path
  set -l number 1
  set -l skip 0
  set -l words (commandline -opc)
  for word in $words[2..-1]
    if test $skip = 1
      set skip 0
      continue
    end
    switch $word
      case '-*'
        contains -- $word $__trade_valued; and set skip 1
      case help
        test -z "$path"; or set number (math $number + 1)
      case '*'
        if contains -- (string join ' ' $path $word) $__trade_paths
          set path $path $word
        else
          set number (math $number + 1)
        end
    end
  end
  echo (string join ' ' $path):$number
end

# Whether the command is this one; with a number, whether this argument is under the cursor.
function __trade_at
  set -l state (string split : (__trade_state))
  test "$state[1]" = "$argv[1]"; or return 1
  test (count $argv) = 1; or test $state[2] -ge $argv[2] -a $state[2] -le $argv[3]
end

# What there is of a kind, in the suite that the command line names.
function __trade_live
  set -l words (commandline -opc)
  set -l options
  for i in (seq 2 (count $words))
    switch $words[$i]
      case --home --config --account
        test $i -lt (count $words); and set options $options $words[$i] $words[(math $i + 1)]
      case '--home=*' '--config=*' '--account=*'
        set options $options $words[$i]
    end
  end
  command trade $options __complete $argv[1] 2>/dev/null
end

complete -c trade -f
)sh";

std::string fish_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char character : text) {
    if (character == '\'' || character == '\\') quoted += '\\';
    quoted += character;
  }
  return quoted + "'";
}

/// The part of a fish `complete` line that says what a value can be.
std::string fish_values(const ValueKind& kind) {
  switch (kind.source) {
    case ValueKind::Source::none:
      return "";
    case ValueKind::Source::words:
      return " -a " + fish_quoted(joined(kind.words, " "));
    case ValueKind::Source::live:
      return " -a '(__trade_live " + kind.name + ")'";
    case ValueKind::Source::files:
      return " -F";
    case ValueKind::Source::directories:
      return " -a '(__fish_complete_directories)'";
  }
  return "";
}

std::string fish_option(const CommandEntry& entry, const OptionEntry& option) {
  std::string text = "complete -c trade";
  if (!entry.path.empty()) text += " -n " + fish_quoted("__trade_at '" + entry.path + "'");
  for (const std::string& name : option.names) {
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (option.takes_value)
    text += (option.kind.source == ValueKind::Source::files ? " -r" : " -x") + fish_values(option.kind);
  return text + " -d " + fish_quoted(option.help) + "\n";
}

Result<std::vector<std::string>> candidates(Context& context, const std::string& kind) {
  std::vector<std::string> words;
  if (kind == daemon_kind)
    return std::vector<std::string>(bus::daemon_names.begin(), bus::daemon_names.end());
  if (kind == command_kind) return CommandLine().names_under("");
  if (kind == config_key_kind) {
    for (const app::ConfigKey& key : app::config_keys())
      words.push_back(key.full_name());
    return words;
  }
  Result<ClientOptions> options = context.client_options();
  if (!options) return pass_on(std::move(options));
  options->timeout = suggestion_timeout;
  Client client(*options);
  if (kind == account_kind) {
    Result<std::vector<AccountView>> accounts = client.accounts();
    if (!accounts) return pass_on(std::move(accounts));
    for (const AccountView& account : *accounts)
      words.push_back(account.id);
  } else if (kind == symbol_kind) {
    Result<std::vector<SymbolView>> symbols = client.symbols();
    if (!symbols) return pass_on(std::move(symbols));
    for (const SymbolView& symbol : *symbols)
      words.push_back(symbol.symbol);
  } else if (kind == venue_kind || kind == route_kind) {
    Result<std::vector<VenueView>> venues = client.venues();
    if (!venues) return pass_on(std::move(venues));
    for (const VenueView& venue : *venues)
      words.push_back(venue.name);
    if (kind == route_kind) words.emplace_back(internal_route_name);
  } else if (kind == order_kind) {
    Result<std::optional<std::string>> account = context.named_account();
    OrdersRequest request;
    request.account = account && *account ? **account : "";
    request.filter = OrderFilter::open;
    request.limit = orders_suggested_max;
    Result<std::vector<OrderView>> orders = client.orders(request);
    if (!orders) return pass_on(std::move(orders));
    for (const OrderView& order : *orders)
      words.push_back(std::to_string(order.id.value));
  }
  return words;
}

}  // namespace

std::string bash_completion(const CommandLine& line) {
  return "# bash completion of trade, made by 'trade completion bash'\n\n" + shell_tables(line) +
         std::string(shell_walk.substr(1)) + std::string(bash_driver);
}

std::string zsh_completion(const CommandLine& line) {
  return "#compdef trade\n# zsh completion of trade, made by 'trade completion zsh'\n\n" +
         shell_tables(line) + std::string(shell_walk.substr(1)) + std::string(zsh_driver);
}

std::string fish_completion(const CommandLine& line) {
  const std::vector<CommandEntry> entries = completion_entries(line);
  std::string text = "# fish completion of trade, made by 'trade completion fish'\n\nset -g __trade_valued " +
                     joined(options_with_value(entries), " ") + "\nset -g __trade_paths";
  for (const CommandEntry& entry : entries) {
    if (!entry.path.empty()) text += " " + fish_quoted(entry.path);
  }
  text += "\n" + std::string(fish_functions);
  for (const CommandEntry& entry : entries) {
    if (!entry.path.empty()) {
      const std::size_t space = entry.path.rfind(' ');
      const std::string parent = space == std::string::npos ? "" : entry.path.substr(0, space);
      const std::string word = space == std::string::npos ? entry.path : entry.path.substr(space + 1);
      text += "complete -c trade -n " + fish_quoted("__trade_at '" + parent + "'") + " -a " + word + " -d " +
              fish_quoted(entry.help) + "\n";
    }
    for (const OptionEntry& option : entry.options)
      text += fish_option(entry, option);
    for (std::size_t i = 0; i < entry.arguments.size(); ++i) {
      const ArgumentEntry& argument = entry.arguments[i];
      if (argument.kind.source == ValueKind::Source::none) continue;
      constexpr std::string_view endless = "9999";
      const std::string first = std::to_string(i + 1);
      text += "complete -c trade -n " +
              fish_quoted("__trade_at '" + entry.path + "' " + first + " " +
                          (argument.repeats ? std::string(endless) : first)) +
              fish_values(argument.kind) + "\n";
    }
  }
  return text;
}

Handler define_completion(CLI::App& app) {
  auto shell = std::make_shared<std::string>();
  const auto parse_shell = [](std::string_view text) -> Result<std::string> {
    if (text == "bash" || text == "zsh" || text == "fish") return std::string(text);
    return fail(ErrorCode::usage, "not one of bash|zsh|fish: '" + std::string(text.substr(0, 40)) + "'");
  };
  required(add_value(app, "shell", *shell, parse_shell, "bash|zsh|fish", "Which shell"));
  return [shell](Context& context) -> Result<ExitStatus> {
    const CommandLine line;
    context.output().write(*shell == "bash"  ? bash_completion(line)
                           : *shell == "zsh" ? zsh_completion(line)
                                             : fish_completion(line));
    return ExitStatus::done;
  };
}

Handler define_complete(CLI::App& app) {
  auto kind = std::make_shared<std::string>();
  required(add_value(app, "kind", *kind, parse_text, "KIND", "What to list"));
  return [kind](Context& context) -> Result<ExitStatus> {
    // Nobody reads an error here: where nothing is known there is nothing to suggest.
    const Result<std::vector<std::string>> words = candidates(context, *kind);
    if (!words) return exit_status_of(words.error().code);
    context.output().write(joined(*words, "\n") + (words->empty() ? "" : "\n"));
    return ExitStatus::done;
  };
}

}  // namespace trade::cmd
