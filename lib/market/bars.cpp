#include "market/bars.hpp"

#include <algorithm>
#include <chrono>

namespace trade::market {

namespace {

constexpr std::int64_t nanoseconds_per_minute = 60 * nanoseconds_per_second;
constexpr std::int64_t nanoseconds_per_hour = 60 * nanoseconds_per_minute;
constexpr std::int64_t nanoseconds_per_day = 24 * nanoseconds_per_hour;

/// Times before 1970 are no trading times; they count to its first span.
std::uint32_t spans_since_epoch(Timestamp timestamp, std::int64_t nanoseconds_per_span) {
  const std::int64_t spans = timestamp.nanoseconds / nanoseconds_per_span;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(spans, 0, UINT32_MAX));
}

/// Adds a trade to the newest bar, or begins one. Time that went back stays in the newest bar.
template <class Ring>
void add_to(Ring& ring, std::uint32_t start, Price price, Quantity quantity) {
  const auto units = static_cast<std::uint32_t>(price.units);
  const WideUnits notional = WideUnits{units} * static_cast<std::uint64_t>(quantity.shares);
  if (ring.empty() || ring.newest().start < start) {
    Bar bar{start, 1, units, units, units, units, quantity.shares, 0, 0};
    bar.set_notional(notional);
    ring.push(bar);
    return;
  }
  Bar& bar = ring.newest();
  bar.high = std::max(bar.high, units);
  bar.low = std::min(bar.low, units);
  bar.close = units;
  bar.volume = (Quantity{bar.volume} + quantity).shares;
  bar.set_notional(bar.notional() + notional);
  ++bar.trades;
}

/// The first date of the span that holds `date`.
std::int64_t first_date(BarSpan span, std::int64_t date) {
  if (span.unit == BarUnit::day) return date;
  constexpr std::int64_t epoch_weekday = 3;  // 1970-01-01 was a Thursday, three days after Monday
  if (span.unit == BarUnit::week) return (date + epoch_weekday) / 7 * 7 - epoch_weekday;
  using namespace std::chrono;
  const year_month_day civil{sys_days{days{date}}};
  const unsigned month_of_year = static_cast<unsigned>(civil.month()) - 1;
  const month first{month_of_year / span.count * span.count + 1};
  return sys_days{civil.year() / first / 1}.time_since_epoch().count();
}

/// When the span that holds a bar of its ring starts.
std::int64_t start_of(BarSpan span, std::uint32_t start) {
  std::int64_t unit = nanoseconds_per_second;
  switch (span.unit) {
    case BarUnit::second:
      break;
    case BarUnit::minute:
      unit = nanoseconds_per_minute;
      break;
    case BarUnit::hour:
      unit = nanoseconds_per_hour;
      break;
    case BarUnit::day:
    case BarUnit::week:
    case BarUnit::month:
      return first_date(span, start) * nanoseconds_per_day;
  }
  return std::int64_t{start / span.count} * span.count * unit;
}

/// Several bars of a ring as one, taken together in the order of time.
class Folding {
 public:
  Folding(std::int64_t start, const Bar& bar) : start_(start), bar_(bar), trades_(bar.trades) {}

  [[nodiscard]] std::int64_t start() const { return start_; }
  void add(const Bar& bar, bool is_later) {
    (is_later ? bar_.close : bar_.open) = is_later ? bar.close : bar.open;
    bar_.high = std::max(bar_.high, bar.high);
    bar_.low = std::min(bar_.low, bar.low);
    bar_.volume = (Quantity{bar_.volume} + Quantity{bar.volume}).shares;
    bar_.set_notional(bar_.notional() + bar.notional());
    trades_ += bar.trades;
  }
  [[nodiscard]] BarView view() const {
    const auto volume = static_cast<std::uint64_t>(bar_.volume);
    // Half up; a bar has at least one share.
    const auto average = static_cast<std::int64_t>((2 * bar_.notional() + volume) / (2 * WideUnits{volume}));
    return {Timestamp{start_}, Price{bar_.open}, Price{bar_.high},      Price{bar_.low},
            Price{bar_.close}, Price{average},   Quantity{bar_.volume}, trades_};
  }

 private:
  std::int64_t start_;
  Bar bar_;
  std::int64_t trades_;
};

/// The number of the first bar from which on no span has lost one of its own.
template <class Ring>
std::uint64_t first_whole(const Ring& ring, BarSpan span) {
  std::uint64_t number = ring.first_kept();
  if (number == 1) return number;
  // What was pushed out last may have been of the same span as the oldest that is left, unless bars and
  // spans are the same.
  const bool single = span.count == 1 && span.unit != BarUnit::week && span.unit != BarUnit::month;
  if (single) return number;
  const std::int64_t cut = start_of(span, ring.numbered(number).start);
  while (number <= ring.count() && start_of(span, ring.numbered(number).start) == cut)
    ++number;
  return number;
}

template <class Ring>
std::vector<BarView> folded(const Ring& ring, const BarsWanted& wanted) {
  std::vector<BarView> views;
  if (ring.empty() || wanted.limit == 0) return views;
  const std::uint64_t first = first_whole(ring, wanted.span);
  std::vector<Folding> open;  // none or one
  const auto close = [&] {
    if (!open.empty()) views.push_back(open.front().view());
    open.clear();
  };
  for (std::uint64_t i = first; i <= ring.count() && views.size() < wanted.limit; ++i) {
    const Bar& bar = ring.numbered(wanted.oldest_first ? i : ring.count() - (i - first));
    const std::int64_t start = start_of(wanted.span, bar.start);
    if (start < wanted.from.nanoseconds || (wanted.to && start > wanted.to.nanoseconds)) {
      close();
      continue;
    }
    if (!open.empty() && open.front().start() == start) {
      open.front().add(bar, wanted.oldest_first);
      continue;
    }
    close();
    open.emplace_back(start, bar);
  }
  if (views.size() < wanted.limit) close();
  return views;
}

}  // namespace

void BarHistory::add(Timestamp timestamp, Date trading_date, Price price, Quantity quantity) {
  // Before any session is known, the day is the UTC date.
  const std::uint32_t day = trading_date.days > 0 ? static_cast<std::uint32_t>(trading_date.days)
                                                  : spans_since_epoch(timestamp, nanoseconds_per_day);
  add_to(seconds_, spans_since_epoch(timestamp, nanoseconds_per_second), price, quantity);
  add_to(minutes_, spans_since_epoch(timestamp, nanoseconds_per_minute), price, quantity);
  add_to(hours_, spans_since_epoch(timestamp, nanoseconds_per_hour), price, quantity);
  add_to(days_, day, price, quantity);
}

std::vector<BarView> BarHistory::find(const BarsWanted& wanted) const {
  switch (wanted.span.unit) {
    case BarUnit::second:
      return folded(seconds_, wanted);
    case BarUnit::minute:
      return folded(minutes_, wanted);
    case BarUnit::hour:
      return folded(hours_, wanted);
    case BarUnit::day:
    case BarUnit::week:
    case BarUnit::month:
      return folded(days_, wanted);
  }
  return {};
}

}  // namespace trade::market
