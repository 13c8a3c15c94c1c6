#include "app/log.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "base/time.hpp"

namespace trade::app {

namespace {

constexpr std::pair<std::string_view, spdlog::level::level_enum> levels[] = {
    {"trace", spdlog::level::trace},  {"debug", spdlog::level::debug}, {"info", spdlog::level::info},
    {"warning", spdlog::level::warn}, {"error", spdlog::level::err},   {"off", spdlog::level::off},
};

std::optional<spdlog::level::level_enum> level_named(std::string_view name) {
  for (const auto& [candidate, level] : levels) {
    if (candidate == name) return level;
  }
  return std::nullopt;
}

std::string_view name_of_level(spdlog::level::level_enum wanted) {
  for (const auto& [name, level] : levels) {
    if (level == wanted) return name;
  }
  return "critical";
}

std::unexpected<Error> no_such_level(std::string_view name) {
  return fail(ErrorCode::usage, "no such log level: '" + std::string(name.substr(0, 40)) + "'",
              "choose one of trace, debug, info, warning, error, off");
}

std::string_view view(const spdlog::string_view_t& text) {
  return {text.data(), text.size()};
}

/// One message, one line: "2026-01-30T14:30:00.000000001Z warning tradingd: text", or a JSON object. What
/// comes from outside cannot forge a line, because control characters are replaced.
class LineFormatter final : public spdlog::formatter {
 public:
  LineFormatter(std::string daemon, bool json) : daemon_(std::move(daemon)), json_(json) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const auto since_epoch = message.time.time_since_epoch();
    const Timestamp timestamp{std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count()};
    const std::string_view level = name_of_level(message.level);
    std::string line;
    if (json_) {
      nlohmann::ordered_json object;
      object["time"] = format_timestamp(timestamp);
      object["level"] = level;
      object["daemon"] = daemon_;
      object["message"] = view(message.payload);
      line = object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    } else {
      line = format_timestamp(timestamp);
      line.append(" ").append(level).append(" ").append(daemon_).append(": ");
      for (const char character : view(message.payload)) {
        line += static_cast<unsigned char>(character) < ' ' ? ' ' : character;
      }
    }
    line += '\n';
    out.append(line.data(), line.data() + line.size());
  }

  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<LineFormatter>(daemon_, json_);
  }

 private:
  std::string daemon_;
  bool json_;
};

}  // namespace

Status start_logging(const LogOptions& options) {
  const auto level = level_named(options.level);
  if (!level) return no_such_level(options.level);
  std::shared_ptr<spdlog::sinks::sink> sink;
  try {
    if (options.file.empty()) {
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    } else {
      sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
          options.file.string(), options.file_bytes_max, options.files_max);
    }
  } catch (const spdlog::spdlog_ex& error) {
    return fail(ErrorCode::internal, "cannot log to " + options.file.string() + ": " + error.what(),
                "check that the directory can be written to and that the disk is not full");
  }
  sink->set_formatter(std::make_unique<LineFormatter>(options.daemon, options.format == "json"));
  auto logger = std::make_shared<spdlog::logger>(options.daemon, std::move(sink));
  logger->set_level(*level);
  logger->flush_on(spdlog::level::warn);
  spdlog::set_default_logger(std::move(logger));
  spdlog::flush_every(std::chrono::seconds(1));
  return {};
}

bool is_log_level(std::string_view name) {
  return level_named(name).has_value();
}

Status set_log_level(const std::string& level) {
  const auto number = level_named(level);
  if (!number) return no_such_level(level);
  spdlog::logger& logger = *spdlog::default_logger_raw();
  const auto before = logger.level();
  if (*number == before) return {};
  logger.set_level(*number);
  log_at_any_level(spdlog::level::info, "the log level is " + level + " from now on, it was " +
                                            std::string(name_of_level(before)));
  return {};
}

void log_at_any_level(spdlog::level::level_enum level, std::string_view text) {
  const spdlog::logger& logger = *spdlog::default_logger_raw();
  const spdlog::details::log_msg message(logger.name(), level, text);
  // Into the sinks themselves: the logger's level holds for everybody else meanwhile.
  for (const spdlog::sink_ptr& sink : logger.sinks()) {
    sink->log(message);
    sink->flush();
  }
}

std::string_view log_level() {
  return name_of_level(spdlog::default_logger_raw()->level());
}

Result<std::unique_ptr<LineLog>> LineLog::open(const std::filesystem::path& file, std::size_t file_bytes_max,
                                               std::size_t files_max) {
  try {
    auto sink =
        std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file.string(), file_bytes_max, files_max);
    auto logger = std::make_shared<spdlog::logger>(file.string(), std::move(sink));
    logger->set_pattern("%v");
    logger->set_level(spdlog::level::info);
    // Registered loggers are flushed every second.
    spdlog::drop(logger->name());
    spdlog::register_logger(logger);
    return std::unique_ptr<LineLog>(new LineLog(std::move(logger)));
  } catch (const spdlog::spdlog_ex& error) {
    return fail(ErrorCode::internal, "cannot log to " + file.string() + ": " + error.what(),
                "check that the directory can be written to and that the disk is not full");
  }
}

LineLog::~LineLog() {
  logger_->flush();
  spdlog::drop(logger_->name());
}

void LineLog::write(std::string_view line) {
  logger_->info("{}", line);
}

void LineLog::flush() {
  logger_->flush();
}

void flush_log() {
  spdlog::default_logger_raw()->flush();
}

}  // namespace trade::app
