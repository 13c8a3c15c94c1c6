// The table of all configuration keys.
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "app/config.hpp"
#include "base/clock.hpp"
#include "base/time.hpp"

namespace trade::app {

namespace {

/// "HOST:PORT", "[IPv6]:PORT"; port 0 lets the system choose one.
std::string_view check_listen(std::string_view value) {
  const std::size_t colon = value.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return "it must be HOST:PORT, such as 127.0.0.1:8080";
  const std::string_view host = value.substr(0, colon);
  if (host.find(':') != std::string_view::npos && !(host.starts_with('[') && host.ends_with(']'))) {
    return "an IPv6 address needs brackets, such as [::1]:8080";
  }
  const std::string_view port = value.substr(colon + 1);
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (port.empty() || error != std::errc() || end != port.data() + port.size() || number > 65'535) {
    return "the port must be a number from 0 to 65535";
  }
  return {};
}

/// The same, or "off": not served.
std::string_view check_listen_or_off(std::string_view value) {
  return value == "off" ? std::string_view{} : check_listen(value);
}

/// A FIX CompID: what goes into tags 49 and 56.
std::string_view check_comp_id(std::string_view value) {
  const bool printable = std::ranges::all_of(value, [](char c) { return c > ' ' && c < '\x7f' && c != '='; });
  if (value.empty() || value.size() > 64 || !printable) {
    return "it must be 1 to 64 printable characters without spaces or '='";
  }
  return {};
}

std::string_view check_account(std::string_view value) {
  const bool allowed = std::ranges::all_of(value, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
  });
  if (value.size() > 32 || !allowed) return "an account's id is at most 32 of A-Z a-z 0-9 . _ -";
  return {};
}

std::string_view check_time_or_empty(std::string_view value) {
  if (value.empty()) return {};
  const auto time = parse_timestamp(value);
  if (!time || *time <= Timestamp{} || *time >= SimulatedClock::latest)
    return "it must be a time from 1970 to 2199 such as 2026-01-30T09:00:00-05:00";
  return {};
}

constexpr std::int64_t call_minutes_max = 120;
constexpr std::int64_t map_megabytes_min = 16;
constexpr std::int64_t map_megabytes_max = 16 << 20;

constexpr std::array keys = {
    ConfigKey{
        "tradingd", "calendar", ConfigType::text, "always",
        "Trading hours: 'always' keeps the session as it is set by hand, 'us' follows New York's exchanges",
        0, 0, "always|us"},
    ConfigKey{"tradingd",
              "tcp_listen",
              ConfigType::text,
              "off",
              "Where clients with a CURVE key are served over TCP, such as 127.0.0.1:9101, or 'off'",
              0,
              0,
              {},
              check_listen_or_off},
    ConfigKey{"tradingd", "opening_call_minutes", ConfigType::integer, "0",
              "How long orders gather for an opening auction, with calendar 'us'; 0: no auction", 0,
              call_minutes_max},
    ConfigKey{"tradingd", "closing_call_minutes", ConfigType::integer, "0",
              "How long orders gather for a closing auction, with calendar 'us'; 0: no auction", 0,
              call_minutes_max},
    ConfigKey{
        "tradingd", "clock", ConfigType::text, "system",
        "The suite's clock: 'system' is the machine's, 'simulated' one that 'trade clock' sets, for tests", 0,
        0, "system|simulated"},
    ConfigKey{"tradingd",
              "clock_start",
              ConfigType::text,
              "",
              "Where a simulated clock stands in a new home, in RFC 3339; empty: at the present",
              0,
              0,
              {},
              check_time_or_empty},
    ConfigKey{"tradingd", "batch_commands_max", ConfigType::integer, "4096",
              "Commands that are made durable together at most", 1, 65'536},
    ConfigKey{"tradingd", "commit_interval_us", ConfigType::integer, "200",
              "Microseconds from one commit to the next at least, where there is no queue; 0: none", 0,
              10'000},
    ConfigKey{"tradingd", "queue_commands_max", ConfigType::integer, "65536",
              "Commands that wait to be made durable at most; new orders beyond are refused as 'overloaded'",
              16, 10'000'000},
    ConfigKey{"tradingd", "queue_megabytes_max", ConfigType::integer, "64",
              "Memory of the commands that wait at most; new orders beyond are refused as 'overloaded'", 1,
              65'536},
    ConfigKey{"tradingd", "checkpoint_every_commands", ConfigType::integer, "6000000",
              "Commands after which the engine's state is saved, to make the next start faster", 1'000,
              1'000'000'000},
    ConfigKey{"tradingd", "map_megabytes", ConfigType::integer, "1024",
              "Size of the journal's memory map at first; it grows as needed", map_megabytes_min,
              map_megabytes_max},
    ConfigKey{"journal", "archive_after_days", ConfigType::integer, "1",
              "Days after which 'trade journal archive' compresses a batch of the journal; 0: never", 0,
              36'500},
    ConfigKey{"journal", "prune_after_days", ConfigType::integer, "30",
              "Days after which 'trade journal prune' removes from the journal what is archived; 0: never", 0,
              36'500},
    ConfigKey{"ledgerd",
              "tcp_listen",
              ConfigType::text,
              "off",
              "Where clients with a CURVE key are served over TCP, such as 127.0.0.1:9102, or 'off'",
              0,
              0,
              {},
              check_listen_or_off},
    ConfigKey{
        "ledgerd", "follow", ConfigType::text, "",
        "Profile of a suite on the network whose journal is followed, with an operator's key; empty: the "
        "home's own"},
    ConfigKey{"ledgerd", "map_megabytes", ConfigType::integer, "1024",
              "Size of the ledger's memory map at first; it grows as needed", map_megabytes_min,
              map_megabytes_max},
    ConfigKey{"feedd",
              "tcp_listen",
              ConfigType::text,
              "off",
              "Where clients with a CURVE key are served over TCP, such as 127.0.0.1:9103, or 'off'",
              0,
              0,
              {},
              check_listen_or_off},
    ConfigKey{
        "feedd",
        "tcp_publish",
        ConfigType::text,
        "off",
        "Where market data is streamed over TCP to clients with a CURVE key, such as 127.0.0.1:9104, or "
        "'off'",
        0,
        0,
        {},
        check_listen_or_off},
    ConfigKey{
        "feedd", "follow", ConfigType::text, "",
        "Profile of a suite on the network whose journal is followed, with an operator's key; empty: the "
        "home's own"},
    ConfigKey{"feedd", "map_megabytes", ConfigType::integer, "1024",
              "Size of the market data's memory map at first; it grows as needed", map_megabytes_min,
              map_megabytes_max},
    ConfigKey{"gatewayd",
              "listen",
              ConfigType::text,
              "127.0.0.1:8080",
              "Where HTTP and WebSocket are served, or 'off'",
              0,
              0,
              {},
              check_listen_or_off},
    ConfigKey{"gatewayd",
              "tls_listen",
              ConfigType::text,
              "127.0.0.1:8443",
              "Where HTTPS and secure WebSocket are served, or 'off'",
              0,
              0,
              {},
              check_listen_or_off},
    ConfigKey{"gatewayd", "tls_cert", ConfigType::text, "",
              "Certificate chain (PEM) for HTTPS; empty: a self-signed one is made for this machine"},
    ConfigKey{"gatewayd", "tls_key", ConfigType::text, "", "The certificate's private key (PEM)"},
    ConfigKey{"gatewayd", "plain_http_anywhere", ConfigType::boolean, "false",
              "Whether plain HTTP may be served where other machines can reach it"},
    ConfigKey{"gatewayd", "requests_per_minute", ConfigType::integer, "200",
              "Requests that a key may make a minute when it has no limit of its own; 0: no limit", 0,
              10'000'000},
    ConfigKey{"gatewayd", "connections_max", ConfigType::integer, "4096", "Connections at one time", 1,
              60'000},
    ConfigKey{"gatewayd", "access_log", ConfigType::boolean, "true",
              "Whether each request is written to gatewayd-access.log"},
    ConfigKey{"fixd",
              "listen",
              ConfigType::text,
              "127.0.0.1:9878",
              "Where FIX sessions are accepted, or 'off'",
              0,
              0,
              {},
              check_listen_or_off},
    ConfigKey{"fixd",
              "tls_listen",
              ConfigType::text,
              "off",
              "Where FIX sessions are accepted over TLS, such as 127.0.0.1:9879, or 'off'",
              0,
              0,
              {},
              check_listen_or_off},
    ConfigKey{"fixd", "tls_cert", ConfigType::text, "",
              "Certificate chain (PEM) of FIX over TLS; empty: a self-signed one is made for this machine"},
    ConfigKey{"fixd", "tls_key", ConfigType::text, "", "The certificate's private key (PEM)"},
    ConfigKey{"fixd",
              "comp_id",
              ConfigType::text,
              "TRADE",
              "This side's CompID in FIX sessions",
              0,
              0,
              {},
              check_comp_id},
    ConfigKey{"log", "level", ConfigType::text, "info", "The least important messages that the daemons log",
              0, 0, "trace|debug|info|warning|error|off"},
    ConfigKey{"log", "format", ConfigType::text, "text", "Log lines as text, or as one JSON object each", 0,
              0, "text|json"},
    ConfigKey{"log", "file_megabytes", ConfigType::integer, "16", "Size at which a new log file is begun", 1,
              4'096},
    ConfigKey{"log", "files_max", ConfigType::integer, "5", "Old log files that are kept of each daemon", 1,
              100},
    ConfigKey{"trade",
              "account",
              ConfigType::text,
              "",
              "The account that commands are for when none is named",
              0,
              0,
              {},
              check_account},
    ConfigKey{"trade", "output", ConfigType::text, "table", "How results are printed", 0, 0,
              "table|json|jsonl|csv"},
    ConfigKey{"trade", "timeout_seconds", ConfigType::integer, "5", "How long a command waits for an answer",
              1, 3'600},
};

/// What daemons take over while they run; everything else holds from start to end.
constexpr std::array<std::string_view, 14> reloadable_keys = {"tradingd.calendar",
                                                              "tradingd.commit_interval_us",
                                                              "tradingd.opening_call_minutes",
                                                              "tradingd.closing_call_minutes",
                                                              "tradingd.checkpoint_every_commands",
                                                              "tradingd.queue_commands_max",
                                                              "tradingd.queue_megabytes_max",
                                                              "gatewayd.requests_per_minute",
                                                              "gatewayd.tls_cert",
                                                              "gatewayd.tls_key",
                                                              "log.level",
                                                              "log.format",
                                                              "log.file_megabytes",
                                                              "log.files_max"};

std::string upper_case(std::string_view text) {
  std::string result(text);
  for (char& character : result) {
    character = static_cast<char>(std::toupper(static_cast<unsigned char>(character)));
  }
  return result;
}

/// Levenshtein's distance.
std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  for (std::size_t i = 0; i < row.size(); ++i)
    row[i] = i;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t substituted = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row.back();
}

}  // namespace

bool ConfigKey::reloadable() const {
  return std::ranges::find(reloadable_keys, full_name()) != reloadable_keys.end();
}

std::string ConfigKey::full_name() const {
  return std::string(section) + "." + std::string(name);
}

std::string ConfigKey::environment_name() const {
  return "TRADE_" + upper_case(section) + "_" + upper_case(name);
}

std::span<const ConfigKey> config_keys() {
  return keys;
}

Result<const ConfigKey*> find_config_key(std::string_view full_name) {
  const ConfigKey* nearest = nullptr;
  std::size_t nearest_distance = 4;
  // Distances to longer names would cost more than the hint is worth.
  const std::string_view compared = full_name.substr(0, 64);
  for (const ConfigKey& key : keys) {
    const std::string name = key.full_name();
    if (name == full_name) return &key;
    const std::size_t distance = edit_distance(compared, name);
    if (distance < nearest_distance) {
      nearest = &key;
      nearest_distance = distance;
    }
  }
  return fail(ErrorCode::usage, "no such configuration key: '" + std::string(compared) + "'",
              nearest == nullptr ? "'trade config show' lists all keys"
                                 : "did you mean '" + nearest->full_name() + "'?");
}

std::string sample_config() {
  std::string text =
      "# Configuration of a trade suite. Copy it to trade.toml in the suite's home and change what you "
      "need.\n"
      "# Every key has a default, shown here; each can also be set by an environment variable "
      "TRADE_SECTION_KEY.\n";
  std::string_view section;
  for (const ConfigKey& key : keys) {
    if (key.section != section) {
      section = key.section;
      text += "\n[" + std::string(section) + "]\n";
    }
    text += "\n# " + std::string(key.description) + ".\n";
    if (!key.choices.empty()) text += "# One of: " + std::string(key.choices) + ".\n";
    if (key.type == ConfigType::integer) {
      text += "# From " + std::to_string(key.min) + " to " + std::to_string(key.max) + ".\n";
    }
    const std::string quote = key.type == ConfigType::text ? "\"" : "";
    if (key.reloadable()) text += "# Taken over while running: trade reload.\n";
    text += "# " + std::string(key.name) + " = " + quote + std::string(key.default_value) + quote + "\n";
  }
  return text;
}

}  // namespace trade::app
