// The market as it changes, for a gateway whose one thread serves everybody: a thread of its own follows
// feedd, and the gateway's thread gets what is new. Between the two stands a box in which quotes and depths
// are overwritten by newer ones, so that it cannot grow however slow the gateway is.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "client/client.hpp"
#include "model/views.hpp"

namespace trade {

class MarketFeed {
 public:
  enum class Kind : std::uint8_t {
    quotes,
    depth,  ///< as many levels as are published
    book,   ///< `book_levels` of each side, which are asked for at each change
    tape,
  };
  static constexpr std::uint32_t book_levels = 1'000;

  struct News {
    std::map<std::string, QuoteView, std::less<>> quotes;
    std::map<std::string, DepthView, std::less<>> depths;
    std::map<std::string, DepthView, std::less<>> books;
    std::vector<TapeEntryView> trades;     ///< in order; of a flood, the last `trades_max`
    std::uint64_t trades_passed_over = 0;  ///< those before
  };
  static constexpr std::size_t trades_max = 16'384;

  /// Runs what it is given in the gateway's thread, soon.
  using Post = std::function<void(std::function<void()>)>;

  /// `deliver` is called in the gateway's thread, once in `portion_interval` at most, so that a flood makes
  /// few large portions.
  MarketFeed(Post post, ClientOptions options, std::function<void(News)> deliver,
             std::chrono::milliseconds portion_interval = std::chrono::milliseconds(2));
  /// Waits for the thread, which may be asking feedd something.
  ~MarketFeed();
  MarketFeed(const MarketFeed&) = delete;
  MarketFeed& operator=(const MarketFeed&) = delete;

  /// From the gateway's thread: begins to follow a symbol that exists, as long as it is not left. Quotes are
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
  void put(Kind kind, PublicationBody body);
  void post();

  Post post_;
  ClientOptions options_;
  std::function<void(News)> deliver_;
  std::chrono::milliseconds portion_interval_;

  std::mutex mutex_;
  News box_;                     ///< guarded
  bool posted_ = false;          ///< guarded: the gateway will look into the box
  std::vector<Change> changes_;  ///< guarded
  std::atomic<bool> stopping_{false};
  int wake_descriptor_ = -1;

  // Of the thread:
  std::map<Kind, std::unique_ptr<MarketStream>> streams_;
  std::map<Kind, std::vector<std::string>> wanted_;
  std::thread thread_;
};

}  // namespace trade
