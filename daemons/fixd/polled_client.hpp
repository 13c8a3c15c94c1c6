// An AsyncClient that the daemon's loop turns.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "bus/poll_loop.hpp"
#include "client/async_client.hpp"

namespace trade::fixd {

class PolledClient {
 public:
  PolledClient(ClientOptions options, std::string daemon) : client_(std::move(options), std::move(daemon)) {}

  /// Serves from this loop, which must outlive it, from now on.
  void start(bus::PollLoop& loop);
  /// The answer comes from the loop, never from here.
  void ask(const RequestBody& request, AsyncClient::Handler answered);
  /// Sends what waits and takes in what has come: what the loop does, for those who cannot wait for it.
  void turn();

 private:
  void follow_connection();

  AsyncClient client_;
  bus::PollLoop* loop_ = nullptr;
  bus::PollLoop::Id watch_ = 0;
  std::uint64_t connections_ = 0;
  int descriptor_ = -1;
};

}  // namespace trade::fixd
