// A FIX 4.4 session as a load generator has it: orders out, reports in, and nothing else.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/enums.hpp"
#include "model/numbers.hpp"

namespace trade::cmd {

class BenchFixSession {
 public:
  struct Identity {
    std::string address;  ///< "HOST:PORT" of fixd
    std::string comp_id;
    std::string target_comp_id;
    std::string password;
  };
  struct Order {
    std::string client_order_id;
    std::string account;
    std::string symbol;
    Side side = Side::buy;
    Quantity quantity;
    Price limit_price;
  };
  /// An ExecutionReport, as far as it is looked at.
  struct Report {
    std::string_view client_order_id;
    char status = '0';  ///< tag 39
  };

  explicit BenchFixSession(Identity identity) : identity_(std::move(identity)) {}
  ~BenchFixSession();
  BenchFixSession(const BenchFixSession&) = delete;
  BenchFixSession& operator=(const BenchFixSession&) = delete;

  /// Connects and logs on, with sequence numbers from 1; tries again until `patience` is over, for a session
  /// that fixd has not heard of yet.
  Status log_on(std::chrono::milliseconds patience);
  Status send(const Order& order);
  /// What has come, without waiting. An error when the line ended or a message was refused.
  Status receive(const std::function<void(const Report&)>& reported);
  void log_out();

  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  Status connect();
  Status send(std::string_view type, std::string_view fields);
  Status answer(std::string_view type, std::string_view message,
                const std::function<void(const Report&)>& reported);

  Identity identity_;
  int descriptor_ = -1;
  std::uint64_t next_sequence_ = 1;
  bool logged_on_ = false;
  std::string received_;
  std::string body_;
  std::string bytes_;
};

}  // namespace trade::cmd
