// Calling for memory before it is needed.
#pragma once

namespace trade {

/// Brings the cache line at `address`, which may be any, nearer to the processor.
inline void prefetch_line(const void* address) {
  __builtin_prefetch(address);
  // To GCC a prefetch alone is no effect, so that it leaves out calls of functions which do nothing else.
  asm volatile("");
}

}  // namespace trade
