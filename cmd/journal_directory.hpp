// The commands that work on a journal itself, without any daemon.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "context.hpp"
#include "journal/journal.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace trade::cmd {

/// The optional argument DIR: a home or a journal.
CLI::Option* add_journal_directory(CLI::App& app, std::string& directory);

/// The journal that is meant: DIR itself, the `journal` of the home DIR, or that of --home.
Result<std::filesystem::path> find_journal(Context& context, const std::string& directory);

/// Opens it for reading.
Result<std::unique_ptr<journal::Reader>> open_journal(const std::filesystem::path& directory);

/// A journal that is open for reading, and how far it went then.
struct OpenJournal {
  std::filesystem::path path;
  std::unique_ptr<journal::Reader> reader;
  journal::Head head;
};
/// Finds and opens the journal that is meant.
Result<OpenJournal> open_journal(Context& context, const std::string& directory);

/// Reads a batch that must be there.
Status read_batch(journal::Reader& reader, std::uint64_t number, wire::Batch& batch);

/// Sixteen hexadecimal digits.
std::string format_hash(std::uint64_t hash);

}  // namespace trade::cmd
