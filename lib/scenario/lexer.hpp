// A line of a scenario as words: separated by blanks, quoted as in a shell, ended by a comment.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace trade::scenario {

struct Word {
  std::string text;       ///< without its quotes
  std::size_t begin = 0;  ///< of its bytes in the line, quotes included
  std::size_t end = 0;
};

/// Blanks separate words; "…" and '…' hold a word together, and within "…" a backslash makes the next
/// character plain; a word that begins with # begins a comment. `usage` where a quote is not closed.
Result<std::vector<Word>> split_words(std::string_view line);

/// How many blanks a line begins with.
std::size_t indent_of(std::string_view line);

/// The words as one text that `split_words` would split into the same.
std::string quoted_words(const std::vector<std::string>& words);

/// Looks a variable's value up; nothing when there is none of that name.
using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

/// Puts values in the place of $NAME and ${NAME}; $$ is a dollar sign. A name that is not known is an error.
Result<std::string> substitute(std::string_view text, const Lookup& lookup);

/// Whether this can be a variable's name: a letter, then letters, digits and underscores.
bool is_variable_name(std::string_view text);

}  // namespace trade::scenario
