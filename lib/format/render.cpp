#include "format/render.hpp"

namespace trade::format {

namespace {

std::string csv_field(const Json& value) {
  if (value.is_null()) return {};
  std::string text = value.is_string() ? value.get<std::string>() : text_of(value);
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char character : text) {
    if (character == '"') quoted += '"';
    quoted += character;
  }
  return quoted + '"';
}

}  // namespace

std::optional<OutputMode> output_mode_named(std::string_view name) {
  if (name == "table") return OutputMode::table;
  if (name == "json") return OutputMode::json;
  if (name == "jsonl") return OutputMode::jsonl;
  if (name == "csv") return OutputMode::csv;
  return std::nullopt;
}

std::string csv_heading(std::span<const std::string> fields) {
  std::string line;
  for (const std::string& field : fields) {
    if (!line.empty()) line += ',';
    line += csv_field(Json(field));
  }
  return line + '\n';
}

std::string csv_row(std::span<const std::string> fields, const Json& record) {
  std::string line;
  bool first = true;
  for (const std::string& field : fields) {
    if (!first) line += ',';
    first = false;
    if (const auto value = record.find(field); value != record.end()) line += csv_field(*value);
  }
  return line + '\n';
}

std::string render_list(OutputMode mode, const Layout& layout, std::span<const Json> records,
                        const Style& style) {
  std::string text;
  switch (mode) {
    case OutputMode::table:
      if (records.empty()) return "no " + std::string(layout.name_plural) + "\n";
      return render_table(layout.columns, records, style);
    case OutputMode::json:
      if (records.empty()) return "[]\n";
      text = "[\n";
      for (std::size_t i = 0; i < records.size(); ++i) {
        text += text_of(records[i]) + (i + 1 < records.size() ? ",\n" : "\n");
      }
      return text + "]\n";
    case OutputMode::jsonl:
      for (const Json& record : records)
        text += text_of(record) + '\n';
      return text;
    case OutputMode::csv:
      text = csv_heading(layout.fields);
      for (const Json& record : records)
        text += csv_row(layout.fields, record);
      return text;
  }
  return text;
}

std::string render_record(OutputMode mode, const Layout& layout, const Json& record, const Style& style) {
  switch (mode) {
    case OutputMode::table:
      return render_fields(record, style);
    case OutputMode::json:
    case OutputMode::jsonl:
      return text_of(record) + '\n';
    case OutputMode::csv: {
      const std::vector<std::string> fields = layout.fields.empty() ? field_names(record) : layout.fields;
      return csv_heading(fields) + csv_row(fields, record);
    }
  }
  return {};
}

}  // namespace trade::format
