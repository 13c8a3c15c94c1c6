#include "gatewayd/bar_clock.hpp"

#include <utility>

#include "app/log.hpp"

namespace trade::gatewayd {

namespace {

constexpr std::int64_t minute_ns = 60 * nanoseconds_per_second;
/// Trades of a minute may be on their way for so long after its end.
constexpr std::int64_t grace_ns = nanoseconds_per_second;
/// Later ones are looked for so long after it.
constexpr std::int64_t update_ns = 30 * nanoseconds_per_second;
/// Minutes that are told of together, after a time without feedd.
constexpr std::uint32_t bars_asked = 100;

constexpr BarSpan one_minute{BarUnit::minute, 1};
constexpr BarSpan one_day{BarUnit::day, 1};

}  // namespace

BarClock::BarClock(Hub& hub, Upstream& upstream, const Clock& clock)
    : hub_(hub), upstream_(upstream), clock_(clock), self_(std::make_shared<Self>(this)) {}

BarClock::~BarClock() {
  self_->clock = nullptr;
}

void BarClock::join(BarListener& listener) {
  if (listeners_.empty()) {
    joined_ = minute_ = {clock_.now().nanoseconds / minute_ns * minute_ns};
    told_ = updates_told_ = true;
    hub_.join(*this);
    hub_.watch(Hub::Kind::quotes, std::string(Hub::every_symbol), *this);
  }
  listeners_.insert(&listener);
}

void BarClock::leave(BarListener& listener) {
  if (listeners_.erase(&listener) == 0 || !listeners_.empty()) return;
  hub_.leave(*this);
  states_.clear();
}

void BarClock::on_quote(const Told<QuoteView>& quote) {
  const auto [found, is_new] = states_.try_emplace(quote.view.symbol);
  State& state = found->second;
  if (is_new) {
    // Of a symbol that comes to be known, what it traded before is not news.
    state.told_before = joined_;
    state.traded = quote.view.volume && quote.view.timestamp >= joined_;
  } else if (state.volume != quote.view.volume) {
    state.traded = true;
  }
  state.volume = quote.view.volume;
}

void BarClock::on_tick() {
  const std::int64_t now_ns = clock_.now().nanoseconds;
  const Timestamp minute{now_ns / minute_ns * minute_ns};
  if (minute != minute_) {
    minute_ = minute;
    told_ = updates_told_ = false;
  }
  if (asking_) return;
  if (!told_ && now_ns >= minute_.nanoseconds + grace_ns) {
    told_ = true;
    run(tell_minutes(self_, minute_));
  } else if (told_ && !updates_told_ && now_ns >= minute_.nanoseconds + update_ns) {
    updates_told_ = true;
    run(tell_updates(self_, minute_));
  }
}

void BarClock::run(Task<bool> task) {
  asking_ = true;
  trade::start<bool>(
      std::move(task),
      [self = self_](bool) {
        if (self->clock != nullptr) self->clock->asking_ = false;
      },
      [](const std::exception_ptr&) { spdlog::error("asking for bars failed"); });
}

Task<Result<std::vector<BarView>>> BarClock::ask(Upstream& upstream, BarsRequest request) {
  RequestBody body(std::move(request));
  auto reply = co_await upstream.ask<BarsReply>(Daemon::feedd, std::move(body));
  if (!reply) co_return pass_on(std::move(reply));
  co_return std::move(reply->bars);
}

/// One symbol after the other. The minute at hand is asked for as well: a symbol that has traded in it stays
/// noted as such.
Task<bool> BarClock::tell_minutes(std::shared_ptr<Self> self, Timestamp minute) {
  std::vector<std::string> traded;
  for (const auto& [symbol, state] : self->clock->states_) {
    if (state.traded) traded.push_back(symbol);
  }
  for (const std::string& symbol : traded) {
    auto found = self->clock->states_.find(symbol);
    if (found == self->clock->states_.end()) continue;
    BarsRequest request{.symbol = symbol, .span = one_minute, .limit = bars_asked};
    request.from = found->second.told_before;
    request.oldest_first = true;
    Upstream& upstream = self->clock->upstream_;
    const auto bars = co_await ask(upstream, std::move(request));
    if (self->clock == nullptr) co_return false;
    if (!bars) continue;  // it stays noted, and is asked for with the next minute
    found = self->clock->states_.find(symbol);
    if (found == self->clock->states_.end()) continue;
    bool any = false;
    found->second.traded = false;
    for (const BarView& bar : *bars) {
      if (bar.start >= minute) {
        found->second.traded = true;
        continue;
      }
      any = true;
      found->second.told_before = {bar.start.nanoseconds + minute_ns};
      found->second.told = bar;
      self->clock->tell({BarNews::Kind::minute, symbol, one_minute, bar});
    }
    if (!any || !self->clock->wanted(BarNews::Kind::day, symbol)) continue;
    BarsRequest day{.symbol = symbol, .span = one_day, .limit = 1};
    const auto days = co_await ask(upstream, std::move(day));
    if (self->clock == nullptr) co_return false;
    if (days && !days->empty()) self->clock->tell({BarNews::Kind::day, symbol, one_day, days->front()});
  }
  co_return true;
}

Task<bool> BarClock::tell_updates(std::shared_ptr<Self> self, Timestamp minute) {
  const Timestamp before{minute.nanoseconds - minute_ns};
  std::vector<std::string> told;
  for (const auto& [symbol, state] : self->clock->states_) {
    if (state.told.start == before && self->clock->wanted(BarNews::Kind::updated, symbol))
      told.push_back(symbol);
  }
  for (const std::string& symbol : told) {
    BarsRequest request{.symbol = symbol, .span = one_minute, .limit = 1};
    request.from = request.to = before;
    Upstream& upstream = self->clock->upstream_;
    const auto bars = co_await ask(upstream, std::move(request));
    if (self->clock == nullptr) co_return false;
    const auto found = self->clock->states_.find(symbol);
    if (!bars || bars->empty() || found == self->clock->states_.end()) continue;
    if (bars->front() == found->second.told) continue;
    found->second.told = bars->front();
    self->clock->tell({BarNews::Kind::updated, symbol, one_minute, bars->front()});
  }
  co_return true;
}

bool BarClock::wanted(BarNews::Kind kind, const std::string& symbol) const {
  for (const BarListener* listener : listeners_) {
    if (listener->wants(kind, symbol)) return true;
  }
  return false;
}

void BarClock::tell(const BarNews& news) {
  const Told<BarNews> told{news, {}};
  for (auto next = listeners_.begin(); next != listeners_.end();) {
    BarListener* listener = *next++;
    if (listener->wants(news.kind, news.symbol)) listener->on_bar(told);
  }
}

}  // namespace trade::gatewayd
