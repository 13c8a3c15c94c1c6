#include "backup/backup.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <utility>

#include "app/daemon.hpp"
#include "backup/files.hpp"
#include "backup/manifest.hpp"
#include "base/clock.hpp"
#include "journal/copy.hpp"
#include "journal/segment.hpp"
#include "store/error.hpp"
#include "store/files.hpp"

namespace trade::backup {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view journal_part = "journal";
constexpr std::string_view config_part = "trade.toml";
/// What a home has that belongs to the running of it and not to what it keeps.
constexpr std::array<std::string_view, 2> transient = {"run", "log"};
/// What is made again from the journal where it is missing.
constexpr std::array<std::string_view, 2> derived = {"ledger", "feed"};

bool is_one_of(std::string_view name, const auto& names) {
  return std::ranges::find(names, name) != names.end();
}

Status copy_journal(const fs::path& from, const fs::path& to, const Progress& progress,
                    journal::CopyReport* report) {
  // The checkpoints first: what they are of is then within the journal's copy.
  if (auto made = store::make_directories(to); !made) return made;
  if (Status copied = journal::copy_checkpoints(from, to); !copied) return copied;
  auto copied = journal::copy(from, to, progress);
  if (!copied) return pass_on(std::move(copied));
  if (report != nullptr) *report = *copied;
  // The archive last: what left the database before the copy is in it by then. A segment that was made since
  // may go beyond the copy, whose next batches, after a restore, are others.
  std::error_code ignored;
  const fs::path archive = journal::archive_directory(from);
  if (!fs::exists(archive, ignored)) return {};
  return copy_directory(archive, journal::archive_directory(to), [&](const fs::path& file) {
    const auto segment = journal::parse_segment_name(file);
    return !segment || segment->last <= copied->head.batch;
  });
}

Status check_empty(const fs::path& directory) {
  std::error_code error;
  if (!fs::exists(directory, error)) return {};
  if (fs::is_directory(directory, error) && fs::is_empty(directory, error)) return {};
  return fail(ErrorCode::usage, directory.string() + " is not empty",
              "name a directory that is empty or not there yet");
}

/// A copy of what it lies in would copy itself, and that copy, without end.
Status check_apart(const fs::path& copy, const fs::path& original) {
  std::error_code error;
  const fs::path within = fs::weakly_canonical(original, error);
  if (error) return std::unexpected(store::make_error(error.value(), original, "find the directory"));
  fs::path place = fs::weakly_canonical(copy, error);
  if (error) return std::unexpected(store::make_error(error.value(), copy, "find the directory"));
  for (; place != place.parent_path(); place = place.parent_path()) {
    if (place == within) {
      return fail(ErrorCode::usage,
                  copy.string() + " lies in " + original.string() + ", which is to be copied",
                  "name a directory outside of it");
    }
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> parts_of(const app::Home& home, const BackupOptions& options) {
  std::vector<std::string> parts;
  std::error_code error;
  for (fs::directory_iterator entry(home.root, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!entry->is_directory() || name == journal_part || name.starts_with('.')) continue;
    if (is_one_of(name, transient) || name == "restoring" || name.starts_with("replaced-")) continue;
    if (options.journal_only && is_one_of(name, derived)) continue;
    parts.push_back(name);
  }
  if (error) return std::unexpected(store::make_error(error.value(), home.root, "list the home"));
  std::ranges::sort(parts);
  std::error_code ignored;
  if (fs::is_regular_file(options.config_file, ignored)) parts.emplace_back(config_part);
  if (!fs::is_directory(home.journal(), ignored)) {
    return fail(ErrorCode::not_found, "no journal in " + home.root.string(),
                "name the home with --home; 'trade up' makes one");
  }
  parts.emplace_back(journal_part);
  return parts;
}

Result<Manifest> make(const app::Home& home, const fs::path& directory, const BackupOptions& options,
                      const Progress& progress) {
  if (Status apart = check_apart(directory, home.root); !apart) return pass_on(std::move(apart));
  if (Status empty = check_empty(directory); !empty) return pass_on(std::move(empty));
  auto parts = parts_of(home, options);
  if (!parts) return pass_on(std::move(parts));
  if (auto made = store::make_directories(directory); !made) return pass_on(std::move(made));
  Manifest manifest;
  manifest.created_at = SystemClock().now();
  manifest.program_version = app::version();
  manifest.parts = std::move(*parts);
  journal::CopyReport report;
  for (const std::string& part : manifest.parts) {
    Status copied;
    if (part == journal_part) {
      copied = copy_journal(home.journal(), directory / part, progress, &report);
    } else if (part == config_part) {
      copied = copy_plain_file(options.config_file, directory / part);
    } else {
      copied = copy_directory(home.root / part, directory / part);
    }
    if (!copied) return pass_on(std::move(copied));
  }
  manifest.batch = report.head.batch;
  manifest.last_sequence = report.head.last_sequence;
  manifest.state_hash = report.state_hash;
  const std::string text = manifest_text(manifest);
  Status written = store::write_file_durably(manifest_file(directory), {std::as_bytes(std::span(text))});
  if (!written) return pass_on(std::move(written));
  return manifest;
}

fs::path staged_journal(const app::Home& home) {
  return home.restoring() / journal_part;
}

Status stage(const fs::path& directory, const Manifest& manifest, const app::Home& home,
             const Progress& progress) {
  const fs::path staging = home.restoring();
  if (Status apart = check_apart(staging, directory); !apart) return apart;
  std::error_code error;
  fs::remove_all(staging, error);
  if (auto made = store::make_directories(staging); !made) return made;
  for (const std::string& part : manifest.parts) {
    const fs::path from = directory / part;
    Status copied;
    if (part == journal_part) {
      copied = copy_journal(from, staging / part, progress, nullptr);
    } else if (fs::is_directory(from, error)) {
      copied = copy_directory(from, staging / part);
    } else {
      copied = copy_plain_file(from, staging / part);
    }
    if (!copied) return copied;
  }
  return store::sync_directory(staging);
}

std::vector<std::string> existing_parts(const Manifest& manifest, const app::Home& home) {
  std::vector<std::string> existing;
  std::error_code error;
  for (const std::string& part : manifest.parts) {
    const fs::path path = home.root / part;
    if (!fs::exists(path, error)) continue;
    if (fs::is_directory(path, error) && fs::is_empty(path, error)) continue;
    existing.push_back(part);
  }
  // Books of another journal must not stay beside this one.
  for (const std::string_view part : derived) {
    if (!is_one_of(part, manifest.parts) && fs::exists(home.root / part / "data.mdb", error)) {
      existing.emplace_back(part);
    }
  }
  return existing;
}

Result<fs::path> install(const Manifest& manifest, const app::Home& home, Timestamp now) {
  const auto rename = [](const fs::path& from, const fs::path& to) -> Status {
    std::error_code error;
    fs::rename(from, to, error);
    if (error) return std::unexpected(store::make_error(error.value(), from, "move what is restored"));
    return {};
  };
  fs::path replaced;
  for (const std::string& part : existing_parts(manifest, home)) {
    if (replaced.empty()) {
      replaced = home.root / ("replaced-" + format_timestamp(now));
      if (auto made = store::make_directories(replaced); !made) return pass_on(std::move(made));
    }
    if (Status moved = rename(home.root / part, replaced / part); !moved) return pass_on(std::move(moved));
  }
  for (const std::string& part : manifest.parts) {
    std::error_code ignored;
    // An empty directory that was made ahead.
    fs::remove(home.root / part, ignored);
    if (Status moved = rename(home.restoring() / part, home.root / part); !moved) {
      return pass_on(std::move(moved));
    }
  }
  std::error_code ignored;
  fs::remove_all(home.restoring(), ignored);
  if (auto synced = store::sync_directory(home.root); !synced) return pass_on(std::move(synced));
  return replaced;
}

}  // namespace trade::backup
