// The second verification of a frame: not its structure but its meaning. Every value that comes out of a
// frame passes through here. The first thing wrong is kept in words; what is decoded after it is thrown away.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/clock.hpp"
#include "model/enums.hpp"
#include "model/ids.hpp"
#include "model/numbers.hpp"
#include "model/reject_reason.hpp"
#include "wire/trade_generated.h"

namespace trade::wire {

/// Quantities of orders and trades are within ± this, so that a price times one always fits in Money. It is
/// above `order_quantity_max` on purpose: a quantity too large is the engine's to refuse, with its reason.
constexpr std::int64_t order_quantity_magnitude_max = 4 * order_quantity_max;
static_assert(order_quantity_magnitude_max <= std::numeric_limits<std::int64_t>::max() / price_units_max);

/// Amounts that a command asks for are within ± this: 900 trillion dollars, as `parse_money` takes.
constexpr std::int64_t command_amount_units_max = 900'000'000'000'000LL * units_per_dollar;

/// Ratios and small counts of the firm's rules are within ± this.
constexpr std::int64_t rule_value_max = 1'000'000'000;

/// The last day that four digits of a year can name, 9999-12-31.
constexpr std::int32_t date_days_max = 2'932'896;

// The longest texts, in bytes.
constexpr std::size_t name_bytes_max = 64;         ///< any name that a daemon looks up or shows
constexpr std::size_t halt_reason_bytes_max = 64;  ///< as SetSymbolStatus says
constexpr std::size_t error_text_bytes_max = 4'096;

class Checker {
 public:
  /// `frame_bytes` bounds what may be copied out of the frame in all: a frame in which many records share one
  /// long vector must not grow when it is decoded.
  explicit Checker(std::size_t frame_bytes) : copy_budget_(frame_bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  /// The first thing wrong; `ok()` is false.
  [[nodiscard]] std::unexpected<Error> error() const;

  /// Names the record being read, for messages: "OrderView".
  void enter(const char* record) { record_ = record; }
  /// Names the element of the outermost list being read, from 0.
  void at(std::size_t index) { index_ = index; }

  /// Remembers what is wrong, if nothing was before.
  [[gnu::cold, gnu::noinline]] void refuse(const char* field, std::string_view what);
  [[gnu::cold, gnu::noinline]] void refuse_value(const char* field, std::int64_t value,
                                                 std::string_view must);

  Price price(std::int64_t units, const char* field) {
    if (static_cast<std::uint64_t>(units) > static_cast<std::uint64_t>(price_units_max)) [[unlikely]] {
      refuse_value(field, units, "a price is from 0 to 2000000000");
    }
    return {units};
  }
  /// Of an order or a trade.
  Quantity quantity(std::int64_t shares, const char* field) {
    if (!within(shares, order_quantity_magnitude_max)) [[unlikely]] {
      refuse_value(field, shares, "a quantity is at most 4000000000 either way");
    }
    return {shares};
  }
  /// Sums of quantities: positions, limits, volumes.
  Quantity total_shares(std::int64_t shares, const char* field) { return {representable(shares, field)}; }
  Money money(std::int64_t units, const char* field) { return {representable(units, field)}; }
  /// Money that a command asks for.
  Money amount(std::int64_t units, const char* field) {
    if (!within(units, command_amount_units_max)) [[unlikely]] {
      refuse_value(field, units, "an amount is at most 900 trillion dollars either way");
    }
    return {units};
  }
  /// A ratio or a small number of the firm's rules.
  std::int64_t rule_value(std::int64_t value, const char* field) {
    if (!within(value, rule_value_max)) [[unlikely]] {
      refuse_value(field, value, "a rule's value is at most 1000000000 either way");
    }
    return value;
  }
  /// How fast a simulated clock goes.
  std::int64_t clock_speed(std::int64_t millionths, const char* field) {
    if (millionths < 1 || millionths > clock_speed_millionths_max) [[unlikely]]
      refuse_value(field, millionths, "a clock's speed is from 1 to 1000000000000 millionths");
    return millionths;
  }
  std::int64_t count(std::int64_t value, const char* field) {
    if (value < 0) [[unlikely]]
      refuse_value(field, value, "a count is not negative");
    return value;
  }
  Timestamp timestamp(std::int64_t nanoseconds, const char* field) {
    if (nanoseconds < 0) [[unlikely]]
      refuse_value(field, nanoseconds, "a timestamp is not negative");
    return {nanoseconds};
  }
  Date date(std::int32_t days, const char* field) {
    if (days < 0 || days > date_days_max) [[unlikely]] {
      refuse_value(field, days, "a date is from 1970-01-01 to 9999-12-31");
    }
    return {days};
  }

  /// A value of the enumeration; zero is none.
  template <class E, class SchemaEnum>
  E enumeration(SchemaEnum number, const char* field) {
    const std::optional<E> value = value_numbered<E>(static_cast<std::uint8_t>(number));
    if (!value) [[unlikely]] {
      refuse_value(field, static_cast<std::int64_t>(number), "this is no value of the enumeration");
      return E{1};
    }
    return *value;
  }
  /// The same, where zero means that there is no value.
  template <class E, class SchemaEnum>
  std::optional<E> optional_enumeration(SchemaEnum number, const char* field) {
    if (static_cast<std::uint8_t>(number) == 0) return std::nullopt;
    return enumeration<E>(number, field);
  }
  RejectReason reject_reason(schema::RejectReason number, const char* field);

  /// The text, or an empty one where it is absent; it points into the frame.
  std::string_view text(const flatbuffers::String* text, std::size_t bytes_max, const char* field) {
    if (text == nullptr) return {};
    if (text->size() > bytes_max) [[unlikely]] {
      refuse_value(field, text->size(), "that is longer in bytes than it may be");
      return {};
    }
    return {text->data(), text->size()};
  }
  /// The same, copied.
  std::string string(const flatbuffers::String* text_or_null, std::size_t bytes_max, const char* field) {
    return std::string(text(text_or_null, bytes_max, field));
  }
  /// Empty, or a well-formed client order id.
  std::string_view client_order_id(const flatbuffers::String* text_or_null, const char* field) {
    return client_order_id(text(text_or_null, client_order_id_bytes_max, field), field);
  }
  std::string_view client_order_id(std::string_view id, const char* field);
  /// An id or a text of a venue: empty, or printable ASCII.
  std::string_view venue_text(const flatbuffers::String* text, std::size_t bytes_max, const char* field);
  AccountName account_name(const flatbuffers::String* text, const char* field);
  VenueName venue_name(const flatbuffers::String* text, const char* field);
  Symbol symbol(const flatbuffers::String* text, const char* field);

  /// The part of a record that every frame must have; refuses the frame and gives zeros where it is absent.
  template <class Struct>
  const Struct& fields(const Struct* fields) {
    if (fields != nullptr) [[likely]]
      return *fields;
    refuse("fields", "missing");
    static const Struct zeros{};
    return zeros;
  }
  /// True when a table that must be there is.
  template <class Table>
  bool present(const Table* table, const char* field) {
    if (table != nullptr) [[likely]]
      return true;
    refuse(field, "missing");
    return false;
  }
  /// True when a vector of structs or 64-bit numbers may be read: the FlatBuffers verifier checks its length
  /// but not that its elements are aligned. An absent vector is an empty one.
  template <class T>
  bool readable(const flatbuffers::Vector<T>* vector, const char* field) {
    if (vector == nullptr) return false;
    if (vector->size() != 0 && reinterpret_cast<std::uintptr_t>(vector->Data()) % alignof(std::int64_t) != 0)
        [[unlikely]] {
      refuse(field, "its elements are misaligned");
      return false;
    }
    return ok_;
  }
  /// Takes what is about to be copied out of the frame from the budget; false when it is used up.
  bool charge(std::size_t bytes, const char* field) {
    if (bytes > copy_budget_) [[unlikely]] {
      refuse(field, "records share more of the frame than they may");
      return false;
    }
    copy_budget_ -= bytes;
    return true;
  }

 private:
  static bool within(std::int64_t value, std::int64_t magnitude) {
    return value >= -magnitude && value <= magnitude;
  }
  std::int64_t representable(std::int64_t value, const char* field) {
    if (value == std::numeric_limits<std::int64_t>::min()) [[unlikely]] {
      refuse_value(field, value, "this number has no negative");
      return 0;
    }
    return value;
  }

  bool ok_ = true;
  const char* record_ = "frame";
  std::size_t index_ = 0;
  std::size_t copy_budget_;
  std::string_view checked_;  ///< the client order id last checked
  std::string problem_;
};

}  // namespace trade::wire
