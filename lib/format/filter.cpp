#include "format/filter.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "format/nearest.hpp"

namespace trade::format {

namespace {

constexpr std::string_view digits = "0123456789";

/// A decimal as sign, digits before the point and digits after it, zeros at either end left out.
struct Decimal {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
};

std::optional<Decimal> decimal_of(std::string_view text) {
  Decimal decimal;
  if (text.starts_with('-') || text.starts_with('+')) {
    decimal.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  const std::size_t point = text.find('.');
  decimal.whole = text.substr(0, point);
  if (point != std::string_view::npos) {
    decimal.fraction = text.substr(point + 1);
    if (decimal.fraction.empty()) return std::nullopt;
  }
  if (decimal.whole.empty() || decimal.whole.find_first_not_of(digits) != std::string_view::npos ||
      decimal.fraction.find_first_not_of(digits) != std::string_view::npos) {
    return std::nullopt;
  }
  decimal.whole.remove_prefix(std::min(decimal.whole.find_first_not_of('0'), decimal.whole.size()));
  const std::size_t last = decimal.fraction.find_last_not_of('0');
  decimal.fraction = decimal.fraction.substr(0, last == std::string_view::npos ? 0 : last + 1);
  if (decimal.whole.empty() && decimal.fraction.empty()) decimal.negative = false;
  return decimal;
}

int sign_of(std::strong_ordering order) {
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

int compare(const Decimal& left, const Decimal& right) {
  if (left.negative != right.negative) return left.negative ? -1 : 1;
  int size = sign_of(left.whole.size() <=> right.whole.size());
  if (size == 0) size = sign_of(left.whole.compare(right.whole) <=> 0);
  if (size == 0) size = sign_of(left.fraction.compare(right.fraction) <=> 0);
  return left.negative ? -size : size;
}

/// A time, or a date, which is its beginning in UTC.
std::optional<Timestamp> time_of(std::string_view text) {
  if (text.size() < 10 || text[4] != '-') return std::nullopt;
  if (const auto date = parse_date(text)) {
    return Timestamp{std::int64_t{date->days} * 86'400 * nanoseconds_per_second};
  }
  const auto time = parse_timestamp(text);
  return time ? std::optional(*time) : std::nullopt;
}

std::string text_of_value(const Json& value) {
  return value.is_string() ? value.get<std::string>() : text_of(value);
}

char lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

bool contains_text(const Json& value, const Json& part) {
  if (value.is_null()) return false;
  std::string text = text_of_value(value);
  std::string wanted = text_of_value(part);
  std::ranges::transform(text, text.begin(), lower);
  std::ranges::transform(wanted, wanted.begin(), lower);
  return text.find(wanted) != std::string::npos;
}

}  // namespace

std::optional<int> compare_values(const Json& left, const Json& right) {
  if (left.is_null() || right.is_null()) {
    return left.is_null() && right.is_null() ? std::optional(0) : std::nullopt;
  }
  const std::string left_text = text_of_value(left);
  const std::string right_text = text_of_value(right);
  const auto left_decimal = decimal_of(left_text);
  const auto right_decimal = decimal_of(right_text);
  if (left_decimal && right_decimal) return compare(*left_decimal, *right_decimal);
  if (left_decimal.has_value() != right_decimal.has_value()) return std::nullopt;
  if (const auto left_time = time_of(left_text)) {
    if (const auto right_time = time_of(right_text)) return sign_of(*left_time <=> *right_time);
  }
  return sign_of(left_text.compare(right_text) <=> 0);
}

Error unknown_field(std::string_view name, const std::vector<std::string>& fields) {
  Error error{ErrorCode::usage, "usage", "no field '" + std::string(name.substr(0, 40)) + "'", ""};
  const std::string near = nearest(name, fields);
  if (!near.empty()) {
    error.hint = "did you mean '" + near + "'?";
    return error;
  }
  for (const std::string& field : fields)
    error.hint += (error.hint.empty() ? "there are " : ", ") + field;
  return error;
}

/// Reads an expression by recursive descent; the first thing that is wrong is kept and ends it.
class FilterParser {
 public:
  FilterParser(std::string_view text, const std::vector<std::string>& fields) : text_(text), fields_(fields) {
    advance();
  }

  Result<Filter> parse() {
    if (text_.size() > filter_bytes_max) {
      return fail(ErrorCode::usage, "a filter of more than " + std::to_string(filter_bytes_max) + " bytes");
    }
    const std::size_t root = expression();
    if (!error_ && token_.kind != Token::Kind::end) refuse("'and' or 'or' is missing");
    if (error_) return std::unexpected(*error_);
    filter_.root_ = root;
    return std::move(filter_);
  }

 private:
  using Kind = Filter::Kind;
  struct Token {
    enum class Kind : std::uint8_t { end, word, quoted, symbol } kind = Kind::end;
    std::string text;
    std::size_t at = 0;
  };

  void refuse(const std::string& what) {
    if (error_) return;
    const std::string here =
        token_.kind == Token::Kind::end ? "at its end" : "at '" + token_.text.substr(0, 40) + "'";
    error_ =
        Error{ErrorCode::usage, "usage",
              "the filter is wrong " + here + " (character " + std::to_string(token_.at + 1) + "): " + what,
              "such as: status == filled and quantity > 10"};
  }

  static bool is_word_character(char character) {
    const auto byte = static_cast<unsigned char>(character);
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || byte >= 0x80 ||
           std::string_view("_.-+:@/#$%").find(character) != std::string_view::npos;
  }

  void advance() {
    while (next_ < text_.size() && (text_[next_] == ' ' || text_[next_] == '\t' || text_[next_] == '\n'))
      ++next_;
    token_ = {Token::Kind::end, "", next_};
    if (next_ >= text_.size()) return;
    const char first = text_[next_];
    if (first == '"' || first == '\'') {
      const std::size_t end = text_.find(first, next_ + 1);
      token_.kind = Token::Kind::quoted;
      token_.text = text_.substr(next_ + 1, end == std::string_view::npos ? end : end - next_ - 1);
      if (end == std::string_view::npos) refuse("the quote does not end");
      next_ = end == std::string_view::npos ? text_.size() : end + 1;
      return;
    }
    if (is_word_character(first)) {
      const std::size_t begin = next_;
      while (next_ < text_.size() && is_word_character(text_[next_]))
        ++next_;
      token_.kind = Token::Kind::word;
      token_.text = text_.substr(begin, next_ - begin);
      return;
    }
    token_.kind = Token::Kind::symbol;
    for (const std::string_view symbol : {"==", "!=", "<=", ">=", "!~", "&&", "||"}) {
      if (text_.substr(next_).starts_with(symbol)) token_.text = symbol;
    }
    if (token_.text.empty()) token_.text = first;
    next_ += token_.text.size();
  }

  bool take(Token::Kind kind, std::string_view text) {
    if (error_ || token_.kind != kind || token_.text != text) return false;
    advance();
    return true;
  }
  bool take_word(std::string_view word) { return take(Token::Kind::word, word); }
  bool take_symbol(std::string_view symbol) { return take(Token::Kind::symbol, symbol); }

  std::size_t add(Filter::Node node) {
    filter_.nodes_.push_back(std::move(node));
    return filter_.nodes_.size() - 1;
  }

  std::size_t expression() {
    std::size_t left = conjunction();
    while (take_word("or") || take_symbol("||")) {
      const std::size_t right = conjunction();
      left = add({Kind::either, left, right, {}});
    }
    return left;
  }

  std::size_t conjunction() {
    std::size_t left = negation();
    while (take_word("and") || take_symbol("&&")) {
      const std::size_t right = negation();
      left = add({Kind::both, left, right, {}});
    }
    return left;
  }

  std::size_t negation() {
    if (++depth_ > filter_depth_max) refuse("too deep");
    if (error_) return 0;
    std::size_t node = 0;
    if (take_word("not") || take_symbol("!")) {
      node = negation();
      node = add({Kind::inverse, node, 0, {}});
    } else if (take_symbol("(")) {
      node = expression();
      if (!take_symbol(")")) refuse("')' is missing");
    } else {
      node = comparison();
    }
    --depth_;
    return node;
  }

  std::size_t comparison() {
    const Token first = token_;
    Filter::Operand left = operand();
    const bool inverse = token_.kind == Token::Kind::word && token_.text == "not";
    if (inverse) advance();
    if (take_word("in")) return membership(std::move(left), first, inverse);
    if (inverse) refuse("'in' is missing");
    static constexpr std::array<std::pair<std::string_view, Kind>, 9> operators{
        {{"==", Kind::equal},
         {"=", Kind::equal},
         {"!=", Kind::unequal},
         {"<=", Kind::less_or_equal},
         {"<", Kind::less},
         {">=", Kind::greater_or_equal},
         {">", Kind::greater},
         {"~", Kind::contains},
         {"!~", Kind::contains}}};
    for (const auto& [symbol, kind] : operators) {
      if (!take_symbol(symbol)) continue;
      Filter::Operand right = operand();
      if (left.field.empty() && right.field.empty()) refuse_word(first);
      std::vector<Filter::Operand> operands{std::move(left), std::move(right)};
      const std::size_t node = add({kind, 0, 0, std::move(operands)});
      return symbol == "!~" ? add({Kind::inverse, node, 0, {}}) : node;
    }
    if (left.field.empty()) refuse_word(first);
    return add({Kind::presence, 0, 0, {std::move(left)}});
  }

  std::size_t membership(Filter::Operand left, const Token& first, bool inverse) {
    if (left.field.empty()) refuse_word(first);
    std::vector<Filter::Operand> operands{std::move(left)};
    if (!take_symbol("(")) refuse("'(' is missing");
    do {
      operands.push_back(operand());
    } while (take_symbol(","));
    if (!take_symbol(")")) refuse("')' is missing");
    const std::size_t node = add({Kind::is_one_of, 0, 0, std::move(operands)});
    return inverse ? add({Kind::inverse, node, 0, {}}) : node;
  }

  /// A comparison is about a field; a word that is none was meant to be one.
  void refuse_word(const Token& token) {
    if (error_) return;
    error_ = unknown_field(token.text, fields_);
  }

  Filter::Operand operand() {
    Filter::Operand operand;
    if (token_.kind == Token::Kind::word && std::ranges::find(fields_, token_.text) != fields_.end()) {
      operand.field = token_.text;
    } else if (token_.kind == Token::Kind::word) {
      if (token_.text == "true" || token_.text == "false") {
        operand.value = token_.text == "true";
      } else if (token_.text != "null") {
        operand.value = token_.text;
      }
    } else if (token_.kind == Token::Kind::quoted) {
      operand.value = token_.text;
    } else {
      refuse("a field or a value is missing");
      return operand;
    }
    advance();
    return operand;
  }

  std::string_view text_;
  const std::vector<std::string>& fields_;
  std::size_t next_ = 0;
  std::size_t depth_ = 0;
  Token token_;
  Filter filter_;
  std::optional<Error> error_;
};

Result<Filter> Filter::parse(std::string_view text, const std::vector<std::string>& fields) {
  return FilterParser(text, fields).parse();
}

const Json& Filter::value_of(const Operand& operand, const Json& record) {
  static const Json null;
  if (operand.field.empty()) return operand.value;
  const auto found = record.find(operand.field);
  return found == record.end() ? null : *found;
}

bool Filter::truth(std::size_t index, const Json& record) const {
  const Node& node = nodes_[index];
  switch (node.kind) {
    case Kind::either:
      return truth(node.left, record) || truth(node.right, record);
    case Kind::both:
      return truth(node.left, record) && truth(node.right, record);
    case Kind::inverse:
      return !truth(node.left, record);
    default:
      break;
  }
  const Json& left = value_of(node.operands[0], record);
  if (node.kind == Kind::presence) {
    return !left.is_null() && left != false && compare_values(left, "0") != 0;
  }
  if (node.kind == Kind::is_one_of) {
    return std::any_of(node.operands.begin() + 1, node.operands.end(), [&](const Operand& operand) {
      return compare_values(left, value_of(operand, record)) == 0;
    });
  }
  const Json& right = value_of(node.operands[1], record);
  if (node.kind == Kind::contains) return contains_text(left, right);
  const std::optional<int> order = compare_values(left, right);
  switch (node.kind) {
    case Kind::equal:
      return order == 0;
    case Kind::unequal:
      return order != 0;
    case Kind::less:
      return order && *order < 0;
    case Kind::less_or_equal:
      return order && *order <= 0;
    case Kind::greater:
      return order && *order > 0;
    default:
      return order && *order >= 0;
  }
}

}  // namespace trade::format
