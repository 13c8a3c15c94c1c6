// What a command is given: the global options, and through them the home, the configuration, the client and
// the output, each made when first asked for.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/config.hpp"
#include "app/home.hpp"
#include "base/result.hpp"
#include "client/client.hpp"
#include "output.hpp"

namespace trade::cmd {

/// The options that every command takes.
struct Globals {
  std::optional<format::OutputMode> output;
  std::optional<std::string> home;
  std::optional<std::string> config;
  std::optional<std::string> account;
  std::optional<double> timeout_seconds;
  bool quiet = false;
  bool verbose = false;
  bool no_color = false;
};

constexpr std::chrono::milliseconds timeout_default{5'000};
constexpr double timeout_seconds_max = 86'400;

class Context {
 public:
  explicit Context(Globals globals);

  [[nodiscard]] const Globals& globals() const { return globals_; }
  Output& output() { return output_; }

  Result<app::Home> home();
  /// Where the configuration file is, or would be.
  Result<std::filesystem::path> config_file();
  Result<const app::Config*> config();
  /// How long to wait for an answer.
  [[nodiscard]] std::chrono::milliseconds timeout();
  Result<ClientOptions> client_options();
  Result<Client*> client();

  /// The account that is named by --account, TRADE_ACCOUNT or the configuration, if one is.
  Result<std::optional<std::string>> named_account();
  /// The account to act for: the one that is named, or the only one there is (the house's not counted).
  Result<std::string> account();

  /// A line on standard error for people; nothing with -q.
  void note(std::string_view text) const;
  /// A line on standard error with -v alone.
  void detail(std::string_view text) const;
  /// An error on standard error: words, or one object in the JSON modes.
  void report(const Error& error) const;

 private:
  format::OutputMode output_mode();

  Globals globals_;
  std::optional<app::Config> config_;
  Output output_;
  std::unique_ptr<Client> client_;
};

/// As Context::report, where there is no context yet.
void report_error(const Error& error, format::OutputMode mode, bool color_allowed);

/// The value of an environment variable; nothing when it is not set or empty.
std::optional<std::string> environment(const char* name);

/// Whether colour may be used at all: no --no-color and no NO_COLOR (https://no-color.org).
bool color_allowed(bool no_color_option);

}  // namespace trade::cmd
