#include "gatewayd/input.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace trade::gatewayd {

namespace {

using Json = nlohmann::json;

/// Builds an Input from the parser's events.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(Input& root) : root_(root) {}

  bool null() override { return add({}); }
  bool boolean(bool value) override { return add({.kind = Input::Kind::boolean, .truth = value}); }
  bool number_integer(number_integer_t value) override { return add_number(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return add_number(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& written) override {
    // MessagePack has no text of a float; what it meant to the last digit is not known.
    if (written.empty()) return refuse("a binary floating-point number is no exact decimal: give it as text");
    return add_number(written);
  }
  bool string(string_t& value) override { return add({.kind = Input::Kind::text, .text = std::move(value)}); }
  bool binary(binary_t&) override { return refuse("binary values are not taken"); }
  bool start_object(std::size_t) override { return open(Input::Kind::object); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Input::Kind::array); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    auto& names = open_.back()->names;
    if (std::ranges::find(names, name) != names.end()) return refuse("a member is named twice");
    names.push_back(std::move(name));
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) override {
    return refuse("it is not well formed");
  }

  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  bool add_number(std::string written) {
    return add({.kind = Input::Kind::number, .text = std::move(written)});
  }
  bool add(Input value) { return place(std::move(value)) != nullptr; }

  Input* place(Input value) {
    if (++values_ > input_values_max) {
      refuse("it has too many values");
      return nullptr;
    }
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    open_.back()->items.push_back(std::move(value));
    return &open_.back()->items.back();
  }

  bool open(Input::Kind kind) {
    if (open_.size() == input_depth_max) return refuse("it is too deep");
    Input* value = place({.kind = kind});
    if (value == nullptr) return false;
    // An element that is open is the last one of its parent, which does not grow until it is closed.
    open_.push_back(value);
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }
  bool refuse(std::string what) {
    if (problem_.empty()) problem_ = std::move(what);
    return false;
  }

  Input& root_;
  std::vector<Input*> open_;
  std::size_t values_ = 0;
  std::string problem_;
};

Result<Input> parse(std::string_view bytes, Json::input_format_t format, const char* kind) {
  Input root;
  Builder builder(root);
  // The third argument: nothing may follow the value.
  if (Json::sax_parse(bytes.begin(), bytes.end(), &builder, format, true)) return root;
  return fail_named(ErrorCode::usage, "malformed_body",
                    std::string("the ") + kind + " cannot be taken: " +
                        (builder.problem().empty() ? "it is not well formed" : builder.problem()));
}

}  // namespace

const Input* Input::find(std::string_view name) const {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return &items[i];
  }
  return nullptr;
}

Result<Input> parse_input(std::string_view text) {
  return parse(text, Json::input_format_t::json, "JSON");
}

Result<Input> parse_msgpack_input(std::string_view bytes) {
  return parse(bytes, Json::input_format_t::msgpack, "MessagePack");
}

Fields::Fields(const Input& object) : object_(object) {
  if (object.kind != Input::Kind::object) {
    error_ = fail(ErrorCode::usage, "a JSON object is wanted").error();
  }
}

void Fields::refuse(std::string_view name, const std::string& what) {
  if (!error_) error_ = fail(ErrorCode::usage, std::string(name.substr(0, 64)) + ": " + what).error();
}

const Input* Fields::take(std::string_view name) {
  read_.push_back(name);
  if (error_) return nullptr;
  const Input* value = object_.find(name);
  return value == nullptr || value->kind == Input::Kind::null ? nullptr : value;
}

std::optional<std::string> Fields::text(std::string_view name) {
  const Input* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (value->kind == Input::Kind::text) return value->text;
  refuse(name, "it must be a text");
  return std::nullopt;
}

std::optional<std::string> Fields::decimal(std::string_view name) {
  const Input* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (value->kind == Input::Kind::text || value->kind == Input::Kind::number) return value->text;
  refuse(name, "it must be a number, or a text that is one");
  return std::nullopt;
}

std::optional<Price> Fields::price(std::string_view name) {
  const auto written = decimal(name);
  if (!written) return std::nullopt;
  const auto price = parse_price(*written);
  if (price) return *price;
  refuse(name, price.error().message);
  return std::nullopt;
}

std::optional<Quantity> Fields::quantity(std::string_view name) {
  auto written = decimal(name);
  if (!written) return std::nullopt;
  // "5.0" is five shares: clients that count in decimals write it so.
  if (const std::size_t point = written->find('.');
      point != std::string::npos && point > 0 &&
      written->find_first_not_of('0', point + 1) == std::string::npos && point + 1 < written->size()) {
    written->resize(point);
  }
  const auto quantity = parse_quantity(*written);
  if (quantity) return *quantity;
  refuse(name, quantity.error().message);
  return std::nullopt;
}

std::optional<std::int64_t> Fields::percent(std::string_view name) {
  const auto written = decimal(name);
  if (!written) return std::nullopt;
  // A percent of 1/10000 dollar's scale has 100 units a basis point.
  const auto number = parse_money(*written);
  if (number && number->units > 0 && number->units % 100 == 0) return number->units / 100;
  refuse(name, "it must be a percentage above zero with at most two decimals");
  return std::nullopt;
}

std::optional<Timestamp> Fields::time(std::string_view name) {
  const auto written = text(name);
  if (!written) return std::nullopt;
  const auto timestamp = parse_timestamp(*written);
  if (timestamp) return *timestamp;
  refuse(name, timestamp.error().message);
  return std::nullopt;
}

std::optional<bool> Fields::boolean(std::string_view name) {
  const Input* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (value->kind == Input::Kind::boolean) return value->truth;
  refuse(name, "it must be true or false");
  return std::nullopt;
}

std::optional<std::vector<std::string>> Fields::texts(std::string_view name) {
  const Input* value = take(name);
  if (value == nullptr) return std::nullopt;
  std::vector<std::string> all;
  if (value->kind == Input::Kind::array) {
    for (const Input& item : value->items) {
      if (item.kind != Input::Kind::text) break;
      all.push_back(item.text);
    }
    if (all.size() == value->items.size()) return all;
  }
  refuse(name, "it must be a list of texts");
  return std::nullopt;
}

void Fields::refuse_others() {
  for (const std::string& name : object_.names) {
    if (std::ranges::find(read_, name) == read_.end()) refuse(name, "there is no such field");
  }
}

}  // namespace trade::gatewayd
