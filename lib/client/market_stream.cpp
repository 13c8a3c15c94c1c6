#include <algorithm>
#include <map>
#include <set>

#include "bus/topics.hpp"
#include "client/client.hpp"
#include "client/connection.hpp"
#include "client/market_state.hpp"

namespace trade {

namespace {

/// Symbols of one stream.
constexpr std::size_t symbols_max = 10'000;
/// Publications taken in before the caller gets the next one.
constexpr int drain_publications_max = 4'096;
/// Trades that wait for the caller; beyond it the socket keeps them, and after that feedd drops them, which
/// is seen and mended as far as `tape_refill_entries`.
constexpr std::size_t tape_pending_max = 16'384;
/// Trades of each symbol with which a stream begins.
constexpr std::uint32_t tape_start_entries = 10;
/// Trades asked for at a time to fill a gap, more than are kept; of what is missing before those, nothing
/// comes.
constexpr std::uint32_t tape_refill_entries = 10'000;
/// feedd drops publications only with so many more on the way to us. The last ones of a symbol may be among
/// the dropped, with nothing after them to show the gap: so after half as many the present state is asked for
/// again, as soon as a confirmation has told that what was published before is in…
std::size_t check_publications_of(const bus::Endpoints& endpoints) {
  const int messages_max =
      endpoints.remote() == nullptr ? bus::publication_messages_max : bus::network_publication_messages_max;
  return static_cast<std::size_t>(messages_max) / 2;
}
/// …but not more often than this.
constexpr std::chrono::milliseconds check_interval{1'000};
/// A confirmation may be dropped too, when it meets a full queue: after so long it is asked for again.
constexpr std::chrono::milliseconds confirmation_interval{500};

using SteadyClock = std::chrono::steady_clock;

Result<std::vector<std::string>> checked_symbols(MarketStream::Kind kind,
                                                 const std::vector<std::string>& symbols) {
  if (symbols.empty() && kind != MarketStream::Kind::quotes) {
    return fail(ErrorCode::usage, "no symbol to watch", "name at least one");
  }
  if (symbols.size() > symbols_max) {
    return fail(
        ErrorCode::usage, "too many symbols to watch: " + std::to_string(symbols.size()),
        "at most " + std::to_string(symbols_max) + " can be watched at a time; without names, all are");
  }
  std::vector<std::string> checked;
  std::set<std::string, std::less<>> seen;
  for (const std::string& text : symbols) {
    auto symbol = parse_symbol(text);
    if (!symbol) return pass_on(std::move(symbol));
    if (seen.insert(symbol->string()).second) checked.push_back(symbol->string());
  }
  return checked;
}

std::unexpected<Error> one_tape_alone() {
  return fail(ErrorCode::usage, "from a sequence on, the trades of one symbol alone are told",
              "open a stream for each symbol");
}

}  // namespace

class MarketStream::Subscription {
 public:
  Subscription(const bus::Context& context, const ClientOptions& options, Kind kind,
               std::vector<std::string> symbols, std::uint32_t depth_levels, bus::Subscriber subscriber)
      : timeout_(options.timeout),
        place_(options.endpoints().place_of("feedd")),
        kind_(kind),
        symbols_(std::move(symbols)),
        depth_levels_(depth_levels),
        check_publications_(check_publications_of(options.endpoints())),
        feedd_(context, options, "feedd"),
        subscriber_(std::move(subscriber)) {}

  /// Before it is started.
  void begin_with(Sequence from) {
    newest_ = NewestStates(from);
    if (kind_ == Kind::tape) whole_tape_.emplace(symbols_.front(), from);
  }
  Status start();
  Status add(std::string_view symbol);
  void remove(std::string_view symbol);
  Result<std::optional<PublicationBody>> next(std::chrono::milliseconds timeout);
  [[nodiscard]] int file_descriptor() const { return subscriber_.file_descriptor(); }

 private:
  void subscribe();
  [[nodiscard]] bus::Topic topic_of(std::string_view symbol) const;
  void await_confirmation();
  void repeat_request();
  using SteadyTime = SteadyClock::time_point;
  [[nodiscard]] SteadyTime check_due_at() const;
  void drain();
  void take(const PublicationBody& body);
  Status mend();
  Status check_connection();
  Status refresh();
  Status refresh_quotes();
  Status refresh_depth(const std::string& symbol);
  Status refresh_tape(const std::string& symbol, std::uint32_t entries, std::optional<Sequence> end = {});
  std::optional<PublicationBody> pop();
  /// Trades that wait for the caller.
  [[nodiscard]] std::size_t trades_pending() const {
    return whole_tape_ ? whole_tape_->size() : tape_.size();
  }
  [[nodiscard]] std::unexpected<Error> unconfirmed() const;

  std::chrono::milliseconds timeout_;
  std::string place_;  ///< for messages
  Kind kind_;
  std::vector<std::string> symbols_;  ///< empty: all
  std::uint32_t depth_levels_;
  std::size_t check_publications_;
  trade::Connection feedd_;
  bus::Subscriber subscriber_;
  bus::Frame topic_;
  bus::Frame frame_;

  NewestStates newest_;
  PendingTape tape_;
  std::optional<WholeTape> whole_tape_;  ///< in its place where every trade from one on is wanted
  std::map<std::string, Sequence, std::less<>>
      tape_gaps_;                                      ///< of each symbol, the first trade after the last gap
  std::set<std::string, std::less<>> depths_changed_;  ///< symbols of which more is wanted than is published

  std::set<std::string, std::less<>> fresh_;  ///< symbols whose present state was not given out yet
  bool refresh_all_ = true;                   ///< once confirmed: of all symbols, not only of fresh ones
  bool refresh_wanted_ = false;
  bool awaiting_confirmation_ = false;
  std::uint64_t confirmations_before_ = 0;
  SteadyClock::time_point confirmation_requested_at_;
  std::uint64_t connections_seen_ = 0;
  std::size_t publications_since_check_ = 0;
  std::optional<SteadyClock::time_point> trouble_since_;  ///< not connected, or not confirmed
};

/// Subscribes first and asks for the present state after, so that nothing falls between the two.
Status MarketStream::Subscription::start() {
  const auto deadline = SteadyClock::now() + timeout_;
  // Says at once, and in the usual words, if feedd does not run.
  if (auto status = feedd_.ask<StatusReply>(StatusRequest{}); !status) return pass_on(std::move(status));
  subscribe();
  await_confirmation();
  while (subscriber_.confirmations() == confirmations_before_) {
    drain();
    if (subscriber_.confirmations() != confirmations_before_) break;
    if (SteadyClock::now() >= deadline) return unconfirmed();
    subscriber_.wait(std::min(deadline, confirmation_requested_at_ + confirmation_interval));
    repeat_request();
  }
  connections_seen_ = subscriber_.connections();
  awaiting_confirmation_ = false;
  return refresh();
}

bus::Topic MarketStream::Subscription::topic_of(std::string_view symbol) const {
  switch (kind_) {
    case Kind::quotes:
      return bus::quote_topic(symbol);
    case Kind::depth:
      return bus::depth_topic(symbol);
    case Kind::tape:
      break;
  }
  return bus::tape_topic(symbol);
}

void MarketStream::Subscription::subscribe() {
  if (symbols_.empty()) subscriber_.subscribe(bus::all_quotes);
  fresh_.insert(symbols_.begin(), symbols_.end());
  for (const std::string& symbol : symbols_)
    subscriber_.subscribe(topic_of(symbol).view());
}

/// As at the start: the present state is asked for once the subscription is in force.
Status MarketStream::Subscription::add(std::string_view text) {
  auto symbol = parse_symbol(text);
  if (!symbol) return pass_on(std::move(symbol));
  if (std::ranges::find(symbols_, symbol->view()) != symbols_.end()) return {};
  if (whole_tape_) return one_tape_alone();
  if (symbols_.size() >= symbols_max) {
    return fail(ErrorCode::usage, "too many symbols to watch",
                "at most " + std::to_string(symbols_max) + " can be watched at a time");
  }
  symbols_.push_back(symbol->string());
  fresh_.insert(symbol->string());
  subscriber_.subscribe(topic_of(symbol->view()).view());
  await_confirmation();
  return {};
}

void MarketStream::Subscription::remove(std::string_view symbol) {
  const auto found = std::ranges::find(symbols_, symbol);
  // The last one stays: without any, the stream would be of all.
  if (found == symbols_.end() || symbols_.size() == 1) return;
  subscriber_.unsubscribe(topic_of(symbol).view());
  fresh_.erase(*found);
  symbols_.erase(found);
}

void MarketStream::Subscription::await_confirmation() {
  confirmations_before_ = subscriber_.confirmations();
  awaiting_confirmation_ = true;
  publications_since_check_ = 0;
  confirmation_requested_at_ = SteadyClock::now();
  subscriber_.request_confirmation();
}

/// When to make sure that nothing was dropped; never, while there was no occasion.
MarketStream::Subscription::SteadyTime MarketStream::Subscription::check_due_at() const {
  if (awaiting_confirmation_ || publications_since_check_ < check_publications_) return SteadyTime::max();
  return confirmation_requested_at_ + check_interval;
}

void MarketStream::Subscription::repeat_request() {
  if (SteadyClock::now() - confirmation_requested_at_ < confirmation_interval) return;
  confirmation_requested_at_ = SteadyClock::now();
  subscriber_.request_confirmation();
}

std::unexpected<Error> MarketStream::Subscription::unconfirmed() const {
  return fail(ErrorCode::timed_out,
              "feedd did not confirm a subscription within " + format_seconds(timeout_) + " (" + place_ + ")",
              "see its log, or restart it with 'trade down' and 'trade up'");
}

void MarketStream::Subscription::drain() {
  for (int taken = 0; taken < drain_publications_max && trades_pending() < tape_pending_max; ++taken) {
    if (!subscriber_.receive(topic_, frame_)) return;
    ++publications_since_check_;
    const auto body = wire::decode_publication(frame_.bytes());
    // What cannot be read cannot be shown; the next state of the symbol makes up for it.
    if (body) take(*body);
  }
}

void MarketStream::Subscription::take(const PublicationBody& body) {
  if (const auto* published = std::get_if<QuotePublished>(&body)) {
    newest_.publish(published->quote.symbol, published->quote.sequence, body);
  } else if (const auto* depth = std::get_if<DepthPublished>(&body)) {
    if (depth_levels_ > bus::published_depth_levels) {
      depths_changed_.insert(depth->depth.symbol);
      return;
    }
    DepthPublished cut = *depth;
    if (cut.depth.bids.size() > depth_levels_) cut.depth.bids.resize(depth_levels_);
    if (cut.depth.asks.size() > depth_levels_) cut.depth.asks.resize(depth_levels_);
    newest_.publish(depth->depth.symbol, depth->depth.sequence, std::move(cut));
  } else if (const auto* tape = std::get_if<TapePublished>(&body)) {
    if (whole_tape_) {
      whole_tape_->add(tape->entry);
      return;
    }
    if (subscriber_.missed() != 0) tape_gaps_.insert_or_assign(tape->entry.symbol, tape->entry.sequence);
    tape_.add(tape->entry);
  }
}

std::optional<PublicationBody> MarketStream::Subscription::pop() {
  if (kind_ != Kind::tape) return newest_.pop();
  return whole_tape_ ? whole_tape_->pop() : tape_.pop();
}

Status MarketStream::Subscription::check_connection() {
  if (subscriber_.connections() != connections_seen_) {
    connections_seen_ = subscriber_.connections();
    refresh_all_ = true;
    await_confirmation();
  } else if (check_due_at() <= SteadyClock::now()) {
    refresh_all_ = true;
    await_confirmation();
  }
  if (awaiting_confirmation_ && subscriber_.confirmations() != confirmations_before_) {
    awaiting_confirmation_ = false;
    refresh_wanted_ = true;
  }
  if (subscriber_.connected() && !awaiting_confirmation_) {
    trouble_since_.reset();
    return {};
  }
  if (awaiting_confirmation_) repeat_request();
  const auto now = SteadyClock::now();
  if (!trouble_since_) trouble_since_ = now;
  if (now - *trouble_since_ < timeout_) return {};
  auto status = feedd_.ask<StatusReply>(StatusRequest{});
  // Said now, and again after as long: a caller may choose to go on waiting.
  trouble_since_ = SteadyClock::now();
  if (!status) return pass_on(std::move(status));
  return unconfirmed();
}

/// Puts right what a lost connection or dropped publications have left wrong, before anything is given out.
Status MarketStream::Subscription::mend() {
  if (auto checked = check_connection(); !checked) return checked;
  if (refresh_wanted_) {
    if (auto refreshed = refresh(); !refreshed) return refreshed;
    refresh_wanted_ = false;
    tape_gaps_.clear();
    depths_changed_.clear();
  }
  while (!depths_changed_.empty()) {
    if (auto refreshed = refresh_depth(*depths_changed_.begin()); !refreshed) return refreshed;
    depths_changed_.erase(depths_changed_.begin());
  }
  while (!tape_gaps_.empty()) {
    const auto& [symbol, end] = *tape_gaps_.begin();
    if (auto refilled = refresh_tape(symbol, tape_refill_entries, end); !refilled) return refilled;
    tape_gaps_.erase(tape_gaps_.begin());
  }
  if (whole_tape_ && whole_tape_->has_gap()) return refresh_tape(symbols_.front(), tape_refill_entries);
  return {};
}

Status MarketStream::Subscription::refresh() {
  if (kind_ == Kind::quotes) {
    auto refreshed = refresh_quotes();
    if (refreshed) fresh_.clear();
    return refreshed;
  }
  for (const std::string& symbol : symbols_) {
    const bool fresh = fresh_.contains(symbol);
    if (!fresh && !refresh_all_) continue;
    auto refreshed = kind_ == Kind::depth ? refresh_depth(symbol)
                                          : refresh_tape(symbol, fresh && !whole_tape_ ? tape_start_entries
                                                                                       : tape_refill_entries);
    if (!refreshed) return refreshed;
    fresh_.erase(symbol);
  }
  refresh_all_ = false;
  return {};
}

Status MarketStream::Subscription::refresh_quotes() {
  auto reply = feedd_.ask<QuotesReply>(QuotesRequest{symbols_});
  if (!reply) return pass_on(std::move(reply));
  std::set<std::string, std::less<>> missing(symbols_.begin(), symbols_.end());
  for (QuoteView& quote : reply->quotes) {
    missing.erase(quote.symbol);
    const std::string symbol = quote.symbol;
    const Sequence sequence = quote.sequence;
    newest_.refresh(symbol, sequence, QuotePublished{std::move(quote)});
  }
  if (missing.empty()) return {};
  return fail_named(ErrorCode::not_found, "unknown_symbol", "no symbol '" + *missing.begin() + "'",
                    "'trade symbol list' shows all symbols");
}

Status MarketStream::Subscription::refresh_depth(const std::string& symbol) {
  auto reply = feedd_.ask<DepthReply>(DepthRequest{symbol, depth_levels_});
  if (!reply) return pass_on(std::move(reply));
  const Sequence sequence = reply->depth.sequence;
  newest_.refresh(symbol, sequence, DepthPublished{std::move(reply->depth)});
  return {};
}

/// With `end`, only trades before that one are taken: those from there on are still to be received.
Status MarketStream::Subscription::refresh_tape(const std::string& symbol, std::uint32_t entries,
                                                std::optional<Sequence> end) {
  auto reply = feedd_.ask<TapeReply>(TapeRequest{symbol, entries});
  if (!reply) return pass_on(std::move(reply));
  if (whole_tape_) return whole_tape_->refill(std::move(reply->entries));
  if (end) {
    std::erase_if(reply->entries, [&](const TapeEntryView& entry) { return entry.sequence >= *end; });
    for (TapeEntryView& entry : reply->entries)
      tape_.add(std::move(entry));
  } else {
    tape_.refill(symbol, std::move(reply->entries));
  }
  return {};
}

Result<std::optional<PublicationBody>> MarketStream::Subscription::next(std::chrono::milliseconds timeout) {
  const auto deadline = SteadyClock::now() + timeout;
  for (;;) {
    drain();
    if (auto mended = mend(); !mended) return pass_on(std::move(mended));
    if (auto body = pop()) return body;
    if (SteadyClock::now() >= deadline) return std::nullopt;
    // Looks up in time to give a missing daemon up, to repeat a request, and to check.
    auto look_up = std::min(deadline, check_due_at());
    if (trouble_since_) look_up = std::min(look_up, *trouble_since_ + timeout_);
    if (awaiting_confirmation_)
      look_up = std::min(look_up, confirmation_requested_at_ + confirmation_interval);
    if (!subscriber_.wait(look_up)) return std::nullopt;
  }
}

Result<MarketStream> MarketStream::open(const ClientOptions& options, Kind kind,
                                        const std::vector<std::string>& symbols, std::uint32_t depth_levels,
                                        std::optional<Sequence> from) {
  auto checked = checked_symbols(kind, symbols);
  if (!checked) return pass_on(std::move(checked));
  if (from && kind == Kind::tape && checked->size() > 1) return one_tape_alone();
  const bus::Context context;
  auto subscriber = bus::Subscriber::connect(context, options.endpoints(), "feedd");
  if (!subscriber) return pass_on(std::move(subscriber));
  auto subscription = std::make_unique<Subscription>(context, options, kind, std::move(*checked),
                                                     depth_levels, std::move(*subscriber));
  if (from) subscription->begin_with(*from);
  if (auto started = subscription->start(); !started) return pass_on(std::move(started));
  return MarketStream(std::move(subscription));
}

MarketStream::MarketStream(std::unique_ptr<Subscription> subscription)
    : subscription_(std::move(subscription)) {}
MarketStream::~MarketStream() = default;
MarketStream::MarketStream(MarketStream&&) noexcept = default;
MarketStream& MarketStream::operator=(MarketStream&&) noexcept = default;

Result<std::optional<PublicationBody>> MarketStream::next(std::chrono::milliseconds timeout) {
  return subscription_->next(timeout);
}

Status MarketStream::add(std::string_view symbol) {
  return subscription_->add(symbol);
}

void MarketStream::remove(std::string_view symbol) {
  subscription_->remove(symbol);
}

int MarketStream::file_descriptor() const {
  return subscription_->file_descriptor();
}

}  // namespace trade
