#include "base/standard_descriptors.hpp"

#include <cerrno>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace trade {
namespace {

/// What the child found, as its exit status; zero: all as it should be.
int look_without(int closed) {
  const pid_t child = fork();
  if (child == 0) {
    for (int descriptor = 0; descriptor <= 2; ++descriptor) {
      if (closed < 0 || descriptor == closed) close(descriptor);
    }
    hold_standard_descriptors();
    const int file = open("/dev/zero", O_RDONLY);
    if (file <= 2) _exit(1);
    char byte = 0;
    // Who writes to what was closed is told.
    if ((closed < 0 || closed == 1) && (write(1, &byte, 1) >= 0 || errno != EBADF)) _exit(2);
    if ((closed < 0 || closed == 0) && (read(0, &byte, 1) >= 0 || errno != EBADF)) _exit(3);
    _exit(0);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(StandardDescriptors, AreHeldWhereTheyAreClosed) {
  for (int closed = -1; closed <= 2; ++closed)
    EXPECT_EQ(look_without(closed), 0) << closed;
}

}  // namespace
}  // namespace trade
