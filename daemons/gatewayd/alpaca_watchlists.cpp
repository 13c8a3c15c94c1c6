// /v2/watchlists: lists of symbols that an account keeps.
#include <array>

#include "access/watchlist_store.hpp"
#include "gatewayd/accounts.hpp"
#include "gatewayd/alpaca.hpp"
#include "gatewayd/disk_worker.hpp"
#include "gatewayd/input.hpp"
#include "gatewayd/services.hpp"

namespace trade::gatewayd::alpaca {

namespace {

using access::Watchlist;

std::string id_of(const Watchlist& list) {
  return uuid_of(IdKind::watchlist, list.number);
}

http::Response refusal(const Error& why) {
  if (why.name == "duplicate_watchlist" || why.name == "capacity_reached") return error(422, why.message);
  return error(why);
}

/// Without its symbols, as lists of lists have it.
Task<Result<format::Json>> outline(Call& call, const Watchlist& list) {
  const auto account = co_await find_account(call, list.account);
  if (!account) co_return std::unexpected(account.error());
  format::Json json;
  json["id"] = id_of(list);
  json["account_id"] = uuid_of(IdKind::account, account->number.value);
  json["name"] = list.name;
  json["created_at"] = format::time_or_null(list.created_at);
  json["updated_at"] = format::time_or_null(list.updated_at);
  co_return json;
}

/// With what is known of each symbol.
Task<http::Response> show(Call& call, const Watchlist& list) {
  auto json = co_await outline(call, list);
  if (!json) co_return error(json.error());
  format::Json assets = format::Json::array();
  for (const std::string& name : list.symbols) {
    const auto symbol = co_await find_symbol(call, name);
    if (!symbol) co_return error(symbol.error());
    assets.push_back(asset_json(*symbol));
  }
  (*json)["assets"] = std::move(assets);
  co_return json_response(200, *json);
}

using Store = access::WatchlistStore;

/// Has the disk's worker do something with the store, which belongs to it.
template <class Value, class Work>
Task<Result<Value>> with_store(Call& call, Work work) {
  Services& services = call.services;
  if (services.disk == nullptr) co_return work(*services.watchlists);
  std::move_only_function<Result<Value>()> piece =
      [store = services.watchlists, what = std::move(work)]() mutable { return Result<Value>(what(*store)); };
  co_return co_await services.disk->perform<Value>(std::move(piece));
}

/// The list that the path or the parameter `name` means.
Task<Result<Watchlist>> find(Call& call) {
  const std::string account = call.key->account;
  if (!call.arguments.empty()) {
    const std::uint64_t number = number_of(IdKind::watchlist, call.arguments[0]).value_or(0);
    const auto by_number = [account, number](Store& lists) { return lists.find(account, number); };
    co_return co_await with_store<Watchlist>(call, by_number);
  }
  const std::string* parameter = call.request.parameter("name");
  if (parameter == nullptr) co_return fail(ErrorCode::usage, "name: it is missing");
  const std::string name = *parameter;
  const auto by_name = [account, name](Store& lists) { return lists.find(account, std::string_view(name)); };
  co_return co_await with_store<Watchlist>(call, by_name);
}

/// Names of symbols as they are known here; the first that is none is an error.
Task<Result<std::vector<std::string>>> known_symbols(Call& call, std::vector<std::string> wanted) {
  std::vector<std::string> names;
  if (wanted.size() > access::WatchlistStore::symbols_max) {
    co_return fail(ErrorCode::usage, "a watchlist has at most " +
                                         std::to_string(access::WatchlistStore::symbols_max) + " symbols");
  }
  for (const std::string& text : wanted) {
    const auto name = parse_symbol(text);
    if (!name) co_return std::unexpected(name.error());
    const auto symbol = co_await find_symbol(call, name->string());
    if (!symbol) {
      co_return fail(ErrorCode::usage, name->string() + ": " + std::string(symbol.error().message));
    }
    names.push_back(symbol->symbol);
  }
  co_return names;
}

Task<http::Response> list_all(Call& call) {
  format::Json json = format::Json::array();
  const std::string account = call.key->account;
  const auto all = [account](Store& store) -> Result<std::vector<Watchlist>> { return store.list(account); };
  const auto lists = co_await with_store<std::vector<Watchlist>>(call, all);
  if (!lists) co_return error(lists.error());
  for (const Watchlist& list : *lists) {
    auto one = co_await outline(call, list);
    if (!one) co_return error(one.error());
    json.push_back(std::move(*one));
  }
  co_return json_response(200, json);
}

struct Wish {
  std::optional<std::string> name;
  std::optional<std::vector<std::string>> symbols;
};

Task<Result<Wish>> read_wish(Call& call) {
  const auto input = parse_input(call.request.body);
  if (!input) co_return std::unexpected(input.error());
  Fields fields(*input);
  Wish wish;
  wish.name = fields.text("name");
  wish.symbols = fields.texts("symbols");
  if (fields.error()) co_return std::unexpected(*fields.error());
  if (wish.symbols) {
    auto known = co_await known_symbols(call, std::move(*wish.symbols));
    if (!known) co_return std::unexpected(known.error());
    wish.symbols = std::move(*known);
  }
  co_return wish;
}

Task<http::Response> create(Call& call) {
  auto wish = co_await read_wish(call);
  if (!wish) co_return error(wish.error());
  const auto create_it = [account = call.key->account, name = wish->name.value_or(""),
                          symbols = wish->symbols.value_or(std::vector<std::string>{}),
                          now = call.services.clock.now()](Store& store) {
    return store.create(account, name, symbols, now);
  };
  const auto made = co_await with_store<Watchlist>(call, create_it);
  if (!made) co_return refusal(made.error());
  call.note = "create watchlist " + made->name;
  co_return co_await show(call, *made);
}

Task<http::Response> show_one(Call& call) {
  const auto list = co_await find(call);
  if (!list) co_return error(list.error());
  co_return co_await show(call, *list);
}

Task<http::Response> save(Call& call, Watchlist list) {
  const auto change_it = [list = std::move(list), now = call.services.clock.now()](Store& store) {
    return store.change(list, now);
  };
  const auto changed = co_await with_store<Watchlist>(call, change_it);
  if (!changed) co_return refusal(changed.error());
  call.note = "change watchlist " + changed->name;
  co_return co_await show(call, *changed);
}

/// What is not named stays as it is.
Task<http::Response> replace(Call& call) {
  auto wish = co_await read_wish(call);
  if (!wish) co_return error(wish.error());
  auto list = co_await find(call);
  if (!list) co_return error(list.error());
  if (wish->name) list->name = std::move(*wish->name);
  if (wish->symbols) list->symbols = std::move(*wish->symbols);
  co_return co_await save(call, std::move(*list));
}

Task<http::Response> add(Call& call) {
  const auto input = parse_input(call.request.body);
  if (!input) co_return error(input.error());
  Fields fields(*input);
  auto symbol = fields.text("symbol");
  if (!fields.error() && !symbol) fields.refuse("symbol", "it is missing");
  if (fields.error()) co_return error(*fields.error());
  std::vector<std::string> wanted{std::move(*symbol)};
  auto known = co_await known_symbols(call, std::move(wanted));
  if (!known) co_return error(known.error());
  auto list = co_await find(call);
  if (!list) co_return error(list.error());
  list->symbols.push_back(std::move(known->front()));
  co_return co_await save(call, std::move(*list));
}

Task<http::Response> remove_symbol(Call& call) {
  auto list = co_await find(call);
  if (!list) co_return error(list.error());
  const auto name = parse_symbol(call.arguments[1]);
  if (!name || std::erase(list->symbols, name->string()) == 0) {
    co_return error(404, "the watchlist does not have this symbol");
  }
  co_return co_await save(call, std::move(*list));
}

Task<http::Response> remove(Call& call) {
  const auto list = co_await find(call);
  if (!list) co_return error(list.error());
  const auto remove_it = [account = list->account, number = list->number](Store& store) -> Result<bool> {
    if (Status gone = store.remove(account, number); !gone) return pass_on(std::move(gone));
    return true;
  };
  const auto gone = co_await with_store<bool>(call, remove_it);
  if (!gone) co_return error(gone.error());
  call.note = "remove watchlist " + list->name;
  co_return http::Response(204, "");
}

constexpr std::array routes{
    Route{"GET", "/v2/watchlists", Access::view, list_all},
    Route{"POST", "/v2/watchlists", Access::trade, create},
    Route{"GET", "/v2/watchlists:by_name", Access::view, show_one},
    Route{"PUT", "/v2/watchlists:by_name", Access::trade, replace},
    Route{"POST", "/v2/watchlists:by_name", Access::trade, add},
    Route{"DELETE", "/v2/watchlists:by_name", Access::trade, remove},
    Route{"GET", "/v2/watchlists/{id}", Access::view, show_one},
    Route{"PUT", "/v2/watchlists/{id}", Access::trade, replace},
    Route{"POST", "/v2/watchlists/{id}", Access::trade, add},
    Route{"DELETE", "/v2/watchlists/{id}", Access::trade, remove},
    Route{"DELETE", "/v2/watchlists/{id}/{symbol}", Access::trade, remove_symbol},
};

}  // namespace

std::span<const Route> watchlist_routes() {
  return routes;
}

}  // namespace trade::gatewayd::alpaca
