// A fast 64-bit digest of a sequence of integers: each pair is mixed in by one 64x64 -> 128 bit
// multiplication whose halves are folded. It finds differences between machines; it is no defence against
// forgery.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "base/byte_stream.hpp"
#include "base/time.hpp"
#include "model/ids.hpp"
#include "model/instructions.hpp"
#include "model/numbers.hpp"
#include "model/order_link.hpp"

namespace trade::engine {

namespace detail {
__extension__ using Unsigned128 = unsigned __int128;

/// Folds the product of the operands with the operands themselves, so that no zero swallows the other.
constexpr std::uint64_t fold_multiply(std::uint64_t left, std::uint64_t right) {
  const Unsigned128 product = static_cast<Unsigned128>(left) * right;
  return (static_cast<std::uint64_t>(product) ^ left) ^ (static_cast<std::uint64_t>(product >> 64) ^ right);
}

constexpr std::uint64_t seed_left = 0x9e37'79b9'7f4a'7c15;
constexpr std::uint64_t seed_right = 0xd1b5'4a32'd192'ed03;

template <class Value>
  requires(std::is_integral_v<Value> || std::is_enum_v<Value>)
constexpr std::uint64_t word(Value value) {
  return static_cast<std::uint64_t>(value);
}
constexpr std::uint64_t word(Price price) {
  return word(price.units);
}
constexpr std::uint64_t word(Quantity quantity) {
  return word(quantity.shares);
}
constexpr std::uint64_t word(Money money) {
  return word(money.units);
}
constexpr std::uint64_t word(Timestamp timestamp) {
  return word(timestamp.nanoseconds);
}
constexpr std::uint64_t word(Date date) {
  return word(date.days);
}
template <class Tag, class Integer>
constexpr std::uint64_t word(trade::detail::Id<Tag, Integer> id) {
  return id.value;
}
}  // namespace detail

/// A 32-bit hash of a short text, for the tables that look names up.
inline std::uint64_t hash_text(std::string_view text, std::uint64_t seed) {
  std::uint64_t hash = detail::fold_multiply(seed ^ detail::seed_left, text.size() ^ detail::seed_right);
  while (!text.empty()) {
    std::uint64_t chunk = 0;
    const std::size_t size = text.size() < sizeof chunk ? text.size() : sizeof chunk;
    std::memcpy(&chunk, text.data(), size);
    hash = detail::fold_multiply(hash ^ chunk, detail::seed_right);
    text.remove_prefix(size);
  }
  return hash;
}

class Digest {
 public:
  Digest() = default;
  explicit Digest(std::uint64_t value) : value_(value) {}

  [[nodiscard]] std::uint64_t value() const { return value_; }

  void add(std::uint64_t left, std::uint64_t right) {
    value_ = detail::fold_multiply(left ^ detail::seed_left, right ^ value_);
  }

  /// Numbers, ids, enumerations, prices and the like, two at a time.
  template <class First, class Second, class... Rest>
  void fields(const First& first, const Second& second, const Rest&... rest) {
    add(detail::word(first), detail::word(second));
    if constexpr (sizeof...(rest) > 0) fields(rest...);
  }
  template <class Last>
  void fields(const Last& last) {
    add(detail::word(last), detail::seed_right);
  }

  void text(std::string_view text) { add(hash_text(text, value_), text.size()); }

 private:
  std::uint64_t value_ = detail::seed_right;
};

/// Takes what a ByteWriter takes and keeps only a digest of it.
class DigestWriter {
 public:
  template <class Value>
    requires(std::is_integral_v<Value> || std::is_enum_v<Value>)
  void write(Value value) {
    const std::uint64_t word = detail::word(value);
    if (pending_) {
      digest_.add(first_, word);
    } else {
      first_ = word;
    }
    pending_ = !pending_;
  }
  void write_text(std::string_view text) {
    write(text.size());
    write(hash_text(text, 0));
  }
  [[nodiscard]] std::uint64_t finish() {
    if (pending_) write(std::uint64_t{0});
    return digest_.value();
  }

 private:
  Digest digest_;
  std::uint64_t first_ = 0;
  bool pending_ = false;
};

/// Writes bytes and digests them in one go: going through a state of many megabytes costs more than either.
class DigestingByteWriter {
 public:
  explicit DigestingByteWriter(ByteWriter& bytes) : bytes_(bytes) {}

  template <class Value>
  void write(Value value) {
    bytes_.write(value);
    digest_.write(value);
  }
  void write_text(std::string_view text) {
    bytes_.write_text(text);
    digest_.write_text(text);
  }
  [[nodiscard]] std::uint64_t finish() { return digest_.finish(); }

 private:
  ByteWriter& bytes_;
  DigestWriter digest_;
};

// Asked of every order more than once, so without a branch for each member. They name all members, so that a
// new one is not forgotten here.

/// Whether an order asks for nothing beyond its type, prices and time in force.
inline bool is_plain(const OrderInstructions& instructions) {
  const auto& [post_only, all_or_none, self_trade_prevention, short_sale, display_quantity, minimum_quantity,
               trail_amount, trail_basis_points, expires_at] = instructions;
  const bool any =
      post_only.has_value() | all_or_none | self_trade_prevention.has_value() | short_sale.has_value();
  return !any & ((display_quantity.shares | minimum_quantity.shares | trail_amount.units |
                  trail_basis_points | expires_at.nanoseconds) == 0);
}

/// Whether no other orders come with it.
inline bool are_none(const OrderLegs& legs) {
  const auto& [order_class, take_profit_limit, stop_loss_stop, stop_loss_limit, trail_amount,
               trail_basis_points] = legs;
  return (order_class == OrderClass::simple) &
         ((take_profit_limit.units | stop_loss_stop.units | stop_loss_limit.units | trail_amount.units |
           trail_basis_points) == 0);
}

/// Nothing of a plain order's, so that those cost no more than they have to.
inline void digest(Digest& to, const OrderInstructions& instructions) {
  if (is_plain(instructions)) return;
  to.fields(instructions.post_only.value_or(PostOnly{}), instructions.all_or_none,
            instructions.self_trade_prevention.value_or(SelfTradePrevention{}), instructions.display_quantity,
            instructions.minimum_quantity, instructions.trail_amount, instructions.trail_basis_points,
            instructions.expires_at);
  if (instructions.short_sale) to.fields(*instructions.short_sale);
}
inline void digest(Digest& to, OrderLink link) {
  if (link.is_linked()) to.fields(link.order_class, link.role);
}
inline void digest(Digest& to, const OrderLegs& legs) {
  if (are_none(legs)) return;
  to.fields(legs.order_class, legs.take_profit_limit_price, legs.stop_loss_stop_price,
            legs.stop_loss_limit_price);
  if (legs.stop_loss_trails()) to.fields(legs.stop_loss_trail_amount, legs.stop_loss_trail_basis_points);
}

}  // namespace trade::engine
