// How much of this process's memory lies in large pages.
#pragma once

#include <cstddef>
#include <fstream>
#include <string>

namespace trade::test {

/// By the kernel's account (proc(5), smaps), of the mappings whose first line `is_meant`.
template <class IsMeant>
std::size_t bytes_in_large_pages(IsMeant&& is_meant) {
  std::size_t bytes = 0;
  std::ifstream maps("/proc/self/smaps");
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    // A mapping's first line begins with its addresses, the others with a name.
    if (line.find('-') < line.find(':')) {
      inside = is_meant(line);
    } else if (inside && line.starts_with("AnonHugePages:")) {
      bytes += std::stoul(line.substr(line.find(':') + 1)) << 10;
    }
  }
  return bytes;
}

}  // namespace trade::test
