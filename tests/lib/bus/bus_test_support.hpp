// What the tests of the bus share: a home with a run directory, bytes of texts, deadlines.
#pragma once

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>

#include <gtest/gtest.h>

#include "bus/sockets.hpp"
#include "support/temporary_directory.hpp"

namespace trade::bus {

inline Bytes bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

inline Deadline in_milliseconds(int milliseconds) {
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
}

/// Long enough for anything that should happen at all, on a busy machine too.
inline Deadline soon() {
  return in_milliseconds(10'000);
}

inline bool past(Deadline deadline) {
  return std::chrono::steady_clock::now() >= deadline;
}

/// Waits for a request; an empty text when none came.
inline std::string next_request(RequestServer& server, ClientIdentity& client, Deadline deadline = soon()) {
  Frame frame;
  while (!server.receive(client, frame)) {
    if (past(deadline)) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return std::string(frame.text());
}

/// Sets an environment variable while it exists.
class EnvironmentVariable {
 public:
  EnvironmentVariable(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    ::setenv(name, value.c_str(), 1);
  }
  EnvironmentVariable(const EnvironmentVariable&) = delete;
  EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;
  ~EnvironmentVariable() {
    if (old_) {
      ::setenv(name_, old_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }

 private:
  const char* name_;
  std::optional<std::string> old_;
};

}  // namespace trade::bus
