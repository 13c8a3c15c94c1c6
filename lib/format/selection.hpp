// What --fields, --sort and --filter make of records, for every kind of record and every way to write them.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "format/filter.hpp"
#include "format/layout.hpp"

namespace trade::format {

/// As they are given, not yet held against any record's fields.
struct SelectionTexts {
  std::optional<std::string> fields;  ///< "id,status"
  std::optional<std::string> sort;    ///< "symbol,-quantity"
  std::optional<std::string> filter;

  [[nodiscard]] bool empty() const { return !fields && !sort && !filter; }
};

class Selection {
 public:
  /// For records of this kind. `usage` names what is not one of their fields, and the nearest that is.
  static Result<Selection> make(const SelectionTexts& texts, const Layout& layout);
  // Columns point at texts that move along, and would not be copied along.
  Selection(Selection&&) noexcept = default;
  Selection& operator=(Selection&&) noexcept = default;

  /// The layout of what is left of the records. Valid as long as the selection.
  [[nodiscard]] const Layout& layout() const { return layout_; }
  [[nodiscard]] bool wants(const Json& record) const { return !filter_ || filter_->matches(record); }
  /// The fields that are wanted, in the order in which they were named.
  [[nodiscard]] Json part_of(const Json& record) const;
  /// Those that are wanted, sorted, with the fields that are wanted. Without --sort they keep their order;
  /// records that are alike in it keep theirs. What is null comes last, either way.
  [[nodiscard]] std::vector<Json> apply(std::span<const Json> records) const;

 private:
  struct SortKey {
    std::string field;
    bool descending = false;
  };
  Selection() = default;
  Status read_fields(std::string_view text, const Layout& all);
  Status read_sort(std::string_view text, const std::vector<std::string>& fields);

  Layout layout_;
  std::deque<std::string> texts_;  ///< what the columns' views point at
  std::vector<std::string> fields_;
  std::vector<SortKey> sort_;
  std::optional<Filter> filter_;
};

}  // namespace trade::format
