// What clients send on the WebSockets. The first byte says which stream; then come messages with the byte C1
// between them, which occurs neither in UTF-8 nor in MessagePack.
#include <memory>

#include "fuzz/fuzz.hpp"
#include "fuzz/gateway_world.hpp"
#include "gatewayd/alpaca_streams.hpp"
#include "gatewayd/stream_v1.hpp"

namespace {

using namespace trade;

constexpr char separator = '\xc1';
constexpr int messages_max = 64;

class Connection final : public http::WebSocketConnection {
 public:
  void wake() override {}
  void close(http::CloseCode, std::string reason) override {
    fuzz::require(reason.size() <= 123, "a reason for closing fits into its frame");
    closed = true;
  }
  bool closed = false;
};

std::unique_ptr<http::WebSocketHandler> make_stream(std::uint8_t kind, gatewayd::Services& services,
                                                    const KeyView& key) {
  switch (kind % 5) {
    case 0:
      return std::make_unique<gatewayd::StreamV1>(services, std::string(), key);
    case 1:
      return std::make_unique<gatewayd::StreamV1>(services, std::string(), std::nullopt);
    case 2:
      return std::make_unique<gatewayd::alpaca::TradingStream>(services, std::string());
    case 3:
      return std::make_unique<gatewayd::alpaca::DataStream>(services, std::string(), false);
    default:
      return std::make_unique<gatewayd::alpaca::DataStream>(services, std::string(), true);
  }
}

void take_messages(http::WebSocketHandler& stream) {
  while (const auto message = stream.next_message()) {
    const auto parsed = message->binary ? gatewayd::parse_msgpack_input(*message->bytes)
                                        : gatewayd::parse_input(*message->bytes);
    fuzz::require(parsed.has_value(), "what is sent can be read");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t kind = input.take_byte();
  fuzz::GatewayWorld& world = fuzz::GatewayWorld::instance();
  Connection connection;
  const auto stream = make_stream(kind, world.services(), world.key());
  stream->on_open(connection);
  world.answer_questions();
  std::string_view rest = input.text();
  for (int i = 0; i < messages_max && !rest.empty() && !connection.closed; ++i) {
    const std::size_t end = rest.find(separator);
    stream->on_message(rest.substr(0, end), kind % 5 == 4);
    world.answer_questions();
    take_messages(*stream);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  stream->on_close();
  return 0;
}
