// An application that counts what it is told, and can be made slow or to fail.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "follower/application.hpp"

namespace trade::follower {

class RecordingApplication : public Application {
 public:
  [[nodiscard]] Position position() const override { return position_; }
  [[nodiscard]] std::uint64_t answers_from() const override { return answers_from_batch; }
  Status apply(const wire::Batch& batch) override {
    if (apply_time.count() > 0) std::this_thread::sleep_for(apply_time);
    if (batch.header.batch == fails_at) return fail(ErrorCode::internal, "as the test wants it");
    position_ = position_after(batch);
    ++uncommitted_;
    calls.push_back('a');
    return {};
  }
  Status commit() override {
    if (commit_fails) return fail(ErrorCode::out_of_space, "no space, as the test wants it");
    committed = position_;
    groups.push_back(uncommitted_);
    uncommitted_ = 0;
    calls.push_back('c');
    return {};
  }
  /// Tells the last committed sequence, in a portfolio's cash.
  ReplyBody answer(const RequestBody& request) override {
    if (!std::holds_alternative<PortfolioRequest>(request)) return not_served_here("testd");
    PortfolioReply reply;
    reply.portfolio.account = std::get<PortfolioRequest>(request).account;
    reply.portfolio.cash_balance = Money{static_cast<std::int64_t>(committed.last_sequence)};
    for (std::size_t i = 0; i < answered_positions; ++i) {
      reply.portfolio.positions.push_back({"AAPL", {}, {}, {}, {}, {}, {}});
    }
    return reply;
  }
  void publish(Publisher& publisher) override {
    calls.push_back('p');
    const auto topic = std::string("b") + '\0';
    if (publisher.wanted(topic)) {
      publisher.publish(topic, BatchPublished{committed.batch, committed.last_sequence});
    }
  }
  Status idle(Timestamp now) override {
    idle_calls += now.nanoseconds > 0 ? 1 : 0;
    return {};
  }
  Status stop() override {
    calls.push_back('s');
    return {};
  }
  void describe(DaemonView& view) const override { view.counters["groups"] = std::ssize(groups); }

  void start_from(const Position& position) { committed = position_ = position; }

  std::chrono::milliseconds apply_time{0};
  std::uint64_t fails_at = 0;
  std::uint64_t answers_from_batch = 0;
  bool commit_fails = false;
  std::size_t answered_positions = 0;

  std::string calls;  ///< apply, commit, publish, stop
  std::vector<std::size_t> groups;
  std::atomic<int> idle_calls = 0;
  Position committed;

 private:
  Position position_;
  std::size_t uncommitted_ = 0;
};

}  // namespace trade::follower
