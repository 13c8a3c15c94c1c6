#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace trade {

void assertion_failed(const char* condition, const char* file, int line, const char* message) {
  std::fprintf(stderr, "%s:%d: assertion failed: %s (%s)\n", file, line, condition, message);
  std::abort();
}

}  // namespace trade
