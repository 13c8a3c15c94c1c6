#include "client/market_feed.hpp"

#include <algorithm>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "bus/topics.hpp"

namespace trade {

namespace {

/// Without a stream that should be there, the next attempt is made so much later.
constexpr int retry_milliseconds = 500;
constexpr int idle_milliseconds = 200;
constexpr int publications_per_turn = 4'096;

MarketStream::Kind stream_kind(MarketFeed::Kind kind) {
  switch (kind) {
    case MarketFeed::Kind::quotes:
      return MarketStream::Kind::quotes;
    case MarketFeed::Kind::depth:
    case MarketFeed::Kind::book:
      return MarketStream::Kind::depth;
    case MarketFeed::Kind::tape:
      break;
  }
  return MarketStream::Kind::tape;
}

}  // namespace

MarketFeed::MarketFeed(Post post, ClientOptions options, std::function<void(News)> deliver,
                       std::chrono::milliseconds portion_interval)
    : post_(std::move(post)),
      options_(std::move(options)),
      deliver_(std::move(deliver)),
      portion_interval_(portion_interval),
      wake_descriptor_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      thread_([this] { run(); }) {}

MarketFeed::~MarketFeed() {
  stop();
  if (wake_descriptor_ >= 0) ::close(wake_descriptor_);
}

void MarketFeed::stop() {
  stopping_ = true;
  ::eventfd_write(wake_descriptor_, 1);
  if (thread_.joinable()) thread_.join();
}

void MarketFeed::watch(Kind kind, const std::string& symbol) {
  const std::lock_guard lock(mutex_);
  changes_.push_back({kind, symbol, true});
  ::eventfd_write(wake_descriptor_, 1);
}

void MarketFeed::leave(Kind kind, const std::string& symbol) {
  const std::lock_guard lock(mutex_);
  changes_.push_back({kind, symbol, false});
  ::eventfd_write(wake_descriptor_, 1);
}

void MarketFeed::take_changes() {
  eventfd_t ignored = 0;
  ::eventfd_read(wake_descriptor_, &ignored);
  std::vector<Change> changes;
  {
    const std::lock_guard lock(mutex_);
    changes.swap(changes_);
  }
  for (const Change& change : changes)
    apply(change);
}

void MarketFeed::apply(const Change& change) {
  std::vector<std::string>& wanted = wanted_[change.kind];
  const auto found = std::ranges::find(wanted, change.symbol);
  MarketStream* stream = streams_[change.kind].get();
  if (change.begin && found == wanted.end()) {
    wanted.push_back(change.symbol);
    if (stream == nullptr || change.kind == Kind::quotes) return;
    if (auto added = stream->add(change.symbol); !added) streams_[change.kind].reset();
  } else if (!change.begin && found != wanted.end()) {
    wanted.erase(found);
    if (stream != nullptr && change.kind != Kind::quotes) stream->remove(change.symbol);
  }
  if (wanted.empty()) streams_[change.kind].reset();
}

/// True when a stream is missing that should be there.
bool MarketFeed::drain(Kind kind) {
  const std::vector<std::string>& wanted = wanted_[kind];
  std::unique_ptr<MarketStream>& stream = streams_[kind];
  if (wanted.empty()) return false;
  if (!stream) {
    auto opened = MarketStream::open(
        options_, stream_kind(kind), kind == Kind::quotes ? std::vector<std::string>{} : wanted,
        kind == Kind::book ? book_levels : std::uint32_t{bus::published_depth_levels});
    if (!opened) return true;
    stream = std::make_unique<MarketStream>(std::move(*opened));
  }
  for (int taken = 0; taken < publications_per_turn; ++taken) {
    auto publication = stream->next(std::chrono::milliseconds(0));
    if (!publication) {
      // It goes on by itself once feedd is back; what else fails is begun anew.
      if (publication.error().code != ErrorCode::not_running) stream.reset();
      return true;
    }
    if (!*publication) return false;
    put(kind, std::move(**publication));
  }
  return false;
}

void MarketFeed::put(Kind kind, PublicationBody body) {
  const std::lock_guard lock(mutex_);
  if (auto* quote = std::get_if<QuotePublished>(&body)) {
    std::string symbol = quote->quote.symbol;
    box_.quotes.insert_or_assign(std::move(symbol), std::move(quote->quote));
  } else if (auto* depth = std::get_if<DepthPublished>(&body)) {
    std::string symbol = depth->depth.symbol;
    auto& depths = kind == Kind::book ? box_.books : box_.depths;
    depths.insert_or_assign(std::move(symbol), std::move(depth->depth));
  } else if (auto* tape = std::get_if<TapePublished>(&body)) {
    if (box_.trades.size() >= trades_max) {
      box_.trades.erase(box_.trades.begin(), box_.trades.begin() + trades_max / 2);
      box_.trades_passed_over += trades_max / 2;
    }
    box_.trades.push_back(std::move(tape->entry));
  }
}

void MarketFeed::post() {
  {
    const std::lock_guard lock(mutex_);
    const bool empty =
        box_.quotes.empty() && box_.depths.empty() && box_.books.empty() && box_.trades.empty();
    if (posted_ || empty) return;
    posted_ = true;
  }
  post_([this] {
    News news;
    {
      const std::lock_guard lock(mutex_);
      news = std::exchange(box_, {});
      posted_ = false;
    }
    deliver_(std::move(news));
  });
}

void MarketFeed::run() {
  while (!stopping_) {
    take_changes();
    bool missing = false;
    std::vector<pollfd> descriptors{{.fd = wake_descriptor_, .events = POLLIN, .revents = 0}};
    for (const Kind kind : {Kind::quotes, Kind::depth, Kind::book, Kind::tape}) {
      missing = drain(kind) || missing;
      if (streams_[kind]) {
        descriptors.push_back({.fd = streams_[kind]->file_descriptor(), .events = POLLIN, .revents = 0});
      }
    }
    post();
    if (stopping_) return;
    ::poll(descriptors.data(), descriptors.size(), missing ? retry_milliseconds : idle_milliseconds);
    // What comes at the same time is handed on together.
    if (!stopping_ && descriptors.front().revents == 0) std::this_thread::sleep_for(portion_interval_);
  }
}

}  // namespace trade
