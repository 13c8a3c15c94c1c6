// A client over TCP that keeps its connections: for each line of its input, "portfolio" or "place", it asks
// and prints "ok" or the error's name. Usage: live_client PROFILE ACCOUNT.
#include <iostream>
#include <memory>
#include <string>

#include "app/remote_profile.hpp"
#include "client/client.hpp"

namespace {

std::string ask(trade::Client& client, const std::string& account, const std::string& what) {
  if (what == "portfolio") {
    const auto portfolio = client.portfolio(account);
    return portfolio ? "ok" : portfolio.error().name;
  }
  const trade::PlaceOrder order{.side = trade::Side::buy,
                                .type = trade::OrderType::limit,
                                .quantity = trade::Quantity{1},
                                .limit_price = trade::Price{trade::units_per_dollar}};
  const auto placed = client.submit({order, account, "AAPL"});
  if (!placed) return placed.error().name;
  return placed->reason == trade::RejectReason::none ? "ok" : "rejected";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: live_client PROFILE ACCOUNT\n";
    return 2;
  }
  const auto profile = trade::app::load_profile(argv[1]);
  if (!profile) {
    std::cerr << profile.error().message << "\n";
    return 1;
  }
  trade::Client client(
      trade::ClientOptions{.timeout = std::chrono::milliseconds(10'000),
                           .remote = std::make_shared<const trade::bus::RemoteSuite>(trade::bus::RemoteSuite{
                               profile->server_key, profile->client_keys, profile->addresses})});
  for (std::string line; std::getline(std::cin, line);)
    std::cout << ask(client, argv[2], line) << std::endl;
}
