#include "context.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>

#include <unistd.h>

#include "follower/remote_reader.hpp"
#include "format/json.hpp"

namespace trade::cmd {

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

bool color_allowed(bool no_color_option) {
  return !no_color_option && !environment("NO_COLOR");
}

void report_error(const Error& error, format::OutputMode mode, bool may_color) {
  std::string text;
  if (format::is_json(mode)) {
    text = format::text_of(format::json_of(error)) + '\n';
  } else {
    const bool color = style_of_descriptor(STDERR_FILENO, may_color).color;
    text = color ? "\x1b[1;31mtrade:\x1b[0m " : "trade: ";
    text += format::printable(error.message);
    if (!error.hint.empty()) text += "\n       " + format::printable(error.hint);
    text += '\n';
  }
  std::fwrite(text.data(), 1, text.size(), stderr);
}

Context::Context(Globals globals)
    : globals_(std::move(globals)),
      output_(output_mode(), color_allowed(globals_.no_color), globals_.selection) {}

Context::Context(Globals globals, Stage& stage)
    : globals_(std::move(globals)),
      stage_(&stage),
      output_(globals_.output.value_or(format::OutputMode::json), stage.output, globals_.selection) {}

format::OutputMode Context::output_mode() {
  if (globals_.output) return *globals_.output;
  // A configuration that cannot be read is told by whatever needs it, in words.
  const Result<const app::Config*> loaded = config();
  if (!loaded) return format::OutputMode::table;
  return format::output_mode_named((*loaded)->text("trade.output")).value_or(format::OutputMode::table);
}

std::optional<std::string> Context::profile_file() const {
  if (stage_ != nullptr) return std::nullopt;
  return globals_.connect ? globals_.connect : environment("TRADE_CONNECT");
}

Result<const app::RemoteProfile*> Context::profile() {
  if (profile_) return &*profile_;
  const std::optional<std::string> file = profile_file();
  if (!file) return nullptr;
  Result<app::RemoteProfile> loaded = app::load_profile(*file);
  if (!loaded) return pass_on(std::move(loaded));
  profile_ = std::move(*loaded);
  return &*profile_;
}

Result<app::Home> Context::home() {
  if (profile_file()) {
    return fail(ErrorCode::usage, "this works on the suite's own machine alone, not over --connect",
                "run it there, without --connect and TRADE_CONNECT");
  }
  return own_home();
}

Result<app::Home> Context::own_home() {
  if (stage_ != nullptr) {
    return fail(ErrorCode::usage, "a scenario has no home: this command works on a suite's directory",
                "run it from a shell");
  }
  return globals_.home ? app::resolve_home(std::string_view(*globals_.home)) : app::resolve_home();
}

Result<std::filesystem::path> Context::config_file() {
  if (globals_.config) return std::filesystem::absolute(*globals_.config);
  if (const auto named = environment("TRADE_CONFIG")) return std::filesystem::absolute(*named);
  Result<app::Home> place = own_home();
  if (!place) return pass_on(std::move(place));
  return place->config_file();
}

Result<const app::Config*> Context::config() {
  if (!config_) {
    Result<std::filesystem::path> file = config_file();
    if (!file) return pass_on(std::move(file));
    const bool required = globals_.config.has_value() || environment("TRADE_CONFIG").has_value();
    Result<app::Config> loaded = app::Config::load(*file, required);
    if (!loaded) return pass_on(std::move(loaded));
    config_ = std::move(*loaded);
  }
  return &*config_;
}

std::chrono::milliseconds Context::timeout() {
  if (globals_.timeout_seconds) {
    return std::chrono::milliseconds(std::llround(std::ceil(*globals_.timeout_seconds * 1'000)));
  }
  if (stage_ != nullptr) return timeout_default;
  const Result<const app::Config*> loaded = config();
  return loaded ? std::chrono::seconds((*loaded)->integer("trade.timeout_seconds")) : timeout_default;
}

Result<ClientOptions> Context::client_options() {
  Result<const app::RemoteProfile*> remote = profile();
  if (!remote) return pass_on(std::move(remote));
  if (*remote != nullptr) {
    if (Result<const app::Config*> loaded = config(); !loaded) return pass_on(std::move(loaded));
    return ClientOptions{.timeout = timeout(), .remote = follower::remote_suite(**remote)};
  }
  Result<app::Home> place = home();
  if (!place) return pass_on(std::move(place));
  if (Result<const app::Config*> loaded = config(); !loaded) return pass_on(std::move(loaded));
  return ClientOptions{.home = place->root, .timeout = timeout()};
}

Result<Client*> Context::client() {
  if (stage_ != nullptr) return stage_->client;
  if (client_ == nullptr) {
    Result<ClientOptions> options = client_options();
    if (!options) return pass_on(std::move(options));
    client_ = std::make_unique<Client>(std::move(*options));
  }
  return client_.get();
}

const Clock& Context::clock() const {
  static const SystemClock system_clock;
  return stage_ != nullptr ? *stage_->clock : system_clock;
}

Result<Timestamp> Context::suite_time() {
  if (stage_ != nullptr) return stage_->clock->now();
  Result<Client*> connection = client();
  if (!connection) return pass_on(std::move(connection));
  const Result<ClockView> view = (*connection)->clock();
  if (!view) return std::unexpected(view.error());
  return view->now;
}

std::chrono::nanoseconds Context::monotonic_time() const {
  return std::chrono::nanoseconds(stage_ != nullptr ? clock().now().nanoseconds : monotonic_nanoseconds());
}

void Context::pause(std::chrono::nanoseconds time) const {
  if (stage_ != nullptr) {
    stage_->pause(time);
  } else {
    std::this_thread::sleep_for(time);
  }
}

Result<std::optional<std::string>> Context::named_account() {
  std::optional<std::string> name = globals_.account;
  if (stage_ != nullptr) return name;
  if (!name) name = environment("TRADE_ACCOUNT");
  if (!name) {
    Result<const app::RemoteProfile*> remote = profile();
    if (!remote) return pass_on(std::move(remote));
    if (*remote != nullptr && !(*remote)->account.empty()) name = (*remote)->account;
  }
  if (!name) {
    Result<const app::Config*> loaded = config();
    if (!loaded) return pass_on(std::move(loaded));
    if (const std::string& configured = (*loaded)->text("trade.account"); !configured.empty())
      name = configured;
  }
  if (!name) return std::optional<std::string>();
  Result<AccountName> checked = parse_account_name(*name);
  if (!checked) return pass_on(std::move(checked));
  return name;
}

Result<std::string> Context::account() {
  Result<std::optional<std::string>> named = named_account();
  if (!named) return pass_on(std::move(named));
  if (*named) return **named;
  Result<Client*> connection = client();
  if (!connection) return pass_on(std::move(connection));
  Result<std::vector<AccountView>> accounts = (*connection)->accounts();
  if (!accounts) return pass_on(std::move(accounts));
  std::erase_if(*accounts, [](const AccountView& account) {
    return account.type == AccountType::house || account.type == AccountType::clearing;
  });
  if (accounts->empty()) {
    return fail(ErrorCode::usage, "there is no account yet",
                "open one: trade account open NAME --deposit AMOUNT");
  }
  if (accounts->size() == 1) return accounts->front().id;
  constexpr std::size_t names_shown_max = 10;
  std::string names;
  for (std::size_t i = 0; i < accounts->size() && i < names_shown_max; ++i) {
    names += (i == 0 ? "" : ", ") + (*accounts)[i].id;
  }
  if (accounts->size() > names_shown_max) names += ", …";
  return fail(ErrorCode::usage, "there is more than one account: say which", "--account " + names);
}

void Context::note(std::string_view text) const {
  if (globals_.quiet || stage_ != nullptr) return;
  const std::string line = format::printable(text) + '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void Context::detail(std::string_view text) const {
  if (globals_.verbose) note(text);
}

void Context::report(const Error& error) const {
  if (stage_ != nullptr) {
    stage_->errors.push_back(error);
    return;
  }
  report_error(error, output_.mode(), color_allowed(globals_.no_color));
}

}  // namespace trade::cmd
