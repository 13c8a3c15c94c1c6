// acknowledged_orders send HOME FILE SECONDS [PREFIX]: places some thousand orders a second, so that an hour
// of them is not more than the engine holds nor than can be checked, each with a client order id of its own
// (PREFIX, or c, and a number), and writes a line "CLIENT_ORDER_ID ORDER_ID" to FILE for each that was
// acknowledged. When a daemon is gone, it sends the same orders again until it is back, as a careful client
// does. acknowledged_orders check HOME FILE: every line of FILE is in the books exactly once under that order
// id, and no client order id is there twice.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "client/client.hpp"

namespace {

using namespace trade;

constexpr int orders_per_request = 16;
constexpr const char* accounts[] = {"buyer", "seller"};

SubmitRequest make_request(const std::vector<std::string>& ids, std::uint64_t first) {
  SubmitRequest request;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    // Buyers and sellers at four prices around 100: nearly all trade with those after them, a few rest for
    // good.
    const std::uint64_t number = first + i;
    PlaceOrder order;
    order.side = number % 2 == 0 ? Side::buy : Side::sell;
    order.type = OrderType::limit;
    order.time_in_force = TimeInForce::gtc;
    order.quantity = Quantity{static_cast<std::int64_t>(1 + number % 7)};
    const bool buys = order.side == Side::buy;
    const std::int64_t cents = number % 32 < 2 ? (buys ? 0 : 3) : (buys ? 2 : 1);
    order.limit_price = Price{1'000'000 + cents * 100};
    order.client_order_id = ids[i];
    request.commands.push_back({order, accounts[number % 2], "TEST"});
  }
  return request;
}

int send(const std::filesystem::path& home, const char* file, int seconds, const std::string& prefix) {
  std::ofstream acknowledged(file);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  // Retrying is part of the test: until this long after the end.
  const auto last_retry = end + std::chrono::seconds(30);
  std::uint64_t number = 0;
  std::uint64_t retries = 0;
  Client client({home, std::chrono::seconds(2)});
  while (std::chrono::steady_clock::now() < end) {
    std::vector<std::string> ids;
    for (int i = 0; i < orders_per_request; ++i)
      ids.push_back(prefix + std::to_string(number + static_cast<std::uint64_t>(i)));
    const SubmitRequest request = make_request(ids, number);
    Result<SubmitReply> reply = client.submit(request);
    while (!reply) {
      ++retries;
      if (std::chrono::steady_clock::now() > last_retry) {
        std::cerr << "gave up: " << reply.error().message << "\n";
        return 1;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      reply = client.submit(request);
    }
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const CommandResult& result = reply->results.at(i);
      if (result.reason != RejectReason::none) {
        std::cerr << ids[i] << " rejected: " << row_of(result.reason).text << "\n";
        return 1;
      }
      acknowledged << ids[i] << ' ' << result.order.value << '\n';
    }
    number += orders_per_request;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  std::cout << number << " acknowledged, " << retries << " retries\n";
  return acknowledged.flush() ? 0 : 1;
}

int check(const std::filesystem::path& home, const char* file) {
  // A ledger that was killed again and again has minutes of events to catch up with.
  Client client({home, std::chrono::seconds(120)});
  std::map<std::string, std::uint64_t> books;
  int problems = 0;
  for (const char* account : accounts) {
    OrdersRequest request;
    request.account = account;
    request.limit = 1'000;
    while (true) {
      const auto page = client.orders(request);
      if (!page) {
        std::cerr << page.error().message << "\n";
        return 1;
      }
      if (page->empty()) break;
      for (const OrderView& order : *page) {
        if (!books.emplace(order.client_order_id, order.id.value).second) {
          std::cerr << "doubled: " << order.client_order_id << "\n";
          ++problems;
        }
      }
      request.before = page->back().id;
    }
  }
  std::ifstream acknowledged(file);
  std::string id;
  std::uint64_t order = 0;
  std::uint64_t lines = 0;
  while (acknowledged >> id >> order) {
    ++lines;
    const auto found = books.find(id);
    if (found == books.end()) {
      std::cerr << "lost: " << id << " (order " << order << ")\n";
      ++problems;
    } else if (found->second != order) {
      std::cerr << "different: " << id << " was order " << order << ", is " << found->second << "\n";
      ++problems;
    }
    if (problems > 20) break;
  }
  std::cout << lines << " acknowledged, " << books.size() << " in the books, " << problems << " problems\n";
  return problems == 0 && lines > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "";
  if (verb == "send" && (argc == 5 || argc == 6)) {
    return send(argv[2], argv[3], std::atoi(argv[4]), argc == 6 ? argv[5] : "c");
  }
  if (verb == "check" && argc == 4) return check(argv[2], argv[3]);
  std::cerr << "usage: acknowledged_orders send HOME FILE SECONDS [PREFIX] | check HOME FILE\n";
  return 2;
}
