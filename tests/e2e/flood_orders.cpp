// flood_orders HOME SECONDS: sends orders without waiting for answers, far more than can be taken, and now
// and then a cancel of an order that rests, as one client of a broker that has lost its mind and another that
// wants out. Prints what became of them as one JSON object.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <unordered_map>
#include <vector>

#include "client/client.hpp"

namespace {

using namespace trade;
using Clock = std::chrono::steady_clock;

constexpr std::size_t orders_per_request = 64;
constexpr std::size_t cancels_every_requests = 64;

struct Counts {
  std::uint64_t accepted = 0;
  std::uint64_t overloaded = 0;
  std::uint64_t other = 0;
  std::uint64_t cancels = 0;
  std::uint64_t cancels_refused = 0;
  std::vector<double> accepted_milliseconds;
};

class Flood {
 public:
  explicit Flood(const std::filesystem::path& home) : pipeline_({home, std::chrono::seconds(5)}) {
    for (std::size_t i = 0; i < orders_per_request; ++i) {
      PlaceOrder order;
      order.type = OrderType::limit;
      order.quantity = Quantity{1};
      // Far from where anybody sells, so that all of them rest and can be cancelled.
      order.limit_price = Price{1'000};
      request_.commands.push_back({order, "buyer", "TEST"});
    }
  }

  Status run(int seconds) {
    const auto end = Clock::now() + std::chrono::seconds(seconds);
    for (std::uint64_t requests = 1; Clock::now() < end; ++requests) {
      if (Status status = send(request_); !status) return status;
      if (requests % cancels_every_requests == 0 && !resting_.empty()) {
        SubmitRequest cancel;
        cancel.commands.push_back({CancelOrder{{}, resting_.back(), {}}, "buyer", {}});
        resting_.pop_back();
        if (Status status = send(cancel); !status) return status;
      }
      if (Status status = take(std::chrono::milliseconds(0)); !status) return status;
    }
    while (!sent_.empty()) {
      if (Status status = take(std::chrono::milliseconds(5'000)); !status) return status;
    }
    return {};
  }

  Counts counts;

 private:
  struct Sent {
    Clock::time_point at;
    bool cancel = false;
  };

  Status send(const SubmitRequest& request) {
    while (sent_.size() >= 60'000) {
      if (Status status = take(std::chrono::milliseconds(1'000)); !status) return status;
    }
    const auto id = pipeline_.send(request);
    if (!id) return std::unexpected(id.error());
    sent_[*id] = {Clock::now(), request.commands.size() == 1};
    return {};
  }

  Status take(std::chrono::milliseconds timeout) {
    while (true) {
      const auto reply = pipeline_.receive(timeout);
      if (!reply) return std::unexpected(reply.error());
      if (!*reply) return {};
      timeout = {};
      count(**reply);
    }
  }

  void count(const Reply& reply) {
    const auto sent = sent_.find(reply.id);
    const auto* submitted = std::get_if<SubmitReply>(&reply.body);
    if (sent == sent_.end() || submitted == nullptr) {
      ++counts.other;
      return;
    }
    bool accepted = false;
    for (const CommandResult& result : submitted->results) {
      if (sent->second.cancel) {
        ++counts.cancels;
        if (result.reason != RejectReason::none) ++counts.cancels_refused;
      } else if (result.reason == RejectReason::none) {
        accepted = true;
        ++counts.accepted;
        if (resting_.size() < 10'000) resting_.push_back(result.order);
      } else {
        ++(result.reason == RejectReason::overloaded ? counts.overloaded : counts.other);
      }
    }
    if (accepted) {
      counts.accepted_milliseconds.push_back(
          std::chrono::duration<double, std::milli>(Clock::now() - sent->second.at).count());
    }
    sent_.erase(sent);
  }

  Pipeline pipeline_;
  SubmitRequest request_;
  std::unordered_map<std::uint64_t, Sent> sent_;
  std::vector<OrderId> resting_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: flood_orders HOME SECONDS\n";
    return 2;
  }
  Flood flood(argv[1]);
  if (const Status status = flood.run(std::atoi(argv[2])); !status) {
    std::cerr << status.error().message << "\n";
    return 1;
  }
  Counts& counts = flood.counts;
  std::ranges::sort(counts.accepted_milliseconds);
  const std::size_t size = counts.accepted_milliseconds.size();
  const double p99 = size == 0 ? 0 : counts.accepted_milliseconds[size * 99 / 100];
  std::cout << R"({"accepted":)" << counts.accepted << R"(,"overloaded":)" << counts.overloaded
            << R"(,"other":)" << counts.other << R"(,"cancels":)" << counts.cancels
            << R"(,"cancels_refused":)" << counts.cancels_refused << R"(,"accepted_p99_ms":)" << p99 << "}\n";
  return 0;
}
