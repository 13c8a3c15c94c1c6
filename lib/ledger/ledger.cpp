#include "ledger/ledger.hpp"

#include <string>
#include <utility>

namespace trade::ledger {

namespace {

// How many events ahead memory is fetched that an event names, and what can be found only there.
constexpr std::size_t prefetch_named_distance = 24;
constexpr std::size_t prefetch_found_distance = 12;

bool add_to(Money& total, Money amount) {
  const auto result = sum(total, amount);
  if (!result) return false;
  total = *result;
  return true;
}
bool valid_trade(Price price, Quantity quantity) {
  return price.units >= 0 && price.units <= price_units_max && quantity.shares > 0 &&
         quantity.shares <= order_quantity_max;
}

}  // namespace

Ledger::Ledger(const LedgerCapacity& capacity, OrderTable::ReadPage read_orders)
    : trades_(capacity.trades_kept_max), capacity_(capacity) {
  if (read_orders) orders_.bring_back_with(std::move(read_orders));
}

Status Ledger::fold(std::span<const Event> events, std::vector<Entry>& entries) {
  entries_ = &entries;
  for (std::size_t index = 0; index < events.size(); ++index) {
    if (index + prefetch_named_distance < events.size())
      prefetch_named(events[index + prefetch_named_distance]);
    if (index + prefetch_found_distance < events.size())
      prefetch_found(events[index + prefetch_found_distance]);
    const Event& event = events[index];
    Problem problem = Problem::sequence;
    if (event.sequence == sequence_ + 1) {
      sequence_ = event.sequence;
      timestamp_ = event.timestamp;
      problem = std::visit([this](const auto& body) { return apply(body); }, event.body);
    }
    if (problem != Problem::none) [[unlikely]]
      return std::unexpected(error_of(problem, event));
  }
  return {};
}

void Ledger::prefetch_named(const Event& event) const {
  if (const auto* trade = std::get_if<TradeExecuted>(&event.body)) {
    position_index_.prefetch(position_hash(trade->maker_account, trade->symbol));
    position_index_.prefetch(position_hash(trade->taker_account, trade->symbol));
    orders_.prefetch(trade->maker_order);
    accounts_.prefetch(trade->maker_account.value - 1);
    accounts_.prefetch(trade->taker_account.value - 1);
  } else if (const auto* order = std::get_if<OrderAccepted>(&event.body)) {
    if (!order->client_order_id.empty()) orders_.prefetch_client_id(order->account, order->client_order_id);
    accounts_.prefetch(order->account.value - 1);
  } else if (const auto* cancelled = std::get_if<OrderCancelled>(&event.body)) {
    orders_.prefetch(cancelled->order);
    accounts_.prefetch(cancelled->account.value - 1);
  }
}

void Ledger::prefetch_found(const Event& event) const {
  const auto* trade = std::get_if<TradeExecuted>(&event.body);
  if (trade == nullptr) return;
  for (const AccountId account : {trade->maker_account, trade->taker_account})
    positions_.prefetch(find_position(account, trade->symbol) - 1);
}

Error Ledger::error_of(Problem problem, const Event& event) const {
  if (const Error* failure = orders_.read_failure()) return *failure;
  const char* what = "";
  switch (problem) {
    case Problem::none:
      break;
    case Problem::account:
      what = "names an account that does not fit";
      break;
    case Problem::symbol:
      what = "names a symbol that does not fit";
      break;
    case Problem::order:
      what = "is about an order that is not open";
      break;
    case Problem::order_id:
      what = "brings an order id that is not the next";
      break;
    case Problem::amount:
      what = "has an amount that is out of range";
      break;
    case Problem::sequence:
      what = "does not come next";
      break;
  }
  return Error{ErrorCode::corrupt, "corrupt", "event " + std::to_string(event.sequence) + " " + what,
               "check the journal with 'trade journal verify'"};
}

AccountId Ledger::find_account(std::string_view name) const {
  return AccountId{static_cast<std::uint32_t>(account_names_.find(text_hash(name), [&](std::uint64_t id) {
    return accounts_[static_cast<std::uint32_t>(id) - 1].name.view() == name;
  }))};
}

SymbolId Ledger::find_symbol(std::string_view symbol) const {
  return SymbolId{static_cast<std::uint32_t>(symbol_names_.find(text_hash(symbol), [&](std::uint64_t id) {
    return symbols_[static_cast<std::uint32_t>(id) - 1].symbol.view() == symbol;
  }))};
}

const AccountRecord* Ledger::account(AccountId id) const {
  return id.value == 0 || id.value > accounts_.size() ? nullptr : &accounts_[id.value - 1];
}

const SymbolRecord* Ledger::symbol(SymbolId id) const {
  return id.value == 0 || id.value > symbols_.size() ? nullptr : &symbols_[id.value - 1];
}

std::uint32_t Ledger::find_position(AccountId account, SymbolId symbol) const {
  return static_cast<std::uint32_t>(
      position_index_.find(position_hash(account, symbol), [](std::uint64_t) { return true; }));
}

const PositionRecord* Ledger::position(AccountId account, SymbolId symbol) const {
  const std::uint32_t number = find_position(account, symbol);
  return number == 0 ? nullptr : &positions_[number - 1];
}

bool Ledger::is_busted(TradeId trade) const {
  // Different trades have different hashes.
  return busted_index_.find(mixed_hash(trade.value), [](std::uint64_t) { return true; }) != 0;
}

void Ledger::note_bust(TradeId trade) {
  if (is_busted(trade)) return;
  const std::uint32_t index = busted_trades_.append();
  busted_trades_.change(index) = trade;
  busted_index_.insert(mixed_hash(trade.value), index + 1);
}

AccountRecord* Ledger::change_account(AccountId id) {
  return id.value == 0 || id.value > accounts_.size() ? nullptr : &accounts_.change(id.value - 1);
}

PositionRecord& Ledger::change_position(AccountId account, AccountRecord& record, SymbolId symbol) {
  if (const std::uint32_t number = find_position(account, symbol)) return positions_.change(number - 1);
  const std::uint32_t index = positions_.append();
  PositionRecord& position = positions_.change(index);
  position.account = account;
  position.symbol = symbol;
  position.next_of_account = record.first_position;
  record.first_position = index + 1;
  position_index_.insert(position_hash(account, symbol), index + 1);
  return position;
}

Entry& Ledger::new_entry(EntryKind kind, AccountId account) {
  Entry& entry = entries_->emplace_back();
  entry.sequence = sequence_;
  entry.timestamp = timestamp_;
  entry.kind = kind;
  entry.account = account;
  return entry;
}

void Ledger::note_entry(AccountRecord& account) const {
  if (account.first_entry == 0) account.first_entry = sequence_;
  account.last_entry = account.changed_at = sequence_;
}

Ledger::Problem Ledger::apply(const AccountOpened& event) {
  if (event.account.value != accounts_.size() + 1 || event.name.empty()) return Problem::account;
  AccountRecord& record = accounts_.change(accounts_.append());
  record.name = event.name;
  record.type = event.type;
  record.opened_at = timestamp_;
  record.changed_at = sequence_;
  account_names_.insert(text_hash(event.name.view()), event.account.value);
  if (event.type == AccountType::clearing) clearing_accounts_.push_back(event.account);
  return Problem::none;
}

Ledger::Problem Ledger::apply(const SymbolAdded& event) {
  if (event.id.value != symbols_.size() + 1 || event.symbol.empty()) return Problem::symbol;
  SymbolRecord& record = symbols_.change(symbols_.append());
  record.symbol = event.symbol;
  record.previous_close = event.previous_close;
  symbol_names_.insert(text_hash(event.symbol.view()), event.id.value);
  return Problem::none;
}

Ledger::Problem Ledger::apply(const SessionChanged& event) {
  if (!event.new_trading_day) return Problem::none;
  for (std::uint32_t index = 0; index < symbols_.size(); ++index) {
    if (const Price last = symbols_[index].last_price) symbols_.change(index).previous_close = last;
  }
  return Problem::none;
}

Ledger::Problem Ledger::apply(const CashMoved& event) {
  AccountRecord* account = change_account(event.account);
  if (account == nullptr) return Problem::account;
  if (event.amount.units == INT64_MIN || !add_to(account->cash, event.amount) ||
      !add_to(account->external, event.amount)) {
    return Problem::amount;
  }
  note_entry(*account);
  new_entry(EntryKind::cash, event.account).amount = event.amount;
  posting_count_ += 2;
  return Problem::none;
}

Ledger::Problem Ledger::apply(const BorrowFeeCharged& event) {
  AccountRecord* account = change_account(event.account);
  if (account == nullptr) return Problem::account;
  if (symbol(event.symbol) == nullptr) return Problem::symbol;
  Money fees = account->fees();
  const bool fits = event.amount.units > 0 && event.quantity.shares > 0 &&
                    event.quantity.shares <= fee_shares_max && event.price.units >= 0 &&
                    event.price.units <= price_units_max && add_to(account->cash, -event.amount) &&
                    add_to(fees, event.amount);
  if (!fits) return Problem::amount;
  account->set_fees(fees);
  note_entry(*account);
  Entry& entry = new_entry(EntryKind::fee, event.account);
  entry.symbol = event.symbol;
  entry.price = event.price;
  entry.quantity = event.quantity;
  entry.amount = event.amount;
  posting_count_ += 2;
  return Problem::none;
}

Ledger::Problem Ledger::post(const Leg& leg, SymbolId symbol, Money& gain) {
  AccountRecord* account = change_account(leg.account);
  if (account == nullptr) return Problem::account;
  PositionRecord& position = change_position(leg.account, *account, symbol);
  const Money notional = leg.price * leg.quantity;
  return move(leg, *account, position,
              apply_fill({position.quantity, position.cost}, leg.side, leg.quantity, leg.price),
              leg.side == Side::buy ? -notional : notional, gain);
}

Ledger::Problem Ledger::unpost(const Leg& leg, SymbolId symbol, Money& gain) {
  AccountRecord* account = change_account(leg.account);
  if (account == nullptr) return Problem::account;
  PositionRecord& position = change_position(leg.account, *account, symbol);
  const Money notional = leg.price * leg.quantity;
  return move(leg, *account, position,
              undo_fill({position.quantity, position.cost}, leg.side, leg.quantity, leg.price,
                        position.closing_cost()),
              leg.side == Side::buy ? notional : -notional, gain);
}

Ledger::Problem Ledger::move(const Leg& leg, AccountRecord& account, PositionRecord& position,
                             const std::optional<FillOutcome>& outcome, Money cash, Money& gain) {
  if (!outcome || !add_to(account.realized, outcome->gain) || !add_to(position.realized, outcome->gain) ||
      !(leg.from_outside ? add_to(account.external, -cash) : add_to(account.cash, cash))) {
    return Problem::amount;
  }
  if (!outcome->after.quantity) position.set(closing_cost({position.quantity, position.cost}));
  position.quantity = outcome->after.quantity;
  position.cost = outcome->after.cost;
  gain = outcome->gain;
  posting_count_ += gain ? 3U : 2U;
  note_entry(account);
  return Problem::none;
}

Ledger::Problem Ledger::apply(const SharesTransferred& event) {
  if (symbol(event.symbol) == nullptr) return Problem::symbol;
  if (!valid_trade(event.cost_price, event.quantity)) return Problem::amount;
  Money gain;
  const Problem problem =
      post({event.account, Side::buy, event.quantity, event.cost_price, true}, event.symbol, gain);
  if (problem != Problem::none) return problem;
  symbols_.change(event.symbol.value - 1).external_shares += event.quantity;
  Entry& entry = new_entry(EntryKind::transfer, event.account);
  entry.symbol = event.symbol;
  entry.price = event.cost_price;
  entry.quantity = event.quantity;
  entry.gain = gain;
  return Problem::none;
}

Ledger::Problem Ledger::apply(const TradePrinted& event) {
  if (symbol(event.symbol) == nullptr) return Problem::symbol;
  symbols_.change(event.symbol.value - 1).last_price = event.price;
  return Problem::none;
}

bool Ledger::fill_order(StoredOrder& order, OrderId id, Quantity quantity, Money notional, Quantity leaves) {
  if (!order.add_filled(quantity)) return false;
  order.updated_at = timestamp_;
  order.status = leaves ? OrderStatus::partially_filled : OrderStatus::filled;
  if (!leaves) end_order(order, id);
  return add_to(order.filled_notional, notional);
}

void Ledger::end_order(const StoredOrder& order, OrderId id) {
  orders_.count_ended(id);
  --accounts_.change(order.account.value - 1).open_orders;
}

void Ledger::log_trade(const Entry& entry, std::uint64_t& maker_order_last, std::uint64_t& taker_order_last) {
  const std::uint64_t index = trades_.next();
  TradeRecord& record = trades_.append();
  std::uint64_t& maker_last = accounts_.change(entry.account.value - 1).newest_trade;
  std::uint64_t& taker_last = accounts_.change(entry.taker_account.value - 1).newest_trade;
  record.trade = entry.trade;
  record.executed_at = entry.timestamp;
  record.sequence = entry.sequence;
  record.maker_order = entry.maker_order;
  record.taker_order = entry.taker_order;
  record.maker_account = entry.account;
  record.taker_account = entry.taker_account;
  record.symbol = entry.symbol;
  record.price_units = static_cast<std::uint32_t>(entry.price.units);
  record.quantity_shares = static_cast<std::uint32_t>(entry.quantity.shares);
  record.taker_side = entry.taker_side;
  record.previous_of_maker_account = trades_.distance(index, maker_last);
  record.previous_of_taker_account = trades_.distance(index, taker_last);
  record.previous_of_maker_order = trades_.distance(index, maker_order_last);
  record.previous_of_taker_order = trades_.distance(index, taker_order_last);
  maker_last = taker_last = maker_order_last = taker_order_last = index + 1;
}

Ledger::Problem Ledger::apply(const TradeExecuted& event) {
  if (symbol(event.symbol) == nullptr) return Problem::symbol;
  if (!valid_trade(event.price, event.quantity)) return Problem::amount;
  StoredOrder* maker = orders_.change(event.maker_order);
  StoredOrder* taker = orders_.change(event.taker_order);
  if (maker == nullptr || taker == nullptr || maker == taker) return Problem::order;
  for (const StoredOrder* order : {maker, taker}) {
    if (is_terminal(order->status) || order->symbol != event.symbol) return Problem::order;
    const Quantity leaves = order == maker ? event.maker_leaves : event.taker_leaves;
    if (order->quantity() - order->filled_quantity() - event.quantity != leaves || leaves.shares < 0) {
      return Problem::amount;
    }
  }
  if (maker->account != event.maker_account || taker->account != event.taker_account) return Problem::account;

  const bool taker_buys = event.taker_side == Side::buy;
  Money buyer_gain;
  Money seller_gain;
  // The buyer first: who trades with himself has the shares before he gives them.
  const Leg buyer{taker_buys ? event.taker_account : event.maker_account, Side::buy, event.quantity,
                  event.price};
  const Leg seller{taker_buys ? event.maker_account : event.taker_account, Side::sell, event.quantity,
                   event.price};
  if (const Problem problem = post(buyer, event.symbol, buyer_gain); problem != Problem::none) return problem;
  if (const Problem problem = post(seller, event.symbol, seller_gain); problem != Problem::none)
    return problem;

  symbols_.change(event.symbol.value - 1).last_price = event.price;
  const Money notional = event.price * event.quantity;
  if (!fill_order(*maker, event.maker_order, event.quantity, notional, event.maker_leaves) ||
      !fill_order(*taker, event.taker_order, event.quantity, notional, event.taker_leaves)) {
    return Problem::amount;
  }
  Entry& entry = new_entry(EntryKind::trade, event.maker_account);
  entry.taker_side = event.taker_side;
  entry.taker_account = event.taker_account;
  entry.symbol = event.symbol;
  entry.price = event.price;
  entry.quantity = event.quantity;
  entry.gain = taker_buys ? seller_gain : buyer_gain;
  entry.taker_gain = taker_buys ? buyer_gain : seller_gain;
  entry.trade = event.trade;
  entry.maker_order = event.maker_order;
  entry.taker_order = event.taker_order;
  std::uint64_t maker_last = maker->last_trade();
  std::uint64_t taker_last = taker->last_trade();
  log_trade(entry, maker_last, taker_last);
  maker->set_last_trade(maker_last);
  taker->set_last_trade(taker_last);
  return Problem::none;
}

Ledger::Problem Ledger::apply(const VenueAdded& event) {
  // A venue of a number that is there already is taken up again.
  const bool fits = event.venue.value != 0 && event.venue.value <= clearing_accounts_.size() &&
                    event.venue.value <= UINT16_MAX &&
                    clearing_accounts_[event.venue.value - 1] == event.clearing_account;
  return fits ? Problem::none : Problem::account;
}

std::string_view Ledger::venue_name(std::uint32_t venue) const {
  return venue == 0 || venue > clearing_accounts_.size() ? std::string_view()
                                                         : venue_of(clearing_accounts_[venue - 1]);
}

std::string_view Ledger::venue_of(AccountId id) const {
  const AccountRecord* record = account(id);
  if (record == nullptr || record->type != AccountType::clearing) return {};
  std::string_view name = record->name.view();
  if (name.starts_with(clearing_account_prefix)) name.remove_prefix(clearing_account_prefix.size());
  return name;
}

template <class VenueEvent>
StoredOrder* Ledger::change_routed(const VenueEvent& event) {
  if (event.venue.value == 0 || event.venue.value > clearing_accounts_.size()) return nullptr;
  StoredOrder* order = orders_.change(event.order);
  if (order == nullptr || order->account != event.account || order->symbol != event.symbol) return nullptr;
  OrderExtras& extras = orders_.change_extras(event.order, *order);
  if (extras.venue == 0) extras.venue = static_cast<std::uint16_t>(event.venue.value);
  return extras.venue == event.venue.value ? order : nullptr;
}

Ledger::Problem Ledger::apply(const VenueRequestMade& event) {
  // Nothing has come of it yet. Also of one that has ended here, where its venue turns out to have it still.
  return change_routed(event) == nullptr ? Problem::order : Problem::none;
}

Ledger::Problem Ledger::apply(const VenueStateChanged& event) {
  StoredOrder* order = change_routed(event);
  if (order == nullptr) return Problem::order;
  if (event.venue_order_id.size() > venue_order_id_bytes_max) return Problem::amount;
  const bool ends = is_terminal(event.status) && !is_terminal(order->status);
  if (is_terminal(order->status) && !is_terminal(event.status)) return Problem::order;
  orders_.change_extras(event.order, *order).venue_state = static_cast<std::uint8_t>(event.state);
  order->status = event.status;
  order->updated_at = timestamp_;
  if (ends && event.status == OrderStatus::rejected) order->reject_reason = RejectReason::venue_rejected;
  if (!event.venue_order_id.empty() && orders_.venue_order_id(event.order, *order) != event.venue_order_id)
    orders_.set_venue_order_id(event.order, *order, event.venue_order_id);
  if (ends) end_order(*order, event.order);
  return Problem::none;
}

template <class VenueTrade>
Ledger::Problem Ledger::check_venue_trade(const VenueTrade& event, const StoredOrder* order) const {
  if (order == nullptr || order->side() != event.side) return Problem::order;
  if (!valid_trade(event.price, event.quantity) || event.leaves.shares < 0) return Problem::amount;
  return clearing_accounts_[event.venue.value - 1] == event.clearing_account ? Problem::none
                                                                             : Problem::account;
}

template <class VenueTrade>
Entry& Ledger::new_venue_entry(EntryKind kind, const VenueTrade& event) {
  Entry& entry = new_entry(kind, event.clearing_account);
  entry.taker_side = event.side;
  entry.taker_account = event.account;
  entry.symbol = event.symbol;
  entry.price = event.price;
  entry.quantity = event.quantity;
  entry.trade = event.trade;
  entry.taker_order = event.order;
  return entry;
}

Ledger::Problem Ledger::apply(const VenueTradeExecuted& event) {
  StoredOrder* order = change_routed(event);
  if (const Problem problem = check_venue_trade(event, order); problem != Problem::none) return problem;
  Money gain;
  Money clearing_gain;
  const Leg customer{event.account, event.side, event.quantity, event.price};
  const Leg clearing{event.clearing_account, opposite(event.side), event.quantity, event.price};
  if (const Problem problem = post(customer, event.symbol, gain); problem != Problem::none) return problem;
  if (const Problem problem = post(clearing, event.symbol, clearing_gain); problem != Problem::none)
    return problem;
  symbols_.change(event.symbol.value - 1).last_price = event.price;
  const Money notional = event.price * event.quantity;
  if (!is_terminal(order->status)) {
    if (!fill_order(*order, event.order, event.quantity, notional, event.leaves)) return Problem::amount;
  } else {
    // It crossed with what ended the order, and settles all the same.
    order->updated_at = timestamp_;
    if (!order->add_filled(event.quantity) || !add_to(order->filled_notional, notional))
      return Problem::amount;
  }
  Entry& entry = new_venue_entry(EntryKind::trade, event);
  entry.gain = clearing_gain;
  entry.taker_gain = gain;
  std::uint64_t no_order = 0;
  std::uint64_t last_trade = order->last_trade();
  log_trade(entry, no_order, last_trade);
  order->set_last_trade(last_trade);
  return Problem::none;
}

Ledger::Problem Ledger::apply(const VenueTradeBusted& event) {
  StoredOrder* order = change_routed(event);
  if (const Problem problem = check_venue_trade(event, order); problem != Problem::none) return problem;
  if (order->filled_quantity() < event.quantity) return Problem::amount;
  if (is_terminal(order->status) && !is_terminal(event.status)) return Problem::order;
  Money gain;
  Money clearing_gain;
  const Leg customer{event.account, event.side, event.quantity, event.price};
  const Leg clearing{event.clearing_account, opposite(event.side), event.quantity, event.price};
  if (const Problem problem = unpost(clearing, event.symbol, clearing_gain); problem != Problem::none)
    return problem;
  if (const Problem problem = unpost(customer, event.symbol, gain); problem != Problem::none) return problem;
  if (!order->add_filled(-event.quantity) ||
      !add_to(order->filled_notional, -(event.price * event.quantity))) {
    return Problem::amount;
  }
  const bool ends = is_terminal(event.status) && !is_terminal(order->status);
  // What was filled is so no more, and nobody wants the shares again.
  if (order->status == OrderStatus::filled && event.status == OrderStatus::cancelled)
    order->cancel_reason = static_cast<std::uint8_t>(CancelReason::venue);
  order->status = event.status;
  order->updated_at = timestamp_;
  if (ends) end_order(*order, event.order);
  Entry& entry = new_venue_entry(EntryKind::bust, event);
  entry.gain = clearing_gain;
  entry.taker_gain = gain;
  note_bust(event.trade);
  return Problem::none;
}

template <class NewOrder>
Ledger::Problem Ledger::add_order(const NewOrder& event, OrderStatus status, RejectReason reason) {
  StoredOrder* order = orders_.add(event.order);
  if (order == nullptr) return Problem::order_id;
  order->account = event.account;
  order->symbol = event.symbol;
  order->created_at = order->updated_at = timestamp_;
  order->set(event.side, event.type, event.time_in_force);
  order->status = status;
  order->reject_reason = reason;
  orders_.set_terms(event.order, *order, event.quantity, event.limit_price, event.stop_price);
  if (event.instructions != OrderInstructions{})
    orders_.change_extras(event.order, *order).set(event.instructions);
  if (event.link.is_linked()) orders_.change_extras(event.order, *order).set(event.link);
  if (event.type == OrderType::trailing_stop && !is_terminal(status) && status != OrderStatus::pending) {
    // It begins behind what a share is taken to be worth.
    const Price reference = symbols_[event.symbol.value - 1].reference();
    orders_.change_extras(event.order, *order).reference_units = static_cast<std::uint32_t>(reference.units);
  }
  if (!event.client_order_id.empty() && !orders_.add_client_id(event.order, *order, event.client_order_id))
    return Problem::order;
  if (!event.account) return Problem::none;
  AccountRecord* account = change_account(event.account);
  if (account == nullptr) return Problem::account;
  order->set_previous_of_account(account->newest_order);
  account->newest_order = event.order;
  if (!is_terminal(status)) {
    orders_.count_open(event.order);
    ++account->open_orders;
  }
  return Problem::none;
}

Ledger::Problem Ledger::apply(const OrderAccepted& event) {
  if (!event.account) return Problem::account;
  if (symbol(event.symbol) == nullptr) return Problem::symbol;
  if (event.quantity.shares <= 0 || event.quantity.shares > order_quantity_max || is_terminal(event.status) ||
      event.client_order_id.size() > client_order_id_bytes_max) {
    return Problem::amount;
  }
  return add_order(event, event.status, RejectReason::none);
}

Ledger::Problem Ledger::apply(const OrderRejected& event) {
  // A client id that is not well formed is not shown as the order's.
  if (event.client_order_id.empty() || check_client_order_id(event.client_order_id)) {
    return add_order(event, OrderStatus::rejected, event.reason);
  }
  OrderRejected nameless = event;
  nameless.client_order_id = {};
  return add_order(nameless, OrderStatus::rejected, event.reason);
}

Ledger::Problem Ledger::apply(const OrderRested& event) {
  StoredOrder* order = orders_.change(event.order);
  if (order == nullptr || is_terminal(order->status)) return Problem::order;
  order->updated_at = timestamp_;
  return Problem::none;
}

Ledger::Problem Ledger::apply(const OrderTriggered& event) {
  StoredOrder* order = orders_.change(event.order);
  if (order == nullptr || is_terminal(order->status)) return Problem::order;
  order->status = OrderStatus::submitted;
  order->updated_at = timestamp_;
  return Problem::none;
}

Ledger::Problem Ledger::apply(const StopTrailed& event) {
  StoredOrder* order = orders_.change(event.order);
  if (order == nullptr || is_terminal(order->status)) return Problem::order;
  OrderExtras& extras = orders_.change_extras(event.order, *order);
  extras.stop_price = event.stop_price;
  extras.reference_units = static_cast<std::uint32_t>(event.reference_price.units);
  order->updated_at = timestamp_;
  return Problem::none;
}

Ledger::Problem Ledger::apply(const ExitActivated& event) {
  StoredOrder* order = orders_.change(event.order);
  if (order == nullptr || order->status != OrderStatus::pending) return Problem::order;
  if (event.quantity.shares <= 0 || event.quantity.shares > order_quantity_max) return Problem::amount;
  order->status = event.status;
  order->reject_reason = event.reason;
  order->quantity_shares = static_cast<std::uint32_t>(event.quantity.shares);
  if (event.stop_price) {
    OrderExtras& extras = orders_.change_extras(event.order, *order);
    extras.stop_price = event.stop_price;
    extras.reference_units = static_cast<std::uint32_t>(event.reference_price.units);
  }
  order->updated_at = timestamp_;
  if (is_terminal(event.status)) end_order(*order, event.order);
  return Problem::none;
}

Ledger::Problem Ledger::apply(const OrderCancelled& event) {
  StoredOrder* order = orders_.change(event.order);
  if (order == nullptr || is_terminal(order->status)) return Problem::order;
  order->status = ended_status(event.reason);
  order->cancel_reason = static_cast<std::uint8_t>(event.reason);
  order->updated_at = timestamp_;
  if (!order->filled_quantity()) order->reject_reason = reason_of_nothing_filled(event.reason);
  end_order(*order, event.order);
  return Problem::none;
}

Ledger::Problem Ledger::apply(const OrderReplaced& event) {
  StoredOrder* order = orders_.change(event.order);
  // At a venue one that has ended here may have traded more than it was for.
  if (order == nullptr) return Problem::order;
  const OrderExtras* extras = orders_.extras(event.order, *order);
  if (is_terminal(order->status) && (extras == nullptr || extras->venue == 0)) return Problem::order;
  if (event.client_order_id.size() > client_order_id_bytes_max || event.quantity.shares < 0 ||
      event.quantity.shares > order_quantity_max) {
    return Problem::amount;
  }
  orders_.set_terms(event.order, *order, event.quantity, event.limit_price, event.stop_price);
  order->updated_at = timestamp_;
  if (!event.client_order_id.empty() && !orders_.add_client_id(event.order, *order, event.client_order_id))
    return Problem::order;
  return Problem::none;
}

}  // namespace trade::ledger
