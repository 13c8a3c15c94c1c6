// Tells of bars when their minute is over: which symbols traded is seen from their quotes, and the bars are
// those that feedd keeps. Belongs to the loop's thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/task.hpp"
#include "gatewayd/hub.hpp"
#include "gatewayd/upstream.hpp"
#include "model/bars.hpp"

namespace trade::gatewayd {

/// A bar to be told.
struct BarNews {
  enum class Kind : std::uint8_t {
    minute,   ///< a minute that is over
    updated,  ///< the same minute, half a minute later, where a late trade has changed it
    day,      ///< the day so far, told with each minute that had a trade
  };
  Kind kind = Kind::minute;
  std::string symbol;
  BarSpan span;
  BarView bar;
};

class BarListener {
 public:
  virtual ~BarListener() = default;
  virtual void on_bar(const Told<BarNews>& news) = 0;
  /// Whether bars of this kind and symbol are wanted.
  [[nodiscard]] virtual bool wants(BarNews::Kind kind, const std::string& symbol) const = 0;
};

class BarClock final : public Subscriber {
 public:
  /// All must outlive it.
  BarClock(Hub& hub, Upstream& upstream, const Clock& clock);
  ~BarClock() override;
  BarClock(const BarClock&) = delete;
  BarClock& operator=(const BarClock&) = delete;

  /// Bars of minutes that end from now on.
  void join(BarListener& listener);
  void leave(BarListener& listener);

  void on_quote(const Told<QuoteView>& quote) override;
  void on_depth(const Told<DepthView>&) override {}
  void on_trade(const Told<TapeEntryView>&) override {}
  void on_order(const OrderNews&) override {}
  void on_tick() override;

 private:
  struct State {
    Quantity volume;        ///< of the day, as the quote said last
    bool traded = false;    ///< since the last bar that was told ended
    Timestamp told_before;  ///< bars that start earlier were told, or are not to be
    BarView told;           ///< the last one
  };
  /// What outlives the clock while an answer is waited for.
  struct Self {
    BarClock* clock;
  };
  static Task<bool> tell_minutes(std::shared_ptr<Self> self, Timestamp minute);
  static Task<bool> tell_updates(std::shared_ptr<Self> self, Timestamp minute);
  static Task<Result<std::vector<BarView>>> ask(Upstream& upstream, BarsRequest request);
  [[nodiscard]] bool wanted(BarNews::Kind kind, const std::string& symbol) const;
  void tell(const BarNews& news);
  void run(Task<bool> task);

  Hub& hub_;
  Upstream& upstream_;
  const Clock& clock_;
  std::shared_ptr<Self> self_;
  std::set<BarListener*> listeners_;
  std::map<std::string, State, std::less<>> states_;
  Timestamp joined_;  ///< the minute in which the first listener came
  Timestamp minute_;  ///< the one at hand
  bool told_ = true;  ///< the bars of the minute before it
  bool updates_told_ = true;
  bool asking_ = false;
};

}  // namespace trade::gatewayd
