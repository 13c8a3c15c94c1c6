// LMDB databases:
//   "open"      order u64                  -> the order, as known_order.cpp writes it
//   "ended"     order u64                  -> the same
//   "ids"       account, ClOrdID           -> order u64
//   "names"     order u64, ClOrdID         -> account: the keys of "ids" that lead to an order
//   "accounts"  account u32                -> name
//   "symbols"   symbol u32                 -> symbol
#include "fixd/order_table.hpp"

#include <algorithm>
#include <span>
#include <string_view>
#include <tuple>

#include "app/log.hpp"
#include "store/key.hpp"
#include "store/rows.hpp"

namespace trade::fixd {

namespace {

store::Bytes bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string text_of(store::Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::optional<std::uint64_t> number_of(store::Bytes bytes) {
  ByteReader reader(bytes);
  const auto number = reader.read<std::uint64_t>();
  return reader.ok() ? std::optional(number) : std::nullopt;
}

std::optional<KnownOrder> order_of(store::Bytes bytes) {
  ByteReader reader(bytes);
  KnownOrder order;
  if (!read_order(reader, order)) return std::nullopt;
  return order;
}

bool begins_with(store::Bytes key, store::Bytes prefix) {
  return key.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), key.begin());
}

Status damaged(const store::Environment& environment) {
  return fail(ErrorCode::corrupt, "what fixd keeps in " + environment.path().string() + " is damaged",
              "restore it from a backup, or move it away: then orders are learnt from the journal again, and "
              "each session begins at 1");
}

}  // namespace

Status OrderTable::open(std::shared_ptr<store::Environment> environment, std::uint64_t ended_kept) {
  environment_ = std::move(environment);
  ended_kept_ = ended_kept;
  for (auto [name, database] : {std::pair{"open", &open_rows_},
                                {"ended", &ended_rows_},
                                {"ids", &ids_},
                                {"names", &names_},
                                {"accounts", &accounts_rows_},
                                {"symbols", &symbols_rows_}}) {
    auto opened = environment_->open_database(name);
    if (!opened) return pass_on(std::move(opened));
    *database = *opened;
  }
  return load();
}

Status OrderTable::load() {
  auto transaction = environment_->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  const auto for_each = [&](store::Database database, const auto& take) {
    return store::for_each_row(*transaction, database,
                               [&](store::KeyReader key, store::Bytes value) -> Status {
                                 if (!take(key, value)) return damaged(*environment_);
                                 return {};
                               });
  };
  Status done = for_each(open_rows_, [&](store::KeyReader key, store::Bytes value) {
    auto order = order_of(value);
    if (!order || key.number<std::uint64_t>() != order->id.value) return false;
    index(*order);
    open_[order->id.value] = std::move(*order);
    return true;
  });
  if (!done) return done;
  const auto read_names = [&](store::Database rows, auto& names) {
    return for_each(rows, [&](store::KeyReader key, store::Bytes value) {
      names[key.number<std::uint32_t>()] = text_of(value);
      return key.ok();
    });
  };
  if (done = read_names(accounts_rows_, accounts_); !done) return done;
  return read_names(symbols_rows_, symbols_);
}

void OrderTable::index(const KnownOrder& order) {
  if (!order.comp_id.empty()) {
    open_of_session_[order.comp_id].insert(order.id.value);
  } else if (!order.client_order_id.empty()) {
    unclaimed_[{order.account, order.client_order_id}] = order.id.value;
  }
}

void OrderTable::unindex(const KnownOrder& order) {
  if (order.comp_id.empty()) {
    unclaimed_.erase({order.account, order.client_order_id});
    return;
  }
  const auto of_session = open_of_session_.find(order.comp_id);
  if (of_session == open_of_session_.end()) return;
  of_session->second.erase(order.id.value);
  if (of_session->second.empty()) open_of_session_.erase(of_session);
}

void OrderTable::add(KnownOrder order) {
  const std::uint64_t id = order.id.value;
  dirty_.insert(id);
  if (!order.comp_id.empty() && !order.client_order_id.empty())
    name(order.id, order.account, order.client_order_id);
  index(order);
  const bool over = is_terminal(order.status);
  open_[id] = std::move(order);
  if (over) end({id});
}

KnownOrder* OrderTable::open_order(OrderId id) {
  const auto found = open_.find(id.value);
  return found == open_.end() ? nullptr : &found->second;
}

void OrderTable::amend(const KnownOrder& order) {
  dirty_.insert(order.id.value);
  if (const auto open = open_.find(order.id.value); open != open_.end()) {
    open->second = order;
  } else {
    ended_[order.id.value] = order;
  }
}

void OrderTable::end(OrderId id) {
  const auto found = open_.find(id.value);
  if (found == open_.end()) return;
  dirty_.insert(id.value);
  unindex(found->second);
  if (!found->second.comp_id.empty()) ended_[id.value] = std::move(found->second);
  open_.erase(found);
}

void OrderTable::adopt(KnownOrder& order, const std::string& comp_id) {
  if (order.comp_id == comp_id) return;
  unindex(order);
  order.comp_id = comp_id;
  index(order);
  dirty_.insert(order.id.value);
  if (!order.client_order_id.empty()) name(order.id, order.account, order.client_order_id);
}

KnownOrder* OrderTable::unclaimed(const std::string& account, const std::string& client_order_id) {
  const auto found = unclaimed_.find({account, client_order_id});
  return found == unclaimed_.end() ? nullptr : open_order({found->second});
}

void OrderTable::rename(KnownOrder& order, std::string client_order_id) {
  unindex(order);
  order.client_order_id = std::move(client_order_id);
  index(order);
  dirty_.insert(order.id.value);
}

void OrderTable::name(OrderId id, const std::string& account, const std::string& client_order_id) {
  new_ids_[{account, client_order_id}] = id.value;
}

std::optional<KnownOrder> OrderTable::stored_ended(OrderId id) const {
  auto transaction = environment_->begin_read();
  if (!transaction) {
    spdlog::error("ended orders cannot be read: {}", transaction.error().message);
    return std::nullopt;
  }
  auto value = transaction->get(ended_rows_, store::Key().number(id.value));
  if (!value || !*value) return std::nullopt;
  return order_of(**value);
}

std::optional<KnownOrder> OrderTable::find(OrderId id) const {
  if (const auto found = open_.find(id.value); found != open_.end()) return found->second;
  if (const auto found = ended_.find(id.value); found != ended_.end()) return found->second;
  return stored_ended(id);
}

std::optional<KnownOrder> OrderTable::find(const std::string& account,
                                           const std::string& client_order_id) const {
  if (const auto found = new_ids_.find({account, client_order_id}); found != new_ids_.end())
    return find(OrderId{found->second});
  std::optional<std::uint64_t> id;
  {
    auto transaction = environment_->begin_read();
    if (!transaction) {
      spdlog::error("ids of orders cannot be read: {}", transaction.error().message);
      return std::nullopt;
    }
    auto value = transaction->get(ids_, store::Key().text(account).text(client_order_id));
    if (value && *value) id = number_of(**value);
  }
  if (!id) return std::nullopt;
  return find(OrderId{*id});
}

std::vector<const KnownOrder*> OrderTable::open_orders(const std::string& comp_id) const {
  std::vector<const KnownOrder*> orders;
  const auto ids = open_of_session_.find(comp_id);
  if (ids == open_of_session_.end()) return orders;
  for (const std::uint64_t id : ids->second)
    orders.push_back(&open_.at(id));
  return orders;
}

void OrderTable::set_account(AccountId id, std::string name) {
  accounts_[id.value] = std::move(name);
  new_accounts_.insert(id.value);
}

void OrderTable::set_symbol(SymbolId id, std::string symbol) {
  symbols_[id.value] = std::move(symbol);
  new_symbols_.insert(id.value);
}

std::string OrderTable::account_name(AccountId id) const {
  const auto found = accounts_.find(id.value);
  return found == accounts_.end() ? std::string() : found->second;
}

std::string OrderTable::symbol_name(SymbolId id) const {
  const auto found = symbols_.find(id.value);
  return found == symbols_.end() ? std::string() : found->second;
}

std::size_t OrderTable::dirty_rows() const {
  return dirty_.size() + new_ids_.size() + new_accounts_.size() + new_symbols_.size();
}

Status OrderTable::write_row(store::Transaction& transaction, std::uint64_t id) const {
  const store::Key key = store::Key().number(id);
  if (const auto open = open_.find(id); open != open_.end()) {
    ByteWriter value;
    write_order(value, open->second);
    return transaction.put(open_rows_, key, value.bytes());
  }
  if (auto removed = transaction.remove(open_rows_, key); !removed) return pass_on(std::move(removed));
  const auto ended = ended_.find(id);
  if (ended == ended_.end()) return {};
  ByteWriter value;
  write_order(value, ended->second);
  return transaction.put(ended_rows_, key, value.bytes());
}

Status OrderTable::write(store::Transaction& transaction) const {
  for (const std::uint64_t id : dirty_) {
    if (Status put = write_row(transaction, id); !put) return put;
  }
  for (const auto& [key, id] : new_ids_) {
    ByteWriter value;
    value.write(id);
    Status put = transaction.put(ids_, store::Key().text(key.first).text(key.second), value.bytes());
    if (!put) return put;
    put = transaction.put(names_, store::Key().number(id).text(key.second), bytes_of(key.first));
    if (!put) return put;
  }
  for (const auto& [database, numbers, names] : {std::tuple{accounts_rows_, &new_accounts_, &accounts_},
                                                 std::tuple{symbols_rows_, &new_symbols_, &symbols_}}) {
    for (const std::uint32_t number : *numbers) {
      Status put = transaction.put(database, store::Key().number(number), bytes_of(names->at(number)));
      if (!put) return put;
    }
  }
  return {};
}

void OrderTable::written() {
  dirty_.clear();
  ended_.clear();
  new_ids_.clear();
  new_accounts_.clear();
  new_symbols_.clear();
}

bool OrderTable::too_many_ended() const {
  auto transaction = environment_->begin_read();
  if (!transaction) return false;
  auto count = transaction->count(ended_rows_);
  return count && *count > ended_kept_;
}

Status OrderTable::forget(store::Transaction& transaction, std::size_t orders_max) const {
  auto count = transaction.count(ended_rows_);
  if (!count) return pass_on(std::move(count));
  for (std::size_t done = 0; done < orders_max && *count - done > ended_kept_; ++done) {
    // Keys are gathered before anything is removed: a cursor does not survive that.
    std::uint64_t id = 0;
    std::vector<std::pair<std::string, std::string>> names;
    {
      auto oldest = transaction.cursor(ended_rows_);
      if (!oldest) return pass_on(std::move(oldest));
      auto here = oldest->first();
      if (!here) return pass_on(std::move(here));
      if (!*here) return {};
      id = store::KeyReader(oldest->key()).number<std::uint64_t>();
      auto cursor = transaction.cursor(names_);
      if (!cursor) return pass_on(std::move(cursor));
      const store::Key prefix = store::Key().number(id);
      for (auto at = cursor->seek(prefix);; at = cursor->next()) {
        if (!at) return pass_on(std::move(at));
        if (!*at || !begins_with(cursor->key(), prefix)) break;
        store::KeyReader key(cursor->key());
        key.number<std::uint64_t>();
        names.emplace_back(text_of(cursor->value()), key.text());
      }
    }
    for (const auto& [account, client_order_id] : names) {
      for (const auto& [database, key] : {std::pair{names_, store::Key().number(id).text(client_order_id)},
                                          {ids_, store::Key().text(account).text(client_order_id)}}) {
        if (auto removed = transaction.remove(database, key); !removed) return pass_on(std::move(removed));
      }
    }
    if (auto removed = transaction.remove(ended_rows_, store::Key().number(id)); !removed)
      return pass_on(std::move(removed));
  }
  return {};
}

}  // namespace trade::fixd
