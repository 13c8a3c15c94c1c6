// The news of `trade watch`: streams of feedd, and what the books and bars are asked for now and then.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/client.hpp"
#include "watch_model.hpp"

namespace trade::cmd {

class WatchFeed {
 public:
  WatchFeed(ClientOptions options, std::vector<std::string> symbols, WatchModel& model);

  /// Opens the streams; what fails here ends the program.
  Status open();
  /// Takes what has come, a bounded part of a flood, and asks what is due; true when the model changed.
  bool take();
  /// Publications taken so far.
  [[nodiscard]] std::uint64_t updates() const { return updates_; }
  /// To be asked at once for what an action of one's own changed.
  void look_at_account() { account_due_ns_ = 0; }
  /// To wait for news with: -1 where there is none to wait for.
  [[nodiscard]] std::array<int, 3> descriptors() const;

 private:
  Status follow_symbol();
  bool drain(std::optional<MarketStream>& stream);
  bool ask_bars();
  bool ask_account();
  bool told(const Error& error);

  ClientOptions options_;
  std::vector<std::string> symbols_;
  WatchModel& model_;
  Client client_;
  std::optional<MarketStream> quotes_;
  std::optional<MarketStream> depth_;
  std::optional<MarketStream> tape_;
  std::string followed_;
  BarSpan asked_span_;
  bool bars_wanted_ = true;
  std::uint64_t updates_ = 0;
  std::int64_t bars_due_ns_ = 0;
  std::int64_t account_due_ns_ = 0;
  std::int64_t retry_due_ns_ = 0;
  std::string trouble_;  ///< the last that was told, so that its end can be told too
};

}  // namespace trade::cmd
