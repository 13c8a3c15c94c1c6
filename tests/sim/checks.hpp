// What must hold after every run, whatever happened in it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "engine/engine.hpp"
#include "ledger/ledger.hpp"
#include "lib/engine/other_market.hpp"
#include "market/market.hpp"
#include "sim/client.hpp"
#include "sim/coverage.hpp"
#include "sim/virtual_journal.hpp"

namespace trade::sim {

using Report = std::function<void(const std::string& problem)>;

/// What the journal tells of an order at a venue: the trades that stand, by execution id.
struct BookedTrades {
  struct Trade {
    std::int64_t quantity = 0;
    Price price;
  };
  std::map<std::string, Trade> trades;
  bool counted = false;  ///< a status told of some of them, and so not of each
};

/// What the journal tells, read from its beginning.
struct JournalTold {
  Coverage coverage;
  std::map<OrderId, BookedTrades> at_venues;
  std::set<OrderId> replaced;  ///< orders that a client, a venue or their group changed
  Money cash_moved;            ///< in and out
};

/// The chain of records is whole, and applying their commands anew gives the same events and the same state.
/// The quotes, tapes and bars of `market` are those that the journal's events make, and its depth is that of
/// the engine's books.
void check_journal(const VirtualJournal& journal, const Engine& engine, const market::Market& market,
                   JournalTold& told, const Report& report);
/// A stored market is that of the journal up to its batch.
void check_stored_market(const VirtualJournal& journal, std::uint64_t batch, const market::Market& market,
                         const Report& report);
/// Engine and books agree to the cent and to the share, and order by order; and no cash has come from
/// nowhere.
void check_books(const Engine& engine, const ledger::Ledger& ledger, ledger::OrderPageSource& saved_orders,
                 Money cash_moved, const Report& report);
/// What a client was told is so, once.
void check_client(const Client& client, const Engine& engine, const ledger::Ledger& ledger,
                  const JournalTold& told, const Report& report);
/// What is filled and open at a venue is so here, trade by trade.
void check_venue(const engine_test::OtherMarket& there, const Engine& engine, const JournalTold& told,
                 const Report& report);

}  // namespace trade::sim
