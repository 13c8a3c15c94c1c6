#include "sim/simulation.hpp"

#include <utility>

#include "sim/checks.hpp"

namespace trade::sim {

namespace {

constexpr std::uint32_t clients = 3;
/// Numbers of requests that no client makes.
constexpr std::uint32_t operator_number = clients;
constexpr std::uint32_t router_number = clients + 1;
constexpr std::int64_t faults_last_ns = 2'000 * millisecond;
/// By then a world without faults has come to rest, or something hangs.
constexpr std::int64_t patience_ns = 60'000 * millisecond;
/// A run that has found so much has found enough.
constexpr std::size_t problems_max = 5;

}  // namespace

Simulation::Simulation(std::uint64_t seed, std::filesystem::path directory, Breakage breakage)
    : world_(seed),
      network_(world_),
      journal_(world_),
      directory_(std::move(directory)),
      violation_([this](const std::string& problem) {
        if (outcome_.problems.size() < problems_max) outcome_.problems.push_back(problem);
      }),
      trading_(world_, network_, journal_,
               {.to_client =
                    [this](const std::string& bytes) {
                      wire::AlignedBuffer frame;
                      frame.assign(bytes_of(bytes));
                      const auto reply = wire::decode_reply(frame.bytes());
                      if (!reply) return violation_("a reply cannot be read");
                      receive(*reply);
                    },
                .doorbell =
                    [this] {
                      network_.send({}, [this](const std::string&) { ledger_.turn(); });
                      network_.send({}, [this](const std::string&) { feed_.turn(); });
                      network_.send({}, [this](const std::string&) { router_.turn(); });
                    },
                .violation = violation_}),
      ledger_(world_, journal_, "ledgerd",
              {.open = [this] { return open_books(); },
               .check_origin = [](const ledgerd::Books& books,
                                  journal::Reader& reader) { return books.check_origin(reader); },
               .violation = violation_}),
      feed_(world_, journal_, "feedd",
            {.open = [this] { return open_feed(); },
             .check_origin = [this](const feedd::Feed& feed, journal::Reader&) -> Status {
               check_stored_market(journal_, feed.position().batch, feed.market(), violation_);
               return {};
             },
             .violation = violation_}),
      line_(world_),
      venue_(
          world_, line_, VenueId{1},
          {.to_router = [this](std::uint64_t number, const FromVenue& said) { router_.hear(number, said); },
           .violation = violation_}),
      router_(world_, journal_, line_, venue_, router_number,
              {.to_tradingd =
                   [this](wire::Bytes request) {
                     network_.send(
                         request, [this](const std::string& bytes) { trading_.receive(bytes); },
                         &router_connection_);
                   },
               .violation = violation_}) {
  std::filesystem::remove_all(directory_);
  world_.break_on_purpose(breakage);
}

void Simulation::receive(const Reply& reply) {
  const std::uint32_t number = Client::number_of(reply.id);
  if (number < clients_.size()) return clients_[number]->receive(reply);
  if (number == router_number) return router_.receive(reply);
  set_up_ = true;
}

Result<std::unique_ptr<ledgerd::Books>> Simulation::open_books() {
  ledgerd::BooksOptions options;
  options.store = {.directory = directory_ / "ledger", .map_bytes = std::size_t{1} << 20, .sync = false};
  options.capacity = {.orders_kept_max = 10'000, .trades_kept_max = 10'000};
  options.commit_bytes_min = world_.below(2) * 2'000;
  options.checkpoint_events = 50;
  options.checkpoint_idle = std::chrono::milliseconds(200);
  options.make_writer = [this](const ledgerd::LedgerStore& store) -> std::unique_ptr<ledgerd::Writer> {
    using StoreWriter =
        VirtualStoreWriter<ledgerd::Writer, const ledgerd::LedgerStore&, ledgerd::StoreChange>;
    return std::make_unique<StoreWriter>(world_, store);
  };
  return ledgerd::Books::open(options);
}

Result<std::unique_ptr<feedd::Feed>> Simulation::open_feed() {
  feedd::FeedOptions options;
  options.directory = directory_ / "feed";
  options.map_bytes = std::size_t{1} << 20;
  options.save_interval = std::chrono::milliseconds(100);
  options.monotonic_ns = [this] { return world_.monotonic_ns(); };
  options.make_writer = [this](feedd::MarketStore store) -> std::unique_ptr<feedd::Writer> {
    using StoreWriter = VirtualStoreWriter<feedd::Writer, feedd::MarketStore, feedd::MarketChanges>;
    return std::make_unique<StoreWriter>(world_, std::move(store));
  };
  return feedd::Feed::open(options);
}

void Simulation::every(std::int64_t interval, const std::function<void()>& action) {
  world_.after(interval, [this, interval, action] {
    action();
    every(interval, action);
  });
}

/// Accounts, cash, symbols and shares, and mostly a venue for some of the symbols: before anything fails,
/// since a deposit cannot be sent twice.
void Simulation::set_up() {
  SubmitRequest request;
  const auto add = [&](const CommandBody& body) { request.commands.push_back({body, {}, {}}); };
  RandomFlow(world_.below(1'000)).set_up([&](const Command& command) { add(command.body); });
  add(AddVenue{*VenueName::make("north"),
               world_.below(3) == 0 ? WhenVenueDown::refuse : WhenVenueDown::hold});
  const auto routed = static_cast<std::uint32_t>(world_.below(3));
  for (SymbolId symbol{1}; symbol.value <= routed; ++symbol.value)
    add(SetRoute{symbol, VenueId{1}});
  submit(request);
  while (!set_up_ && world_.step()) {
  }
}

void Simulation::submit(const SubmitRequest& request) {
  wire::Encoder encoder;
  const wire::Bytes bytes = encoder.encode(Request{std::uint64_t{operator_number} << 32, request});
  trading_.receive(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

/// A venue may undo trades after a client has removed it; it tells of that when it is spoken to again.
void Simulation::restore_venue() {
  if (!world_.healed() || !router_.running() || router_.knows_venue()) return;
  SubmitRequest request;
  request.commands.push_back({AddVenue{*VenueName::make("north"), WhenVenueDown::hold}, {}, {}});
  submit(request);
}

void Simulation::break_process(const auto& running, const auto& kill, const auto& stop, const auto& start) {
  if (!running()) {
    if (world_.healed() || world_.below(20) == 0) start();
  } else if (world_.happens(Fault::process_killed)) {
    kill();
  } else if (world_.happens(Fault::process_stopped)) {
    stop();
  }
}

void Simulation::break_things() {
  const auto break_one = [this](auto& node) {
    break_process([&] { return node.running(); }, [&] { node.kill(); }, [&] { node.stop(); },
                  [&] { node.start(); });
  };
  break_one(trading_);
  break_one(ledger_);
  break_one(feed_);
  if (!router_.running()) {
    if (world_.healed() || world_.below(20) == 0) router_.start();
  } else if (world_.happens(Fault::router_killed)) {
    router_.kill();
  }
  if (line_.up() && world_.happens(Fault::venue_line_cut)) line_.cut();
  if (world_.happens(Fault::clock_jumped)) world_.jump_clock();
}

bool Simulation::settled() {
  if (!world_.healed() || !trading_.running() || !ledger_.running() || !feed_.running()) return false;
  for (const auto& client : clients_) {
    if (!client->done()) return false;
  }
  return trading_.engine().last_sequence() == journal_.head().last_sequence &&
         ledger_.application().position().batch == journal_.head().batch &&
         feed_.application().position().batch == journal_.head().batch && router_.settled();
}

Outcome Simulation::run() {
  for (std::uint32_t number = 0; number < clients; ++number) {
    clients_.push_back(std::make_unique<Client>(
        world_, number,
        Client::Hooks{.send =
                          [this](wire::Bytes request) {
                            network_.send(request,
                                          [this](const std::string& bytes) { trading_.receive(bytes); });
                          },
                      .violation = violation_}));
  }
  trading_.start();
  ledger_.start();
  feed_.start();
  router_.start();
  set_up();
  world_.begin_faults();
  every(millisecond, [this] { break_things(); });
  every(20 * millisecond, [this] {
    ledger_.turn();
    feed_.turn();
    router_.turn();
  });
  every(30 * millisecond, [this] { router_.beat(); });
  every(10 * millisecond, [this] {
    if (!world_.healed()) venue_.work();
  });
  every(100 * millisecond, [this] {
    trading_.tick();
    restore_venue();
  });
  world_.after(faults_last_ns, [this] { world_.heal(); });
  for (const auto& client : clients_)
    client->start();
  while (outcome_.problems.empty() && !settled() && world_.monotonic_ns() < patience_ns)
    world_.step();
  finish();
  return std::move(outcome_);
}

void Simulation::finish() {
  if (outcome_.problems.empty()) {
    if (settled()) {
      check();
    } else {
      violation_("it does not come to rest");
    }
  }
  outcome_.faults = world_.faults();
  outcome_.messages = network_.delivered();
  outcome_.overtaken = network_.overtaken();
  outcome_.batches = journal_.records().size();
  for (const auto& client : clients_) {
    outcome_.retries += client->retries();
    outcome_.orders += client->placed().size();
  }
  outcome_.fingerprint = static_cast<std::uint64_t>(world_.monotonic_ns()) ^ network_.delivered() << 40;
  if (trading_.running()) outcome_.fingerprint ^= trading_.engine().full_state_hash();
}

void Simulation::check() {
  const Engine& engine = trading_.engine();
  const ledger::Ledger& ledger = ledger_.application().ledger();
  outcome_.trades = ledger.trades().next();
  JournalTold told;
  check_journal(journal_, engine, feed_.application().market(), told, violation_);
  outcome_.coverage = told.coverage;
  auto saved_orders = ledger_.application().store().begin_read();
  if (saved_orders) {
    check_books(engine, ledger, *saved_orders, told.cash_moved, violation_);
  } else {
    violation_("the ledger's store cannot be read: " + saved_orders.error().message);
  }
  for (const auto& client : clients_)
    check_client(*client, engine, ledger, told, violation_);
  check_venue(venue_.market(), engine, told, violation_);
}

}  // namespace trade::sim
