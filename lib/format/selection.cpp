#include "format/selection.hpp"

#include <algorithm>

namespace trade::format {

namespace {

/// The names between commas; blanks around them do not count.
std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> names;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    std::string_view name = text.substr(start, end - start);
    while (name.starts_with(' '))
      name.remove_prefix(1);
    while (name.ends_with(' '))
      name.remove_suffix(1);
    names.emplace_back(name);
    start = end + 1;
  }
  return names;
}

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

/// "filled_quantity" as a heading.
std::string heading_of(std::string name) {
  for (char& character : name) {
    if (character == '_') character = ' ';
    if (character >= 'a' && character <= 'z') character = static_cast<char>(character - 'a' + 'A');
  }
  return name;
}

}  // namespace

Result<Selection> Selection::make(const SelectionTexts& texts, const Layout& layout) {
  Selection selection;
  selection.layout_ = layout;
  if (texts.fields) {
    if (Status read = selection.read_fields(*texts.fields, layout); !read) return pass_on(std::move(read));
  }
  if (texts.sort) {
    if (Status read = selection.read_sort(*texts.sort, layout.fields); !read) return pass_on(std::move(read));
  }
  if (texts.filter) {
    Result<Filter> filter = Filter::parse(*texts.filter, layout.fields);
    if (!filter) return pass_on(std::move(filter));
    selection.filter_ = std::move(*filter);
  }
  return selection;
}

Status Selection::read_fields(std::string_view text, const Layout& all) {
  layout_.columns.clear();
  for (std::string& name : names_in(text)) {
    if (!holds(all.fields, name)) return std::unexpected(unknown_field(name, all.fields));
    if (holds(fields_, name)) return fail(ErrorCode::usage, "the field '" + name + "' is named twice");
    const auto known = std::ranges::find(all.columns, name, &Column::key);
    Column column;
    if (known != all.columns.end()) {
      column = *known;
    } else {
      column.heading = texts_.emplace_back(heading_of(name));
      column.key = texts_.emplace_back(name);
    }
    column.drop_order = 0;  // what was asked for is shown
    layout_.columns.push_back(column);
    fields_.push_back(std::move(name));
  }
  layout_.fields = fields_;
  return {};
}

Status Selection::read_sort(std::string_view text, const std::vector<std::string>& fields) {
  for (std::string& name : names_in(text)) {
    const bool descending = name.starts_with('-');
    if (descending || name.starts_with('+')) name.erase(0, 1);
    if (!holds(fields, name)) return std::unexpected(unknown_field(name, fields));
    sort_.push_back({std::move(name), descending});
  }
  return {};
}

Json Selection::part_of(const Json& record) const {
  if (fields_.empty()) return record;
  Json part = Json::object();
  for (const std::string& field : fields_) {
    const auto value = record.find(field);
    part[field] = value == record.end() ? Json(nullptr) : *value;
  }
  return part;
}

std::vector<Json> Selection::apply(std::span<const Json> records) const {
  std::vector<const Json*> wanted;
  for (const Json& record : records) {
    if (wants(record)) wanted.push_back(&record);
  }
  static const Json null;
  const auto value_in = [](const Json& record, const std::string& field) -> const Json& {
    const auto value = record.find(field);
    return value == record.end() ? null : *value;
  };
  std::ranges::sort(wanted, [&](const Json* left, const Json* right) {
    for (const SortKey& key : sort_) {
      const Json& one = value_in(*left, key.field);
      const Json& other = value_in(*right, key.field);
      if (one.is_null() != other.is_null()) return other.is_null();
      // Numbers come before texts: a field that has both still has one order.
      const int order = compare_values(one, other).value_or(compare_values(one, "0") ? -1 : 1);
      if (order != 0) return key.descending ? order > 0 : order < 0;
    }
    // Equal ones stay as they came.
    return left < right;
  });
  std::vector<Json> parts;
  parts.reserve(wanted.size());
  for (const Json* record : wanted)
    parts.push_back(part_of(*record));
  return parts;
}

}  // namespace trade::format
