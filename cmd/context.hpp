// What a command is given: the global options, and through them the home, the configuration, the client and
// the output, each made when first asked for.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.hpp"
#include "app/home.hpp"
#include "app/remote_profile.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "client/client.hpp"
#include "output.hpp"

namespace trade::cmd {

/// The options that every command takes.
struct Globals {
  std::optional<format::OutputMode> output;
  std::optional<std::string> home;
  std::optional<std::string> config;
  std::optional<std::string> connect;
  std::optional<std::string> account;
  std::optional<double> timeout_seconds;
  format::SelectionTexts selection;
  bool quiet = false;
  bool verbose = false;
  bool no_color = false;
};

/// What a command works with where it is run within another one: in place of a suite, the machine's clock and
/// the process's output. No configuration and no environment count then, only the globals.
struct Stage {
  Client* client = nullptr;
  const Clock* clock = nullptr;
  std::function<void(std::chrono::nanoseconds)> pause;  ///< lets time pass
  std::string output;                                   ///< what it wrote
  std::vector<Error> errors;                            ///< what it reported
};

constexpr std::chrono::milliseconds timeout_default{5'000};
constexpr double timeout_seconds_max = 86'400;

class Context {
 public:
  explicit Context(Globals globals);
  /// The stage must outlive the context.
  Context(Globals globals, Stage& stage);

  [[nodiscard]] const Globals& globals() const { return globals_; }
  Output& output() { return output_; }

  /// `usage` where the suite is on the network: there is no home of it here.
  Result<app::Home> home();
  /// Of the suite on the network that --connect or TRADE_CONNECT names; null: the home's own.
  Result<const app::RemoteProfile*> profile();
  /// Where the configuration file is, or would be.
  Result<std::filesystem::path> config_file();
  Result<const app::Config*> config();
  /// How long to wait for an answer.
  [[nodiscard]] std::chrono::milliseconds timeout();
  Result<ClientOptions> client_options();
  Result<Client*> client();
  /// The present: the machine's, or the stage's.
  [[nodiscard]] const Clock& clock() const;
  /// The time by which the suite goes, whose clock may be a simulated one: tradingd's, or the stage's.
  Result<Timestamp> suite_time();
  /// Whether the command is run within another one.
  [[nodiscard]] bool on_stage() const { return stage_ != nullptr; }
  /// For measuring spans and deadlines: of a clock that never goes back.
  [[nodiscard]] std::chrono::nanoseconds monotonic_time() const;
  /// Lets time pass.
  void pause(std::chrono::nanoseconds time) const;

  /// The account that is named by --account, TRADE_ACCOUNT, the profile or the configuration, if one is.
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
  [[nodiscard]] std::optional<std::string> profile_file() const;
  /// Of the suite or, where that is on the network, of whoever works with it.
  Result<app::Home> own_home();

  Globals globals_;
  Stage* stage_ = nullptr;
  std::optional<app::Config> config_;
  std::optional<app::RemoteProfile> profile_;
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
