// A daemon made for a test: answers requests on a real socket, from a thread of its own, as it is told to.
#pragma once

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "bus/poll_loop.hpp"
#include "bus/sockets.hpp"
#include "bus/topics.hpp"
#include "client/client.hpp"
#include "support/temporary_directory.hpp"
#include "wire/wire.hpp"

namespace trade {

/// Answers every question about itself and nothing else, unless `on` says what to answer.
class FakeDaemon {
 public:
  /// What to answer; nothing: no answer at all. Called in the daemon's thread.
  using Handler = std::function<std::optional<ReplyBody>(const RequestBody&)>;

  FakeDaemon(std::filesystem::path home, std::string name, Handler handler)
      : home_(std::move(home)), name_(std::move(name)), handler_(std::move(handler)) {
    start();
  }
  FakeDaemon(const FakeDaemon&) = delete;
  FakeDaemon& operator=(const FakeDaemon&) = delete;
  ~FakeDaemon() { stop(); }

  void start() {
    std::promise<bool> ready;
    thread_ = std::thread([this, &ready] { run(ready); });
    EXPECT_TRUE(ready.get_future().get()) << name_ << " does not start";
  }
  void stop() {
    if (!thread_.joinable()) return;
    in_thread([this] { loop_->stop(); });
    thread_.join();
  }
  void restart() {
    stop();
    start();
  }

  /// Publishes, in the daemon's thread, and returns when it is done.
  void publish(const bus::Topic& topic, const PublicationBody& body) {
    in_thread([&] { publisher_->publish(topic.view(), encoder_.encode(body)); });
  }
  /// Publishes bytes of any kind; in the daemon's thread already.
  void publish_bytes(const bus::Topic& topic, bus::Bytes bytes) { publisher_->publish(topic.view(), bytes); }
  /// Runs something in the daemon's thread, and returns when it is done.
  void in_thread(const std::function<void()>& task) {
    std::promise<void> done;
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back([&] {
        task();
        done.set_value();
      });
    }
    const std::uint64_t one = 1;
    EXPECT_EQ(::write(wake_, &one, sizeof one), 8);
    done.get_future().wait();
  }

  /// Sends something to whoever asked last; with `id`, as the answer to that request. For use in handlers.
  void send(std::uint64_t id, const ReplyBody& body) {
    server_->send(client_, encoder_.encode(Reply{id, body}));
  }
  void send_bytes(bus::Bytes bytes) { server_->send(client_, bytes); }
  /// The id of the request that is being answered.
  [[nodiscard]] std::uint64_t request_id() const { return request_id_; }

  [[nodiscard]] int requests() const { return requests_; }
  [[nodiscard]] const std::filesystem::path& home() const { return home_; }

 private:
  void run(std::promise<bool>& ready) {
    const bus::Context context;
    bus::PollLoop loop;
    bus::Endpoints endpoints(home_);
    auto server = bus::RequestServer::bind(context, endpoints, name_);
    auto publisher = bus::Publisher::bind(context, endpoints, name_);
    if (!server || !publisher) {
      ready.set_value(false);
      return;
    }
    loop_ = &loop;
    server_ = &*server;
    publisher_ = &*publisher;
    wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    loop.add(*server, [this] { answer(); });
    loop.add(*publisher, [&] { publisher->process_subscriptions(); });
    loop.add(wake_, [this] { run_tasks(); });
    ready.set_value(true);
    EXPECT_TRUE(loop.run());
    ::close(wake_);
  }

  void answer() {
    bus::Frame frame;
    while (server_->receive(client_, frame)) {
      ++requests_;
      const auto request = wire::decode_request(frame.bytes());
      ASSERT_TRUE(request) << request.error().message;
      request_id_ = request->id;
      std::optional<ReplyBody> reply;
      if (std::holds_alternative<StatusRequest>(request->body)) {
        DaemonView view;
        view.daemon = name_;
        view.state = "running";
        reply = StatusReply{view};
      }
      if (auto answered = handler_(request->body)) reply = std::move(answered);
      if (reply) send(request->id, *reply);
    }
  }

  void run_tasks() {
    std::uint64_t count = 0;
    EXPECT_EQ(::read(wake_, &count, sizeof count), 8);
    std::vector<std::function<void()>> tasks;
    {
      const std::lock_guard lock(mutex_);
      tasks.swap(tasks_);
    }
    for (const auto& task : tasks)
      task();
  }

  std::filesystem::path home_;
  std::string name_;
  Handler handler_;
  std::thread thread_;
  bus::PollLoop* loop_ = nullptr;
  bus::RequestServer* server_ = nullptr;
  bus::Publisher* publisher_ = nullptr;
  int wake_ = -1;
  bus::ClientIdentity client_;
  std::uint64_t request_id_ = 0;
  wire::Encoder encoder_;
  std::atomic<int> requests_{0};
  std::mutex mutex_;
  std::vector<std::function<void()>> tasks_;
};

inline ClientOptions options_for(const test::TemporaryDirectory& home,
                                 std::chrono::milliseconds timeout = std::chrono::seconds(10)) {
  return ClientOptions{home.path(), timeout};
}

}  // namespace trade
