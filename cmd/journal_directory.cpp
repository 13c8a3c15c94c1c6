#include "journal_directory.hpp"

#include <cstdio>

#include "arguments.hpp"

namespace trade::cmd {

CLI::Option* add_journal_directory(CLI::App& app, std::string& directory) {
  return add_value(app, "dir", directory, parse_text, directory_kind, "A home or a journal (--home)");
}

Result<std::filesystem::path> find_journal(Context& context, const std::string& directory) {
  std::filesystem::path journal = directory;
  if (directory.empty()) {
    Result<app::Home> home = context.home();
    if (!home) return pass_on(std::move(home));
    journal = home->journal();
  }
  std::error_code error;
  if (std::filesystem::is_directory(journal / "journal", error)) journal /= "journal";
  if (!std::filesystem::is_directory(journal, error)) {
    return fail(ErrorCode::not_found, "no journal in " + journal.string(),
                "name a home or a journal, or use --home");
  }
  return journal;
}

Result<std::unique_ptr<journal::Reader>> open_journal(const std::filesystem::path& directory) {
  return journal::open_reader(directory);
}

Result<OpenJournal> open_journal(Context& context, const std::string& directory) {
  Result<std::filesystem::path> path = find_journal(context, directory);
  if (!path) return pass_on(std::move(path));
  Result<std::unique_ptr<journal::Reader>> reader = open_journal(*path);
  if (!reader) return pass_on(std::move(reader));
  const Result<journal::Head> head = (*reader)->head();
  if (!head) return std::unexpected(head.error());
  return OpenJournal{*std::move(path), *std::move(reader), *head};
}

Status read_batch(journal::Reader& reader, std::uint64_t number, wire::Batch& batch) {
  Result<bool> read = reader.read(number, batch);
  if (!read) return pass_on(std::move(read));
  if (*read) return {};
  return fail(ErrorCode::corrupt, "batch " + std::to_string(number) + " is missing from the journal",
              "'trade journal verify' tells how much of it is whole");
}

std::string format_hash(std::uint64_t hash) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

}  // namespace trade::cmd
