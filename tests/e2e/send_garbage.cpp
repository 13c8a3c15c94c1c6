// send_garbage HOME DAEMON SEED: sends frames of noise, of nearly valid noise and of wrong shape to a
// daemon's request socket, and expects it to answer none of them with anything but an error.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <random>
#include <vector>

#include "bus/sockets.hpp"
#include "wire/wire.hpp"

int main(int argc, char** argv) {
  using namespace trade;
  if (argc != 4) {
    std::cerr << "usage: send_garbage HOME DAEMON SEED\n";
    return 2;
  }
  const unsigned seed = static_cast<unsigned>(std::strtoul(argv[3], nullptr, 10));
  std::mt19937 random(seed);
  const bus::Context context;
  const bus::Endpoints endpoints{argv[1]};
  auto client = bus::RequestClient::connect(context, endpoints, argv[2]);
  if (!client) {
    std::cerr << client.error().message << "\n";
    return 1;
  }
  wire::Encoder encoder;
  Request request;
  request.id = 1;
  SubmitRequest submit;
  submit.commands.push_back({PlaceOrder{}, "alice", "AAPL"});
  request.body = submit;
  const wire::Bytes valid = encoder.encode(request);
  const auto deadline = [] { return std::chrono::steady_clock::now() + std::chrono::seconds(2); };
  for (int i = 0; i < 50; ++i) {
    std::vector<std::byte> frame;
    if (i % 2 == 0) {
      frame.resize(1 + random() % 4'000);
      for (std::byte& byte : frame)
        byte = static_cast<std::byte>(random());
    } else {
      frame.assign(valid.begin(), valid.end());
      for (int flips = 0; flips < 4; ++flips)
        frame[random() % frame.size()] = static_cast<std::byte>(random());
      if (i % 4 == 3) frame.resize(1 + random() % frame.size());
    }
    if (const Status sent = client->send(frame, deadline()); !sent) {
      std::cerr << "seed " << seed << ": " << sent.error().message << "\n";
      return 1;
    }
  }
  // The daemon still answers a proper question on the same connection.
  request.id = 4'242;
  request.body = StatusRequest{};
  if (!client->send(encoder.encode(request), deadline())) return 1;
  bus::Frame frame;
  while (true) {
    const auto received = client->receive(frame, deadline());
    if (!received || !*received) {
      std::cerr << "seed " << seed << ": no answer after the garbage\n";
      return 1;
    }
    const auto reply = wire::decode_reply(frame.bytes());
    if (reply && reply->id == 4'242 && std::holds_alternative<StatusReply>(reply->body)) return 0;
  }
}
