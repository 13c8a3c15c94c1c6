// LMDB database "watchlists": number u64 -> account text, name text, created i64, updated i64, number of
// symbols u32, each symbol text.
#include "access/watchlist_store.hpp"

#include <algorithm>
#include <utility>

#include "access/table.hpp"
#include "base/byte_stream.hpp"
#include "store/key.hpp"
#include "store/rows.hpp"

namespace trade::access {

namespace {

std::unexpected<Error> no_such_list() {
  return fail_named(ErrorCode::not_found, "unknown_watchlist", "there is no such watchlist");
}

std::unexpected<Error> damaged(const std::filesystem::path& directory) {
  return fail(ErrorCode::corrupt, "a watchlist in " + directory.string() + " is not well formed",
              "restore the store from a copy, or move it away and create the keys anew");
}

void drop_repeated(std::vector<std::string>& symbols) {
  std::vector<std::string> once;
  for (std::string& symbol : symbols) {
    if (std::ranges::find(once, symbol) == once.end()) once.push_back(std::move(symbol));
  }
  symbols = std::move(once);
}

}  // namespace

Result<std::unique_ptr<WatchlistStore>> WatchlistStore::open(const std::filesystem::path& directory) {
  auto table = open_table(directory, "watchlists", std::size_t{16} << 20);
  if (!table) return pass_on(std::move(table));
  std::unique_ptr<WatchlistStore> store(new WatchlistStore);
  store->environment_ = std::move(table->environment);
  store->database_ = table->database;
  if (Status loaded = store->load(); !loaded) return pass_on(std::move(loaded));
  return store;
}

Status WatchlistStore::load() {
  auto transaction = environment_->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  return store::for_each_row(*transaction, database_,
                             [&](store::KeyReader key, store::Bytes bytes) -> Status {
                               ByteReader value(bytes);
                               Watchlist list;
                               list.number = key.number<std::uint64_t>();
                               list.account = value.read_text();
                               list.name = value.read_text();
                               list.created_at = {value.read<std::int64_t>()};
                               list.updated_at = {value.read<std::int64_t>()};
                               const auto symbols = value.read<std::uint32_t>();
                               for (std::uint32_t i = 0; i < symbols && value.ok(); ++i)
                                 list.symbols.emplace_back(value.read_text());
                               if (!key.ok() || !value.ok() || !value.at_end())
                                 return damaged(environment_->path());
                               last_number_ = std::max(last_number_, list.number);
                               lists_.emplace(list.number, std::move(list));
                               return {};
                             });
}

std::vector<Watchlist> WatchlistStore::list(std::string_view account) const {
  std::vector<Watchlist> found;
  for (const auto& [number, list] : lists_) {
    if (list.account == account) found.push_back(list);
  }
  return found;
}

Result<Watchlist> WatchlistStore::find(std::string_view account, std::uint64_t number) const {
  const auto found = lists_.find(number);
  if (found == lists_.end() || found->second.account != account) return no_such_list();
  return found->second;
}

Result<Watchlist> WatchlistStore::find(std::string_view account, std::string_view name) const {
  for (const auto& [number, list] : lists_) {
    if (list.account == account && list.name == name) return list;
  }
  return no_such_list();
}

Status WatchlistStore::check(Watchlist& list) const {
  const bool control =
      std::ranges::any_of(list.name, [](char c) { return static_cast<unsigned char>(c) < ' '; });
  if (list.name.empty() || list.name.size() > name_bytes_max || control) {
    return fail(ErrorCode::usage, "the name of a watchlist has 1 to " + std::to_string(name_bytes_max) +
                                      " characters, none of them a control character");
  }
  drop_repeated(list.symbols);
  if (list.symbols.size() > symbols_max) {
    return fail(ErrorCode::usage, "a watchlist has at most " + std::to_string(symbols_max) + " symbols");
  }
  const auto other = find(list.account, list.name);
  if (other && other->number != list.number) {
    return fail_named(ErrorCode::rejected, "duplicate_watchlist", "watchlist name must be unique");
  }
  return {};
}

Result<Watchlist> WatchlistStore::save(Watchlist list) {
  ByteWriter value;
  value.write_text(list.account);
  value.write_text(list.name);
  value.write(list.created_at.nanoseconds);
  value.write(list.updated_at.nanoseconds);
  value.write(static_cast<std::uint32_t>(list.symbols.size()));
  for (const std::string& symbol : list.symbols)
    value.write_text(symbol);
  Status saved = environment_->write([&](store::Transaction& transaction) {
    return transaction.put(database_, store::Key().number(list.number), value.bytes());
  });
  if (!saved) return pass_on(std::move(saved));
  lists_.insert_or_assign(list.number, list);
  return list;
}

Result<Watchlist> WatchlistStore::create(std::string_view account, std::string_view name,
                                         std::vector<std::string> symbols, Timestamp now) {
  Watchlist wanted{0, std::string(account), std::string(name), std::move(symbols), now, now};
  if (Status good = check(wanted); !good) return pass_on(std::move(good));
  if (list(account).size() >= lists_of_account_max || lists_.size() >= lists_max) {
    return fail_named(ErrorCode::rejected, "capacity_reached",
                      "an account keeps at most " + std::to_string(lists_of_account_max) + " watchlists");
  }
  wanted.number = last_number_ + 1;
  auto created = save(std::move(wanted));
  if (created) last_number_ = created->number;
  return created;
}

Result<Watchlist> WatchlistStore::change(Watchlist wanted, Timestamp now) {
  const auto present = find(wanted.account, wanted.number);
  if (!present) return present;
  wanted.created_at = present->created_at;
  wanted.updated_at = now;
  if (Status good = check(wanted); !good) return pass_on(std::move(good));
  return save(std::move(wanted));
}

Status WatchlistStore::remove(std::string_view account, std::uint64_t number) {
  if (auto present = find(account, number); !present) return pass_on(std::move(present));
  Status removed = environment_->write([&](store::Transaction& transaction) -> Status {
    auto gone = transaction.remove(database_, store::Key().number(number));
    if (!gone) return pass_on(std::move(gone));
    return {};
  });
  if (!removed) return removed;
  lists_.erase(number);
  return {};
}

}  // namespace trade::access
