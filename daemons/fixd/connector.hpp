// A TCP connection to a name and port, made without ever waiting.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

struct addrinfo;

namespace trade::fixd {

class Connector {
 public:
  static constexpr std::int64_t time_max_ns = 10'000'000'000;

  Connector();
  ~Connector();
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

  void start(const std::string& host, std::uint16_t port, std::int64_t now_ns);
  [[nodiscard]] bool busy() const { return state_ != State::idle; }
  void stop();

  enum class Outcome : std::uint8_t { waits, connected, failed };
  /// To be called every few milliseconds while it is busy. Once it has an outcome it is idle again.
  Outcome turn(std::int64_t now_ns);
  /// After `connected`: the descriptor, which is the caller's from then on.
  int take();
  /// After `failed`.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  enum class State : std::uint8_t { idle, resolving, connecting };
  struct Found;

  Outcome fail(std::string problem);
  Outcome next_address();

  State state_ = State::idle;
  std::shared_ptr<Found> found_;  ///< shared with the thread that looks the name up
  const addrinfo* address_ = nullptr;
  int descriptor_ = -1;
  std::int64_t deadline_ns_ = 0;
  std::string problem_;
};

}  // namespace trade::fixd
