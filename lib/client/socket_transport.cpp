#include <array>

#include "client/connection.hpp"
#include "client/transport.hpp"

namespace trade {

namespace {

class SocketTransport final : public Transport {
 public:
  explicit SocketTransport(const ClientOptions& options)
      : connections_{Connection{context_, options, "tradingd"}, Connection{context_, options, "ledgerd"},
                     Connection{context_, options, "feedd"}, Connection{context_, options, "gatewayd"},
                     Connection{context_, options, "fixd"}} {}

  Result<ReplyBody> ask(std::string_view daemon, RequestBody body, Retry retry) override {
    for (Connection& connection : connections_) {
      if (connection.daemon() == daemon) return connection.call(std::move(body), retry);
    }
    return fail(ErrorCode::usage, "no such daemon: '" + std::string(daemon) + "'",
                "choose one of tradingd, ledgerd, feedd, gatewayd, fixd");
  }

 private:
  bus::Context context_;
  std::array<Connection, 5> connections_;
};

}  // namespace

std::unique_ptr<Transport> socket_transport(const ClientOptions& options) {
  return std::make_unique<SocketTransport>(options);
}

}  // namespace trade
