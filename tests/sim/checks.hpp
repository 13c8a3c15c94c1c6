// What must hold after every run, whatever happened in it.
#pragma once

#include <deque>
#include <functional>
#include <string>

#include "engine/engine.hpp"
#include "ledger/ledger.hpp"
#include "market/market.hpp"
#include "sim/client.hpp"
#include "sim/virtual_journal.hpp"

namespace trade::sim {

using Report = std::function<void(const std::string& problem)>;

/// The chain of records is whole, and applying their commands anew gives the same events and the same state.
/// The quotes, tapes and bars of `market` are those that the journal's events make.
void check_journal(const VirtualJournal& journal, const Engine& engine, const market::Market& market,
                   const Report& report);
/// A stored market is that of the journal up to its batch.
void check_stored_market(const VirtualJournal& journal, std::uint64_t batch, const market::Market& market,
                         const Report& report);
/// Engine and books agree to the cent and to the share, and order by order.
void check_books(const Engine& engine, const ledger::Ledger& ledger, const Report& report);
/// What a client was told is so, once.
void check_client(const Client& client, const Engine& engine, const ledger::Ledger& ledger,
                  const Report& report);

}  // namespace trade::sim
