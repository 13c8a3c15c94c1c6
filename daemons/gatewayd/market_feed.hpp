// The market as it changes, for those who watch it: one thread follows feedd, and the loop's thread gets what
// is new. Between the two stands a box in which quotes and depths are overwritten by newer ones, so that it
// cannot grow however slow the loop is.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "client/client.hpp"
#include "http/loop.hpp"
#include "model/views.hpp"

namespace trade::gatewayd {

class MarketFeed {
 public:
  struct News {
    std::map<std::string, QuoteView, std::less<>> quotes;
    std::map<std::string, DepthView, std::less<>> depths;
    std::vector<TapeEntryView> trades;  ///< in order; of a flood, the last `trades_max`
  };
  static constexpr std::size_t trades_max = 16'384;

  /// `deliver` is called in the loop's thread.
  MarketFeed(http::Loop& loop, ClientOptions options, std::function<void(News)> deliver);
  /// Waits for the thread, which may be asking feedd something.
  ~MarketFeed();
  MarketFeed(const MarketFeed&) = delete;
  MarketFeed& operator=(const MarketFeed&) = delete;

  using Kind = MarketStream::Kind;
  /// From the loop's thread: begins to follow a symbol that exists, as long as it is not left. Quotes are
  /// followed of all symbols once one is watched.
  void watch(Kind kind, const std::string& symbol);
  void leave(Kind kind, const std::string& symbol);
  /// Ends the thread.
  void stop();

 private:
  struct Change {
    Kind kind;
    std::string symbol;
    bool begin = true;
  };
  void run();
  void take_changes();
  void apply(const Change& change);
  bool drain(Kind kind);
  void put(PublicationBody body);
  void post();

  http::Loop& loop_;
  ClientOptions options_;
  std::function<void(News)> deliver_;

  std::mutex mutex_;
  News box_;                     ///< guarded
  bool posted_ = false;          ///< guarded: the loop will look into the box
  std::vector<Change> changes_;  ///< guarded
  std::atomic<bool> stopping_{false};
  int wake_descriptor_ = -1;

  // Of the thread:
  std::map<Kind, std::unique_ptr<MarketStream>> streams_;
  std::map<Kind, std::vector<std::string>> wanted_;
  std::thread thread_;
};

}  // namespace trade::gatewayd
