// The expressions of --filter: which of some records are wanted. The language is explained in trade(1).
//
//   expression = conjunction { ("or" | "||") conjunction }
//   conjunction = negation { ("and" | "&&") negation }
//   negation = [ "not" | "!" ] ( "(" expression ")" | comparison )
//   comparison = operand [ operator operand | ["not"] "in" "(" operand { "," operand } ")" ]
//   operator = "==" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~"
//
// An operand is a field's name, a number, a quoted text, or a bare word, which is a text where no field is
// called so. Numbers are compared as decimals of any length, never as floating point; times by their moment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "format/json.hpp"

namespace trade::format {

constexpr std::size_t filter_bytes_max = 4'096;
constexpr std::size_t filter_depth_max = 32;

/// Less, equal or greater; nothing when the two cannot be told apart by order (null, a text and a number).
std::optional<int> compare_values(const Json& left, const Json& right);

class Filter {
 public:
  /// An expression about records that have these fields. `usage`: what is wrong with it and where; a word on
  /// the left of a comparison that is no field is one error, with the nearest as its hint.
  static Result<Filter> parse(std::string_view text, const std::vector<std::string>& fields);

  [[nodiscard]] bool matches(const Json& record) const { return truth(root_, record); }

 private:
  friend class FilterParser;
  enum class Kind : std::uint8_t {
    either,    ///< left or right
    both,      ///< left and right
    inverse,   ///< not left
    presence,  ///< a field that is there, and neither false nor zero
    equal,
    unequal,
    less,
    less_or_equal,
    greater,
    greater_or_equal,
    contains,
    is_one_of,
  };
  struct Operand {
    std::string field;  ///< empty: a value
    Json value;
  };
  struct Node {
    Kind kind = Kind::presence;
    std::size_t left = 0;  ///< of nodes_
    std::size_t right = 0;
    std::vector<Operand> operands;
  };

  [[nodiscard]] bool truth(std::size_t node, const Json& record) const;
  [[nodiscard]] static const Json& value_of(const Operand& operand, const Json& record);

  std::vector<Node> nodes_;
  std::size_t root_ = 0;
};

/// "no field 'pirce'", with the nearest, or else all there are, as a hint.
Error unknown_field(std::string_view name, const std::vector<std::string>& fields);

}  // namespace trade::format
