// The page in the browser: its files, and the paths that they are served at.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "gatewayd/call.hpp"

namespace trade::gatewayd {

/// A file as it was when the program was built.
struct PageFile {
  std::string_view name;
  std::string_view text;
};
/// What share/web holds; "index.html" is the page itself.
std::span<const PageFile> built_in_page_files();

/// The page's files, found by name alone: a request never becomes a path.
class PageFiles {
 public:
  struct File {
    std::string text;
    std::string content_type;
    std::string entity_tag;  ///< of the content
  };

  /// Those that are built in, and the chart library where `directory` has it.
  explicit PageFiles(const std::filesystem::path& directory);
  /// Null: there is none.
  [[nodiscard]] const File* find(std::string_view name) const;

 private:
  void add(std::string_view name, std::string text);

  std::map<std::string, File, std::less<>> files_;
};

/// Where the chart library is looked for: beside the program that runs, in ../share/trade/web.
std::filesystem::path page_directory();

/// "/" and "/assets/NAME".
std::span<const Route> page_routes();

}  // namespace trade::gatewayd
