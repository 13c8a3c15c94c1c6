// trade order, orders, fills and wait: the books of record about orders.
#include <algorithm>
#include <chrono>

#include "arguments.hpp"
#include "commands.hpp"
#include "format/layout.hpp"
#include "order_output.hpp"

namespace trade::cmd {

namespace {

constexpr std::uint32_t page_orders_max = 1'000;
constexpr std::uint64_t listed_default = 100;
constexpr std::uint64_t listed_max = 10'000'000;
/// Fills that one answer of ledgerd is asked for; both of a trade fit in.
constexpr std::uint32_t page_fills_max = 10'000;

Result<OrderFilter> parse_filter(std::string_view text) {
  if (text == "open") return OrderFilter::open;
  if (text == "closed") return OrderFilter::closed;
  if (text == "all") return OrderFilter::all;
  return fail(ErrorCode::usage, "not one of open|closed|all: '" + std::string(text.substr(0, 40)) + "'");
}

struct ListArguments {
  OrderFilter filter = OrderFilter::open;
  std::string symbol;
  std::optional<OrderId> order;
  std::optional<std::uint64_t> limit;

  /// With a filter those that are wanted may be anywhere.
  [[nodiscard]] std::uint64_t wanted(const Output& output) const {
    return std::min(limit.value_or(output.filters() ? listed_max : listed_default), listed_max);
  }
};

/// Whose orders to list: the named account's, or those of the only one there is; with several, of all.
Result<std::string> listed_account(Context& context) {
  Result<std::optional<std::string>> named = context.named_account();
  if (!named) return pass_on(std::move(named));
  if (*named) return **named;
  Result<std::string> only = context.account();
  if (!only && only.error().code == ErrorCode::usage) return std::string();
  return only;
}

Result<ExitStatus> list_orders(Context& context, const ListArguments& arguments) {
  Result<std::string> account = listed_account(context);
  if (!account) return pass_on(std::move(account));
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  OrdersRequest request;
  request.account = *account;
  request.filter = arguments.filter;
  request.symbol = arguments.symbol;
  std::vector<OrderView> orders;
  const std::uint64_t wanted = arguments.wanted(context.output());
  while (orders.size() < wanted) {
    request.limit =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(page_orders_max, wanted - orders.size()));
    Result<std::vector<OrderView>> page = (*client)->orders(request);
    if (!page) return pass_on(std::move(page));
    if (page->empty()) break;
    request.before = page->back().id;
    const bool last = page->size() < request.limit;
    std::ranges::move(*page, std::back_inserter(orders));
    if (last) break;
  }
  print_orders(context, orders);
  return ExitStatus::done;
}

Result<ExitStatus> list_fills(Context& context, const ListArguments& arguments) {
  Result<std::string> account = listed_account(context);
  if (!account) return pass_on(std::move(account));
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  FillsRequest request;
  request.account = *account;
  request.symbol = arguments.symbol;
  request.order = arguments.order.value_or(OrderId{});
  std::vector<FillView> fills;
  const std::uint64_t wanted = arguments.wanted(context.output());
  for (;;) {
    request.limit =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(page_fills_max, wanted - fills.size()));
    Result<std::vector<FillView>> page = (*client)->fills(request);
    if (!page) return pass_on(std::move(page));
    const bool last = page->size() < request.limit || fills.size() + page->size() >= wanted;
    if (!page->empty()) request.before = page->back().id;
    std::ranges::move(*page, std::back_inserter(fills));
    if (last) break;
  }
  // The last trade's other fill may be one more than was asked for.
  if (fills.size() > wanted) fills.pop_back();
  std::vector<format::Json> records;
  for (const FillView& fill : fills)
    records.push_back(format::json_of(fill));
  context.output().list(format::fill_layout(), records);
  return ExitStatus::done;
}

Result<ExitStatus> show_order(Context& context, OrderId id) {
  Result<OrderView> order = find_order(context, id);
  if (!order) return pass_on(std::move(order));
  print_order(context, *order);
  return ExitStatus::done;
}

struct WaitArguments {
  OrderId id;
  bool for_filled = false;
};

Result<ExitStatus> wait_for_order(Context& context, const WaitArguments& arguments) {
  constexpr std::chrono::milliseconds interval_first{5};
  constexpr std::chrono::milliseconds interval_max{100};
  const std::chrono::nanoseconds deadline = context.monotonic_time() + context.timeout();
  std::chrono::milliseconds interval = interval_first;
  for (;;) {
    Result<OrderView> order = find_order(context, arguments.id);
    if (!order) return pass_on(std::move(order));
    if (is_terminal(order->status)) {
      print_order(context, *order);
      if (!arguments.for_filled || order->status == OrderStatus::filled) return ExitStatus::done;
      return fail_named(ErrorCode::rejected, "order_not_filled",
                        "order " + std::to_string(arguments.id.value) + " ended " +
                            std::string(name_of(order->status)) + ", not filled");
    }
    if (context.monotonic_time() >= deadline) {
      print_order(context, *order);
      return fail(
          ErrorCode::timed_out,
          "order " + std::to_string(arguments.id.value) + " is still " + std::string(name_of(order->status)),
          "wait longer with --timeout SECONDS");
    }
    context.pause(interval);
    interval = std::min(interval * 2, interval_max);
  }
}

Result<bool> parse_condition(std::string_view text) {
  if (text == "filled") return true;
  if (text == "done") return false;
  return fail(ErrorCode::usage, "not one of filled|done: '" + std::string(text.substr(0, 40)) + "'");
}

}  // namespace

Handler define_order(CLI::App& app) {
  auto id = std::make_shared<OrderId>();
  required(add_value(app, "id", *id, parse_order_id, order_kind, "The order"));
  return [id](Context& context) { return show_order(context, *id); };
}

Handler define_orders(CLI::App& app) {
  auto arguments = std::make_shared<ListArguments>();
  add_value(app, "--status", arguments->filter, parse_filter, "open|closed|all", "Which orders (open)");
  add_value(app, "--symbol", arguments->symbol, parse_symbol_text, symbol_kind, "Of this symbol alone");
  add_value(app, "--limit", arguments->limit, parse_count, "N", "At most so many (100; with --filter all)");
  return [arguments](Context& context) { return list_orders(context, *arguments); };
}

Handler define_fills(CLI::App& app) {
  auto arguments = std::make_shared<ListArguments>();
  add_value(app, "--symbol", arguments->symbol, parse_symbol_text, symbol_kind, "Of this symbol alone");
  add_value(app, "--order", arguments->order, parse_order_id, order_kind, "Of this order alone");
  add_value(app, "--limit", arguments->limit, parse_count, "N", "At most so many (100; with --filter all)");
  return [arguments](Context& context) { return list_fills(context, *arguments); };
}

Handler define_wait(CLI::App& app) {
  auto arguments = std::make_shared<WaitArguments>();
  required(add_value(app, "id", arguments->id, parse_order_id, order_kind, "The order"));
  add_value(app, "--for", arguments->for_filled, parse_condition, "filled|done",
            "Until it is filled, or until it has ended in any way (done)");
  return [arguments](Context& context) { return wait_for_order(context, *arguments); };
}

}  // namespace trade::cmd
