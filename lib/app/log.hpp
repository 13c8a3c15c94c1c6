// Logging: start_logging once, then spdlog::info("...") and its like anywhere. Never log what a client sent
// as a secret; names, ids and reasons are fine.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <spdlog/spdlog.h>

#include "base/result.hpp"

namespace trade::app {

struct LogOptions {
  std::string level = "info";                          ///< trace, debug, info, warning, error, off
  std::string format = "text";                         ///< text, or json: one object a line
  std::string daemon;                                  ///< named in every line
  std::filesystem::path file;                          ///< empty: standard error
  std::size_t file_bytes_max = std::size_t{16} << 20;  ///< then a new file is begun
  std::size_t files_max = 5;                           ///< old ones that are kept
};

/// Replaces the process's logger. Messages are flushed as they come from `warning` on, else every second.
Status start_logging(const LogOptions& options);
/// Whether this is the name of a level.
bool is_log_level(std::string_view name);
/// Changes the level alone, and says so in the log. `usage` for a word that is none.
Status set_log_level(const std::string& level);
/// Says this at any level, as what is about the log or the configuration itself.
void log_at_any_level(spdlog::level::level_enum level, std::string_view text);
/// "info"
std::string_view log_level();
/// Writes out what is buffered.
void flush_log();

/// A log of its own beside the process's: whole lines as they are given, in a file that is begun anew when it
/// is full. Thread-safe. What cannot be written is dropped, and the process's log says so.
class LineLog {
 public:
  static Result<std::unique_ptr<LineLog>> open(const std::filesystem::path& file,
                                               std::size_t file_bytes_max = std::size_t{16} << 20,
                                               std::size_t files_max = 5);
  ~LineLog();
  LineLog(const LineLog&) = delete;
  LineLog& operator=(const LineLog&) = delete;

  /// Without a newline of its own.
  void write(std::string_view line);
  /// Hands to the system what was written; else that happens every second.
  void flush();

 private:
  explicit LineLog(std::shared_ptr<spdlog::logger> logger) : logger_(std::move(logger)) {}
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace trade::app
