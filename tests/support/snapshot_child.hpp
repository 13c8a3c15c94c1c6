// A child of a ForkSnapshot's fork, for tests that ask what it sees.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fork_snapshot.hpp"

namespace trade::test {

class SnapshotChild {
 public:
  /// Forks. The child waits, and tells what `look` returns when it is asked.
  SnapshotChild(ForkSnapshot& snapshot, const std::function<std::uint64_t()>& look) {
    if (::pipe(question_) != 0 || ::pipe(answer_) != 0) ADD_FAILURE() << "no pipe";
    pid_ = snapshot.fork();
    if (pid_ != 0) return;
    // What it sees may be wrong, and lead it in circles.
    ::alarm(60);
    ::close(question_[1]);
    char asked = 0;
    if (::read(question_[0], &asked, 1) != 1) ::_exit(1);
    const std::uint64_t seen = look();
    ::_exit(::write(answer_[1], &seen, sizeof seen) == sizeof seen ? 0 : 1);
  }
  ~SnapshotChild() {
    if (pid_ > 0) end();
    for (const int descriptor : {question_[0], answer_[0], answer_[1]})
      ::close(descriptor);
  }
  SnapshotChild(const SnapshotChild&) = delete;
  SnapshotChild& operator=(const SnapshotChild&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Once. Nothing where the child ended without an answer.
  std::optional<std::uint64_t> look() {
    if (::write(question_[1], "?", 1) != 1) return std::nullopt;
    end();
    std::uint64_t seen = 0;
    if (!WIFEXITED(status_) || WEXITSTATUS(status_) != 0) return std::nullopt;
    if (::read(answer_[0], &seen, sizeof seen) != sizeof seen) return std::nullopt;
    return seen;
  }
  /// How it ended, as waitpid(2) tells.
  [[nodiscard]] int status() const { return status_; }

 private:
  void end() {
    ::close(question_[1]);
    ::waitpid(pid_, &status_, 0);
    pid_ = -1;
  }

  int question_[2] = {-1, -1};
  int answer_[2] = {-1, -1};
  pid_t pid_ = -1;
  int status_ = 0;
};

}  // namespace trade::test
