// Walks the fields of the model's aggregates without naming them, so that a field that is added to a message
// is filled and compared by the round-trip tests at once, and fails them until the codec knows it.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/boxed_optional.hpp"
#include "base/fixed_string.hpp"
#include "base/result.hpp"
#include "model/enums.hpp"
#include "model/messages.hpp"
#include "model/reject_reason.hpp"

namespace trade::wire::test {

namespace detail {

template <class T>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;
template <class T>
constexpr bool is_boxed_optional = false;
template <class T>
constexpr bool is_boxed_optional<BoxedOptional<T>> = true;
template <class T>
constexpr bool is_vector = false;
template <class T>
constexpr bool is_vector<std::vector<T>> = true;
template <class T>
constexpr bool is_map = false;
template <class K, class V>
constexpr bool is_map<std::map<K, V>> = true;
template <class T>
constexpr bool is_variant = false;
template <class... T>
constexpr bool is_variant<std::variant<T...>> = true;
template <class T>
constexpr bool is_fixed_string = false;
template <std::size_t N>
constexpr bool is_fixed_string<FixedString<N>> = true;

/// Converts to any field's type; never evaluated.
struct Anything {
  template <class T>
    requires(!is_optional<T>)
  operator T() const;
};

template <class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return requires { T{(static_cast<void>(I), Anything{})...}; };
}

/// The number of fields of an aggregate.
template <class T, std::size_t N = 0>
constexpr std::size_t field_count() {
  if constexpr (takes<T>(std::make_index_sequence<N + 1>{})) {
    return field_count<T, N + 1>();
  } else {
    return N;
  }
}

}  // namespace detail

/// References to all fields of an aggregate.
template <class T>
auto fields_of(T& t) {
  constexpr std::size_t count = detail::field_count<std::remove_const_t<T>>();
  static_assert(count <= 24, "add another line below");
#define TRADE_FIELDS(n, ...)       \
  else if constexpr (count == n) { \
    auto& [__VA_ARGS__] = t;       \
    return std::tie(__VA_ARGS__);  \
  }
  if constexpr (count == 0) {
    return std::tuple<>{};
  }
  TRADE_FIELDS(1, a)
  TRADE_FIELDS(2, a, b)
  TRADE_FIELDS(3, a, b, c)
  TRADE_FIELDS(4, a, b, c, d)
  TRADE_FIELDS(5, a, b, c, d, e)
  TRADE_FIELDS(6, a, b, c, d, e, f)
  TRADE_FIELDS(7, a, b, c, d, e, f, g)
  TRADE_FIELDS(8, a, b, c, d, e, f, g, h)
  TRADE_FIELDS(9, a, b, c, d, e, f, g, h, i)
  TRADE_FIELDS(10, a, b, c, d, e, f, g, h, i, j)
  TRADE_FIELDS(11, a, b, c, d, e, f, g, h, i, j, k)
  TRADE_FIELDS(12, a, b, c, d, e, f, g, h, i, j, k, l)
  TRADE_FIELDS(13, a, b, c, d, e, f, g, h, i, j, k, l, m)
  TRADE_FIELDS(14, a, b, c, d, e, f, g, h, i, j, k, l, m, n)
  TRADE_FIELDS(15, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o)
  TRADE_FIELDS(16, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
  TRADE_FIELDS(17, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q)
  TRADE_FIELDS(18, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r)
  TRADE_FIELDS(19, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s)
  TRADE_FIELDS(20, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, u)
  TRADE_FIELDS(21, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, u, v)
  TRADE_FIELDS(22, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, u, v, w)
  TRADE_FIELDS(23, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, u, v, w, x)
  TRADE_FIELDS(24, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, u, v, w, x, y)
#undef TRADE_FIELDS
}

/// A default T but for one field.
template <class T, class Field>
T with(Field T::* field, std::type_identity_t<Field> value) {
  T t;
  t.*field = value;
  return t;
}

/// True when two values are the same in every field.
template <class T>
bool same(const T& left, const T& right) {
  if constexpr (detail::is_variant<T>) {
    if (left.index() != right.index()) return false;
    return std::visit([&right]<class Body>(const Body& body) { return same(body, std::get<Body>(right)); },
                      left);
  } else if constexpr (detail::is_optional<T> || detail::is_boxed_optional<T>) {
    return left.has_value() == right.has_value() && (!left || same(*left, *right));
  } else if constexpr (detail::is_vector<T>) {
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (!same(left[i], right[i])) return false;
    }
    return true;
  } else if constexpr (std::is_aggregate_v<T>) {
    const auto left_fields = fields_of(left);
    const auto right_fields = fields_of(right);
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (same(std::get<I>(left_fields), std::get<I>(right_fields)) && ...);
    }(std::make_index_sequence<std::tuple_size_v<decltype(left_fields)>>{});
  } else {
    return left == right;
  }
}

/// Fills every field with a value of its own: no two integers or texts of a message are alike, so that a
/// codec that mixes two fields up is found.
class Filler {
 public:
  explicit Filler(std::uint64_t start = 1'000) : next_(start) {}

  template <class T>
  void fill(T& value) {
    if constexpr (std::same_as<T, bool>) {
      value = true;
    } else if constexpr (std::integral<T>) {
      value = static_cast<T>(number());
    } else if constexpr (std::same_as<T, RejectReason>) {
      value = static_cast<RejectReason>(1 + number() % 40);
    } else if constexpr (std::same_as<T, ErrorCode>) {
      value = static_cast<ErrorCode>(1 + number() % 9);
    } else if constexpr (std::is_enum_v<T>) {
      const auto names = enum_names(T{});
      value = names[number() % names.size()].first;
    } else if constexpr (std::same_as<T, std::string>) {
      value = "text-" + std::to_string(number());
    } else if constexpr (std::same_as<T, std::string_view>) {
      value = texts_.emplace_back("view-" + std::to_string(number()));
    } else if constexpr (detail::is_fixed_string<T>) {
      value = *T::make("NAME" + std::to_string(number()));
    } else if constexpr (detail::is_optional<T>) {
      fill(value.emplace());
    } else if constexpr (detail::is_boxed_optional<T>) {
      std::remove_cvref_t<decltype(*value)> boxed;
      fill(boxed);
      value = std::move(boxed);
    } else if constexpr (detail::is_vector<T>) {
      value.resize(3);
      for (auto& element : value)
        fill(element);
    } else if constexpr (detail::is_map<T>) {
      for (int i = 0; i < 3; ++i) {
        typename T::key_type key;
        fill(key);
        fill(value[key]);
      }
    } else if constexpr (detail::is_variant<T>) {
      fill(value.template emplace<0>());
    } else {
      std::apply([this](auto&... field) { (fill(field), ...); }, fields_of(value));
    }
  }

 private:
  std::uint64_t number() { return next_++; }

  std::uint64_t next_;
  std::deque<std::string> texts_;  ///< what the views point at
};

}  // namespace trade::wire::test
