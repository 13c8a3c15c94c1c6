// A part of a test that runs in a process of its own, forked from the test's.
#pragma once

#include <csignal>
#include <functional>
#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace trade::test {

class ChildProcess {
 public:
  /// `body` returns the exit status; it must not use gtest's assertions, whose results would be lost.
  explicit ChildProcess(const std::function<int()>& body) : id_(::fork()) {
    if (id_ == 0) ::_exit(body());
    EXPECT_GT(id_, 0) << "fork failed";
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() {
    if (id_ > 0) kill();
  }

  [[nodiscard]] pid_t id() const { return id_; }

  /// Waits for its end. Its exit status, or minus the signal that ended it.
  int wait() {
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  /// As `kill -9` does.
  int kill() {
    ::kill(id_, SIGKILL);
    return wait();
  }

 private:
  pid_t id_;
};

/// Two processes meet: what one writes, the other waits for.
class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe(ends_), 0); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_reading();
    close_writing();
  }
  void close_reading() { close(ends_[0]); }
  void close_writing() { close(ends_[1]); }

  template <class Value>
  bool send(const Value& value) {
    return ::write(ends_[1], &value, sizeof value) == static_cast<ssize_t>(sizeof value);
  }
  /// False at the end: the writer is gone.
  template <class Value>
  bool receive(Value& value) {
    return ::read(ends_[0], &value, sizeof value) == static_cast<ssize_t>(sizeof value);
  }

 private:
  static void close(int& descriptor) {
    if (descriptor >= 0) ::close(descriptor);
    descriptor = -1;
  }
  int ends_[2] = {-1, -1};
};

}  // namespace trade::test
