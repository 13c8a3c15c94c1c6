#include "sim/checks.hpp"

#include <map>
#include <optional>
#include <vector>

#include "daemons/feedd/made_up_day.hpp"
#include "ledger/views.hpp"
#include "sim/trading_node.hpp"

namespace trade::sim {

namespace {

std::string text(std::uint64_t number) {
  return std::to_string(number);
}

/// The number of the newest order that either knows; ids are dense.
std::uint64_t newest_order(const ledger::Ledger& ledger) {
  return ledger.orders().newest().value;
}

}  // namespace

void check_journal(const VirtualJournal& journal, const Engine& engine, const market::Market& market,
                   const Report& report) {
  journal::ChainLink link;
  link.hash = VirtualJournal::identity();
  Engine replayed(TradingNode::capacity());
  market::Market remade;
  wire::Batch batch;
  std::vector<Event> events;
  for (const std::string& record : journal.records()) {
    const auto next = journal::decode_record(bytes_of(record), link, batch);
    if (!next) return report("the journal's chain is broken: " + next.error().message);
    link = *next;
    events.clear();
    for (const Command& command : batch.commands)
      replayed.apply(command, events);
    if (events.size() != batch.events.size() || replayed.state_hash() != batch.header.state_hash)
      return report("batch " + text(link.head.batch) + " replays differently");
    for (const Event& event : batch.events) {
      if (!remade.apply(event)) return report("batch " + text(link.head.batch) + " makes no market");
    }
  }
  if (replayed.full_state_hash() != engine.full_state_hash())
    report("the replayed engine is not the one that runs");
  if (feedd::contents_of(remade) != feedd::contents_of(market)) report("feedd's market is not the journal's");
}

void check_stored_market(const VirtualJournal& journal, std::uint64_t batch, const market::Market& market,
                         const Report& report) {
  VirtualReader reader(journal);
  market::Market remade;
  wire::Batch read;
  for (std::uint64_t number = 1; number <= batch; ++number) {
    if (!reader.read(number, read).value_or(false))
      return report("feedd has stored batch " + text(batch) + ", the journal has no batch " + text(number));
    for (const Event& event : read.events) {
      if (!remade.apply(event)) return report("batch " + text(number) + " makes no market");
    }
  }
  if (feedd::contents_of(remade) != feedd::contents_of(market))
    report("the market that feedd has stored is not that of batch " + text(batch));
}

void check_books(const Engine& engine, const ledger::Ledger& ledger, const Report& report) {
  if (const Status invariants = ledger.check_invariants(); !invariants)
    report("the ledger contradicts itself: " + invariants.error().message);
  if (engine.last_sequence() != ledger.sequence() || engine.account_count() != ledger.account_count())
    return report("engine and ledger are not at the same event");
  for (std::uint32_t number = 1; number <= engine.account_count(); ++number) {
    const auto row = engine.holdings(AccountId{number});
    const auto books = ledger::holdings_view(ledger, {.after = {}, .limit = 1, .only = AccountId{number}});
    if (!row || !books || books->rows.size() != 1 || books->rows[0].cash_balance != row->cash_balance ||
        books->rows[0].holdings != row->holdings) {
      report("engine and ledger differ in account " + text(number));
    }
  }
  for (std::uint64_t id = 1; id <= newest_order(ledger); ++id) {
    const auto order = engine.order(OrderId{id});
    const auto sight = ledger.orders().look(OrderId{id}, nullptr);
    if (order && (!sight || ledger::order_view(ledger, *sight) != *order))
      report("engine and ledger differ in order " + text(id));
  }
}

void check_client(const Client& client, const Engine& engine, const ledger::Ledger& ledger,
                  const Report& report) {
  std::map<std::string, std::vector<OrderView>> by_client_id;
  for (std::uint64_t id = 1; id <= newest_order(ledger); ++id) {
    const auto order = engine.order(OrderId{id});
    if (order && order->account == client.account()) by_client_id[order->client_order_id].push_back(*order);
  }
  for (const Placed& placed : client.placed()) {
    const std::string& id = placed.client_order_id;
    const std::vector<OrderView>& found = by_client_id[id];
    if (found.size() > 1) report(id + " is there " + text(found.size()) + " times");
    if (!placed.answer) {
      report(id + " was never answered");
      continue;
    }
    // A refusal that is about no order leaves none.
    if (!placed.answer->order) continue;
    if (found.empty()) {
      report(id + " was acknowledged as order " + text(placed.answer->order.value) + " and is lost");
      continue;
    }
    const OrderView& order = found.front();
    if (order.id != placed.answer->order || order.side != placed.order.side ||
        order.symbol != placed.symbol || order.type != placed.order.type ||
        order.limit_price != placed.order.limit_price) {
      report(id + " is not the order that was acknowledged");
    }
    if (placed.cancelled && !is_terminal(order.status)) report(id + " was cancelled and is open");
  }
}

}  // namespace trade::sim
