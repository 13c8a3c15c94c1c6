// JSON that comes from outside: bounded in size and depth, and with numbers kept as they were written, so
// that money never passes through floating point.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/enums.hpp"
#include "model/numbers.hpp"

namespace trade::gatewayd {

/// Arrays and objects within one another, and values in all, at most.
constexpr std::size_t input_depth_max = 16;
constexpr std::size_t input_values_max = 20'000;

struct Input {
  enum class Kind : std::uint8_t { null, boolean, number, text, array, object };
  Kind kind = Kind::null;
  bool truth = false;
  std::string text;                ///< of a text, or a number as it was written
  std::vector<Input> items;        ///< of an array; of an object the values, in order
  std::vector<std::string> names;  ///< of an object, as many as items

  /// The member of an object, or null.
  [[nodiscard]] const Input* find(std::string_view name) const;
};

/// `usage` when it is not JSON, not UTF-8, too deep, too large, or names a member twice.
Result<Input> parse_input(std::string_view text);
/// The same for the MessagePack of the data streams.
Result<Input> parse_msgpack_input(std::string_view bytes);

/// Reads the members of an object one by one. The first that is wrong is kept, and what is read after it does
/// not count: read all, then look at `error`. A member that is absent or null is nothing.
class Fields {
 public:
  /// `object` must outlive it.
  explicit Fields(const Input& object);

  std::optional<std::string> text(std::string_view name);
  /// A decimal, given as a number or a text.
  std::optional<Price> price(std::string_view name);
  std::optional<Quantity> quantity(std::string_view name);
  /// A percentage with at most two decimals, in basis points.
  std::optional<std::int64_t> percent(std::string_view name);
  /// RFC 3339.
  std::optional<Timestamp> time(std::string_view name);
  std::optional<bool> boolean(std::string_view name);
  /// An array of texts.
  std::optional<std::vector<std::string>> texts(std::string_view name);
  template <class E>
  std::optional<E> enumeration(std::string_view name) {
    const auto word = text(name);
    if (!word) return std::nullopt;
    const auto value = value_named<E>(*word);
    if (!value) refuse(name, "'" + word->substr(0, 32) + "' is none of " + names_of<E>());
    return value;
  }
  /// Whether there is such a member, and it is not null.
  [[nodiscard]] bool given(std::string_view name) { return take(name) != nullptr; }
  /// Refuses every member that is not among those that were read.
  void refuse_others();
  void refuse(std::string_view name, const std::string& what);

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  const Input* take(std::string_view name);
  /// The text of a number or a text.
  std::optional<std::string> decimal(std::string_view name);
  template <class E>
  static std::string names_of() {
    std::string all;
    for (const auto& [value, name] : enum_names(E{}))
      all += (all.empty() ? "" : ", ") + std::string(name);
    return all;
  }

  const Input& object_;
  std::vector<std::string_view> read_;
  std::optional<Error> error_;
};

}  // namespace trade::gatewayd
