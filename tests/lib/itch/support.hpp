// Files and bytes for the tests of lib/itch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "itch/generator.hpp"
#include "itch/messages.hpp"

namespace trade::itch::test {

/// The bytes that hexadecimal digits spell; spaces are left out.
std::string from_hex(std::string_view digits);

/// A directory of its own, removed with what is in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  /// Writes a file and gives its path.
  [[nodiscard]] std::string write(const std::string& name, std::string_view bytes) const;
  [[nodiscard]] std::string path(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Compressed as one gzip member.
std::string gzipped(std::string_view bytes);

/// All messages of a file, or the error that reading it ends with.
Result<std::vector<Message>> read_all(const std::string& path);

/// Messages as a file's bytes, each behind its length.
std::string framed(const std::vector<Message>& messages);

/// What the generator makes, as messages.
std::vector<Message> generated(const GeneratorOptions& options);

/// The file of real data, where it is there.
std::optional<std::string> real_file();

}  // namespace trade::itch::test
