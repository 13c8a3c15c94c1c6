#include "watch_feed.hpp"

#include <algorithm>
#include <utility>

#include "base/clock.hpp"

namespace trade::cmd {

namespace {
constexpr int taken_at_once = 4'096;  ///< then keys and the drawing have their turn
constexpr std::uint32_t depth_levels = 50;
constexpr std::uint32_t bars_asked = 500;
constexpr std::uint32_t orders_asked = 100;
constexpr std::int64_t bars_interval_ns = 200 * nanoseconds_per_millisecond;
constexpr std::int64_t account_interval_ns = 250 * nanoseconds_per_millisecond;
constexpr std::int64_t retry_interval_ns = nanoseconds_per_second;
/// A daemon that does not answer may hold up keys for no longer than this.
constexpr std::chrono::milliseconds answer_timeout{500};

ClientOptions with_timeout(ClientOptions options, std::chrono::milliseconds timeout) {
  options.timeout = timeout;
  return options;
}
}  // namespace

WatchFeed::WatchFeed(ClientOptions options, std::vector<std::string> symbols, WatchModel& model)
    : options_(std::move(options)),
      symbols_(std::move(symbols)),
      model_(model),
      client_(with_timeout(options_, std::min(options_.timeout, answer_timeout))) {}

Status WatchFeed::open() {
  Result<MarketStream> quotes = MarketStream::open(options_, MarketStream::Kind::quotes, symbols_);
  if (!quotes) return std::unexpected(quotes.error());
  quotes_ = std::move(*quotes);
  return follow_symbol();
}

std::array<int, 3> WatchFeed::descriptors() const {
  const auto descriptor = [](const std::optional<MarketStream>& stream) {
    return stream ? stream->file_descriptor() : -1;
  };
  return {descriptor(quotes_), descriptor(depth_), descriptor(tape_)};
}

Status WatchFeed::follow_symbol() {
  followed_ = model_.symbol();
  depth_.reset();
  tape_.reset();
  if (followed_.empty()) return {};
  Result<MarketStream> depth =
      MarketStream::open(options_, MarketStream::Kind::depth, {followed_}, depth_levels);
  if (!depth) return std::unexpected(depth.error());
  Result<MarketStream> tape = MarketStream::open(options_, MarketStream::Kind::tape, {followed_});
  if (!tape) return std::unexpected(tape.error());
  depth_ = std::move(*depth);
  tape_ = std::move(*tape);
  // The stream begins with ten trades; the list has room for more.
  if (auto older = client_.tape(followed_, watch_tape_max)) {
    std::ranges::reverse(*older);
    for (TapeEntryView& entry : *older)
      model_.put(TapePublished{std::move(entry)});
  }
  bars_wanted_ = true;
  bars_due_ns_ = 0;
  return {};
}

bool WatchFeed::told(const Error& error) {
  if (trouble_ == error.message) return false;
  trouble_ = error.message;
  model_.tell(error.message, true);
  return true;
}

bool WatchFeed::drain(std::optional<MarketStream>& stream) {
  bool changed = false;
  for (int taken = 0; stream && taken < taken_at_once; ++taken) {
    Result<std::optional<PublicationBody>> news = stream->next(std::chrono::milliseconds(0));
    if (!news) return told(news.error()) || changed;
    if (!*news) break;
    if (std::holds_alternative<TapePublished>(**news)) bars_wanted_ = true;
    model_.put(**news);
    ++updates_;
    changed = true;
  }
  return changed;
}

bool WatchFeed::ask_bars() {
  const std::int64_t now_ns = monotonic_nanoseconds();
  const bool other_span = asked_span_ != model_.span();
  if (model_.symbol().empty() || (!other_span && (!bars_wanted_ || now_ns < bars_due_ns_))) return false;
  asked_span_ = model_.span();
  bars_wanted_ = false;
  auto bars = client_.bars({.symbol = model_.symbol(), .span = asked_span_, .limit = bars_asked});
  bars_due_ns_ = now_ns + bars_interval_ns;
  if (!bars) {
    bars_wanted_ = true;
    bars_due_ns_ = now_ns + retry_interval_ns;
    return told(bars.error());
  }
  std::ranges::reverse(*bars);
  model_.put_bars(std::move(*bars));
  return true;
}

bool WatchFeed::ask_account() {
  const std::int64_t now_ns = monotonic_nanoseconds();
  if (model_.account().empty() || now_ns < account_due_ns_) return false;
  auto orders =
      client_.orders({.account = model_.account(), .filter = OrderFilter::open, .limit = orders_asked});
  if (!orders) {
    account_due_ns_ = now_ns + retry_interval_ns;
    return told(orders.error());
  }
  model_.put_orders(std::move(*orders));
  auto portfolio = client_.portfolio(model_.account());
  if (!portfolio) {
    account_due_ns_ = now_ns + retry_interval_ns;
    return told(portfolio.error());
  }
  model_.put_portfolio(std::move(*portfolio));
  account_due_ns_ = now_ns + account_interval_ns;
  if (!std::exchange(trouble_, {}).empty()) model_.tell("connected again");
  return true;
}

bool WatchFeed::take() {
  bool changed = drain(quotes_);
  if (followed_ != model_.symbol() && monotonic_nanoseconds() >= retry_due_ns_) {
    if (const Status followed = follow_symbol(); !followed) {
      followed_.clear();
      retry_due_ns_ = monotonic_nanoseconds() + retry_interval_ns;
      changed = told(followed.error()) || changed;
    }
  }
  changed = drain(depth_) || changed;
  changed = drain(tape_) || changed;
  changed = ask_bars() || changed;
  return ask_account() || changed;
}

}  // namespace trade::cmd
