// A session that keeps what it was told.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "fixd/market_listener.hpp"

namespace trade::fixd::test {

class ListenerDouble : public MarketListener {
 public:
  explicit ListenerDouble(bool fix42 = false) : fix42_(fix42) {}

  void tell(const fix::Message& message) override { told.push_back(message); }
  [[nodiscard]] std::size_t backlog_bytes() const override { return backlog; }
  [[nodiscard]] bool is_fix42() const override { return fix42_; }
  [[nodiscard]] const std::string& name() const override { return name_; }

  /// What was told since it was asked last.
  std::vector<fix::Message> take() { return std::exchange(told, {}); }

  std::vector<fix::Message> told;
  std::size_t backlog = 0;

 private:
  bool fix42_;
  std::string name_ = "BUYSIDE";
};

}  // namespace trade::fixd::test
