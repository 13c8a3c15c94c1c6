// Changing one value of a configuration file and nothing else.
#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/config.hpp"
#include "app/config_file.hpp"

namespace trade::app {

namespace {

namespace fs = std::filesystem;

std::string as_toml(const ConfigKey& key, std::string_view value) {
  if (key.type != ConfigType::text) return std::string(value);
  std::string quoted = "\"";
  for (const char character : value) {
    if (character == '"' || character == '\\') quoted += '\\';
    quoted += character;
  }
  return quoted + "\"";
}

/// The byte offset of a 1-based line and column (in code points).
std::size_t offset_of(std::string_view text, std::size_t line, std::size_t column) {
  std::size_t offset = 0;
  for (; line > 1 && offset < text.size(); ++offset) {
    if (text[offset] == '\n') --line;
  }
  for (; column > 1 && offset < text.size(); --column) {
    do
      ++offset;
    while (offset < text.size() && (static_cast<unsigned char>(text[offset]) & 0xc0) == 0x80);
  }
  return offset;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Whether the line is "# key = …": the place where a sample file explains the key.
bool is_commented_key(std::string_view line, std::string_view name) {
  line = trimmed(line);
  if (!line.starts_with('#')) return false;
  line = trimmed(line.substr(1));
  return line.starts_with(name) && trimmed(line.substr(name.size())).starts_with('=');
}

/// Puts "key = value" into its section: after the comment about it, else at the section's head; where there
/// is no such section, into a new one at the end.
std::string with_new_line(std::string_view text, const ConfigKey& key, const std::string& value) {
  const std::string line = std::string(key.name) + " = " + value + "\n";
  std::size_t insert_at = std::string_view::npos;
  bool in_section = false;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t newline = text.find('\n', start);
    const std::size_t next = newline == std::string_view::npos ? text.size() : newline + 1;
    const std::string_view content = trimmed(text.substr(start, next - start - (next > newline ? 1 : 0)));
    if (content.starts_with('['))
      in_section = trimmed(content.substr(1, content.find(']') - 1)) == key.section;
    if (in_section && (content.starts_with('[') || is_commented_key(content, key.name))) insert_at = next;
    start = next;
  }
  std::string result(text);
  if (insert_at == std::string_view::npos) {
    if (!result.empty() && !result.ends_with('\n')) result += '\n';
    if (!result.empty()) result += '\n';
    return result + "[" + std::string(key.section) + "]\n" + line;
  }
  if (!text.substr(0, insert_at).ends_with('\n')) result.insert(insert_at++, "\n");
  return result.insert(insert_at, line);
}

/// Whether `after` holds what `before` does, and `value` for `key`.
bool only_changes(const ConfigFileContents& before, const ConfigFileContents& after, const ConfigKey& key,
                  std::string_view value) {
  if (!after.errors.empty()) return false;
  const auto find = [](const ConfigFileContents& contents, const ConfigKey& wanted) -> const std::string* {
    const auto found = std::ranges::find(contents.values, &wanted, &ConfigFileValue::key);
    return found == contents.values.end() ? nullptr : &found->text;
  };
  return std::ranges::all_of(config_keys(), [&](const ConfigKey& each) {
    const std::string* now = find(after, each);
    if (&each == &key) return now != nullptr && *now == value;
    const std::string* then = find(before, each);
    return (now == nullptr) == (then == nullptr) && (now == nullptr || *now == *then);
  });
}

std::unexpected<Error> cannot_write(const fs::path& file, int error) {
  const bool full = error == ENOSPC || error == EDQUOT;
  const bool forbidden = error == EACCES || error == EPERM || error == EROFS;
  return fail(full        ? ErrorCode::out_of_space
              : forbidden ? ErrorCode::not_permitted
                          : ErrorCode::internal,
              "cannot write " + file.string() + ": " + std::generic_category().message(error));
}

/// 0, or the number of what went wrong.
int write_and_sync(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(descriptor) == 0 ? 0 : errno;
}

Status replace_file(const fs::path& file, std::string_view text) {
  std::error_code error;
  // Through a link: it is the file that changes, not the link.
  fs::path target = fs::canonical(file, error);
  if (error) target = file;
  struct stat status{};
  const mode_t mode = ::stat(target.c_str(), &status) == 0 ? status.st_mode & 0777 : 0600;
  std::string temporary = target.string() + ".XXXXXX";
  const int descriptor = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0) return cannot_write(file, errno);
  int failed = ::fchmod(descriptor, mode) == 0 ? 0 : errno;
  if (failed == 0) failed = write_and_sync(descriptor, text);
  if (::close(descriptor) != 0 && failed == 0) failed = errno;
  if (failed == 0 && ::rename(temporary.c_str(), target.c_str()) != 0) failed = errno;
  if (failed != 0) {
    ::unlink(temporary.c_str());
    return cannot_write(file, failed);
  }
  return {};
}

}  // namespace

Status set_config_value(const fs::path& file, std::string_view full_name, std::string_view value) {
  auto found = find_config_key(full_name);
  if (!found) return pass_on(std::move(found));
  const ConfigKey& key = **found;
  if (auto checked = check_config_value(key, value); !checked) return checked;
  auto text = read_config_file(file);
  if (!text) return pass_on(std::move(text));
  const std::string old_text = text->value_or(std::string());
  ConfigFileContents before = parse_config(old_text, file.string());
  if (!before.errors.empty()) {
    before.errors.front().hint = "mend the file first; 'trade config check' lists everything that is wrong";
    return std::unexpected(std::move(before.errors.front()));
  }

  std::string new_text;
  const auto present = std::ranges::find(before.values, &key, &ConfigFileValue::key);
  if (present == before.values.end()) {
    new_text = with_new_line(old_text, key, as_toml(key, value));
  } else {
    const std::size_t begin = offset_of(old_text, present->line, present->column);
    const std::size_t end = offset_of(old_text, present->end_line, present->end_column);
    new_text = old_text;
    new_text.replace(begin, end - begin, as_toml(key, value));
  }
  if (!only_changes(before, parse_config(new_text, file.string()), key, value)) {
    return fail(ErrorCode::usage, "cannot change " + key.full_name() + " in " + file.string() + " by itself",
                "edit the file: write '" + std::string(key.name) + " = " + as_toml(key, value) + "' below [" +
                    std::string(key.section) + "]");
  }
  return replace_file(file, new_text);
}

}  // namespace trade::app
