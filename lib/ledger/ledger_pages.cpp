// Checking, saving and loading a ledger's state.
#include <algorithm>
#include <string>
#include <utility>

#include "ledger/broken.hpp"
#include "ledger/ledger.hpp"

namespace trade::ledger {

namespace {

__extension__ using Wide = __int128;
constexpr std::uint32_t summary_version = 3;
// Those before are read as well. What they came to have:
constexpr std::uint32_t summary_version_timestamp = 2;
constexpr std::uint32_t summary_version_busts = 3;
/// So many pages of orders may come back before others have left again, even where the capacity is less.
constexpr std::size_t pages_brought_back_max = 256;

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
  add(PageKind::busted_trades, busted_trades_.dirty());
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
    case PageKind::busted_trades:
      return busted_trades_.save_page(page.number);
  }
  return {};
}

std::size_t Ledger::changed_page_count() const {
  return accounts_.dirty().changed_count() + symbols_.dirty().changed_count() +
         positions_.dirty().changed_count() + orders_.dirty().changed_count() +
         busted_trades_.dirty().changed_count();
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
  writer.write(busted_trades_.size());
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

Result<Ledger> Ledger::load(ByteReader& summary, const LoadPage& load, const LedgerCapacity& capacity,
                            OrderTable::ReadPage read_orders) {
  Ledger ledger(capacity, std::move(read_orders));
  const auto version = summary.read<std::uint32_t>();
  if (version == 0 || version > summary_version) return broken_ledger("its summary is of another version");
  ledger.sequence_ = summary.read<Sequence>();
  if (version >= summary_version_timestamp) ledger.timestamp_ = Timestamp{summary.read<std::int64_t>()};
  ledger.posting_count_ = summary.read<std::uint64_t>();
  ledger.saved_trades_ = summary.read<std::uint64_t>();
  ledger.trades_.restart_at(ledger.first_trade_to_restore());
  const auto account_count = summary.read<std::uint32_t>();
  const auto symbol_count = summary.read<std::uint32_t>();
  const auto position_count = summary.read<std::uint32_t>();
  const auto order_page_count = summary.read<std::uint32_t>();
  const auto bust_count = version >= summary_version_busts ? summary.read<std::uint32_t>() : 0;
  const auto open_count = summary.read<std::uint32_t>();
  if (!summary.ok() || summary.remaining() != std::size_t{open_count} * sizeof(std::uint32_t)) {
    return broken_ledger("its summary has the wrong size");
  }
  if (!load_array(ledger.accounts_, account_count, PageKind::accounts, load))
    return broken_ledger("a page of accounts");
  if (!load_array(ledger.symbols_, symbol_count, PageKind::symbols, load))
    return broken_ledger("a page of symbols");
  if (!load_array(ledger.positions_, position_count, PageKind::positions, load)) {
    return broken_ledger("a page of positions");
  }
  if (!load_array(ledger.busted_trades_, bust_count, PageKind::busted_trades, load))
    return broken_ledger("a page of busted trades");
  std::vector<std::uint32_t> open_pages(open_count);
  for (std::uint32_t& page : open_pages)
    page = summary.read<std::uint32_t>();
  if (Status loaded = ledger.load_orders(order_page_count, open_pages, load); !loaded)
    return pass_on(std::move(loaded));
  if (!ledger.rebuild_indexes())
    return broken_ledger("a position of an account or a symbol that is not there");
  ledger.lacks_busts_ = version < summary_version_busts && !ledger.clearing_accounts_.empty();
  return ledger;
}

/// Where pages can be brought back, only the last comes into memory: the others do when an order of theirs
/// changes, which for most is never.
Status Ledger::load_orders(std::uint32_t page_count, std::span<const std::uint32_t> open_pages,
                           const LoadPage& load) {
  using Loaded = OrderTable::Loaded;
  const bool can_bring_back = orders_.can_bring_back();
  const std::uint32_t newest_kept = newest_pages_kept();
  const std::uint32_t newest_from = page_count > newest_kept ? page_count - newest_kept : 0;
  const auto load_page = [&](std::uint32_t page, Loaded loaded) -> Status {
    const auto bytes = load({PageKind::orders, page});
    if (bytes && orders_.load_page(page, *bytes, can_bring_back ? loaded : Loaded::kept)) return {};
    if (const Error* failure = orders_.read_failure()) return std::unexpected(*failure);
    return broken_ledger("a page of orders");
  };
  for (const std::uint32_t page : open_pages) {
    if (page >= newest_from) continue;
    if (Status done = load_page(page, Loaded::left_out); !done) return done;
  }
  for (std::uint32_t page = newest_from; page < page_count; ++page) {
    const Loaded loaded = page + 1 == page_count ? Loaded::kept : Loaded::remembered;
    if (Status done = load_page(page, loaded); !done) return done;
  }
  // Nothing leaves by that; but from now on it is known which pages are older ones.
  evict_orders();
  return {};
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
  for (std::uint32_t index = 0; index < busted_trades_.size(); ++index)
    busted_index_.insert(mixed_hash(busted_trades_[index].value), index + 1);
  return true;
}

std::uint64_t Ledger::first_trade_to_restore() const {
  return saved_trades_ > trades_.capacity() ? saved_trades_ - trades_.capacity() : 0;
}

Status Ledger::restore_trades(std::uint64_t first_trade, std::span<const Entry> entries) {
  std::uint64_t number = first_trade;
  for (const Entry& entry : entries) {
    if (entry.kind == EntryKind::bust && entry.sequence <= sequence_) note_bust(entry.trade);
    if (entry.kind != EntryKind::trade || number++ < trades_.next() || entry.sequence > sequence_) continue;
    if (number != trades_.next() + 1) return broken_ledger("trades are missing from its postings frames");
    if (account(entry.account) == nullptr || account(entry.taker_account) == nullptr) {
      return broken_ledger("a posting of an account that is not there");
    }
    // Where the saved chain heads point at this trade or a later one, they are walked up to again.
    std::uint64_t maker_head = restored_head(entry.maker_order);
    std::uint64_t taker_head = restored_head(entry.taker_order);
    log_trade(entry, maker_head, taker_head);
    set_restored_head(entry.maker_order, maker_head);
    set_restored_head(entry.taker_order, taker_head);
  }
  return {};
}

std::uint64_t Ledger::restored_head(OrderId id) const {
  if (!id) return 0;
  if (const StoredOrder* order = orders_.find(id)) return order->last_trade();
  return restored_heads_.find(mixed_hash(id.value), [](std::uint64_t) { return true; });
}

void Ledger::set_restored_head(OrderId id, std::uint64_t index_plus_one) {
  if (!id) return;
  // It is not brought back for this.
  if (orders_.find(id) != nullptr) {
    orders_.change(id)->set_last_trade(index_plus_one);
  } else {
    restored_heads_.set(mixed_hash(id.value), index_plus_one);
  }
}

Status Ledger::finish_restoring() {
  restored_heads_ = {};
  lacks_busts_ = false;
  if (trades_.next() != saved_trades_) return broken_ledger("trades are missing from its postings frames");
  // Every chain head is what it was saved as again.
  accounts_.dirty().clear();
  orders_.dirty().clear();
  return {};
}

void Ledger::evict_orders() {
  orders_.evict(newest_pages_kept(), older_pages_kept());
}

bool Ledger::crowded() const {
  const std::size_t kept = older_pages_kept();
  return orders_.can_bring_back() &&
         orders_.older_pages_in_memory() > kept + std::max(kept, pages_brought_back_max);
}

}  // namespace trade::ledger
