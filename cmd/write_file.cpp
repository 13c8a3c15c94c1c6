#include "write_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace trade::cmd {

Status write_file(const std::string& path, std::string_view bytes) {
  errno = 0;
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  stream << bytes;
  stream.close();
  if (!stream) {
    return fail(ErrorCode::internal,
                "cannot write " + path + (errno != 0 ? ": " : "") + (errno != 0 ? std::strerror(errno) : ""));
  }
  return {};
}

}  // namespace trade::cmd
