#include "process_stat.hpp"

#include <algorithm>
#include <fstream>

namespace trade::cmd {

std::string process_stat(std::int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  return line.substr(std::min(name_end + 2, line.size()));
}

}  // namespace trade::cmd
