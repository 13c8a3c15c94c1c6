#include <optional>

#include "client/client.hpp"
#include "client/connection.hpp"

namespace trade {

namespace {
/// Requests that may be unanswered at one time: as many replies the daemon keeps for one client.
constexpr std::uint64_t outstanding_max = bus::reply_send_messages_max;
}  // namespace

class Pipeline::Connection {
 public:
  explicit Connection(const ClientOptions& options) : options_(options) { connect(); }

  Result<std::uint64_t> send(const SubmitRequest& submit) {
    if (auto checked = check_submit(submit); !checked) return pass_on(std::move(checked));
    if (outstanding_ >= outstanding_max) {
      return fail(ErrorCode::usage,
                  std::to_string(outstanding_max) + " requests are unanswered, and no more can be under way",
                  "receive replies between sends");
    }
    if (!socket_) connect();
    if (error_) return std::unexpected(*error_);
    auto sent = socket_->send(encoder_.encode(last_id_ + 1, submit),
                              std::chrono::steady_clock::now() + options_.timeout);
    if (!sent) {
      if (sent.error().code == ErrorCode::timed_out) {
        sent.error().message = "tradingd did not take a request within " + format_seconds(options_.timeout) +
                               " (" + options_.endpoints().place_of("tradingd") + ")";
      }
      return pass_on(std::move(sent));
    }
    ++outstanding_;
    return ++last_id_;
  }

  Result<std::optional<Reply>> receive(std::chrono::milliseconds timeout) {
    if (error_) return std::unexpected(*error_);
    auto received = socket_->receive(frame_, std::chrono::steady_clock::now() + timeout);
    if (!received) return pass_on(std::move(received));
    if (!*received) return std::nullopt;
    auto reply = wire::decode_reply(frame_.bytes());
    if (!reply) return std::unexpected(unreadable_reply("tradingd", reply.error()));
    if (outstanding_ > 0) --outstanding_;
    return *std::move(reply);
  }

  [[nodiscard]] int file_descriptor() const { return socket_ ? socket_->file_descriptor() : -1; }

 private:
  void connect() {
    auto connected = bus::RequestClient::connect(context_, options_.endpoints(), "tradingd");
    if (!connected) {
      error_ = std::move(connected).error();
      return;
    }
    socket_ = std::move(*connected);
    error_.reset();
  }

  ClientOptions options_;
  bus::Context context_;
  std::optional<bus::RequestClient> socket_;
  std::optional<Error> error_;  ///< why there is no socket
  wire::Encoder encoder_;
  bus::Frame frame_;
  std::uint64_t last_id_ = 0;
  std::uint64_t outstanding_ = 0;
};

Pipeline::Pipeline(const ClientOptions& options) : connection_(std::make_unique<Connection>(options)) {}
Pipeline::~Pipeline() = default;
Pipeline::Pipeline(Pipeline&&) noexcept = default;
Pipeline& Pipeline::operator=(Pipeline&&) noexcept = default;

Result<std::uint64_t> Pipeline::send(const SubmitRequest& request) {
  return connection_->send(request);
}

Result<std::optional<Reply>> Pipeline::receive(std::chrono::milliseconds timeout) {
  return connection_->receive(timeout);
}

int Pipeline::file_descriptor() const {
  return connection_->file_descriptor();
}

}  // namespace trade
