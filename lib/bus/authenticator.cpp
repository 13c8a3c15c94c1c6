// The handler of ZAP (ZeroMQ RFC 27): libzmq asks it about every connection that has proven to have a key.
#include <array>
#include <atomic>
#include <cstring>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/eventfd.h>
#include <unistd.h>

#include "base/assert.hpp"
#include "bus/socket_access.hpp"
#include "bus/sockets.hpp"

namespace trade::bus {

namespace {

constexpr const char* zap_address = "inproc://zeromq.zap.01";
/// Parts of a question of the CURVE mechanism: version, number, domain, address, routing id, mechanism, key.
constexpr std::size_t question_parts = 7;

std::string_view text_of(const zmq::message_t& message) {
  return {static_cast<const char*>(message.data()), message.size()};
}

}  // namespace

struct Authenticator::State {
  State(const Context& shared_context, Admit decide)
      : context(shared_context),
        admit(std::move(decide)),
        socket(SocketAccess::context(context), zmq::socket_type::rep),
        stop_event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    socket.set(zmq::sockopt::linger, 0);
    socket.bind(zap_address);
    if (stop_event < 0) throw zmq::error_t();
    // The socket goes over to the thread before it starts, which is what libzmq asks for.
    thread = std::thread([this] { run(); });
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    const std::uint64_t one = 1;
    // It can fail only when full, and then the thread is awake already.
    [[maybe_unused]] const auto written = ::write(stop_event, &one, sizeof one);
    thread.join();
    ::close(stop_event);
  }

  void run() {
    for (;;) {
      zmq_pollitem_t items[] = {{socket.handle(), 0, ZMQ_POLLIN, 0}, {nullptr, stop_event, ZMQ_POLLIN, 0}};
      // Signals are the main thread's; should one come here, it is waited for again.
      if (zmq_poll(items, 2, -1) < 0) continue;
      if (items[1].revents != 0) return;
      answer();
    }
  }

  void answer() {
    std::array<zmq::message_t, question_parts> parts;
    std::size_t count = 0;
    zmq::message_t rest;
    bool more = true;
    while (more) {
      zmq::message_t& part = count < question_parts ? parts[count] : rest;
      if (!receive_part(socket, part)) return;
      more = part.more();
      ++count;
    }
    std::optional<std::string> name;
    CurveKey key{};
    if (count == question_parts && text_of(parts[5]) == "CURVE" && parts[6].size() == key.size()) {
      std::memcpy(key.data(), parts[6].data(), key.size());
      const bool publications = text_of(parts[2]) == zap_domain_of(Purpose::publications);
      name = admit(key, publications ? Purpose::publications : Purpose::requests);
    }
    // A name is needed: a connection without one would pass for one of this machine.
    const bool good = name && !name->empty();
    ++(good ? admitted : refused);
    // 300 has libzmq close the connection without a word; 400 would tell the client that its key is not
    // known.
    send(text_of(parts[0]), true);
    send(text_of(parts[1]), true);
    send(good ? "200" : "300", true);
    send(good ? "OK" : "", true);
    send(good ? std::string_view(*name) : std::string_view(), true);
    send("", false);
  }

  void send(std::string_view text, bool more) {
    while (zmq_send(socket.handle(), text.data(), text.size(), more ? ZMQ_SNDMORE : 0) < 0) {
      // What asked may be gone by now, which a replying socket does not mind.
      TRADE_ASSERT(zmq_errno() == EINTR, "an answer within the process is taken");
    }
  }

  Context context;
  Admit admit;
  zmq::socket_t socket;
  int stop_event = -1;
  std::atomic<std::uint64_t> admitted{0};
  std::atomic<std::uint64_t> refused{0};
  std::thread thread;
};

Authenticator::Authenticator(std::unique_ptr<State> state) : state_(std::move(state)) {}
Authenticator::~Authenticator() = default;
Authenticator::Authenticator(Authenticator&&) noexcept = default;
Authenticator& Authenticator::operator=(Authenticator&&) noexcept = default;

Result<Authenticator> Authenticator::start(const Context& context, Admit admit) {
  try {
    return Authenticator(std::make_unique<State>(context, std::move(admit)));
  } catch (const zmq::error_t& error) {
    return std::unexpected(socket_error("watch who connects over TCP", error));
  }
}

std::uint64_t Authenticator::admitted() const {
  return state_->admitted.load(std::memory_order_relaxed);
}

std::uint64_t Authenticator::refused() const {
  return state_->refused.load(std::memory_order_relaxed);
}

}  // namespace trade::bus
