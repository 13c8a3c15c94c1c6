// trade bench orders, day and feed: orders through the sockets of a running suite, durable before they are
// acknowledged, in three sizes.
#include "arguments.hpp"
#include "bench_run.hpp"
#include "bench_suite.hpp"
#include "commands.hpp"

namespace trade::cmd {

namespace {

/// What all three take. The help shows the plan's values as defaults.
void add_plan(CLI::App& app, BenchPlan& plan) {
  add_value(app, "--rate", plan.rate, number_between<std::uint64_t>(0, 10'000'000), "R",
            "Orders a second while latency is measured; 0: measure it under full load (" +
                std::to_string(plan.rate) + ")");
  add_value(app, "--rate-seconds", plan.rate_seconds, number_between<std::uint64_t>(1, 86'400), "SECONDS",
            "How long latency is measured (" + std::to_string(plan.rate_seconds) + ")");
  add_count(app, "--clients", plan.clients, 1U, 64U, "Connections that send");
  add_count(app, "--symbols", plan.symbols, 1U, 20'000U, "How many symbols");
  add_count(app, "--accounts", plan.accounts, 1U, 1'000'000U, "How many accounts");
  add_count(app, "--subscribers", plan.subscribers, 1U, 4'096U,
            "Followers of quotes while latency is measured");
  add_value(app, "--seed", plan.seed, parse_number, "S", "Of the random orders (1)");
}

void add_flood(CLI::App& app, BenchPlan& plan) {
  add_value(app, "--orders", plan.orders, number_between<std::uint64_t>(1, 1'000'000'000), "N",
            "How many orders as fast as they go (" + std::to_string(plan.orders) + ")");
  add_count(app, "--orders-per-request", plan.orders_per_request, 1U, std::uint32_t{submit_commands_max},
            "Orders in one request under full load");
  add_count(app, "--cancel-percent", plan.cancel_percent, 0U, 100U,
            "Of a hundred resting orders, cancel so many");
}

}  // namespace

Handler define_bench_orders(CLI::App& app) {
  auto plan = std::make_shared<BenchPlan>();
  add_plan(app, *plan);
  add_flood(app, *plan);
  return [plan](Context& context) { return run_bench(context, *plan); };
}

Handler define_bench_day(CLI::App& app) {
  auto plan = std::make_shared<BenchPlan>();
  plan->accounts = 100'000;
  plan->symbols = 1'000;
  plan->orders = 20'000'000;
  plan->trades = 10'000'000;
  plan->cancel_percent = 50;
  add_plan(app, *plan);
  add_flood(app, *plan);
  add_value(app, "--trades", plan->trades, number_between<std::uint64_t>(0, 1'000'000'000), "N",
            "Go on until the books hold so many; 0: all the orders (10000000)");
  return [plan](Context& context) { return run_bench(context, *plan); };
}

Handler define_bench_feed(CLI::App& app) {
  auto plan = std::make_shared<BenchPlan>();
  plan->orders = 0;
  plan->rate = 1'000;
  plan->rate_seconds = 10;
  plan->subscribers = 1'000;
  add_plan(app, *plan);
  return [plan](Context& context) { return run_bench(context, *plan); };
}

}  // namespace trade::cmd
