#include "sim/checks.hpp"

#include <cstdlib>
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

constexpr std::size_t levels_max = 10'000;

/// What is told of changes, of trades at venues, and of cash that comes and goes.
void note(const Event& event, JournalTold& told) {
  if (const auto* replaced = std::get_if<OrderReplaced>(&event.body)) told.replaced.insert(replaced->order);
  if (const auto* moved = std::get_if<CashMoved>(&event.body)) told.cash_moved += moved->amount;
  if (const auto* fee = std::get_if<BorrowFeeCharged>(&event.body)) told.cash_moved -= fee->amount;
  if (const auto* trade = std::get_if<VenueTradeExecuted>(&event.body)) {
    BookedTrades& booked = told.at_venues[trade->order];
    booked.trades[std::string(trade->execution_id)] = {trade->quantity.shares, trade->price};
    booked.counted = booked.counted || trade->execution_id.starts_with("status-");
  }
  if (const auto* busted = std::get_if<VenueTradeBusted>(&event.body))
    told.at_venues[busted->order].trades.erase(std::string(busted->execution_id));
}

/// The number of the newest order that either knows; ids are dense.
std::uint64_t newest_order(const ledger::Ledger& ledger) {
  return ledger.orders().newest().value;
}

/// What neither a replace nor a venue changes.
bool is_as_acknowledged(const OrderView& order, const Placed& placed, bool replaced) {
  const PlaceOrder& asked = placed.order;
  const bool keeps_price = !replaced && !asked.instructions.post_only;
  return order.id == placed.answer->order && order.account == placed.account &&
         order.symbol == placed.symbol && order.side == asked.side && order.type == asked.type &&
         order.time_in_force == asked.time_in_force &&
         order.instructions.display_quantity == asked.instructions.display_quantity &&
         order.instructions.minimum_quantity == asked.instructions.minimum_quantity &&
         order.instructions.all_or_none == asked.instructions.all_or_none &&
         order.link.order_class == asked.legs.order_class &&
         (!keeps_price || order.limit_price == asked.limit_price);
}

std::string described(const std::vector<OrderView>& orders) {
  std::string described;
  for (const OrderView& order : orders) {
    described += " order " + text(order.id.value) + " " + std::string(name_of(order.status)) + " (" +
                 std::string(row_of(order.reject_reason).name) + ")";
  }
  return described;
}

/// One for one; where a status told of some of them, their sums, as far as an average tells a price.
void check_trades(OrderId id, const engine_test::OtherMarket::Order& there, const BookedTrades& here,
                  const Report& report) {
  if (here.counted) {
    std::int64_t notional = 0;
    for (const auto& [execution, trade] : here.trades)
      notional += trade.quantity * trade.price.units;
    if (std::abs(notional - there.notional) > there.filled)
      report("what order " + text(id.value) + " has traded at its venue is not worth that here");
    return;
  }
  bool same = here.trades.size() == there.trades.size();
  for (const auto& trade : there.trades) {
    const auto booked = here.trades.find(trade.id);
    same = same && booked != here.trades.end() && booked->second.quantity == trade.quantity &&
           booked->second.price == trade.price;
  }
  if (!same) report("the trades of order " + text(id.value) + " are not those at its venue");
}

}  // namespace

void check_journal(const VirtualJournal& journal, const Engine& engine, const market::Market& market,
                   JournalTold& told, const Report& report) {
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
      note(event, told);
    }
    told.coverage.count(batch);
  }
  if (replayed.full_state_hash() != engine.full_state_hash())
    report("the replayed engine is not the one that runs");
  if (feedd::contents_of(remade) != feedd::contents_of(market)) report("feedd's market is not the journal's");
  for (SymbolId id{1}; id.value <= engine.symbol_count(); ++id.value) {
    const DepthView depth = market.symbol(id).depth(levels_max);
    if (depth.bids != engine.book(id, Side::buy) || depth.asks != engine.book(id, Side::sell))
      report("feedd's depth of " + depth.symbol + " is not that of the engine's book");
  }
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

void check_books(const Engine& engine, const ledger::Ledger& ledger, ledger::OrderPageSource& saved_orders,
                 Money cash_moved, const Report& report) {
  if (const Status invariants = ledger.check_invariants(); !invariants)
    report("the ledger contradicts itself: " + invariants.error().message);
  if (engine.last_sequence() != ledger.sequence() || engine.account_count() != ledger.account_count())
    return report("engine and ledger are not at the same event");
  Money cash;
  for (std::uint32_t number = 1; number <= engine.account_count(); ++number) {
    const auto row = engine.holdings(AccountId{number});
    if (row) cash += row->cash_balance;
    const auto books = ledger::holdings_view(ledger, {.after = {}, .limit = 1, .only = AccountId{number}});
    if (!row || !books || books->rows.size() != 1 || books->rows[0].cash_balance != row->cash_balance ||
        books->rows[0].holdings != row->holdings) {
      report("engine and ledger differ in account " + text(number));
    }
  }
  if (cash != cash_moved)
    report("accounts hold " + format_money(cash) + ", and " + format_money(cash_moved) + " was paid in");
  for (std::uint64_t id = 1; id <= newest_order(ledger); ++id) {
    const auto order = engine.order(OrderId{id});
    const auto sight = ledger.orders().look(OrderId{id}, &saved_orders);
    if (order && (!sight || !*sight || ledger::order_view(ledger, **sight) != *order))
      report("engine and ledger differ in order " + text(id));
  }
}

void check_client(const Client& client, const Engine& engine, const ledger::Ledger& ledger,
                  const JournalTold& told, const Report& report) {
  std::map<const Placed*, std::vector<OrderView>> found_of;
  for (std::uint64_t id = 1; id <= newest_order(ledger); ++id) {
    const auto order = engine.order(OrderId{id});
    const Placed* const placed = order ? client.find(order->client_order_id) : nullptr;
    if (placed != nullptr) found_of[placed].push_back(*order);
  }
  for (const Placed& placed : client.placed()) {
    const std::string name(placed.order.client_order_id);
    if (!placed.answer) {
      report(name + " was never answered");
      continue;
    }
    // A refusal that is about no order leaves none; and what is ill formed is refused each time.
    if (!placed.answer->order || !placed.is_well_formed()) continue;
    const std::vector<OrderView>& found = found_of[&placed];
    if (found.size() > 1) report(name + " is there " + text(found.size()) + " times:" + described(found));
    if (found.empty()) {
      report(name + " was acknowledged as order " + text(placed.answer->order.value) + " and is lost");
      continue;
    }
    const OrderView& order = found.front();
    if (!is_as_acknowledged(order, placed, told.replaced.contains(order.id)))
      report(name + " is not the order that was acknowledged");
    // At a venue a cancel is only asked for.
    if (placed.cancelled && !order.venue_state && !is_terminal(order.status))
      report(name + " was cancelled and is open");
  }
}

void check_venue(const engine_test::OtherMarket& there, const Engine& engine, const JournalTold& told,
                 const Report& report) {
  for (const auto& [id, order] : there.orders()) {
    const auto here = engine.order(id);
    if (!here || !here->venue_state) {
      report("the venue has order " + text(id.value) + ", and here it is none of its orders");
      continue;
    }
    if (here->filled_quantity.shares != order.filled) {
      report("order " + text(id.value) + " has filled " + std::to_string(order.filled) +
             " at its venue, and here " + std::to_string(here->filled_quantity.shares));
    }
    const bool same = is_terminal(here->status) != order.open &&
                      (!order.open || (here->quantity.shares == order.quantity &&
                                       (!wants_limit(here->type) || here->limit_price == order.limit)));
    if (!same) report("order " + text(id.value) + " is not what it is at its venue");
    const auto booked = told.at_venues.find(id);
    check_trades(id, order, booked == told.at_venues.end() ? BookedTrades{} : booked->second, report);
  }
  for (const auto& [id, booked] : told.at_venues) {
    if (!there.orders().contains(id))
      report("order " + text(id.value) + " traded, and its venue has none such");
  }
  for (std::uint64_t id = 1; const auto order = engine.order(OrderId{id}); ++id) {
    const bool is_there = there.orders().contains(OrderId{id});
    if (order->venue_state && order->venue_state != VenueState::held && !is_terminal(order->status) &&
        !is_there)
      report("order " + text(id) + " is open here, and its venue has none such");
  }
}

}  // namespace trade::sim
