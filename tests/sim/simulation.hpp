// One run: three daemons, some clients, another market, a world that fails, and afterwards the question
// whether all is true that was said.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "feedd/feed.hpp"
#include "ledgerd/books.hpp"
#include "sim/client.hpp"
#include "sim/coverage.hpp"
#include "sim/follower_node.hpp"
#include "sim/router_node.hpp"
#include "sim/trading_node.hpp"
#include "sim/venue_node.hpp"

namespace trade::sim {

struct Outcome {
  std::vector<std::string> problems;
  FaultCounts faults{};
  Coverage coverage;
  std::uint64_t messages = 0;
  std::uint64_t overtaken = 0;
  std::uint64_t retries = 0;
  std::uint64_t orders = 0;  ///< acknowledged
  std::uint64_t trades = 0;
  std::uint64_t batches = 0;
  /// Of the whole run: two of one seed are equal.
  std::uint64_t fingerprint = 0;
};

class Simulation {
 public:
  /// `directory` holds the stores of ledgerd and feedd, and is emptied.
  Simulation(std::uint64_t seed, std::filesystem::path directory, Breakage breakage = Breakage::none);
  Outcome run();

 private:
  void set_up();
  void submit(const SubmitRequest& request);
  void restore_venue();
  void receive(const Reply& reply);
  void break_things();
  void break_process(const auto& running, const auto& kill, const auto& stop, const auto& start);
  void every(std::int64_t interval, const std::function<void()>& action);
  [[nodiscard]] bool settled();
  void finish();
  void check();
  Result<std::unique_ptr<ledgerd::Books>> open_books();
  Result<std::unique_ptr<feedd::Feed>> open_feed();

  World world_;
  Network network_;
  VirtualJournal journal_;
  std::filesystem::path directory_;
  Outcome outcome_;
  std::function<void(const std::string&)> violation_;
  TradingNode trading_;
  FollowerNode<ledgerd::Books> ledger_;
  FollowerNode<feedd::Feed> feed_;
  VenueLine line_;
  VenueNode venue_;
  RouterNode router_;
  Network::Connection router_connection_;
  std::vector<std::unique_ptr<Client>> clients_;
  bool set_up_ = false;  ///< accounts and symbols are there
};

}  // namespace trade::sim
