#include "backup/manifest.hpp"

#include <charconv>
#include <cstdio>
#include <string>

#include "backup/backup.hpp"
#include "backup/files.hpp"
#include "format/json.hpp"

namespace trade::backup {

namespace {

namespace fs = std::filesystem;
using format::Json;

/// A part is a name directly within a home: a manifest that was changed must not lead elsewhere.
bool good_part(const std::string& part) {
  return !part.empty() && part.size() <= 64 && part.find('/') == std::string::npos && part[0] != '.';
}

Result<Manifest> parse(const std::string& text, const std::string& file) {
  const auto broken = [&](const std::string& what) {
    return fail(ErrorCode::corrupt, file + " is no description of a backup: " + what, "use another backup");
  };
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return broken("it is no JSON object");
  if (json.value("format", Json()) != Json(1)) return broken("it is of another format than 1");
  Manifest manifest;
  const auto number = [&](const char* name, std::uint64_t& into) {
    const auto found = json.find(name);
    if (found == json.end() || !found->is_number_unsigned()) return false;
    into = found->get<std::uint64_t>();
    return true;
  };
  if (!number("batch", manifest.batch)) return broken("'batch' is missing");
  if (!number("last_sequence", manifest.last_sequence)) return broken("'last_sequence' is missing");
  const auto text_of_member = [&](const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const std::string hash = text_of_member("state_hash");
  const auto [end, error] = std::from_chars(hash.data(), hash.data() + hash.size(), manifest.state_hash, 16);
  if (hash.empty() || error != std::errc() || end != hash.data() + hash.size()) {
    return broken("'state_hash' is missing");
  }
  const auto created = parse_timestamp(text_of_member("created_at"));
  if (!created) return broken("'created_at' is missing");
  manifest.created_at = *created;
  manifest.program_version = text_of_member("version");
  const auto parts = json.find("parts");
  if (parts == json.end() || !parts->is_array()) return broken("'parts' is missing");
  for (const Json& part : *parts) {
    if (!part.is_string() || !good_part(part.get<std::string>()))
      return broken("'parts' has what is no part");
    manifest.parts.push_back(part.get<std::string>());
  }
  return manifest;
}

}  // namespace

fs::path manifest_file(const fs::path& directory) {
  return directory / "backup.json";
}

std::string manifest_text(const Manifest& manifest) {
  char hash[17];
  std::snprintf(hash, sizeof hash, "%016llx", static_cast<unsigned long long>(manifest.state_hash));
  Json json;
  json["format"] = 1;
  json["version"] = manifest.program_version;
  json["created_at"] = format_timestamp(manifest.created_at);
  json["batch"] = manifest.batch;
  json["last_sequence"] = manifest.last_sequence;
  json["state_hash"] = hash;
  json["parts"] = manifest.parts;
  return json.dump(2) + "\n";
}

Result<Manifest> read_manifest(const fs::path& directory) {
  std::error_code error;
  const fs::path file = manifest_file(directory);
  if (!fs::exists(file, error)) {
    return fail(ErrorCode::not_found, "no backup in " + directory.string(),
                "a backup has a file backup.json; one without it was not finished");
  }
  const auto text = read_text(file);
  if (!text) return std::unexpected(text.error());
  return parse(*text, file.string());
}

}  // namespace trade::backup
