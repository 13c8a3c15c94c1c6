#include "fixd/polled_client.hpp"

namespace trade::fixd {

namespace {

/// For what has no descriptor: requests that could not be sent, and those that take too long.
constexpr std::chrono::milliseconds turn_interval{10};

}  // namespace

void PolledClient::start(bus::PollLoop& loop) {
  loop_ = &loop;
  loop.add_timer(turn_interval, [this] { turn(); });
}

void PolledClient::ask(const RequestBody& request, AsyncClient::Handler answered) {
  client_.ask(request, std::move(answered));
  follow_connection();
}

void PolledClient::turn() {
  client_.turn();
  follow_connection();
}

void PolledClient::follow_connection() {
  const int descriptor = client_.file_descriptor();
  // One that was closed may have been given to the next connection.
  if (loop_ == nullptr || (connections_ == client_.connections() && descriptor == descriptor_)) return;
  connections_ = client_.connections();
  descriptor_ = descriptor;
  if (watch_ != 0) loop_->remove(watch_);
  watch_ = descriptor < 0 ? 0 : loop_->add(descriptor, [this] { turn(); });
}

}  // namespace trade::fixd
