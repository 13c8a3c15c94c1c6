// Checking, saving and loading a ledger's state.
#include <algorithm>
#include <string>

#include "ledger/ledger.hpp"

namespace trade::ledger {

namespace {

__extension__ using Wide = __int128;
constexpr std::uint32_t summary_version = 2;
/// That had no timestamp.
constexpr std::uint32_t summary_version_before = 1;

std::unexpected<Error> corrupt(std::string what) {
  return fail(ErrorCode::corrupt, "the saved ledger is broken: " + std::move(what),
              "make it anew from the journal: 'ledgerd --rebuild'");
}

}  // namespace

Status Ledger::check_invariants() const {
  const auto difference = [](std::string what) { return fail(ErrorCode::difference, std::move(what)); };
  std::vector<Wide> shares(symbols_.size(), 0);
  std::uint32_t positions = 0;
  for (std::uint32_t index = 0; index < accounts_.size(); ++index) {
    const AccountRecord& record = accounts_[index];
    Wide cost = 0;
    Wide realized = 0;
    bool flat_at_no_cost = true;
    for_each_position(record, [&](const PositionRecord& position) {
      ++positions;
      cost += position.cost.units;
      realized += position.realized.units;
      shares[position.symbol.value - 1] += position.quantity.shares;
      flat_at_no_cost = flat_at_no_cost && (position.quantity || !position.cost);
    });
    const std::string name = "account '" + record.name.string() + "': ";
    if (realized != record.realized.units)
      return difference(name + "its positions' realized gains are not its own");
    if (cost + record.cash.units + record.fees().units !=
        static_cast<Wide>(record.external.units) + record.realized.units) {
      return difference(name + "its trial balance is not zero");
    }
    if (!flat_at_no_cost) return difference(name + "a position without shares has a cost");
  }
  if (positions != positions_.size()) return difference("positions that belong to no account");
  for (std::uint32_t index = 0; index < symbols_.size(); ++index) {
    if (shares[index] != symbols_[index].external_shares.shares) {
      return difference("symbol '" + symbols_[index].symbol.string() +
                        "': the accounts hold other than what came in from outside");
    }
  }
  return {};
}

std::vector<PageName> Ledger::begin_saving() {
  std::vector<PageName> names;
  const auto add = [&names](PageKind kind, DirtyPages& dirty) {
    for (const std::uint32_t number : dirty.begin_saving())
      names.push_back({kind, number});
  };
  add(PageKind::accounts, accounts_.dirty());
  add(PageKind::symbols, symbols_.dirty());
  add(PageKind::positions, positions_.dirty());
  add(PageKind::orders, orders_.dirty());
  return names;
}

std::vector<std::byte> Ledger::save_page(PageName page) {
  switch (page.kind) {
    case PageKind::accounts:
      return accounts_.save_page(page.number);
    case PageKind::symbols:
      return symbols_.save_page(page.number);
    case PageKind::positions:
      return positions_.save_page(page.number);
    case PageKind::orders:
      return orders_.save_page(page.number);
  }
  return {};
}

std::size_t Ledger::changed_page_count() const {
  return accounts_.dirty().changed_count() + symbols_.dirty().changed_count() +
         positions_.dirty().changed_count() + orders_.dirty().changed_count();
}

void Ledger::save_summary(ByteWriter& writer) const {
  writer.write(summary_version);
  writer.write(sequence_);
  writer.write(timestamp_.nanoseconds);
  writer.write(posting_count_);
  writer.write(trades_.next());
  writer.write(accounts_.size());
  writer.write(symbols_.size());
  writer.write(positions_.size());
  writer.write(orders_.page_count());
  const std::vector<std::uint32_t> open = orders_.open_pages();
  writer.write(static_cast<std::uint32_t>(open.size()));
  for (const std::uint32_t page : open)
    writer.write(page);
}

template <class Array>
bool Ledger::load_array(Array& array, std::uint32_t size, PageKind kind, const LoadPage& load) {
  for (std::uint32_t page = 0; array.size() < size; ++page) {
    const auto bytes = load({kind, page});
    if (!bytes || !array.load_page(page, *bytes)) return false;
  }
  return array.size() == size;
}

Result<Ledger> Ledger::load(ByteReader& summary, const LoadPage& load, const LedgerCapacity& capacity) {
  Ledger ledger(capacity);
  const auto version = summary.read<std::uint32_t>();
  if (version != summary_version && version != summary_version_before)
    return corrupt("its summary is of another version");
  ledger.sequence_ = summary.read<Sequence>();
  if (version == summary_version) ledger.timestamp_ = Timestamp{summary.read<std::int64_t>()};
  ledger.posting_count_ = summary.read<std::uint64_t>();
  ledger.saved_trades_ = summary.read<std::uint64_t>();
  ledger.trades_.restart_at(ledger.first_trade_to_restore());
  const auto account_count = summary.read<std::uint32_t>();
  const auto symbol_count = summary.read<std::uint32_t>();
  const auto position_count = summary.read<std::uint32_t>();
  const auto order_page_count = summary.read<std::uint32_t>();
  const auto open_count = summary.read<std::uint32_t>();
  if (!summary.ok() || summary.remaining() != std::size_t{open_count} * sizeof(std::uint32_t)) {
    return corrupt("its summary has the wrong size");
  }
  if (!load_array(ledger.accounts_, account_count, PageKind::accounts, load))
    return corrupt("a page of accounts");
  if (!load_array(ledger.symbols_, symbol_count, PageKind::symbols, load))
    return corrupt("a page of symbols");
  if (!load_array(ledger.positions_, position_count, PageKind::positions, load)) {
    return corrupt("a page of positions");
  }
  // The newest pages, and whatever older ones have open orders.
  const std::uint32_t kept = pages_kept(capacity);
  const std::uint32_t newest_from = order_page_count > kept ? order_page_count - kept : 0;
  const auto load_orders = [&](std::uint32_t page) {
    const auto bytes = load({PageKind::orders, page});
    return bytes && ledger.orders_.load_page(page, *bytes);
  };
  for (std::uint32_t number = 0; number < open_count; ++number) {
    const auto page = summary.read<std::uint32_t>();
    if (page < newest_from && !load_orders(page)) return corrupt("a page of orders");
  }
  for (std::uint32_t page = newest_from; page < order_page_count; ++page) {
    if (!load_orders(page)) return corrupt("a page of orders");
  }
  if (!ledger.rebuild_indexes()) return corrupt("a position of an account or a symbol that is not there");
  return ledger;
}

bool Ledger::rebuild_indexes() {
  for (std::uint32_t index = 0; index < accounts_.size(); ++index) {
    account_names_.insert(text_hash(accounts_[index].name.view()), index + 1);
    if (accounts_[index].first_position > positions_.size()) return false;
    if (accounts_[index].type == AccountType::clearing) clearing_accounts_.push_back(AccountId{index + 1});
  }
  for (std::uint32_t index = 0; index < symbols_.size(); ++index)
    symbol_names_.insert(text_hash(symbols_[index].symbol.view()), index + 1);
  for (std::uint32_t index = 0; index < positions_.size(); ++index) {
    const PositionRecord& position = positions_[index];
    // A chain only leads to older records, so it ends.
    if (account(position.account) == nullptr || symbol(position.symbol) == nullptr ||
        position.next_of_account > index) {
      return false;
    }
    position_index_.insert(position_hash(position.account, position.symbol), index + 1);
  }
  return true;
}

std::uint64_t Ledger::first_trade_to_restore() const {
  return saved_trades_ > trades_.capacity() ? saved_trades_ - trades_.capacity() : 0;
}

Status Ledger::restore_trades(std::uint64_t first_trade, std::span<const Entry> entries) {
  std::uint64_t number = first_trade;
  for (const Entry& entry : entries) {
    if (entry.kind == EntryKind::bust && entry.sequence <= sequence_) trades_.mark_busted(entry.trade);
    if (entry.kind != EntryKind::trade || number++ < trades_.next() || entry.sequence > sequence_) continue;
    if (number != trades_.next() + 1) return corrupt("trades are missing from its postings frames");
    if (account(entry.account) == nullptr || account(entry.taker_account) == nullptr) {
      return corrupt("a posting of an account that is not there");
    }
    // Where the saved chain heads point at this trade or a later one, they are walked up to again.
    std::uint64_t elsewhere = 0;
    OrderRecord* maker = orders_.change(entry.maker_order);
    OrderRecord* taker = orders_.change(entry.taker_order);
    log_trade(entry, maker != nullptr ? maker->last_trade : elsewhere,
              taker != nullptr ? taker->last_trade : elsewhere);
  }
  return {};
}

Status Ledger::finish_restoring() {
  if (trades_.next() != saved_trades_) return corrupt("trades are missing from its postings frames");
  // Every chain head is what it was saved as again.
  accounts_.dirty().clear();
  orders_.dirty().clear();
  return {};
}

void Ledger::evict_orders() {
  orders_.evict(pages_kept(capacity_));
}

}  // namespace trade::ledger
