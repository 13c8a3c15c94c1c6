// The home of a suite: the one directory that holds everything it keeps.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace trade::app {

/// A home's standard places. `root` is absolute.
struct Home {
  std::filesystem::path root;

  [[nodiscard]] std::filesystem::path run() const { return root / "run"; }          ///< sockets, locks
  [[nodiscard]] std::filesystem::path log() const { return root / "log"; }          ///< one log file a daemon
  [[nodiscard]] std::filesystem::path journal() const { return root / "journal"; }  ///< tradingd
  [[nodiscard]] std::filesystem::path ledger() const { return root / "ledger"; }    ///< ledgerd
  [[nodiscard]] std::filesystem::path feed() const { return root / "feed"; }        ///< feedd
  [[nodiscard]] std::filesystem::path access() const { return root / "access"; }    ///< gatewayd
  [[nodiscard]] std::filesystem::path restoring() const { return root / "restoring"; }  ///< trade restore
  [[nodiscard]] std::filesystem::path config_file() const { return root / "trade.toml"; }
};

/// The home that is meant: `option` (of --home), else $TRADE_HOME, else $XDG_STATE_HOME/trade, else
/// $HOME/.local/state/trade. Empty values count as not given. Nothing is created.
Result<Home> resolve_home(std::optional<std::string_view> option = std::nullopt);

/// Creates what is missing of a home and its directories, each 0700, and checks that it can be written to.
Status create_home(const Home& home);

/// Fails, named "half_restored", where a restore was cut short when it had taken the journal away and not put
/// the other in its place: a daemon would make an empty one.
Status check_restored(const Home& home);

}  // namespace trade::app
