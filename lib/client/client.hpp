// Typed access to the daemons of a suite, or to a venue that stands for one, for the command line, the
// gateways and the tests. Blocking calls with a deadline; one Client belongs to one thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "bus/endpoints.hpp"
#include "client/transport.hpp"
#include "model/messages.hpp"

namespace trade {

struct ClientOptions {
  std::filesystem::path home;                ///< the suite's; its sockets are under it
  std::chrono::milliseconds timeout{5'000};  ///< for each call
  /// A suite on the network in place of the home's; null: the home's.
  std::shared_ptr<const bus::RemoteSuite> remote = {};

  [[nodiscard]] bus::Endpoints endpoints() const {
    return remote != nullptr ? bus::Endpoints(remote) : bus::Endpoints(home);
  }
};

class Client {
 public:
  explicit Client(const ClientOptions& options);
  /// Of what answers at the other end of the transport.
  explicit Client(std::unique_ptr<Transport> transport);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  // tradingd. A rejection is a result, not an error: look at CommandResult::reason.
  Result<CommandResult> submit(const SubmittedCommand& command, bool dry_run = false);
  Result<SubmitReply> submit(const SubmitRequest& request);
  Result<std::vector<AccountView>> accounts();         ///< all of them, page by page
  Result<AccountView> account(std::string_view name);  ///< `not_found` when there is none
  Result<std::vector<SymbolView>> symbols();
  Result<SymbolView> symbol(std::string_view symbol);
  Result<SessionView> session();
  Result<std::vector<VenueView>> venues();         ///< without those that were removed
  Result<VenueView> venue(std::string_view name);  ///< `not_found` when there is none
  /// What the suite's time is; where `request` has something to change, after that was done and is durable.
  Result<ClockView> clock(const ClockRequest& request = {});

  /// Stored journal batches; lib/journal decodes them.
  Result<JournalReply> journal(const JournalRequest& request);

  // ledgerd. Its answers hold everything that was durable in the journal when it was asked.
  Result<PortfolioView> portfolio(std::string_view account);
  Result<std::vector<OrderView>> orders(const OrdersRequest& request);
  Result<OrderView> order(OrderId id);
  /// The orders, and up to which event they are told.
  Result<OrdersReply> orders_and_sequence(const OrdersRequest& request);
  Result<std::vector<FillView>> fills(const FillsRequest& request);
  Result<std::vector<FeeView>> fees(const FeesRequest& request);
  /// Asks on until there are some, or none are left.
  Result<std::vector<PostingView>> postings(PostingsRequest request);
  /// The events' texts stay valid until ledgerd is asked the next time.
  Result<AccountEventsReply> account_events(const AccountEventsRequest& request);

  // feedd. The same promise.
  Result<std::vector<QuoteView>> quotes(const std::vector<std::string>& symbols);
  Result<DepthView> depth(std::string_view symbol, std::uint32_t levels);
  Result<std::vector<TapeEntryView>> tape(std::string_view symbol, std::uint32_t limit);
  Result<std::vector<TapeEntryView>> tape(const TapeRequest& request);
  Result<std::vector<BarView>> bars(const BarsRequest& request);

  // gatewayd.
  Result<KeyCreatedReply> create_key(const CreateKeyRequest& request);
  Result<std::vector<KeyView>> keys();
  Result<KeyView> revoke_key(std::string_view id);

  // Any daemon.
  Result<DaemonView> status(std::string_view daemon);
  /// Which messages the daemon logs; with a level, from now on.
  Result<std::string> log_level(std::string_view daemon, std::string_view level = {});
  Result<HoldingsReply> holdings(std::string_view daemon, const HoldingsRequest& request);

 private:
  template <class Wanted>
  Result<Wanted> ask(std::string_view daemon, RequestBody body, Retry retry = Retry::safe);
  /// All rows, page by page.
  template <class Wanted, class View, class RequestType, class Id>
  Result<std::vector<View>> all_pages(RequestType request, std::vector<View> Wanted::* rows,
                                      Id View::* number);

  std::unique_ptr<Transport> transport_;
};

/// Many requests under way at once, for load generators and replays: send without waiting, receive replies
/// in the order in which tradingd answers. Requests that are sent are never sent again.
class Pipeline {
 public:
  explicit Pipeline(const ClientOptions& options);
  ~Pipeline();
  Pipeline(Pipeline&&) noexcept;
  Pipeline& operator=(Pipeline&&) noexcept;

  /// Returns the request's id: 1, 2, 3, …. Fails when the daemon does not take it in time, or when 65,536
  /// requests are unanswered.
  Result<std::uint64_t> send(const SubmitRequest& request);
  /// The next reply, or nothing when none came in time. `timeout` zero: only what is there already.
  Result<std::optional<Reply>> receive(std::chrono::milliseconds timeout);
  /// For poll(): readable when there may be a reply; before waiting, call `receive` until it has nothing. -1
  /// while tradingd does not run.
  [[nodiscard]] int file_descriptor() const;

 private:
  class Connection;
  std::unique_ptr<Connection> connection_;
};

/// A subscription to feedd: first the present state of each symbol, then every change, in order and without
/// gaps in meaning: after a slow phase the newest state comes, and what was passed over is not repeated. Of a
/// tape, the present state is its last ten trades, and every trade follows once. When feedd is restarted the
/// stream goes on by itself; when it stays away for longer than the timeout, `next` says so.
///
/// With `from`, the sequence of an event, it goes on for a caller that has seen what was before. Quotes and
/// depths begin with the symbols that have changed since. A tape, then of one symbol, has every trade from
/// there on, none missed and none twice; when they are not all kept, `open` or `next` says so: `not_found`.
class MarketStream {
 public:
  enum class Kind : std::uint8_t { quotes, depth, tape };
  /// Without symbols, quotes of all. `not_found` when there is no such symbol.
  static Result<MarketStream> open(const ClientOptions& options, Kind kind,
                                   const std::vector<std::string>& symbols, std::uint32_t depth_levels = 10,
                                   std::optional<Sequence> from = {});
  ~MarketStream();
  MarketStream(MarketStream&&) noexcept;
  MarketStream& operator=(MarketStream&&) noexcept;

  /// Also of this symbol from now on, which must exist: its present state, then every change. Not where the
  /// stream is of all symbols.
  Status add(std::string_view symbol);
  void remove(std::string_view symbol);

  /// The next publication, or nothing when none came within `timeout` or a signal came.
  Result<std::optional<PublicationBody>> next(std::chrono::milliseconds timeout);
  /// For poll(): readable when there may be something; before waiting, call `next` until it has nothing.
  [[nodiscard]] int file_descriptor() const;

 private:
  class Subscription;
  explicit MarketStream(std::unique_ptr<Subscription> subscription);
  std::unique_ptr<Subscription> subscription_;
};

}  // namespace trade
